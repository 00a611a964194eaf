//! `leasebook provider`: become one, put up bond, see how one stands.

use std::path::PathBuf;

use anyhow::{bail, Result};
use chain_client::SigningKey;
use clap::{Args, Subcommand};
use cosmwasm_std::{Binary, Uint128};
use market_types::registry::{
    agent_key_digest, AgentKey, AgentLimits, ExecuteMsg, Gateway, Hook, PriceFloor, ProfileUpdate, QueryMsg,
    Registration, ReputationResponse,
};
use market_types::resources::{Attribute, MachineGroup};
use market_types::{Page, Price, ProviderNo};
use serde_json::json;

use super::list::{more, Part};
use super::machine::{form, parse_attribute, parse_class, parse_machine};
use super::place::parse_digest;
use crate::amount::{format_time, parse_time, PriceTag};
use crate::context::{now, Acting, Global, Receipt};
use crate::failure::UsageError;
use crate::instant::{format_from, format_instant};
use crate::output::Table;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook --from provider provider register --agent-key ~/.leasebook/keys/agent.key \\
      --gateway http://127.0.0.1:7070 --machine software-vulkan:1:1:1024:4:8192 --attribute region=eu-west
  leasebook --from provider provider bond 5000
  leasebook --from provider provider limits --floor software-vulkan=0.01/unit --max-lease-bond 500
  leasebook provider status provider")]
pub enum Provider {
    /// Enter the market with machines and an agent key
    Register(Register),
    /// Change what was registered; what is not named stays
    Update(Update),
    /// Replace the agent's key
    RotateAgent {
        /// File with the new agent's key
        #[arg(long, value_name = "FILE")]
        agent_key: PathBuf,
    },
    /// Put up bond, in network tokens
    Bond {
        #[arg(allow_negative_numbers = true)]
        amount: String,
    },
    /// Begin to take bond back
    Unbond {
        #[arg(allow_negative_numbers = true)]
        amount: String,
    },
    /// Take out bond whose time has come
    WithdrawBond,
    /// The lowest prices and largest bonds the agent may commit to
    Limits {
        /// CLASS=PRICE/h or CLASS=PRICE/unit, repeated
        #[arg(long, value_name = "CLASS=PRICE")]
        floor: Vec<String>,
        #[arg(long, value_name = "AMOUNT")]
        max_lease_bond: Option<String>,
        #[arg(long, value_name = "AMOUNT")]
        max_work_bond: Option<String>,
    },
    /// Announce that the machines will be away
    Maintenance {
        /// From now until it begins, at least a day
        #[arg(long, value_name = "TIME")]
        starts_in: String,
        #[arg(long, value_name = "TIME")]
        lasts: String,
    },
    /// Leave the market
    Retire,
    /// Take out what penalties brought the sender
    Claim,
    /// One provider: bond, machines, what is committed, reputation
    Status {
        /// Owner's address, or the name of its key [default: --from]
        owner: Option<String>,
    },
    /// All providers
    List {
        #[command(flatten)]
        part: Part,
    },
}

#[derive(Args, Debug)]
pub struct Register {
    /// File with the agent's key
    #[arg(long, value_name = "FILE")]
    agent_key: PathBuf,
    /// Where the agent's gateway answers
    #[arg(long, value_name = "URL")]
    gateway: String,
    /// SHA-256 of the gateway's TLS certificate; an https:// gateway needs it
    #[arg(long, value_name = "HEX")]
    tls_fingerprint: Option<String>,
    /// Operator group, shared by all providers of one operator
    #[arg(long)]
    group: Option<String>,
    /// KEY=VALUE, repeated
    #[arg(long, value_name = "KEY=VALUE")]
    attribute: Vec<String>,
    /// CLASS:MACHINES:GPUS:VRAM_MIB:CPU:RAM_MIB, repeated; GPUs, vCPUs and memory are of one machine, which also has
    /// 100 GiB of disk of either kind and 64 ports
    #[arg(long, value_name = "SPEC", required = true)]
    machine: Vec<String>,
}

#[derive(Args, Debug)]
pub struct Update {
    #[arg(long, value_name = "URL")]
    gateway: Option<String>,
    #[arg(long, value_name = "HEX", requires = "gateway")]
    tls_fingerprint: Option<String>,
    #[arg(long)]
    group: Option<String>,
    /// KEY=VALUE, repeated; takes the place of all attributes there were
    #[arg(long, value_name = "KEY=VALUE")]
    attribute: Vec<String>,
    /// As for `register`, repeated; takes the place of all machines there were
    #[arg(long, value_name = "SPEC")]
    machine: Vec<String>,
}

impl Update {
    fn message(self) -> Result<ProfileUpdate> {
        let gateway = self
            .gateway
            .map(|url| gateway(url, self.tls_fingerprint.as_deref()));
        let update = ProfileUpdate {
            gateway: gateway.transpose()?,
            group: self.group,
            attributes: some_of(&self.attribute, parse_attribute)?,
            machines: some_of(&self.machine, parse_machine)?,
        };
        if update == ProfileUpdate::default() {
            return Err(UsageError::NoChange.into());
        }
        Ok(update)
    }
}

/// Each of `texts`, or `None` when there are none.
fn some_of<T>(texts: &[String], parse: fn(&str) -> Result<T>) -> Result<Option<Vec<T>>> {
    let parsed: Vec<T> = texts.iter().map(|text| parse(text)).collect::<Result<_>>()?;
    Ok((!parsed.is_empty()).then_some(parsed))
}

fn gateway(url: String, fingerprint: Option<&str>) -> Result<Gateway> {
    Ok(Gateway {
        url,
        tls_fingerprint: fingerprint.map(parse_digest).transpose()?,
    })
}

/// An agent's key with its agreement to serve `owner`.
///
/// # Errors
/// The key cannot sign.
pub fn agent_key(agent: &SigningKey, chain_id: &str, registry: &str, owner: &str) -> Result<AgentKey> {
    let proof = agent.sign_digest(&agent_key_digest(chain_id, registry, owner))?;
    Ok(AgentKey {
        pubkey: Binary::from(agent.public_key().as_bytes().as_slice()),
        proof: Binary::from(proof.as_ref()),
    })
}

/// What a provider says of itself when it enters.
pub struct Profile {
    pub gateway: Gateway,
    pub group: Option<String>,
    pub attributes: Vec<Attribute>,
    pub machines: Vec<MachineGroup>,
}

/// The registration of `owner`'s provider, with the agent's agreement.
///
/// # Errors
/// The agent's key does not sign.
pub fn registration(
    agent: &SigningKey,
    chain_id: &str,
    registry: &str,
    owner: &str,
    profile: Profile,
) -> Result<Registration> {
    let Profile {
        gateway,
        group,
        attributes,
        machines,
    } = profile;
    Ok(Registration {
        agent: agent_key(agent, chain_id, registry, owner)?,
        gateway,
        group,
        attributes,
        machines,
    })
}

pub async fn run(global: &Global, command: Provider) -> Result<()> {
    match command {
        Provider::Status { owner } => return status(global, owner).await,
        Provider::List { part } => return list(global, part).await,
        _ => {}
    }
    let acting = global.acting().await?;
    let registry = acting.market.deployment.contracts.provider_registry.clone();
    let (msg, done) = match command {
        Provider::Register(register) => {
            let agent = SigningKey::from_file(&register.agent_key)?;
            let msg = registration(
                &agent,
                acting.market.chain.chain_id(),
                &registry,
                acting.address(),
                Profile {
                    gateway: gateway(register.gateway, register.tls_fingerprint.as_deref())?,
                    group: register.group,
                    attributes: register
                        .attribute
                        .iter()
                        .map(|text| parse_attribute(text))
                        .collect::<Result<_>>()?,
                    machines: register
                        .machine
                        .iter()
                        .map(|text| parse_machine(text))
                        .collect::<Result<_>>()?,
                },
            )?;
            (
                ExecuteMsg::Register(msg),
                "registered; now put up bond: leasebook provider bond AMOUNT".into(),
            )
        }
        Provider::Update(update) => (ExecuteMsg::Update(update.message()?), "updated".into()),
        Provider::RotateAgent { agent_key: file } => {
            let agent = SigningKey::from_file(&file)?;
            let chain_id = acting.market.chain.chain_id();
            let agent = agent_key(&agent, chain_id, &registry, acting.address())?;
            (
                ExecuteMsg::RotateAgent { agent },
                "the agent's key is replaced".into(),
            )
        }
        Provider::Bond { amount } => return bond(&acting, &amount).await,
        Provider::Unbond { amount } => {
            let (_, scale) = acting.network()?;
            let amount = scale.parse(&amount)?;
            (
                ExecuteMsg::Unbond { amount },
                format!("unbonding {}", scale.format(amount)),
            )
        }
        Provider::WithdrawBond => (ExecuteMsg::WithdrawUnbonded {}, "withdrawn".into()),
        Provider::Limits {
            floor,
            max_lease_bond,
            max_work_bond,
        } => (
            ExecuteMsg::SetAgentLimits(limits(&acting, &floor, max_lease_bond, max_work_bond)?),
            "set".into(),
        ),
        Provider::Maintenance { starts_in, lasts } => {
            let from = acting.now().await?.plus(parse_time(&starts_in)?);
            let until = from.plus(parse_time(&lasts)?);
            (
                ExecuteMsg::AnnounceMaintenance { from, until },
                format!(
                    "announced from {} until {}",
                    format_instant(from),
                    format_instant(until)
                ),
            )
        }
        Provider::Retire => (ExecuteMsg::Retire {}, "retired".into()),
        Provider::Claim => (ExecuteMsg::Claim {}, "claimed".into()),
        Provider::Status { .. } | Provider::List { .. } => bail!("not an action"),
    };
    let outcome = acting.execute(&registry, &msg).await?;
    global.output().show(&Receipt::from(&outcome), |_| done)
}

async fn bond(acting: &Acting, amount: &str) -> Result<()> {
    let (token, scale) = acting.network()?;
    let amount = scale.parse(amount)?;
    let registry = &acting.market.deployment.contracts.provider_registry;
    let outcome = acting
        .send(&token.address, registry, amount, &Hook::Bond { provider: None })
        .await?;
    acting
        .global
        .output()
        .show(&Receipt::from(&outcome).with(amount), |_| {
            format!("bonded {}", scale.format(amount))
        })
}

fn limits(
    acting: &Acting,
    floors: &[String],
    max_lease_bond: Option<String>,
    max_work_bond: Option<String>,
) -> Result<AgentLimits> {
    let (token, scale) = acting.payment()?;
    let (_, network) = acting.network()?;
    let mut merged: Vec<PriceFloor> = vec![];
    for text in floors {
        let (class, price) = text
            .split_once('=')
            .ok_or_else(|| form(text, "CLASS=PRICE/h or CLASS=PRICE/unit"))?;
        let price = scale.parse_price(price)?;
        let class = parse_class(class)?;
        let known = merged.iter().position(|floor| floor.class == class);
        let index = known.unwrap_or_else(|| {
            merged.push(PriceFloor {
                class,
                token: token.address.clone(),
                per_gpu_hour: Price::default(),
                per_unit: Price::default(),
            });
            merged.len() - 1
        });
        match price {
            PriceTag::PerHour(price) => merged[index].per_gpu_hour = price,
            PriceTag::PerUnit(price) => merged[index].per_unit = price,
        }
    }
    let amount = |text: Option<String>| text.map(|text| network.parse(&text)).transpose();
    Ok(AgentLimits {
        floors: merged,
        max_lease_bond: amount(max_lease_bond)?,
        max_work_bond: amount(max_work_bond)?,
    })
}

async fn status(global: &Global, owner: Option<String>) -> Result<()> {
    let market = global.market().await?;
    let owner = global.address(&market.chain, owner.as_deref())?;
    let provider = market.provider(&owner).await?;
    let reputation: ReputationResponse = market
        .registry(&QueryMsg::Reputation { owner: owner.clone() })
        .await?;
    let capacity: Vec<market_types::registry::CapacityResponse> = market
        .registry(&QueryMsg::Capacity { owner: owner.clone() })
        .await?;
    let claimable: Uint128 = market.registry(&QueryMsg::Claimable { address: owner }).await?;
    let scale = global.scale(market.token(&market.deployment.contracts.network_token)?);
    let now = now(&market).await?;
    let data = json!({
        "provider": provider, "reputation": reputation, "capacity": capacity, "claimable": claimable,
    });
    global.output().show(&data, |_| {
        let mut text = format!(
            "provider {}  {}\nagent       {}\ngateway     {}\ngroup       {}\nbonded      {} ({} locked)\n",
            provider.no,
            provider.owner,
            provider.agent,
            provider.gateway.url,
            provider.group,
            scale.format(provider.bond.bonded),
            scale.format(provider.bond.locked),
        );
        for unbonding in &provider.bond.unbonding {
            let ready = format_from(unbonding.ready_at, now);
            text += &format!("unbonding   {} ready {ready}\n", scale.format(unbonding.amount));
        }
        text += &format!(
            "reputation  {}.{:02} %  (leases ended by provider {}, tenant {}, network {}; outages {} of {} in all; no-shows {})\n",
            reputation.score.0 / 100,
            reputation.score.0 % 100,
            reputation.leases_ended_by_provider,
            reputation.leases_ended_by_tenant,
            reputation.leases_ended_by_network,
            reputation.outages,
            format_time(market_types::Seconds(reputation.outage_seconds)),
            reputation.no_shows,
        );
        if let Some((from, until)) = provider.maintenance {
            text += &format!("away        from {} until {}\n", format_from(from, now), format_instant(until));
        }
        if provider.retired {
            text += "retired\n";
        }
        if !claimable.is_zero() {
            text += &format!("claimable   {}\n", scale.format(claimable));
        }
        for attribute in &provider.attributes {
            text += &format!("attribute   {} = {}\n", attribute.key, attribute.value);
        }
        let mut table = Table::new(["class", ">GPUs", ">committed"]);
        for group in &capacity {
            table.row([
                group.class.to_string(),
                group.registered.gpus.to_string(),
                group.committed.gpus.to_string(),
            ]);
        }
        text + &table.render()
    })
}

async fn list(global: &Global, part: Part) -> Result<()> {
    let market = global.market().await?;
    let query = QueryMsg::Providers {
        paging: part.paging(|after| ProviderNo(u32::try_from(after).unwrap_or(u32::MAX))),
    };
    let page: Page<market_types::registry::ProviderResponse, ProviderNo> = market.registry(&query).await?;
    let scale = global.scale(market.token(&market.deployment.contracts.network_token)?);
    global.output().show(&page, |page| {
        let mut table = Table::new([">no", "owner", "classes", ">GPUs", ">bonded", "gateway"]);
        for provider in &page.items {
            let gpus: u64 = provider
                .machines
                .iter()
                .map(|m| u64::from(m.count) * u64::from(m.each.gpus))
                .sum();
            table.row([
                provider.no.to_string(),
                provider.owner.to_string(),
                provider
                    .machines
                    .iter()
                    .map(|m| m.class.to_string())
                    .collect::<Vec<_>>()
                    .join(" "),
                gpus.to_string(),
                scale.format(provider.bond.bonded),
                provider.gateway.url.clone(),
            ]);
        }
        if table.is_empty() {
            "no providers".into()
        } else {
            table.render() + &more(page.next_start_after.as_ref())
        }
    })
}
