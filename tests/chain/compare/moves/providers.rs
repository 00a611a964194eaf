//! Providers, and steps of audits.

use chain_client::Msg;
use cosmwasm_std::{HexBinary, Uint128};
use market_testing::specs::{class, machines, H100};
use market_types::attestation::ExecuteMsg as Attestation;
use market_types::audit::{AuditClass, AuditId};
use market_types::defaults::TOKEN;
use market_types::registry::{self, AgentLimits, ExecuteMsg as Registry, PriceFloor, ProfileUpdate};
use market_types::{Hash32, Price, Seconds, UnixTime};
use rand::Rng;

use super::Dice;
use crate::cast::{AGENTS, OFFICE, OWNERS};

impl Dice<'_> {
    /// A message to the registry by some provider's owner, mostly.
    pub(super) fn owner_says(&mut self, index: usize, msg: &Registry) -> Option<(usize, Msg)> {
        Some((self.befits(OWNERS[index]), self.cast.registry(msg)))
    }

    pub(super) fn register(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        let registration = self.cast.registration(index);
        self.owner_says(index, &Registry::Register(registration))
    }

    pub(super) fn update(&mut self) -> Option<(usize, Msg)> {
        let (index, count) = (self.provider(), self.rng.gen_range(0..12));
        let update = ProfileUpdate {
            group: self.chance(30).then(|| "group-of-two".to_owned()),
            machines: self.chance(70).then(|| vec![machines(H100, count)]),
            ..ProfileUpdate::default()
        };
        self.owner_says(index, &Registry::Update(update))
    }

    pub(super) fn rotate(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        // Its own, or the key of somebody who works for another.
        let agent = self.one(&AGENTS)?;
        let agent = self.cast.agent_key(agent, OWNERS[index]);
        self.owner_says(index, &Registry::RotateAgent { agent })
    }

    pub(super) fn limits(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        let floor = PriceFloor {
            class: class(H100),
            token: self.cast.usdc.clone(),
            per_gpu_hour: Price::new(self.rng.gen_range(0..10_000)),
            per_unit: Price::new(self.rng.gen_range(0..10_000)),
        };
        let limits = AgentLimits {
            floors: vec![floor; self.rng.gen_range(0..3)],
            max_lease_bond: self.chance(20).then_some(Uint128::new(1_000 * TOKEN)),
            max_work_bond: None,
        };
        self.owner_says(index, &Registry::SetAgentLimits(limits))
    }

    pub(super) fn maintenance(&mut self) -> Option<(usize, Msg)> {
        let (index, from) = (self.provider(), UnixTime(self.rng.gen_range(0..4_000_000_000)));
        let until = from.plus(Seconds::DAY);
        self.owner_says(index, &Registry::AnnounceMaintenance { from, until })
    }

    pub(super) fn bond(&mut self) -> Option<(usize, Msg)> {
        let (index, amount) = (self.provider(), self.amount());
        let provider = self
            .chance(50)
            .then(|| self.cast.address(OWNERS[index]).to_owned());
        let (token, registry) = (&self.cast.lease, &self.cast.wiring().provider_registry);
        let msg = self
            .cast
            .pay(token, registry, amount, &registry::Hook::Bond { provider });
        Some((self.befits(OWNERS[index]), msg))
    }

    pub(super) fn unbond(&mut self) -> Option<(usize, Msg)> {
        let (index, amount) = (self.provider(), self.amount() / 100);
        let amount = Uint128::new(amount);
        self.owner_says(index, &Registry::Unbond { amount })
    }

    pub(super) fn withdraw_unbonded(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        self.owner_says(index, &Registry::WithdrawUnbonded {})
    }

    pub(super) fn retire(&mut self) -> Option<(usize, Msg)> {
        // Of the three only the last may go.
        self.owner_says(OWNERS.len() - 1, &Registry::Retire {})
    }

    pub(super) fn claim(&mut self) -> Option<(usize, Msg)> {
        Some((self.anybody(), self.cast.registry(&Registry::Claim {})))
    }

    pub(super) fn bond_price(&mut self) -> Option<(usize, Msg)> {
        let msg = Registry::SetBondPrice {
            token: self.token(),
            price: Uint128::new(self.rng.gen_range(TOKEN * 7 / 10..TOKEN * 13 / 10)),
        };
        Some((self.befits(OFFICE), self.cast.registry(&msg)))
    }

    pub(super) fn audit_class(&mut self) -> AuditClass {
        let classes = ["exact", "image/nvidia-h100-80gb", "no class"];
        AuditClass(classes[self.rng.gen_range(0..classes.len())].into())
    }

    pub(super) fn offer_audits(&mut self) -> Option<(usize, Msg)> {
        let (index, class) = (self.provider(), self.audit_class());
        let places = self.rng.gen_range(0..20);
        self.owner_says(index, &Registry::OfferAudits { class, places })
    }

    pub(super) fn leave_audits(&mut self) -> Option<(usize, Msg)> {
        let (index, class) = (self.provider(), self.audit_class());
        self.owner_says(index, &Registry::LeaveAudits { class })
    }

    pub(super) fn reinstate(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        self.owner_says(index, &Registry::Reinstate {})
    }

    pub(super) fn add_work_bond(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.open_task()?;
        let amount = Uint128::new(self.amount());
        self.owner_says(provider, &Registry::AddWorkBond { lease, amount })
    }

    pub(super) fn audit_step(&mut self) -> Option<(usize, Msg)> {
        let (lease, batch) = self.batch()?;
        let audit = AuditId {
            lease,
            unit: self.rng.gen_range(0..4),
        };
        let msg = match self.rng.gen_range(0..6) {
            0 => Attestation::Draw { lease, batch },
            1 => Attestation::OpenAudit { audit, batch },
            2 => Attestation::Advance { audit },
            3 => Attestation::ForceAudit { audit, batch },
            4 => Attestation::Appeal { audit },
            _ => Attestation::Commit {
                audit,
                commitment: Hash32([1; 32]),
            },
        };
        Some((self.anybody(), self.cast.attestation(&msg)))
    }

    pub(super) fn beacon(&mut self) -> Option<(usize, Msg)> {
        let msg = Attestation::SubmitBeacon {
            round: self.rng.gen_range(0..1_000),
            signature: HexBinary::from(vec![self.rng.gen(); 48]),
        };
        Some((self.anybody(), self.cast.attestation(&msg)))
    }
}
