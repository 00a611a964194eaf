//! Bonds, machines, commitments, evidence. What is locked and what is used follows from the commitments.

use std::collections::BTreeMap;

use cosmwasm_std::{from_json, Addr, Binary};
use market_math::reputation;
use market_types::order::Requirements;
use market_types::registry::{
    AgentLimits, BidPrice, ExecuteMsg, Hook, Params, ParamsUpdate, ProfileUpdate, QueryMsg, Refusal,
    Registration,
};
use market_types::resources::{DeviceClass, MachineGroup, Resources};
use market_types::{BasisPoints, CloseReason, LeaseId, Price, ProviderNo, Seconds, UnixTime};
use provider_registry::ContractError as Error;

use super::amounts::{down, share, up};
use super::control::{ensure, unimplemented_message};
use super::tokens::n;
use super::{Fate, Ledger};
use crate::keys::address_of_key;
use crate::suite::Suite;

const DAY: u64 = 86_400;
const MILLION: u128 = 1_000_000;

#[derive(Clone)]
pub struct Registry {
    pub params: Params<Addr>,
    pub providers: Vec<Provider>,
    /// Every address that is or was an owner or an agent.
    pub known: BTreeMap<Addr, (ProviderNo, Role)>,
    pub commitments: BTreeMap<LeaseId, Commitment>,
    pub claimable: BTreeMap<Addr, u128>,
    pub prices: BTreeMap<Addr, BondPrice>,
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
    pub bonded: u128,
    /// Amount and when it is ready, the soonest first.
    pub unbonding: Vec<(u128, u64)>,
    pub limits: AgentLimits,
    pub evidence: Evidence,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    pub success: u128,
    pub failure: u128,
    /// When weights last halved, or the first evidence came.
    pub halved_at: Option<u64>,
    pub ended_by_tenant: u64,
    pub ended_by_provider: u64,
    pub ended_by_network: u64,
    pub outages: u64,
    pub outage_seconds: u64,
    pub no_shows: u64,
}

#[derive(Clone, Debug)]
pub struct Commitment {
    pub provider: ProviderNo,
    pub class: DeviceClass,
    pub resources: Resources,
    pub lease_bond: u128,
    pub penalized: u128,
    pub work_bond: u128,
    pub capacity_released: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct BondPrice {
    pub price: u128,
    pub updated_at: u64,
    anchor: u128,
    anchor_at: u64,
}

/// A bid as it is judged.
pub struct Candidate<'a> {
    pub bidder: &'a Addr,
    pub needs: &'a Requirements<Addr>,
    pub token: &'a Addr,
    pub lease_bond_value: u128,
    pub work_bond: u128,
    pub min_work_bond_value: u128,
    pub no_show_value: u128,
    pub price: BidPrice,
    pub binding: bool,
}

pub struct Judgement {
    pub provider: Option<ProviderNo>,
    pub class: Result<DeviceClass, Refusal>,
    pub lease_bond: u128,
    pub work_bond_value: u128,
}

/// Stake counts at half the bond price.
pub fn bond_for(value: u128, price: u128) -> u128 {
    up(value, 2 * MILLION, price).unwrap_or(u128::MAX)
}

fn value_of(bond: u128, price: u128) -> u128 {
    down(bond, price, 2 * MILLION).unwrap_or(u128::MAX)
}

fn each(resources: &Resources) -> [u64; 6] {
    [
        resources.gpus.into(),
        resources.cpu_milli.into(),
        resources.ram_mib.into(),
        resources.ephemeral_mib.into(),
        resources.persistent_mib.into(),
        resources.ports.into(),
    ]
}

const NAMES: [&str; 6] = [
    "gpus",
    "cpu_milli",
    "ram_mib",
    "ephemeral_mib",
    "persistent_mib",
    "ports",
];

impl Registry {
    pub fn of(suite: &Suite) -> Self {
        Self {
            params: suite.ask_registry(&QueryMsg::Params {}),
            providers: vec![],
            known: BTreeMap::new(),
            commitments: BTreeMap::new(),
            claimable: BTreeMap::new(),
            prices: BTreeMap::new(),
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

    fn owned(&self, owner: &Addr) -> Result<ProviderNo, Error> {
        match self.known.get(owner) {
            Some((no, Role::Owner)) => Ok(*no),
            _ => Err(Error::NotAProvider {
                address: owner.clone(),
            }),
        }
    }

    fn active(&self, owner: &Addr) -> Result<ProviderNo, Error> {
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
            .map(|c| c.lease_bond - c.penalized + c.work_bond)
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

    fn credit(&mut self, to: &Addr, amount: u128) {
        if amount > 0 {
            *self.claimable.entry(to.clone()).or_default() += amount;
        }
    }

    /// Per resource: name, asked, what one machine has, what is left.
    fn figures(
        &self,
        no: ProviderNo,
        group: &MachineGroup,
        asked: &Resources,
    ) -> Vec<(&'static str, u64, u64, u64)> {
        let used = self.used(no, &group.class);
        let mut rows = vec![];
        for (index, name) in NAMES.into_iter().enumerate() {
            let one = each(&group.each)[index];
            let left = one * u64::from(group.count) - used[index];
            rows.push((name, each(asked)[index], one, left));
            if index == 0 {
                let has = u64::from(group.each.vram_mib);
                rows.push(("vram_mib", asked.vram_mib.into(), has, has));
            }
        }
        rows
    }

    fn fit(&self, no: ProviderNo, needs: &Requirements<Addr>) -> Result<DeviceClass, Refusal> {
        let short = |row: &(&str, u64, u64, u64)| row.1 > row.2 || row.1 > row.3;
        let groups: Vec<_> = self
            .provider(no)
            .machines
            .iter()
            .filter(|group| needs.classes.contains(&group.class))
            .map(|group| (group.class.clone(), self.figures(no, group, &needs.resources)))
            .collect();
        if let Some((class, _)) = groups.iter().find(|(_, rows)| !rows.iter().any(short)) {
            return Ok(class.clone());
        }
        let Some((_, first)) = groups.first() else {
            return Err(Refusal::ClassMissing {});
        };
        let everywhere = (0..first.len()).find(|row| groups.iter().all(|(_, rows)| short(&rows[*row])));
        let (resource, asked, largest, free) = match everywhere {
            Some(row) => {
                let all = || groups.iter().map(|(_, rows)| rows[row]);
                let largest = all().map(|row| row.2).max().unwrap_or(0);
                let free = all().map(|row| row.3).max().unwrap_or(0);
                (first[row].0, first[row].1, largest, free)
            }
            None => *first.iter().find(|row| short(row)).unwrap_or(&first[0]),
        };
        Err(Refusal::ResourceShort {
            resource: resource.into(),
            asked,
            largest,
            free,
        })
    }
}

impl Evidence {
    fn weights(&self, now: u64, half_life: u64) -> (u128, u128) {
        let halvings = self.halved_at.map_or(0, |at| (now - at) / half_life);
        let halved = |weight: u128| match halvings < 128 {
            true => weight >> halvings,
            false => 0,
        };
        (halved(self.success), halved(self.failure))
    }

    fn come_to(&mut self, now: u64, half_life: u64) {
        let at = *self.halved_at.get_or_insert(now);
        (self.success, self.failure) = self.weights(now, half_life);
        self.halved_at = Some(at + (now - at) / half_life * half_life);
    }
}

impl Ledger {
    pub fn bond_price(&self, token: &Addr) -> Option<u128> {
        match *token == self.wiring.network_token {
            true => Some(MILLION),
            false => self.registry.prices.get(token).map(|price| price.price),
        }
    }

    fn price_age(&self, token: &Addr) -> Option<u64> {
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
                    vesting: Seconds(vesting),
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

    fn register(&mut self, owner: &Addr, registration: &Registration) -> Fate {
        self.ensure_open(&self.wiring.provider_registry)
            .map_err(Error::Control)?;
        match self.registry.known.get(owner) {
            Some((provider, Role::Owner)) => {
                return Err(Error::AlreadyRegistered {
                    owner: owner.clone(),
                    provider: *provider,
                }
                .into())
            }
            Some((provider, Role::Agent)) => {
                return Err(Error::AddressTaken {
                    address: owner.clone(),
                    provider: *provider,
                }
                .into())
            }
            None => {}
        }
        let agent = address_of_key(&registration.agent.pubkey);
        if let Some((provider, _)) = self.registry.known.get(&agent) {
            return Err(Error::AddressTaken {
                address: agent,
                provider: *provider,
            }
            .into());
        }
        let no = ProviderNo(self.registry.providers.len() as u32 + 1);
        self.registry.known.insert(owner.clone(), (no, Role::Owner));
        self.registry.known.insert(agent.clone(), (no, Role::Agent));
        self.registry.providers.push(Provider {
            no,
            owner: owner.clone(),
            agent,
            group: registration.group.clone().unwrap_or_else(|| owner.to_string()),
            machines: registration.machines.clone(),
            maintenance: None,
            shrunk_at: None,
            retired: false,
            bonded: 0,
            unbonding: vec![],
            limits: AgentLimits::default(),
            evidence: Evidence::default(),
        });
        Ok(())
    }

    /// Of what a profile holds only the machines are ever changed here.
    fn update_provider(&mut self, owner: &Addr, update: &ProfileUpdate) -> Fate {
        let no = self.registry.active(owner)?;
        let Some(new) = &update.machines else {
            return Ok(());
        };
        let old = self.registry.provider(no).machines.clone();
        let has = |group: Option<&MachineGroup>, resource: usize| {
            group.map_or(0, |group| each(&group.each)[resource] * u64::from(group.count))
        };
        let mut shrunk = false;
        for was in &old {
            let class = &was.class;
            let is = new.iter().find(|group| group.class == *class);
            let used = self.registry.used(no, class);
            let in_use = used != [0; 6];
            for (index, resource) in NAMES.into_iter().enumerate() {
                let registered = has(is, index);
                if in_use && registered < used[index] {
                    return Err(Error::BelowCommitted {
                        class: class.0.clone(),
                        resource,
                        registered,
                        committed: used[index],
                    }
                    .into());
                }
                shrunk |= registered < has(Some(was), index);
            }
            let machine = |group: &MachineGroup, index: usize| match index {
                6 => u64::from(group.each.vram_mib),
                _ => each(&group.each)[index],
            };
            for (index, resource) in NAMES.into_iter().chain(["vram_mib"]).enumerate() {
                let (from, to) = (machine(was, index), is.map(|group| machine(group, index)));
                let Some(to) = to.filter(|to| *to < from) else {
                    continue;
                };
                if in_use {
                    return Err(Error::MachineInUse {
                        class: class.0.clone(),
                        resource,
                        from,
                        to,
                    }
                    .into());
                }
                shrunk = true;
            }
            shrunk |= is.is_none();
        }
        let now = self.now;
        let provider = self.registry.provider_mut(no);
        provider.machines.clone_from(new);
        if shrunk {
            provider.shrunk_at = Some(now);
        }
        Ok(())
    }

    fn announce(&mut self, owner: &Addr, from: u64, until: u64) -> Fate {
        let no = self.registry.active(owner)?;
        let now = self.now;
        let provider = self.registry.provider_mut(no);
        if let Some((_, standing)) = provider.maintenance.filter(|(_, until)| now < *until) {
            return Err(Error::MaintenanceAnnounced {
                until: UnixTime(standing),
            }
            .into());
        }
        let (earliest, latest) = (now + DAY, from + 14 * DAY);
        if from < earliest {
            return Err(Error::MaintenanceTooSoon {
                from: UnixTime(from),
                earliest: UnixTime(earliest),
            }
            .into());
        }
        if until <= from || until > latest {
            return Err(Error::MaintenanceLength {
                from: UnixTime(from),
                until: UnixTime(until),
                latest: UnixTime(latest),
            }
            .into());
        }
        provider.maintenance = Some((from, until));
        provider.shrunk_at = Some(now);
        Ok(())
    }

    fn unbond(&mut self, owner: &Addr, amount: u128) -> Fate {
        if amount == 0 {
            return Err(Error::ZeroAmount {}.into());
        }
        let no = self.registry.owned(owner)?;
        let free = self.registry.free(no);
        if amount > free {
            return Err(Error::FreeBondShort {
                asked: n(amount),
                free: n(free),
            }
            .into());
        }
        let ready_at = self.now + self.registry.params.unbonding_period.0;
        let now = self.now;
        let provider = self.registry.provider_mut(no);
        if provider.unbonding.len() >= 16 {
            return Err(Error::UnbondingsFull { max: 16 }.into());
        }
        provider.bonded -= amount;
        provider.unbonding.push((amount, ready_at));
        provider.unbonding.sort_by_key(|(_, ready_at)| *ready_at);
        provider.shrunk_at = Some(now);
        Ok(())
    }

    fn withdraw_unbonded(&mut self, owner: &Addr) -> Fate {
        let no = self.registry.owned(owner)?;
        let now = self.now;
        let provider = self.registry.provider_mut(no);
        let ready: u128 = provider
            .unbonding
            .iter()
            .filter(|(_, at)| *at <= now)
            .map(|(amount, _)| amount)
            .sum();
        if ready == 0 {
            return Err(Error::NothingUnbonded {}.into());
        }
        provider.unbonding.retain(|(_, at)| *at > now);
        let (token, here) = (
            self.wiring.network_token.clone(),
            self.wiring.provider_registry.clone(),
        );
        self.transfer(&token, &here, owner, ready)
    }

    fn set_bond_price(&mut self, sender: &Addr, token: &Addr, price: u128) -> Fate {
        let governor = *sender == self.governor;
        if !governor && !self.registry.params.price_keepers.contains(sender) {
            return Err(Error::NotPriceKeeper {
                sender: sender.clone(),
            }
            .into());
        }
        if *token == self.wiring.network_token {
            return Err(Error::PriceOfItself {}.into());
        }
        if price == 0 {
            return Err(Error::PriceZero {}.into());
        }
        let now = self.now;
        let fresh = BondPrice {
            price,
            updated_at: now,
            anchor: price,
            anchor_at: now,
        };
        if governor {
            self.registry.prices.insert(token.clone(), fresh);
            return Ok(());
        }
        let Some(old) = self.registry.prices.get(token).copied() else {
            return Err(Error::FirstPrice { token: token.clone() }.into());
        };
        let (anchor, anchor_at) = match now < old.anchor_at + DAY {
            true => (old.anchor, old.anchor_at),
            false => (old.price, now),
        };
        let step = share(anchor, self.registry.params.bond_price_daily_move.0);
        if price < anchor - step || price > anchor + step {
            return Err(Error::PriceStep {
                price: n(price),
                low: n(anchor - step),
                high: n(anchor + step),
                until: UnixTime(anchor_at + DAY),
            }
            .into());
        }
        let kept = BondPrice {
            anchor,
            anchor_at,
            ..fresh
        };
        self.registry.prices.insert(token.clone(), kept);
        Ok(())
    }

    /// May this bidder commit, and to what?
    pub(super) fn judge(&self, candidate: &Candidate) -> Judgement {
        let price = self.bond_price(candidate.token);
        let bond = |value| price.map_or(0, |price| bond_for(value, price));
        let found = self.registry.whois(candidate.bidder);
        Judgement {
            provider: found.map(|provider| provider.no),
            class: match found {
                None => Err(Refusal::NotRegistered {}),
                Some(provider) => self.admit(provider, candidate),
            },
            lease_bond: bond(candidate.lease_bond_value),
            work_bond_value: price.map_or(0, |price| value_of(candidate.work_bond, price)),
        }
    }

    fn admit(&self, provider: &Provider, candidate: &Candidate) -> Result<DeviceClass, Refusal> {
        let needs = candidate.needs;
        if provider.retired {
            return Err(Refusal::Retired {});
        }
        if let Some((_, until)) = provider
            .maintenance
            .filter(|(from, until)| (*from..*until).contains(&self.now))
        {
            return Err(Refusal::InMaintenance {
                until: UnixTime(until),
            });
        }
        if !needs.allow.is_empty() && !needs.allow.contains(&provider.owner) {
            return Err(Refusal::NotAllowed {});
        }
        if needs.deny.contains(&provider.owner) {
            return Err(Refusal::Denied {});
        }
        let class = self.registry.fit(provider.no, needs)?;
        let has = self.registry.reputation(provider.no, self.now);
        if has < needs.min_reputation {
            return Err(Refusal::ReputationLow {
                has,
                asked: needs.min_reputation,
            });
        }
        let limits = match candidate.binding {
            true => AgentLimits::default(),
            false => provider.limits.clone(),
        };
        let floor = limits
            .floors
            .iter()
            .find(|floor| floor.class == class && floor.token == candidate.token.as_str());
        if let Some(floor) = floor {
            let gpus = u128::from(needs.resources.gpus);
            let (price, floor) = match candidate.price {
                BidPrice::PerHour(price) => (
                    price,
                    Price::new(floor.per_gpu_hour.0.u128().saturating_mul(gpus)),
                ),
                BidPrice::PerUnit(price) => (price, floor.per_unit),
            };
            if price < floor {
                return Err(Refusal::PriceBelowFloor { price, floor });
            }
        }
        self.admit_bond(provider, candidate, &limits)?;
        Ok(class)
    }

    fn admit_bond(
        &self,
        provider: &Provider,
        candidate: &Candidate,
        limits: &AgentLimits,
    ) -> Result<(), Refusal> {
        let price = self.bond_price(candidate.token);
        let price = price.ok_or(Refusal::BondPriceMissing {})?;
        let age = Seconds(self.price_age(candidate.token).unwrap_or(0));
        let max_age = self.registry.params.bond_price_max_age;
        if age > max_age {
            return Err(Refusal::BondPriceStale { age, max_age });
        }
        let min_bond = self.registry.params.min_bond;
        if provider.bonded < min_bond.u128() {
            return Err(Refusal::BondBelowMinimum {
                bonded: n(provider.bonded),
                min_bond,
            });
        }
        let lease_bond = bond_for(candidate.lease_bond_value, price);
        let needed = bond_for(candidate.min_work_bond_value, price);
        if candidate.work_bond < needed {
            return Err(Refusal::WorkBondLow {
                named: n(candidate.work_bond),
                needed: n(needed),
            });
        }
        if let Some(limit) = limits.max_lease_bond.filter(|limit| lease_bond > limit.u128()) {
            return Err(Refusal::LeaseBondAboveLimit {
                needed: n(lease_bond),
                limit,
            });
        }
        if let Some(limit) = limits
            .max_work_bond
            .filter(|limit| candidate.work_bond > limit.u128())
        {
            return Err(Refusal::WorkBondAboveLimit {
                needed: n(candidate.work_bond),
                limit,
            });
        }
        let no_show = bond_for(candidate.no_show_value, price);
        let needed = lease_bond.saturating_add(candidate.work_bond).max(no_show);
        let free = self.registry.free(provider.no);
        if needed > free {
            return Err(Refusal::FreeBondShort {
                needed: n(needed),
                free: n(free),
            });
        }
        Ok(())
    }

    /// The bidder's own doing: it pays what it has, out of what is free, then out of what is unbonding.
    pub(super) fn no_show(&mut self, no: ProviderNo, tenant: &Addr, token: &Addr, value: u128) {
        let due = self.bond_price(token).map_or(0, |price| bond_for(value, price));
        let from_free = due.min(self.registry.free(no));
        let (now, half_life) = (self.now, self.registry.params.evidence_half_life.0);
        let provider = self.registry.provider_mut(no);
        provider.bonded -= from_free;
        let mut paid = from_free;
        for (amount, _) in &mut provider.unbonding {
            let part = (*amount).min(due - paid);
            *amount -= part;
            paid += part;
        }
        provider.unbonding.retain(|(amount, _)| *amount > 0);
        provider.evidence.come_to(now, half_life);
        provider.evidence.no_shows += 1;
        self.registry.credit(tenant, paid);
    }

    /// A share of a lease's bond goes to its tenant, a tip out of that to whoever ended a silence.
    pub(super) fn penalize(&mut self, lease: LeaseId, tenant: &Addr, bps: u16, tip: Option<(&Addr, u128)>) {
        let Some(commitment) = self.registry.commitments.get_mut(&lease) else {
            return;
        };
        let left = commitment.lease_bond - commitment.penalized;
        let amount = share(commitment.lease_bond, bps).min(left);
        commitment.penalized += amount;
        let no = commitment.provider;
        self.registry.provider_mut(no).bonded -= amount;
        let tipped = tip.map_or(0, |(_, most)| most.min(amount));
        self.registry.credit(tenant, amount - tipped);
        if let Some((to, _)) = tip {
            self.registry.credit(to, tipped);
        }
    }

    pub(super) fn record_outage(&mut self, no: ProviderNo, length: u64) {
        let (now, half_life) = (self.now, self.registry.params.evidence_half_life.0);
        let evidence = &mut self.registry.provider_mut(no).evidence;
        evidence.come_to(now, half_life);
        evidence.outages += 1;
        evidence.outage_seconds += length;
    }

    /// A lease came to its end: what was paid counts for the provider, and what was expected against it if it failed.
    pub(super) fn record_end(
        &mut self,
        no: ProviderNo,
        lease: LeaseId,
        token: &Addr,
        reason: CloseReason,
        fee: u128,
        expected: u128,
    ) {
        let unit = self.registry.params.evidence_unit.u128();
        let price = self.bond_price(token);
        let weight = |fee: u128| {
            let worth = price.map_or(0, |price| down(fee, MILLION, price).unwrap_or(u128::MAX));
            down(worth, MILLION, unit).unwrap_or(u128::MAX)
        };
        let (now, half_life) = (self.now, self.registry.params.evidence_half_life.0);
        // A lease that did not fail counts against it by the part of the bond that penalties took.
        let penalized = self
            .registry
            .commitments
            .get(&lease)
            .filter(|commitment| commitment.penalized > 0)
            .map_or(0, |commitment| {
                down(weight(expected), commitment.penalized, commitment.lease_bond).unwrap_or(0)
            });
        let evidence = &mut self.registry.provider_mut(no).evidence;
        evidence.come_to(now, half_life);
        evidence.success = evidence.success.saturating_add(weight(fee));
        match reason.code() {
            0..=9_999 => evidence.ended_by_tenant += 1,
            10_000..=19_999 => evidence.ended_by_provider += 1,
            _ => evidence.ended_by_network += 1,
        }
        let failed = (10_000..20_000).contains(&reason.code()) && reason != CloseReason::NoticeServed;
        let against = if failed { weight(expected) } else { penalized };
        evidence.failure = evidence.failure.saturating_add(against);
    }
}

fn only(role: &'static str, sender: &Addr) -> market_control::ControlError {
    market_control::ControlError::Unauthorized {
        sender: sender.clone(),
        role,
    }
}
