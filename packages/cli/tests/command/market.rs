//! One devnet with a market for all tests of this binary, and the people in it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock};

use serde_json::Value;

use crate::run::{json, leasebook, words, Ran, DONE};

/// Everybody who acts in a test. Each test has its own, because an account sends one transaction at a time.
const PEOPLE: [&str; 19] = [
    "amounts",
    "answers-tenant",
    "answers-provider",
    "answers-agent",
    "governor",
    "job-agent",
    "job-customer",
    "job-owner",
    "job-tenant",
    "job-waiter",
    "service-tenant",
    "service-provider",
    "service-agent",
    "task-tenant",
    "task-provider",
    "task-agent",
    "why-tenant",
    "why-provider",
    "why-agent",
];

pub struct Market {
    home: PathBuf,
    url: String,
    clock: Mutex<()>,
    /// The devnet runs as long as this is open.
    _running: (Child, ChildStdin),
}

/// Tests that move the clock hold this, and so do those whose orders end soon.
pub struct Clock<'a> {
    url: &'a str,
    _held: MutexGuard<'a, ()>,
}

/// Somebody with a key, coins, LEASE and USDC.
#[derive(Clone, Copy)]
pub struct Person {
    pub name: &'static str,
}

pub fn market() -> &'static Market {
    static MARKET: OnceLock<Market> = OnceLock::new();
    MARKET.get_or_init(Market::start)
}

pub fn person(name: &'static str) -> Person {
    assert!(PEOPLE.contains(&name), "{name}");
    Person { name }
}

impl Market {
    /// A shell between this process and the devnet ends it, and clears up, when this process is gone in whatever way.
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap().keep();
        let mut command = std::process::Command::new("sh");
        command
            .arg("-c")
            .arg("\"$@\" & devnet=$!; read _; kill $devnet; wait $devnet; rm -rf \"$LEASEBOOK_HOME\"")
            .arg("sh")
            .arg(assert_cmd::cargo::cargo_bin("leasebook"))
            .args(words("devnet --in-memory --voting-period 2 --listen 127.0.0.1:0"))
            .env("LEASEBOOK_HOME", &home)
            .env_remove("LEASEBOOK_MARKET")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .env("RUST_LOG", "error");
        for name in PEOPLE {
            let added = leasebook(&home)
                .args(["--json", "keys", "add", name])
                .output()
                .unwrap();
            let added = json(&Ran::from(added).done());
            command.args(["--account", added["address"].as_str().unwrap()]);
        }
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let url = lines.next().expect("the devnet prints its URL first");
        assert!(lines.any(|line| line.starts_with("This chain is for trying things")));
        Self {
            home,
            url,
            clock: Mutex::new(()),
            _running: (child, stdin),
        }
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn key_file(&self, name: &str) -> String {
        self.home
            .join("keys")
            .join(format!("{name}.key"))
            .display()
            .to_string()
    }

    /// Run a command line for nobody in particular.
    pub fn run(&self, line: &str) -> Ran {
        let mut command = leasebook(&self.home);
        command.env("LEASEBOOK_NODE", &self.url).args(words(line));
        command.output().unwrap().into()
    }

    pub fn clock(&self) -> Clock<'_> {
        Clock {
            url: &self.url,
            // A test that failed with the clock in its hand has spoilt nothing.
            _held: self.clock.lock().unwrap_or_else(|spoilt| spoilt.into_inner()),
        }
    }
}

impl Clock<'_> {
    /// Move block time ahead.
    pub fn advance(&self, seconds: u64) {
        let address = self.url.trim_start_matches("http://");
        let body = format!("{{\"advance_seconds\":{seconds}}}");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST /devnet/time HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

impl Person {
    pub fn run(self, line: &str) -> Ran {
        market().run(&format!("--from {} {line}", self.name))
    }

    /// What the command prints for people.
    #[track_caller]
    pub fn done(self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, DONE, "{line}: {ran:?}");
        ran.stdout
    }

    /// What it prints for programs.
    #[track_caller]
    pub fn json(self, line: &str) -> Value {
        json(&self.done(&format!("--json {line}")))
    }

    #[track_caller]
    pub fn fails(self, line: &str, code: i32, words: &str) {
        self.run(line).fails(code, words);
    }

    pub fn address(self) -> String {
        self.json(&format!("keys show {}", self.name))["address"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Place an order and say its number.
    #[track_caller]
    pub fn order(self, line: &str) -> u64 {
        let digest = "ab".repeat(32);
        self.json(&format!("order place --manifest-digest {digest} {line}"))["order"]
            .as_u64()
            .unwrap()
    }

    /// Become a provider of 8 GPUs of `class` with a bond of 5000.
    #[track_caller]
    pub fn provide(self, class: &str, agent: &str) {
        let agent = market().key_file(agent);
        self.done(&format!(
            "provider register --agent-key {agent} --gateway http://127.0.0.1:9 --machine {class}:1:8:8192:16:65536 \
             --attribute region=eu-west"
        ));
        self.done("provider bond 5000");
    }

    /// Base units of a token in the wallet.
    pub fn wallet(self, token: &str) -> u128 {
        self.held(token, "wallet")
    }

    /// Base units of a token in the escrow.
    pub fn escrow(self, token: &str) -> u128 {
        self.held(token, "escrow")
    }

    fn held(self, token: &str, place: &str) -> u128 {
        let balance = self.json("account balance");
        let tokens = balance["tokens"].as_array().unwrap();
        let entry = tokens.iter().find(|entry| entry["token"] == token).unwrap();
        entry[place].as_str().unwrap().parse().unwrap()
    }
}
