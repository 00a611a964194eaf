//! Keys: made, taken in, shown; never overwritten and never given away.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use crate::run::{json, leasebook, words, Ran, OTHER};

const WORDS: &str =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn run(home: &TempDir, line: &str) -> Ran {
    leasebook(home.path()).args(words(line)).output().unwrap().into()
}

#[test]
fn a_made_key_is_listed_and_shown_and_its_words_are_told_once() {
    let home = home();
    let made = run(&home, "keys add me").done();
    let phrase = made.trim_end().lines().last().unwrap().trim();
    assert_eq!(phrase.split(' ').count(), 24);
    let listed = run(&home, "keys list").done();
    let shown = run(&home, "keys show me").done();
    for text in [&listed, &shown] {
        assert!(text.contains("me") && text.contains("lease1"), "{text}");
        assert!(!text.contains(phrase));
    }
    let shown = json(&run(&home, "--json keys show me").done());
    assert_eq!(shown["public_key"].as_str().unwrap().len(), 66);
    let listed = json(&run(&home, "--json keys list").done());
    assert_eq!(listed[0]["address"], shown["address"]);
}

#[test]
fn programs_get_the_words_only_when_they_ask() {
    let home = home();
    let made = json(&run(&home, "--json keys add one").done());
    assert_eq!(made.get("words"), None);
    let file = made["file"].as_str().unwrap();
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    let made = json(&run(&home, "--json keys add two --show-words").done());
    assert_eq!(made["words"].as_str().unwrap().split(' ').count(), 24);
}

#[test]
fn a_key_is_taken_in_from_its_words() {
    let home = home();
    let file = home.path().join("words.txt");
    fs::write(&file, WORDS).unwrap();
    let line = format!("--json keys import cold {}", file.display());
    let address = json(&run(&home, &line).done())["address"].clone();
    // The account that wallets derive from these words, with this chain's prefix.
    let data = "9rl4cm2hmr8afy4kldpxz3fka4jguq0a";
    assert!(
        address.as_str().unwrap().starts_with(&format!("lease1{data}")),
        "{address}"
    );
}

#[test]
fn a_key_is_never_overwritten() {
    let home = home();
    run(&home, "keys add me").done();
    run(&home, "keys add me").fails(OTHER, "already exists");
}

#[test]
fn names_are_plain_words() {
    let home = home();
    for name in ["../me", "a/b", "''", "a.b"] {
        run(&home, &format!("keys add {name}")).fails(OTHER, "a key name has 1 to 64");
    }
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let home = home();
    run(&home, "keys add me").done();
    let file = home.path().join("keys/me.key");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    run(&home, "keys show me").fails(OTHER, "may be read by others (mode 644)");
    run(&home, "keys list").fails(OTHER, "chmod 600");
}

#[test]
fn a_missing_key_is_said_with_the_way_to_make_it() {
    let home = home();
    run(&home, "keys show ghost").fails(OTHER, "there is no key at");
    assert!(run(&home, "keys list").done().contains("leasebook keys add me"));
}

#[test]
fn bad_words_are_refused_and_not_repeated() {
    let home = home();
    let file = home.path().join("words.txt");
    for (text, error) in [
        ("", "12 or 24 words, not 0"),
        ("secretword secretword", "12 or 24 words, not 2"),
        (&WORDS.replace("about", "secretword"), "not a valid mnemonic"),
        (&WORDS.replace("about", "abandon"), "not a valid mnemonic"),
    ] {
        fs::write(&file, text).unwrap();
        let ran = run(&home, &format!("keys import cold {}", file.display()));
        assert!(!ran.stderr.contains("secretword"));
        ran.fails(OTHER, error);
    }
    run(&home, "keys import cold /nowhere/words").fails(OTHER, "cannot read /nowhere/words");
}

#[test]
fn a_key_file_with_something_else_is_refused_and_not_repeated() {
    let home = home();
    run(&home, "keys add me").done();
    fs::write(home.path().join("keys/me.key"), "correct horse battery").unwrap();
    let ran = run(&home, "keys show me");
    assert!(!ran.stderr.contains("horse"));
    ran.fails(OTHER, "is not a key file");
}

/// With the password in the environment.
fn unlocked(home: &TempDir, password: &str, line: &str) -> Ran {
    let mut command = leasebook(home.path());
    command.env("LEASEBOOK_PASSWORD", password).args(words(line));
    command.output().unwrap().into()
}

#[test]
fn a_key_under_a_password_is_listed_without_it_and_taken_out_only_with_it() {
    let home = home();
    let made = json(
        &unlocked(
            &home,
            "open sesame",
            "--json keys add me --encrypted --show-words",
        )
        .done(),
    );
    let phrase = made["words"].as_str().unwrap();
    let stored = fs::read_to_string(made["file"].as_str().unwrap()).unwrap();
    assert!(!stored.contains(phrase.split(' ').next().unwrap()));
    let listed = json(&run(&home, "--json keys list").done());
    assert_eq!(
        (&listed[0]["address"], &listed[0]["encrypted"]),
        (&made["address"], &true.into())
    );
    assert!(run(&home, "keys show me")
        .done()
        .contains(made["address"].as_str().unwrap()));

    let file = home.path().join("out.key");
    let export = format!("keys export me {} --plain", file.display());
    run(&home, &export).fails(OTHER, "the key needs a password");
    unlocked(&home, "guess", &export).fails(OTHER, "the password is wrong");
    unlocked(&home, "open sesame", &export).done();
    assert_eq!(fs::read_to_string(&file).unwrap().trim(), phrase);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    unlocked(&home, "open sesame", &export).fails(OTHER, "already exists");
}

#[test]
fn a_key_moves_to_another_home_under_its_password() {
    let (home, other) = (home(), home());
    let address = json(&run(&home, "--json keys add me").done())["address"].clone();
    let (file, password) = (home.path().join("out.key"), home.path().join("password"));
    fs::write(&password, "open sesame\n").unwrap();
    let password = format!("--password-file {}", password.display());
    run(
        &home,
        &format!("{password} keys export me {} --encrypted", file.display()),
    )
    .done();
    let import = format!("--json keys import moved {}", file.display());
    unlocked(&other, "guess", &import).fails(OTHER, "the password is wrong");
    assert_eq!(run(&other, "keys list").done().matches("moved").count(), 0);
    let moved = json(&run(&other, &format!("{password} {import}")).done());
    assert_eq!(moved["address"], address);
    assert_eq!(
        json(&run(&other, "--json keys list").done())[0]["encrypted"],
        true
    );
}

#[test]
fn exporting_says_in_which_form() {
    let home = home();
    run(&home, "keys add me").done();
    run(&home, "keys export me out.key").fails(crate::run::USAGE, "--encrypted");
}
