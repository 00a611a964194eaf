//! The parameters a new market starts with: the documented default of each, in one place.
//!
//! Amounts assume tokens with six decimals; 1 token is 1,000,000 base units.

use cosmwasm_std::Uint128;

use crate::attestation::ClassParams;
use crate::escrow::PaymentToken;
use crate::order::ComparisonClass;
use crate::take_rate::{AuctionParams, Shares};
use crate::{attestation, escrow, order_book, registry, take_rate, BasisPoints, Seconds};

/// One token of six decimals, in base units.
pub const TOKEN: u128 = 1_000_000;

const fn minutes(n: u64) -> Seconds {
    Seconds(n * 60)
}

const fn hours(n: u64) -> Seconds {
    Seconds(n * 3_600)
}

const fn days(n: u64) -> Seconds {
    Seconds(n * 86_400)
}

/// `price_keeper` may move the bond price; nobody signs attributes yet.
pub fn registry(price_keeper: &str) -> registry::Params<String> {
    registry::Params {
        unbonding_period: days(21),
        min_bond: Uint128::new(1_000 * TOKEN),
        price_keepers: vec![price_keeper.into()],
        bond_price_daily_move: BasisPoints(1_000),
        bond_price_max_age: days(7),
        attribute_auditors: vec![],
        evidence_unit: Uint128::new(TOKEN),
        evidence_half_life: days(90),
        audit_bond_unit: Uint128::new(100 * TOKEN),
        last_resort: vec![],
    }
}

pub fn order_book() -> order_book::Params {
    order_book::Params {
        bids_kept: 20,
        min_step: BasisPoints(10),
        extension: Seconds(30),
        max_extensions: 10,
        min_window: Seconds(10),
        max_window: days(7),
        max_award_within: days(7),
    }
}

/// Orders of `payment_token` reserve at least a cent.
pub fn escrow(payment_token: &str) -> escrow::Params<String> {
    escrow::Params {
        tokens: vec![PaymentToken {
            token: payment_token.into(),
            listed: true,
            min_order: Uint128::new(TOKEN / 100),
        }],
        heartbeat_window: minutes(2),
        heartbeat_interval: minutes(1),
        grace: minutes(5),
        min_silent_blocks: 20,
        outage_unpaid: minutes(15),
        outage_max: hours(2),
        outage_share: BasisPoints(500),
        outage_forgiveness: days(30),
        lease_bond_time: hours(24),
        work_bond_units: 20,
        silence_tip: Uint128::new(TOKEN / 10),
    }
}

pub fn attestation() -> attestation::Params {
    let class = |class, vesting, audit_floor_ppm, audit_cost| ClassParams {
        class,
        vesting,
        audit_floor_ppm,
        audit_cost: BasisPoints(audit_cost),
    };
    attestation::Params {
        classes: vec![
            class(ComparisonClass::Exact, hours(24), 5_000, 10_000),
            class(ComparisonClass::Image, hours(24), 10_000, 1_000),
            class(ComparisonClass::Vector, hours(24), 20_000, 10_000),
            class(ComparisonClass::Tokens, hours(6), 2_000, 1_000),
            class(ComparisonClass::None, hours(24), 0, 0),
        ],
        beacon: None,
        times: attestation::AuditTimes::default(),
        opening_fee: BasisPoints(1_000),
        tip: Uint128::new(TOKEN / 10),
        planters: None,
    }
}

/// Fees in `payment_token` are auctioned from a first price of one network token for one of its own.
pub fn take_rate(payment_token: &str, insurance_to: &str) -> take_rate::Params<String> {
    take_rate::Params {
        default_rate: BasisPoints(200),
        rates: vec![],
        rate_delay: days(3),
        rate_step: BasisPoints(100),
        shares: Shares {
            burn: BasisPoints(9_000),
            audit_seed: BasisPoints(500),
            insurance: BasisPoints(500),
            insurance_to: insurance_to.into(),
        },
        auctions: vec![AuctionParams {
            token: payment_token.into(),
            min_lot: Uint128::new(10 * TOKEN),
            first_price: Uint128::new(TOKEN),
        }],
        max_lot_wait: days(7),
    }
}

/// Hard bounds of every take rate.
pub const MIN_TAKE_RATE: BasisPoints = BasisPoints(0);
pub const MAX_TAKE_RATE: BasisPoints = BasisPoints(1_000);
