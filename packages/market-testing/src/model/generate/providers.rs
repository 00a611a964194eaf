use cosmwasm_std::Uint128;
use market_types::registry::{AgentLimits, ExecuteMsg as Registry, Hook, PriceFloor, ProfileUpdate};
use market_types::{Price, UnixTime};
use rand::Rng;

use super::{Generator, Wish};
use crate::keys::Key;
use crate::ledger::Ledger;
use crate::model::people::{People, A100};
use crate::specs::{class, machines, H100};
use crate::suite::intentions::{registration, send_hook};

const DAY: u64 = 86_400;

impl Generator {
    fn fresh_key(&mut self, owner: &cosmwasm_std::Addr) -> Key {
        let used = self.keys.entry(owner.clone()).or_default();
        *used += 1;
        Key::of(&format!("agent {used} of {owner}"))
    }

    pub(super) fn register(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let owner = self.anybody(people);
        let key = match self.chance(70) {
            true => self.fresh_key(&owner),
            false => crate::Suite::agent_of(&self.one(&people.owners)?),
        };
        let entry = registration(
            &owner,
            &key,
            vec![machines(H100, 1)],
            &ledger.wiring.provider_registry,
        );
        Some((owner, Registry::Register(entry).into()))
    }

    pub(super) fn machines(&mut self, _: &Ledger, people: &People) -> Wish {
        let owner = self.one(&people.owners)?;
        let mut groups = vec![machines(H100, self.rng.gen_range(1..4))];
        if self.chance(50) {
            groups.push(machines(A100, self.rng.gen_range(1..3)));
        }
        if self.chance(30) {
            groups[0].each.ports = self.rng.gen_range(20..80);
        }
        if self.chance(15) {
            groups[0].each.gpus = self.rng.gen_range(1..9);
        }
        let sender = self.mostly(&owner, people);
        let update = ProfileUpdate {
            machines: Some(groups),
            ..ProfileUpdate::default()
        };
        Some((sender, Registry::Update(update).into()))
    }

    pub(super) fn rotate(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let owner = self.one(&people.owners)?;
        let key = match self.chance(80) {
            true => self.fresh_key(&owner),
            false => crate::Suite::agent_of(&owner),
        };
        let agent = key.agent_of(&owner, &ledger.wiring.provider_registry);
        Some((owner, Registry::RotateAgent { agent }.into()))
    }

    pub(super) fn limit(&mut self, _: &Ledger, people: &People) -> Wish {
        let owner = self.one(&people.owners)?;
        let token = self.token(people).to_string();
        let limits = AgentLimits {
            floors: match self.chance(60) {
                true => vec![],
                false => vec![PriceFloor {
                    class: class(H100),
                    token,
                    per_gpu_hour: Price::new(self.rng.gen_range(0..1_000_000)),
                    per_unit: Price::new(self.rng.gen_range(0..1_000_000)),
                }],
            },
            max_lease_bond: self
                .chance(20)
                .then(|| Uint128::new(self.rng.gen_range(0..1_000_000_000))),
            max_work_bond: self
                .chance(20)
                .then(|| Uint128::new(self.rng.gen_range(0..1_000_000_000))),
        };
        Some((owner, Registry::SetAgentLimits(limits).into()))
    }

    pub(super) fn announce(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let owner = self.one(&people.owners)?;
        if self.chance(4) {
            return Some((owner, Registry::Retire {}.into()));
        }
        let from = ledger.now + DAY + self.rng.gen_range(0..2_000) - u64::from(self.chance(10)) * 2_000;
        let until = from + self.rng.gen_range(0..3 * DAY) * (1 + 5 * u64::from(self.chance(5)));
        let (from, until) = (UnixTime(from), UnixTime(until));
        Some((owner, Registry::AnnounceMaintenance { from, until }.into()))
    }

    pub(super) fn bond(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let owner = self.one(&people.owners)?;
        let sender = self.mostly(&owner, people);
        let token = match self.chance(95) {
            true => people.tokens[0].clone(),
            false => people.tokens[1].clone(),
        };
        let provider = self.chance(30).then(|| owner.to_string());
        let amount = self.amount().min(ledger.balance(&token, &sender));
        let registry = &ledger.wiring.provider_registry;
        Some((
            sender,
            send_hook(&token, registry, amount, &Hook::Bond { provider }),
        ))
    }

    pub(super) fn unbond(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let owner = self.one(&people.owners)?;
        let free = ledger.registry.whois(&owner).map(|p| ledger.registry.free(p.no));
        let free = free.unwrap_or(0);
        let amount = match self.rng.gen_range(0..8) {
            0 => free,
            1 => free + 1,
            2..=4 => free / self.rng.gen_range(2..50),
            _ => self.amount() % 10_000_000,
        };
        let sender = self.mostly(&owner, people);
        let amount = Uint128::new(amount);
        Some((sender, Registry::Unbond { amount }.into()))
    }

    pub(super) fn withdraw_unbonded(&mut self, _: &Ledger, people: &People) -> Wish {
        let owner = self.one(&people.owners)?;
        Some((self.mostly(&owner, people), Registry::WithdrawUnbonded {}.into()))
    }

    pub(super) fn claim(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let owed: Vec<_> = ledger.registry.claimable.keys().cloned().collect();
        let sender = match self.one(&owed) {
            Some(owner) => self.mostly(&owner, people),
            None => self.anybody(people),
        };
        Some((sender, Registry::Claim {}.into()))
    }

    /// The governor looks the price of the stalest token up again.
    pub(super) fn fresh_price(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let prices = ledger.registry.prices.iter();
        let (token, _) = prices.min_by_key(|(_, price)| price.updated_at)?;
        let price = Uint128::new(self.rng.gen_range(500_000..4_000_000));
        let token = token.to_string();
        Some((
            people.governor.clone(),
            Registry::SetBondPrice { token, price }.into(),
        ))
    }

    pub(super) fn price(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let token = self.token(people);
        let old = ledger.bond_price(&token).unwrap_or(1_000_000);
        let price = match self.rng.gen_range(0..12) {
            0 => 0,
            1 => self.amount(),
            2 => old * 2,
            3 => old / 2,
            4..=5 => old,
            6..=8 => old + old / 20,
            _ => old - old / 20,
        };
        let sender = match self.rng.gen_range(0..10) {
            0 => self.anybody(people),
            1..=5 => people.keeper.clone(),
            _ => people.governor.clone(),
        };
        // Prices at the end of the type would leave no order that anybody can bid on.
        let price = Uint128::new(price.min(1_000_000_000_000));
        let token = token.to_string();
        Some((sender, Registry::SetBondPrice { token, price }.into()))
    }
}
