use std::time::Duration;
use thiserror::Error;

/// What can go wrong between this client and a node.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RpcError {
    #[error("no RPC endpoint is configured")]
    NoEndpoint,
    #[error("{url:?} is not an RPC endpoint: {cause}")]
    BadUrl { url: String, cause: String },
    #[error("{url} cannot be reached: {cause}")]
    Unreachable { url: String, cause: String },
    #[error("{url} did not answer {method} within {limit:?}")]
    Timeout {
        url: String,
        method: &'static str,
        limit: Duration,
    },
    #[error("{url} answered {method} with HTTP status {status}")]
    Http {
        url: String,
        method: &'static str,
        status: u16,
    },
    #[error("{url} answered {method} with more than {limit} bytes")]
    TooLarge {
        url: String,
        method: &'static str,
        limit: usize,
    },
    #[error("{url} answered {method} with garbage: {cause}")]
    Garbage {
        url: String,
        method: &'static str,
        cause: String,
    },
    #[error("{url} serves chain {found:?}, not {expected:?}")]
    WrongChain {
        url: String,
        expected: String,
        found: String,
    },
    /// It answers with an older state than one that was read already.
    #[error("{url} is at height {height}, but {wanted} was read already")]
    Behind { url: String, height: u64, wanted: u64 },
    /// The node understood and declined. Another node would decline as well.
    #[error("the node declined {method}: {message} ({code}): {data}")]
    Node {
        method: &'static str,
        code: i64,
        message: String,
        data: String,
    },
}

impl RpcError {
    /// True if another endpoint may still answer.
    pub(crate) fn is_of_endpoint(&self) -> bool {
        !matches!(self, Self::Node { .. } | Self::NoEndpoint)
    }

    /// True if the node may have acted on the request although no answer came back.
    pub(crate) fn may_have_been_heard(&self) -> bool {
        matches!(
            self,
            Self::Timeout { .. } | Self::Http { .. } | Self::TooLarge { .. } | Self::Garbage { .. }
        )
    }
}
