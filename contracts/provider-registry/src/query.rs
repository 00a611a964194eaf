//! Answers. Lists come in pages, and everything is read, nothing computed twice.

use cosmwasm_std::{Addr, Deps, Env, Order, StdResult, Uint128};
use cw_storage_plus::{Bound, PrimaryKey};
use market_control::{sister, Sister};
use market_types::audit::{AuditClass, AuditId};
use market_types::control::Solvency;
use market_types::registry::{
    self, AgentLimits, AgentRecord, AuditEntry, AuditOffer, AuditTable, AuditTry, BondPriceResponse,
    BondResponse, CapacityResponse, CommitmentResponse, Operator, ProviderRef, ProviderResponse,
    ReputationResponse, SeatResponse, SignedAttribute, Verdict, MAX_AUDIT_TRIES,
};
use market_types::{LeaseId, Page, Paging, ProviderNo, UnixTime};

use crate::audits;
use crate::bounds::count;
use crate::judge;
use crate::machines::registered;
use crate::snapshot::{self, checked};
use crate::state::{
    self, account, owned, used, Commitment, EvidenceRecord, Identity, Provider, Seat, AGENTS, BURNED,
    CLAIMABLE, COMMITMENTS_OF, EVIDENCE, GATEWAYS, IDENTITIES, LIMITS, PARAMS, PROVIDERS, SEATS, SIGNED,
    TOTALS, UNBONDING,
};
use crate::ContractError;

/// Candidacies judged in one query.
pub const MAX_CANDIDACIES: usize = 8;

pub fn solvency(deps: Deps, env: &Env) -> Result<Vec<Solvency>, ContractError> {
    let token = sister(deps.storage, Sister::NetworkToken)?;
    Ok(vec![solvency_in(deps, env, &token)?])
}

pub fn solvency_in(deps: Deps, env: &Env, token: &Addr) -> Result<Solvency, ContractError> {
    let totals = TOTALS.load(deps.storage)?;
    let owed = vec![
        ("bonded", totals.bonded),
        ("unbonding", totals.unbonding),
        ("claimable", totals.claimable),
    ];
    Ok(market_control::solvency(
        &deps.querier,
        &env.contract.address,
        token,
        owed,
    )?)
}

fn number(deps: Deps, owner: &str) -> Result<ProviderNo, ContractError> {
    owned(deps.storage, &deps.api.addr_validate(owner)?)
}

pub fn provider(deps: Deps, owner: &str) -> Result<ProviderResponse, ContractError> {
    provider_by_no(deps, number(deps, owner)?)
}

pub fn provider_by_no(deps: Deps, no: ProviderNo) -> Result<ProviderResponse, ContractError> {
    described(deps, no, state::provider(deps.storage, no)?)
}

fn described(deps: Deps, no: ProviderNo, provider: Provider) -> Result<ProviderResponse, ContractError> {
    let account = account(deps.storage, no)?;
    Ok(ProviderResponse {
        no,
        owner: provider.owner,
        agent: provider.agent,
        agent_pubkey: AGENTS.load(deps.storage, (no, provider.agent_index))?.pubkey,
        gateway: GATEWAYS.load(deps.storage, no)?,
        group: provider.group,
        attributes: provider.attributes,
        machines: provider.machines,
        bond: BondResponse {
            bonded: account.bonded,
            locked: account.locked,
            unbonding: UNBONDING.may_load(deps.storage, no)?.unwrap_or_default(),
        },
        maintenance: provider.maintenance,
        shrunk_at: provider.shrunk_at,
        retired: provider.retired,
        suspended: provider.suspended,
    })
}

pub fn whois(deps: Deps, address: &str, now: UnixTime) -> Result<Option<ProviderRef>, ContractError> {
    let Some((no, provider)) = state::whois(deps.storage, &deps.api.addr_validate(address)?)? else {
        return Ok(None);
    };
    Ok(Some(provider.reference(no, evidence(deps, no, now)?.score())))
}

fn evidence(deps: Deps, no: ProviderNo, now: UnixTime) -> StdResult<EvidenceRecord> {
    let half_life = PARAMS.load(deps.storage)?.evidence_half_life;
    Ok(EVIDENCE
        .may_load(deps.storage, no)?
        .unwrap_or_default()
        .at(now, half_life))
}

/// Cut a page out of one entry more than it may have.
fn page<T, C: Clone>(mut entries: Vec<(C, T)>, limit: usize) -> Page<T, C> {
    let more = entries.len() > limit;
    entries.truncate(limit);
    let last = entries.last().map(|(cursor, _)| cursor.clone());
    Page {
        items: entries.into_iter().map(|(_, entry)| entry).collect(),
        next_start_after: last.filter(|_| more),
    }
}

pub fn providers(
    deps: Deps,
    paging: Paging<ProviderNo>,
) -> Result<Page<ProviderResponse, ProviderNo>, ContractError> {
    let limit = paging.limit();
    let start = paging.start_after.map(|after| after.joined_key());
    let entries = PROVIDERS
        .under::<_, ProviderNo>(deps.storage, (), start, Order::Ascending)
        .take(limit + 1)
        .map(|entry| {
            let (no, provider) = entry?;
            Ok((no, described(deps, no, provider)?))
        })
        .collect::<Result<Vec<_>, ContractError>>()?;
    Ok(page(entries, limit))
}

pub fn capacity(deps: Deps, owner: &str) -> Result<Vec<CapacityResponse>, ContractError> {
    let no = number(deps, owner)?;
    let groups = state::provider(deps.storage, no)?.machines;
    groups
        .into_iter()
        .map(|group| {
            Ok(CapacityResponse {
                registered: registered(&group),
                committed: used(deps.storage, no, &group.class)?,
                class: group.class,
            })
        })
        .collect()
}

pub fn judge(
    deps: Deps,
    candidacies: Vec<registry::Candidacy>,
    now: UnixTime,
) -> Result<Vec<Verdict>, ContractError> {
    if candidacies.len() > MAX_CANDIDACIES {
        return Err(ContractError::Candidacies {
            count: candidacies.len(),
            max: MAX_CANDIDACIES,
        });
    }
    let params = PARAMS.load(deps.storage)?;
    let network_token = sister(deps.storage, Sister::NetworkToken)?;
    candidacies
        .into_iter()
        .map(|candidacy| {
            let candidacy = checked(deps.api, candidacy)?;
            let snapshot = snapshot::load(deps.storage, &params, &network_token, &candidacy, now)?;
            Ok(judge::judge(&params, snapshot.as_ref(), &candidacy, now).verdict(snapshot.as_ref()))
        })
        .collect()
}

fn commitment_response(lease: LeaseId, commitment: Commitment) -> CommitmentResponse {
    CommitmentResponse {
        lease,
        provider: commitment.provider,
        tenant: commitment.tenant,
        class: commitment.class,
        resources: commitment.resources,
        token: commitment.token,
        lease_bond: commitment.lease_bond,
        penalized: commitment.penalized,
        work_bond: commitment.work_bond,
        slashed: commitment.slashed,
        bond_price: commitment.bond_price,
        capacity_released: commitment.capacity_released,
    }
}

pub fn commitments(
    deps: Deps,
    owner: &str,
    paging: Paging<LeaseId>,
) -> Result<Page<CommitmentResponse, LeaseId>, ContractError> {
    let no = number(deps, owner)?;
    let limit = paging.limit();
    let start = paging.start_after.map(Bound::exclusive);
    let entries = COMMITMENTS_OF
        .prefix(no)
        .keys(deps.storage, start, None, Order::Ascending)
        .take(limit + 1)
        .map(|lease| {
            let lease = lease?;
            Ok((lease, commitment(deps, lease)?))
        })
        .collect::<Result<Vec<_>, ContractError>>()?;
    Ok(page(entries, limit))
}

pub fn commitment(deps: Deps, lease: LeaseId) -> Result<CommitmentResponse, ContractError> {
    Ok(commitment_response(
        lease,
        state::commitment(deps.storage, lease)?,
    ))
}

pub fn agent_limits(deps: Deps, owner: &str) -> Result<AgentLimits, ContractError> {
    Ok(LIMITS
        .may_load(deps.storage, number(deps, owner)?)?
        .unwrap_or_default())
}

pub fn agents(deps: Deps, owner: &str, paging: Paging<u32>) -> Result<Page<AgentRecord, u32>, ContractError> {
    let limit = paging.limit();
    let start = paging.start_after.map(Bound::exclusive);
    let entries = AGENTS
        .prefix(number(deps, owner)?)
        .range(deps.storage, start, None, Order::Ascending)
        .take(limit + 1)
        .collect::<StdResult<Vec<_>>>()?;
    Ok(page(entries, limit))
}

/// The provider's attributes that auditors in office signed.
pub fn signed_attributes(deps: Deps, owner: &str) -> Result<Vec<SignedAttribute>, ContractError> {
    let no = number(deps, owner)?;
    let in_office = PARAMS.load(deps.storage)?.attribute_auditors;
    let mut signed = vec![];
    for attribute in state::provider(deps.storage, no)?.attributes {
        let mut auditors = SIGNED
            .may_load(deps.storage, (no, &attribute.key))?
            .unwrap_or_default();
        auditors.retain(|auditor| in_office.contains(auditor));
        if !auditors.is_empty() {
            signed.push(SignedAttribute { attribute, auditors });
        }
    }
    Ok(signed)
}

pub fn bond_price(
    deps: Deps,
    token: &str,
    now: UnixTime,
) -> Result<Option<BondPriceResponse>, ContractError> {
    let network_token = sister(deps.storage, Sister::NetworkToken)?;
    let token = deps.api.addr_validate(token)?;
    let max_age = PARAMS.load(deps.storage)?.bond_price_max_age;
    let price = snapshot::bond_price(deps.storage, &network_token, &token, now)?;
    Ok(price.map(|price| BondPriceResponse {
        price: price.price,
        updated_at: price.updated_at,
        stale: price.age(now) > max_age,
    }))
}

pub fn claimable(deps: Deps, address: &str) -> Result<Uint128, ContractError> {
    let address = deps.api.addr_validate(address)?;
    Ok(CLAIMABLE.may_load(deps.storage, &address)?.unwrap_or_default())
}

pub fn reputation(deps: Deps, owner: &str, now: UnixTime) -> Result<ReputationResponse, ContractError> {
    let no = number(deps, owner)?;
    Ok(evidence(deps, no, now)?.response(&account(deps.storage, no)?))
}

pub fn operator(deps: Deps, no: ProviderNo) -> Result<Operator, ContractError> {
    Ok(state::provider(deps.storage, no)?.operator(no))
}

pub fn audit_table(deps: Deps, class: &AuditClass) -> StdResult<AuditTable> {
    Ok(audits::table(deps.storage, class)?.answer())
}

pub fn audit_entries(
    deps: Deps,
    class: &AuditClass,
    tries: &[AuditTry],
    bond: Uint128,
) -> Result<Vec<Option<AuditEntry>>, ContractError> {
    count("tries", tries.len(), 0, MAX_AUDIT_TRIES)?;
    let unit = PARAMS.load(deps.storage)?.audit_bond_unit;
    audits::Reader::new(deps.storage, class, unit, bond).all(tries)
}

/// Those who own no provider, have retired or are suspended, or have too little free bond are passed over.
pub fn last_resort(deps: Deps, bond: Uint128) -> Result<Vec<Operator>, ContractError> {
    let mut operators = vec![];
    for owner in PARAMS.load(deps.storage)?.last_resort {
        let Some(Identity::Owner(no)) = IDENTITIES.may_load(deps.storage, &owner)? else {
            continue;
        };
        let provider = state::provider(deps.storage, no)?;
        if !provider.retired && !provider.suspended && account(deps.storage, no)?.free() >= bond {
            operators.push(provider.operator(no));
        }
    }
    Ok(operators)
}

pub fn audit_offers(deps: Deps, owner: &str) -> Result<Vec<AuditOffer>, ContractError> {
    let no = number(deps, owner)?;
    let offers = audits::offers(deps.storage, no)?;
    offers
        .into_iter()
        .map(|(class, offer)| {
            let (weight, since) = match offer.position {
                Some(position) => audits::entry(deps.storage, &class, position)?,
                None => (0, UnixTime(0)),
            };
            Ok(AuditOffer {
                class,
                position: offer.position,
                places: offer.places,
                used: offer.used,
                weight,
                since,
            })
        })
        .collect()
}

/// Nothing before the first burning, see [`BURNED`].
pub fn burned(deps: Deps) -> StdResult<Uint128> {
    Ok(BURNED.may_load(deps.storage)?.unwrap_or_default())
}

pub fn seats(deps: Deps, audit: AuditId) -> StdResult<Vec<SeatResponse>> {
    let Some(bench) = SEATS.may_load(deps.storage, audit)? else {
        return Ok(vec![]);
    };
    let seat = |seat: Seat| SeatResponse {
        audit,
        provider: seat.provider,
        class: bench.class.clone(),
        bond: seat.bond,
    };
    Ok(bench.seats.into_iter().map(seat).collect())
}
