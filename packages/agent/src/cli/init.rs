use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use agent::config::{load, EXAMPLE};
use agent::identity::agree;
use chain_client::Keyring;
use serde_json::json;

use super::CliError;

/// Name of the key that the example configuration points at.
const KEY: &str = "agent";

/// Writes the example configuration, and a new key beside it unless there is one.
pub fn init(config: &Path) -> Result<(), CliError> {
    let at = |source| CliError::Write {
        path: config.to_owned(),
        source,
    };
    let file = OpenOptions::new().write(true).create_new(true).open(config);
    let mut file = file.map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => CliError::Exists {
            path: config.to_owned(),
        },
        _ => at(source),
    })?;
    let keys = config.parent().unwrap_or(Path::new("")).join("keys");
    let example = EXAMPLE.replace("key = \"agent.key\"", "key = \"keys/agent.key\"");
    file.write_all(example.as_bytes()).map_err(at)?;
    let keyring = Keyring::open(&keys)?;
    if keyring.names()?.iter().all(|name| name != KEY) {
        let (_, mnemonic) = keyring.create(KEY)?;
        println!("the agent's key, to be written down: {}", mnemonic.phrase());
    }
    println!(
        "wrote {}; next: name the owner and the floors in it, then `identity` and `check`",
        config.display()
    );
    Ok(())
}

/// Prints what registering this agent takes.
pub fn identity(config: &Path) -> Result<(), CliError> {
    let (config, deployment) = load(config)?;
    let key = agent::daemon::signing_key(&config)?;
    let registry = &deployment.contracts.provider_registry;
    let agreed = agree(&key, &deployment.chain_id, registry, &config.provider.owner)?;
    let address = key
        .address(&config.chain.prefix)
        .map_err(agent::daemon::DaemonError::from)?;
    let identity = json!({
        "address": address,
        "owner": config.provider.owner,
        "gateway": config.gateway.public_url,
        "agent": agreed,
    });
    println!("{}", serde_json::to_string_pretty(&identity)?);
    Ok(())
}
