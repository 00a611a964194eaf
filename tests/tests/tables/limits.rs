//! Lists end where a page ends, whatever limit is asked for.

use std::collections::BTreeSet;

use cosmwasm_schema::schema_for;
use cosmwasm_std::Addr;
use market_testing::chain::account;
use market_testing::specs::{machines, stream, task, H100};
use market_testing::{Key, Suite};
use market_types::audit::AuditId;
use market_types::order::Rail;
use market_types::page::MAX_LIMIT;
use market_types::registry::ExecuteMsg as Registry;
use market_types::{
    attestation, escrow, order_book, registry, take_rate, BatchNo, LeaseId, OrderId, ProviderNo,
};
use serde_json::{json, Value};

use crate::court::{beacon_of, beacon_params};

const MANY: u64 = 103;
/// The most bids an order keeps.
const BIDS: u64 = 50;
/// The most audits that a tenant forces of a lease of 200 units.
const FORCED: u64 = 11;
const TOKEN: u128 = 1_000_000;

struct Crowd {
    suite: Suite,
    owner: Addr,
    tenant: Addr,
}

/// More than a page of everything there are lists of.
fn crowd() -> Crowd {
    let (tenant, owner) = (account("tenant"), account("owner"));
    let mut suite = Suite::builder()
        .book(|params| params.bids_kept = BIDS as u8)
        .attestation(|params| params.beacon = Some(beacon_params()))
        .funded([tenant.clone(), owner.clone()])
        .build();
    suite.checks = false;
    let usdc = suite.usdc.clone();
    suite.set_bond_price(&usdc, TOKEN).unwrap();
    for n in 0..MANY {
        let other = account(&format!("provider {n}"));
        let network = suite.wiring.network_token.clone();
        suite.register(&other, vec![machines(H100, 1)]).unwrap();
        suite.give(&owner, &network, &other, 1_100 * TOKEN).unwrap();
        suite.bond(&other, 1_100 * TOKEN).unwrap();
    }
    suite.register(&owner, vec![machines(H100, 20)]).unwrap();
    suite.bond(&owner, 100_000 * TOKEN).unwrap();

    let agent = Suite::agent_of(&owner).address();
    for n in 1..=MANY {
        suite.place_order(&tenant, &usdc, 4 * TOKEN, stream()).unwrap();
        suite.bid(&agent, OrderId(n), 1_000_000, 0).unwrap();
    }
    let mut spec = task();
    if let Rail::Task { units, .. } = &mut spec.rail {
        *units = 200;
    }
    suite.place_order(&tenant, &usdc, 20 * TOKEN, spec).unwrap();
    suite.bid(&agent, OrderId(MANY + 1), 1_000, 10 * TOKEN).unwrap();
    suite.pass(100);
    for n in 1..=MANY + 1 {
        suite.award(&tenant, OrderId(n)).unwrap();
    }
    let lease = LeaseId::new(OrderId(MANY + 1), 0).unwrap();
    for n in 0..MANY {
        suite.post_batch(&agent, lease, n as u32, 1).unwrap();
    }
    for n in 0..MANY {
        suite.place_order(&tenant, &usdc, 4 * TOKEN, stream()).unwrap();
        if n < BIDS {
            let other = account(&format!("provider {n}"));
            suite
                .bid(&other, OrderId(MANY + 2), 3_000_000 - u128::from(n), 0)
                .unwrap();
        }
    }
    for n in 0..MANY {
        let registry = suite.wiring.provider_registry.clone();
        let agent = Key::of(&format!("agent {n}")).agent_of(&owner, &registry);
        suite.send(&owner, Registry::RotateAgent { agent }).unwrap();
    }
    for n in 1..=MANY {
        suite.send(&owner, beacon_of(20 * n)).unwrap();
    }
    for unit in 0..FORCED as u32 {
        let audit = AuditId { lease, unit };
        let batch = BatchNo(unit);
        let force = attestation::ExecuteMsg::ForceAudit { audit, batch };
        suite.send(&tenant, force).unwrap();
    }
    Crowd { suite, owner, tenant }
}

/// Contract, query, the fields beside `paging`, and how many entries there are.
fn lists(crowd: &Crowd) -> Vec<(&'static str, &'static str, Value, u64)> {
    let (owner, tenant) = (crowd.owner.to_string(), crowd.tenant.to_string());
    let lease = LeaseId::new(OrderId(MANY + 1), 0).unwrap();
    let provider: ProviderNo = crowd.suite.provider(&crowd.owner).no;
    vec![
        ("registry", "providers", json!({}), MANY + 1),
        ("registry", "commitments", json!({ "owner": owner }), MANY + 1),
        ("registry", "agents", json!({ "owner": owner }), MANY + 1),
        ("book", "orders", json!({}), 2 * MANY + 1),
        ("book", "open_orders", json!({}), MANY),
        ("book", "orders_of", json!({ "tenant": tenant }), 2 * MANY + 1),
        ("book", "bids", json!({ "order": MANY + 2 }), BIDS),
        ("book", "simulate_all", json!({ "order": MANY + 2 }), MANY + 1),
        ("escrow", "leases", json!({}), MANY + 1),
        (
            "escrow",
            "leases_of_tenant",
            json!({ "tenant": tenant }),
            MANY + 1,
        ),
        (
            "escrow",
            "leases_of_provider",
            json!({ "provider": provider }),
            MANY + 1,
        ),
        ("attestation", "batches", json!({ "lease": lease }), MANY),
        ("attestation", "beacons", json!({}), MANY),
        ("attestation", "audits", json!({ "lease": lease }), FORCED),
        ("attestation", "duties", json!({ "provider": provider }), 0),
        ("take-rate", "all_totals", json!({}), 0),
    ]
}

fn page(crowd: &Crowd, contract: &str, query: &str, fields: &Value, paging: Value) -> (u64, Value) {
    let wiring = &crowd.suite.wiring;
    let address = match contract {
        "registry" => &wiring.provider_registry,
        "book" => &wiring.order_book,
        "escrow" => &wiring.lease_escrow,
        "attestation" => &wiring.attestation,
        _ => &wiring.take_rate_burn,
    };
    let mut fields = fields.clone();
    fields["paging"] = paging;
    let answer: Value = crowd.suite.ask(address, &json!({ query: fields }));
    (
        answer["items"].as_array().unwrap().len() as u64,
        answer["next_start_after"].clone(),
    )
}

#[test]
fn a_page_never_has_more_than_its_maximum_and_pages_together_have_everything() {
    let crowd = crowd();
    for (contract, query, fields, total) in lists(&crowd) {
        let (mut seen, mut next, mut pages) = (0, Value::Null, 0);
        loop {
            let paging = json!({ "start_after": next, "limit": u32::MAX });
            let (count, more) = page(&crowd, contract, query, &fields, paging);
            assert!(count <= u64::from(MAX_LIMIT), "{query} gives {count} at once");
            (seen, next, pages) = (seen + count, more, pages + 1);
            if next.is_null() {
                break;
            }
            assert!(pages < 100, "{query} does not end");
        }
        assert_eq!(seen, total, "{query}");
    }
}

/// A list added later without a row here fails.
#[test]
fn every_query_with_pages_is_listed() {
    let queries = [
        ("registry", paged(&schema_for!(registry::QueryMsg))),
        ("book", paged(&schema_for!(order_book::QueryMsg))),
        ("escrow", paged(&schema_for!(escrow::QueryMsg))),
        ("attestation", paged(&schema_for!(attestation::QueryMsg))),
        ("take-rate", paged(&schema_for!(take_rate::QueryMsg))),
    ];
    let all: BTreeSet<(&str, String)> = queries
        .into_iter()
        .flat_map(|(contract, names)| names.into_iter().map(move |name| (contract, name)))
        .collect();
    let mut suite = Suite::new();
    suite.checks = false;
    let owner = account("owner");
    suite.register(&owner, vec![machines(H100, 1)]).unwrap();
    let crowd = Crowd {
        suite,
        tenant: account("tenant"),
        owner,
    };
    let listed = lists(&crowd)
        .into_iter()
        .map(|(contract, name, ..)| (contract, name.to_string()))
        .collect();
    assert_eq!(all, listed);
}

fn paged(schema: &cosmwasm_schema::schemars::schema::RootSchema) -> Vec<String> {
    let schema = serde_json::to_value(schema).unwrap();
    let variants = schema["oneOf"].as_array().unwrap();
    variants
        .iter()
        .flat_map(|variant| variant["properties"].as_object().unwrap())
        .filter(|(_, fields)| fields["properties"].get("paging").is_some())
        .map(|(name, _)| name.clone())
        .collect()
}
