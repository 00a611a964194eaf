//! The market and its ledger side by side: random people do random things, and after each the two must agree on every figure.

mod compare;
mod finale;
mod generate;
mod people;
mod shrink;
mod twin;

pub use generate::Generator;
pub use people::People;
pub use shrink::shrink;
pub use twin::{Mismatch, Step, Twin};

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::SeedableRng;

/// What a walk came to.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    pub steps: usize,
    /// Steps that the market took; the others it refused.
    pub taken: usize,
    pub leases: usize,
    /// How often each kind of message was taken, and each kind of refusal was given.
    pub tally: BTreeMap<String, usize>,
}

/// `count` random steps from `seed`, in a market of their own; then everything is brought to its end.
///
/// # Errors
/// The steps up to the first disagreement, and what it is.
pub fn walk(seed: u64, count: usize) -> Result<Walk, Box<(Vec<Step>, Mismatch)>> {
    let mut twin = Twin::new();
    let mut generator = Generator::new(StdRng::seed_from_u64(seed));
    let mut steps = vec![];
    let mut walk = Walk::default();
    for step in twin.people.settling_in(&twin.ledger) {
        steps.push(step.clone());
        if let Err(mismatch) = twin.step(&step) {
            return Err(Box::new((steps, mismatch)));
        }
    }
    for _ in 0..count {
        let step = generator.next(&twin.ledger, &twin.people);
        steps.push(step.clone());
        match twin.step(&step) {
            Ok(taken) => walk.taken += usize::from(taken),
            Err(mismatch) => return Err(Box::new((steps, mismatch))),
        }
        walk.steps += 1;
    }
    match twin.compare_all().and_then(|()| twin.bring_to_an_end(&mut steps)) {
        Ok(()) => {
            walk.leases = twin.ledger.escrow.leases.len();
            walk.tally = twin.tally;
            Ok(walk)
        }
        Err(mismatch) => Err(Box::new((steps, mismatch))),
    }
}

/// Take `steps` in a market of their own.
///
/// # Errors
/// The first disagreement.
pub fn replay(steps: &[Step]) -> Result<(), Mismatch> {
    let mut twin = Twin::new();
    for step in steps {
        twin.step(step)?;
    }
    twin.compare_all()
}
