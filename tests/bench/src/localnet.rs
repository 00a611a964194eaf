//! A node for one measurement, in a folder that goes away with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{ensure, Context, Result};
use tempfile::TempDir;

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Ended when dropped.
pub struct Localnet {
    home: TempDir,
    port: u16,
}

impl Localnet {
    /// # Errors
    /// The node does not start; it says why on its own.
    pub fn start() -> Result<Self> {
        let home = tempfile::Builder::new().prefix("leasebook-bench").tempdir()?;
        let port = free_port()?;
        let node = Self { home, port };
        let status = Command::new(root().join("scripts/localnet"))
            .arg("--home")
            .arg(node.home.path())
            .args(["--port", &port.to_string(), "--voting", "6", "--block", "500"])
            .stdout(std::process::Stdio::null())
            .status()
            .context("scripts/localnet does not run")?;
        ensure!(status.success(), "scripts/localnet failed");
        Ok(node)
    }

    pub fn rpc(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The words of the account that has all the chain's coins.
    pub fn words(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.home.path().join("mnemonic"))?)
    }

    /// The artifact of a contract, as `scripts/build-wasm` left it.
    pub fn artifact(name: &str) -> Result<Vec<u8>> {
        let path = root().join(format!("target/wasm-artifacts/{}.wasm", name.replace('-', "_")));
        std::fs::read(&path).with_context(|| format!("{}: run scripts/build-wasm first", path.display()))
    }
}

impl Drop for Localnet {
    fn drop(&mut self) {
        let stopped = Command::new(root().join("scripts/localnet"))
            .arg("--stop")
            .arg(self.home.path())
            .status();
        if let Err(error) = stopped {
            eprintln!(
                "the node in {} was not stopped: {error}",
                self.home.path().display()
            );
        }
    }
}

/// The first of four ports in a row that nobody listens on.
fn free_port() -> Result<u16> {
    (17_000..30_000)
        .step_by(10)
        .find(|port| (0..4).all(|n| std::net::TcpListener::bind(("127.0.0.1", port + n)).is_ok()))
        .context("no free ports")
}
