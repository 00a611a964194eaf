//! Bonds, machines, commitments, evidence. What is locked and what is used follows from the commitments.

use std::collections::BTreeMap;

use cosmwasm_std::{from_json, Addr, Binary};
use market_math::reputation;
use market_types::registry::{AgentLimits, ExecuteMsg, Hook, Params, ParamsUpdate, QueryMsg};
use market_types::resources::{DeviceClass, MachineGroup, Resources};
use market_types::{BasisPoints, LeaseId, ProviderNo, Seconds};
use provider_registry::ContractError as Error;

use super::amounts::up;
use super::audits::Table;
use super::control::{ensure, unimplemented_message};
use super::evidence::Evidence;
use super::judging::each;
use super::tokens::n;
use super::{Fate, Ledger};
use crate::keys::address_of_key;
use crate::suite::Suite;

pub(super) const DAY: u64 = 86_400;
pub(super) const MILLION: u128 = 1_000_000;

#[derive(Clone)]
pub struct Registry {
    pub params: Params<Addr>,
    pub providers: Vec<Provider>,
    /// Every address that is or was an owner or an agent.
    pub known: BTreeMap<Addr, (ProviderNo, Role)>,
    pub commitments: BTreeMap<LeaseId, Commitment>,
    pub claimable: BTreeMap<Addr, u128>,
    pub prices: BTreeMap<Addr, BondPrice>,
    /// By audit class.
    pub tables: BTreeMap<String, Table>,
    pub burned: u128,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    Owner,
    Agent,
}

#[derive(Clone, Debug)]
pub struct Provider {
    pub no: ProviderNo,
    pub owner: Addr,
    pub agent: Addr,
    pub group: String,
    pub machines: Vec<MachineGroup>,
    pub maintenance: Option<(u64, u64)>,
    pub shrunk_at: Option<u64>,
    pub retired: bool,
    pub suspended: bool,
    pub bonded: u128,
    /// Amount and when it is ready, the soonest first.
    pub unbonding: Vec<(u128, u64)>,
    pub limits: AgentLimits,
    pub evidence: Evidence,
}

#[derive(Clone, Debug)]
pub struct Commitment {
    pub provider: ProviderNo,
    pub class: DeviceClass,
    pub resources: Resources,
    pub lease_bond: u128,
    pub penalized: u128,
    pub work_bond: u128,
    pub slashed: u128,
    pub capacity_released: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct BondPrice {
    pub price: u128,
    pub updated_at: u64,
    pub anchor: u128,
    pub anchor_at: u64,
}

/// Stake counts at half the bond price.
pub fn bond_for(value: u128, price: u128) -> u128 {
    up(value, 2 * MILLION, price).unwrap_or(u128::MAX)
}

impl Registry {
    pub fn of(suite: &Suite) -> Self {
        Self {
            params: suite.ask_registry(&QueryMsg::Params {}),
            providers: vec![],
            known: BTreeMap::new(),
            commitments: BTreeMap::new(),
            claimable: BTreeMap::new(),
            prices: BTreeMap::new(),
            tables: BTreeMap::new(),
            burned: 0,
        }
    }

    pub fn provider(&self, no: ProviderNo) -> &Provider {
        &self.providers[no.0 as usize - 1]
    }

    pub fn provider_mut(&mut self, no: ProviderNo) -> &mut Provider {
        &mut self.providers[no.0 as usize - 1]
    }

    /// By owner or present agent.
    pub fn whois(&self, address: &Addr) -> Option<&Provider> {
        let (no, role) = self.known.get(address)?;
        let provider = self.provider(*no);
        (*role == Role::Owner || provider.agent == *address).then_some(provider)
    }

    pub(super) fn owned(&self, owner: &Addr) -> Result<ProviderNo, Error> {
        match self.known.get(owner) {
            Some((no, Role::Owner)) => Ok(*no),
            _ => Err(Error::NotAProvider {
                address: owner.clone(),
            }),
        }
    }

    pub(super) fn active(&self, owner: &Addr) -> Result<ProviderNo, Error> {
        let no = self.owned(owner)?;
        match self.provider(no).retired {
            true => Err(Error::Retired { provider: no }),
            false => Ok(no),
        }
    }

    fn commitments_of(&self, no: ProviderNo) -> impl Iterator<Item = &Commitment> {
        self.commitments
            .values()
            .filter(move |commitment| commitment.provider == no)
    }

    pub fn locked(&self, no: ProviderNo) -> u128 {
        self.commitments_of(no)
            .map(|c| c.lease_bond - c.penalized + c.work_bond - c.slashed)
            .sum()
    }

    pub fn free(&self, no: ProviderNo) -> u128 {
        self.provider(no).bonded - self.locked(no)
    }

    pub fn used(&self, no: ProviderNo, class: &DeviceClass) -> [u64; 6] {
        let mut sum = [0; 6];
        let here = self
            .commitments_of(no)
            .filter(|c| c.class == *class && !c.capacity_released);
        for commitment in here {
            for (sum, one) in sum.iter_mut().zip(each(&commitment.resources)) {
                *sum += one;
            }
        }
        sum
    }

    pub fn reputation(&self, no: ProviderNo, now: u64) -> BasisPoints {
        let evidence = &self.provider(no).evidence;
        let (success, failure) = evidence.weights(now, self.params.evidence_half_life.0);
        reputation::score(n(success), n(failure))
    }

    pub(super) fn credit(&mut self, to: &Addr, amount: u128) {
        if amount > 0 {
            *self.claimable.entry(to.clone()).or_default() += amount;
        }
    }
}

impl Ledger {
    pub fn bond_price(&self, token: &Addr) -> Option<u128> {
        match *token == self.wiring.network_token {
            true => Some(MILLION),
            false => self.registry.prices.get(token).map(|price| price.price),
        }
    }

    pub(super) fn price_age(&self, token: &Addr) -> Option<u64> {
        match *token == self.wiring.network_token {
            true => Some(0),
            false => self
                .registry
                .prices
                .get(token)
                .map(|price| self.now - price.updated_at),
        }
    }

    pub(super) fn registry_message(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Fate {
        let here = self.wiring.provider_registry.clone();
        match msg {
            ExecuteMsg::Control(msg) => self
                .control(&here, sender, msg)
                .map_err(|error| Error::Control(error).into()),
            ExecuteMsg::UpdateParams(update) => self.update_registry(sender, update),
            ExecuteMsg::Register(registration) => self.register(sender, registration),
            ExecuteMsg::Update(update) => self.update_provider(sender, update),
            ExecuteMsg::RotateAgent { agent } => {
                let no = self.registry.active(sender)?;
                let address = address_of_key(&agent.pubkey);
                if let Some((provider, _)) = self.registry.known.get(&address) {
                    return Err(Error::AddressTaken {
                        address,
                        provider: *provider,
                    }
                    .into());
                }
                self.registry.known.insert(address.clone(), (no, Role::Agent));
                self.registry.provider_mut(no).agent = address;
                Ok(())
            }
            ExecuteMsg::SetAgentLimits(limits) => {
                let no = self.registry.active(sender)?;
                self.registry.provider_mut(no).limits = limits.clone();
                Ok(())
            }
            ExecuteMsg::AnnounceMaintenance { from, until } => self.announce(sender, from.0, until.0),
            ExecuteMsg::Retire {} => {
                let no = self.registry.active(sender)?;
                let commitments = self.registry.commitments_of(no).count() as u32;
                if commitments > 0 {
                    return Err(Error::StillCommitted { commitments }.into());
                }
                let now = self.now;
                self.registry.leave_every_table(no);
                let provider = self.registry.provider_mut(no);
                provider.retired = true;
                provider.shrunk_at = Some(now);
                Ok(())
            }
            ExecuteMsg::Unbond { amount } => self.unbond(sender, amount.u128()),
            ExecuteMsg::WithdrawUnbonded {} => self.withdraw_unbonded(sender),
            ExecuteMsg::Claim {} => {
                let amount = self.registry.claimable.remove(sender);
                let amount = amount.ok_or_else(|| Error::NothingToClaim {
                    address: sender.clone(),
                })?;
                self.transfer(&self.wiring.network_token.clone(), &here, sender, amount)
            }
            ExecuteMsg::SetBondPrice { token, price } => {
                self.set_bond_price(sender, &Addr::unchecked(token), price.u128())
            }
            ExecuteMsg::Skim {} => {
                let token = self.wiring.network_token.clone();
                let gift = self.balance(&token, &here) - self.registry_owes();
                if gift == 0 {
                    return Err(Error::NothingToSkim {}.into());
                }
                let to = self.wiring.take_rate_burn.clone();
                self.transfer(&token, &here, &to, gift)?;
                self.collect(&token, gift)
            }
            ExecuteMsg::Commit(_) | ExecuteMsg::NoShow { .. } => {
                Err(Error::Control(only("order book", sender)).into())
            }
            ExecuteMsg::Release { .. } | ExecuteMsg::Penalize { .. } | ExecuteMsg::Record(_) => {
                Err(Error::Control(only("lease escrow", sender)).into())
            }
            ExecuteMsg::OfferAudits { class, places } => self.offer_audits(sender, &class.0, *places),
            ExecuteMsg::LeaveAudits { class } => self.leave_audits(sender, &class.0),
            ExecuteMsg::Reinstate {} => self.reinstate(sender),
            ExecuteMsg::AddWorkBond { lease, amount } => self.add_work_bond(sender, *lease, amount.u128()),
            ExecuteMsg::Slash {
                lease,
                share,
                rewards,
                convict,
                ..
            } => self.slash(sender, *lease, share.0, rewards, *convict),
            other => unimplemented_message(other),
        }
    }

    /// Bonded, unbonding and claimable, in network tokens.
    pub fn registry_owes(&self) -> u128 {
        let of = |p: &Provider| p.bonded + p.unbonding.iter().map(|(amount, _)| amount).sum::<u128>();
        let providers: u128 = self.registry.providers.iter().map(of).sum();
        providers + self.registry.claimable.values().sum::<u128>()
    }

    pub(super) fn registry_hook(&mut self, token: &Addr, sender: &Addr, amount: u128, msg: &Binary) -> Fate {
        ensure(token, &self.wiring.network_token, "network token").map_err(Error::Control)?;
        let hook: Hook = from_json(msg).map_err(Error::Std)?;
        let Hook::Bond { provider } = hook;
        let owner = provider.map_or(sender.clone(), Addr::unchecked);
        self.ensure_open(&self.wiring.provider_registry)
            .map_err(Error::Control)?;
        if amount == 0 {
            return Err(Error::ZeroAmount {}.into());
        }
        let no = self.registry.active(&owner)?;
        self.registry.provider_mut(no).bonded += amount;
        Ok(())
    }

    fn update_registry(&mut self, sender: &Addr, update: &ParamsUpdate) -> Fate {
        self.ensure_governor(sender).map_err(Error::Control)?;
        let params = &mut self.registry.params;
        if let Some(period) = update.unbonding_period {
            if period.0 < DAY || period.0 > 90 * DAY {
                return Err(Error::OutOfBounds {
                    what: "unbonding_period",
                    value: period.0.into(),
                    min: DAY.into(),
                    max: (90 * DAY).into(),
                }
                .into());
            }
            let vesting = self.attestation.longest_vesting();
            if period != params.unbonding_period && period.0 <= vesting {
                return Err(Error::UnbondingTooShort {
                    unbonding: period,
                    longest: Seconds(vesting),
                }
                .into());
            }
            params.unbonding_period = period;
        }
        if let Some(min_bond) = update.min_bond {
            params.min_bond = min_bond;
        }
        if let Some(age) = update.bond_price_max_age {
            params.bond_price_max_age = age;
        }
        Ok(())
    }
}

pub(super) fn only(role: &'static str, sender: &Addr) -> market_control::ControlError {
    market_control::ControlError::Unauthorized {
        sender: sender.clone(),
        role,
    }
}
