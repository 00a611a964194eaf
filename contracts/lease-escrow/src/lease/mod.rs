//! The life of a lease, without storage: what each step changes, what money it moves, whom it tells.

mod close;
mod file;
mod funding;
mod outage;
mod stake;
mod stream;
mod task;

pub use file::LeaseFile;
pub use funding::funding;
pub use stake::Stake;
pub use stream::check_amendment;

use cosmwasm_std::{Event, Uint128};
use market_math::fee::{bearable_premium, split};
use market_types::order::Rail;
use market_types::registry::ExecuteMsg as TellRegistry;
use market_types::{ProviderNo, UnixTime};

use crate::ledger::{difference, sum, Move, Pool};
use crate::state::{Lease, Money, Order, Service, Stream, Task};
use crate::ContractError;

/// When a step happens. Maintenance is asked of the registry only where silence is judged.
pub struct Moment<'a> {
    pub time: UnixTime,
    pub height: u64,
    pub maintenance: &'a dyn Fn(ProviderNo) -> Result<Option<(UnixTime, UnixTime)>, ContractError>,
}

/// What a step wants done, in this order.
#[derive(Debug, Default, PartialEq)]
pub struct Effects {
    pub moves: Vec<Move>,
    pub events: Vec<Event>,
    pub calls: Vec<TellRegistry>,
}

impl Effects {
    pub fn emit(&mut self, event: impl Into<Event>) {
        self.events.push(event.into());
    }

    fn shift(&mut self, from: Pool, to: Pool, amount: Uint128) {
        if !amount.is_zero() {
            self.moves.push(Move { from, to, amount });
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    Stream(Stream),
    Task(Task),
}

impl Work {
    /// Nothing has happened yet.
    pub fn new(rail: &Rail) -> Self {
        match rail {
            Rail::Stream { length, .. } => Self::Stream(Stream::new(*length)),
            Rail::Task { .. } => Self::Task(Task::default()),
        }
    }
}

/// Which of the lease's money is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purse {
    Remaining,
    Held,
}

impl Money {
    /// # Errors
    /// The sum does not fit; it did when the money came in.
    pub fn funded(&self) -> Result<Uint128, ContractError> {
        let spent = sum(self.gross, self.refunded)?;
        Ok(sum(sum(self.remaining, self.held)?, spent)?)
    }

    fn take(&mut self, purse: Purse, amount: Uint128) -> Result<Pool, ContractError> {
        let (part, pool) = match purse {
            Purse::Remaining => (&mut self.remaining, Pool::Remaining),
            Purse::Held => (&mut self.held, Pool::Held),
        };
        *part = difference(*part, amount)?;
        Ok(pool)
    }

    /// `amount` becomes gross; fee, premium and income part ways. The premium is at most what the fee leaves, so a
    /// payment is never refused for it.
    ///
    /// # Errors
    /// The purse has less.
    pub fn pay(
        &mut self,
        order: &Order,
        lease: &Lease,
        purse: Purse,
        amount: Uint128,
        premium: Uint128,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        let premium = bearable_premium(self.gross, amount, order.take_rate, premium)?;
        let before = split(self.gross, order.take_rate, self.premium)?;
        let pool = self.take(purse, amount)?;
        self.gross = sum(self.gross, amount)?;
        self.premium = sum(self.premium, premium)?;
        let after = split(self.gross, order.take_rate, self.premium)?;
        fx.shift(pool.clone(), Pool::Fees, difference(after.fee, before.fee)?);
        fx.shift(pool.clone(), Pool::Audits, premium);
        let income = difference(after.income, before.income)?;
        fx.shift(pool, Pool::Available(lease.owner.clone()), income);
        Ok(())
    }

    /// `amount` returns to the tenant.
    ///
    /// # Errors
    /// The purse has less.
    pub fn give_back(
        &mut self,
        lease: &Lease,
        purse: Purse,
        amount: Uint128,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        let pool = self.take(purse, amount)?;
        self.refunded = sum(self.refunded, amount)?;
        fx.shift(pool, Pool::Available(lease.tenant.clone()), amount);
        Ok(())
    }
}

/// Terms and state that every step of a lease sees.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    pub order: Order,
    pub service: Service,
}
