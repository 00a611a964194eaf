//! Running the command and judging what it leaves behind.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

pub const DONE: i32 = 0;
pub const OTHER: i32 = 1;
pub const USAGE: i32 = 2;
pub const UNREACHABLE: i32 = 3;
pub const REFUSED: i32 = 4;

/// The command with nothing of this machine's own settings.
pub fn leasebook(home: &Path) -> Command {
    let mut command = Command::cargo_bin("leasebook").unwrap();
    for name in ["LEASEBOOK_NODE", "LEASEBOOK_MARKET", "LEASEBOOK_FROM", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.env("HOME", home).env("LEASEBOOK_HOME", home);
    command
}

/// What a run left behind.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// It did what it was asked; what it printed.
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.code, DONE, "{self:?}");
        self.stdout
    }

    /// It did not, with this exit code and these words on stderr, and nothing on stdout.
    #[track_caller]
    pub fn fails(self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.stderr.contains(words), "no {words:?} in {}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        assert_eq!(self.stdout, "");
    }
}

/// Arguments as in a shell: apart by spaces, but for what stands between `'`.
pub fn words(line: &str) -> Vec<String> {
    let mut words = vec![];
    for (n, part) in line.split('\'').enumerate() {
        if n % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// `text` as one JSON document.
#[track_caller]
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
