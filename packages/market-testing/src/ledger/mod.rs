//! Who owns what, kept beside the contracts: a second market in plain Rust, written from the protocol.
//!
//! It takes the same messages and says for each what must come of it: which balances move, or which refusal. What the contracts
//! store as running sums it recomputes from the facts, and it shares no code with them but the statistics of reputation.

mod amendments;
pub mod amounts;
mod attestation;
pub mod audits;
mod awards;
mod bonds;
mod book;
mod closes;
mod control;
pub mod escrow;
mod evidence;
mod judging;
mod leases;
mod outages;
mod profiles;
pub mod registry;
mod specs;
mod streams;
mod take_rate;
mod tasks;
mod tokens;

pub use attestation::Batch;
pub use book::{Bid, Order, Status};
pub use escrow::{Money, Reservation};
pub use leases::{Lease, Side, Stream, Task, Work};
pub use registry::{Commitment, Provider};
pub use take_rate::{Fees, Lot};

use std::collections::BTreeMap;

use cosmwasm_std::Addr;
use market_types::control::Wiring;

use crate::call::Call;
use crate::failure::Failure;
use crate::suite::Suite;

/// What a message comes to: nothing more to say, or why not.
pub type Fate = Result<(), Failure>;

#[derive(Clone)]
pub struct Ledger {
    pub wiring: Wiring<Addr>,
    pub governor: Addr,
    pub guardian: Addr,
    pub now: u64,
    pub height: u64,
    pub tokens: BTreeMap<Addr, tokens::Token>,
    pub pauses: BTreeMap<Addr, control::Pause>,
    pub registry: registry::Registry,
    pub book: book::Book,
    pub escrow: escrow::Escrow,
    pub attestation: attestation::Attestation,
    pub take_rate: take_rate::TakeRate,
}

impl Ledger {
    /// The ledger of a market in which nothing has happened yet but that it was set up.
    pub fn of(suite: &Suite, holders: &[Addr]) -> Self {
        let block = suite.app.block_info();
        Self {
            wiring: suite.wiring.clone(),
            governor: suite.governor.clone(),
            guardian: suite.guardian.clone(),
            now: block.time.seconds(),
            height: block.height,
            tokens: tokens::of(suite, holders),
            pauses: BTreeMap::new(),
            registry: registry::Registry::of(suite),
            book: book::Book::of(suite),
            escrow: escrow::Escrow::of(suite),
            attestation: attestation::Attestation::of(suite),
            take_rate: take_rate::TakeRate::of(suite),
        }
    }

    pub fn pass(&mut self, seconds: u64, blocks: u64) {
        self.now += seconds;
        self.height += blocks;
    }

    /// Take a message: all of it or nothing.
    ///
    /// # Errors
    /// What the market must answer.
    pub fn execute(&mut self, sender: &Addr, call: &Call) -> Fate {
        let mut next = self.clone();
        next.run(sender, call)?;
        *self = next;
        Ok(())
    }

    fn run(&mut self, sender: &Addr, call: &Call) -> Fate {
        match call {
            Call::Token(token, msg) => self.token_message(token, sender, msg),
            Call::Registry(msg) => self.registry_message(sender, msg),
            Call::Book(msg) => self.book_message(sender, msg),
            Call::Escrow(msg) => self.escrow_message(sender, msg),
            Call::Attestation(msg) => self.attestation_message(sender, msg),
            Call::TakeRate(msg) => self.take_rate_message(sender, msg),
        }
    }
}
