use std::path::PathBuf;

use chain_client::{CodeHash, QueryError, TxError};
use thiserror::Error;

#[derive(Error, Debug)]
pub enum MarketError {
    #[error(transparent)]
    Query(Box<QueryError>),
    #[error(transparent)]
    Tx(Box<TxError>),
    #[error(transparent)]
    Message(#[from] chain_client::AddressError),
    #[error("cannot read the market's addresses from {}: {cause}", path.display())]
    ReadFile { path: PathBuf, cause: String },
    #[error("cannot write the market's addresses to {}: {cause}", path.display())]
    WriteFile { path: PathBuf, cause: String },
    #[error("the addresses are of chain {file:?}, but the node serves {node:?}")]
    OtherChain { file: String, node: String },
    #[error("the deployment was begun by {file}, but the key is that of {key}")]
    OtherDeployer { file: String, key: String },
    #[error("cannot use the bytecode of {}: {cause}", path.display())]
    Artifact { path: PathBuf, cause: String },
    /// What stands is upgraded by migration, never by deploying over it.
    #[error("{name} was stored with checksum {recorded}, but the file has {found}; deploy into another file, or migrate")]
    OtherArtifact {
        name: &'static str,
        recorded: CodeHash,
        found: CodeHash,
    },
    #[error(
        "the record has `{step}` as done, but the chain has {found}; is it another chain of the same name?"
    )]
    NotOnChain { step: String, found: String },
    #[error("the record of `{step}` is damaged")]
    Damaged { step: String },
    #[error("this market has no token {name:?}; it has {known}")]
    UnknownToken { name: String, known: String },
    #[error("contract {contract} is not wired as the addresses say: {found}")]
    Wiring { contract: String, found: String },
}

impl From<QueryError> for MarketError {
    fn from(error: QueryError) -> Self {
        Self::Query(Box::new(error))
    }
}

impl From<TxError> for MarketError {
    fn from(error: TxError) -> Self {
        Self::Tx(Box::new(error))
    }
}
