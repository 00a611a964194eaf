//! Money for audits: set aside when a stage of one opens, paid out when it is over.

use cosmwasm_std::{DepsMut, MessageInfo, Response, Uint128};
use market_types::audit::{AuditId, Reward};
use market_types::escrow::Payer;
use market_types::events::{AuditPaid, AuditSetAside};

use crate::ledger::{difference, sum, Ledger, Move, Pool};
use crate::params::ensure_amount;
use crate::state::{self, SET_ASIDE};
use crate::{sisters, ContractError};

/// Payments in one message: eleven jurors of an appeal, the five before, auditors and a provider.
const MAX_PAYMENTS: usize = 32;

/// # Errors
/// Not from the attestation contract, zero, or the pool or the tenant has less.
pub fn set_aside(
    deps: DepsMut,
    info: MessageInfo,
    audit: AuditId,
    amount: Uint128,
    payer: Payer,
) -> Result<Response, ContractError> {
    sisters::ensure_attestation(deps.as_ref(), &info)?;
    ensure_amount(amount)?;
    let lease = state::lease(deps.storage, audit.lease)?;
    let token = state::order(deps.storage, audit.lease.order())?.token;
    let mut ledger = Ledger::load(deps.storage, &token)?;
    // Absent before the first money of an audit.
    let mut aside = SET_ASIDE.may_load(deps.storage, audit)?.unwrap_or_default();
    let from = match payer {
        Payer::Pool => {
            let has = ledger.totals().audit_pool;
            if has < amount {
                return Err(ContractError::PoolShort { needed: amount, has });
            }
            aside.pool = sum(aside.pool, amount)?;
            Pool::Audits
        }
        Payer::Tenant => {
            aside.tenant = sum(aside.tenant, amount)?;
            Pool::Available(lease.tenant)
        }
    };
    let step = Move {
        from,
        to: Pool::Aside,
        amount,
    };
    ledger.shift(deps.storage, &step)?;
    ledger.save(deps.storage);
    SET_ASIDE.save(deps.storage, audit, &aside);
    Ok(Response::new().add_event(AuditSetAside {
        audit: audit.to_string(),
        amount,
        payer: label(payer).into(),
    }))
}

/// # Errors
/// Not from the attestation contract, too many payments, or more than is set aside; nothing is, or it was paid already.
pub fn pay_audit(
    deps: DepsMut,
    info: MessageInfo,
    audit: AuditId,
    payments: Vec<Reward>,
) -> Result<Response, ContractError> {
    sisters::ensure_attestation(deps.as_ref(), &info)?;
    if payments.len() > MAX_PAYMENTS {
        return Err(ContractError::PaymentCount {
            count: payments.len(),
            max: MAX_PAYMENTS,
        });
    }
    let lease = state::lease(deps.storage, audit.lease)?;
    let token = state::order(deps.storage, audit.lease.order())?.token;
    let aside = SET_ASIDE
        .may_load(deps.storage, audit)?
        .ok_or(ContractError::NothingAside { audit })?;
    let mut ledger = Ledger::load(deps.storage, &token)?;
    let mut paid = Uint128::zero();
    let has = sum(aside.pool, aside.tenant)?;
    let mut moves = vec![];
    for Reward { to, amount } in payments {
        paid = sum(paid, amount)?;
        moves.push((Pool::Available(sisters::address(deps.as_ref(), &to)?), amount));
    }
    if paid > has {
        return Err(ContractError::AsideShort {
            audit,
            needed: paid,
            has,
        });
    }
    // The pool's money goes first.
    let of_tenant = paid.saturating_sub(aside.pool);
    let to_tenant = difference(aside.tenant, of_tenant)?;
    moves.push((Pool::Available(lease.tenant), to_tenant));
    moves.push((Pool::Audits, aside.pool.saturating_sub(paid)));
    for (to, amount) in moves.into_iter().filter(|(_, amount)| !amount.is_zero()) {
        let step = Move {
            from: Pool::Aside,
            to,
            amount,
        };
        ledger.shift(deps.storage, &step)?;
    }
    ledger.save(deps.storage);
    SET_ASIDE.remove(deps.storage, audit);
    Ok(Response::new().add_event(AuditPaid {
        audit: audit.to_string(),
        paid,
        returned: difference(has, paid)?,
    }))
}

const fn label(payer: Payer) -> &'static str {
    match payer {
        Payer::Pool => "pool",
        Payer::Tenant => "tenant",
    }
}
