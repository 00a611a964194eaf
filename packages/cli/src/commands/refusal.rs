//! Why a provider cannot take an order, in a sentence with its figures.

use anyhow::Result;
use market_client::Market;
use market_types::order_book::OrderResponse;
use market_types::registry::Refusal;
use market_types::Seconds;

use crate::amount::{format_time, Scale};
use crate::context::Global;
use crate::instant::format_instant;

/// How the amounts of an order and of bonds are written.
#[derive(Clone, Copy, Debug)]
pub struct Amounts {
    pub payment: Scale,
    pub network: Scale,
}

impl Amounts {
    /// # Errors
    /// The market does not know the order's token.
    pub fn of(global: &Global, market: &Market, order: &OrderResponse) -> Result<Self> {
        let network = &market.deployment.contracts.network_token;
        Ok(Self {
            payment: global.scale(market.token(order.token.as_str())?),
            network: global.scale(market.token(network)?),
        })
    }
}

/// What follows "provider X": prices in the order's payment token, bonds in network tokens.
pub fn explain(refusal: &Refusal, amounts: Amounts) -> String {
    let bond = |amount| amounts.network.format(amount);
    match refusal {
        Refusal::NotRegistered {} => "is not registered".into(),
        Refusal::Retired {} => "has retired".into(),
        Refusal::Suspended {} => "is suspended".into(),
        Refusal::InMaintenance { until } => format!("is in maintenance until {}", format_instant(*until)),
        Refusal::NotAllowed {} => "is not on the order's allow list".into(),
        Refusal::Denied {} => "is on the order's deny list".into(),
        Refusal::ClassMissing {} => "has none of the device classes".into(),
        Refusal::ResourceShort {
            resource,
            asked,
            largest,
            free,
        } => format!(
            "has too little {resource}: {asked} asked, {largest} on its largest machine, {free} free in all"
        ),
        Refusal::AttributeMissing {
            key,
            asked,
            has: Some(has),
        } => format!("has {key} = {has}, but {asked} is asked"),
        Refusal::AttributeMissing {
            key,
            asked,
            has: None,
        } => format!("does not say {key}, which must be {asked}"),
        Refusal::SignatureMissing { key } => format!("has no demanded signature under {key}"),
        Refusal::ReputationLow { has, asked } => {
            format!(
                "has reputation {}, and {} is asked",
                percent(has.0),
                percent(asked.0)
            )
        }
        Refusal::PriceBelowFloor { price, floor } => format!(
            "does not go below {}, and this is {}",
            amounts.payment.format(floor.0),
            amounts.payment.format(price.0)
        ),
        Refusal::BondPriceMissing {} => "cannot value its bond: this token has no bond price".into(),
        Refusal::BondPriceStale { age, max_age } => stale(*age, *max_age),
        Refusal::BondBelowMinimum { bonded, min_bond } => {
            format!("bonds {}, and {} is the least", bond(*bonded), bond(*min_bond))
        }
        Refusal::WorkBondLow { named, needed } => {
            format!(
                "named a work bond of {}, and {} is needed",
                bond(*named),
                bond(*needed)
            )
        }
        Refusal::LeaseBondAboveLimit { needed, limit } => above_limit("lease", bond(*needed), bond(*limit)),
        Refusal::WorkBondAboveLimit { needed, limit } => above_limit("work", bond(*needed), bond(*limit)),
        Refusal::FreeBondShort { needed, free } => {
            format!("has {} bond free, and {} is needed", bond(*free), bond(*needed))
        }
        Refusal::ThinAudit { operators, needed } => format!(
            "is in a class that {operators} operators audit, and {needed} are needed; --thin-audit takes it all the same"
        ),
    }
}

fn stale(age: Seconds, max_age: Seconds) -> String {
    format!(
        "cannot value its bond: the bond price is {} old, at most {} is allowed",
        format_time(age),
        format_time(max_age)
    )
}

fn above_limit(kind: &str, needed: String, limit: String) -> String {
    format!("would lock {needed} as {kind} bond, above its owner's limit {limit}")
}

/// Basis points as `12.5 %`.
fn percent(bps: u16) -> String {
    let text = format!("{}.{:02}", bps / 100, bps % 100);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::Uint128;
    use market_types::{BasisPoints, Price, UnixTime};

    const AMOUNTS: Amounts = Amounts {
        payment: Scale::Decimals(6),
        network: Scale::Decimals(6),
    };

    fn tokens(n: u128) -> Uint128 {
        Uint128::new(n * 1_000_000)
    }

    #[test]
    fn figures_are_in_the_units_people_use() {
        let (needed, limit, free) = (tokens(60), tokens(50), tokens(7));
        for (refusal, text) in [
            (
                Refusal::BondBelowMinimum {
                    bonded: tokens(0),
                    min_bond: tokens(1_000),
                },
                "bonds 0.00, and 1000.00 is the least",
            ),
            (
                Refusal::PriceBelowFloor {
                    price: Price::new(1_500_000),
                    floor: Price::new(2_000_000),
                },
                "does not go below 2.00, and this is 1.50",
            ),
            (
                Refusal::WorkBondLow {
                    named: tokens(1),
                    needed,
                },
                "named a work bond of 1.00, and 60.00 is needed",
            ),
            (
                Refusal::LeaseBondAboveLimit { needed, limit },
                "would lock 60.00 as lease bond, above its owner's limit 50.00",
            ),
            (
                Refusal::WorkBondAboveLimit { needed, limit },
                "would lock 60.00 as work bond, above its owner's limit 50.00",
            ),
            (
                Refusal::FreeBondShort { needed, free },
                "has 7.00 bond free, and 60.00 is needed",
            ),
            (
                Refusal::ReputationLow {
                    has: BasisPoints(1_000),
                    asked: BasisPoints(1_250),
                },
                "has reputation 10 %, and 12.5 % is asked",
            ),
            (
                Refusal::InMaintenance {
                    until: UnixTime(86_400),
                },
                "is in maintenance until 1970-01-02 00:00:00 UTC",
            ),
            (
                Refusal::BondPriceStale {
                    age: Seconds(8 * 86_400),
                    max_age: Seconds(7 * 86_400),
                },
                "cannot value its bond: the bond price is 8d old, at most 7d is allowed",
            ),
        ] {
            assert_eq!(explain(&refusal, AMOUNTS), text);
        }
    }

    #[test]
    fn base_units_are_written_when_asked() {
        let raw = Amounts {
            payment: Scale::Raw,
            network: Scale::Raw,
        };
        let refusal = Refusal::FreeBondShort {
            needed: tokens(60),
            free: tokens(7),
        };
        assert_eq!(
            explain(&refusal, raw),
            "has 7000000 bond free, and 60000000 is needed"
        );
    }
}
