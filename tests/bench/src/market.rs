//! A market of one measurement: where it stands, and its messages.

use anyhow::{Context, Result};
use chain_client::{Msg, Signer};
use cosmwasm_std::{to_json_binary, Uint128};
use cw20::Cw20ExecuteMsg;
use market_client::{NewMarket, NewToken, Parameters};
use market_types::control::Wiring;
use market_types::order::OrderSpec;
use market_types::registry::{Gateway, Hook as BondHook, Registration};
use market_types::{attestation, defaults, escrow, order_book, registry, take_rate};
use market_types::{LeaseId, OrderId, Price, Seconds};
use serde::Serialize;

use crate::orders;
use crate::people::Provider;
use crate::stage::{submit_all, Stage};

pub const TOKEN: u128 = defaults::TOKEN;
/// What everybody begins with, of each token.
const WEALTH: u128 = 1_000_000_000 * TOKEN;
/// From the posting of a batch to its release.
pub const VESTING: u64 = 15;
/// A longer gap between heartbeats is not credited.
pub const HEARTBEAT_WINDOW: u64 = 30;
/// A longer silence may be ended by anyone.
pub const GRACE: u64 = 31;

pub struct Market {
    pub at: Wiring<String>,
    pub usdc: String,
    pub founder: Signer,
}

impl Market {
    /// Founded and governed by one account, with the documented parameters except for times nobody wants to wait for.
    pub async fn found(stage: &Stage, holders: &[&Signer]) -> Result<Self> {
        let founder = &stage.founder;
        let balances: Vec<_> = std::iter::once(founder)
            .chain(holders.iter().copied())
            .map(|holder| (holder.address().to_owned(), Uint128::new(WEALTH)))
            .collect();
        let token = |name: &str, symbol: &str| NewToken {
            name: name.into(),
            symbol: symbol.into(),
            balances: balances.clone(),
            minter: None,
        };
        let keeper = founder.address().to_owned();
        let new = NewMarket {
            codes: stage.codes,
            governor: keeper.clone(),
            guardian: Some(keeper.clone()),
            network_token: token("Leasebook", "LEASE"),
            payment_token: token("USD Coin", "USDC"),
            parameters: Box::new(move |tokens| {
                let mut parameters = Parameters::documented(tokens, &keeper);
                parameters.registry.attribute_auditors = vec![keeper.clone()];
                parameters.order_book.extension = Seconds(0);
                parameters.escrow.heartbeat_window = Seconds(HEARTBEAT_WINDOW);
                parameters.escrow.heartbeat_interval = Seconds(10);
                parameters.escrow.grace = Seconds(GRACE);
                parameters.escrow.min_silent_blocks = 3;
                for class in &mut parameters.attestation.classes {
                    class.vesting = Seconds(VESTING);
                }
                for auction in &mut parameters.take_rate.auctions {
                    auction.min_lot = Uint128::new(TOKEN / 100);
                }
                parameters
            }),
        };
        let deployment = market_client::deploy(founder, &new).await?;
        let usdc = deployment
            .tokens
            .get("usdc")
            .context("the market has no stablecoin")?;
        Ok(Self {
            usdc: usdc.address.clone(),
            at: deployment.contracts,
            founder: founder.clone(),
        })
    }

    pub fn registry(&self, msg: &registry::ExecuteMsg) -> Result<Msg> {
        Ok(Msg::execute(&self.at.provider_registry, msg, &[])?)
    }

    pub fn book(&self, msg: &order_book::ExecuteMsg) -> Result<Msg> {
        Ok(Msg::execute(&self.at.order_book, msg, &[])?)
    }

    pub fn escrow(&self, msg: &escrow::ExecuteMsg) -> Result<Msg> {
        Ok(Msg::execute(&self.at.lease_escrow, msg, &[])?)
    }

    pub fn attestation(&self, msg: &attestation::ExecuteMsg) -> Result<Msg> {
        Ok(Msg::execute(&self.at.attestation, msg, &[])?)
    }

    pub fn take_rate(&self, msg: &take_rate::ExecuteMsg) -> Result<Msg> {
        Ok(Msg::execute(&self.at.take_rate_burn, msg, &[])?)
    }

    pub fn transfer(&self, token: &str, to: &str, amount: u128) -> Result<Msg> {
        let msg = Cw20ExecuteMsg::Transfer {
            recipient: to.into(),
            amount: Uint128::new(amount),
        };
        Ok(Msg::execute(token, &msg, &[])?)
    }

    /// A cw20 `Send` with a hook.
    pub fn send(&self, token: &str, to: &str, amount: Uint128, hook: &impl Serialize) -> Result<Msg> {
        let msg = Cw20ExecuteMsg::Send {
            contract: to.into(),
            amount,
            msg: to_json_binary(hook)?,
        };
        Ok(Msg::execute(token, &msg, &[])?)
    }

    /// Stablecoins to the escrow.
    pub fn pay(&self, amount: Uint128, hook: &escrow::Hook) -> Result<Msg> {
        self.send(&self.usdc, &self.at.lease_escrow, amount, hook)
    }

    /// Order from the wallet, for exactly what it costs.
    pub fn place(&self, spec: &OrderSpec<String>) -> Result<Msg> {
        self.pay(
            orders::reserved(spec),
            &escrow::Hook::PlaceOrder(Box::new(spec.clone())),
        )
    }

    pub fn bid(&self, order: OrderId, price: u128, work_bond: u128) -> Result<Msg> {
        self.book(&order_book::ExecuteMsg::Bid {
            order,
            price: Price::new(price),
            work_bond: Uint128::new(work_bond),
        })
    }

    pub fn award(&self, order: OrderId) -> Result<Msg> {
        self.book(&order_book::ExecuteMsg::Award { order })
    }

    pub fn ready(&self, lease: LeaseId) -> Result<Msg> {
        self.escrow(&escrow::ExecuteMsg::Ready { lease })
    }

    pub fn accept(&self, lease: LeaseId) -> Result<Msg> {
        self.escrow(&escrow::ExecuteMsg::Accept { lease })
    }

    pub fn heartbeat(&self, leases: &[LeaseId]) -> Result<Msg> {
        let leases = leases.to_vec();
        self.escrow(&escrow::ExecuteMsg::Heartbeat { leases })
    }

    pub fn settle(&self, lease: LeaseId) -> Result<Msg> {
        self.escrow(&escrow::ExecuteMsg::Settle { lease })
    }

    pub fn close(&self, lease: LeaseId) -> Result<Msg> {
        self.escrow(&escrow::ExecuteMsg::Close { lease })
    }

    pub fn register(&self, provider: &Provider, machines: u16) -> Result<Msg> {
        self.registry(&registry::ExecuteMsg::Register(Registration {
            agent: provider.agent_key(&self.at.provider_registry)?,
            gateway: Gateway {
                url: "http://gateway.example.org:8080".into(),
                tls_fingerprint: None,
            },
            group: None,
            attributes: orders::attributes(),
            machines: vec![orders::machines(machines)],
        }))
    }

    /// Bond for any provider, from the sender.
    pub fn bond(&self, provider: &Provider, amount: u128) -> Result<Msg> {
        let hook = BondHook::Bond {
            provider: Some(provider.owner.address().into()),
        };
        let (token, registry) = (&self.at.network_token, &self.at.provider_registry);
        self.send(token, registry, Uint128::new(amount), &hook)
    }

    /// Messages of one sender, as many in a transaction as fit well.
    pub async fn bulk(&self, signer: &Signer, messages: Vec<Msg>) -> Result<()> {
        for some in messages.chunks(25) {
            submit_all(signer, some.to_vec()).await?;
        }
        Ok(())
    }
}

/// The only member of an order.
pub fn lease(order: OrderId) -> Result<LeaseId> {
    LeaseId::new(order, 0).context("the lease number fits")
}
