//! Reading what the rules of [`crate::judge`] need, and no more: the book asks on every bid.

use cosmwasm_std::{Addr, Api, StdResult, Storage};
use market_types::audit::audit_class;
use market_types::order::{Requirements, Signatures};
use market_types::registry::{self, Params, Resources64};
use market_types::UnixTime;

use crate::audits;
use crate::judge::{Candidacy, Snapshot};
use crate::machines::{fit, Stock};
use crate::state::{self, BondPrice, EVIDENCE, LIMITS, PRICES, SIGNED};
use crate::ContractError;

/// # Errors
/// An address is not valid.
pub fn checked(api: &dyn Api, candidacy: registry::Candidacy) -> StdResult<Candidacy> {
    let registry::Candidacy {
        bidder,
        needs,
        stakes,
        price,
        binding,
        audited,
    } = candidacy;
    Ok(Candidacy {
        bidder: api.addr_validate(&bidder)?,
        needs: Requirements {
            resources: needs.resources,
            classes: needs.classes,
            attributes: needs.attributes,
            signatures: needs
                .signatures
                .map(|signatures| {
                    Ok::<_, cosmwasm_std::StdError>(match signatures {
                        Signatures::AllOf(auditors) => Signatures::AllOf(addresses(api, &auditors)?),
                        Signatures::AnyOf(auditors) => Signatures::AnyOf(addresses(api, &auditors)?),
                    })
                })
                .transpose()?,
            allow: addresses(api, &needs.allow)?,
            deny: addresses(api, &needs.deny)?,
            min_reputation: needs.min_reputation,
        },
        token: api.addr_validate(&stakes.token)?,
        lease_bond_value: stakes.lease_bond_value,
        work_bond: stakes.work_bond,
        min_work_bond_value: stakes.min_work_bond_value,
        no_show_value: stakes.no_show_value,
        price,
        binding,
        audited,
    })
}

fn addresses(api: &dyn Api, list: &[String]) -> StdResult<Vec<Addr>> {
    list.iter().map(|address| api.addr_validate(address)).collect()
}

/// The bond price of `token`; the network token is worth itself.
pub fn bond_price(
    storage: &dyn Storage,
    network_token: &Addr,
    token: &Addr,
    now: UnixTime,
) -> StdResult<Option<BondPrice>> {
    if token == network_token {
        return Ok(Some(BondPrice::of_itself(now)));
    }
    PRICES.may_load(storage, token)
}

/// What the rules read of the bidder; `None` when it is no provider's owner or present agent.
///
/// # Errors
/// The storage is not what this contract wrote.
pub fn load(
    storage: &dyn Storage,
    params: &Params<Addr>,
    network_token: &Addr,
    candidacy: &Candidacy,
    now: UnixTime,
) -> Result<Option<Snapshot>, ContractError> {
    let Some((no, provider)) = state::whois(storage, &candidacy.bidder)? else {
        return Ok(None);
    };
    let stocks = provider
        .machines
        .iter()
        .map(|group| {
            let used = if candidacy.needs.classes.contains(&group.class) {
                state::used(storage, no, &group.class)?
            } else {
                Resources64::default()
            };
            Ok(Stock {
                group: group.clone(),
                used,
            })
        })
        .collect::<StdResult<Vec<_>>>()?;
    let signers = match candidacy.needs.signatures {
        Some(_) => candidacy
            .needs
            .attributes
            .iter()
            .map(|attribute| {
                Ok(SIGNED
                    .may_load(storage, (no, &attribute.key))?
                    .unwrap_or_default())
            })
            .collect::<StdResult<Vec<_>>>()?,
        None => vec![],
    };
    let evidence = EVIDENCE.may_load(storage, no)?.unwrap_or_default();
    Ok(Some(Snapshot {
        no,
        account: state::account(storage, no)?,
        limits: LIMITS.may_load(storage, no)?.unwrap_or_default(),
        signers,
        reputation: evidence.at(now, params.evidence_half_life).score(),
        price: bond_price(storage, network_token, &candidacy.token, now)?,
        operators: operators(storage, &stocks, candidacy)?,
        stocks,
        provider,
    }))
}

/// Operators who audit what the candidacy would run, if that matters: one record is read for it.
fn operators(storage: &dyn Storage, stocks: &[Stock], candidacy: &Candidacy) -> StdResult<Option<u32>> {
    let Some(comparison) = candidacy.audited else {
        return Ok(None);
    };
    let fitting = fit(stocks, &candidacy.needs.classes, &candidacy.needs.resources);
    // What fits nowhere is refused for that.
    let Some(stock) = fitting.ok().and_then(|index| stocks.get(index)) else {
        return Ok(None);
    };
    match audit_class(comparison, &stock.group.class) {
        Some(class) => Ok(Some(audits::table(storage, &class)?.operators)),
        None => Ok(None),
    }
}
