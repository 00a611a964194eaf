//! Orders to place.

use market_types::order::{
    AwardRule, ComparisonClass, OnProviderFailure, OrderSpec, Pricing, Rail, Requirements, StreamLength,
};
use market_types::resources::{DeviceClass, Resources};
use market_types::{BasisPoints, Hash32, Price, Seconds};

use super::desk::{n, GPUS};

pub fn resources() -> Resources {
    Resources {
        gpus: GPUS,
        vram_mib: 1_024,
        cpu_milli: 1_000,
        ram_mib: 1_024,
        ephemeral_mib: 1_024,
        persistent_mib: 0,
        ports: 1,
    }
}

fn spec(rail: Rail, max_price: u128) -> OrderSpec<String> {
    OrderSpec {
        needs: Requirements {
            resources: resources(),
            classes: vec![DeviceClass("software-vulkan".into())],
            attributes: vec![],
            signatures: None,
            allow: vec![],
            deny: vec![],
            min_reputation: BasisPoints(0),
        },
        rail,
        max_price: Price::new(max_price),
        reserve_price: None,
        comparison: ComparisonClass::Exact,
        window: Seconds(60),
        award_within: Seconds(3_600),
        award: AwardRule::Lowest,
        pricing: Pricing::PayAsBid,
        members: 1,
        on_provider_failure: OnProviderFailure::Refund,
        interruptible: false,
        manifest: Hash32([1; 32]),
        session_key: None,
        thin_audit: true,
    }
}

fn stream(length: StreamLength, max_price: u128) -> OrderSpec<String> {
    let rail = Rail::Stream {
        length,
        ack_every: None,
        start_timeout: Seconds(600),
        notice: Seconds(0),
    };
    spec(rail, max_price)
}

pub fn fixed(seconds: u64, max_price: u128) -> OrderSpec<String> {
    stream(StreamLength::Fixed(Seconds(seconds)), max_price)
}

pub fn open_ended(deposit: u128, max_price: u128) -> OrderSpec<String> {
    stream(StreamLength::OpenEnded { deposit: n(deposit) }, max_price)
}

/// `spec` with other stream terms.
pub fn with(mut spec: OrderSpec<String>, ack: Option<u64>, notice_of: u64) -> OrderSpec<String> {
    if let Rail::Stream {
        ack_every, notice, ..
    } = &mut spec.rail
    {
        *ack_every = ack.map(Seconds);
        *notice = Seconds(notice_of);
    }
    spec
}

pub fn task(units: u32, max_price: u128, start_fee: Option<u128>) -> OrderSpec<String> {
    let rail = Rail::Task {
        units,
        unit_deadline: Seconds(300),
        start_timeout: Seconds(600),
        progress_timeout: Seconds(1_800),
        start_fee: start_fee.map(n),
    };
    spec(rail, max_price)
}
