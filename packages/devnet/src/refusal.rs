//! Why a transaction is refused or fails: codespace, code and text as a real node gives them, for clients match on them.
//!
//! Codes: Cosmos SDK `types/errors/errors.go`, `x/gov/types/errors.go`, wasmd `x/wasm/types/errors.go`.

use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("{0}: tx parse error")]
    Parse(String),
    #[error("{0}: unauthorized")]
    Unauthorized(String),
    #[error("signature verification failed; please verify account number ({account_number}) and chain-id ({chain_id}): (unable to verify single signer signature): unauthorized")]
    Signature { account_number: u64, chain_id: String },
    #[error("spendable balance {spendable} is smaller than {wanted}: insufficient funds")]
    Funds { spendable: String, wanted: String },
    #[error("{0}: unknown request")]
    Unknown(String),
    #[error("{0}: invalid address")]
    Address(String),
    #[error("{0}: invalid pubkey")]
    PublicKey(String),
    #[error("{0}: unknown address")]
    UnknownAddress(String),
    #[error("{0}: invalid coins")]
    Coins(String),
    #[error("out of gas in location: {location}; gasWanted: {wanted}, gasUsed: {used}: out of gas")]
    Gas {
        location: &'static str,
        wanted: u64,
        used: u64,
    },
    #[error("maximum number of characters is {max} but received {length} characters: memo too large")]
    Memo { max: usize, length: usize },
    #[error("no signatures supplied")]
    NoSignatures,
    #[error("{0}: invalid request")]
    Invalid(String),
    #[error("tx gas limit {asked} exceeds block max gas {most}: invalid gas limit")]
    GasLimit { asked: u64, most: u64 },
    /// A fee that cannot be paid: its cause, named once more.
    #[error("{0}: insufficient funds")]
    Fee(Box<Refusal>),
    #[error("block height: {now}, timeout height: {timeout}: tx timeout height")]
    Timeout { now: u64, timeout: u64 },
    #[error("unknown extension options")]
    Extension,
    #[error("account sequence mismatch, expected {expected}, got {got}: incorrect account sequence")]
    Sequence { expected: u64, got: u64 },
    #[error("{0}: feature not supported")]
    Unsupported(String),

    #[error("{0}: instantiate wasm contract failed")]
    Instantiate(String),
    #[error("{0}: execute wasm contract failed")]
    Execute(String),
    #[error("{0}: migrate wasm contract failed")]
    Migrate(String),
    #[error("{0}: wasmvm error")]
    Machine(String),
    #[error("address {0}: no such contract")]
    NoContract(String),
    #[error("code id {0}: no such code")]
    NoCode(u64),
    #[error("max query stack size exceeded")]
    QueryDepth,
    #[error("max call depth exceeded")]
    CallDepth,

    #[error("{0}: inactive proposal")]
    InactiveProposal(u64),
    #[error("{0}: invalid vote option")]
    VoteOption(i32),
    #[error("{0}: no messages proposed")]
    NoProposalMessages(&'static str),
    #[error("{0}: proposal message not recognized by router")]
    UnroutableProposal(String),
    #[error("{0}: invalid proposal message")]
    ProposalMessage(String),
    #[error("{0}: expected gov account as only signer for proposal message")]
    ProposalSigner(String),
    #[error("deposited {got}, but the governance accepts only the following denom(s): [{accepted}]: invalid deposit denom")]
    DepositDenom { got: String, accepted: String },

    #[error("failed to execute message; message index: {index}: {cause}")]
    InMessage { index: usize, cause: Box<Refusal> },
}

impl Refusal {
    /// Codespace and code.
    pub fn code(&self) -> (&'static str, u32) {
        match self {
            Self::Parse(_) => ("sdk", 2),
            Self::Unauthorized(_) | Self::Signature { .. } => ("sdk", 4),
            Self::Funds { .. } | Self::Fee(_) => ("sdk", 5),
            Self::Unknown(_) => ("sdk", 6),
            Self::Address(_) => ("sdk", 7),
            Self::PublicKey(_) => ("sdk", 8),
            Self::UnknownAddress(_) => ("sdk", 9),
            Self::Coins(_) => ("sdk", 10),
            Self::Gas { .. } => ("sdk", 11),
            Self::Memo { .. } => ("sdk", 12),
            Self::NoSignatures => ("sdk", 15),
            Self::Invalid(_) => ("sdk", 18),
            Self::Timeout { .. } => ("sdk", 30),
            Self::Extension => ("sdk", 31),
            Self::Sequence { .. } => ("sdk", 32),
            Self::Unsupported(_) => ("sdk", 37),
            Self::GasLimit { .. } => ("sdk", 41),
            Self::Instantiate(_) => ("wasm", 4),
            Self::Execute(_) => ("wasm", 5),
            Self::Migrate(_) => ("wasm", 11),
            Self::NoContract(_) => ("wasm", 22),
            Self::QueryDepth => ("wasm", 27),
            Self::Machine(_) => ("wasm", 29),
            Self::NoCode(_) => ("wasm", 28),
            Self::CallDepth => ("wasm", 30),
            Self::InactiveProposal(_) => ("gov", 3),
            Self::VoteOption(_) => ("gov", 7),
            Self::UnroutableProposal(_) => ("gov", 10),
            Self::NoProposalMessages(_) => ("gov", 11),
            Self::ProposalMessage(_) => ("gov", 12),
            Self::ProposalSigner(_) => ("gov", 13),
            Self::DepositDenom { .. } => ("gov", 23),
            Self::InMessage { cause, .. } => cause.code(),
        }
    }

    /// The refusal inside a module's error, if it is one of ours.
    pub fn inside(error: &cw_multi_test::error::AnyError) -> Option<Self> {
        error.root_cause().downcast_ref::<Self>().cloned()
    }
}
