//! `leasebook keys`: make, import, export, list and show keys.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chain_client::{KeyError, KeyFile, Password, Secret};
use clap::Subcommand;
use serde_json::json;

use crate::context::{read, Global};
use crate::output::Table;
use crate::password;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook keys add me
  leasebook keys add treasury --encrypted
  leasebook keys import cold ~/words.txt --encrypted
  leasebook keys export me backup.key --encrypted
  leasebook --json keys list

A password is read from the first line of --password-file, from LEASEBOOK_PASSWORD, or at the terminal.")]
pub enum Keys {
    /// Make a key from fresh randomness; its words are shown once
    Add {
        name: String,
        /// Under a password
        #[arg(long)]
        encrypted: bool,
        /// With --json: put the words into the document, where logs may keep them
        #[arg(long)]
        show_words: bool,
    },
    /// Take in a key from a file: 12 or 24 words, 64 hex digits, or an exported key
    Import {
        name: String,
        file: PathBuf,
        /// Under a password; a file that is under one stays so
        #[arg(long)]
        encrypted: bool,
    },
    /// Copy a key into a new file
    #[command(group(clap::ArgGroup::new("form").required(true)))]
    Export {
        name: String,
        file: PathBuf,
        /// Under a password; that of the key, if it has one
        #[arg(long, group = "form")]
        encrypted: bool,
        /// As words or hex digits that whoever reads the file can use
        #[arg(long, group = "form")]
        plain: bool,
    },
    /// All keys with their addresses
    List,
    /// One key's address and public key
    Show { name: String },
}

pub fn run(global: &Global, command: Keys) -> Result<()> {
    let keyring = global.keyring()?;
    let prefix = chain_client::Options::default().prefix;
    let output = global.output();
    match command {
        Keys::Add {
            name,
            encrypted,
            show_words,
        } => {
            // Whose name is taken is told before a password is asked for.
            if keyring.path(&name)?.exists() {
                let path = keyring.path(&name)?;
                return Err(KeyError::Exists { path }.into());
            }
            let (key, words) = match encrypted {
                true => keyring.create_sealed(&name, &new_password(global)?)?,
                false => keyring.create(&name)?,
            };
            let address = key.address(&prefix)?;
            let mut data = json!({ "name": name, "address": address, "file": keyring.path(&name)? });
            if show_words {
                data["words"] = words.phrase().into();
            }
            output.show(&data, |_| {
                format!(
                    "{name}  {address}\n\nIts words, shown this once. Whoever has them has the key:\n\n  {}",
                    words.phrase()
                )
            })
        }
        Keys::Import {
            name,
            file,
            encrypted,
        } => {
            let given = parse(&file, &read(&file)?)?;
            let path = keyring.path(&name)?;
            // Opened whatever follows: who cannot open a key should not learn so later.
            let key = global
                .unlock(&given)
                .with_context(|| file.display().to_string())?;
            match (encrypted, given.is_sealed()) {
                (false, _) | (true, true) => given.copy_to(&path)?,
                (true, false) => {
                    let secret = given.open(|| password::known(None))?;
                    KeyFile::write(&path, &secret, Some(&new_password(global)?))?;
                }
            }
            let address = key.address(&prefix)?;
            output.show(&json!({ "name": name, "address": address }), |_| {
                format!("{name}  {address}")
            })
        }
        Keys::Export {
            name,
            file,
            encrypted,
            plain: _,
        } => {
            let stored = keyring.file(&name)?;
            match (encrypted, stored.is_sealed()) {
                (true, true) | (false, false) => stored.copy_to(&file)?,
                (true, false) => {
                    let secret = stored.open(|| password::known(None))?;
                    KeyFile::write(&file, &secret, Some(&new_password(global)?))?;
                }
                (false, true) => {
                    let known = || password::known(global.password_file.as_deref());
                    KeyFile::write(&file, &stored.open(known)?, None)?;
                }
            }
            let address = stored.public_key()?.address(&prefix)?;
            let data = json!({ "name": name, "address": address, "file": file, "encrypted": encrypted });
            output.show(&data, |_| format!("{name}  {address}\nwrote {}", file.display()))
        }
        Keys::List => {
            let mut table = Table::new(["name", "address", "password"]);
            let mut data = vec![];
            for name in keyring.names()? {
                let file = keyring.file(&name)?;
                let address = file.public_key()?.address(&prefix)?;
                data.push(json!({ "name": name, "address": address, "encrypted": file.is_sealed() }));
                let word = if file.is_sealed() { "yes" } else { "no" };
                table.row([name, address, word.into()]);
            }
            output.show(&data, |_| {
                if table.is_empty() {
                    "no keys yet; make one: leasebook keys add me".into()
                } else {
                    table.render()
                }
            })
        }
        Keys::Show { name } => {
            let key = keyring.file(&name)?.public_key()?;
            let (address, public) = (key.address(&prefix)?, hex::encode(key.as_bytes()));
            let data = json!({ "name": name, "address": address, "public_key": public });
            output.show(&data, |_| format!("{name}  {address}\npublic key  {public}"))
        }
    }
}

fn new_password(global: &Global) -> Result<Password> {
    password::chosen(global.password_file.as_deref())
}

/// What is wrong with plain words is said as such.
fn parse(file: &Path, text: &str) -> Result<KeyFile, KeyError> {
    if !text.trim_start().starts_with('{') {
        Secret::parse(text)?;
    }
    KeyFile::parse(file, text)
}
