//! A message to one of the market's contracts or to a token.

use cosmwasm_std::{to_json_binary, Addr, Binary, StdResult};
use cw20::Cw20ExecuteMsg;
use market_types::control::Wiring;
use market_types::{attestation, escrow, order_book, registry, take_rate};

#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    Registry(registry::ExecuteMsg),
    Book(order_book::ExecuteMsg),
    Escrow(escrow::ExecuteMsg),
    Attestation(attestation::ExecuteMsg),
    TakeRate(take_rate::ExecuteMsg),
    Token(Addr, Cw20ExecuteMsg),
}

impl Call {
    /// The contract it goes to.
    pub fn target<'a>(&'a self, wiring: &'a Wiring<Addr>) -> &'a Addr {
        match self {
            Self::Registry(_) => &wiring.provider_registry,
            Self::Book(_) => &wiring.order_book,
            Self::Escrow(_) => &wiring.lease_escrow,
            Self::Attestation(_) => &wiring.attestation,
            Self::TakeRate(_) => &wiring.take_rate_burn,
            Self::Token(token, _) => token,
        }
    }

    /// # Errors
    /// The message does not serialise.
    pub fn json(&self) -> StdResult<Binary> {
        match self {
            Self::Registry(msg) => to_json_binary(msg),
            Self::Book(msg) => to_json_binary(msg),
            Self::Escrow(msg) => to_json_binary(msg),
            Self::Attestation(msg) => to_json_binary(msg),
            Self::TakeRate(msg) => to_json_binary(msg),
            Self::Token(_, msg) => to_json_binary(msg),
        }
    }
}

macro_rules! from {
    ($($variant:ident $msg:ty),*) => { $(impl From<$msg> for Call {
        fn from(msg: $msg) -> Self {
            Self::$variant(msg)
        }
    })* };
}
from!(Registry registry::ExecuteMsg, Book order_book::ExecuteMsg, Escrow escrow::ExecuteMsg,
    Attestation attestation::ExecuteMsg, TakeRate take_rate::ExecuteMsg);
