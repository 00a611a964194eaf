//! The task on a CPU: what the kernel must compute.

use super::parameters::{Capacity, AREA, DIM};

/// Both halves, while they are walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    half: u32,
    words: Vec<u32>,
}

/// The output of unit `unit`. Takes `capacity.bytes` of memory; far slower than a GPU.
pub fn reference(capacity: Capacity, seed: &[u8; 32], unit: u32) -> Vec<u8> {
    let mut memory = Memory::fill(capacity, seed, unit);
    for round in 1..=capacity.rounds {
        memory.walk(round);
    }
    memory.fold(capacity.output_words())
}

impl Memory {
    pub fn fill(capacity: Capacity, seed: &[u8; 32], unit: u32) -> Self {
        let mut keys = [0; 8];
        for (key, bytes) in keys.iter_mut().zip(seed.as_chunks::<4>().0) {
            *key = u32::from_le_bytes(*bytes);
        }
        let half = capacity.half();
        let word = |word: u32| {
            let begun = mix(unit ^ 0x9e37_79b9);
            mix(keys.iter().fold(begun, |x, key| mix(x.wrapping_add(word)) ^ key))
        };
        Self {
            half,
            words: (0..2 * half * AREA).map(word).collect(),
        }
    }

    /// Rewrites the half that round `round` is for.
    pub fn walk(&mut self, round: u32) {
        let area = AREA as usize;
        let (low, high) = self.words.split_at_mut(self.half as usize * area);
        let (target, source) = if round & 1 == 1 { (high, low) } else { (low, high) };
        for own in target.chunks_exact_mut(area) {
            rewrite(own, source, self.half, round);
        }
    }

    fn fold(&self, lanes: u32) -> Vec<u8> {
        let lane = |lane: u32| {
            let words = self.words.iter().skip(lane as usize).step_by(lanes as usize);
            words.fold(lane, |sum, word| mix(sum ^ word))
        };
        (0..lanes).flat_map(|n| lane(n).to_le_bytes()).collect()
    }
}

/// `own := mix(own + source[first] source[second])`.
fn rewrite(own: &mut [u32], source: &[u32], half: u32, round: u32) {
    let area = AREA as usize;
    let next = |block: &[u32], salt: u32| {
        let held = block[0] ^ block[area - 1].wrapping_add(round.wrapping_mul(salt));
        (mix(held) % half) as usize * area
    };
    let first = next(own, 0x85eb_ca6b);
    let left = &source[first..first + area];
    let second = next(left, 0xc2b2_ae35);
    let right = &source[second..second + area];
    let dim = DIM as usize;
    for (local, word) in (0u32..).zip(own.iter_mut()) {
        let (row, column) = ((local / DIM) as usize * dim, (local % DIM) as usize);
        let sum = (0..dim).fold(*word, |sum, i| {
            sum.wrapping_add(left[row + i].wrapping_mul(right[i * dim + column]))
        });
        *word = mix(sum ^ local.wrapping_mul(0x27d4_eb2f).wrapping_add(round));
    }
}

/// Wellons' `lowbias32`, <https://nullprogram.com/blog/2018/07/31/>.
fn mix(value: u32) -> u32 {
    let x = value ^ (value >> 16);
    let x = x.wrapping_mul(0x7feb_352d);
    let x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rewritings of a block that a prover does who wants one block as it is after `round` and has kept nothing.
    fn recomputed(round: u32) -> u64 {
        match round {
            0 => 0,
            1 => 1,
            // The block as it was two rounds before, and two of the other half as they were one round before.
            r => 1 + recomputed(r - 2) + 2 * recomputed(r - 1),
        }
    }

    #[test]
    fn recomputing_is_dearer_each_round() {
        for round in 3..20 {
            let growth = recomputed(round) as f64 / recomputed(round - 1) as f64;
            assert!(growth > 2.3, "{round}: {growth}");
        }
        assert_eq!(recomputed(10), 4_059);
    }

    #[test]
    fn each_round_reads_most_of_the_other_half() {
        let capacity = Capacity {
            bytes: 2_048 * 128,
            rounds: 4,
            deadline_seconds: 1,
        };
        let mut memory = Memory::fill(capacity, &[7; 32], 0);
        memory.walk(1);
        // Blocks of the source that, changed in one word, change the target: two reads of each of 128 hit 1 - e^-2 = 86 %.
        let before = memory.clone();
        let mut after = before.clone();
        after.walk(2);
        let area = AREA as usize;
        let source = 128 * area..256 * area;
        let read = source.step_by(area).filter(|at| {
            let mut changed = before.clone();
            changed.words[at + 5] ^= 1;
            changed.walk(2);
            changed.words[..128 * area] != after.words[..128 * area]
        });
        let share = read.count() as f64 / 128.0;
        assert!((0.76..0.94).contains(&share), "{share}");
    }

    #[test]
    fn every_word_and_every_bit_of_the_seed_reaches_the_output() {
        let capacity = Capacity {
            bytes: 2_048 * 8,
            rounds: 3,
            deadline_seconds: 1,
        };
        let whole = reference(capacity, &[0; 32], 0);
        assert_eq!(whole.len(), 256);
        assert_ne!(reference(capacity, &[0; 32], 1), whole, "another GPU");
        for bit in 0..256 {
            let mut seed = [0; 32];
            seed[bit / 8] = 1 << (bit % 8);
            assert_ne!(reference(capacity, &seed, 0), whole, "bit {bit}");
        }
        let memory = Memory::fill(capacity, &[0; 32], 0);
        let folded = memory.fold(64);
        for word in (0..memory.words.len()).step_by(61) {
            let mut changed = memory.clone();
            changed.words[word] ^= 1 << 31;
            assert_ne!(changed.fold(64), folded, "word {word}");
        }
    }
}
