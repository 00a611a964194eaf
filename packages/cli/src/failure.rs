//! What kept a command from doing what it was asked: in words, and as the exit code.

use std::error::Error;

use chain_client::{BroadcastError, QueryError, RpcError, TxError};
use market_client::MarketError;
use market_types::audit::AuditId;
use serde::Serialize;
use thiserror::Error as ThisError;

use crate::amount::AmountError;
use crate::output::Output;

const OTHER: u8 = 1;
const USAGE: u8 = 2;
const UNREACHABLE: u8 = 3;
const REFUSED: u8 = 4;

/// The command line asks for something that cannot be meant.
#[derive(ThisError, Clone, Debug, PartialEq, Eq)]
pub enum UsageError {
    #[error("{text:?} is not {form}")]
    Form { text: String, form: &'static str },
    #[error("{text:?} is neither an address ({cause}) nor the name of a key")]
    Address { text: String, cause: String },
    #[error("{work} is priced per unit, such as 0.02/frame, not {price}")]
    PerUnit { work: String, price: String },
    #[error("{work} is priced per hour, such as 2.50/h, not {price}")]
    PerHour { work: String, price: String },
    #[error("{class:?} is no class of audits; it is exact, or a comparison and a device class such as image/nvidia-h100-80gb")]
    AuditClass { class: String },
    #[error("unit {} of lease {} is not attested; leasebook job watch {} shows how far it is", audit.unit, audit.lease, audit.lease)]
    NotAttested { audit: AuditId },
    #[error("this market draws by no beacon")]
    NoBeacon,
    #[error("an order needs at least one GPU")]
    NoGpu,
    #[error("--work open needs a --deposit, which the service runs until it is spent")]
    NoDeposit,
    #[error("--deposit goes with --work open; anything else reserves what the work costs at most")]
    Deposit,
    #[error("{what} is more than {bits} bits hold")]
    TooLarge { what: &'static str, bits: u8 },
    #[error("nothing to change was named; see --help")]
    NoChange,
}

/// What a contract would refuse, said before it is asked, in the units people use.
#[derive(ThisError, Clone, Debug, PartialEq, Eq)]
pub enum Foreseen {
    #[error("{owner} holds {holds} {token} in its wallet, less than {needed}")]
    Wallet {
        owner: String,
        holds: String,
        needed: String,
        token: String,
    },
    #[error("{owner} has {available} {token} in the escrow, less than {asked}")]
    Account {
        owner: String,
        available: String,
        asked: String,
        token: String,
    },
    #[error("{price} is above the maximum {maximum} of the order")]
    AboveMaximum { price: String, maximum: String },
    #[error("there is no proposal {0}")]
    NoProposal(u64),
    #[error("provider {owner} {reason}")]
    Bidder { owner: String, reason: String },
}

/// A failed command.
#[derive(Serialize, Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub error: String,
    /// The exit code: 1 something else, 2 wrong usage, 3 the node cannot be reached, 4 the chain or a contract refused.
    pub code: u8,
}

impl Failure {
    /// `raw`: amounts in base units are what the user reads, so they need no remark.
    pub fn of(error: &anyhow::Error, raw: bool) -> Self {
        let mut words = vec![];
        for cause in error.chain() {
            if let Some((code, text)) = judge(cause, raw) {
                words.push(text);
                return Self {
                    error: words.join(": "),
                    code,
                };
            }
            words.push(cause.to_string());
        }
        Self {
            error: words.join(": "),
            code: OTHER,
        }
    }

    /// What the parser of the command line says.
    pub fn usage(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        Self {
            error: text.trim_start_matches("error: ").trim().to_owned(),
            code: USAGE,
        }
    }

    /// Write it to stderr: a line, or one JSON document.
    pub fn report(&self, output: Output) {
        match serde_json::to_string(self) {
            Ok(document) if output.is_json() => eprintln!("{document}"),
            _ => eprintln!("error: {}", self.error),
        }
    }
}

/// The code and the words of a cause that decides them.
fn judge(cause: &(dyn Error + 'static), raw: bool) -> Option<(u8, String)> {
    let text = cause.to_string();
    if cause.is::<AmountError>() || cause.is::<UsageError>() {
        return Some((USAGE, text));
    }
    if cause.is::<Foreseen>() {
        return Some((REFUSED, text));
    }
    if let Some(error) = cause.downcast_ref() {
        return Some(of_rpc(error));
    }
    if let Some(error) = cause.downcast_ref() {
        return Some(of_query(error));
    }
    if let Some(error) = cause.downcast_ref() {
        return Some(of_tx(error, raw));
    }
    match cause.downcast_ref()? {
        MarketError::Query(error) => Some(of_query(error)),
        MarketError::Tx(error) => Some(of_tx(error, raw)),
        MarketError::UnknownToken { .. } => Some((USAGE, text)),
        _ => None,
    }
}

fn of_rpc(error: &RpcError) -> (u8, String) {
    match error {
        RpcError::BadUrl { .. } | RpcError::NoEndpoint => (USAGE, error.to_string()),
        RpcError::Node { .. } => (REFUSED, error.to_string()),
        RpcError::Unreachable { .. } => (
            UNREACHABLE,
            format!(
                "{error}; start a chain of your own with `leasebook devnet`, or name another with --node URL"
            ),
        ),
        _ => (UNREACHABLE, error.to_string()),
    }
}

fn of_query(error: &QueryError) -> (u8, String) {
    match error {
        QueryError::Rpc(error) => of_rpc(error),
        QueryError::Contract { text, .. } => (REFUSED, reason(text).to_owned()),
        _ => (REFUSED, error.to_string()),
    }
}

fn of_tx(error: &TxError, raw: bool) -> (u8, String) {
    let refused = |log: &str| {
        let mut text = reason(log).to_owned();
        if !raw && names_amounts(&text) {
            text += " (amounts here are base units, as with --raw)";
        }
        (REFUSED, text)
    };
    match error {
        TxError::Query(error) => of_query(error),
        TxError::Simulation { log, .. } => refused(log),
        TxError::Broadcast(BroadcastError::Refused { log, .. }) => refused(log),
        TxError::Failed(outcome) => refused(&outcome.log),
        TxError::Broadcast(BroadcastError::Rpc(error)) => of_rpc(error),
        TxError::Undecided { .. } | TxError::Unconfirmed { .. } => (UNREACHABLE, error.to_string()),
        _ => (REFUSED, error.to_string()),
    }
}

/// A contract's own words in the log of a transaction that failed; the whole log if no contract failed.
fn reason(log: &str) -> &str {
    let numbered = log
        .split_once("message index: ")
        .and_then(|(_, rest)| rest.split_once(": "));
    let mut text = numbered.map_or(log, |(_, rest)| rest);
    for tail in [" with gas used: '", ": execute wasm contract failed"] {
        if let Some((words, _)) = text.rsplit_once(tail) {
            text = words;
        }
    }
    while let Some(rest) = ["dispatch: ", "submessages: ", "Generic error: "]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
    {
        text = rest;
    }
    text
}

/// Sums of less than a thousandth of a token are rare, so a figure of four digits or more is one in base units.
fn names_amounts(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| word.len() > 3 && word.bytes().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "rpc error: code = Unknown desc = failed to execute message; message index: 0: dispatch: submessages: \
                       the order reserves 1000, below the least of 10000: execute wasm contract failed with gas used: '168140': \
                       unknown request";

    fn simulation(log: &str) -> anyhow::Error {
        TxError::Simulation {
            codespace: "sdk".into(),
            code: 6,
            log: log.into(),
        }
        .into()
    }

    #[test]
    fn a_refusal_is_the_contracts_own_words() {
        let failure = Failure::of(&simulation(LOG), true);
        assert_eq!(failure.error, "the order reserves 1000, below the least of 10000");
        assert_eq!(failure.code, REFUSED);
    }

    #[test]
    fn amounts_in_a_contracts_words_are_said_to_be_base_units() {
        assert!(Failure::of(&simulation(LOG), false)
            .error
            .ends_with("base units, as with --raw)"));
        let failure = Failure::of(&simulation("message index: 0: order 77 is not open"), false);
        assert_eq!(failure.error, "order 77 is not open");
    }

    #[test]
    fn gas_is_no_part_of_the_reason() {
        let log = "rpc error: code = Unknown desc = failed to execute message; message index: 0: 2: inactive proposal with gas \
                   used: '40719': unknown request";
        assert_eq!(Failure::of(&simulation(log), false).error, "2: inactive proposal");
    }

    #[test]
    fn a_log_of_another_form_is_kept_whole() {
        let failure = Failure::of(&simulation("out of gas"), false);
        assert_eq!(failure.error, "out of gas");
    }

    #[test]
    fn nonsense_on_the_command_line_is_wrong_usage() {
        let error = anyhow::Error::from(AmountError::NotAnAmount { text: "1e6".into() });
        assert_eq!(Failure::of(&error.context("deposit"), false).code, USAGE);
    }

    #[test]
    fn what_nothing_is_known_of_has_code_1_and_all_its_causes() {
        let error = anyhow::anyhow!("inner").context("outer");
        assert_eq!(
            Failure::of(&error, false),
            Failure {
                error: "outer: inner".into(),
                code: OTHER
            }
        );
    }
}
