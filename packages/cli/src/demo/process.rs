//! The processes of the demo: each writes its log to a file, and none outlives the demo.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{bail, Context as _, Result};

/// A child that is killed when dropped.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Start `program`, its output going to `log`.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn start(name: &str, program: &Path, args: &[String], log: &Path) -> Result<Self> {
        let file = File::options().create(true).append(true).open(log)?;
        let child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        Ok(Self {
            name: name.into(),
            child,
            log: log.into(),
        })
    }

    /// Start `program` and read the first line it prints; what follows goes to `log` with its errors.
    ///
    /// # Errors
    /// The program cannot be started, or ends without a line.
    pub fn start_and_read(name: &str, program: &Path, args: &[String], log: &Path) -> Result<(Self, String)> {
        let file = File::options().create(true).append(true).open(log)?;
        let mut child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(file.try_clone()?)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let stdout = child.stdout.take().context("a started process has no output")?;
        let mut reader = BufReader::new(stdout);
        let mut first = String::new();
        reader.read_line(&mut first)?;
        let process = Self {
            name: name.into(),
            child,
            log: log.into(),
        };
        if first.trim().is_empty() {
            bail!("{name} did not start; {}", process.last_words());
        }
        std::thread::spawn(move || {
            let mut file = file;
            // The log is a courtesy; a full disk must not end the demo.
            let _ = std::io::copy(&mut reader, &mut file);
        });
        Ok((process, first.trim().into()))
    }

    /// # Errors
    /// The process has ended, which none of the demo does by itself.
    pub fn ensure_alive(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("{} ended with {status}; {}", self.name, self.last_words()),
            None => Ok(()),
        }
    }

    /// SIGKILL: no farewell, no clean-up.
    ///
    /// # Errors
    /// The process cannot be killed.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(5).collect();
        let lines: Vec<&str> = lines.into_iter().rev().collect();
        format!("its log {} ends with:\n{}", self.log.display(), lines.join("\n"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that was built beside this one.
///
/// # Errors
/// It is not there.
pub fn sibling(name: &str) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let path = own.with_file_name(name);
    if !path.exists() {
        bail!(
            "{} is not there; build it: cargo build -p agent -p jobs",
            path.display()
        );
    }
    Ok(path)
}

/// A port nobody listens on now.
///
/// # Errors
/// The machine has none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
