//! Gas: an estimate in the units of a real chain, metered where state is read and written.
//!
//! The charges for state are those of the Cosmos SDK's store. The flat ones stand for what native code does
//! not show: signature checks, and the start of a virtual machine for each call of a contract.

use std::cell::Cell;

/// The ante handler of one transaction: account reads, signature check, fee transfer.
pub const TRANSACTION: u64 = 35_000;
/// One byte of an encoded transaction.
pub const TRANSACTION_BYTE: u64 = 10;
/// One call into a contract whose code is not pinned.
pub const CALL: u64 = 50_000;
/// The most one transaction may ask for.
pub const MAX_PER_TRANSACTION: u64 = 100_000_000;
/// The most one query may use.
pub const MAX_PER_QUERY: u64 = 50_000_000;

const READ_FLAT: u64 = 1_000;
const READ_BYTE: u64 = 3;
const WRITE_FLAT: u64 = 2_000;
const WRITE_BYTE: u64 = 30;
const DELETE: u64 = 1_000;
const NEXT_FLAT: u64 = 30;

/// What comes before the messages of a transaction of so many bytes.
pub fn of_checks(bytes: usize) -> u64 {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    TRANSACTION.saturating_add(bytes.saturating_mul(TRANSACTION_BYTE))
}

/// Unwinds out of a contract that passed its limit; caught where the transaction runs.
#[derive(Debug, Clone, Copy)]
pub struct OutOfGas;

/// Counts gas. Shared by the store and the modules above it, all on one thread.
#[derive(Debug, Default)]
pub struct Meter {
    used: Cell<u64>,
    limit: Cell<Option<u64>>,
}

impl Meter {
    /// Starts counting from zero, up to `limit`.
    pub fn start(&self, limit: u64) {
        self.used.set(0);
        self.limit.set(Some(limit));
    }

    /// Stops counting and tells what was used. Never charges or unwinds afterwards.
    pub fn stop(&self) -> u64 {
        self.limit.set(None);
        self.used.get()
    }

    /// Counts `amount` and unwinds with [`OutOfGas`] past the limit. Without a start it does nothing.
    pub fn charge(&self, amount: u64) {
        let Some(limit) = self.limit.get() else { return };
        let used = self.used.get().saturating_add(amount);
        self.used.set(used);
        if used > limit {
            // Not `panic!`: the hook would print a stack trace for what is a normal outcome.
            std::panic::resume_unwind(Box::new(OutOfGas));
        }
    }

    pub fn read(&self, bytes: usize) {
        self.charge(READ_FLAT.saturating_add(per_byte(READ_BYTE, bytes)));
    }

    pub fn write(&self, bytes: usize) {
        self.charge(WRITE_FLAT.saturating_add(per_byte(WRITE_BYTE, bytes)));
    }

    pub fn delete(&self) {
        self.charge(DELETE);
    }

    pub fn next(&self, bytes: usize) {
        self.charge(NEXT_FLAT.saturating_add(per_byte(READ_BYTE, bytes)));
    }
}

fn per_byte(rate: u64, bytes: usize) -> u64 {
    rate.saturating_mul(u64::try_from(bytes).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{catch_unwind, AssertUnwindSafe};

    #[test]
    fn a_charge_past_the_limit_unwinds_with_the_amount_counted() {
        let meter = Meter::default();
        meter.start(1_500);
        meter.read(0);
        let caught = catch_unwind(AssertUnwindSafe(|| meter.read(0))).unwrap_err();
        assert!(caught.downcast_ref::<OutOfGas>().is_some());
        assert_eq!(meter.stop(), 2_000);
    }

    #[test]
    fn a_stopped_meter_charges_nothing() {
        let meter = Meter::default();
        meter.write(1_000);
        assert_eq!(meter.stop(), 0);
    }
}
