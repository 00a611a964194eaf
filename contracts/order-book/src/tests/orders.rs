//! Orders to open.

use market_types::order::{
    AwardRule, ComparisonClass, OnProviderFailure, OrderSpec, Pricing, Rail, Requirements, StreamLength,
};
use market_types::order_book::Opening;
use market_types::resources::Resources;
use market_types::{BasisPoints, Hash32, OrderId, Seconds};

use super::world::{addr, class, price};

pub fn opening(order: OrderId, spec: OrderSpec<String>) -> Opening {
    Opening {
        order,
        tenant: addr("tenant").into(),
        token: addr("stablecoin").into(),
        spec,
        take_rate: BasisPoints(200),
        lease_bond_time: Seconds::DAY,
        work_bond_units: 20,
    }
}

/// An hour of one GPU at 1,000 at most: bids for 100 s, award within 200 s more, lowest bid, paid as bid.
pub fn stream() -> OrderSpec<String> {
    OrderSpec {
        needs: Requirements {
            resources: Resources {
                gpus: 1,
                vram_mib: 80_000,
                cpu_milli: 4_000,
                ram_mib: 16_000,
                ephemeral_mib: 10_000,
                persistent_mib: 0,
                ports: 1,
            },
            classes: vec![class()],
            attributes: vec![],
            signatures: None,
            allow: vec![],
            deny: vec![],
            min_reputation: BasisPoints(0),
        },
        rail: Rail::Stream {
            length: StreamLength::Fixed(Seconds::HOUR),
            ack_every: None,
            start_timeout: Seconds(600),
            notice: Seconds(0),
        },
        max_price: price(1_000),
        reserve_price: None,
        comparison: ComparisonClass::None,
        window: Seconds(100),
        award_within: Seconds(200),
        award: AwardRule::Lowest,
        pricing: Pricing::PayAsBid,
        members: 1,
        on_provider_failure: OnProviderFailure::Refund,
        interruptible: false,
        manifest: Hash32([7; 32]),
        session_key: None,
        thin_audit: true,
    }
}

/// 48 units at 1,000 at most.
pub fn task() -> OrderSpec<String> {
    OrderSpec {
        rail: Rail::Task {
            units: 48,
            unit_deadline: Seconds(60),
            start_timeout: Seconds(600),
            progress_timeout: Seconds(120),
            start_fee: None,
        },
        comparison: ComparisonClass::Exact,
        ..stream()
    }
}
