//! The audit table under stress: moves of friends after the randomness is known, tables that run empty, weights too small to be hit.

use std::collections::{BTreeSet, VecDeque};

use market_math::seats::{table_bits, Stage, Try, MAX_TRIES, MAX_WEIGHT};
use market_types::Hash32;
use rand::Rng;
use serde::Serialize;

use crate::panel::{seat, Entry, Side, Table};
use crate::stats::{share, Estimate, Mean};
use crate::terms::Terms;

/// What friends do between the beacon and the message that fills the seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reroll {
    /// Any one or two of them unbond.
    Leave,
    /// They bond into the places of the next tries; entries younger than the audit's opening do not count.
    Join,
    /// The same, were younger entries to count.
    JoinIfYoungCounted,
}

/// Pairs of two friends that the move makes, more than there were, per thousand audits.
pub fn reroll(moves: Reroll, terms: &Terms, audits: u64, rng: &mut impl Rng) -> Estimate {
    let mut mean = Mean::default();
    let mut table = Table::random(terms.auditors, terms.friends, rng);
    for audit in 0..audits {
        if audit % 64 == 0 {
            table = Table::random(terms.auditors, terms.friends, rng);
        }
        let randomness = Hash32(rng.gen());
        let before = captured(&table, &randomness, audit);
        let after = match moves {
            Reroll::Leave => before || leaving_captures(&table, &randomness, audit),
            // Places of entries younger than the opening are holes.
            Reroll::Join => captured(&table, &randomness, audit),
            Reroll::JoinIfYoungCounted => captured(&joined(&table, &randomness, audit), &randomness, audit),
        };
        mean.add(f64::from(u8::from(after)) - f64::from(u8::from(before)));
    }
    let per_thousand = |x: f64| x * 1_000.0;
    let found = mean.estimate();
    Estimate {
        mean: per_thousand(found.mean),
        low: per_thousand(found.low),
        high: per_thousand(found.high),
        n: found.n,
    }
}

fn captured(table: &Table, randomness: &Hash32, audit: u64) -> bool {
    let pair = seat(
        table,
        randomness,
        audit,
        (Stage::Auditors, 0..MAX_TRIES),
        2,
        &mut BTreeSet::new(),
    );
    let friend = |place: &u32| table.entries[*place as usize].side == Side::Friend;
    pair.places.len() == 2 && pair.places.iter().all(friend)
}

fn leaving_captures(table: &Table, randomness: &Hash32, audit: u64) -> bool {
    let friends: Vec<usize> = (0..table.entries.len())
        .filter(|place| table.entries[*place].side == Side::Friend)
        .collect();
    friends.iter().any(|first| {
        friends.iter().any(|second| {
            let mut left = table.clone();
            left.entries[*first].weight = 0;
            left.entries[*second].weight = 0;
            captured(&left, randomness, audit)
        })
    })
}

/// Friends with full weight in every hole, and every place behind the table's end, that one of the first eight tries lands on.
fn joined(table: &Table, randomness: &Hash32, audit: u64) -> Table {
    let mut table = table.clone();
    let length = table.entries.len();
    let bits = table_bits(u32::try_from(length).unwrap_or(u32::MAX));
    let hole = Entry {
        weight: 0,
        side: Side::Honest,
    };
    table.entries.resize(1 << bits, hole);
    for number in 0..8 {
        let landed = Try::new(randomness, audit, Stage::Auditors, number, bits);
        let entry = &mut table.entries[landed.position as usize];
        if entry.weight == 0 {
            *entry = Entry {
                weight: MAX_WEIGHT,
                side: Side::Friend,
            };
        }
    }
    // The table is as long as before to those who drew on it: its bits were fixed at the opening.
    table
}

/// For how long nobody audits the same provider again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    /// Seven days.
    Week,
    /// Seven days, unless strangers were looked for in vain with half of the tries.
    WeekForHalfTheTries,
}

/// Share of a provider's audits, over four weeks with `per_day` of them, for which two auditors cannot be found.
pub fn unseated(rest: Rest, operators: u32, per_day: u32, rng: &mut impl Rng) -> Estimate {
    let table = Table::random(operators, 0.0, rng);
    let mut week: VecDeque<Vec<u32>> = VecDeque::new();
    let audits = u64::from(28 * per_day);
    let mut missing = 0;
    for audit in 0..audits {
        let randomness = Hash32(rng.gen());
        let fill = |tries, seats, excluded: &mut BTreeSet<u32>| {
            seat(
                &table,
                &randomness,
                audit,
                (Stage::Auditors, tries),
                seats,
                excluded,
            )
            .places
        };
        let mut rested: BTreeSet<u32> = week.iter().flatten().copied().collect();
        let strangers = match rest {
            Rest::Week => MAX_TRIES,
            Rest::WeekForHalfTheTries => MAX_TRIES / 2,
        };
        let mut pair = fill(0..strangers, 2, &mut rested);
        let mut sitting = pair.iter().copied().collect();
        pair.extend(fill(strangers..MAX_TRIES, 2 - pair.len(), &mut sitting));
        missing += u64::from(pair.len() < 2);
        week.push_back(pair);
        if week.len() > 7 * per_day as usize {
            week.pop_front();
        }
    }
    share(missing, audits)
}

/// How many tries seats take.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Filling {
    pub weight: u32,
    pub seats: u32,
    pub tries: Estimate,
    /// Share of the stages that the last resort must serve.
    pub unfilled: Estimate,
}

/// Fill `stage` from 48 entries of `weight`, an unfavourable three quarters of their table.
pub fn filling(weight: u32, stage: Stage, audits: u64, rng: &mut impl Rng) -> Filling {
    let entry = Entry {
        weight,
        side: Side::Honest,
    };
    let table = Table {
        entries: vec![entry; 48],
    };
    let (mut tries, mut unfilled) = (Mean::default(), 0);
    let seats = stage.seats() as usize;
    for audit in 0..audits {
        let seated = seat(
            &table,
            &Hash32(rng.gen()),
            audit,
            (stage, 0..MAX_TRIES),
            seats,
            &mut BTreeSet::new(),
        );
        tries.add(f64::from(seated.tries));
        unfilled += u64::from(seated.tries == MAX_TRIES && seated.places.len() < seats);
    }
    Filling {
        weight,
        seats: stage.seats(),
        tries: tries.estimate(),
        unfilled: share(unfilled, audits),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn neither_leaving_nor_joining_draws_one_more_friend() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        for moves in [Reroll::Leave, Reroll::Join] {
            let more = reroll(moves, &Terms::default(), 1_000, &mut rng);
            assert_eq!((more.mean, more.high), (0.0, 0.0), "{moves:?}");
        }
    }

    #[test]
    fn joining_would_pay_if_young_entries_counted() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let more = reroll(Reroll::JoinIfYoungCounted, &Terms::default(), 2_000, &mut rng);
        assert!(more.low > 100.0, "{more:?}");
    }

    #[test]
    fn a_week_of_rest_empties_the_table_unless_it_ends_with_half_of_the_tries() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        assert!(unseated(Rest::Week, 64, 15, &mut rng).low > 0.5);
        assert_eq!(unseated(Rest::WeekForHalfTheTries, 64, 15, &mut rng).mean, 0.0);
        assert_eq!(unseated(Rest::WeekForHalfTheTries, 8, 15, &mut rng).mean, 0.0);
    }

    #[test]
    fn full_weights_fill_an_appeal_and_single_ones_do_not_fill_a_pair() {
        let mut rng = ChaCha8Rng::seed_from_u64(10);
        let full = filling(64, Stage::Appeal, 1_000, &mut rng);
        assert!(full.tries.high < 25.0 && full.unfilled.mean == 0.0, "{full:?}");
        let light = filling(1, Stage::Jury, 1_000, &mut rng);
        assert!(light.unfilled.low > 0.5, "{light:?}");
    }
}
