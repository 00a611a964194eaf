use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Storage, Uint128};
use market_control::ensure_sender;
use market_math::slash::MAX_REPORTERS_SHARE;
use market_math::{mul_div, Rounding};
use market_types::control::Wiring;
use market_types::events::Slashed;
use market_types::{BasisPoints, LeaseId, ProviderNo, UnixTime};

use crate::audits;
use crate::bounds::within;
use crate::stake::{burning, Shares};
use crate::state::{
    account, commitment, provider, EvidenceRecord, ACCOUNTS, COMMITMENTS, EVIDENCE, PARAMS, PROVIDERS, TOTALS,
};
use crate::ContractError;

/// The attestation contract's message.
pub struct Penalty {
    pub lease: LeaseId,
    pub share: BasisPoints,
    pub shares: Shares,
    pub convict: bool,
}

/// # Errors
/// The sender is not the attestation contract, the share is above the whole, or the lease has no commitment.
pub fn slash(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    penalty: Penalty,
) -> Result<Response, ContractError> {
    ensure_sender(&info.sender, &wiring.attestation, "attestation contract")?;
    let Penalty {
        lease,
        share,
        shares,
        convict,
    } = penalty;
    within("share", share.0.into(), 0, BasisPoints::WHOLE.0.into())?;
    let mut commitment = commitment(deps.storage, lease)?;
    let no = commitment.provider;
    let amount = part(commitment.work_bond, share)?.min(commitment.work_bond_left()?);

    let mut account = account(deps.storage, no)?;
    let mut totals = TOTALS.load(deps.storage)?;
    commitment.slashed = commitment.slashed.checked_add(amount)?;
    account.locked = account.locked.checked_sub(amount)?;
    account.bonded = account.bonded.checked_sub(amount)?;
    totals.bonded = totals.bonded.checked_sub(amount)?;
    let rewards = shares.pay(deps.storage, &mut totals, part(amount, MAX_REPORTERS_SHARE)?)?;
    let burned = amount.checked_sub(rewards)?;
    COMMITMENTS.save(deps.storage, lease, &commitment)?;
    ACCOUNTS.save(deps.storage, no, &account)?;
    TOTALS.save(deps.storage, &totals)?;
    if convict {
        suspend(deps.storage, no, env.block.time.into())?;
    }
    let burn = burning(deps.storage, &wiring.network_token, burned)?;
    Ok(Response::new()
        .add_event(Slashed {
            provider: no,
            lease,
            amount,
            rewards,
            burned,
            convicted: convict,
        })
        .add_messages(burn))
}

/// Rounded down: the remainder stays where it is.
fn part(whole: Uint128, share: BasisPoints) -> Result<Uint128, ContractError> {
    let all = BasisPoints::WHOLE.0.into();
    Ok(mul_div(whole, share.0.into(), all, Rounding::Down)?)
}

/// The convicted get no award and judge nobody until they are reinstated.
fn suspend(storage: &mut dyn Storage, no: ProviderNo, now: UnixTime) -> Result<(), ContractError> {
    let mut provider = provider(storage, no)?;
    audits::leave_all(storage, no, &provider.group)?;
    provider.suspended = true;
    provider.shrunk_at = Some(now);
    PROVIDERS.save(storage, no, &provider)?;
    let half_life = PARAMS.load(storage)?.evidence_half_life;
    let mut evidence = EvidenceRecord::load(storage, no, now)?.at(now, half_life);
    evidence.convictions = evidence.convictions.saturating_add(1);
    Ok(EVIDENCE.save(storage, no, &evidence)?)
}
