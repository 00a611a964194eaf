//! Random people in a whole market, against the ledger that says what must come of it.
//!
//! `MARKET_MODEL_SEED=n` repeats one walk, `MARKET_MODEL_STEPS=n` takes n steps in all, `MARKET_MODEL_FROM=n` begins with another seed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;

use market_testing::model::{replay, shrink, walk, Walk};

/// Steps of one walk, in a market of its own.
const STEPS_OF_A_WALK: usize = 400;
const STEPS: usize = 22_000;
const THREADS: usize = 2;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// Replays that shortening a failure may cost.
const SHRINKING: usize = 150;

fn walk_or_tell(seed: u64) -> Walk {
    let (steps, mismatch) = match walk(seed, STEPS_OF_A_WALK) {
        Ok(walk) => return walk,
        Err(failure) => *failure,
    };
    eprintln!(
        "MARKET_MODEL_SEED={seed}: at step {}: {mismatch}\n{:?}",
        steps.len(),
        steps.last()
    );
    let short = shrink(
        steps,
        setting("MARKET_MODEL_SHRINKING").map_or(SHRINKING, |replays| replays as usize),
    );
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
        println!("seed {seed}: {:#?}", walk_or_tell(seed));
        return;
    }
    let from = setting("MARKET_MODEL_FROM").unwrap_or(1);
    let steps = setting("MARKET_MODEL_STEPS").map_or(STEPS, |steps| steps as usize);
    let walks = steps.div_ceil(STEPS_OF_A_WALK) as u64;
    let next = AtomicU64::new(0);
    let all = Mutex::new(Walk::default());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= walks {
                    return;
                }
                let seed = from + index;
                let walk = walk_or_tell(seed);
                println!(
                    "seed {seed}: {} of {} steps taken, {} leases",
                    walk.taken, walk.steps, walk.leases
                );
                add(&mut all.lock().unwrap(), walk);
            });
        }
    });
    let all = all.into_inner().unwrap();
    println!(
        "{} steps from seed {from}, {} taken, {} leases",
        all.steps, all.taken, all.leases
    );
    for (kind, count) in &all.tally {
        println!("{count:7} {kind}");
    }
    assert!(all.steps >= steps);
    // A walk of refusals would prove little, and so would one that never comes to something.
    assert!(
        all.taken * 2 > all.steps,
        "{} of {} steps were taken",
        all.taken,
        all.steps
    );
    if steps >= STEPS {
        for kind in TAKEN {
            assert!(
                all.tally.keys().any(|there| there.starts_with(kind)),
                "{kind} was never taken"
            );
        }
    }
}

fn add(all: &mut Walk, walk: Walk) {
    all.steps += walk.steps;
    all.taken += walk.taken;
    all.leases += walk.leases;
    let mut tally: BTreeMap<String, usize> = std::mem::take(&mut all.tally);
    for (kind, count) in walk.tally {
        *tally.entry(kind).or_default() += count;
    }
    all.tally = tally;
}

/// What must have happened at least once in an ordinary run.
const TAKEN: &[&str] = &[
    "Attestation(PostBatch",
    "Attestation(Release",
    "Attestation(UpdateParams",
    "Book(Award",
    "Book(Bid",
    "Book(Cancel",
    "Book(Expire",
    "Book(Pick",
    "Book(Prune",
    "Book(UpdateParams",
    "Escrow(Accept",
    "Escrow(Convict",
    "Escrow(PayAudit",
    "Escrow(Revalue",
    "Escrow(SetAside",
    "Escrow(Acknowledge",
    "Escrow(Amend",
    "Escrow(CloseFailed",
    "Escrow(GiveNotice",
    "Escrow(Heartbeat",
    "Escrow(InputsDelivered",
    "Escrow(PlaceOrder",
    "Escrow(Ready",
    "Escrow(Resume",
    "Escrow(Settle",
    "Escrow(Skim",
    "Escrow(Suspend",
    "Escrow(SweepFees",
    "Escrow(TopUp",
    "Escrow(Transfer",
    "Escrow(UpdateParams",
    "Escrow(Waiting",
    "Escrow(Withdraw",
    "Registry(AddWorkBond",
    "Registry(AnnounceMaintenance",
    "Registry(LeaveAudits",
    "Registry(OfferAudits",
    "Registry(Reinstate",
    "Registry(Slash",
    "Registry(Claim",
    "Registry(Register",
    "Registry(Retire",
    "Registry(RotateAgent",
    "Registry(SetAgentLimits",
    "Registry(SetBondPrice",
    "Registry(Skim",
    "Registry(Unbond",
    "Registry(Update",
    "Registry(WithdrawUnbonded",
    "TakeRate(Kick",
    "TakeRate(Restart",
    "TakeRate(SeedAudits",
    "TakeRate(Skim",
    "TakeRate(TakeInsurance",
    "TakeRate(UpdateParams",
    "Token(Send",
    "Token(Transfer",
];
