//! Setting up a market: tokens, five contracts, one wiring.

use std::collections::BTreeMap;

use chain_client::{Msg, Signer, TxOptions};
use cosmwasm_std::Uint128;
use cw20::{Cw20Coin, MinterResponse};
use market_types::control::{ControlMsg, Roles, Wiring};
use market_types::deployment::{Deployment, TokenEntry};
use market_types::{attestation, defaults, escrow, order_book, registry, take_rate};

use crate::MarketError;

/// Code ids of what is instantiated. [`Codes::GENESIS`] holds where codes are numbered in the order of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Codes {
    pub token: u64,
    pub provider_registry: u64,
    pub order_book: u64,
    pub lease_escrow: u64,
    pub attestation: u64,
    pub take_rate_burn: u64,
}

impl Codes {
    pub const GENESIS: Self = Self {
        token: 1,
        provider_registry: 2,
        order_book: 3,
        lease_escrow: 4,
        attestation: 5,
        take_rate_burn: 6,
    };
}

/// A cw20-base token with six decimals to instantiate.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub name: String,
    /// 3 to 12 letters; its lower-case form names the token in the deployment.
    pub symbol: String,
    pub balances: Vec<(String, Uint128)>,
    pub minter: Option<String>,
}

/// What the new market starts with.
pub struct NewMarket {
    pub codes: Codes,
    /// Governor and wasm admin of every contract.
    pub governor: String,
    pub guardian: Option<String>,
    pub network_token: NewToken,
    pub payment_token: NewToken,
    /// Its parameters, once the tokens have addresses.
    pub parameters: Box<dyn Fn(&Tokens) -> Parameters + Send + Sync>,
}

/// Addresses of the two tokens a market begins with.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub network: String,
    pub payment: String,
}

/// The parameters of the five contracts.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub registry: registry::Params<String>,
    pub bond_prices: Vec<registry::TokenPrice>,
    pub order_book: order_book::Params,
    pub escrow: escrow::Params<String>,
    pub attestation: attestation::Params,
    pub take_rate: take_rate::Params<String>,
}

impl Parameters {
    /// The documented ones: `keeper` may move the bond price, which starts at one payment token for one network token, and takes
    /// out the insurance share.
    pub fn documented(tokens: &Tokens, keeper: &str) -> Self {
        Self {
            registry: defaults::registry(keeper),
            bond_prices: vec![registry::TokenPrice {
                token: tokens.payment.clone(),
                price: Uint128::new(defaults::TOKEN),
            }],
            order_book: defaults::order_book(),
            escrow: defaults::escrow(&tokens.payment),
            attestation: defaults::attestation(),
            take_rate: defaults::take_rate(&tokens.payment, keeper),
        }
    }
}

/// Instantiate both tokens and the five contracts, and wire them. `signer` pays, and wires.
///
/// # Errors
/// A transaction was refused or failed; what was instantiated before stays on the chain, unwired and of no effect.
pub async fn deploy(signer: &Signer, new: &NewMarket) -> Result<Deployment, MarketError> {
    let setup = Setup { signer, new };
    let tokens = Tokens {
        network: setup.token(&new.network_token).await?,
        payment: setup.token(&new.payment_token).await?,
    };
    let parameters = (new.parameters)(&tokens);
    let roles = Roles {
        governor: new.governor.clone(),
        guardian: new.guardian.clone(),
        wirer: signer.address().to_owned(),
    };

    let codes = new.codes;
    let contracts = Wiring {
        provider_registry: setup
            .contract(
                codes.provider_registry,
                "provider-registry",
                &registry::InstantiateMsg {
                    roles: roles.clone(),
                    params: parameters.registry,
                    bond_prices: parameters.bond_prices,
                },
            )
            .await?,
        order_book: setup
            .contract(
                codes.order_book,
                "order-book",
                &order_book::InstantiateMsg {
                    roles: roles.clone(),
                    params: parameters.order_book,
                },
            )
            .await?,
        lease_escrow: setup
            .contract(
                codes.lease_escrow,
                "lease-escrow",
                &escrow::InstantiateMsg {
                    roles: roles.clone(),
                    params: parameters.escrow,
                },
            )
            .await?,
        attestation: setup
            .contract(
                codes.attestation,
                "attestation",
                &attestation::InstantiateMsg {
                    roles: roles.clone(),
                    params: parameters.attestation,
                },
            )
            .await?,
        take_rate_burn: setup
            .contract(
                codes.take_rate_burn,
                "take-rate-burn",
                &take_rate::InstantiateMsg {
                    roles,
                    min_rate: defaults::MIN_TAKE_RATE,
                    max_rate: defaults::MAX_TAKE_RATE,
                    params: parameters.take_rate,
                },
            )
            .await?,
        network_token: tokens.network.clone(),
    };
    wire(signer, &contracts).await?;

    let entry = |address: String| TokenEntry { address, decimals: 6 };
    Ok(Deployment {
        chain_id: signer.chain().chain_id().to_owned(),
        governor: new.governor.clone(),
        contracts,
        tokens: BTreeMap::from([
            (new.network_token.symbol.to_lowercase(), entry(tokens.network)),
            (new.payment_token.symbol.to_lowercase(), entry(tokens.payment)),
        ]),
    })
}

/// Wire all five in one transaction: all or none.
async fn wire(signer: &Signer, contracts: &Wiring<String>) -> Result<(), MarketError> {
    // Every contract takes the same control messages; the registry's stand for all.
    let msg = registry::ExecuteMsg::Control(ControlMsg::Wire(contracts.clone()));
    let five = [
        &contracts.provider_registry,
        &contracts.order_book,
        &contracts.lease_escrow,
        &contracts.attestation,
        &contracts.take_rate_burn,
    ];
    let msgs: Result<Vec<_>, _> = five
        .into_iter()
        .map(|contract| Msg::execute(contract, &msg, &[]))
        .collect();
    signer
        .submit(&msgs.map_err(chain_client::TxError::from)?, &TxOptions::default())
        .await?;
    Ok(())
}

struct Setup<'a> {
    signer: &'a Signer,
    new: &'a NewMarket,
}

impl Setup<'_> {
    async fn token(&self, token: &NewToken) -> Result<String, MarketError> {
        let msg = cw20_base::msg::InstantiateMsg {
            name: token.name.clone(),
            symbol: token.symbol.clone(),
            decimals: 6,
            initial_balances: token
                .balances
                .iter()
                .map(|(address, amount)| Cw20Coin {
                    address: address.clone(),
                    amount: *amount,
                })
                .collect(),
            mint: token
                .minter
                .clone()
                .map(|minter| MinterResponse { minter, cap: None }),
            marketing: None,
        };
        self.contract(self.new.codes.token, &token.name, &msg).await
    }

    async fn contract<M: serde::Serialize>(
        &self,
        code: u64,
        label: &str,
        msg: &M,
    ) -> Result<String, MarketError> {
        let msg = Msg::instantiate(code, label, Some(&self.new.governor), msg)
            .map_err(chain_client::TxError::from)?;
        let outcome = self.signer.submit(&[msg], &TxOptions::default()).await?;
        Ok(outcome.contract_address()?)
    }
}
