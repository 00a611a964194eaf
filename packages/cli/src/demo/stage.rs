//! Before the story: a chain, a market, four providers with their agents, a tenant.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{bail, Context as _, Result};
use chain_client::{Coin, Keyring, Msg, Signer, TxOptions};
use cosmwasm_std::Uint128;
use market_client::{Market, Parameters, Tokens};
use market_types::attestation::AuditTimes;
use market_types::audit::AuditClass;
use market_types::defaults::TOKEN;
use market_types::escrow::PaymentToken;
use market_types::order::ComparisonClass;
use market_types::registry::{ExecuteMsg, Gateway, Hook};
use market_types::resources::{Attribute, DeviceClass, MachineGroup, Resources};
use market_types::Seconds;

use super::ground::{Ground, Pace, Standing};
use super::process::{free_port, sibling, Process};
use crate::commands::provider::{registration, Profile};
use crate::context::{Acting, Global};
use crate::local::{found, key};

/// A provider of the story.
pub struct Character {
    pub name: &'static str,
    pub region: &'static str,
    pub class: &'static str,
    /// What an hour of one of its GPUs costs it, in base units of the stablecoin.
    pub hourly_cost: u64,
}

/// Who bids for what the tenant orders.
pub const BIDDERS: usize = 4;

/// The class of the provider that cheats, of the one that falls silent, and of the two that only check others.
pub const CHEAT_CLASS: &str = "nvidia-rtx4090-24gb";
pub const SILENT_CLASS: &str = "nvidia-rtx3090-24gb";
pub const CHECKER_CLASS: &str = "amd-mi300x-192gb";

pub const CHARACTERS: [Character; 8] = [
    Character {
        name: "aurora",
        region: "eu-north",
        class: "nvidia-h100-80gb",
        hourly_cost: 1_900_000,
    },
    Character {
        name: "basalt",
        region: "is-south",
        class: "nvidia-a100-80gb",
        hourly_cost: 1_300_000,
    },
    Character {
        name: "cirrus",
        region: "us-east",
        class: "nvidia-l40s-48gb",
        hourly_cost: 1_500_000,
    },
    Character {
        name: "dune",
        region: "me-central",
        class: "software-vulkan",
        hourly_cost: 1_100_000,
    },
    Character {
        name: "ember",
        region: "us-west",
        class: CHEAT_CLASS,
        hourly_cost: 400_000,
    },
    Character {
        name: "fjord",
        region: "no-west",
        class: SILENT_CLASS,
        hourly_cost: 300_000,
    },
    Character {
        name: "gale",
        region: "uk-south",
        class: CHECKER_CLASS,
        hourly_cost: 1_700_000,
    },
    Character {
        name: "harbor",
        region: "nl-north",
        class: CHECKER_CLASS,
        hourly_cost: 1_800_000,
    },
];

/// Fee coins everybody of the story starts with.
const COINS: u128 = 1_000 * TOKEN;
/// Audits each provider takes part in at a time.
const AUDIT_PLACES: u32 = 16;
/// Bond each provider puts up.
const BOND: Uint128 = Uint128::new(20_000 * TOKEN);

pub struct Provider {
    pub character: &'static Character,
    pub owner: Acting,
    /// Address of its agent.
    pub agent: String,
    pub gateway: String,
    config: PathBuf,
    log: PathBuf,
    pub process: Option<Process>,
}

impl Provider {
    /// # Errors
    /// The agent cannot be started.
    pub fn start(&mut self) -> Result<()> {
        let args = ["run".into(), "--config".into(), self.config.display().to_string()];
        self.process = Some(Process::start(
            self.character.name,
            &sibling("leasebook-agent")?,
            &args,
            &self.log,
        )?);
        Ok(())
    }
}

pub struct Stage {
    // Dropped in this order: agents first, then the chain.
    pub providers: Vec<Provider>,
    pub own: Option<Process>,
    own_beacon: Option<Process>,
    pub market: Market,
    pub pace: Pace,
    pub tenant: Acting,
    /// Price keeper, guardian, buyer of fees, and the anybody who turns cranks.
    pub keeper: Acting,
    pub voters: Vec<Signer>,
}

/// The documented parameters with times that fit into minutes, and the network token as a second payment token.
fn adjust(parameters: &mut Parameters, tokens: &Tokens) {
    parameters.order_book.extension = Seconds(2);
    let attestation = &mut parameters.attestation;
    for class in &mut attestation.classes {
        class.vesting = Seconds(2);
        if class.class == ComparisonClass::Exact {
            // Long enough for verdicts to find the money still held, and so often that a story of a dozen frames sees it.
            class.vesting = Seconds(60);
            class.audit_floor_ppm = 250_000;
        }
    }
    if let Some(beacon) = &mut attestation.beacon {
        beacon.every = 1;
        beacon.margin = Seconds(1);
    }
    attestation.times = AuditTimes {
        open: Seconds(30),
        commit: Seconds(60),
        commit_max: Seconds(120),
        reveal: Seconds(30),
        appeal: Seconds(10),
        min_blocks: 2,
        ..AuditTimes::default()
    };
    let escrow = &mut parameters.escrow;
    escrow.min_silent_blocks = 5;
    escrow.tokens.push(PaymentToken {
        token: tokens.network.clone(),
        listed: true,
        min_order: Uint128::new(TOKEN / 100),
    });
    parameters.take_rate.rate_delay = Seconds(0);
    for auction in &mut parameters.take_rate.auctions {
        auction.min_lot = Uint128::new(TOKEN / 1_000);
    }
}

impl Stage {
    /// # Errors
    /// Something of it could not be set up.
    pub async fn set(global: &Global, standing: &Standing, dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        let global = Global {
            home: Some(dir.into()),
            market: Some(dir.join("market.json")),
            token: "usdc".into(),
            raw: false,
            ..global.clone()
        };
        let keyring = global.keyring()?;
        let ground = Ground::find(&global, standing, dir, &keyring).await?;
        let chain = ground.chain.clone();
        let global = Global {
            node: vec![chain.url().into()],
            ..global
        };
        let (accounts, holders) = participants(&keyring, chain.prefix())?;
        fund(&ground.funder, &accounts).await?;
        let keeper = Signer::new(chain.clone(), keyring.load("keeper")?)?;
        let codes = ground.codes(&keeper, dir).await?;
        let times = ground.pace.adjust();
        let beacon = ground.beacon.clone();
        let market = found(&keeper, codes, &holders, beacon, move |parameters, tokens| {
            adjust(parameters, tokens);
            times(parameters);
        })
        .await?;
        market_client::save(&global.market_file()?, &market.deployment)?;
        let acting = |name: &str| -> Result<Acting> {
            let signer = Signer::new(chain.clone(), keyring.load(name)?)?;
            Ok(Acting {
                market: market.clone(),
                signer,
                global: Global {
                    from: name.into(),
                    ..global.clone()
                },
            })
        };

        let mut providers = vec![];
        for character in &CHARACTERS {
            providers.push(enter(dir, &keyring, acting(character.name)?, character).await?);
        }
        Ok(Self {
            providers,
            own: ground.own,
            own_beacon: ground.own_beacon,
            pace: ground.pace,
            tenant: acting("tenant")?,
            keeper: Acting {
                market: market.clone(),
                signer: keeper,
                global: Global {
                    from: "keeper".into(),
                    ..global.clone()
                },
            },
            voters: ground.voters,
            market,
        })
    }

    /// Start every agent and wait until each gateway answers.
    ///
    /// # Errors
    /// An agent ended, or did not answer within 30 s.
    pub async fn start_agents(&mut self) -> Result<()> {
        for provider in &mut self.providers {
            provider.start()?;
        }
        for provider in &mut self.providers {
            wait_ready(provider).await?;
        }
        Ok(())
    }

    pub fn provider(&mut self, owner: &str) -> Option<&mut Provider> {
        self.providers
            .iter_mut()
            .find(|provider| provider.owner.address() == owner)
    }

    /// The name of whoever has this address.
    pub fn name(&self, address: &str) -> String {
        let provider = self
            .providers
            .iter()
            .find(|provider| provider.owner.address() == address);
        match provider {
            Some(provider) => provider.character.name.into(),
            None if address == self.tenant.address() => "the tenant".into(),
            None if address == self.keeper.address() => "the keeper".into(),
            None => address.into(),
        }
    }

    /// # Errors
    /// A process of the stage has ended.
    pub fn ensure_alive(&mut self) -> Result<()> {
        for process in [&mut self.own, &mut self.own_beacon].into_iter().flatten() {
            process.ensure_alive()?;
        }
        for provider in &mut self.providers {
            if let Some(process) = &mut provider.process {
                process.ensure_alive()?;
            }
        }
        Ok(())
    }
}

/// # Errors
/// The agent ended, or its gateway did not answer within 30 s.
pub async fn wait_ready(provider: &mut Provider) -> Result<()> {
    let url = format!("{}/ready", provider.gateway);
    let http = reqwest::Client::new();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(process) = &mut provider.process {
            process.ensure_alive()?;
        }
        if http
            .get(&url)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!(
                "the gateway of {} does not answer at {url} within 30 s",
                provider.character.name
            );
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Everybody's first fee coins, in one transaction.
async fn fund(funder: &Signer, accounts: &[String]) -> Result<()> {
    let denom = &funder.chain().options().gas_price.denom;
    let sends: Vec<Msg> = accounts
        .iter()
        .map(|account| Msg::Send {
            to: account.clone(),
            amount: vec![Coin::new(COINS, denom.clone())],
        })
        .collect();
    funder
        .submit(&sends, &TxOptions::default())
        .await
        .context("nobody pays for the story")?;
    Ok(())
}

/// All accounts, and those that hold tokens.
fn participants(keyring: &Keyring, prefix: &str) -> Result<(Vec<String>, Vec<String>)> {
    let address = |name: &str| -> Result<String> { Ok(key(keyring, name)?.address(prefix)?) };
    let mut holders = vec![address("tenant")?, address("keeper")?];
    let mut accounts = vec![];
    for character in &CHARACTERS {
        holders.push(address(character.name)?);
        accounts.push(address(&agent_key(character))?);
    }
    accounts.extend(holders.iter().cloned());
    Ok((accounts, holders))
}

fn agent_key(character: &Character) -> String {
    format!("{}-agent", character.name)
}

/// Register a provider, put up its bond, and write its agent's configuration.
async fn enter(
    dir: &Path,
    keyring: &Keyring,
    owner: Acting,
    character: &'static Character,
) -> Result<Provider> {
    let agent = keyring.load(&agent_key(character))?;
    let port = free_port()?;
    let gateway = format!("http://127.0.0.1:{port}");
    let contracts = owner.market.deployment.contracts.clone();
    let profile = Profile {
        gateway: Gateway {
            url: gateway.clone(),
            tls_fingerprint: None,
        },
        group: None,
        attributes: vec![Attribute {
            key: "region".into(),
            value: character.region.into(),
        }],
        machines: vec![MachineGroup {
            class: DeviceClass(character.class.into()),
            count: 1,
            each: Resources {
                gpus: 4,
                vram_mib: 48 * 1_024,
                cpu_milli: 32_000,
                ram_mib: 256 * 1_024,
                ephemeral_mib: 1_024 * 1_024,
                persistent_mib: 1_024 * 1_024,
                ports: 16,
            },
        }],
    };
    let chain_id = owner.market.chain.chain_id();
    let register = registration(
        &agent,
        chain_id,
        &contracts.provider_registry,
        owner.address(),
        profile,
    )?;
    let bond = Market::send_with_hook(&contracts.provider_registry, BOND, &Hook::Bond { provider: None })?;
    let offer = ExecuteMsg::OfferAudits {
        class: AuditClass(AuditClass::EXACT.into()),
        places: AUDIT_PLACES,
    };
    owner
        .submit(&[
            Msg::execute(&contracts.provider_registry, &ExecuteMsg::Register(register), &[])?,
            Msg::execute(&contracts.network_token, &bond, &[])?,
            Msg::execute(&contracts.provider_registry, &offer, &[])?,
        ])
        .await?;

    let config = dir.join(format!("{}.toml", character.name));
    std::fs::write(&config, agent_config(dir, keyring, &owner, character, port)?)?;
    let log = dir.join(format!("{}.log", character.name));
    Ok(Provider {
        agent: agent.address(owner.market.chain.prefix())?,
        character,
        owner,
        gateway,
        config,
        log,
        process: None,
    })
}

fn agent_config(
    dir: &Path,
    keyring: &Keyring,
    owner: &Acting,
    character: &Character,
    port: u16,
) -> Result<String> {
    Ok(format!(
        r#"[chain]
rpc = ["{rpc}"]
contracts = "market.json"
poll_ms = 200

[provider]
owner = "{owner}"
key = "{key}"
data = "{data}"

[gateway]
listen = "127.0.0.1:{port}"
public_url = "http://127.0.0.1:{port}"

[bidding]
markup_bps = 6000
step_bps = 600

[[bidding.floors]]
class = "{class}"
token = "usdc"
watts = 400
kwh_price = 100000
depreciation_per_hour = {cost}
unit_seconds = 40

[[bidding.floors]]
class = "{class}"
token = "lease"
watts = 400
kwh_price = 100000
depreciation_per_hour = {cost}
unit_seconds = 40

[work]
batch_units = 8
batch_seconds = 5
settle_seconds = 0

[executors]
kernel_worker = "{worker}"
unmeasured_classes = ["{class}"]
"#,
        rpc = owner.market.chain.url(),
        owner = owner.address(),
        key = keyring.path(&agent_key(character))?.display(),
        data = dir.join(format!("{}.data", character.name)).display(),
        class = character.class,
        cost = character.hourly_cost,
        worker = kernel_of(dir, character)?.display(),
    ))
}

/// The program that an agent runs kernels with: for the one that cheats, a script before the real one.
fn kernel_of(dir: &Path, character: &Character) -> Result<PathBuf> {
    let real = sibling("leasebook-kernel")?;
    if character.class != CHEAT_CLASS {
        return Ok(real);
    }
    let script = dir.join("cheap-kernel");
    let text = CHEAP_KERNEL.replace("REAL", &real.display().to_string());
    std::fs::write(&script, text)?;
    let mut mode = std::fs::metadata(&script)?.permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o700);
    std::fs::set_permissions(&script, mode)?;
    Ok(script)
}

/// Computes one frame in four and shows it four times: the kernel is changed before it runs, and its digest in the request.
const CHEAP_KERNEL: &str = r#"#!/bin/sh
if [ "$1" = run ]; then
  request="$2/request.json" cheap="$2/cheap.wgsl"
  kernel=$(grep -o '"kernel":"[^"]*"' "$request" | cut -d'"' -f4)
  sed 's/job\.unit\b/(job.unit \/ 4u * 4u)/g' "$kernel" > "$cheap"
  digest() { sha256sum "$1" | cut -c1-64; }
  size() { wc -c < "$1" | tr -d ' '; }
  sed -i -e "s#$kernel#$cheap#" -e "s/$(digest "$kernel")/$(digest "$cheap")/" \
    -e "s/\"size\":$(size "$kernel")/\"size\":$(size "$cheap")/" "$request"
fi
exec "REAL" "$@"
"#;
