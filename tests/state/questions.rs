//! Everything that the contracts can be asked about the walked market.

use market_testing::chain::account;
use market_testing::Suite;
use serde_json::{json, Value};

use crate::fixture::Question;
use crate::walk::{lease, people, ORDERS};

/// Written as JSON, as a client of that version wrote them.
pub fn questions(suite: &Suite) -> Vec<Question> {
    let mut all = vec![];
    let mut ask = |contract: &str, query: Value| {
        all.push(Question {
            contract: contract.into(),
            query,
        });
    };
    let all_of = || json!({ "start_after": null, "limit": 100 });
    for contract in [
        "provider-registry",
        "order-book",
        "lease-escrow",
        "attestation",
        "take-rate-burn",
    ] {
        for query in ["control", "params", "solvency"] {
            ask(contract, json!({ query: {} }));
        }
    }
    let tokens = [suite.usdc.as_str(), suite.wiring.network_token.as_str()];
    let [_, _, provider, rival] = people();
    for owner in people().iter().chain([&account("keeper")]) {
        ask("provider-registry", json!({ "claimable": { "address": owner } }));
        ask(
            "lease-escrow",
            json!({ "account": { "owner": owner, "token": suite.usdc } }),
        );
        for token in ["usdc", "lease"] {
            ask(token, json!({ "balance": { "address": owner } }));
        }
    }
    for owner in [&provider, &rival] {
        for query in [
            "provider",
            "capacity",
            "agent_limits",
            "signed_attributes",
            "reputation",
            "audit_offers",
        ] {
            ask("provider-registry", json!({ query: { "owner": owner } }));
        }
        for query in ["commitments", "agents"] {
            ask(
                "provider-registry",
                json!({ query: { "owner": owner, "paging": all_of() } }),
            );
        }
        let agent = Suite::agent_of(owner).address();
        ask("provider-registry", json!({ "whois": { "address": agent } }));
    }
    ask(
        "provider-registry",
        json!({ "providers": { "paging": all_of() } }),
    );
    ask("provider-registry", json!({ "burned": {} }));
    for class in ["exact", "image/nvidia-h100-80gb"] {
        ask("provider-registry", json!({ "audit_table": { "class": class } }));
        ask("attestation", json!({ "breaker": { "class": class } }));
    }
    for order in 1..=ORDERS {
        ask("order-book", json!({ "order": { "order": order } }));
        ask(
            "order-book",
            json!({ "bids": { "order": order, "paging": all_of() } }),
        );
        ask(
            "order-book",
            json!({ "simulate_all": { "order": order, "paging": all_of() } }),
        );
        ask("lease-escrow", json!({ "reservation": { "order": order } }));
    }
    ask("order-book", json!({ "open_orders": { "paging": all_of() } }));
    for order in 1..ORDERS {
        let lease = lease(order);
        ask("lease-escrow", json!({ "lease": { "lease": lease } }));
        ask(
            "attestation",
            json!({ "batches": { "lease": lease, "paging": all_of() } }),
        );
        ask(
            "attestation",
            json!({ "audits": { "lease": lease, "paging": all_of() } }),
        );
        ask("attestation", json!({ "lease_audits": { "lease": lease } }));
    }
    for order in [1, 2] {
        ask("lease-escrow", json!({ "work": { "lease": lease(order) } }));
    }
    ask("attestation", json!({ "beacons": { "paging": all_of() } }));
    for token in tokens {
        for query in ["rate", "totals", "lot"] {
            ask("take-rate-burn", json!({ query: { "token": token } }));
        }
        ask("provider-registry", json!({ "bond_price": { "token": token } }));
    }
    ask("lease-escrow", json!({ "pools": { "token": suite.usdc } }));
    ask("usdc", json!({ "token_info": {} }));
    ask("lease", json!({ "token_info": {} }));
    all
}
