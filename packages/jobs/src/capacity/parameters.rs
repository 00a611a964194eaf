//! How much is asked of which class.

use crate::device::{DeviceClass, SOFTWARE_VULKAN};

/// Rows and columns of a block.
pub const DIM: u32 = 16;

/// Words of a block.
pub(super) const AREA: u32 = DIM * DIM;

/// Bytes of one block in each half.
const STEP: u64 = 2 * 4 * AREA as u64;

/// Words each lane of the output is folded from, about; below what software adapters take in one loop.
const FOLD: u64 = 4_096;

pub const MIN_BYTES: u64 = STEP * 2;

/// Below 4 GiB, what Vulkan binds at most.
pub const MAX_BYTES: u64 = (u32::MAX as u64 / STEP) * STEP;

/// Dispatches of a unit, less the first and the last.
pub const MAX_ROUNDS: u32 = 1_022;

/// The size of a capacity proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Memory that is walked, a multiple of 2,048.
    pub bytes: u64,
    /// 1 to 1,022; each rewrites half of the memory.
    pub rounds: u32,
    /// A unit that takes longer is killed.
    pub deadline_seconds: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CapacityError {
    #[error("{0} bytes: {MIN_BYTES} to {MAX_BYTES}, a multiple of {STEP}")]
    Bytes(u64),
    #[error("{0} rounds: 1 to {MAX_ROUNDS}")]
    Rounds(u32),
    #[error("a deadline of 0 s")]
    Deadline,
}

impl Capacity {
    /// What a class is asked. Figures of GPUs follow from what Vulkan binds and from published bandwidths; they have not been measured,
    /// and governance may ask for others.
    pub fn of_class(class: &DeviceClass) -> Self {
        let (mib, rounds, deadline_seconds) = match class.0.as_str() {
            SOFTWARE_VULKAN => (1, 16, 60),
            _ => (3_584, 512, 60),
        };
        Self {
            bytes: mib << 20,
            rounds,
            deadline_seconds,
        }
    }

    /// # Errors
    /// The first bound it breaks.
    pub fn check(self) -> Result<Self, CapacityError> {
        if self.bytes < MIN_BYTES || self.bytes > MAX_BYTES || !self.bytes.is_multiple_of(STEP) {
            return Err(CapacityError::Bytes(self.bytes));
        }
        if self.rounds == 0 || self.rounds > MAX_ROUNDS {
            return Err(CapacityError::Rounds(self.rounds));
        }
        if self.deadline_seconds == 0 {
            return Err(CapacityError::Deadline);
        }
        Ok(self)
    }

    /// Blocks in a half.
    pub(super) fn half(self) -> u32 {
        (self.bytes / STEP) as u32
    }

    /// Words of the output: one for each 4,096 of memory, at least 64, a power of two.
    pub(super) fn output_words(self) -> u32 {
        let words = (self.bytes / 4 / FOLD).next_power_of_two().max(64);
        words as u32
    }

    /// Workgroups, one a block of a half.
    pub(super) fn workgroups(self) -> [u32; 3] {
        let row = self.half().min(1_024);
        [row, self.half().div_ceil(row), 1]
    }
}
