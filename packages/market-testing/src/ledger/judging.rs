//! Whether a provider can commit to a lease.

use cosmwasm_std::Addr;
use market_types::order::{ComparisonClass, Requirements};
use market_types::registry::{AgentLimits, BidPrice, Refusal};
use market_types::resources::{DeviceClass, MachineGroup, Resources};
use market_types::{Price, ProviderNo, Seconds, UnixTime};

use super::bonds::value_of;
use super::registry::{bond_for, Provider, Registry};
use super::tokens::n;
use super::Ledger;

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
    /// How its units are audited, if that takes enough auditors.
    pub audited: Option<ComparisonClass>,
}

pub struct Judgement {
    pub provider: Option<ProviderNo>,
    pub class: Result<DeviceClass, Refusal>,
    pub lease_bond: u128,
    pub work_bond_value: u128,
}

pub(super) fn each(resources: &Resources) -> [u64; 6] {
    [
        resources.gpus.into(),
        resources.cpu_milli.into(),
        resources.ram_mib.into(),
        resources.ephemeral_mib.into(),
        resources.persistent_mib.into(),
        resources.ports.into(),
    ]
}

pub(super) const NAMES: [&str; 6] = [
    "gpus",
    "cpu_milli",
    "ram_mib",
    "ephemeral_mib",
    "persistent_mib",
    "ports",
];

impl Registry {
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

impl Ledger {
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
        if provider.suspended {
            return Err(Refusal::Suspended {});
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
        if let Some(comparison) = candidate.audited {
            let operators = self.registry.operators(comparison, &class);
            if operators < 5 {
                return Err(Refusal::ThinAudit { operators, needed: 5 });
            }
        }
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
}
