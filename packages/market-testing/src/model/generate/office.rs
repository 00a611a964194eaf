use cosmwasm_std::Uint128;
use market_types::attestation::{ClassParams, ExecuteMsg as Attestation, ParamsUpdate as AttestationUpdate};
use market_types::control::ControlMsg;
use market_types::escrow::{ExecuteMsg as Escrow, ParamsUpdate as EscrowUpdate, PaymentToken};
use market_types::order_book::{ExecuteMsg as Book, ParamsUpdate as BookUpdate};
use market_types::registry::{ExecuteMsg as Registry, ParamsUpdate as RegistryUpdate, ReleasePart};
use market_types::take_rate::{ExecuteMsg as TakeRate, ParamsUpdate as TakeRateUpdate, Shares};
use market_types::{BasisPoints, LeaseId, OrderId, Seconds};
use rand::Rng;

use super::{Generator, Wish};
use crate::call::Call;
use crate::ledger::Ledger;
use crate::model::people::People;

const DAY: u64 = 86_400;

impl Generator {
    fn control(&mut self, msg: ControlMsg) -> Call {
        match self.rng.gen_range(0..5) {
            0 => Registry::Control(msg).into(),
            1 => Book::Control(msg).into(),
            2 => Escrow::Control(msg).into(),
            3 => Attestation::Control(msg).into(),
            _ => TakeRate::Control(msg).into(),
        }
    }

    pub(super) fn pause(&mut self, _: &Ledger, people: &People) -> Wish {
        let sender = self.mostly(&people.guardian, people);
        let duration = Seconds(match self.rng.gen_range(0..10) {
            0 => 0,
            1 => 14 * DAY + 1,
            _ => self.rng.gen_range(1..3_000),
        });
        let call = self.control(ControlMsg::Pause { duration });
        Some((sender, call))
    }

    pub(super) fn unpause(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let sender = self.mostly(&people.governor, people);
        let call = self.control(ControlMsg::Unpause {});
        let paused = ledger
            .pauses
            .get(call.target(&ledger.wiring))
            .is_some_and(|pause| ledger.now < pause.until);
        (paused || self.chance(10)).then_some((sender, call))
    }

    pub(super) fn params(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let sender = self.mostly(&people.governor, people);
        let call = match self.rng.gen_range(0..6) {
            0 => self.escrow_times(),
            1 => self.escrow_tokens(ledger),
            2 => Book::UpdateParams(BookUpdate {
                bids_kept: Some(self.rng.gen_range(0..7)),
                min_step: self.chance(50).then(|| BasisPoints(self.rng.gen_range(0..500))),
                extension: self.chance(50).then(|| Seconds(self.rng.gen_range(0..120))),
                max_extensions: self.chance(50).then(|| self.rng.gen_range(0..4)),
                ..BookUpdate::default()
            })
            .into(),
            3 => Registry::UpdateParams(RegistryUpdate {
                unbonding_period: self.chance(50).then(|| Seconds(self.rng.gen_range(0..30 * DAY))),
                min_bond: self
                    .chance(50)
                    .then(|| Uint128::new(self.rng.gen_range(0..3_000_000_000))),
                bond_price_max_age: self
                    .chance(50)
                    .then(|| Seconds(self.rng.gen_range(3_600..30 * DAY))),
                ..RegistryUpdate::default()
            })
            .into(),
            4 => self.vesting(ledger),
            _ => self.rates(ledger),
        };
        Some((sender, call))
    }

    fn escrow_times(&mut self) -> Call {
        let window = self.rng.gen_range(30..600);
        let interval = self.rng.gen_range(1..window + 1);
        Escrow::UpdateParams(EscrowUpdate {
            heartbeat_window: Some(Seconds(window)),
            heartbeat_interval: Some(Seconds(interval)),
            grace: Some(Seconds(window + self.rng.gen_range(0..1_200))),
            min_silent_blocks: Some(self.rng.gen_range(0..40)),
            outage_share: Some(BasisPoints(self.rng.gen_range(0..10_001))),
            outage_forgiveness: Some(Seconds([0, 3_600, 30 * DAY][self.rng.gen_range(0..3)])),
            lease_bond_time: Some(Seconds(self.rng.gen_range(3_600..3 * DAY))),
            work_bond_units: Some(self.rng.gen_range(20..60)),
            silence_tip: Some(Uint128::new(self.rng.gen_range(0..1_000_000))),
            ..EscrowUpdate::default()
        })
        .into()
    }

    /// Tokens are taken off the list, and come back.
    fn escrow_tokens(&mut self, ledger: &Ledger) -> Call {
        let tokens = ledger.escrow.params.tokens.iter().map(|entry| PaymentToken {
            token: entry.token.to_string(),
            listed: self.rng.gen_range(0..100) < 92,
            min_order: Uint128::new(self.rng.gen_range(1..20_000)),
        });
        Escrow::UpdateParams(EscrowUpdate {
            tokens: Some(tokens.collect()),
            ..EscrowUpdate::default()
        })
        .into()
    }

    fn vesting(&mut self, ledger: &Ledger) -> Call {
        let classes = &ledger.attestation.params.classes;
        let old = classes[self.rng.gen_range(0..classes.len())].clone();
        let audited = old.audit_floor_ppm > 0;
        let new = ClassParams {
            vesting: Seconds(self.rng.gen_range(0..8 * DAY)),
            audit_floor_ppm: if audited {
                self.rng.gen_range(1..250_001)
            } else {
                0
            },
            ..old
        };
        Attestation::UpdateParams(AttestationUpdate {
            classes: Some(vec![new]),
            ..AttestationUpdate::default()
        })
        .into()
    }

    fn rates(&mut self, ledger: &Ledger) -> Call {
        let now = ledger.take_rate.rate(ledger.now).0;
        let default_rate = match self.rng.gen_range(0..10) {
            0 => now + 101,
            1 => 1_001,
            2 => now,
            3..=5 => now.saturating_sub(self.rng.gen_range(0..101)),
            _ => (now + self.rng.gen_range(0..101)).min(1_000),
        };
        let shares = self.chance(30).then(|| {
            let (seed, insurance) = (self.rng.gen_range(0..2_000), self.rng.gen_range(0..2_000));
            Shares {
                burn: BasisPoints(10_000 - seed - insurance + u16::from(self.chance(5))),
                audit_seed: BasisPoints(seed),
                insurance: BasisPoints(insurance),
                insurance_to: ledger.take_rate.params.shares.insurance_to.to_string(),
            }
        });
        TakeRate::UpdateParams(TakeRateUpdate {
            default_rate: Some(BasisPoints(default_rate)),
            shares,
            ..TakeRateUpdate::default()
        })
        .into()
    }

    /// Somebody speaks as if it were a sister contract.
    pub(super) fn pretend(&mut self, _: &Ledger, people: &People) -> Wish {
        let (lease, order) = (LeaseId(8), OrderId(1));
        let call = match self.rng.gen_range(0..6) {
            0 => Escrow::Hold { lease, units: 1 }.into(),
            1 => Escrow::Vest {
                lease,
                units: 1,
                premium: Uint128::zero(),
            }
            .into(),
            2 => Escrow::Refund { lease, units: 1 }.into(),
            3 => Escrow::FreeReservation { order }.into(),
            4 => Registry::Release {
                lease,
                part: ReleasePart::Bonds,
            }
            .into(),
            _ => Registry::Penalize {
                lease,
                tenant: people.stranger.to_string(),
                share: BasisPoints::WHOLE,
                tip: None,
            }
            .into(),
        };
        Some((self.anybody(people), call))
    }
}
