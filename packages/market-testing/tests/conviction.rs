//! What a verdict costs: bond, money, name, and the next award.

use cosmwasm_std::{Addr, Uint128};
use market_testing::chain::account;
use market_testing::specs::{machines, task, H100};
use market_testing::Suite;
use market_types::audit::Reward;
use market_types::escrow::{ExecuteMsg as Escrow, LeaseStatus};
use market_types::order::{AwardRule, OrderSpec};
use market_types::registry::{
    ExecuteMsg as Registry, ParamsUpdate, QueryMsg as AskRegistry, ReputationResponse,
};
use market_types::{BasisPoints, BatchNo, CloseReason, LeaseId, OrderId};

const TOKEN: u128 = 1_000_000;
const WORK_BOND: u128 = 4 * TOKEN;

struct Market {
    suite: Suite,
    tenant: Addr,
    orders: u64,
}

impl Market {
    /// Cheap and dear have done one task each; a tenth of a percent of a network token in fees is one observation.
    fn new() -> Self {
        let (tenant, owners) = (account("tenant"), ["cheap", "dear", "auditor"].map(account));
        let mut suite = Suite::builder()
            .funded(owners.iter().cloned().chain([tenant.clone()]))
            .build();
        let usdc = suite.usdc.clone();
        suite.set_bond_price(&usdc, TOKEN).unwrap();
        let governor = suite.governor.clone();
        let update = ParamsUpdate {
            evidence_unit: Some(Uint128::new(1_000)),
            ..Default::default()
        };
        suite.send(&governor, Registry::UpdateParams(update)).unwrap();
        for owner in &owners {
            suite.register(owner, vec![machines(H100, 2)]).unwrap();
            suite.bond(owner, 10_000 * TOKEN).unwrap();
        }
        let mut market = Self {
            suite,
            tenant,
            orders: 0,
        };
        for owner in &owners[..2] {
            let lease = market.awarded(&[(owner, 80_000)], AwardRule::Lowest);
            let agent = Suite::agent_of(owner).address();
            market.suite.post_batch(&agent, lease, 0, 48).unwrap();
            market.suite.pass(86_400);
            market.suite.release(owner, lease, BatchNo(0)).unwrap();
        }
        market
    }

    /// Order a task, take these bids, award it.
    fn awarded(&mut self, bids: &[(&Addr, u128)], award: AwardRule) -> LeaseId {
        let usdc = self.suite.usdc.clone();
        let spec = OrderSpec { award, ..task() };
        let tenant = self.tenant.clone();
        self.suite.place_order(&tenant, &usdc, 4_800_000, spec).unwrap();
        self.orders += 1;
        let order = OrderId(self.orders);
        for (owner, price) in bids {
            let agent = Suite::agent_of(owner).address();
            self.suite.bid(&agent, order, *price, WORK_BOND).unwrap();
        }
        self.suite.pass(100);
        self.suite.award(&tenant, order).unwrap();
        LeaseId::new(order, 0).unwrap()
    }

    fn winner(&self, lease: LeaseId) -> Addr {
        self.suite.lease(lease).owner
    }

    fn reputation(&self, owner: &Addr) -> ReputationResponse {
        let owner = owner.to_string();
        self.suite.ask_registry(&AskRegistry::Reputation { owner })
    }
}

#[test]
fn after_a_conviction_the_reputation_falls_and_the_next_award_goes_elsewhere() {
    let mut market = Market::new();
    let [cheap, dear, auditor] = ["cheap", "dear", "auditor"].map(account);
    let usdc = market.suite.usdc.clone();
    let bids = [(&cheap, 80_000), (&dear, 90_000)];
    let lease = market.awarded(&bids, AwardRule::BestScore);
    assert_eq!(market.winner(lease), cheap);
    let before = market.reputation(&cheap);
    assert_eq!(before.score, market.reputation(&dear).score);

    let agent = Suite::agent_of(&cheap).address();
    market.suite.post_batch(&agent, lease, 0, 8).unwrap();
    let had = market.suite.available(&market.tenant, &usdc);
    let supply = market.suite.supply(market.suite.network_token());
    let attestation = market.suite.wiring.attestation.clone();
    let slash = Registry::Slash {
        lease,
        share: BasisPoints::WHOLE,
        rewards: vec![Reward {
            to: auditor.to_string(),
            amount: Uint128::new(WORK_BOND),
        }],
        tip: None,
        convict: true,
    };
    market.suite.send(&attestation, slash).unwrap();
    market
        .suite
        .send(&attestation, Escrow::Convict { lease })
        .unwrap();

    let closed = market.suite.lease(lease);
    assert_eq!(
        (closed.status, closed.close_reason),
        (LeaseStatus::Closed, Some(CloseReason::Convicted))
    );
    let refunded = market.suite.available(&market.tenant, &usdc) - had;
    assert_eq!(refunded, 48 * 80_000, "all that was held and all that was left");
    let burned = supply - market.suite.supply(market.suite.network_token());
    assert_eq!(burned, WORK_BOND / 5 * 4);
    assert_eq!(
        market
            .suite
            .ask_registry::<Uint128>(&AskRegistry::Burned {})
            .u128(),
        burned
    );
    market.suite.claim(&auditor).unwrap();
    market.suite.pass(60);
    let after = market.reputation(&cheap);
    assert!(
        after.score < before.score,
        "{} after {}",
        after.score,
        before.score
    );
    assert_eq!(
        (after.success_weight, after.convictions),
        (before.success_weight, 1)
    );

    // It gets nothing as long as it is suspended.
    let order = OrderId(market.orders + 1);
    let (suite, tenant) = (&mut market.suite, market.tenant.clone());
    let best = OrderSpec {
        award: AwardRule::BestScore,
        ..task()
    };
    suite.place_order(&tenant, &usdc, 4_800_000, best).unwrap();
    market.orders += 1;
    assert!(suite.bid(&agent, order, 80_000, WORK_BOND).is_err());
    suite.send(&cheap, Registry::Reinstate {}).unwrap();
    let lease = market.awarded(&bids, AwardRule::BestScore);
    assert_eq!(market.winner(lease), dear, "the same two bids as before");
}
