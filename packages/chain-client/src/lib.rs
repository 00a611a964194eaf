//! One typed client for any CosmWasm chain behind a CometBFT RPC: keys, queries, transactions,
//! governance and events by height.
//!
//! Nothing here asks what kind of node answers. Answers are hostile input: bounded in size and time, decoded
//! strictly, and turned into typed errors.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chain_client::{Chain, Keyring, Options, Signer};
//!
//! let chain = Chain::connect(&["http://127.0.0.1:26657"], Options::default()).await?;
//! let key = Keyring::open("keys")?.load("provider")?;
//! let signer = Signer::new(chain.clone(), key)?;
//! let outcome = signer.execute("lease1contract", &serde_json::json!({ "tick": {} }), &[]).await?;
//! println!("{} at height {}", outcome.hash, outcome.height);
//! # Ok(())
//! # }
//! ```

pub mod address;
mod chain;
mod cursor;
mod events;
pub mod gov;
mod keys;
mod options;
mod rpc;
mod tx;

pub use address::AddressError;
pub use chain::{
    Account, BlockHash, BlockHashError, Chain, CodeHash, CodeInfo, ConnectError, ContractInfo, QueryError,
    Status,
};
pub use cosmrs::Any;
pub use cosmwasm_std::{Coin, Timestamp};
pub use cursor::{CursorError, HeightCursor, Mark};
pub use events::{Attribute, BlockEvents, BlockResults, Event, TxEvent};
pub use keys::{
    verify, KeyError, KeyFile, Keyring, Mnemonic, Password, PublicKey, SealError, Sealed, Secret, Signature,
    SigningKey,
};
pub use options::{GasPrice, GasPriceError, Options};
pub use rpc::RpcError;
pub use tx::{
    Broadcast, BroadcastError, Gas, Msg, MsgError, Signer, TxBytes, TxBytesError, TxError, TxHash,
    TxHashError, TxOptions, TxOutcome,
};
