//! Orders and machines to begin with.

use market_types::order::{
    AwardRule, ComparisonClass, OnProviderFailure, OrderSpec, Pricing, Rail, Requirements, StreamLength,
};
use market_types::resources::{DeviceClass, MachineGroup, Resources};
use market_types::{BasisPoints, Hash32, Price, Seconds};

pub const H100: &str = "nvidia-h100-80gb";

pub fn class(name: &str) -> DeviceClass {
    DeviceClass(name.into())
}

/// One GPU and what goes with it.
pub fn one_gpu() -> Resources {
    Resources {
        gpus: 1,
        vram_mib: 80_000,
        cpu_milli: 4_000,
        ram_mib: 16_000,
        ephemeral_mib: 10_000,
        persistent_mib: 0,
        ports: 1,
    }
}

/// `count` machines of eight GPUs each.
pub fn machines(name: &str, count: u16) -> MachineGroup {
    MachineGroup {
        class: class(name),
        count,
        each: Resources {
            gpus: 8,
            vram_mib: 80_000,
            cpu_milli: 64_000,
            ram_mib: 512_000,
            ephemeral_mib: 1_000_000,
            persistent_mib: 1_000_000,
            ports: 64,
        },
    }
}

/// An hour of one GPU for at most 3.600 tokens; bids for 100 s, award within 600 s more, lowest bid, paid as bid.
pub fn stream() -> OrderSpec<String> {
    OrderSpec {
        needs: Requirements {
            resources: one_gpu(),
            classes: vec![class(H100)],
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
        max_price: Price::new(3_600_000),
        reserve_price: None,
        comparison: ComparisonClass::None,
        window: Seconds(100),
        award_within: Seconds(600),
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

/// 48 units for at most 0.1 token each.
pub fn task() -> OrderSpec<String> {
    OrderSpec {
        rail: Rail::Task {
            units: 48,
            unit_deadline: Seconds(60),
            start_timeout: Seconds(600),
            progress_timeout: Seconds(1_800),
            start_fee: None,
        },
        comparison: ComparisonClass::Exact,
        max_price: Price::new(100_000),
        ..stream()
    }
}
