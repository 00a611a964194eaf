//! A chain that was set back to an older state, because a node's disk was restored: what the journal knows of it may never
//! have been. Units, receipts and roots stay: they are signed once, whatever becomes of the chain.

use super::{Daemon, DaemonError};
use crate::journal::BatchRecord;

impl Daemon {
    /// Takes back what the chain had confirmed, in the journal and in memory; reconciling finds out what is still so.
    pub(super) fn forget_what_was(&mut self) -> Result<(), DaemonError> {
        self.queue.set_back();
        let known = self.journal.leases()?;
        self.journal.write(|w| {
            for (lease, mut record) in known {
                for batch in w.batches(lease)? {
                    let state = batch.state.set_back();
                    w.batch(lease, &BatchRecord { state, ..batch })?;
                }
                record.service.set_back();
                record.ended_at = None;
                w.lease(lease, &record)?;
            }
            Ok(())
        })?;
        for item in self.leases.values_mut() {
            item.set_back();
        }
        tracing::warn!(
            height = self.watch.seen(),
            leases = self.leases.len(),
            "the chain was set back; asking it for everything"
        );
        Ok(())
    }
}
