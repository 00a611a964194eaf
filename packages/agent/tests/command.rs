//! The command line, as somebody meets it first.

#![allow(clippy::unwrap_used)]

mod support;

use std::process::{Command, Output};

use support::process::kernel_program;
use support::Stage;

fn agent(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leasebook-agent"));
    command
        .args(args)
        .env("LEASEBOOK_KERNEL", kernel_program())
        .output()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn help_shows_examples_and_completions_are_scripts() {
    let help = agent(&["--help"]);
    assert!(help.status.success() && out(&help).contains("leasebook-agent run --config agent.toml"));
    for shell in ["bash", "zsh", "fish"] {
        let script = agent(&["completions", shell]);
        assert!(
            script.status.success() && out(&script).contains("leasebook-agent"),
            "{shell}"
        );
    }
}

#[test]
fn init_writes_a_configuration_and_a_key_and_overwrites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("agent.toml");
    let config = config.to_str().unwrap();
    assert!(agent(&["init", "--config", config]).status.success());
    assert!(dir.path().join("keys/agent.key").is_file());
    let again = agent(&["init", "--config", config]);
    assert!(!again.status.success() && err(&again).contains("exists; it is not overwritten"));
}

#[test]
fn what_is_wrong_with_a_configuration_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("agent.toml");
    std::fs::write(&config, "[chain]\nrpcs = []\n").unwrap();
    let refused = agent(&["run", "--config", config.to_str().unwrap()]);
    assert!(
        !refused.status.success() && err(&refused).contains("rpcs"),
        "{}",
        err(&refused)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn check_says_what_is_in_place_and_what_is_not() {
    let stage = Stage::new().await;
    let config = stage.config();
    let check = async || {
        let config = config.clone();
        let run = move || agent(&["check", "--json", "--config", config.to_str().unwrap()]);
        tokio::task::spawn_blocking(run).await.unwrap()
    };
    let good = check().await;
    assert!(good.status.success(), "{}{}", out(&good), err(&good));
    let lines: serde_json::Value = serde_json::from_slice(&good.stdout).unwrap();
    assert!(lines.as_array().unwrap().iter().all(|line| line["ok"] == true));

    let text = std::fs::read_to_string(stage.config()).unwrap();
    let stranger = text.replace(stage.owner.address(), stage.tenant.address());
    std::fs::write(stage.config(), stranger).unwrap();
    let bad = check().await;
    assert!(!bad.status.success());
    assert!(
        out(&bad).contains("whom the configuration names as owner"),
        "{}",
        out(&bad)
    );
}
