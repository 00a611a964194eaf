//! The end: whoever is silent, cranks alone bring everything to its end, and everybody takes out what they own, paused or not.

use cosmwasm_std::{Addr, Uint128};
use market_types::attestation::{BatchStatus, ExecuteMsg as Attestation};
use market_types::audit::AuditClass;
use market_types::control::ControlMsg;
use market_types::escrow::{ExecuteMsg as Escrow, LeaseStatus};
use market_types::order_book::ExecuteMsg as Book;
use market_types::registry::ExecuteMsg as Registry;
use market_types::{CloseReason, Seconds};

use super::twin::{Mismatch, Step, Twin};
use crate::call::Call;
use crate::ledger::Status;

const DAY: u64 = 86_400;

impl Twin {
    /// # Errors
    /// Something cannot be ended or taken out, or the two do not agree on the way.
    pub(super) fn bring_to_an_end(&mut self, steps: &mut Vec<Step>) -> Result<(), Mismatch> {
        self.wait(400, steps)?;
        self.pause_everything(steps)?;
        let crank = self.people.stranger.clone();
        for (order, known) in self.ledger.book.orders.clone() {
            if known.status == Status::Open {
                self.must(&crank, Book::Expire { order }, steps)?;
            }
        }
        for (lease, known) in self.ledger.escrow.leases.clone() {
            if known.runs() {
                self.must(&crank, Escrow::CloseFailed { lease }, steps)?;
            }
        }
        for ((lease, batch), known) in self.ledger.attestation.batches.clone() {
            let convicted = self.ledger.escrow.leases[&lease]
                .ended
                .is_some_and(|(_, reason)| reason == CloseReason::Convicted);
            // What the convicted held went back; there is nothing to release.
            if known.status == BatchStatus::Vesting && !convicted {
                self.must(&crank, Attestation::Release { lease, batch }, steps)?;
            }
        }
        for lease in self.ledger.escrow.leases.clone().into_keys() {
            self.must(&crank, Escrow::Settle { lease }, steps)?;
            let status = self.ledger.escrow.leases[&lease].status;
            if status != LeaseStatus::Closed {
                return Err(figure(format!("lease {lease}"), "Closed", &format!("{status:?}")));
            }
        }
        let judge = self.ledger.wiring.attestation.clone();
        for audit in self.ledger.escrow.aside.clone().into_keys() {
            let payments = vec![];
            self.must(&judge, Escrow::PayAudit { audit, payments }, steps)?;
        }
        for (owner, token) in self.ledger.escrow.available.clone().into_keys() {
            // A contract that was made a tenant or given a deposit cannot ask for it back.
            if self.is_somebody(&owner) {
                let (token, amount) = (token.to_string(), None);
                self.must(&owner, Escrow::Withdraw { token, amount }, steps)?;
            }
        }
        for owner in self.ledger.registry.claimable.clone().into_keys() {
            if self.is_somebody(&owner) {
                self.must(&owner, Registry::Claim {}, steps)?;
            }
        }
        self.take_out_bonds(steps)?;
        self.nothing_is_left()
    }

    fn is_somebody(&self, address: &Addr) -> bool {
        self.people.everybody().contains(address)
    }

    fn wait(&mut self, days: u64, steps: &mut Vec<Step>) -> Result<(), Mismatch> {
        let crank = self.people.stranger.clone();
        let nothing = Escrow::Withdraw {
            token: self.people.tokens[1].to_string(),
            amount: Some(Uint128::zero()),
        };
        let step = Step {
            seconds: days * DAY,
            blocks: days * DAY / 6,
            ..Step::now(&crank, nothing)
        };
        steps.push(step.clone());
        self.step(&step).map(|_| ())
    }

    fn must(&mut self, sender: &Addr, call: impl Into<Call>, steps: &mut Vec<Step>) -> Result<(), Mismatch> {
        let step = Step::now(sender, call);
        steps.push(step.clone());
        match self.step(&step)? {
            true => Ok(()),
            false => Err(figure(format!("{:?}", step.call), "taken", "refused")),
        }
    }

    /// For as long as a pause can be, so that all that follows happens in it.
    fn pause_everything(&mut self, steps: &mut Vec<Step>) -> Result<(), Mismatch> {
        let governor = self.people.governor.clone();
        let pause = || ControlMsg::Pause {
            duration: Seconds(14 * DAY),
        };
        self.must(&governor, Registry::Control(pause()), steps)?;
        self.must(&governor, Book::Control(pause()), steps)?;
        self.must(&governor, Escrow::Control(pause()), steps)?;
        self.must(&governor, Attestation::Control(pause()), steps)?;
        self.must(
            &governor,
            market_types::take_rate::ExecuteMsg::Control(pause()),
            steps,
        )
    }

    fn take_out_bonds(&mut self, steps: &mut Vec<Step>) -> Result<(), Mismatch> {
        let owners: Vec<_> = self
            .ledger
            .registry
            .providers
            .iter()
            .map(|provider| (provider.no, provider.owner.clone()))
            .collect();
        let waiting = |twin: &Self, no| !twin.ledger.registry.provider(no).unbonding.is_empty();
        for (no, owner) in &owners {
            if waiting(self, *no) {
                self.must(owner, Registry::WithdrawUnbonded {}, steps)?;
            }
            for (class, table) in self.ledger.registry.tables.clone() {
                if table.places.iter().flatten().any(|entry| entry.provider == *no) {
                    let class = AuditClass(class);
                    self.must(owner, Registry::LeaveAudits { class }, steps)?;
                }
            }
            let bonded = self.ledger.registry.provider(*no).bonded;
            if bonded > 0 {
                let amount = Uint128::new(bonded);
                self.must(owner, Registry::Unbond { amount }, steps)?;
            }
        }
        self.wait(91, steps)?;
        for (no, owner) in &owners {
            if waiting(self, *no) {
                self.must(owner, Registry::WithdrawUnbonded {}, steps)?;
            }
        }
        Ok(())
    }

    /// The escrow owes fees and audits only, and the registry nothing.
    fn nothing_is_left(&self) -> Result<(), Mismatch> {
        let owed: Vec<u128> = self
            .people
            .tokens
            .iter()
            .flat_map(|token| self.ledger.escrow.owes(token)[1..4].to_vec())
            .collect();
        let ours = |owner: &Addr| self.is_somebody(owner);
        let kept = self.ledger.escrow.available.keys().any(|(owner, _)| ours(owner));
        let claimable = self.ledger.registry.claimable.keys().any(ours);
        let bonds = self
            .ledger
            .registry
            .providers
            .iter()
            .any(|provider| provider.bonded > 0);
        match owed.iter().all(|amount| *amount == 0) && !kept && !claimable && !bonds {
            true => Ok(()),
            false => Err(figure(
                "what is left".into(),
                "nothing",
                &format!("{owed:?}, accounts {kept}, claims {claimable}, bonds {bonds}"),
            )),
        }
    }
}

fn figure(what: String, ledger: &str, market: &str) -> Mismatch {
    Mismatch::Figure {
        what,
        ledger: ledger.into(),
        market: market.into(),
    }
}
