//! One step in both, and the first thing they do not agree on.

use std::collections::BTreeMap;

use cosmwasm_std::Addr;
use cw20::Cw20ExecuteMsg;
use market_types::{escrow, registry, take_rate};
use thiserror::Error;

use super::people::People;
use crate::call::Call;
use crate::ledger::Ledger;
use crate::suite::{Broken, Suite};

/// Some time passes, then somebody sends something.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub seconds: u64,
    pub blocks: u64,
    pub sender: Addr,
    pub call: Call,
}

impl Step {
    pub fn now(sender: &Addr, call: impl Into<Call>) -> Self {
        Self {
            seconds: 0,
            blocks: 1,
            sender: sender.clone(),
            call: call.into(),
        }
    }
}

#[derive(Error, Debug)]
pub enum Mismatch {
    #[error("the ledger says {ledger}, and the market {market}")]
    Fate { ledger: String, market: String },
    #[error("{what}: the ledger has {ledger}, and the market {market}")]
    Figure {
        what: String,
        ledger: String,
        market: String,
    },
    #[error(transparent)]
    Broken(#[from] Broken),
}

/// What a contract owes in a token.
type Owes<'a> = &'a dyn Fn(&Addr) -> u128;

pub struct Twin {
    pub suite: Suite,
    pub ledger: Ledger,
    pub people: People,
    /// What nobody owns, by contract and token.
    gifts: BTreeMap<(Addr, Addr), u128>,
    steps: usize,
    /// How often each kind of message was taken, and each kind of refusal was given.
    pub tally: BTreeMap<String, usize>,
}

/// Every so many steps everything is compared, and the market's own queries are asked.
const FULL: usize = 40;

impl Twin {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let mut suite = Suite::builder()
            .funded(People::funded())
            .token("EURX")
            .network_token_listed()
            .book(|params| params.bids_kept = 4)
            .registry(|params| params.evidence_unit = 1_000u128.into())
            .build();
        suite.checks = false;
        let people = People::of(&suite);
        let ledger = Ledger::of(&suite, &People::funded());
        Self {
            suite,
            ledger,
            people,
            gifts: BTreeMap::new(),
            steps: 0,
            tally: BTreeMap::new(),
        }
    }

    /// Take one step in both. Whether they both took it, as against refused it.
    ///
    /// # Errors
    /// They do not agree, or a rule is broken.
    pub fn step(&mut self, step: &Step) -> Result<bool, Mismatch> {
        self.suite.pass_blocks(step.seconds, step.blocks);
        self.ledger.pass(step.seconds, step.blocks);
        let expected = self.ledger.execute(&step.sender, &step.call);
        let actual = self
            .suite
            .send_unchecked(&step.sender, step.call.clone())
            .map(|_| ());
        if expected != actual {
            return Err(Mismatch::Fate {
                ledger: format!("{expected:?}"),
                market: format!("{actual:?}"),
            });
        }
        self.note_gifts(step, expected.is_ok());
        self.compare_figures()?;
        self.compare_touched(&step.call)?;
        self.check_ledger()?;
        self.steps += 1;
        let outcome = match &expected {
            Ok(()) => match &step.call {
                Call::Token(_, msg) => format!("Token({msg:?}"),
                call => format!("{call:?}"),
            },
            Err(failure) => format!("{failure:?}"),
        };
        *self.tally.entry(kind(&outcome)).or_default() += 1;
        if self.steps.is_multiple_of(FULL) {
            self.compare_all()?;
        }
        Ok(expected.is_ok())
    }

    /// Everything there is, through the market's own queries, and its invariants.
    ///
    /// # Errors
    /// They do not agree, or a rule is broken.
    pub fn compare_all(&self) -> Result<(), Mismatch> {
        self.compare_everything()?;
        Ok(self.suite.check()?)
    }

    fn note_gifts(&mut self, step: &Step, taken: bool) {
        if !taken {
            return;
        }
        let wiring = self.ledger.wiring.clone();
        match &step.call {
            Call::Token(token, Cw20ExecuteMsg::Transfer { recipient, amount }) => {
                let to = Addr::unchecked(recipient);
                let contracts = [
                    wiring.provider_registry,
                    wiring.order_book,
                    wiring.lease_escrow,
                    wiring.attestation,
                    wiring.take_rate_burn,
                ];
                if contracts.contains(&to) {
                    *self.gifts.entry((to, token.clone())).or_default() += amount.u128();
                }
            }
            Call::Escrow(escrow::ExecuteMsg::Skim { token }) => {
                self.gifts.remove(&(wiring.lease_escrow, Addr::unchecked(token)));
            }
            Call::Registry(registry::ExecuteMsg::Skim {}) => {
                self.gifts
                    .remove(&(wiring.provider_registry, wiring.network_token));
            }
            Call::TakeRate(take_rate::ExecuteMsg::Skim { token }) => {
                self.gifts
                    .remove(&(wiring.take_rate_burn, Addr::unchecked(token)));
            }
            _ => {}
        }
    }

    /// The rules that need no chain: solvency to the unit, supply, stakes, money.
    fn check_ledger(&self) -> Result<(), Mismatch> {
        let ledger = &self.ledger;
        let wiring = &ledger.wiring;
        let none = |_: &Addr| 0;
        let escrow = |token: &Addr| ledger.escrow.owes_in_all(token);
        let registry = |token: &Addr| match *token == wiring.network_token {
            true => ledger.registry_owes(),
            false => 0,
        };
        let take_rate = |token: &Addr| ledger.take_rate.owes(token);
        let contracts: [(&Addr, Owes); 5] = [
            (&wiring.provider_registry, &registry),
            (&wiring.order_book, &none),
            (&wiring.lease_escrow, &escrow),
            (&wiring.attestation, &none),
            (&wiring.take_rate_burn, &take_rate),
        ];
        for (contract, owes) in contracts {
            for token in ledger.tokens.keys() {
                let gift = self.gifts.get(&(contract.clone(), token.clone()));
                let gift = gift.copied().unwrap_or(0);
                let (held, owed) = (ledger.balance(token, contract), owes(token));
                if held != owed + gift {
                    return Err(Broken::Solvency {
                        contract: contract.clone(),
                        token: token.clone(),
                        held,
                        owed,
                        gift,
                    }
                    .into());
                }
            }
        }
        for (id, lease) in &ledger.escrow.leases {
            if !lease.money.is_whole() {
                return Err(Broken::LeaseMoney {
                    lease: *id,
                    what: "the parts are not the whole",
                }
                .into());
            }
        }
        for provider in &ledger.registry.providers {
            let locked = ledger.registry.locked(provider.no);
            if locked > provider.bonded {
                return Err(Broken::Locked {
                    owner: provider.owner.clone(),
                    bonded: provider.bonded,
                    locked,
                    leases: locked,
                    seats: 0,
                }
                .into());
            }
        }
        Ok(())
    }
}

/// The variants at the head of a debug text: `Escrow(Control(Paused`, `Book(Award`.
fn kind(text: &str) -> String {
    let head = text.split([' ', '{', '"']).next().unwrap_or_default();
    match head.ends_with("Refused") {
        true => text.split(['{', ' ']).take(4).collect(),
        false => head.trim_end_matches(')').into(),
    }
}
