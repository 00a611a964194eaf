//! Orders and machines as people have them.

use cosmwasm_std::Uint128;
use market_types::order::{
    AwardRule, ComparisonClass, OnProviderFailure, OrderSpec, Pricing, Rail, Requirements, StreamLength,
};
use market_types::resources::{Attribute, DeviceClass, MachineGroup, Resources};
use market_types::{BasisPoints, Hash32, Price, Seconds};

pub const CLASS: &str = "nvidia-h100-80gb";
/// How long bids are taken: as long as a few blocks with everybody's bids in them.
pub const WINDOW: u64 = 20;
/// Of a task.
pub const UNITS: u32 = 192;
/// Per unit and per hour.
pub const PRICE: u128 = 100_000;

pub fn class() -> DeviceClass {
    DeviceClass(CLASS.into())
}

pub fn attributes() -> Vec<Attribute> {
    [
        ("region", "eu-north"),
        ("interconnect", "nvlink"),
        ("storage", "nvme"),
    ]
    .map(|(key, value)| Attribute {
        key: key.into(),
        value: value.into(),
    })
    .into()
}

/// Machines of eight GPUs.
pub fn machines(count: u16) -> MachineGroup {
    MachineGroup {
        class: class(),
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

/// Four hours of one GPU in a region.
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
            attributes: vec![attributes().swap_remove(0)],
            signatures: None,
            allow: vec![],
            deny: vec![],
            min_reputation: BasisPoints(0),
        },
        rail: Rail::Stream {
            length: StreamLength::Fixed(Seconds(4 * 3_600)),
            ack_every: None,
            start_timeout: Seconds(600),
            notice: Seconds(3_600),
        },
        max_price: Price::new(PRICE),
        reserve_price: None,
        comparison: ComparisonClass::None,
        window: Seconds(WINDOW),
        award_within: Seconds(3_600),
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

/// Frames of an animation.
pub fn task() -> OrderSpec<String> {
    OrderSpec {
        rail: Rail::Task {
            units: UNITS,
            unit_deadline: Seconds(60),
            start_timeout: Seconds(600),
            progress_timeout: Seconds(1_800),
            start_fee: None,
        },
        comparison: ComparisonClass::Exact,
        ..stream()
    }
}

/// What an order reserves.
pub fn reserved(spec: &OrderSpec<String>) -> Uint128 {
    let price = spec.max_price.0.u128();
    Uint128::new(match spec.rail {
        Rail::Stream { length, .. } => match length {
            StreamLength::Fixed(length) => price * u128::from(length.0) / 3_600,
            StreamLength::OpenEnded { deposit } => deposit.u128(),
        },
        Rail::Task { units, .. } => price * u128::from(units),
    })
}
