//! Measures what the comparators call a mismatch: honest results and cheats, each over many seeded trials.
//!
//! `cargo run --release -p jobs --example comparators [TRIALS]`

#![allow(clippy::unwrap_used)]

#[path = "../tests/support/language.rs"]
mod language;
#[path = "../tests/support/pictures.rs"]
mod pictures;
#[path = "../tests/support/trials.rs"]
mod trials;
#[path = "../tests/support/vectors.rs"]
mod vectors;

use jobs::kernel::locate_program;
use pictures::Studio;
use trials::Kind;

#[tokio::main]
async fn main() {
    let trials: u64 = std::env::args().nth(1).map_or(400, |n| n.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut studio = Studio::new(folder.path(), locate_program(), 320, 180);
    let mut rows = trials::images(&mut studio, trials).await;
    rows.extend(trials::vectors(trials / 2));
    rows.extend(trials::texts(trials / 2).await);
    println!("| class | result | trials | called a mismatch | bound | median score | nearest score |");
    println!("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
    for row in &rows {
        let rate = 100.0 * row.mismatches as f64 / row.trials as f64;
        let bound = 100.0 * row.bound();
        let (side, kind) = match row.kind {
            Kind::Honest => ("at most", "honest"),
            Kind::Cheat => ("at least", "wrong"),
        };
        println!(
            "| `{}` | {kind}: {} | {} | {rate:.1} % | {side} {bound:.2} % | {} | {} |",
            row.class, row.what, row.trials, row.score, row.nearest
        );
    }
    let calibrated = trials::image_calibration(&mut studio, trials).await;
    println!("\nCrops of the two honest machines' frames calibrate `image` to {calibrated:?}.");
}
