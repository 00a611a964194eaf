//! `leasebook provider`: become one, put up bond, see how one stands.

use std::path::PathBuf;

use anyhow::{bail, Context as _, Result};
use chain_client::SigningKey;
use clap::{Args, Subcommand};
use cosmwasm_std::{Binary, Uint128};
use market_types::order::Requirements;
use market_types::registry::{
    agent_key_digest, AgentKey, AgentLimits, ExecuteMsg, Gateway, Hook, PriceFloor, QueryMsg, Registration,
    ReputationResponse,
};
use market_types::resources::{Attribute, DeviceClass, MachineGroup, Resources};
use market_types::{Page, Price};
use serde_json::json;

use crate::amount::{format_time, parse_time, PriceTag};
use crate::context::{Acting, Global, Receipt};
use crate::output::Table;

#[derive(Subcommand, Debug)]
pub enum Provider {
    /// Enter the market with machines and an agent key
    Register(Register),
    /// Put up bond, in network tokens
    Bond { amount: String },
    /// Begin to take bond back
    Unbond { amount: String },
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
        /// Owner's address [default: the address of --from]
        owner: Option<String>,
    },
    /// All providers
    List,
}

#[derive(Args, Debug)]
pub struct Register {
    /// File with the agent's key
    #[arg(long, value_name = "FILE")]
    agent_key: PathBuf,
    /// Where the agent's gateway answers
    #[arg(long, value_name = "URL")]
    gateway: String,
    /// Operator group, shared by all providers of one operator
    #[arg(long)]
    group: Option<String>,
    /// KEY=VALUE, repeated
    #[arg(long, value_name = "KEY=VALUE")]
    attribute: Vec<String>,
    /// CLASS:MACHINES:GPUS:VRAM_MIB:CPU:RAM_MIB, repeated; GPUs, vCPUs and memory are of one machine
    #[arg(long, value_name = "SPEC", required = true)]
    machine: Vec<String>,
}

/// The registration of `owner`'s provider, with the agent's agreement.
pub fn registration(
    agent: &SigningKey,
    chain_id: &str,
    registry: &str,
    owner: &str,
    gateway: Gateway,
    group: Option<String>,
    attributes: Vec<Attribute>,
    machines: Vec<MachineGroup>,
) -> Result<Registration> {
    let proof = agent.sign_digest(&agent_key_digest(chain_id, registry, owner))?;
    Ok(Registration {
        agent: AgentKey {
            pubkey: Binary::from(agent.public_key().as_bytes().as_slice()),
            proof: Binary::from(proof.as_ref()),
        },
        gateway,
        group,
        attributes,
        machines,
    })
}

pub async fn run(global: &Global, command: Provider) -> Result<()> {
    match command {
        Provider::Status { owner } => return status(global, owner).await,
        Provider::List => return list(global).await,
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
                Gateway {
                    url: register.gateway,
                    tls_fingerprint: None,
                },
                register.group,
                register
                    .attribute
                    .iter()
                    .map(|text| parse_attribute(text))
                    .collect::<Result<_>>()?,
                register
                    .machine
                    .iter()
                    .map(|text| parse_machine(text))
                    .collect::<Result<_>>()?,
            )?;
            (
                ExecuteMsg::Register(msg),
                "registered; now put up bond: leasebook provider bond AMOUNT".into(),
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
            let now = acting.market.chain.status().await?.time.seconds();
            let from = market_types::UnixTime(now).plus(parse_time(&starts_in)?);
            let until = from.plus(parse_time(&lasts)?);
            (
                ExecuteMsg::AnnounceMaintenance { from, until },
                format!("announced from {from} until {until}"),
            )
        }
        Provider::Retire => (ExecuteMsg::Retire {}, "retired".into()),
        Provider::Claim => (ExecuteMsg::Claim {}, "claimed".into()),
        Provider::Status { .. } | Provider::List => bail!("not an action"),
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
    acting.global.output().show(&Receipt::from(&outcome), |_| {
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
            .with_context(|| format!("{text:?} is not CLASS=PRICE/h or CLASS=PRICE/unit"))?;
        let price = scale.parse_price(price)?;
        let class = DeviceClass(class.into());
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
    let owner = match owner {
        Some(owner) => owner,
        None => global
            .keyring()?
            .load(&global.from)?
            .address(market.chain.prefix())?,
    };
    let provider = market.provider(&owner).await?;
    let reputation: ReputationResponse = market
        .registry(&QueryMsg::Reputation { owner: owner.clone() })
        .await?;
    let capacity: Vec<market_types::registry::CapacityResponse> = market
        .registry(&QueryMsg::Capacity { owner: owner.clone() })
        .await?;
    let claimable: Uint128 = market.registry(&QueryMsg::Claimable { address: owner }).await?;
    let scale = global.scale(market.token(&market.deployment.contracts.network_token)?);
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
            text += &format!("unbonding   {} at {}\n", scale.format(unbonding.amount), unbonding.ready_at);
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

async fn list(global: &Global) -> Result<()> {
    let market = global.market().await?;
    let query = QueryMsg::Providers {
        paging: market_types::Paging {
            start_after: None,
            limit: Some(100),
        },
    };
    let page: Page<market_types::registry::ProviderResponse, market_types::ProviderNo> =
        market.registry(&query).await?;
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
        table.render()
    })
}

pub fn parse_attribute(text: &str) -> Result<Attribute> {
    let (key, value) = text
        .split_once('=')
        .with_context(|| format!("{text:?} is not KEY=VALUE"))?;
    let attribute = Attribute {
        key: key.into(),
        value: value.into(),
    };
    attribute.check()?;
    Ok(attribute)
}

/// `CLASS:MACHINES:GPUS:VRAM_MIB:CPU:RAM_MIB`
pub fn parse_machine(text: &str) -> Result<MachineGroup> {
    let parts: Vec<&str> = text.split(':').collect();
    let [class, count, gpus, vram, cpu, ram] = parts.as_slice() else {
        bail!("{text:?} is not CLASS:MACHINES:GPUS:VRAM_MIB:CPU:RAM_MIB, such as nvidia-h100-80gb:5:8:81920:96:1048576");
    };
    let number = |what: &str, text: &str| -> Result<u32> {
        text.parse()
            .with_context(|| format!("{what} {text:?} is not a whole number"))
    };
    let small = |what: &str, text: &str| -> Result<u16> {
        text.parse()
            .with_context(|| format!("{what} {text:?} is not a whole number up to 65535"))
    };
    let class = DeviceClass((*class).into());
    class.check()?;
    Ok(MachineGroup {
        class,
        count: small("machines", count)?,
        each: Resources {
            gpus: small("GPUs", gpus)?,
            vram_mib: number("VRAM", vram)?,
            cpu_milli: number("vCPUs", cpu)?
                .checked_mul(1_000)
                .context("too many vCPUs")?,
            ram_mib: number("RAM", ram)?,
            ephemeral_mib: 102_400,
            persistent_mib: 102_400,
            ports: 64,
        },
    })
}

/// Requirements that nothing restricts but class and GPUs.
pub fn plain_needs(classes: Vec<DeviceClass>, gpus: u16) -> Requirements<String> {
    Requirements {
        resources: Resources {
            gpus,
            vram_mib: 0,
            cpu_milli: 0,
            ram_mib: 0,
            ephemeral_mib: 0,
            persistent_mib: 0,
            ports: 0,
        },
        classes,
        attributes: vec![],
        signatures: None,
        allow: vec![],
        deny: vec![],
        min_reputation: market_types::BasisPoints(0),
    }
}
