//! Forgets leases that ended long ago: their records, and what the store holds for nobody else.

use std::collections::BTreeSet;

use market_types::Seconds;

use super::{Daemon, DaemonError};

/// How often the journal is gone through.
const EVERY: Seconds = Seconds::HOUR;

impl Daemon {
    /// Does so once in an hour of block time.
    pub(super) fn prune(&mut self) -> Result<(), DaemonError> {
        if self.now < self.pruned_at.plus(EVERY) {
            return Ok(());
        }
        self.pruned_at = self.now;
        let keep = Seconds(self.config.work.keep_days.saturating_mul(86_400));
        let mut over = BTreeSet::new();
        for (lease, mut record) in self.journal.leases()? {
            // Journals of older versions do not say when, and a chain that was set back may lack a lease.
            let known = self.leases.get(&lease);
            let idle = known.is_none_or(|item| !item.is_live() && item.is_at_rest());
            if record.ended_at.is_none() && idle {
                record.end();
                record.ended_at = Some(self.now);
                self.journal.write(|w| w.lease(lease, &record))?;
            }
            let batches = self.journal.batches(lease)?;
            if idle && record.is_forgettable(&batches, self.now, keep) {
                over.insert(lease);
            }
        }
        if over.is_empty() {
            return Ok(());
        }
        let (theirs, others) = self.journal.held(&over)?;
        // The records go first: content without a record is only in the way.
        self.journal
            .write(|w| over.iter().try_for_each(|lease| w.forget_lease(*lease)))?;
        for digest in theirs.difference(&others) {
            self.store.remove(digest)?;
        }
        self.leases.retain(|lease, _| !over.contains(lease));
        self.gateway.retain(|lease| !over.contains(&lease));
        tracing::info!(leases = over.len(), "forgot leases that ended long ago");
        Ok(())
    }
}
