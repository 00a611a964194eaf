//! What messages cost in storage, as counts that do not depend on the machine. Run it by `scripts/bench`.
//!
//! `bench [COUNT...]` measures every message with so many providers, running leases and open orders in the store, and
//! fails if the costs differ.

// The tests' own modules; they have scenes and tables that are not measured here.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/cost/mod.rs"]
mod cost;
#[path = "../tests/tables/court.rs"]
mod court;
#[path = "../tests/tables/roles.rs"]
mod roles;
#[path = "../tests/tables/rows/mod.rs"]
mod rows;
#[path = "../tests/tables/scene.rs"]
mod scene;
#[path = "../tests/tables/specs.rs"]
mod specs;
#[path = "../tests/tables/variants.rs"]
mod variants;
#[path = "../tests/tables/world.rs"]
mod world;

use std::process::ExitCode;
use std::time::Instant;

use cost::measure;

fn main() -> ExitCode {
    let counts: Result<Vec<u32>, _> = std::env::args().skip(1).map(|count| count.parse()).collect();
    let counts = match counts {
        Ok(counts) if counts.is_empty() => vec![10, 1_000, 100_000],
        Ok(counts) => counts,
        Err(error) => {
            eprintln!("usage: bench [COUNT...]: {error}");
            return ExitCode::FAILURE;
        }
    };
    let equal = [stores(&counts), settling()];
    match equal.contains(&false) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// Are the costs of each message the same with each of `counts` in the store?
fn stores(counts: &[u32]) -> bool {
    let mut columns = vec![];
    for count in counts {
        let began = Instant::now();
        columns.push(measure::messages(*count));
        eprintln!(
            "{count} providers, leases and open orders: {:.0?}",
            began.elapsed()
        );
    }
    println!(
        "Storage reads, writes and bytes of each message, in all contracts that it reaches, with so many"
    );
    println!("providers, running leases and open orders in the store:\n");
    print!("{:52}", "message (and the situation it is sent in)");
    for count in counts {
        print!("{count:>26}");
    }
    println!();
    let mut equal = true;
    for (at, (name, first)) in columns[0].iter().enumerate() {
        print!("{name:52}");
        let mut same = true;
        for column in &columns {
            let tally = &column[at].1;
            print!("{:>8} {:>6} {:>10}", tally.reads, tally.writes, tally.bytes);
            same &= tally.equals(first);
        }
        println!("{}", if same { "" } else { "  DIFFERENT" });
        equal &= same;
    }
    println!(
        "\nEqual: {}. Bytes differ at most by the digits of larger numbers.\n",
        if equal { "yes" } else { "NO" }
    );
    equal
}

fn settling() -> bool {
    let (second, year) = measure::settle_after_a_second_and_a_year();
    println!("Settle, reads, writes and bytes:\n");
    for (when, tally) in [("after a second", second), ("after a year", year)] {
        println!(
            "{when:52}{:>8} {:>6} {:>10}",
            tally.reads, tally.writes, tally.bytes
        );
    }
    println!("\nEqual: {}.", if second == year { "yes" } else { "NO" });
    second == year
}
