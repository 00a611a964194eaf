//! Where the password of a key comes from: a file, the environment, or the terminal.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{bail, Context as _, Result};
use chain_client::Password;

/// The password itself, for scripts that have it from elsewhere.
const VARIABLE: &str = "LEASEBOOK_PASSWORD";

/// The password of a key that is stored.
///
/// # Errors
/// None was given and there is no terminal to ask at.
pub fn known(file: Option<&Path>) -> Result<Password> {
    match given(file)? {
        Some(password) => Ok(password),
        None => ask("Password: "),
    }
}

/// The password for a key that is to be stored; at a terminal it is asked for twice.
///
/// # Errors
/// None was given and there is no terminal to ask at; the two differ.
pub fn chosen(file: Option<&Path>) -> Result<Password> {
    if let Some(password) = given(file)? {
        return Ok(password);
    }
    let text = read("New password: ")?;
    if read("The same again: ")? != text {
        bail!("the two passwords differ");
    }
    Ok(Password::new(text)?)
}

fn given(file: Option<&Path>) -> Result<Option<Password>> {
    let text = match file {
        Some(file) => {
            let text = std::fs::read_to_string(file);
            text.with_context(|| format!("cannot read {}", file.display()))?
        }
        None => match std::env::var(VARIABLE) {
            Ok(text) => text,
            Err(_) => return Ok(None),
        },
    };
    let line = text.lines().next().unwrap_or_default();
    Ok(Some(Password::new(line.to_owned())?))
}

fn ask(what: &str) -> Result<Password> {
    Ok(Password::new(read(what)?)?)
}

fn read(what: &str) -> Result<String> {
    if !std::io::stdin().is_terminal() {
        bail!("the key needs a password: name a file with --password-file, set {VARIABLE}, or run this at a terminal");
    }
    rpassword::prompt_password(what).context("cannot read a password from the terminal")
}
