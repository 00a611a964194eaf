//! What to offer in an auction: above the floor at first, lower while outbid, never below the floor.

use cosmwasm_std::Uint128;
use market_math::{mul_div, MathError, Rounding};
use market_types::order::AwardRule;
use market_types::{BasisPoints, Price};
use serde::Serialize;

/// The provider's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Terms {
    /// What the job costs.
    pub floor: Price,
    pub markup_bps: u32,
    pub queue_bps: u32,
    pub step_bps: u32,
    /// Jobs this provider already has of the class.
    pub jobs: u32,
}

/// The order's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Auction {
    pub max: Price,
    pub rule: AwardRule,
    /// Rank of the best bid, whoever made it: its price, or its score by `best_score`.
    pub best: Option<Uint128>,
    pub own: Option<Own>,
    pub reputation: BasisPoints,
    /// The book's least step, of the maximum.
    pub min_step: BasisPoints,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Own {
    pub price: Price,
    /// From 1, the best.
    pub place: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Bid(Price),
    Hold(Hold),
    Decline(Decline),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    #[error("the own bid leads")]
    Leading,
    #[error("the own bid of {price} cannot be lowered by {step} without falling below the floor {floor}")]
    AtFloor {
        price: Price,
        step: Uint128,
        floor: Price,
    },
    #[error("the strategy program holds")]
    Program,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    #[error("the floor {floor} is above the maximum {max}")]
    FloorAboveMax { floor: Price, max: Price },
}

/// # Errors
/// A figure that does not fit into 128 bits.
pub fn decide(terms: &Terms, auction: &Auction) -> Result<Decision, MathError> {
    let floor = queued(terms)?;
    let max = auction.max.0;
    if floor > max {
        return Ok(Decision::Decline(Decline::FloorAboveMax {
            floor: Price(floor),
            max: auction.max,
        }));
    }
    // As the book counts it: rounded up, at least 1.
    let least = share(max, auction.min_step.0.into(), Rounding::Up)?.max(Uint128::one());
    let step = share(max, terms.step_bps, Rounding::Up)?.max(least);
    let undercut = auction
        .best
        .map(|best| beats(best, auction, step))
        .transpose()?
        .flatten();
    let Some(own) = auction.own else {
        let opening = floor
            .saturating_add(share(floor, terms.markup_bps, Rounding::Up)?)
            .min(max);
        let price = match auction.best {
            None => opening,
            // Who cannot beat the best still waits behind it at the floor: those ahead may be unable to commit.
            Some(_) => undercut.map_or(floor, |undercut| opening.min(undercut).max(floor)),
        };
        return Ok(Decision::Bid(Price(price)));
    };
    if own.place == 1 {
        return Ok(Decision::Hold(Hold::Leading));
    }
    let lowered = own.price.0.checked_sub(least).ok();
    match lowered.filter(|lowered| *lowered >= floor) {
        Some(lowered) => Ok(Decision::Bid(Price(
            undercut.unwrap_or(floor).min(lowered).max(floor),
        ))),
        None => Ok(Decision::Hold(Hold::AtFloor {
            price: own.price,
            step: least,
            floor: Price(floor),
        })),
    }
}

/// The floor with the margin for a long queue.
pub fn queued(terms: &Terms) -> Result<Uint128, MathError> {
    let margin = u64::from(terms.queue_bps).saturating_mul(terms.jobs.into());
    let whole = Uint128::from(BasisPoints::WHOLE.0);
    let margin = mul_div(terms.floor.0, margin.into(), whole, Rounding::Up)?;
    Ok(terms.floor.0.saturating_add(margin))
}

/// The price that ranks before `best` by `step`; `None` if there is none above zero.
fn beats(best: Uint128, auction: &Auction, step: Uint128) -> Result<Option<Uint128>, MathError> {
    let Ok(rank) = best.checked_sub(Uint128::one()) else {
        return Ok(None);
    };
    let highest = match auction.rule {
        // ceil(price * 10000 / reputation) <= rank
        AwardRule::BestScore => share(rank, auction.reputation.0.into(), Rounding::Down)?,
        AwardRule::Lowest | AwardRule::TenantPicks => rank,
    };
    let price = highest.saturating_add(Uint128::one()).checked_sub(step).ok();
    Ok(price.filter(|price| !price.is_zero()))
}

fn share(of: Uint128, bps: u32, rounding: Rounding) -> Result<Uint128, MathError> {
    mul_div(of, bps.into(), BasisPoints::WHOLE.0.into(), rounding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TERMS: Terms = Terms {
        floor: Price::new(1_000),
        markup_bps: 5_000,
        queue_bps: 1_000,
        step_bps: 100,
        jobs: 0,
    };
    const AUCTION: Auction = Auction {
        max: Price::new(10_000),
        rule: AwardRule::Lowest,
        best: None,
        own: None,
        reputation: BasisPoints(10_000),
        min_step: BasisPoints(10),
    };

    fn bid(price: u128) -> Result<Decision, MathError> {
        Ok(Decision::Bid(Price::new(price)))
    }

    fn best(best: u128) -> Option<Uint128> {
        Some(Uint128::new(best))
    }

    #[test]
    fn the_first_bid_stands_a_markup_above_the_floor() {
        assert_eq!(decide(&TERMS, &AUCTION), bid(1_500));
        assert_eq!(
            decide(
                &TERMS,
                &Auction {
                    max: Price::new(1_200),
                    ..AUCTION
                }
            ),
            bid(1_200)
        );
    }

    #[test]
    fn a_queue_raises_the_floor() {
        assert_eq!(decide(&Terms { jobs: 3, ..TERMS }, &AUCTION), bid(1_950));
    }

    #[test]
    fn a_bid_is_lowered_only_while_outbid() {
        let own = Some(Own {
            price: Price::new(1_500),
            place: 1,
        });
        let leading = Auction {
            best: best(1_500),
            own,
            ..AUCTION
        };
        assert_eq!(decide(&TERMS, &leading), Ok(Decision::Hold(Hold::Leading)));
        let own = Some(Own {
            price: Price::new(1_500),
            place: 2,
        });
        assert_eq!(
            decide(
                &TERMS,
                &Auction {
                    best: best(1_450),
                    own,
                    ..AUCTION
                }
            ),
            bid(1_350)
        );
        // a tie that stands earlier is outbid as well
        assert_eq!(
            decide(
                &TERMS,
                &Auction {
                    best: best(1_500),
                    own,
                    ..AUCTION
                }
            ),
            bid(1_400)
        );
    }

    #[test]
    fn the_floor_is_the_last_offer() {
        let own = Some(Own {
            price: Price::new(1_050),
            place: 2,
        });
        assert_eq!(
            decide(
                &TERMS,
                &Auction {
                    best: best(1_020),
                    own,
                    ..AUCTION
                }
            ),
            bid(1_000)
        );
        let own = Some(Own {
            price: Price::new(1_000),
            place: 2,
        });
        let at_floor = Hold::AtFloor {
            price: Price::new(1_000),
            step: Uint128::new(10),
            floor: Price::new(1_000),
        };
        assert_eq!(
            decide(
                &TERMS,
                &Auction {
                    best: best(900),
                    own,
                    ..AUCTION
                }
            ),
            Ok(Decision::Hold(at_floor))
        );
    }

    #[test]
    fn a_newcomer_undercuts_what_it_finds() {
        assert_eq!(
            decide(
                &TERMS,
                &Auction {
                    best: best(1_400),
                    ..AUCTION
                }
            ),
            bid(1_300)
        );
        assert_eq!(
            decide(
                &TERMS,
                &Auction {
                    best: best(700),
                    ..AUCTION
                }
            ),
            bid(1_000)
        );
    }

    #[test]
    fn a_score_is_beaten_by_reputation() {
        let auction = Auction {
            rule: AwardRule::BestScore,
            best: best(3_000),
            reputation: BasisPoints(5_000),
            ..AUCTION
        };
        // at 5,000 bps a price of 1,400 scores 2,800
        assert_eq!(decide(&TERMS, &auction), bid(1_400));
    }

    #[test]
    fn an_order_below_the_floor_is_declined() {
        let decline = Decline::FloorAboveMax {
            floor: Price::new(1_000),
            max: Price::new(999),
        };
        let auction = Auction {
            max: Price::new(999),
            ..AUCTION
        };
        assert_eq!(decide(&TERMS, &auction), Ok(Decision::Decline(decline)));
    }

    fn figures() -> impl Strategy<Value = u128> {
        prop_oneof![
            0..20u128,
            1_000..100_000u128,
            (u128::MAX >> 40)..(u128::MAX >> 30)
        ]
    }

    proptest! {
        #[test]
        fn no_bid_is_below_the_floor_or_above_the_maximum_or_lowered_by_less_than_a_step(
            floor in figures(), max in figures(), best in proptest::option::of(figures()),
            own in proptest::option::of((figures(), 1..30u32)), score in any::<bool>(),
            reputation in 1_000..10_000u16, markup_bps in 0..100_000u32, step_bps in 1..10_000u32, jobs in 0..5u32,
        ) {
            let terms = Terms { floor: Price::new(floor), markup_bps, queue_bps: 500, step_bps, jobs };
            let auction = Auction {
                max: Price::new(max),
                rule: if score { AwardRule::BestScore } else { AwardRule::Lowest },
                best: best.map(Uint128::new),
                own: own.map(|(price, place)| Own { price: Price::new(price), place }),
                reputation: BasisPoints(reputation),
                min_step: BasisPoints(10),
            };
            match decide(&terms, &auction).unwrap() {
                Decision::Bid(price) => {
                    prop_assert!(price.0 >= queued(&terms).unwrap() && price.0 >= terms.floor.0);
                    prop_assert!(price <= auction.max || own.is_some());
                    if let Some((own, place)) = own {
                        prop_assert!(place != 1);
                        let step = (max * 10).div_ceil(10_000).max(1);
                        prop_assert!(price.0.u128() + step <= own);
                    }
                }
                Decision::Hold(Hold::Leading) => prop_assert_eq!(own.unwrap().1, 1),
                Decision::Hold(_) => prop_assert!(own.is_some()),
                Decision::Decline(_) => prop_assert!(queued(&terms).unwrap().u128() > max),
            }
        }

        /// Two agents in an open auction: whoever has the lower floor wins, and nobody bids for ever.
        #[test]
        fn the_cheaper_of_two_wins_within_a_bounded_number_of_bids(
            cheap in 1_000..8_000u128, dearer_by in 100..1_900u128, cheap_first in any::<bool>(),
        ) {
            let (mut a, mut b) = (cheap, cheap + dearer_by);
            if !cheap_first { (a, b) = (b, a) }
            let mut book: [Option<u128>; 2] = [None, None];
            let mut order = Vec::new();
            let mut bids = 0;
            loop {
                let before = book;
                for (who, floor) in [a, b].into_iter().enumerate() {
                    order.sort_by_key(|&w: &usize| book[w]);
                    let place = order.iter().position(|&w| w == who).map(|p| p as u32 + 1);
                    let own = book[who].zip(place).map(|(p, place)| Own { price: Price::new(p), place });
                    let best = book.iter().flatten().min().copied().map(Uint128::new);
                    let terms = Terms { floor: Price::new(floor), jobs: 0, ..TERMS };
                    if let Decision::Bid(price) = decide(&terms, &Auction { best, own, ..AUCTION }).unwrap() {
                        book[who] = Some(price.0.u128());
                        order.retain(|&w| w != who);
                        order.push(who);
                        bids += 1;
                    }
                }
                if book == before { break }
                prop_assert!(bids < 300);
            }
            // Of equal bids the earlier one wins.
            order.sort_by_key(|&w: &usize| book[w]);
            prop_assert_eq!(order[0], usize::from(b < a));
        }
    }
}
