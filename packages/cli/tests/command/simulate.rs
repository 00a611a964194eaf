//! Simulations need no chain.

use crate::run::{json, leasebook, words, Ran, OTHER};

fn run(line: &str) -> Ran {
    let home = tempfile::tempdir().unwrap();
    leasebook(home.path()).args(words(line)).output().unwrap().into()
}

#[test]
fn a_strategy_is_measured_charted_and_repeatable_by_its_seed() {
    let dir = tempfile::tempdir().unwrap();
    let line = format!(
        "--json simulate honesty --strategy always-accuse --strategy exit-scam --units 500 --seed 7 --plots {}",
        dir.path().display()
    );
    let report = json(&run(&line).done());
    let rows = report["strategies"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["strategy"], "always-accuse");
    assert!(rows[0]["best"]["gain"]["high"].as_f64().unwrap() < 0.0);
    assert_eq!(rows[1]["points"].as_array().unwrap().len(), 9);
    for chart in ["always-accuse.svg", "exit-scam.svg"] {
        let svg = std::fs::read_to_string(dir.path().join(chart)).unwrap();
        assert!(svg.starts_with("<svg"), "{svg}");
    }
    assert_eq!(json(&run(&line).done()), report);
}

#[test]
fn what_gains_is_said() {
    let draft = "simulate honesty --strategy withhold --units 2000";
    assert!(!run(draft).done().contains("GAINS"));
    assert!(run(&format!("{draft} --first-draft")).done().contains("GAINS"));
}

#[test]
fn shares_and_names_that_are_none_are_refused() {
    run("simulate honesty --q 1.5").fails(OTHER, "--q is a share from 0 to 1, not 1.5");
    run("simulate honesty --strategy pray").fails(OTHER, "no strategy pray; there are always-cheat,");
}
