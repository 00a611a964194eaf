//! What the documentation says of the comparators' false alarms and power, on fewer trials than the example's.

#![allow(clippy::unwrap_used)]

mod support {
    pub mod language;
    pub mod pictures;
    pub mod trials;
    pub mod vectors;
}
use support::{language, pictures, trials};

use jobs::comparison::tokens::{Backend, BackendError, Sampling, Tokens};
use pictures::Studio;
use trials::{Kind, Row};

/// Honest rows have no mismatch; each cheat named in `least` is caught at least so often, with 95 % confidence.
fn hold(rows: &[Row], least: &[(&str, f64)]) {
    for row in rows.iter().filter(|row| row.kind == Kind::Honest) {
        assert_eq!(row.mismatches, 0, "{row:?}");
    }
    for (what, power) in least {
        let row = rows.iter().find(|row| row.what.contains(what)).unwrap();
        assert!(
            row.bound() >= *power,
            "{what}: {} < {power}, {row:?}",
            row.bound()
        );
    }
}

#[tokio::test]
async fn images_honest_pass_and_cheats_are_seen() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_leasebook-kernel").into();
    let mut studio = Studio::new(folder.path(), program, 320, 180);
    studio.units = 2;
    let rows = trials::images(&mut studio, 60).await;
    let least = [
        ("one sample", 0.95),
        ("two samples", 0.95),
        ("half the resolution", 0.95),
        ("no reflections", 0.95),
        ("no shadows", 0.95),
        ("next frame", 0.95),
        ("five bits", 0.95),
        ("a tenth of the frame", 0.95),
        ("2 % of the frame", 0.75),
    ];
    hold(&rows, &least);
}

#[test]
fn vectors_honest_pass_and_cheats_are_seen() {
    let least = [
        ("12 bits", 0.75),
        ("8 bits", 0.75),
        ("bfloat16", 0.75),
        ("one layer", 0.75),
        ("in a hundred", 0.75),
    ];
    hold(&trials::vectors(12), &least);
}

#[tokio::test]
async fn tokens_honest_pass_and_cheats_are_seen() {
    let least = [
        ("greedy, a smaller model", 0.85),
        ("seeded, a smaller model", 0.85),
        ("temperature 0.7", 0.85),
        ("another seed", 0.85),
        ("in steps of 1", 0.6),
        ("the last eighth", 0.85),
    ];
    hold(&trials::texts(24).await, &least);
}

#[tokio::test]
async fn text_is_checked_like_numbers() {
    let model = language::Model::learn(trials::FULL, 1.0);
    let address = language::serve(language::Model::learn(trials::FULL, 1.0), language::Bend::None).await;
    let backend = Backend::new(&address, "tiny", None).unwrap();
    let prompt = language::prompt(&model, 100);
    let tokens = model.complete(&prompt, 64, Sampling::Greedy, language::Bend::None);
    let written = |tokens: &[u32]| {
        let words = tokens.iter().map(|word| model.words[*word as usize].as_str());
        Tokens::Text(words.collect())
    };
    let by_number = backend
        .forced(&language::numbers(&prompt), &language::numbers(&tokens))
        .await
        .unwrap();
    let by_text = backend
        .forced(&written(&prompt), &written(&tokens))
        .await
        .unwrap();
    assert_eq!(by_text.len(), 64);
    for (a, b) in by_number.iter().zip(&by_text) {
        assert_eq!(a.log_probability, b.log_probability);
    }
}

#[tokio::test]
async fn a_backend_that_cannot_be_asked_says_nothing_about_the_provider() {
    let tokens = Tokens::Numbers(vec![1, 2]);
    let nobody = Backend::new("http://127.0.0.1:1/v1", "tiny", None).unwrap();
    assert!(matches!(
        nobody.forced(&tokens, &tokens).await,
        Err(BackendError::Http(_))
    ));
    let address = language::serve(language::Model::learn(trials::FULL, 1.0), language::Bend::None).await;
    let elsewhere = Backend::new(&format!("{address}/nothing"), "tiny", None).unwrap();
    assert!(matches!(
        elsewhere.forced(&tokens, &tokens).await,
        Err(BackendError::Status { status: 404, .. })
    ));
}
