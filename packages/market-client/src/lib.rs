//! One market on one chain, typed: where it stands, what it answers, how it is set up.
//!
//! It adds the market's words to [`chain_client`], and is the one path by which agent, CLI and demo speak to the
//! contracts.

pub mod deploy;
mod error;
mod file;
mod market;

pub use deploy::{
    deploy, deploy_recorded, Codes, NewMarket, NewToken, Parameters, Pin, Record, RecordFile, Tokens,
};
pub use error::MarketError;
pub use market::{load, save, Market};
pub use market_types::deployment::{Deployment, TokenEntry};
