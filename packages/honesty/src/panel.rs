//! Filling seats from an audit table, with the contract's own tries.

use std::collections::BTreeSet;
use std::ops::Range;

use market_math::seats::{table_bits, Stage, Try, MAX_WEIGHT};
use market_types::Hash32;
use rand::Rng;

/// A place in the table. A weight of zero is a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub weight: u32,
    pub side: Side,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Honest,
    /// Plays together with the strategy under test.
    Friend,
}

/// An audit table.
#[derive(Clone, Debug)]
pub struct Table {
    pub entries: Vec<Entry>,
}

impl Table {
    /// `auditors` entries of random weights of 16 to 64 among as many eighths of holes, of which friends have the share `friends` of the
    /// weight, to within one entry's lot.
    pub fn random(auditors: u32, friends: f64, rng: &mut impl Rng) -> Self {
        let mut entries: Vec<Entry> = (0..auditors)
            .map(|_| Entry {
                weight: rng.gen_range(16..=MAX_WEIGHT),
                side: Side::Honest,
            })
            .collect();
        let whole: u32 = entries.iter().map(|entry| entry.weight).sum();
        let mut wanted = (f64::from(whole) * friends).round() as u32;
        let (mut place, mut donor) = (0, entries.len());
        // Whole entries first; the last friend gets what is left of the share and the entry's rest goes to an honest one.
        while wanted > 0 && place < donor {
            let entry = &mut entries[place];
            entry.side = Side::Friend;
            if entry.weight > wanted {
                let rest = entry.weight - wanted;
                entry.weight = wanted;
                donor -= 1;
                entries[donor].weight = (entries[donor].weight + rest).min(MAX_WEIGHT);
                wanted = 0;
            } else {
                wanted -= entry.weight;
            }
            place += 1;
        }
        for _ in 0..auditors / 8 {
            entries.insert(
                rng.gen_range(0..=entries.len()),
                Entry {
                    weight: 0,
                    side: Side::Honest,
                },
            );
        }
        Self { entries }
    }

    /// Share of the weight that is on the friends' side.
    pub fn friends(&self) -> f64 {
        let sum = |wanted: fn(&Entry) -> bool| -> f64 {
            self.entries
                .iter()
                .filter(|entry| wanted(entry))
                .map(|entry| f64::from(entry.weight))
                .sum()
        };
        sum(|entry| entry.side == Side::Friend) / sum(|_| true).max(1.0)
    }
}

/// Who was drawn, and how many tries that took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seated {
    pub places: Vec<u32>,
    pub tries: u32,
}

/// Fill `seats` seats of `stage` by these tries, with nobody who is in `excluded`. Fewer are filled when the tries run out. The places drawn
/// join `excluded`.
pub fn seat(
    table: &Table,
    randomness: &Hash32,
    audit: u64,
    (stage, tries): (Stage, Range<u32>),
    seats: usize,
    excluded: &mut BTreeSet<u32>,
) -> Seated {
    let bits = table_bits(u32::try_from(table.entries.len()).unwrap_or(u32::MAX));
    let mut seated = Seated {
        places: vec![],
        tries: tries.start,
    };
    while seated.places.len() < seats && seated.tries < tries.end {
        let landed = Try::new(randomness, audit, stage, seated.tries, bits);
        seated.tries += 1;
        let weight = table
            .entries
            .get(landed.position as usize)
            .map_or(0, |entry| entry.weight);
        if landed.hits(weight) && excluded.insert(landed.position) {
            seated.places.push(landed.position);
        }
    }
    seated
}

#[cfg(test)]
mod tests {
    use market_math::seats::MAX_TRIES;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn friends_get_the_share_asked_for() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for friends in [0.0, 0.05, 0.2, 0.33, 0.5, 1.0] {
            let table = Table::random(64, friends, &mut rng);
            assert!(
                (table.friends() - friends).abs() < 0.02,
                "{friends}: {}",
                table.friends()
            );
        }
    }

    #[test]
    fn nobody_sits_twice_or_from_a_hole() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let table = Table::random(32, 0.2, &mut rng);
        for audit in 0..200 {
            let mut excluded = BTreeSet::new();
            let randomness = Hash32(rng.gen());
            let pair = seat(
                &table,
                &randomness,
                audit,
                (Stage::Auditors, 0..MAX_TRIES),
                2,
                &mut excluded,
            );
            let jury = seat(
                &table,
                &randomness,
                audit,
                (Stage::Jury, 0..MAX_TRIES),
                5,
                &mut excluded,
            );
            let all: BTreeSet<u32> = pair.places.iter().chain(&jury.places).copied().collect();
            assert_eq!(all.len(), 7);
            assert!(all.iter().all(|place| table.entries[*place as usize].weight > 0));
        }
    }
}
