//! Who audits, judges, hears an appeal: seats filled by tries over an audit table.
//!
//! A table has places; some are holes. Try `j` of a stage hashes
//!
//! | bytes | what |
//! | --- | --- |
//! | 16 | `leasebook/seat/1` |
//! | 32 | randomness of the beacon of this stage, a later round than the end of the stage before |
//! | 8 | audit, big-endian |
//! | 1 | stage: auditors 1, jury 2, appeal 3 |
//! | 4 | try `j`, from 0, big-endian |
//!
//! with SHA-256 and reads the hash as one big-endian number `r`: the position is `r mod 2^k`, from its last bytes (29 to 32 for the
//! longest table), and the lot is `(r >> 64) mod 64`, the low six bits of byte 24 of 32. A try hits when its position is no hole and its lot
//! is below the weight there, so each place is hit in proportion to its weight, whatever else the table holds.
//!
//! The table's length is taken when the audit opens, before the randomness is known, and entries never move: neither joining nor
//! leaving later gives anybody else's place to somebody of one's choice.

use market_types::Hash32;
use sha2::{Digest, Sha256};

const DOMAIN: &[u8; 16] = b"leasebook/seat/1";

/// Largest weight of an entry, and how many lots there are.
pub const MAX_WEIGHT: u32 = 64;

/// Tries of a stage before the list of last resort serves.
pub const MAX_TRIES: u32 = 256;

/// Tries looked at in one message.
pub const TRIES_PER_MESSAGE: u32 = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Stage {
    Auditors = 1,
    Jury = 2,
    Appeal = 3,
}

impl Stage {
    /// Seats to be filled.
    pub const fn seats(self) -> u32 {
        match self {
            Self::Auditors => 2,
            Self::Jury => 5,
            Self::Appeal => 11,
        }
    }
}

/// Where a try lands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Try {
    /// Place in the table, below `2^k`; it may lie past the table's end, which is a miss.
    pub position: u32,
    /// Below [`MAX_WEIGHT`].
    pub lot: u32,
}

impl Try {
    /// Try `number` of `stage` over a table of `2^table_bits` places. More than 32 bits count as 32.
    pub fn new(randomness: &Hash32, audit: u64, stage: Stage, number: u32, table_bits: u8) -> Self {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(DOMAIN)
            .chain_update(randomness.0)
            .chain_update(audit.to_be_bytes())
            .chain_update([stage as u8])
            .chain_update(number.to_be_bytes())
            .finalize()
            .into();
        let mut tail = [0; 4];
        tail.copy_from_slice(&hash[28..]);
        let mask = u32::MAX
            .checked_shr(32 - u32::from(table_bits.min(32)))
            .unwrap_or(0);
        Self {
            position: u32::from_be_bytes(tail) & mask,
            lot: u32::from(hash[23]) % MAX_WEIGHT,
        }
    }

    /// Whether it hits an entry of this weight.
    pub fn hits(self, weight: u32) -> bool {
        self.lot < weight
    }
}

/// The least `k` with `2^k >= length`; 0 for an empty table.
pub fn table_bits(length: u32) -> u8 {
    match length {
        0 | 1 => 0,
        // At most 32.
        _ => (32 - (length - 1).leading_zeros()) as u8,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const R: Hash32 = Hash32([0x33; 32]);

    fn at(number: u32, bits: u8) -> (u32, u32) {
        let hit = Try::new(&R, 77, Stage::Jury, number, bits);
        (hit.position, hit.lot)
    }

    #[test]
    fn tries_are_those_of_the_vectors() {
        assert_eq!([at(0, 32), at(1, 32), at(u32::MAX, 32)], VECTORS);
    }

    const VECTORS: [(u32, u32); 3] = [(0x6a614628, 49), (0x689898af, 40), (0x63d61d5e, 1)];

    #[test]
    fn the_bits_are_the_least_that_hold_the_table() {
        let cases = [
            (0, 0),
            (1, 0),
            (2, 1),
            (3, 2),
            (4, 2),
            (5, 3),
            (1 << 31, 31),
            ((1 << 31) + 1, 32),
            (u32::MAX, 32),
        ];
        for (length, bits) in cases {
            assert_eq!(table_bits(length), bits, "length {length}");
        }
    }

    #[test]
    fn each_stage_has_its_own_tries() {
        let of = |stage| Try::new(&R, 77, stage, 0, 32);
        assert_ne!(of(Stage::Auditors), of(Stage::Jury));
        assert_ne!(of(Stage::Jury), of(Stage::Appeal));
        assert_ne!(of(Stage::Jury), Try::new(&R, 78, Stage::Jury, 0, 32));
        assert_ne!(
            of(Stage::Jury),
            Try::new(&Hash32([0x34; 32]), 77, Stage::Jury, 0, 32)
        );
    }

    #[test]
    fn a_weight_of_none_is_never_hit_and_the_largest_always() {
        for number in 0..1_000 {
            let landed = Try::new(&R, 1, Stage::Auditors, number, 4);
            assert!(!landed.hits(0) && landed.hits(MAX_WEIGHT));
        }
    }

    #[test]
    fn places_are_hit_in_proportion_to_their_weights() {
        // Two of 16 places filled, with weights 48 and 16: hits are 3 to 1, 1/16 of all tries in all.
        let weight = |position| [48, 0, 0, 0, 16].get(position).copied().unwrap_or(0);
        let (mut heavy, mut light) = (0u32, 0u32);
        for number in 0..64_000 {
            let landed = Try::new(&R, 5, Stage::Auditors, number, 4);
            if landed.hits(weight(landed.position as usize)) {
                *(if landed.position == 0 {
                    &mut heavy
                } else {
                    &mut light
                }) += 1;
            }
        }
        // 3000 and 1000 expected; five standard deviations.
        assert!((2_730..3_270).contains(&heavy), "{heavy}");
        assert!((845..1_155).contains(&light), "{light}");
    }

    proptest! {
        #[test]
        fn a_position_is_within_the_table_and_a_longer_table_keeps_its_low_bits(
            randomness in any::<[u8; 32]>(), audit in any::<u64>(), number in any::<u32>(), bits in 0..=32u8,
        ) {
            let of = |bits| Try::new(&Hash32(randomness), audit, Stage::Appeal, number, bits);
            prop_assert!(u64::from(of(bits).position) < 1 << bits);
            prop_assert_eq!(u64::from(of(bits).position), u64::from(of(32).position) % (1 << bits));
            prop_assert!(of(bits).lot < MAX_WEIGHT);
            prop_assert_eq!(of(33), of(32));
        }

        #[test]
        fn every_place_of_the_table_can_be_reached(length in 1..u32::MAX) {
            let bits = u32::from(table_bits(length));
            prop_assert!(1u64 << bits >= u64::from(length));
            prop_assert!(bits == 0 || 1u64 << (bits - 1) < u64::from(length));
        }
    }
}
