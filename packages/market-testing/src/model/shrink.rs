//! A shorter way to the same disagreement.

use super::replay;
use super::twin::Step;

/// Leave out what is not needed for `steps` to disagree: halves first, then ever smaller pieces, as long as `budget` replays last.
/// Time that passed before a step that is left out still passes.
pub fn shrink(mut steps: Vec<Step>, mut budget: usize) -> Vec<Step> {
    let mut piece = steps.len().div_ceil(2);
    while piece > 0 && budget > 0 {
        let mut from = 0;
        let mut shorter = false;
        while from < steps.len() && budget > 0 {
            let until = (from + piece).min(steps.len());
            let candidate = without(&steps, from, until);
            budget -= 1;
            if disagrees(&candidate) {
                steps = candidate;
                shorter = true;
            } else {
                from = until;
            }
        }
        if !shorter {
            piece /= 2;
        }
    }
    steps
}

/// A ledger that cannot go on disagrees as well.
fn disagrees(steps: &[Step]) -> bool {
    std::panic::catch_unwind(|| replay(steps).is_err()).unwrap_or(true)
}

fn without(steps: &[Step], from: usize, until: usize) -> Vec<Step> {
    let (seconds, blocks) = steps[from..until]
        .iter()
        .fold((0, 0), |(s, b), step| (s + step.seconds, b + step.blocks));
    let mut kept = steps[..from].to_vec();
    kept.extend_from_slice(&steps[until..]);
    if let Some(next) = kept.get_mut(from) {
        next.seconds += seconds;
        next.blocks += blocks;
    }
    kept
}
