//! Leases.

use chain_client::Msg;
use cosmwasm_std::Uint128;
use market_types::attestation::ExecuteMsg as Attestation;
use market_types::escrow::{self, Acknowledgement, Amendment, ExecuteMsg as Escrow, Hook, LeaseStatus};
use market_types::order::Rail;
use market_types::{attestation, BatchNo, Hash32, LeaseId, Price, UnixTime};
use rand::Rng;

use super::Dice;
use crate::cast::OWNERS;

impl Dice<'_> {
    pub(super) fn ready(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.stream(LeaseStatus::Starting)?;
        Some((self.hands(provider), self.cast.escrow(&Escrow::Ready { lease })))
    }

    pub(super) fn accept(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.stream(LeaseStatus::Starting)?;
        Some((self.befits(tenant), self.cast.escrow(&Escrow::Accept { lease })))
    }

    pub(super) fn heartbeat(&mut self) -> Option<(usize, Msg)> {
        let provider = self.provider();
        let mut leases: Vec<_> = self
            .picture
            .leases
            .iter()
            .filter(|lease| lease.provider.0 as usize == provider + 1)
            .filter(|lease| matches!(lease.rail, Rail::Stream { .. }))
            .map(|lease| lease.lease)
            .collect();
        if leases.is_empty() && !self.chance(10) {
            return None;
        }
        if self.chance(5) {
            leases.extend(leases.first().copied());
        }
        Some((
            self.hands(provider),
            self.cast.escrow(&Escrow::Heartbeat { leases }),
        ))
    }

    pub(super) fn acknowledge(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.stream(LeaseStatus::Active)?;
        let awarded = self.picture.leases.iter().map(|lease| lease.awarded_at.0).max()?;
        let acknowledgement = Acknowledgement {
            sequence: self.rng.gen_range(0..100),
            good_until: UnixTime(awarded + self.rng.gen_range(0..700)),
            signature: None,
        };
        let msg = Escrow::Acknowledge {
            lease,
            acknowledgement,
        };
        Some((self.befits(tenant), self.cast.escrow(&msg)))
    }

    pub(super) fn suspend(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.stream(LeaseStatus::Active)?;
        Some((self.befits(tenant), self.cast.escrow(&Escrow::Suspend { lease })))
    }

    pub(super) fn resume(&mut self) -> Option<(usize, Msg)> {
        let suspended = |lease: &escrow::LeaseResponse| {
            matches!(
                lease.progress,
                escrow::Progress::Stream {
                    suspended_at: Some(_),
                    ..
                }
            )
        };
        let (lease, tenant, _) = self.some_lease(suspended)?;
        Some((self.befits(tenant), self.cast.escrow(&Escrow::Resume { lease })))
    }

    pub(super) fn notice(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.stream(LeaseStatus::Active)?;
        Some((
            self.hands(provider),
            self.cast.escrow(&Escrow::GiveNotice { lease }),
        ))
    }

    pub(super) fn amend(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, provider) = self.stream(LeaseStatus::Active)?;
        // Two prices only, so that sides agree now and then.
        let amendment = Amendment {
            price_per_hour: Some(Price::new(if self.chance(80) { 500_000 } else { 0 })),
            duration: None,
        };
        let who = match self.chance(50) {
            true => tenant,
            false => OWNERS[provider],
        };
        let msg = Escrow::Amend { lease, amendment };
        Some((self.befits(who), self.cast.escrow(&msg)))
    }

    pub(super) fn top_up(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.stream(LeaseStatus::Active)?;
        let amount = self.amount();
        let msg = match self.chance(50) {
            true => self.escrow_pays(amount, &Hook::TopUp { lease }),
            false => self.cast.escrow(&Escrow::TopUp {
                lease,
                amount: Uint128::new(amount),
            }),
        };
        Some((self.befits(tenant), msg))
    }

    pub(super) fn transfer(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.some_lease(|lease| lease.status != LeaseStatus::Closed)?;
        let to = self.cast.address(self.tenant()).to_owned();
        Some((
            self.befits(tenant),
            self.cast.escrow(&Escrow::Transfer { lease, to }),
        ))
    }

    pub(super) fn settle(&mut self) -> Option<(usize, Msg)> {
        let (lease, ..) = self.some_lease(|lease| lease.status != LeaseStatus::Closed)?;
        Some((self.anybody(), self.cast.escrow(&Escrow::Settle { lease })))
    }

    pub(super) fn close(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, provider) = self.some_lease(|lease| lease.status == LeaseStatus::Active)?;
        let who = match self.chance(60) {
            true => tenant,
            false => self.hands(provider),
        };
        Some((self.befits(who), self.cast.escrow(&Escrow::Close { lease })))
    }

    pub(super) fn close_failed(&mut self) -> Option<(usize, Msg)> {
        let (lease, ..) = self.some_lease(|lease| lease.status != LeaseStatus::Closed)?;
        Some((self.anybody(), self.cast.escrow(&Escrow::CloseFailed { lease })))
    }

    pub(super) fn post_batch(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.open_task()?;
        let known = self.picture.leases.iter().find(|known| known.lease == lease)?;
        let (units, attested) = match known.progress {
            escrow::Progress::Task { units, attested, .. } => (units, attested),
            escrow::Progress::Stream { .. } => (10, 0),
        };
        let left = units.saturating_sub(attested).clamp(1, 64);
        let count = match self.chance(92) {
            true => self.rng.gen_range(1..=left),
            false => self.rng.gen_range(0..100),
        };
        let msg = Attestation::PostBatch {
            lease,
            first_unit: if self.chance(95) { attested } else { attested + 1 },
            count,
            root: Hash32([self.rng.gen(); 32]),
        };
        Some((self.hands(provider), self.cast.attestation(&msg)))
    }

    pub(super) fn batch(&mut self) -> Option<(LeaseId, BatchNo)> {
        let vesting = |batch: &&attestation::BatchResponse| batch.status == attestation::BatchStatus::Vesting;
        let sure = self.chance(90);
        let batches = self.picture.batches.iter();
        let batches: Vec<_> = batches
            .filter(|batch| !sure || vesting(batch))
            .map(|batch| (batch.lease, batch.batch))
            .collect();
        self.one(&batches)
    }

    pub(super) fn release(&mut self) -> Option<(usize, Msg)> {
        let (lease, batch) = self.batch()?;
        let release = Attestation::Release { lease, batch };
        Some((self.anybody(), self.cast.attestation(&release)))
    }

    pub(super) fn waiting(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.open_task()?;
        Some((self.hands(provider), self.cast.escrow(&Escrow::Waiting { lease })))
    }

    pub(super) fn inputs_delivered(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.open_task()?;
        let msg = Escrow::InputsDelivered { lease };
        Some((self.befits(tenant), self.cast.escrow(&msg)))
    }

    pub(super) fn revalue(&mut self) -> Option<(usize, Msg)> {
        let (lease, ..) = self.open_task()?;
        Some((self.anybody(), self.cast.escrow(&Escrow::Revalue { lease })))
    }
}
