//! Who is in the market.

use cosmwasm_std::{Addr, Uint128};
use market_types::registry::{ExecuteMsg as Registry, Hook as BondHook};

use super::twin::Step;
use crate::chain::account;
use crate::keys::Key;
use crate::ledger::Ledger;
use crate::specs::{machines, H100};
use crate::suite::intentions::{registration, send_hook};
use crate::suite::{Suite, FUNDS};

pub const A100: &str = "nvidia-a100-40gb";

#[derive(Clone, Debug)]
pub struct People {
    /// The last one is a provider as well.
    pub tenants: Vec<Addr>,
    pub owners: Vec<Addr>,
    /// Has money and no part in anything.
    pub stranger: Addr,
    pub governor: Addr,
    pub guardian: Addr,
    pub keeper: Addr,
    pub insurer: Addr,
    /// Network token first, then payment tokens.
    pub tokens: Vec<Addr>,
}

impl People {
    pub fn funded() -> Vec<Addr> {
        let tenants = (0..3).map(|n| account(&format!("tenant {n}")));
        let owners = (0..5).map(|n| account(&format!("owner {n}")));
        tenants.chain(owners).chain([account("stranger")]).collect()
    }

    pub fn of(suite: &Suite) -> Self {
        let funded = Self::funded();
        let owners = funded[3..8].to_vec();
        let tenants = funded[..3].iter().chain(owners.last()).cloned().collect();
        Self {
            tenants,
            owners,
            stranger: account("stranger"),
            governor: suite.governor.clone(),
            guardian: suite.guardian.clone(),
            keeper: suite.keeper.clone(),
            insurer: suite.insurer.clone(),
            tokens: suite.tokens.clone(),
        }
    }

    pub fn everybody(&self) -> Vec<Addr> {
        let office = [
            &self.stranger,
            &self.governor,
            &self.guardian,
            &self.keeper,
            &self.insurer,
        ];
        let agents = self.owners.iter().map(|owner| Suite::agent_of(owner).address());
        self.tenants
            .iter()
            .chain(&self.owners)
            .cloned()
            .chain(agents)
            .chain(office.into_iter().cloned())
            .collect()
    }

    /// Prices, registrations and bonds, so that there is a market at all.
    pub fn settling_in(&self, ledger: &Ledger) -> Vec<Step> {
        let registry = &ledger.wiring.provider_registry;
        let prices = self.tokens[1..].iter().map(|token| {
            let (token, price) = (token.to_string(), Uint128::new(2_000_000));
            Step::now(&self.governor, Registry::SetBondPrice { token, price })
        });
        let providers = self.owners.iter().enumerate().flat_map(|(index, owner)| {
            let mut groups = vec![machines(H100, 1 + index as u16 % 2)];
            if index % 2 == 0 {
                groups.push(machines(A100, 1));
            }
            let agent: Key = Suite::agent_of(owner);
            let mut entry = registration(owner, &agent, groups, registry);
            entry.group = (index < 2).then(|| "twins".into());
            let bond = FUNDS / 100 * (index as u128 + 1);
            [
                Step::now(owner, Registry::Register(entry)),
                Step::now(
                    owner,
                    send_hook(
                        &self.tokens[0],
                        registry,
                        bond,
                        &BondHook::Bond { provider: None },
                    ),
                ),
            ]
        });
        prices.chain(providers).collect()
    }
}
