//! Contract events of every height, each exactly once, of one history.

use std::collections::VecDeque;

use cosmwasm_std::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    chain::{BlockHash, Chain, Status},
    events::BlockEvents,
    rpc::RpcError,
};

/// Marks that are kept to tell a chain that was set back from a node that lags.
const MARKS: usize = 64;

/// Reads blocks in order, from the height after a stored one to the latest.
///
/// The caller stores [`HeightCursor::mark`] with the effects of what it read; a crash in between reads a block again
/// rather than never.
#[derive(Debug, Clone)]
pub struct HeightCursor {
    chain: Chain,
    seen: u64,
    /// Heights up to which the history was read, oldest first.
    marks: VecDeque<Mark>,
    /// What the chain was known to have reached.
    latest: Option<Mark>,
}

/// A block that was read: what the chain has to show at this height ever after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub height: u64,
    pub hash: BlockHash,
    pub time: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum CursorError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// It lags, or is being restored: it comes back to where the cursor is, or shows [`Self::OtherHistory`].
    #[error("the node is at height {node}, before {cursor}, which was read already")]
    NodeBehind { node: u64, cursor: u64 },
    /// The chain was set back to an older state and went on from there: what was read since may never have been.
    #[error("the chain was set back: block {height} is {found} now, and was {read} when it was read")]
    OtherHistory {
        height: u64,
        read: BlockHash,
        found: BlockHash,
    },
    /// The same, told by the clock: time never goes back on one chain.
    #[error(
        "the chain was set back: its block {node} is of {found}, and block {cursor}, read before, of {read}"
    )]
    TimeWentBack {
        node: u64,
        found: Timestamp,
        cursor: u64,
        read: Timestamp,
    },
    /// Heights in between are gone: state has to be read afresh.
    #[error("the node has no heights before {earliest}; {wanted} comes next")]
    Pruned { wanted: u64, earliest: u64 },
}

impl CursorError {
    /// The chain is another one than was read: what is known of it has to be asked afresh.
    pub fn is_set_back(&self) -> bool {
        matches!(self, Self::OtherHistory { .. } | Self::TimeWentBack { .. })
    }
}

impl From<&Status> for Mark {
    fn from(status: &Status) -> Self {
        Self {
            height: status.height,
            hash: status.hash,
            time: status.time,
        }
    }
}

impl HeightCursor {
    /// `seen` is the last height whose events were dealt with; 0 reads from the first block.
    pub fn after(chain: Chain, seen: u64) -> Self {
        Self {
            chain,
            seen,
            marks: VecDeque::new(),
            latest: None,
        }
    }

    /// Goes on after a stored mark, if the chain still has it.
    pub fn resume(chain: Chain, mark: Mark) -> Self {
        let mut cursor = Self::after(chain, mark.height);
        cursor.marks.push_back(mark);
        cursor
    }

    /// The last height that was read.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The last height that was read, as the chain showed it; `None` if it is not known by its hash.
    pub fn mark(&self) -> Option<Mark> {
        self.marks.back().filter(|mark| mark.height == self.seen).copied()
    }

    /// Jumps forward within the same history, after state was read afresh.
    pub fn jump(&mut self, to: Mark) {
        self.seen = to.height;
        self.latest = None;
        self.remember(to);
    }

    /// Goes on from `to` in a history that is not the one that was read. Older state is taken again from now on.
    pub fn start_over(&mut self, to: Mark) {
        self.chain.forget_floor();
        self.marks.clear();
        self.jump(to);
    }

    /// Compares what a node says of itself with what was read, and notes how far it is.
    ///
    /// # Errors
    /// The node lags, its history is another, or the heights that come next are gone.
    pub async fn observe(&mut self, status: &Status) -> Result<(), CursorError> {
        self.latest = None;
        self.compare(status).await?;
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
        self.latest = Some(status.into());
        if status.height == self.seen {
            self.remember(status.into());
        }
        Ok(())
    }

    /// The next height's events, or `None` when all heights so far are read.
    ///
    /// # Errors
    /// As [`Self::observe`]. On an error the cursor has not moved.
    pub async fn next_block(&mut self) -> Result<Option<BlockEvents>, CursorError> {
        let latest = match self.latest.filter(|latest| latest.height > self.seen) {
            Some(latest) => latest,
            None => {
                let status = self.chain.status().await?;
                self.observe(&status).await?;
                if status.height == self.seen {
                    return Ok(None);
                }
                Mark::from(&status)
            }
        };
        let wanted = self.seen.saturating_add(1);
        match self.chain.block_results(wanted).await {
            Ok(results) => {
                self.seen = results.height;
                if self.seen == latest.height {
                    self.remember(latest);
                }
                Ok(Some(results.contract_events()))
            }
            // A node stores a block before its results: the newest may lack them for a moment.
            Err(RpcError::Node { message, data, .. })
                if wanted == latest.height
                    && format!("{message} {data}").contains("could not find results") =>
            {
                self.latest = None;
                Ok(None)
            }
            Err(error) => {
                self.latest = None;
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

    fn remember(&mut self, mark: Mark) {
        if self.marks.back().is_some_and(|last| last.height >= mark.height) {
            return;
        }
        if self.marks.len() == MARKS {
            // Every second one of the older half goes, so that what is left reaches far back.
            let mut number = 0;
            self.marks.retain(|_| {
                number += 1;
                number % 2 == 1 || number > MARKS / 2
            });
        }
        self.marks.push_back(mark);
    }

    /// The newest mark that the node can have is compared with what it has there.
    async fn compare(&self, status: &Status) -> Result<(), CursorError> {
        let Some(last) = self.marks.back() else {
            return Ok(());
        };
        if status.height < last.height && status.time > last.time {
            return Err(CursorError::TimeWentBack {
                node: status.height,
                found: status.time,
                cursor: last.height,
                read: last.time,
            });
        }
        let within = |mark: &&Mark| (status.earliest_height..=status.height).contains(&mark.height);
        let Some(mark) = self.marks.iter().rev().find(within) else {
            return Ok(());
        };
        let found = match mark.height == status.height {
            true => status.hash,
            // A block names the one before it.
            false => self.chain.hash_before(mark.height.saturating_add(1)).await?,
        };
        match found == mark.hash {
            true => Ok(()),
            false => Err(CursorError::OtherHistory {
                height: mark.height,
                read: mark.hash,
                found,
            }),
        }
    }
}
