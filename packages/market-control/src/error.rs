use cosmwasm_std::{Addr, StdError};
use market_types::{Seconds, UnixTime};
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ControlError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error("this contract is not wired to the others yet; its wirer must send Wire first")]
    NotWired {},
    #[error("this contract is wired already, which happens once")]
    AlreadyWired {},
    #[error("{role} must be contract {expected}, but {address} is {found}")]
    WrongContract {
        role: &'static str,
        expected: &'static str,
        address: String,
        found: String,
    },
    #[error("{role} must be this contract, {this}, not {address}")]
    NotThis {
        role: &'static str,
        this: Addr,
        address: Addr,
    },
    #[error("{sender} is not the {role}, who alone may do this")]
    Unauthorized { sender: Addr, role: &'static str },
    #[error("{coins} native coins are attached, first of all {first}; this market takes cw20 tokens only")]
    CoinsAttached { coins: usize, first: String },
    #[error("nobody was offered the office of governor, or the offer ended")]
    NoOffer {},
    #[error("an offer runs {asked} seconds; it must be between 1 and {max}", asked = .asked.0, max = .max.0)]
    OfferLength { asked: Seconds, max: Seconds },
    #[error("a pause of {asked} seconds; it must be between 1 and {max}", asked = .asked.0, max = .max.0)]
    PauseLength { asked: Seconds, max: Seconds },
    #[error("the last pause is too recent; the next is possible from {from} (unix time)")]
    PauseTooSoon { from: UnixTime },
    #[error("nothing is paused")]
    NotPaused {},
    #[error("new orders, bids, awards and deposits are paused until {until} (unix time); exits work")]
    Paused { until: UnixTime },
    #[error("cannot migrate from {found} to {expected}: another contract")]
    MigrateOther { found: String, expected: String },
    #[error("cannot migrate from version {from} to {to}: not newer")]
    MigrateNotNewer { from: String, to: String },
}
