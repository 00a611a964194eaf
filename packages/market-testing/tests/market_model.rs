//! Random people in a whole market, against the ledger that says what must come of it.
//!
//! `MARKET_MODEL_SEED=n` repeats one walk, `MARKET_MODEL_STEPS=n` takes n steps in all, `MARKET_MODEL_FROM=n` begins with another seed.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use market_testing::model::{replay, shrink, walk, Walk};

/// Steps of one walk, in a market of its own.
const STEPS_OF_A_WALK: usize = 400;
const STEPS: usize = 22_000;
const THREADS: usize = 2;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Replays that shortening a failure may cost.
const SHRINKING: usize = 400;

fn walk_or_tell(seed: u64) -> Walk {
    let (steps, mismatch) = match walk(seed, STEPS_OF_A_WALK) {
        Ok(walk) => return walk,
        Err(failure) => failure,
    };
    let short = shrink(steps, SHRINKING);
    let last = replay(&short).err().map_or_else(String::new, |e| e.to_string());
    let mut tale = String::new();
    for step in &short {
        tale += &format!(
            "after {} s: {} sends {:?}\n",
            step.seconds, step.sender, step.call
        );
    }
    panic!(
        "MARKET_MODEL_SEED={seed}\n{mismatch}\n\nshortened to {} steps:\n{tale}{last}",
        short.len()
    );
}

#[test]
fn every_figure_and_every_refusal_is_what_the_protocol_says() {
    if let Some(seed) = setting("MARKET_MODEL_SEED") {
        println!("seed {seed}: {:?}", walk_or_tell(seed));
        return;
    }
    let from = setting("MARKET_MODEL_FROM").unwrap_or(1);
    let steps = setting("MARKET_MODEL_STEPS").map_or(STEPS, |steps| steps as usize);
    let walks = steps.div_ceil(STEPS_OF_A_WALK) as u64;
    let next = AtomicU64::new(0);
    let (taken, done, leases) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= walks {
                    return;
                }
                let seed = from + index;
                let walk = walk_or_tell(seed);
                println!("seed {seed}: {walk:?}");
                done.fetch_add(walk.steps, Ordering::Relaxed);
                taken.fetch_add(walk.taken, Ordering::Relaxed);
                leases.fetch_add(walk.leases, Ordering::Relaxed);
            });
        }
    });
    let (done, taken) = (done.into_inner(), taken.into_inner());
    println!(
        "{done} steps from seed {from}, {taken} taken, {} leases",
        leases.into_inner()
    );
    assert!(done >= steps);
    // A walk of refusals would prove little.
    assert!(taken * 2 > done, "{taken} of {done} steps were taken");
}
