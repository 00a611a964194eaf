//! What is said before anything is done.

use clap::CommandFactory as _;

use crate::market::market;
use crate::run::{leasebook, words, Ran, DONE, USAGE};

fn run(line: &str) -> Ran {
    let home = tempfile::tempdir().unwrap();
    leasebook(home.path()).args(words(line)).output().unwrap().into()
}

fn paths(command: &clap::Command, path: &str, all: &mut Vec<String>) {
    all.push(path.to_owned());
    for sub in command.get_subcommands() {
        paths(sub, &format!("{path} {}", sub.get_name()), all);
    }
}

#[test]
fn every_command_explains_itself() {
    let mut all = vec![];
    paths(&leasebook::Cli::command(), "", &mut all);
    assert!(all.len() > 60, "{}", all.len());
    for path in all {
        let help = run(&format!("{path} --help")).done();
        assert!(help.contains("Usage: leasebook"), "{path}: {help}");
    }
}

#[test]
fn every_family_of_commands_has_an_example() {
    for family in leasebook::Cli::command().get_subcommands() {
        let help = run(&format!("{} --help", family.get_name())).done();
        assert!(help.contains("Example"), "{}", family.get_name());
    }
}

#[test]
fn the_exit_codes_are_documented() {
    let help = run("--help").done();
    for code in [
        "0 done",
        "1 something else",
        "2 wrong usage",
        "3 the node",
        "4 the chain",
    ] {
        assert!(help.contains(code), "{code}");
    }
}

#[test]
fn completions_are_made_for_each_shell() {
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef leasebook"),
        ("fish", "complete -c leasebook"),
    ] {
        let script = run(&format!("completions {shell}")).done();
        assert!(script.contains(mark) && script.contains("amend"), "{shell}");
    }
    run("completions dos").fails(USAGE, "invalid value 'dos'");
}

#[test]
fn what_does_not_exist_is_wrong_usage() {
    run("nonsense").fails(USAGE, "unrecognized subcommand");
    run("order place --nonsense").fails(USAGE, "unexpected argument");
    run("lease show seven").fails(USAGE, "invalid digit");
    run("").fails(USAGE, "Usage: leasebook");
}

#[test]
fn wrong_usage_is_one_json_document_when_asked() {
    let ran = run("--json account deposit");
    assert_eq!(ran.code, USAGE);
    let document: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
    assert_eq!(document["code"], USAGE);
    assert!(document["error"].as_str().unwrap().contains("<AMOUNT>"));
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    for line in ["gov params", "completions bash", "--help", "--json keys list"] {
        let program = assert_cmd::cargo::cargo_bin("leasebook");
        let mut child = std::process::Command::new(program)
            .args(words(line))
            .env("LEASEBOOK_HOME", market().home())
            .env("LEASEBOOK_NODE", market().url())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.stderr.as_str()), (DONE, ""), "{line}");
    }
}
