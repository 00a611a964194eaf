//! Why a message failed, as the contract that refused it says it: typed, whatever depth it comes from.

use thiserror::Error;

use crate::hostile::HostileError;

#[derive(Error, Debug, PartialEq)]
pub enum Failure {
    #[error("registry: {0}")]
    Registry(provider_registry::ContractError),
    #[error("book: {0}")]
    Book(order_book::ContractError),
    #[error("escrow: {0}")]
    Escrow(lease_escrow::ContractError),
    #[error("attestation: {0}")]
    Attestation(attestation::ContractError),
    #[error("take rate: {0}")]
    TakeRate(take_rate_burn::ContractError),
    #[error("token: {0}")]
    Token(cw20_base::ContractError),
    #[error("hostile token: {0}")]
    Hostile(HostileError),
    /// No contract's error: a message that does not parse, an address without a contract.
    #[error("{0}")]
    Other(String),
}

macro_rules! from {
    ($($variant:ident $error:ty),* $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*

        impl From<anyhow::Error> for Failure {
            fn from(error: anyhow::Error) -> Self {
                $(let error = match error.downcast::<$error>() {
                    Ok(error) => return Self::$variant(error),
                    Err(error) => error,
                };)*
                Self::Other(error.root_cause().to_string())
            }
        }
    };
}

from! {
    Registry provider_registry::ContractError,
    Book order_book::ContractError,
    Escrow lease_escrow::ContractError,
    Attestation attestation::ContractError,
    TakeRate take_rate_burn::ContractError,
    Token cw20_base::ContractError,
    Hostile HostileError,
}
