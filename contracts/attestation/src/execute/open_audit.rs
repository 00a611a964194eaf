use cosmwasm_std::{Addr, Deps, DepsMut, Env, Response, Uint128};
use market_control::ensure_sender;
use market_math::audit_price::{auditor_fee, forced_audit_price, forced_audits_cap};
use market_math::seats::table_bits;
use market_math::{mul_div, Rounding};
use market_types::audit::AuditId;
use market_types::contract::{Escrow, Registry};
use market_types::control::Wiring;
use market_types::escrow::{self, Payer, WorkResponse};
use market_types::events::AuditOpened;
use market_types::registry::{self, AuditTable, ProviderRef};
use market_types::{BatchNo, UnixTime};

use crate::audit::Audit;
use crate::docket::commit_time;
use crate::finish::bit;
use crate::seating::tag;
use crate::state::{
    classes, lease_audits, rules, AuditRules, Forced, Marks, Terms, AUDITS, BATCHES, LEASES, MARKS, OUTCOMES,
    TERMS,
};
use crate::{params, ContractError};

/// What a seat locks, in fees.
const LOCKED_FEES: u128 = 10;

/// Begin the audit of a drawn unit, whoever asks.
///
/// # Errors
/// The unit was not drawn, or is audited already; the audit pool cannot pay two auditors.
pub fn open_audit(
    deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    audit: AuditId,
    batch: BatchNo,
) -> Result<Response, ContractError> {
    let (marks, bit) = unaudited(deps.as_ref(), audit, batch)?;
    let lease = audit.lease;
    match marks.drawn {
        None => return Err(ContractError::NotDrawn { lease, batch }),
        Some(drawn) if drawn & bit == 0 => return Err(ContractError::UnitNotDrawn { audit }),
        Some(_) => {}
    }
    let rules = rules(deps.storage)?;
    let work = work(deps.as_ref(), wiring, audit)?;
    let terms = terms(deps.as_ref(), env, wiring, &rules, &work, batch)?;
    let fees = terms.fee.checked_mul(Uint128::new(2))?;
    begin(deps, env, wiring, Opened { audit, marks, bit }, terms, fees)
}

/// Begin the audit of a unit that was not drawn, for its tenant.
///
/// # Errors
/// Not from the tenant; the batch vested, or so many audits were forced already; the tenant cannot pay.
pub fn force_audit(
    deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    sender: &Addr,
    audit: AuditId,
    batch: BatchNo,
) -> Result<Response, ContractError> {
    let (marks, bit) = unaudited(deps.as_ref(), audit, batch)?;
    let lease = audit.lease;
    let work = work(deps.as_ref(), wiring, audit)?;
    ensure_sender(sender, &work.tenant, "tenant of the lease")?;
    let vests_at = BATCHES.load(deps.storage, (lease, batch))?.vests_at;
    if UnixTime::from(env.block.time) >= vests_at {
        return Err(ContractError::Vested {
            lease,
            batch,
            vests_at,
        });
    }
    let mut audits = lease_audits(deps.storage, lease)?;
    let (forced, cap) = (audits.forced, forced_audits_cap(work.units));
    if forced >= cap {
        return Err(ContractError::ForcedEnough { lease, forced, cap });
    }
    audits.forced = forced.saturating_add(1);
    LEASES.save(deps.storage, lease, &audits)?;

    let rules = rules(deps.storage)?;
    if rules.beacon.is_none() {
        return Err(ContractError::NoAudits {});
    }
    let classes = classes(deps.storage)?;
    let audit_cost = params::of_class(&classes, work.comparison)?.audit_cost;
    let opening_fee = auditor_fee(work.unit_price, rules.opening_fee)?;
    let price = forced_audit_price(work.unit_price, audit_cost, opening_fee)?;
    let mut terms = terms(deps.as_ref(), env, wiring, &rules, &work, batch)?;
    terms.forced = Some(Forced {
        owner: work.owner,
        opening_fee,
    });
    begin(deps, env, wiring, Opened { audit, marks, bit }, terms, price)
}

struct Opened {
    audit: AuditId,
    marks: Marks,
    bit: u64,
}

/// A unit of the batch that could be audited.
fn unaudited(deps: Deps, audit: AuditId, batch: BatchNo) -> Result<(Marks, u64), ContractError> {
    let (lease, unit) = (audit.lease, audit.unit);
    let bit = bit(deps.storage, lease, batch, unit)?;
    if OUTCOMES.has(deps.storage, (lease, batch)) {
        return Err(ContractError::AlreadyEnded { lease, batch });
    }
    if lease_audits(deps.storage, lease)?.convicted {
        return Err(ContractError::Convicted { lease });
    }
    let marks = MARKS.may_load(deps.storage, (lease, batch))?.unwrap_or_default();
    if (marks.opened | marks.refunded) & bit != 0 {
        return Err(ContractError::AlreadyAudited { audit });
    }
    Ok((marks, bit))
}

fn work(deps: Deps, wiring: &Wiring<Addr>, audit: AuditId) -> Result<WorkResponse, ContractError> {
    let lease = audit.lease;
    Ok(Escrow::at(&wiring.lease_escrow).ask(&deps.querier, &escrow::QueryMsg::Work { lease })?)
}

fn terms(
    deps: Deps,
    env: &Env,
    wiring: &Wiring<Addr>,
    rules: &AuditRules,
    work: &WorkResponse,
    batch: BatchNo,
) -> Result<Terms, ContractError> {
    let class = work
        .audit_class
        .clone()
        .ok_or(ContractError::NotAudited { lease: work.lease })?;
    let classes = classes(deps.storage)?;
    let audit_cost = params::of_class(&classes, work.comparison)?.audit_cost;
    let fee = auditor_fee(work.unit_price, audit_cost)?;
    let lock = if work.work_bond_value.is_zero() {
        Uint128::zero()
    } else {
        let fees = fee.checked_mul(Uint128::new(LOCKED_FEES))?;
        mul_div(fees, work.work_bond, work.work_bond_value, Rounding::Up)?
    };
    let registry = Registry::at(&wiring.provider_registry);
    let table: AuditTable = registry.ask(
        &deps.querier,
        &registry::QueryMsg::AuditTable { class: class.clone() },
    )?;
    let tenant: Option<ProviderRef> = registry.ask(
        &deps.querier,
        &registry::QueryMsg::Whois {
            address: work.tenant.to_string(),
        },
    )?;
    Ok(Terms {
        batch,
        provider: work.provider,
        tag: tag(&work.group),
        tenant: work.tenant.clone(),
        tenant_tag: tenant.map(|tenant| tag(&tenant.group)),
        token: work.token.clone(),
        class,
        bits: table_bits(table.length),
        opened_at: env.block.time.into(),
        fee,
        lock,
        commit: commit_time(&rules.times, work.unit_deadline),
        forced: None,
    })
}

fn begin(
    deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    opened: Opened,
    terms: Terms,
    price: Uint128,
) -> Result<Response, ContractError> {
    let Opened {
        audit,
        mut marks,
        bit,
    } = opened;
    marks.opened |= bit;
    MARKS.save(deps.storage, (audit.lease, terms.batch), &marks)?;
    TERMS.save(deps.storage, audit, &terms)?;
    let exact = terms.class.0 == market_types::audit::AuditClass::EXACT;
    AUDITS.save(deps.storage, audit, &Audit::new(exact, env.block.height))?;
    let event = AuditOpened {
        audit,
        batch: terms.batch,
        provider: terms.provider,
        class: terms.class.0,
        forced: terms.forced.is_some(),
    };
    let response = Response::new().add_event(event);
    if price.is_zero() {
        return Ok(response);
    }
    let payer = match terms.forced {
        Some(_) => Payer::Tenant,
        None => Payer::Pool,
    };
    let set_aside = escrow::ExecuteMsg::SetAside {
        audit,
        amount: price,
        payer,
    };
    Ok(response.add_message(Escrow::at(&wiring.lease_escrow).call(&set_aside)?))
}
