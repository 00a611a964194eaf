//! Capacity proofs: a task that a machine finishes in time only if it has the memory and the arithmetic it claims.
//!
//! The input is a public beacon's randomness bound to market and provider ([`seed`]), so nothing can be computed before the round and
//! nothing copied from another provider; unit `n` is GPU `n`. It runs through the kernel executor as any `exact` job, is attested,
//! and audited by others of the class who run it too. A contract accepts it only within a deadline after the round.
//!
//! The task, all of it on words modulo 2^32: memory is two halves of `h` blocks, a block is a 16 x 16 matrix. It is filled from the seed.
//! Round `r` rewrites each block `T` of one half from the other half `S`: `T := mix(T + S[j] S[k])`, where `j` depends on what `T` holds and
//! `k` on what `S[j]` holds. `mix` is a permutation by xor-shifts and odd products. At the end all words are folded into the output.
//!
//! What it shows:
//! - **Memory.** Every round reads blocks that nobody knows before, over a whole half, and overwrites what the next rounds need. Who kept
//!   less recomputes a missing block from three earlier ones, each of a state that is gone as well: the cost grows by 1 + sqrt 2 a round
//!   (`recomputing_is_dearer_each_round` in the tests). Keeping blocks elsewhere costs a transfer for each read instead.
//! - **Integer arithmetic and bandwidth.** 4,096 products a block and round and four blocks of traffic; `mix` between the products keeps
//!   them from being combined.
//! - **The time.** Everything begins with the round's randomness.
//!
//! What it does not show:
//! - Who owns the card, or that it is not rented for these seconds or shared later.
//! - Memory beyond one buffer: Vulkan binds at most 4 GiB, so a card of 80 GiB shows 4.
//! - Floating point units, matrix cores, or the speed of anything but this kernel.
//! - The class by name: a faster card passes as a slower one.
//! - Anything about a GPU on the software class: its memory is the host's.
//!
//! Times on the software adapter, two cores shared with other work, by `cargo run -p jobs --example capacity`:
//!
#![doc = include_str!("timings.md")]

mod challenge;
mod parameters;
mod reference;

pub use challenge::{seed, Challenge, ChallengeError, SEED_DOMAIN};
pub use parameters::{Capacity, CapacityError, DIM, MAX_BYTES, MAX_ROUNDS, MIN_BYTES};
pub use reference::{reference, Memory};

/// The kernel.
pub const KERNEL: &str = include_str!("capacity.wgsl");
