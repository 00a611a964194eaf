//! What the sister contracts answer to the book.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::{from_json, to_json_binary, Addr, Binary, Uint128, WasmQuery};
use market_types::control::Wiring;
use market_types::registry::{self, Candidacy, ProviderRef, ProviderResponse, Refusal, Verdict};
use market_types::{Page, ProviderNo};

use super::world::{addr, class};

/// What the mocked sisters know. One network token is worth two payment tokens, and counts half.
pub struct Sisters {
    pub providers: BTreeMap<Addr, ProviderRef>,
    pub refusals: BTreeMap<ProviderNo, Refusal>,
    /// What the registry was asked, call by call.
    pub judged: Vec<Vec<Candidacy>>,
    pub verdicts_short: bool,
}

impl Sisters {
    fn provider(&self, address: &str) -> Option<&ProviderRef> {
        self.providers
            .values()
            .find(|provider| provider.owner.as_str() == address || provider.agent.as_str() == address)
    }

    pub fn edit(&mut self, name: &str) -> &mut ProviderRef {
        self.providers.get_mut(&addr(name)).unwrap()
    }

    fn verdict(&self, candidacy: &Candidacy) -> Verdict {
        let provider = self.provider(&candidacy.bidder).cloned();
        let stakes = &candidacy.stakes;
        let refusal = match &provider {
            None => Some(Refusal::NotRegistered {}),
            Some(provider) => self.refusals.get(&provider.no).cloned().or_else(|| {
                (stakes.work_bond < stakes.min_work_bond_value).then_some(Refusal::WorkBondLow {
                    named: stakes.work_bond,
                    needed: stakes.min_work_bond_value,
                })
            }),
        };
        Verdict {
            class: refusal.is_none().then(class),
            provider,
            refusal,
            lease_bond: stakes.lease_bond_value,
            min_work_bond: stakes.min_work_bond_value,
            work_bond_value: stakes.work_bond,
            no_show: stakes.no_show_value,
        }
    }

    fn registry(&mut self, msg: registry::QueryMsg) -> Binary {
        match msg {
            registry::QueryMsg::Judge { candidacies } => {
                let mut verdicts: Vec<_> = candidacies.iter().map(|c| self.verdict(c)).collect();
                self.judged.push(candidacies);
                if self.verdicts_short {
                    verdicts.pop();
                }
                json(&verdicts)
            }
            registry::QueryMsg::Whois { address } => json(&self.provider(&address)),
            registry::QueryMsg::Providers { paging } => {
                let after = paging.start_after.unwrap_or_default();
                let mut providers: Vec<_> = self.providers.values().filter(|p| p.no > after).collect();
                providers.sort_by_key(|provider| provider.no);
                let more = providers.len() > paging.limit();
                providers.truncate(paging.limit());
                json(&Page {
                    next_start_after: providers.last().filter(|_| more).map(|provider| provider.no),
                    items: providers.into_iter().map(profile).collect::<Vec<_>>(),
                })
            }
            other => panic!("the book does not ask {other:?}"),
        }
    }
}

fn profile(provider: &ProviderRef) -> ProviderResponse {
    ProviderResponse {
        no: provider.no,
        owner: provider.owner.clone(),
        agent: provider.agent.clone(),
        agent_pubkey: Binary::default(),
        gateway: registry::Gateway {
            url: "http://gateway".into(),
            tls_fingerprint: None,
        },
        group: provider.group.clone(),
        attributes: vec![],
        machines: vec![],
        bond: registry::BondResponse {
            bonded: Uint128::zero(),
            locked: Uint128::zero(),
            unbonding: vec![],
        },
        maintenance: None,
        shrunk_at: provider.shrunk_at,
        retired: false,
        suspended: false,
    }
}

pub fn json<T: Serialize + ?Sized>(value: &T) -> Binary {
    to_json_binary(value).unwrap()
}

pub fn answer(sisters: &Rc<RefCell<Sisters>>, query: &WasmQuery) -> Binary {
    let named = |contract: &str| {
        [
            "provider-registry",
            "order-book",
            "lease-escrow",
            "attestation",
            "take-rate-burn",
        ]
        .into_iter()
        .find(|name| addr(name).as_str() == contract)
    };
    match query {
        WasmQuery::Raw { contract_addr, key } if key.as_slice() == b"contract_info" => {
            match named(contract_addr) {
                Some(name) => Binary::from(
                    format!(r#"{{"contract":"crates.io:{name}","version":"0.1.0"}}"#).into_bytes(),
                ),
                None => Binary::default(),
            }
        }
        WasmQuery::Smart { contract_addr, msg } => match named(contract_addr) {
            Some("provider-registry") => sisters.borrow_mut().registry(from_json(msg).unwrap()),
            None => Binary::from(br#"{"name":"Network","symbol":"NET","decimals":6,"total_supply":"1"}"#),
            Some(other) => panic!("the book does not ask {other}"),
        },
        other => panic!("unexpected query {other:?}"),
    }
}

pub fn wiring() -> Wiring<String> {
    Wiring {
        provider_registry: addr("provider-registry").into(),
        order_book: addr("order-book").into(),
        lease_escrow: addr("lease-escrow").into(),
        attestation: addr("attestation").into(),
        take_rate_burn: addr("take-rate-burn").into(),
        network_token: addr("network-token").into(),
    }
}
