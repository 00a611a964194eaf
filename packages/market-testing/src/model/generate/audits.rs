//! What audits do to bond and money. Verdicts come from the attestation contract's address; whether they are just is not asked here.

use cosmwasm_std::{Addr, Uint128};
use market_types::audit::{AuditClass, AuditId, Reward};
use market_types::escrow::{ExecuteMsg as Escrow, LeaseStatus, Payer};
use market_types::registry::ExecuteMsg as Registry;
use market_types::{BasisPoints, LeaseId};
use rand::Rng;

use super::{Generator, Wish};
use crate::ledger::Ledger;
use crate::model::people::{People, A100};
use crate::specs::H100;

impl Generator {
    fn audit_class(&mut self) -> AuditClass {
        AuditClass(match self.rng.gen_range(0..20) {
            0 => format!("none/{H100}"),
            1 => "image/unheard-of".into(),
            2..=5 => format!("image/{H100}"),
            6..=8 => format!("vector/{A100}"),
            _ => "exact".into(),
        })
    }

    pub(super) fn offer_audits(&mut self, _: &Ledger, people: &People) -> Wish {
        let owner = self.one(&people.owners)?;
        let class = self.audit_class();
        let places = match self.chance(5) {
            true => self.one(&[0, 17])?,
            false => self.rng.gen_range(1..17),
        };
        let sender = self.mostly(&owner, people);
        Some((sender, Registry::OfferAudits { class, places }.into()))
    }

    pub(super) fn leave_audits(&mut self, _: &Ledger, people: &People) -> Wish {
        let class = self.audit_class();
        Some((self.one(&people.owners)?, Registry::LeaveAudits { class }.into()))
    }

    pub(super) fn reinstate(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let suspended = ledger
            .registry
            .providers
            .iter()
            .filter(|provider| provider.suspended);
        let owners: Vec<Addr> = suspended.map(|provider| provider.owner.clone()).collect();
        let owner = match self.chance(90) {
            true => self.one(&owners)?,
            false => self.anybody(people),
        };
        Some((owner, Registry::Reinstate {}.into()))
    }

    fn task(&mut self, ledger: &Ledger) -> Option<LeaseId> {
        self.lease(ledger, |_, lease| {
            lease.task().is_some() && lease.status != LeaseStatus::Closed
        })
    }

    pub(super) fn add_work_bond(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.task(ledger)?;
        let amount = Uint128::new(self.amount());
        let owner = ledger.escrow.leases.get(&lease).map(|lease| lease.owner.clone());
        let sender = match owner {
            Some(owner) => self.mostly(&owner, people),
            None => self.anybody(people),
        };
        Some((sender, Registry::AddWorkBond { lease, amount }.into()))
    }

    pub(super) fn revalue(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.task(ledger)?;
        Some((self.anybody(people), Escrow::Revalue { lease }.into()))
    }

    fn rewards(&mut self, people: &People) -> Vec<Reward> {
        let count = self.rng.gen_range(0..4);
        (0..count)
            .filter_map(|_| {
                Some(Reward {
                    to: self.one(&people.owners)?.to_string(),
                    amount: Uint128::new(self.amount() >> 20),
                })
            })
            .collect()
    }

    pub(super) fn slash(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.task(ledger)?;
        let convict = self.chance(40);
        let slash = Registry::Slash {
            lease,
            share: BasisPoints(if convict { 10_000 } else { 1_000 }),
            rewards: self.rewards(people),
            tip: None,
            convict,
        };
        let sender = self.mostly(&ledger.wiring.attestation, people);
        Some((sender, slash.into()))
    }

    pub(super) fn convict(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.task(ledger)?;
        let sender = self.mostly(&ledger.wiring.attestation, people);
        Some((sender, Escrow::Convict { lease }.into()))
    }

    fn audit(&mut self, ledger: &Ledger) -> Option<AuditId> {
        let lease = self.task(ledger)?;
        let unit = self.rng.gen_range(0..2);
        Some(AuditId { lease, unit })
    }

    pub(super) fn set_aside(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let aside = Escrow::SetAside {
            audit: self.audit(ledger)?,
            amount: Uint128::new(self.rng.gen_range(0..5_000)),
            payer: self.one(&[Payer::Pool, Payer::Tenant])?,
        };
        let sender = self.mostly(&ledger.wiring.attestation, people);
        Some((sender, aside.into()))
    }

    pub(super) fn pay_audit(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let open: Vec<AuditId> = ledger.escrow.aside.keys().copied().collect();
        let audit = match self.chance(85) {
            true => self.one(&open)?,
            false => self.audit(ledger)?,
        };
        let payments = (0..self.rng.gen_range(0..4))
            .filter_map(|_| {
                Some(Reward {
                    to: self.one(&people.owners)?.to_string(),
                    amount: Uint128::new(self.rng.gen_range(0..1_000)),
                })
            })
            .collect();
        let sender = self.mostly(&ledger.wiring.attestation, people);
        Some((sender, Escrow::PayAudit { audit, payments }.into()))
    }
}
