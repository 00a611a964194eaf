//! What a new market is made of.

use cosmwasm_std::Uint128;
use cw20::{Cw20Coin, MinterResponse};
use market_types::{attestation, defaults, escrow, order_book, registry, take_rate};
use serde::{Deserialize, Serialize};

/// Code ids of what is instantiated. [`Codes::GENESIS`] holds where codes are numbered in the order of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

    pub fn all(&self) -> [u64; 6] {
        [
            self.token,
            self.provider_registry,
            self.order_book,
            self.lease_escrow,
            self.attestation,
            self.take_rate_burn,
        ]
    }
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

impl NewToken {
    pub(super) fn instantiate(&self) -> cw20_base::msg::InstantiateMsg {
        let balance = |(address, amount): &(String, Uint128)| Cw20Coin {
            address: address.clone(),
            amount: *amount,
        };
        cw20_base::msg::InstantiateMsg {
            name: self.name.clone(),
            symbol: self.symbol.clone(),
            decimals: 6,
            initial_balances: self.balances.iter().map(balance).collect(),
            mint: self
                .minter
                .clone()
                .map(|minter| MinterResponse { minter, cap: None }),
            marketing: None,
        }
    }
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
