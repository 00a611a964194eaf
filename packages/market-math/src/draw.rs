//! Which units of a batch are audited, from public randomness that nobody knew when the batch was posted.
//!
//! A unit is drawn when the first eight bytes of a SHA-256, read as a big-endian number, are below the batch's audit rate. What is
//! hashed has a fixed width, so no two draws share their bytes:
//!
//! | bytes | what |
//! | --- | --- |
//! | 16 | `leasebook/draw/1` |
//! | 32 | randomness of the beacon |
//! | 8 | lease, big-endian |
//! | 4 | batch, big-endian |
//! | 32 | root of the batch |
//! | 4 | unit, counted over the whole lease, big-endian |

use cosmwasm_std::Uint128;
use market_types::{BatchNo, Hash32, LeaseId};
use sha2::{Digest, Sha256};

const DOMAIN: &[u8; 16] = b"leasebook/draw/1";

/// Units of a batch that [`draw_bitmap`] has bits for.
pub const MAX_UNITS: u32 = 64;

/// A batch, as far as its draw depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    pub randomness: Hash32,
    pub lease: LeaseId,
    pub batch: BatchNo,
    pub root: Hash32,
    /// Audit rate in 2^-64; 2^64 and more draw every unit.
    pub rate: Uint128,
}

impl Draw {
    /// Whether `unit`, counted over the whole lease, is audited.
    pub fn draws(&self, unit: u32) -> bool {
        Uint128::from(ticket(self.prefix(), unit)) < self.rate
    }

    /// Bit `i` is set when unit `first_unit + i` is drawn, for the first `count` units, at most [`MAX_UNITS`]. Units past the
    /// largest number are not drawn.
    pub fn bitmap(&self, first_unit: u32, count: u32) -> u64 {
        let prefix = self.prefix();
        (0..count.min(MAX_UNITS))
            .filter_map(|i| Some((i, first_unit.checked_add(i)?)))
            .filter(|(_, unit)| Uint128::from(ticket(prefix.clone(), *unit)) < self.rate)
            .fold(0, |bits, (i, _)| bits | 1 << i)
    }

    fn prefix(&self) -> Sha256 {
        Sha256::new()
            .chain_update(DOMAIN)
            .chain_update(self.randomness.0)
            .chain_update(self.lease.0.to_be_bytes())
            .chain_update(self.batch.0.to_be_bytes())
            .chain_update(self.root.0)
    }
}

fn ticket(prefix: Sha256, unit: u32) -> u64 {
    let hash: [u8; 32] = prefix.chain_update(unit.to_be_bytes()).finalize().into();
    let mut head = [0; 8];
    head.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(head)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sampling::CERTAIN;

    fn example(rate: u128) -> Draw {
        Draw {
            randomness: Hash32([0x11; 32]),
            lease: LeaseId(8),
            batch: BatchNo(3),
            root: Hash32([0x22; 32]),
            rate: Uint128::new(rate),
        }
    }

    #[test]
    fn tickets_are_those_of_the_vectors() {
        let of = |unit| ticket(example(0).prefix(), unit);
        assert_eq!([of(0), of(1), of(u32::MAX)], VECTORS);
    }

    const VECTORS: [u64; 3] = [0xd1f0be09fd43e190, 0x0f9643fb31a56f68, 0xb9c3e50298340d6d];

    #[test]
    fn certainty_draws_every_unit_and_nothing_draws_none() {
        assert_eq!(example(CERTAIN.u128()).bitmap(7, 64), u64::MAX);
        assert_eq!(example(u128::MAX).bitmap(7, 64), u64::MAX);
        assert_eq!(example(0).bitmap(7, 64), 0);
        assert_eq!(example(CERTAIN.u128()).bitmap(7, 0), 0);
        assert_eq!(example(CERTAIN.u128()).bitmap(7, 5), 0b1_1111);
        assert_eq!(example(CERTAIN.u128()).bitmap(7, u32::MAX), u64::MAX);
    }

    #[test]
    fn a_unit_is_drawn_from_the_first_rate_above_its_ticket() {
        let ticket = u128::from(ticket(example(0).prefix(), 5));
        assert!(!example(ticket).draws(5));
        assert!(example(ticket + 1).draws(5));
    }

    #[test]
    fn there_is_no_unit_past_the_last() {
        assert_eq!(example(CERTAIN.u128()).bitmap(u32::MAX - 1, 64), 0b11);
    }

    proptest! {
        #[test]
        fn a_bitmap_says_what_each_draw_says(rate in 0..=1u128 << 64, first in any::<u32>(), count in 0..70u32) {
            let draw = example(rate);
            let bits = draw.bitmap(first, count);
            for i in 0..64 {
                let drawn = i < count && first.checked_add(i).is_some_and(|unit| draw.draws(unit));
                prop_assert_eq!(bits >> i & 1 == 1, drawn);
            }
        }

        #[test]
        fn every_part_of_the_draw_changes_it(
            randomness in any::<[u8; 32]>(), lease in any::<u64>(), batch in any::<u32>(), root in any::<[u8; 32]>(),
        ) {
            let ticket_of = |draw: Draw| ticket(draw.prefix(), 0);
            let base = Draw {
                randomness: Hash32(randomness),
                lease: LeaseId(lease),
                batch: BatchNo(batch),
                root: Hash32(root),
                rate: CERTAIN,
            };
            let mut other_randomness = randomness;
            other_randomness[31] ^= 1;
            let mut other_root = root;
            other_root[0] ^= 1;
            for changed in [
                Draw { randomness: Hash32(other_randomness), ..base },
                Draw { lease: LeaseId(lease ^ 1), ..base },
                Draw { batch: BatchNo(batch ^ 1), ..base },
                Draw { root: Hash32(other_root), ..base },
            ] {
                prop_assert_ne!(ticket_of(base), ticket_of(changed));
            }
        }
    }
}
