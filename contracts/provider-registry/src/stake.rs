//! What is taken from a provider's stake, and where it goes: nothing is paid that was not taken first.

use cosmwasm_std::{Addr, Api, OverflowError, Storage, Uint128, WasmMsg};
use market_types::audit::Reward;
use market_types::registry::{Tip, Unbonding};
use market_types::ProviderNo;

use crate::state::{credit, Account, Totals, BURNED, UNBONDING};
use crate::{outgoing, ContractError};

/// Take up to `due` out of what is free, then out of what is unbonding; never out of what leases and seats lock. The caller saves
/// `account` and `totals`, which no longer owe what was taken. Returns how much that was.
///
/// # Errors
/// The storage is not what this contract wrote.
pub fn forfeit(
    storage: &mut dyn Storage,
    no: ProviderNo,
    account: &mut Account,
    totals: &mut Totals,
    due: Uint128,
) -> Result<Uint128, ContractError> {
    let from_free = due.min(account.free());
    account.bonded = account.bonded.checked_sub(from_free)?;
    totals.bonded = totals.bonded.checked_sub(from_free)?;
    let rest = due.checked_sub(from_free)?;
    if rest.is_zero() {
        return Ok(from_free);
    }
    // Absent when nothing is unbonding.
    let unbondings = UNBONDING.may_load(storage, no)?.unwrap_or_default();
    let (left, taken) = deduct(unbondings, rest)?;
    totals.unbonding = totals.unbonding.checked_sub(taken)?;
    if left.is_empty() {
        UNBONDING.remove(storage, no);
    } else {
        UNBONDING.save(storage, no, &left)?;
    }
    Ok(from_free.checked_add(taken)?)
}

/// Take up to `due` out of what is unbonding, the soonest first. Returns what is left, and how much was taken.
fn deduct(mut unbondings: Vec<Unbonding>, due: Uint128) -> Result<(Vec<Unbonding>, Uint128), OverflowError> {
    let mut taken = Uint128::zero();
    for entry in &mut unbondings {
        let part = entry.amount.min(due.checked_sub(taken)?);
        entry.amount = entry.amount.checked_sub(part)?;
        taken = taken.checked_add(part)?;
    }
    unbondings.retain(|entry| !entry.amount.is_zero());
    Ok((unbondings, taken))
}

/// Who is paid out of a pot, in this order, each as far as it reaches.
pub struct Shares {
    tip: Option<(Addr, Uint128)>,
    rewards: Vec<(Addr, Uint128)>,
}

impl Shares {
    /// # Errors
    /// An address is not valid.
    pub fn checked(api: &dyn Api, tip: Option<Tip>, rewards: Vec<Reward>) -> Result<Self, ContractError> {
        let tip = tip
            .map(|tip| Ok::<_, ContractError>((api.addr_validate(&tip.to)?, tip.amount)))
            .transpose()?;
        let rewards = rewards
            .into_iter()
            .map(|reward| Ok((api.addr_validate(&reward.to)?, reward.amount)))
            .collect::<Result<_, ContractError>>()?;
        Ok(Self { tip, rewards })
    }

    /// Make at most `limit` claimable. Returns how much that was.
    ///
    /// # Errors
    /// A claimable sum does not fit.
    pub fn pay(
        self,
        storage: &mut dyn Storage,
        totals: &mut Totals,
        limit: Uint128,
    ) -> Result<Uint128, ContractError> {
        let mut left = limit;
        for (owner, amount) in self.tip.into_iter().chain(self.rewards) {
            let part = amount.min(left);
            left = left.checked_sub(part)?;
            credit(storage, &owner, part)?;
        }
        let paid = limit.checked_sub(left)?;
        totals.claimable = totals.claimable.checked_add(paid)?;
        Ok(paid)
    }
}

/// The message that burns `amount`, and its place in the sum; none for nothing.
///
/// # Errors
/// The sum does not fit.
pub fn burning(
    storage: &mut dyn Storage,
    token: &Addr,
    amount: Uint128,
) -> Result<Option<WasmMsg>, ContractError> {
    if amount.is_zero() {
        return Ok(None);
    }
    // Absent before the first.
    let burned = BURNED.may_load(storage)?.unwrap_or_default();
    BURNED.save(storage, &burned.checked_add(amount)?)?;
    Ok(Some(outgoing::burn(token, amount)?))
}
