//! Capacity proofs on the adapter of this machine against the CPU.

#![allow(clippy::unwrap_used)]

mod support;

use jobs::capacity::{reference, seed, Capacity, CapacityError, Challenge, ChallengeError, MAX_BYTES};
use jobs::executor::Exit;
use jobs::{Digest, Executor};
use market_types::receipt::MarketTag;
use market_types::ProviderNo;
use support::{attempt, units, Bench};

const RANDOMNESS: [u8; 32] = [0x5a; 32];

fn market() -> MarketTag {
    MarketTag::new("leasebook-1", "wasm1attestation")
}

fn small(bytes: u64, rounds: u32) -> Capacity {
    Capacity {
        bytes,
        rounds,
        deadline_seconds: 60,
    }
}

#[tokio::test]
async fn an_adapter_computes_what_the_reference_does() {
    let bench = Bench::new();
    // The second has blocks in number no power of two, the third more than a row of workgroups.
    let sizes = [small(2_048 * 2, 1), small(2_048 * 37, 6), small(2_048 * 1_030, 2)];
    for (n, capacity) in sizes.into_iter().enumerate() {
        let challenge = Challenge::new(capacity, seed(&RANDOMNESS, market(), ProviderNo(3)), 2).unwrap();
        challenge.put_into(&bench.store).unwrap();
        let prepared = bench.prepare(&challenge.manifest).await.unwrap();
        let attempt = attempt(&format!("a{n}"));
        let handle = bench
            .executor
            .start(&prepared, &attempt, units(0, 2))
            .await
            .unwrap();
        let outcome = bench.executor.wait(&handle).await.unwrap();
        assert_eq!(outcome.exit, Exit::Completed);
        for done in outcome.finished {
            let expected = reference(capacity, &challenge.seed, done.unit);
            assert_eq!(
                done.result,
                Digest::of(&expected),
                "{capacity:?}, unit {}",
                done.unit
            );
        }
    }
}

#[test]
fn the_reference_is_the_one_that_was_written_down() {
    let output = reference(
        small(2_048 * 37, 6),
        &seed(&RANDOMNESS, market(), ProviderNo(3)),
        1,
    );
    assert_eq!(
        Digest::of(&output).to_string(),
        "sha256:49c66a8cd94c2c38a77a091e8c68617e20dc10c318d6d8d10738230666673a68"
    );
}

#[test]
fn no_two_providers_markets_or_rounds_have_the_same_task() {
    let elsewhere = MarketTag::new("leasebook-2", "wasm1attestation");
    let seeds = [
        seed(&RANDOMNESS, market(), ProviderNo(1)),
        seed(&RANDOMNESS, market(), ProviderNo(2)),
        seed(&[0; 32], market(), ProviderNo(1)),
        seed(&RANDOMNESS, elsewhere, ProviderNo(1)),
    ];
    for (i, one) in seeds.iter().enumerate() {
        assert!(!seeds[..i].contains(one));
    }
}

#[test]
fn a_capacity_keeps_to_its_bounds() {
    let refused = |capacity| match Challenge::new(capacity, [0; 32], 1) {
        Err(ChallengeError::Capacity(error)) => error,
        other => panic!("{other:?}"),
    };
    for bytes in [2_048, 5_000, MAX_BYTES + 2_048] {
        assert_eq!(refused(small(bytes, 1)), CapacityError::Bytes(bytes));
    }
    for rounds in [0, 1_023] {
        assert_eq!(refused(small(4_096, rounds)), CapacityError::Rounds(rounds));
    }
    for class in ["software-vulkan", "nvidia-h100-80gb"] {
        let capacity = Capacity::of_class(&jobs::device::DeviceClass(class.into()));
        Challenge::new(capacity, [0; 32], 8).unwrap();
    }
    Challenge::new(small(MAX_BYTES, 1_022), [0; 32], 1).unwrap();
}
