//! Contract events of every height, each exactly once.

use thiserror::Error;

use crate::{chain::Chain, events::BlockEvents, rpc::RpcError};

/// Reads blocks in order, from the height after a stored one to the latest.
///
/// The caller stores [`HeightCursor::seen`] with the effects of what it read; a crash in between reads a block again
/// rather than never.
#[derive(Debug, Clone)]
pub struct HeightCursor {
    chain: Chain,
    seen: u64,
    /// The chain was known to have reached this.
    latest: u64,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum CursorError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The node lags, or the chain was restarted from an older state.
    #[error("the node is at height {node}, before {cursor}, which was read already")]
    NodeBehind { node: u64, cursor: u64 },
    /// Heights in between are gone: state has to be read afresh.
    #[error("the node has no heights before {earliest}; {wanted} comes next")]
    Pruned { wanted: u64, earliest: u64 },
}

impl HeightCursor {
    /// `seen` is the last height whose events were dealt with; 0 reads from the first block.
    pub fn after(chain: Chain, seen: u64) -> Self {
        Self {
            chain,
            seen,
            latest: 0,
        }
    }

    /// The last height that was read.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Jumps forward or back, after state was read afresh.
    pub fn set_seen(&mut self, seen: u64) {
        self.seen = seen;
        self.latest = 0;
    }

    /// The next height's events, or `None` when all heights so far are read.
    ///
    /// # Errors
    /// On an error the cursor has not moved.
    pub async fn next_block(&mut self) -> Result<Option<BlockEvents>, CursorError> {
        if self.latest <= self.seen {
            let status = self.chain.status().await?;
            if status.height < self.seen {
                return Err(CursorError::NodeBehind {
                    node: status.height,
                    cursor: self.seen,
                });
            }
            let wanted = self.seen.saturating_add(1);
            if status.earliest_height > wanted {
                return Err(CursorError::Pruned {
                    wanted,
                    earliest: status.earliest_height,
                });
            }
            self.latest = status.height;
            if self.latest == self.seen {
                return Ok(None);
            }
        }
        let wanted = self.seen.saturating_add(1);
        match self.chain.block_results(wanted).await {
            Ok(results) => {
                self.seen = results.height;
                Ok(Some(results.contract_events()))
            }
            // A node stores a block before its results: the newest may lack them for a moment.
            Err(RpcError::Node { message, data, .. })
                if wanted == self.latest
                    && format!("{message} {data}").contains("could not find results") =>
            {
                self.latest = 0;
                Ok(None)
            }
            Err(error) => {
                self.latest = 0;
                Err(error.into())
            }
        }
    }

    /// Waits for the next height's events.
    pub async fn wait_block(&mut self) -> Result<BlockEvents, CursorError> {
        loop {
            if let Some(block) = self.next_block().await? {
                return Ok(block);
            }
            tokio::time::sleep(self.chain.options().poll_interval).await;
        }
    }
}
