//! Can this bidder commit? The `Judge` query and the `Commit` message ask the same function, so what the book was told is what
//! happens.

use cosmwasm_std::{Addr, Uint128};
use market_types::order::{ComparisonClass, Requirements, Signatures};
use market_types::registry::{
    AgentLimits, BidPrice, Operator, Params, ProviderRef, Refusal, Verdict, MIN_AUDIT_OPERATORS,
};
use market_types::resources::DeviceClass;
use market_types::{BasisPoints, Price, ProviderNo, UnixTime};

use crate::machines::{fit, Stock};
use crate::state::{Account, BondPrice, Provider};

/// A candidacy with its addresses checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidacy {
    pub bidder: Addr,
    pub needs: Requirements<Addr>,
    pub token: Addr,
    pub lease_bond_value: Uint128,
    pub work_bond: Uint128,
    pub min_work_bond_value: Uint128,
    pub no_show_value: Uint128,
    pub price: BidPrice,
    /// The bid was made earlier; see [`limits`].
    pub binding: bool,
    /// How its units would be audited, if that takes enough auditors.
    pub audited: Option<ComparisonClass>,
}

/// What the rules read of a registered bidder.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub no: ProviderNo,
    pub provider: Provider,
    pub account: Account,
    /// The provider's machine groups in their order; `used` is known for the classes the candidacy names.
    pub stocks: Vec<Stock>,
    pub limits: AgentLimits,
    /// Who signed, for each demanded attribute in its order; empty when no signature is demanded.
    pub signers: Vec<Vec<Addr>>,
    pub reputation: BasisPoints,
    /// Bond price of the candidacy's token.
    pub price: Option<BondPrice>,
    /// Operators in the audit table of the class that serves; `None` when the candidacy does not need enough of them.
    pub operators: Option<u32>,
}

/// The outcome, with what a commitment and the book need to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The machine group whose class serves, or the refusal.
    pub outcome: Result<usize, Refusal>,
    /// The class of the first group that fits, whatever else refuses.
    pub class: Option<DeviceClass>,
    pub lease_bond: Uint128,
    pub min_work_bond: Uint128,
    pub work_bond_value: Uint128,
    pub no_show: Uint128,
}

/// Judge a candidacy. The first rule that refuses, in the order of [`Refusal`], is the answer.
///
/// Figures in network tokens are zero as long as the token has no bond price.
pub fn judge(
    params: &Params<Addr>,
    snapshot: Option<&Snapshot>,
    candidacy: &Candidacy,
    now: UnixTime,
) -> Judgement {
    let price = snapshot.and_then(|snapshot| snapshot.price);
    let bond = |value| price.map_or(Uint128::zero(), |price| price.bond(value));
    let mut judgement = Judgement {
        outcome: Err(Refusal::NotRegistered {}),
        class: None,
        lease_bond: bond(candidacy.lease_bond_value),
        min_work_bond: bond(candidacy.min_work_bond_value),
        work_bond_value: price.map_or(Uint128::zero(), |price| price.value(candidacy.work_bond)),
        no_show: bond(candidacy.no_show_value),
    };
    let Some(snapshot) = snapshot else {
        return judgement;
    };
    let fitting = fit(
        &snapshot.stocks,
        &candidacy.needs.classes,
        &candidacy.needs.resources,
    );
    let group = fitting
        .as_ref()
        .ok()
        .and_then(|index| snapshot.stocks.get(*index));
    judgement.class = group.map(|stock| stock.group.class.clone());
    judgement.outcome = admitted(snapshot, candidacy, now).and_then(|()| {
        let index = fitting?;
        attributes(snapshot, &candidacy.needs)?;
        signatures(params, snapshot, &candidacy.needs)?;
        reputation(snapshot, &candidacy.needs)?;
        floor(snapshot, candidacy, judgement.class.as_ref())?;
        fresh(params, snapshot.price, now)?;
        bonds(params, snapshot, candidacy, &judgement)?;
        audited(snapshot)?;
        Ok(index)
    });
    judgement
}

impl Judgement {
    pub fn verdict(self, snapshot: Option<&Snapshot>) -> Verdict {
        Verdict {
            provider: snapshot.map(Snapshot::reference),
            refusal: self.outcome.err(),
            class: self.class,
            lease_bond: self.lease_bond,
            min_work_bond: self.min_work_bond,
            work_bond_value: self.work_bond_value,
            no_show: self.no_show,
        }
    }
}

impl Snapshot {
    fn reference(&self) -> ProviderRef {
        self.provider.reference(self.no, self.reputation)
    }
}

impl Provider {
    pub fn operator(&self, no: ProviderNo) -> Operator {
        Operator {
            no,
            owner: self.owner.clone(),
            agent: self.agent.clone(),
            group: self.group.clone(),
        }
    }

    pub fn reference(&self, no: ProviderNo, reputation: BasisPoints) -> ProviderRef {
        ProviderRef {
            no,
            owner: self.owner.clone(),
            agent: self.agent.clone(),
            group: self.group.clone(),
            reputation,
            shrunk_at: self.shrunk_at,
        }
    }
}

fn admitted(snapshot: &Snapshot, candidacy: &Candidacy, now: UnixTime) -> Result<(), Refusal> {
    let provider = &snapshot.provider;
    if provider.retired {
        return Err(Refusal::Retired {});
    }
    if provider.suspended {
        return Err(Refusal::Suspended {});
    }
    match provider.maintenance {
        Some((from, until)) if from <= now && now < until => return Err(Refusal::InMaintenance { until }),
        _ => {}
    }
    let Requirements { allow, deny, .. } = &candidacy.needs;
    if !allow.is_empty() && !allow.contains(&provider.owner) {
        return Err(Refusal::NotAllowed {});
    }
    if deny.contains(&provider.owner) {
        return Err(Refusal::Denied {});
    }
    Ok(())
}

fn attributes(snapshot: &Snapshot, needs: &Requirements<Addr>) -> Result<(), Refusal> {
    for asked in &needs.attributes {
        let has = snapshot
            .provider
            .attributes
            .iter()
            .find(|has| has.key == asked.key);
        if has.is_none_or(|has| has.value != asked.value) {
            return Err(Refusal::AttributeMissing {
                key: asked.key.clone(),
                asked: asked.value.clone(),
                has: has.map(|has| has.value.clone()),
            });
        }
    }
    Ok(())
}

/// `AllOf`: each named auditor signed every demanded attribute. `AnyOf`: one of them signed all of them. Signatures of those who
/// are no auditors any more do not count.
fn signatures(params: &Params<Addr>, snapshot: &Snapshot, needs: &Requirements<Addr>) -> Result<(), Refusal> {
    let counts = |signers: &[Addr], auditor: &Addr| {
        signers.contains(auditor) && params.attribute_auditors.contains(auditor)
    };
    let demanded = needs.attributes.iter().zip(&snapshot.signers);
    let missing = |key: &str| Refusal::SignatureMissing { key: key.into() };
    match &needs.signatures {
        None => {}
        Some(Signatures::AllOf(auditors)) => {
            for (attribute, signers) in demanded {
                if !auditors.iter().all(|auditor| counts(signers, auditor)) {
                    return Err(missing(&attribute.key));
                }
            }
        }
        Some(Signatures::AnyOf(auditors)) => {
            let mut left: Vec<&Addr> = auditors.iter().collect();
            for (attribute, signers) in demanded {
                left.retain(|auditor| counts(signers, auditor));
                if left.is_empty() {
                    return Err(missing(&attribute.key));
                }
            }
        }
    }
    Ok(())
}

fn reputation(snapshot: &Snapshot, needs: &Requirements<Addr>) -> Result<(), Refusal> {
    if snapshot.reputation < needs.min_reputation {
        return Err(Refusal::ReputationLow {
            has: snapshot.reputation,
            asked: needs.min_reputation,
        });
    }
    Ok(())
}

/// The owner's will for its agent. It guards the making of bids, whoever sends them, and does not undo one that binds.
fn limits<'a>(snapshot: &'a Snapshot, candidacy: &Candidacy) -> Option<&'a AgentLimits> {
    (!candidacy.binding).then_some(&snapshot.limits)
}

fn floor(snapshot: &Snapshot, candidacy: &Candidacy, class: Option<&DeviceClass>) -> Result<(), Refusal> {
    let floors = limits(snapshot, candidacy).map_or(&[][..], |limits| &limits.floors);
    let floor = floors
        .iter()
        .find(|floor| Some(&floor.class) == class && floor.token == candidacy.token.as_str());
    let Some(floor) = floor else {
        return Ok(());
    };
    let (price, floor) = match candidacy.price {
        BidPrice::PerHour(price) => {
            let gpus = Uint128::from(candidacy.needs.resources.gpus);
            (price, Price(floor.per_gpu_hour.0.saturating_mul(gpus)))
        }
        BidPrice::PerUnit(price) => (price, floor.per_unit),
    };
    if price < floor {
        return Err(Refusal::PriceBelowFloor { price, floor });
    }
    Ok(())
}

fn fresh(params: &Params<Addr>, price: Option<BondPrice>, now: UnixTime) -> Result<(), Refusal> {
    let price = price.ok_or(Refusal::BondPriceMissing {})?;
    let (age, max_age) = (price.age(now), params.bond_price_max_age);
    if age > max_age {
        return Err(Refusal::BondPriceStale { age, max_age });
    }
    Ok(())
}

fn audited(snapshot: &Snapshot) -> Result<(), Refusal> {
    match snapshot.operators {
        Some(operators) if operators < MIN_AUDIT_OPERATORS => Err(Refusal::ThinAudit {
            operators,
            needed: MIN_AUDIT_OPERATORS,
        }),
        _ => Ok(()),
    }
}

fn bonds(
    params: &Params<Addr>,
    snapshot: &Snapshot,
    candidacy: &Candidacy,
    judgement: &Judgement,
) -> Result<(), Refusal> {
    let Judgement {
        lease_bond,
        min_work_bond,
        no_show,
        ..
    } = *judgement;
    let (bonded, work_bond) = (snapshot.account.bonded, candidacy.work_bond);
    if bonded < params.min_bond {
        return Err(Refusal::BondBelowMinimum {
            bonded,
            min_bond: params.min_bond,
        });
    }
    if work_bond < min_work_bond {
        return Err(Refusal::WorkBondLow {
            named: work_bond,
            needed: min_work_bond,
        });
    }
    let limits = limits(snapshot, candidacy);
    let above = |limit: Option<Uint128>, needed| limit.filter(|limit| needed > *limit);
    if let Some(limit) = above(limits.and_then(|limits| limits.max_lease_bond), lease_bond) {
        return Err(Refusal::LeaseBondAboveLimit {
            needed: lease_bond,
            limit,
        });
    }
    if let Some(limit) = above(limits.and_then(|limits| limits.max_work_bond), work_bond) {
        return Err(Refusal::WorkBondAboveLimit {
            needed: work_bond,
            limit,
        });
    }
    // The no-show penalty must be coverable, but it and the bonds are never due together.
    let needed = lease_bond.saturating_add(work_bond).max(no_show);
    let free = snapshot.account.free();
    if needed > free {
        return Err(Refusal::FreeBondShort { needed, free });
    }
    Ok(())
}
