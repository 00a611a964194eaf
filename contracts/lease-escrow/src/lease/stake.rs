//! What stands behind a task's work, valued anew.

use cosmwasm_std::Uint128;
use market_math::bond::value_of_bond;
use market_math::revalue::has_moved;
use market_math::{mul_div, Rounding};
use market_types::events::LeaseRevalued;
use market_types::{CloseReason, Seconds, UnixTime};

use super::task::price_of;
use super::{Effects, LeaseFile};
use crate::state::Short;
use crate::ContractError;

/// Unit prices that a work bond is worth at least, on every chain: the lowest bound of what an order may ask for.
pub const LEAST_UNITS: u32 = 20;

/// Time to top up a stake that lost its worth.
pub const SHORT_TIME: Seconds = Seconds(72 * 3_600);

/// What the registry says of a lease's work bond.
pub struct Stake {
    /// What is left of it.
    pub bond: Uint128,
    pub slashed: Uint128,
    /// Bond price now; `None`: none, or one too old.
    pub price: Option<Uint128>,
}

impl LeaseFile {
    /// Take the bond as it is now, and the price as it is now if that has moved the bond's worth far enough.
    ///
    /// # Errors
    /// No running task, nothing changed enough, or a value does not fit.
    pub fn revalue(&mut self, stake: &Stake, now: UnixTime, fx: &mut Effects) -> Result<(), ContractError> {
        self.task()?;
        self.ensure_running()?;
        let (bond, stood) = (self.lease.work_bond, self.lease.work_bond_value);
        let worth = |bond| stake.price.map(|price| value_of_bond(bond, price)).transpose();
        // The same bond, then and now: only the price makes a difference.
        let moved = worth(bond)?.filter(|stands| has_moved(stood, *stands)).is_some();
        let value = match worth(stake.bond)?.filter(|_| moved) {
            Some(value) => value,
            None if stake.bond != bond => mul_div(stood, stake.bond, bond, Rounding::Down)?,
            None => {
                return Err(ContractError::NotMoved {
                    lease: self.id,
                    value: stood,
                })
            }
        };
        self.lease.work_bond = stake.bond;
        self.lease.work_bond_value = value;
        let enough = value >= price_of(self.lease.price, LEAST_UNITS)?;
        match (enough, self.lease.short) {
            (true, Some(short)) => {
                self.lease.short = None;
                if short.excused {
                    self.lease.restaked_at = Some(now);
                }
            }
            (false, None) => {
                self.lease.short = Some(Short {
                    since: now,
                    excused: stake.slashed.is_zero(),
                });
            }
            (true, None) | (false, Some(_)) => {}
        }
        fx.emit(LeaseRevalued {
            lease: self.id,
            work_bond: stake.bond,
            value,
            enough,
        });
        Ok(())
    }

    /// Why a task whose stake is short may be closed by anyone, if that is judged by the stake at all. A provider whose bond was
    /// slashed has only itself to blame: its progress time runs on.
    pub fn stake_failure(&self, now: UnixTime) -> Option<Option<CloseReason>> {
        let short = self.lease.short?;
        let due = now >= short.since.plus(SHORT_TIME);
        match (short.excused, due) {
            (true, due) => Some(due.then_some(CloseReason::Understaked)),
            (false, true) => Some(Some(CloseReason::NoProgress)),
            (false, false) => None,
        }
    }
}
