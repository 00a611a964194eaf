use cosmwasm_std::{Addr, Uint128};
use market_types::attestation::{BatchStatus, ExecuteMsg as Attestation};
use market_types::escrow::{
    acknowledgement_digest, Acknowledgement, Amendment, ExecuteMsg as Escrow, Hook, LeaseStatus,
};
use market_types::order::Rail;
use market_types::{Hash32, LeaseId, Price, Seconds, UnixTime};
use rand::Rng;

use super::{Generator, Wish};
use crate::chain::CHAIN_ID;
use crate::keys::Key;
use crate::ledger::{Lease, Ledger};
use crate::model::people::People;
use crate::suite::intentions::send_hook;

fn is_active_stream(lease: &Lease) -> bool {
    lease.stream().is_some() && lease.status == LeaseStatus::Active
}

fn is_active_task(lease: &Lease) -> bool {
    lease.task().is_some() && lease.status == LeaseStatus::Active
}

impl Generator {
    fn agent(&mut self, ledger: &Ledger, people: &People, id: LeaseId) -> Addr {
        let Some(lease) = ledger.escrow.leases.get(&id) else {
            return self.anybody(people);
        };
        let agent = ledger.registry.provider(lease.provider).agent.clone();
        let right = if self.chance(80) {
            agent
        } else {
            lease.owner.clone()
        };
        self.mostly(&right, people)
    }

    fn tenant(&mut self, ledger: &Ledger, people: &People, id: LeaseId) -> Addr {
        match ledger.escrow.leases.get(&id) {
            Some(lease) => self.mostly(&lease.tenant, people),
            None => self.anybody(people),
        }
    }

    pub(super) fn ready(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| {
            lease.status == LeaseStatus::Starting
                && lease.stream().is_some_and(|stream| stream.ready_at.is_none())
        })?;
        Some((self.agent(ledger, people, lease), Escrow::Ready { lease }.into()))
    }

    pub(super) fn accept(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| {
            lease.status == LeaseStatus::Starting
                && lease.stream().is_some_and(|stream| stream.accepted_at.is_none())
        })?;
        Some((
            self.tenant(ledger, people, lease),
            Escrow::Accept { lease }.into(),
        ))
    }

    pub(super) fn heartbeat(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let first = self.lease(ledger, |_, lease| is_active_stream(lease))?;
        let mut leases = vec![first];
        let no = ledger.escrow.leases.get(&first).map(|lease| lease.provider);
        let others = ledger
            .escrow
            .leases
            .iter()
            .filter(|(id, lease)| **id != first && Some(lease.provider) == no && is_active_stream(lease));
        if self.chance(70) {
            leases.extend(others.map(|(id, _)| *id));
        }
        match self.rng.gen_range(0..100) {
            0 => leases.push(first),
            1 => leases.clear(),
            2..=4 => leases.extend(ledger.escrow.leases.keys().next()),
            _ => {}
        }
        Some((
            self.agent(ledger, people, first),
            Escrow::Heartbeat { leases }.into(),
        ))
    }

    pub(super) fn acknowledge(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let id = self.lease(ledger, |_, lease| {
            lease.runs()
                && matches!(
                    lease.terms.rail,
                    Rail::Stream {
                        ack_every: Some(_),
                        ..
                    }
                )
        })?;
        let lease = ledger.escrow.leases.get(&id);
        let every = lease.map_or(600, |lease| match lease.terms.rail {
            Rail::Stream {
                ack_every: Some(every),
                ..
            } => every.0,
            _ => 600,
        });
        let last = lease
            .and_then(Lease::stream)
            .map_or(0, |stream| stream.ack_sequence);
        let sequence = match self.chance(95) {
            true => last + self.rng.gen_range(1..3),
            false => last,
        };
        let good_until = match self.rng.gen_range(0..10) {
            0 => ledger.now + every + 1,
            1 => ledger.now - 5,
            2..=4 => ledger.now + self.rng.gen_range(0..every),
            _ => ledger.now + every,
        };
        let good_until = UnixTime(good_until);
        let escrow = ledger.wiring.lease_escrow.as_str();
        let signature = self.chance(40).then(|| {
            let key = Key::of(if self.chance(90) { "session" } else { "another" });
            key.sign(&acknowledgement_digest(
                CHAIN_ID, escrow, id, sequence, good_until,
            ))
        });
        let sender = match signature {
            Some(_) => self.anybody(people),
            None => self.tenant(ledger, people, id),
        };
        let acknowledgement = Acknowledgement {
            sequence,
            good_until,
            signature,
        };
        Some((
            sender,
            Escrow::Acknowledge {
                lease: id,
                acknowledgement,
            }
            .into(),
        ))
    }

    pub(super) fn suspend(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| is_active_stream(lease))?;
        Some((
            self.tenant(ledger, people, lease),
            Escrow::Suspend { lease }.into(),
        ))
    }

    pub(super) fn resume(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| {
            is_active_stream(lease) && lease.stream().is_some_and(|s| s.suspended_at.is_some())
        })?;
        Some((
            self.tenant(ledger, people, lease),
            Escrow::Resume { lease }.into(),
        ))
    }

    pub(super) fn notice(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| is_active_stream(lease))?;
        Some((
            self.agent(ledger, people, lease),
            Escrow::GiveNotice { lease }.into(),
        ))
    }

    /// Often the answer to what the other side proposed.
    pub(super) fn amend(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let id = self.lease(ledger, |_, lease| lease.runs() && lease.stream().is_some())?;
        let lease = ledger.escrow.leases.get(&id)?;
        let standing = lease.stream().and_then(|stream| stream.proposal.clone());
        let (tenant, owner) = (lease.tenant.clone(), lease.owner.clone());
        if let Some((by, amendment)) = standing.filter(|_| self.chance(75)) {
            let other = match by {
                crate::ledger::Side::Tenant => owner,
                crate::ledger::Side::Provider => tenant,
            };
            let sender = self.mostly(&other, people);
            return Some((sender, Escrow::Amend { lease: id, amendment }.into()));
        }
        let price_per_hour = self.chance(70).then(|| {
            Price::new(match self.rng.gen_range(0..6) {
                0 => 0,
                1 => self.rng.gen_range(1..10),
                2 => lease.price * 2,
                _ => lease.price - lease.price / 3,
            })
        });
        let duration = self.chance(50).then(|| {
            Seconds(match self.rng.gen_range(0..5) {
                0 => self.rng.gen_range(0..60),
                1 => self.rng.gen_range(0..400 * 86_400),
                _ => self.rng.gen_range(60..7_200),
            })
        });
        let amendment = Amendment {
            price_per_hour,
            duration,
        };
        let right = if self.chance(50) { tenant } else { owner };
        let sender = self.mostly(&right, people);
        Some((sender, Escrow::Amend { lease: id, amendment }.into()))
    }

    pub(super) fn top_up(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| lease.runs() && lease.stream().is_some())?;
        let (sender, amount) = (self.anybody(people), self.amount());
        if self.chance(40) {
            let amount = Uint128::new(amount);
            return Some((sender, Escrow::TopUp { lease, amount }.into()));
        }
        let token = ledger
            .escrow
            .leases
            .get(&lease)
            .map(|lease| lease.terms.token.clone());
        let token = match token.filter(|_| self.chance(95)) {
            Some(token) => token,
            None => self.token(people),
        };
        let amount = amount.min(ledger.balance(&token, &sender));
        let escrow = &ledger.wiring.lease_escrow;
        Some((sender, send_hook(&token, escrow, amount, &Hook::TopUp { lease })))
    }

    pub(super) fn hand_over(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| lease.runs())?;
        let to = match self.chance(95) {
            true => self.anybody(people),
            false => ledger.wiring.lease_escrow.clone(),
        };
        let to = to.to_string();
        Some((
            self.tenant(ledger, people, lease),
            Escrow::Transfer { lease, to }.into(),
        ))
    }

    pub(super) fn settle(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| lease.status != LeaseStatus::Closed)?;
        Some((self.anybody(people), Escrow::Settle { lease }.into()))
    }

    pub(super) fn close(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| lease.runs())?;
        let sender = match self.chance(50) {
            true => self.tenant(ledger, people, lease),
            false => self.agent(ledger, people, lease),
        };
        Some((sender, Escrow::Close { lease }.into()))
    }

    pub(super) fn close_failed(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| lease.runs())?;
        Some((self.anybody(people), Escrow::CloseFailed { lease }.into()))
    }

    pub(super) fn post_batch(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let now = ledger.now;
        let lease = self.lease(ledger, |_, lease| lease.may_attest(now) > 0)?;
        let known = ledger.escrow.leases.get(&lease);
        let (attested, may) = known.map_or((0, 1), |known| {
            let attested = known.task().map_or(0, |task| task.attested);
            (attested, known.may_attest(now))
        });
        let count = match self.rng.gen_range(0..20) {
            0 => 0,
            1 => may.saturating_add(1),
            2..=9 => may.min(64),
            _ => self.rng.gen_range(0..may.clamp(1, 64)) + 1,
        };
        let first_unit = match self.chance(96) {
            true => attested,
            false => self.rng.gen_range(0..200),
        };
        let root = Hash32([count as u8; 32]);
        let msg = Attestation::PostBatch {
            lease,
            first_unit,
            count,
            root,
        };
        Some((self.agent(ledger, people, lease), msg.into()))
    }

    pub(super) fn release(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let wanted = |ripe: bool| -> Vec<_> {
            let batches = ledger.attestation.batches.iter();
            batches
                .filter(|(_, batch)| {
                    !ripe || (batch.status == BatchStatus::Vesting && batch.vests_at <= ledger.now)
                })
                .map(|(key, _)| *key)
                .collect()
        };
        let ripe = self.chance(85);
        let (lease, batch) = self.one(&wanted(ripe))?;
        Some((self.anybody(people), Attestation::Release { lease, batch }.into()))
    }

    pub(super) fn waiting(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| is_active_task(lease))?;
        Some((
            self.agent(ledger, people, lease),
            Escrow::Waiting { lease }.into(),
        ))
    }

    pub(super) fn inputs_delivered(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let lease = self.lease(ledger, |_, lease| {
            lease.task().is_some_and(|task| task.waiting_since.is_some())
        })?;
        Some((
            self.tenant(ledger, people, lease),
            Escrow::InputsDelivered { lease }.into(),
        ))
    }
}
