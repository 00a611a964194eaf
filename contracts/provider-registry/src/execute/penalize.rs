use cosmwasm_std::{Addr, DepsMut, MessageInfo, Response, Uint128};
use market_control::ensure_sender;
use market_math::{mul_div, Rounding};
use market_types::control::Wiring;
use market_types::events::Penalized;
use market_types::registry::Tip;
use market_types::{BasisPoints, LeaseId};

use crate::bounds::within;
use crate::state::{account, commitment, credit, ACCOUNTS, COMMITMENTS, TOTALS};
use crate::ContractError;

/// What a share of a lease bond comes to when `left` of it is left: rounded down, the remainder stays the provider's.
///
/// # Errors
/// None for a share of at most the whole.
fn penalty(lease_bond: Uint128, left: Uint128, share: BasisPoints) -> Result<Uint128, ContractError> {
    Ok(mul_div(
        lease_bond,
        share.0.into(),
        BasisPoints::WHOLE.0.into(),
        Rounding::Down,
    )?
    .min(left))
}

/// # Errors
/// The sender is not the lease escrow, the share is above the whole, or the lease has no commitment.
pub fn penalize(
    deps: DepsMut,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    lease: LeaseId,
    tenant: &str,
    share: BasisPoints,
    tip: Option<Tip>,
) -> Result<Response, ContractError> {
    ensure_sender(&info.sender, &wiring.lease_escrow, "lease escrow")?;
    within("share", share.0.into(), 0, BasisPoints::WHOLE.0.into())?;
    let tenant = deps.api.addr_validate(tenant)?;
    let crank = tip
        .as_ref()
        .map(|tip| deps.api.addr_validate(&tip.to))
        .transpose()?;
    let mut commitment = commitment(deps.storage, lease)?;
    let no = commitment.provider;
    let left = commitment.lease_bond.checked_sub(commitment.penalized)?;
    let amount = penalty(commitment.lease_bond, left, share)?;
    let tip = tip.map_or(Uint128::zero(), |tip| tip.amount.min(amount));

    let mut account = account(deps.storage, no)?;
    let mut totals = TOTALS.load(deps.storage)?;
    commitment.penalized = commitment.penalized.checked_add(amount)?;
    account.locked = account.locked.checked_sub(amount)?;
    account.bonded = account.bonded.checked_sub(amount)?;
    totals.bonded = totals.bonded.checked_sub(amount)?;
    totals.claimable = totals.claimable.checked_add(amount)?;
    COMMITMENTS.save(deps.storage, lease, &commitment)?;
    ACCOUNTS.save(deps.storage, no, &account)?;
    TOTALS.save(deps.storage, &totals)?;
    credit(deps.storage, &tenant, amount.checked_sub(tip)?)?;
    if let Some(crank) = crank {
        credit(deps.storage, &crank, tip)?;
    }
    Ok(Response::new().add_event(Penalized {
        provider: no,
        lease,
        tenant,
        amount,
        tip,
    }))
}
