//! Who registers, and with what.

use cosmwasm_std::Addr;
use market_types::registry::{AgentLimits, ProfileUpdate, Registration};
use market_types::resources::MachineGroup;
use market_types::{ProviderNo, UnixTime};
use provider_registry::ContractError as Error;

use super::evidence::Evidence;
use super::judging::{each, NAMES};
use super::registry::{Provider, Role, DAY};
use super::{Fate, Ledger};
use crate::keys::address_of_key;

impl Ledger {
    pub(super) fn register(&mut self, owner: &Addr, registration: &Registration) -> Fate {
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
            suspended: false,
            bonded: 0,
            unbonding: vec![],
            limits: AgentLimits::default(),
            evidence: Evidence::default(),
        });
        Ok(())
    }

    /// Of what a profile holds only the machines are ever changed here.
    pub(super) fn update_provider(&mut self, owner: &Addr, update: &ProfileUpdate) -> Fate {
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

    pub(super) fn announce(&mut self, owner: &Addr, from: u64, until: u64) -> Fate {
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
}
