use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chain_client::address;
use market_types::deployment::Deployment;
use market_types::resources::DeviceClass;

use super::{deployment, Config};

/// A complete file, as `init` writes it.
pub const EXAMPLE: &str = include_str!("example.toml");

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Toml {
        path: PathBuf,
        source: Box<toml::de::Error>,
    },
    #[error("{}: {source}", path.display())]
    Json {
        path: PathBuf,
        source: serde_json::Error,
    },
    #[error("{field} is {value}; it lies in {min} to {max}")]
    OutOfBounds {
        field: &'static str,
        value: u64,
        min: u64,
        max: u64,
    },
    #[error("{field} is empty; it needs at least one entry")]
    Empty { field: &'static str },
    #[error("{field}: {source}")]
    Address {
        field: &'static str,
        source: chain_client::AddressError,
    },
    #[error("chain.gas_price: {0}")]
    GasPrice(#[from] chain_client::GasPriceError),
    #[error(
        "gateway.public_url is {url:?}; it begins with http:// or https:// and has at most 256 characters"
    )]
    Url { url: String },
    #[error("bidding.floors names the class {class:?}: {cause}")]
    Class { class: String, cause: String },
    #[error("bidding.floors names the token {token:?}; the deployment has {}", known.join(", "))]
    Token { token: String, known: Vec<String> },
    #[error("bidding.floors has two entries for {class} in {token}")]
    Twice { class: String, token: String },
}

/// Reads and checks both files.
pub fn load(path: &Path) -> Result<(Config, Deployment), ConfigError> {
    let text = read(path)?;
    let mut config: Config = toml::from_str(&text).map_err(|source| ConfigError::Toml {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let base = path.parent().unwrap_or(Path::new("."));
    for relative in [
        &mut config.chain.contracts,
        &mut config.provider.key,
        &mut config.provider.data,
    ] {
        *relative = base.join(&*relative);
    }
    let optional = [
        &mut config.provider.key_password,
        &mut config.bidding.program,
        &mut config.executors.kernel_worker,
    ];
    for relative in optional.into_iter().flatten() {
        *relative = base.join(&*relative);
    }
    let text = read(&config.chain.contracts)?;
    let market = serde_json::from_str(&text).map_err(|source| ConfigError::Json {
        path: config.chain.contracts.clone(),
        source,
    })?;
    check(&config, &market)?;
    Ok((config, market))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })
}

pub(super) fn check(config: &Config, market: &Deployment) -> Result<(), ConfigError> {
    let Config {
        chain,
        provider,
        gateway,
        bidding,
        work,
        ..
    } = config;
    if chain.rpc.is_empty() {
        return Err(ConfigError::Empty { field: "chain.rpc" });
    }
    if bidding.floors.is_empty() {
        return Err(ConfigError::Empty {
            field: "bidding.floors",
        });
    }
    let of_chain = [
        ("provider.owner", &provider.owner),
        (
            "deployment: provider_registry",
            &market.contracts.provider_registry,
        ),
        ("deployment: order_book", &market.contracts.order_book),
        ("deployment: lease_escrow", &market.contracts.lease_escrow),
        ("deployment: attestation", &market.contracts.attestation),
        ("deployment: take_rate_burn", &market.contracts.take_rate_burn),
        ("deployment: network_token", &market.contracts.network_token),
    ];
    let tokens = market
        .tokens
        .values()
        .map(|token| ("deployment: tokens", &token.address));
    for (field, text) in of_chain.into_iter().chain(tokens) {
        address::decode(&chain.prefix, text).map_err(|source| ConfigError::Address { field, source })?;
    }
    chain.gas_price.parse::<chain_client::GasPrice>()?;
    let http = gateway.public_url.starts_with("http://") || gateway.public_url.starts_with("https://");
    if !http || gateway.public_url.len() > 256 {
        return Err(ConfigError::Url {
            url: gateway.public_url.chars().take(300).collect(),
        });
    }
    let bounds = [
        ("chain.poll_ms", chain.poll_ms, 50, 60_000),
        ("gateway.max_object_mib", gateway.max_object_mib, 1, 65_536),
        ("gateway.max_lease_mib", gateway.max_lease_mib, 1, 1 << 24),
        (
            "gateway.requests_per_minute",
            gateway.requests_per_minute.into(),
            1,
            1_000_000,
        ),
        ("bidding.markup_bps", bidding.markup_bps.into(), 0, 1_000_000),
        ("bidding.queue_bps", bidding.queue_bps.into(), 0, 100_000),
        ("bidding.step_bps", bidding.step_bps.into(), 1, 10_000),
        (
            "bidding.work_bond_margin_bps",
            bidding.work_bond_margin_bps.into(),
            0,
            100_000,
        ),
        (
            "work.batch_units",
            work.batch_units.into(),
            1,
            market_types::attestation::MAX_BATCH.into(),
        ),
        ("work.batch_seconds", work.batch_seconds, 0, 86_400),
        ("work.attempts", work.attempts.into(), 1, 10),
        (
            "work.waiting_after_seconds",
            work.waiting_after_seconds,
            0,
            86_400,
        ),
        ("work.grace_seconds", work.grace_seconds, 0, 3_600),
        ("work.keep_days", work.keep_days, 1, 3_650),
        ("work.settle_seconds", work.settle_seconds, 0, 31_536_000),
    ];
    for (field, value, min, max) in bounds {
        within(field, value, min, max)?;
    }
    let mut seen = BTreeSet::new();
    for floor in &bidding.floors {
        let class = || floor.class.clone();
        DeviceClass(class()).check().map_err(|cause| ConfigError::Class {
            class: class(),
            cause: cause.to_string(),
        })?;
        let token = deployment::token(market, &floor.token).ok_or_else(|| ConfigError::Token {
            token: floor.token.clone(),
            known: market.tokens.keys().cloned().collect(),
        })?;
        if !seen.insert((class(), token)) {
            return Err(ConfigError::Twice {
                class: class(),
                token: floor.token.clone(),
            });
        }
        within(
            "bidding.floors.utilisation_bps",
            floor.utilisation_bps.into(),
            1,
            10_000,
        )?;
        if let Some(seconds) = floor.unit_seconds {
            within("bidding.floors.unit_seconds", seconds, 1, 604_800)?;
        }
    }
    Ok(())
}

fn within(field: &'static str, value: u64, min: u64, max: u64) -> Result<(), ConfigError> {
    match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(ConfigError::OutOfBounds {
            field,
            value,
            min,
            max,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chain_client::SigningKey;
    use market_types::control::Wiring;
    use market_types::deployment::TokenEntry;

    fn address() -> String {
        SigningKey::random().address("lease").unwrap()
    }

    fn market() -> Deployment {
        let [provider_registry, order_book, lease_escrow, attestation, take_rate_burn, network_token] =
            std::array::from_fn(|_| address());
        Deployment {
            chain_id: "test".into(),
            governor: address(),
            contracts: Wiring {
                provider_registry,
                order_book,
                lease_escrow,
                attestation,
                take_rate_burn,
                network_token,
            },
            tokens: [(
                "usdc".to_owned(),
                TokenEntry {
                    address: address(),
                    decimals: 6,
                },
            )]
            .into(),
            beacon: None,
        }
    }

    fn config() -> Config {
        let mut config: Config = toml::from_str(EXAMPLE).unwrap();
        config.provider.owner = address();
        config
    }

    #[test]
    fn the_example_is_a_valid_configuration() {
        check(&config(), &market()).unwrap();
    }

    #[test]
    fn paths_are_relative_to_the_file_that_holds_them() {
        let dir = tempfile::tempdir().unwrap();
        let text = EXAMPLE.replace("lease1owner", &address());
        fs::write(dir.path().join("agent.toml"), text).unwrap();
        fs::write(
            dir.path().join("leasebook.json"),
            serde_json::to_string(&market()).unwrap(),
        )
        .unwrap();
        let (config, _) = load(&dir.path().join("agent.toml")).unwrap();
        assert_eq!(config.provider.key, dir.path().join("agent.key"));
    }

    #[test]
    fn unknown_fields_and_absent_files_are_named() {
        let misspelt = EXAMPLE.replace("markup_bps", "mark_up_bps");
        assert!(toml::from_str::<Config>(&misspelt)
            .unwrap_err()
            .to_string()
            .contains("mark_up_bps"));
        let error = load(Path::new("/nowhere/agent.toml")).unwrap_err();
        assert!(error.to_string().starts_with("/nowhere/agent.toml: "), "{error}");
    }

    #[test]
    fn a_figure_out_of_bounds_is_refused_with_its_bounds() {
        let mut config = config();
        config.work.batch_units = 65;
        let error = check(&config, &market()).unwrap_err();
        assert_eq!(error.to_string(), "work.batch_units is 65; it lies in 1 to 64");
    }

    #[test]
    fn a_token_that_is_not_deployed_and_a_class_listed_twice_are_refused() {
        let mut other = config();
        other.bidding.floors[0].token = "doge".into();
        assert!(matches!(check(&other, &market()), Err(ConfigError::Token { .. })));
        let mut twice = config();
        twice.bidding.floors.push(twice.bidding.floors[0].clone());
        assert!(matches!(check(&twice, &market()), Err(ConfigError::Twice { .. })));
    }

    #[test]
    fn an_owner_of_another_chain_is_refused() {
        let mut config = config();
        config.provider.owner = SigningKey::random().address("cosmos").unwrap();
        assert!(matches!(
            check(&config, &market()),
            Err(ConfigError::Address {
                field: "provider.owner",
                ..
            })
        ));
    }
}
