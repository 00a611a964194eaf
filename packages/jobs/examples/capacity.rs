//! Times capacity proofs on this machine's adapter, and checks each against the CPU.
//!
//! `cargo run --release -p jobs --example capacity [MIB ROUNDS]...`

use jobs::capacity::{reference, seed, Capacity, Challenge};
use jobs::executor::{Capabilities, Exit, Grant, UnitRange};
use jobs::kernel::{locate_program, KernelExecutor};
use jobs::{AttemptId, Digest, Executor, Store};
use market_types::receipt::MarketTag;
use market_types::ProviderNo;

type Failure = Box<dyn std::error::Error>;

const SIZES: [(u64, u32); 4] = [(1, 16), (1, 64), (4, 16), (8, 64)];

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<u64> = std::env::args()
        .skip(1)
        .map(|a| a.parse())
        .collect::<Result<_, _>>()?;
    let mut sizes = vec![];
    for pair in arguments.chunks_exact(2) {
        sizes.push((pair[0], u32::try_from(pair[1])?));
    }
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path().join("store"))?;
    let executor = KernelExecutor::new(folder.path().join("attempts"), locate_program())?;
    let capabilities = executor.probe().await;
    let Capabilities::Kernel(conformance) = &capabilities else {
        return Err(format!("{capabilities:?}").into());
    };
    let adapter = &conformance.adapter;
    println!("{}, {}:\n", adapter.name, adapter.driver_info);
    println!("| memory | rounds | adapter | a round | reference on one core | same |");
    println!("| ---: | ---: | ---: | ---: | ---: | --- |");
    for (n, (mib, rounds)) in (1u8..).zip(sizes) {
        let capacity = Capacity {
            bytes: mib << 20,
            rounds,
            deadline_seconds: 600,
        };
        let seed = seed(&[n; 32], MarketTag::new("bench", "bench"), ProviderNo(1));
        let challenge = Challenge::new(capacity, seed, 1)?;
        challenge.put_into(&store)?;
        let grant = Grant {
            class: conformance.class.clone(),
            resources: challenge.manifest.resources.into(),
            capabilities: capabilities.clone(),
        };
        let plan = executor.assess(&challenge.manifest, &grant)?;
        let prepared = executor.prepare(&plan, &store).await?;
        let units = UnitRange { first: 0, count: 1 };
        let attempt = AttemptId::new(n.into(), 0, 1);
        let handle = executor.start(&prepared, &attempt, units).await?;
        let outcome = executor.wait(&handle).await?;
        if outcome.exit != Exit::Completed {
            return Err(format!("{:?}", outcome.exit).into());
        }
        let begun = std::time::Instant::now();
        let same = Digest::of(&reference(capacity, &seed, 0)) == outcome.finished[0].result;
        let on_cpu = begun.elapsed().as_secs_f64();
        let seconds = outcome.finished[0].elapsed_micros as f64 / 1e6;
        println!(
            "| {mib} MiB | {rounds} | {seconds:.2} s | {:.1} ms | {on_cpu:.2} s | {} |",
            seconds * 1e3 / f64::from(rounds + 2),
            if same { "yes" } else { "NO" }
        );
    }
    Ok(())
}
