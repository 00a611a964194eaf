//! `leasebook keys`: make, import, list and show keys.

use anyhow::Result;
use chain_client::Mnemonic;
use clap::Subcommand;
use serde_json::json;

use crate::context::{read, Global};
use crate::output::Table;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook keys add me
  leasebook keys import cold ~/words.txt
  leasebook --json keys list")]
pub enum Keys {
    /// Make a key from fresh randomness; its words are shown once
    Add {
        name: String,
        /// With --json: put the words into the document, where logs may keep them
        #[arg(long)]
        show_words: bool,
    },
    /// Take in a key from a file with its 12 or 24 words
    Import { name: String, words: std::path::PathBuf },
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
        Keys::Add { name, show_words } => {
            let (key, words) = keyring.create(&name)?;
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
        Keys::Import { name, words } => {
            let key = keyring.import(&name, &Mnemonic::parse(read(&words)?.trim())?)?;
            let address = key.address(&prefix)?;
            output.show(&json!({ "name": name, "address": address }), |_| {
                format!("{name}  {address}")
            })
        }
        Keys::List => {
            let mut table = Table::new(["name", "address"]);
            let mut data = vec![];
            for name in keyring.names()? {
                let address = keyring.load(&name)?.address(&prefix)?;
                data.push(json!({ "name": name, "address": address }));
                table.row([name, address]);
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
            let key = keyring.load(&name)?;
            let (address, public) = (key.address(&prefix)?, hex::encode(key.public_key().as_bytes()));
            let data = json!({ "name": name, "address": address, "public_key": public });
            output.show(&data, |_| format!("{name}  {address}\npublic key  {public}"))
        }
    }
}
