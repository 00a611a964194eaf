//! A small market in which something of everything is under way.

use beacon::Key;
use cosmwasm_std::{Addr, HexBinary, Uint128};
use market_testing::chain::{account, GENESIS};
use market_testing::specs::{machines, stream, task, H100};
use market_testing::suite::intentions::send_hook;
use market_testing::Suite;
use market_types::attestation::{BeaconParams, ExecuteMsg as Attestation};
use market_types::audit::{AuditClass, AuditId};
use market_types::defaults::TOKEN;
use market_types::escrow::{Amendment, ExecuteMsg as Escrow, Hook, LeaseStatus};
use market_types::registry::{AgentLimits, ExecuteMsg as Registry, PriceFloor};
use market_types::{registry, BatchNo, LeaseId, OrderId, Price, Seconds, UnixTime};

pub const ORDERS: u64 = 6;

pub fn people() -> [Addr; 4] {
    ["tenant", "another tenant", "provider", "another provider"].map(account)
}

pub fn lease(order: u64) -> LeaseId {
    LeaseId::new(OrderId(order), 0).unwrap()
}

/// As it stands before anybody did anything.
pub fn empty() -> Suite {
    let public_key = HexBinary::from(Key::from_seed(b"stored state").public().0.to_vec());
    Suite::builder()
        .funded(people())
        .take_rate(|params| params.auctions[0].min_lot = Uint128::one())
        .attestation(move |params| {
            params.beacon = Some(BeaconParams {
                public_key,
                genesis: UnixTime(GENESIS - 6_000),
                period: Seconds(3),
                every: 20,
                margin: Seconds(30),
            });
        })
        .build()
}

pub fn walked() -> Suite {
    let mut suite = empty();
    let usdc = suite.usdc.clone();
    let [tenant, other, provider, rival] = people();
    suite.set_bond_price(&usdc, TOKEN).unwrap();
    for owner in [&provider, &rival] {
        suite.register(owner, vec![machines(H100, 2)]).unwrap();
        suite.bond(owner, 10_000 * TOKEN).unwrap();
        for class in ["exact", "image/nvidia-h100-80gb"] {
            let class = AuditClass(class.into());
            suite
                .send(owner, Registry::OfferAudits { class, places: 4 })
                .unwrap();
        }
    }
    let (agent, second) = (
        Suite::agent_of(&provider).address(),
        Suite::agent_of(&rival).address(),
    );
    let limits = AgentLimits {
        floors: vec![PriceFloor {
            class: market_testing::specs::class(H100),
            token: usdc.to_string(),
            per_gpu_hour: Price::new(1_000),
            per_unit: Price::new(10),
        }],
        max_lease_bond: None,
        max_work_bond: None,
    };
    suite.send(&provider, Registry::SetAgentLimits(limits)).unwrap();
    suite.deposit(&other, &usdc, 700 * TOKEN).unwrap();
    let escrow = suite.wiring.lease_escrow.clone();
    let fund = send_hook(&usdc, &escrow, 50 * TOKEN, &Hook::FundAudits {});
    suite.send(&other, fund).unwrap();

    // A task under way and one that is done; a stream with terms proposed and one that its provider left; an order with two bids.
    for _ in 0..2 {
        suite.place_order(&tenant, &usdc, 48 * 100_000, task()).unwrap();
    }
    for _ in 0..2 {
        suite.place_order(&tenant, &usdc, 3_600_000, stream()).unwrap();
    }
    for order in 1..=4 {
        let (price, bond) = match order {
            1 | 2 => (90_000, 4 * TOKEN),
            _ => (3_000_000, 0),
        };
        suite.bid(&agent, OrderId(order), price, bond).unwrap();
        suite.bid(&second, OrderId(order), price + 1_000, bond).unwrap();
    }
    suite.pass(100);
    for order in 1..=4 {
        suite.award(&tenant, OrderId(order)).unwrap();
    }
    suite.post_batch(&agent, lease(1), 0, 16).unwrap();
    suite.post_batch(&agent, lease(2), 0, 48).unwrap();
    for order in [3, 4] {
        suite.ready(&agent, lease(order)).unwrap();
        suite.accept(&tenant, lease(order)).unwrap();
    }
    for _ in 0..3 {
        suite.pass(60);
        suite.heartbeat(&agent, vec![lease(3), lease(4)]).unwrap();
    }
    suite.top_up(&other, lease(3), TOKEN).unwrap();
    let amendment = Amendment {
        price_per_hour: Some(Price::new(2_000_000)),
        duration: None,
    };
    suite.amend(&tenant, lease(3), amendment).unwrap();
    suite.close(&provider, lease(4)).unwrap();
    suite.pass(86_400);
    // The first accepted after the batches shows which round draws them.
    for _ in 0..2 {
        beacon(&mut suite);
    }
    let draw = Attestation::Draw {
        lease: lease(2),
        batch: BatchNo(0),
    };
    suite.send(&tenant, draw).unwrap();
    // A stream that serves.
    suite.place_order(&tenant, &usdc, 3_600_000, stream()).unwrap();
    suite.bid(&agent, OrderId(5), 3_000_000, 0).unwrap();
    suite.pass(100);
    suite.award(&tenant, OrderId(5)).unwrap();
    suite.ready(&agent, lease(5)).unwrap();
    suite.accept(&tenant, lease(5)).unwrap();
    suite.pass(60);
    suite.heartbeat(&agent, vec![lease(5)]).unwrap();
    suite.post_batch(&agent, lease(1), 16, 8).unwrap();
    let audit = AuditId {
        lease: lease(1),
        unit: 17,
    };
    suite.deposit(&tenant, &usdc, 5 * TOKEN).unwrap();
    let batch = BatchNo(1);
    suite
        .send(&tenant, Attestation::ForceAudit { audit, batch })
        .unwrap();
    suite.sweep(&other, &usdc).unwrap();
    suite.kick(&other, &usdc).unwrap();
    suite.place_order(&other, &usdc, 48 * 100_000, task()).unwrap();
    suite.bid(&second, OrderId(6), 99_000, 4 * TOKEN).unwrap();
    suite.bid(&agent, OrderId(6), 95_000, 4 * TOKEN).unwrap();
    suite.unbond(&rival, 100 * TOKEN).unwrap();
    let from = suite.now().plus(Seconds(2 * 86_400));
    let until = from.plus(Seconds::DAY);
    suite
        .send(&rival, Registry::AnnounceMaintenance { from, until })
        .unwrap();
    suite
}

/// The next beacon that counts.
fn beacon(suite: &mut Suite) {
    suite.pass(120);
    let round = (suite.now().0 - (GENESIS - 6_000)) / 3 / 20 * 20;
    let signature = Key::from_seed(b"stored state").sign(round);
    let signature = HexBinary::from(signature.unwrap().0.to_vec());
    let submit = Attestation::SubmitBeacon { round, signature };
    suite.send(&account("keeper"), submit).unwrap();
}

/// What was under way is brought to its end.
pub fn goes_on(suite: &mut Suite) {
    let [tenant, other, provider, _] = people();
    let agent = Suite::agent_of(&provider).address();
    let usdc = suite.usdc.clone();
    suite.pass(120);
    suite.award(&other, OrderId(6)).unwrap();
    suite.post_batch(&agent, lease(6), 0, 48).unwrap();
    suite.post_batch(&agent, lease(1), 24, 8).unwrap();
    suite.heartbeat(&agent, vec![lease(5)]).unwrap();
    suite.close(&tenant, lease(5)).unwrap();
    assert_eq!(suite.lease(lease(5)).status, LeaseStatus::Closed);
    suite.withdraw(&other, &usdc, None).unwrap();
    suite.withdraw(&provider, &usdc, None).unwrap();
    suite.claim(&tenant).unwrap();
    let hook = registry::Hook::Bond { provider: None };
    let (token, registry) = (
        suite.wiring.network_token.clone(),
        suite.wiring.provider_registry.clone(),
    );
    let bond = send_hook(&token, &registry, TOKEN, &hook);
    suite.send(&provider, bond).unwrap();
    suite.send(&tenant, Escrow::Settle { lease: lease(6) }).unwrap();
}
