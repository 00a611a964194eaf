//! Standing the market up.

use std::collections::BTreeMap;

use cosmwasm_std::{Addr, Uint128};
use cw20::{Cw20Coin, MinterResponse};
use cw_multi_test::Executor;
use market_types::control::{ControlMsg, Roles, Wiring};
use market_types::escrow::PaymentToken;
use market_types::take_rate::AuctionParams;
use market_types::{attestation, defaults, escrow, order_book, registry, take_rate};
use serde::Serialize;

use super::Suite;
use crate::chain::{self, account, Chain, Code};
use crate::hostile::hostile_token_code;

/// What each funded account has of each token at the beginning.
pub const FUNDS: u128 = 1_000_000 * defaults::TOKEN;

type Adjust<P> = Box<dyn FnOnce(&mut P)>;
type Wrap = fn(&str, Code) -> Code;

/// Everything is as documented until said otherwise.
#[derive(Default)]
pub struct Builder {
    registry: Vec<Adjust<registry::Params<String>>>,
    book: Vec<Adjust<order_book::Params>>,
    escrow: Vec<Adjust<escrow::Params<String>>>,
    attestation: Vec<Adjust<attestation::Params>>,
    take_rate: Vec<Adjust<take_rate::Params<String>>>,
    funded: Vec<Addr>,
    more_tokens: Vec<(&'static str, bool)>,
    network_token_listed: bool,
    wrap: Option<Wrap>,
}

macro_rules! adjust {
    ($($part:ident $params:ty),*) => { $(
        #[must_use]
        pub fn $part(mut self, adjust: impl FnOnce(&mut $params) + 'static) -> Self {
            self.$part.push(Box::new(adjust));
            self
        }
    )* };
}

impl Builder {
    adjust!(
        registry registry::Params<String>, book order_book::Params, escrow escrow::Params<String>,
        attestation attestation::Params, take_rate take_rate::Params<String>
    );

    /// Accounts that have [`FUNDS`] of each token.
    #[must_use]
    pub fn funded(mut self, accounts: impl IntoIterator<Item = Addr>) -> Self {
        self.funded.extend(accounts);
        self
    }

    /// One more payment token, listed and auctioned like the stablecoin.
    #[must_use]
    pub fn token(mut self, symbol: &'static str) -> Self {
        self.more_tokens.push((symbol, false));
        self
    }

    /// One more payment token, of the [hostile](crate::hostile) kind.
    #[must_use]
    pub fn hostile_token(mut self, symbol: &'static str) -> Self {
        self.more_tokens.push((symbol, true));
        self
    }

    /// The network token is a payment token as well.
    #[must_use]
    pub fn network_token_listed(mut self) -> Self {
        self.network_token_listed = true;
        self
    }

    /// Put something around the code of each contract, which is given by its name, and of each token, by its symbol.
    #[must_use]
    pub fn wrapped(mut self, wrap: Wrap) -> Self {
        self.wrap = Some(wrap);
        self
    }

    /// # Panics
    /// If the market does not stand up.
    #[allow(clippy::expect_used)]
    pub fn build(self) -> Suite {
        let wrap = self.wrap.unwrap_or(|_, code| code);
        let mut app = chain::chain();
        let roles = Roles {
            governor: account("governor").to_string(),
            guardian: Some(account("guardian").to_string()),
            wirer: account("wirer").to_string(),
        };
        let (keeper, insurer) = (account("keeper"), account("insurer"));
        let network_token = token(&mut app, wrap, chain::token_code(), "LEASE", &self.funded);
        let usdc = token(&mut app, wrap, chain::token_code(), "USDC", &self.funded);
        let mut payment = vec![usdc.clone()];
        for (symbol, hostile) in &self.more_tokens {
            let code = match hostile {
                true => hostile_token_code(),
                false => chain::token_code(),
            };
            payment.push(token(&mut app, wrap, code, symbol, &self.funded));
        }

        let mut registry = defaults::registry(keeper.as_str());
        let mut book = defaults::order_book();
        let mut escrow = defaults::escrow(usdc.as_str());
        let mut attestation = defaults::attestation();
        let mut take_rate = defaults::take_rate(usdc.as_str(), insurer.as_str());
        for more in payment.iter().skip(1) {
            escrow.tokens.push(listed(more));
            take_rate.auctions.push(auctioned(more));
        }
        if self.network_token_listed {
            escrow.tokens.push(listed(&network_token));
        }
        self.registry.into_iter().for_each(|adjust| adjust(&mut registry));
        self.book.into_iter().for_each(|adjust| adjust(&mut book));
        self.escrow.into_iter().for_each(|adjust| adjust(&mut escrow));
        self.attestation
            .into_iter()
            .for_each(|adjust| adjust(&mut attestation));
        self.take_rate
            .into_iter()
            .for_each(|adjust| adjust(&mut take_rate));

        let roles_of = || roles.clone();
        let wiring = Wiring {
            provider_registry: contract(
                &mut app,
                wrap,
                chain::registry_code(),
                &registry::InstantiateMsg {
                    roles: roles_of(),
                    params: registry,
                    bond_prices: vec![],
                },
                "provider-registry",
            ),
            order_book: contract(
                &mut app,
                wrap,
                chain::book_code(),
                &order_book::InstantiateMsg {
                    roles: roles_of(),
                    params: book,
                },
                "order-book",
            ),
            lease_escrow: contract(
                &mut app,
                wrap,
                chain::escrow_code(),
                &escrow::InstantiateMsg {
                    roles: roles_of(),
                    params: escrow,
                },
                "lease-escrow",
            ),
            attestation: contract(
                &mut app,
                wrap,
                chain::attestation_code(),
                &attestation::InstantiateMsg {
                    roles: roles_of(),
                    params: attestation,
                },
                "attestation",
            ),
            take_rate_burn: contract(
                &mut app,
                wrap,
                chain::take_rate_code(),
                &take_rate::InstantiateMsg {
                    roles: roles_of(),
                    min_rate: defaults::MIN_TAKE_RATE,
                    max_rate: defaults::MAX_TAKE_RATE,
                    params: take_rate,
                },
                "take-rate-burn",
            ),
            network_token: network_token.clone(),
        };
        wire(&mut app, &wiring);
        let minted = FUNDS * self.funded.len() as u128;
        Suite {
            app,
            tokens: std::iter::once(network_token).chain(payment).collect(),
            wiring,
            usdc,
            governor: account("governor"),
            guardian: account("guardian"),
            keeper,
            insurer,
            minted,
            gifts: BTreeMap::new(),
            checks: true,
        }
    }
}

fn listed(token: &Addr) -> PaymentToken<String> {
    PaymentToken {
        token: token.to_string(),
        listed: true,
        min_order: Uint128::new(defaults::TOKEN / 100),
    }
}

fn auctioned(token: &Addr) -> AuctionParams<String> {
    AuctionParams {
        token: token.to_string(),
        min_lot: Uint128::new(10 * defaults::TOKEN),
        first_price: Uint128::new(defaults::TOKEN),
    }
}

#[allow(clippy::expect_used)]
fn contract<M: Serialize>(app: &mut Chain, wrap: Wrap, code: Code, msg: &M, label: &str) -> Addr {
    let code = app.store_code(wrap(label, code));
    let admin = Some(account("governor").to_string());
    app.instantiate_contract(code, account("wirer"), msg, &[], label, admin)
        .expect("the contract is instantiated")
}

fn token(app: &mut Chain, wrap: Wrap, code: Code, symbol: &str, funded: &[Addr]) -> Addr {
    let msg = cw20_base::msg::InstantiateMsg {
        name: format!("Token {symbol}"),
        symbol: symbol.into(),
        decimals: 6,
        initial_balances: funded
            .iter()
            .map(|address| Cw20Coin {
                address: address.to_string(),
                amount: Uint128::new(FUNDS),
            })
            .collect(),
        mint: Some(MinterResponse {
            minter: account("minter").to_string(),
            cap: None,
        }),
        marketing: None,
    };
    contract(app, wrap, code, &msg, symbol)
}

#[allow(clippy::expect_used)]
fn wire(app: &mut Chain, wiring: &Wiring<Addr>) {
    #[derive(Clone, Debug, Serialize)]
    #[serde(rename_all = "snake_case")]
    enum AnyContract {
        Control(ControlMsg),
    }
    let strings = Wiring {
        provider_registry: wiring.provider_registry.to_string(),
        order_book: wiring.order_book.to_string(),
        lease_escrow: wiring.lease_escrow.to_string(),
        attestation: wiring.attestation.to_string(),
        take_rate_burn: wiring.take_rate_burn.to_string(),
        network_token: wiring.network_token.to_string(),
    };
    let msg = AnyContract::Control(ControlMsg::Wire(strings));
    for target in [
        &wiring.provider_registry,
        &wiring.order_book,
        &wiring.lease_escrow,
        &wiring.attestation,
        &wiring.take_rate_burn,
    ] {
        app.execute_contract(account("wirer"), target.clone(), &msg, &[])
            .expect("the contract is wired");
    }
}
