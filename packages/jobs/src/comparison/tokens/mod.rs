//! Class `tokens`: is this text what the model would have chosen?
//!
//! The auditor has a backend read the prompt and the provider's own tokens in one request (forced decoding) and asks for the log-probabilities
//! at each place. That costs one pass without generation, a fraction of what the provider did. A token is what the model would have chosen if no other
//! scores better by more than `margin`: machines round differently, and near-ties fall to either side. Honest output has few tokens that are not.
//!
//! The score of a token is its log-probability for greedy output. For seeded sampling (Token-DiFR) it is `log p / temperature` plus Gumbel noise
//! that both sides compute from the seed, the place and the token's name, so sampling is as checkable as greedy decoding ([`gumbel`]).

mod backend;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::statistics::allowed;
use super::{millionths, Finding, Verdict};

pub use backend::{Backend, BackendError};

/// First bytes of what [`gumbel`] hashes.
pub const GUMBEL_DOMAIN: &[u8; 18] = b"leasebook/gumbel/1";

/// Fewer tokens show nothing: no verdict against a provider rests on them.
pub const MIN_TOKENS: u64 = 32;

/// Of this many honest units one is called a mismatch, if tokens fail independently at the calibrated rate.
const FALSE_ALARM: f64 = 1e-6;

/// Text by its tokens' numbers, or as it is written where a backend has no numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Tokens {
    Numbers(Vec<u32>),
    Text(String),
}

/// One unit's result, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    /// The completion alone, without the prompt.
    pub tokens: Tokens,
}

/// How the provider was asked to choose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sampling {
    Greedy,
    /// The token with the largest `log p / temperature + gumbel(seed, place, token)`.
    Seeded {
        seed: u64,
        temperature: f64,
    },
}

/// A token at its place, as the backend sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Forced {
    /// The token's name in the backend's answer.
    pub token: String,
    pub log_probability: f64,
    /// The likeliest tokens there, best first or not.
    pub likeliest: Vec<(String, f64)>,
}

/// What honest machines differ by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenTolerance {
    /// Scores this near count as equal.
    pub margin: f64,
    /// Tokens of honest output that are not chosen even so, in millionths.
    pub honest_misses: u32,
}

impl Default for TokenTolerance {
    /// Half-precision backends differ by some hundredths.
    fn default() -> Self {
        Self {
            margin: 0.1,
            honest_misses: 5_000,
        }
    }
}

/// Noise of a token at a place, the same for provider and auditor: `-ln(-ln(u))` with `u` from the first eight bytes of
/// `sha256(GUMBEL_DOMAIN | seed u64 | place u32 | token)`, big-endian, the upper 53 bits and a half, over 2^53.
pub fn gumbel(seed: u64, place: u32, token: &str) -> f64 {
    let hash = Sha256::new()
        .chain_update(GUMBEL_DOMAIN)
        .chain_update(seed.to_be_bytes())
        .chain_update(place.to_be_bytes())
        .chain_update(token.as_bytes())
        .finalize();
    let (first, _) = hash.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    let uniform = ((u64::from_be_bytes(*first) >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
    -(-uniform.ln()).ln()
}

impl Sampling {
    /// What makes one token at `place` preferred to another.
    pub fn score(self, place: u32, token: &str, log_probability: f64) -> f64 {
        match self {
            Self::Greedy => log_probability,
            Self::Seeded { seed, temperature } => log_probability / temperature + gumbel(seed, place, token),
        }
    }
}

/// Whether some token scores better than the one that is there by more than `margin`. A number that is none counts as a miss.
fn is_missed(place: u32, forced: &Forced, sampling: Sampling, margin: f64) -> bool {
    let own = sampling.score(place, &forced.token, forced.log_probability);
    let best = forced
        .likeliest
        .iter()
        .map(|(token, log_probability)| sampling.score(place, token, *log_probability))
        .fold(own, f64::max);
    let near = best - own <= margin;
    !near
}

/// Compares the provider's tokens with what the backend would have chosen. The score is the share of misses.
///
/// Below [`MIN_TOKENS`] tokens only an empty completion is a mismatch: who is asked for text must give some.
pub fn judge(forced: &[Forced], sampling: Sampling, tolerance: TokenTolerance) -> Finding {
    if forced.is_empty() {
        return Finding::BEYOND;
    }
    let count = forced.len() as u64;
    let misses = (0..)
        .zip(forced)
        .filter(|(place, token)| is_missed(*place, token, sampling, tolerance.margin))
        .count() as u64;
    let limit = allowed(count, f64::from(tolerance.honest_misses) * 1e-6, FALSE_ALARM);
    Finding {
        verdict: if misses <= limit || count < MIN_TOKENS {
            Verdict::Match
        } else {
            Verdict::Mismatch
        },
        score: millionths(misses, count),
    }
}

/// Reads the provider's result, has `backend` read it after `prompt`, and judges.
///
/// # Errors
/// The backend cannot be asked or gives no log-probabilities; that says nothing about the provider.
pub async fn compare(
    backend: &Backend,
    prompt: &Tokens,
    claimed: &[u8],
    sampling: Sampling,
    tolerance: TokenTolerance,
) -> Result<Finding, BackendError> {
    let Ok(Completion { tokens }) = serde_json::from_slice(claimed) else {
        return Ok(Finding::BEYOND);
    };
    let same_kind = matches!(
        (prompt, &tokens),
        (Tokens::Numbers(_), Tokens::Numbers(_)) | (Tokens::Text(_), Tokens::Text(_))
    );
    if !same_kind {
        return Ok(Finding::BEYOND);
    }
    Ok(judge(
        &backend.forced(prompt, &tokens).await?,
        sampling,
        tolerance,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forced(own: f64, best: f64) -> Forced {
        Forced {
            token: "a".into(),
            log_probability: own,
            likeliest: vec![("b".into(), best)],
        }
    }

    #[test]
    fn a_token_as_good_as_the_best_is_no_miss() {
        let missed = |own, best| is_missed(0, &forced(own, best), Sampling::Greedy, 0.1);
        assert!(!missed(-1.0, -1.05));
        assert!(!missed(-1.05, -1.0));
        assert!(missed(-1.2, -1.0));
        assert!(missed(f64::NAN, -1.0));
        assert!(missed(f64::NEG_INFINITY, -1.0));
    }

    #[test]
    fn few_misses_are_rounding_and_many_are_another_model() {
        let judge = |misses: usize, count: usize| {
            let tokens: Vec<_> = (0..count)
                .map(|i| forced(if i < misses { -3.0 } else { -1.0 }, -1.0))
                .collect();
            judge(&tokens, Sampling::Greedy, TokenTolerance::default())
        };
        assert_eq!(judge(0, 1_000), Finding::within(0, 0));
        assert_eq!(judge(18, 1_000).verdict, Verdict::Match);
        assert_eq!(judge(22, 1_000).verdict, Verdict::Mismatch);
        assert_eq!(judge(22, 1_000).score, 22_000);
        assert_eq!(judge(31, 31).verdict, Verdict::Match, "too few to tell");
        assert_eq!(judge(0, 0), Finding::BEYOND);
    }

    #[test]
    fn gumbel_noise_samples_as_the_probabilities_say() {
        // Of three tokens with 0.5, 0.3, 0.2, the first is largest half the time.
        let tokens = [("x", 0.5f64), ("y", 0.3), ("z", 0.2)];
        let sampling = |seed| Sampling::Seeded {
            seed,
            temperature: 1.0,
        };
        let first = (0..20_000u64).filter(|seed| {
            let score = |(token, p): (&str, f64)| sampling(*seed).score(7, token, p.ln());
            score(tokens[0]) > score(tokens[1]).max(score(tokens[2]))
        });
        let share = first.count() as f64 / 20_000.0;
        assert!((share - 0.5).abs() < 0.015, "{share}");
        assert!((gumbel(1, 2, "token_id:3") - gumbel(1, 2, "token_id:3")).abs() == 0.0);
        assert_ne!(gumbel(1, 2, "a"), gumbel(1, 3, "a"));
    }
}
