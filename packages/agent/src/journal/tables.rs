use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chain_client::Mark;
use jobs::Digest;
use market_types::audit::AuditId;
use market_types::{LeaseId, OrderId};
use redb::backends::InMemoryBackend;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, TableHandle, WriteTransaction};
use serde::de::DeserializeOwned;
use serde::Serialize;

use super::records::{BatchRecord, Identity, LeaseRecord, TxRecord, UnitRecord};
use crate::machine::audit::DutyRecord;
use crate::machine::order::OrderState;

type Table<K> = TableDefinition<'static, K, &'static [u8]>;

const META: Table<&str> = TableDefinition::new("meta");
const ORDERS: Table<u64> = TableDefinition::new("orders");
const LEASES: Table<u64> = TableDefinition::new("leases");
const UNITS: Table<(u64, u32)> = TableDefinition::new("units");
const BATCHES: Table<(u64, u32)> = TableDefinition::new("batches");
/// Answers of this agent in others' audits.
const DUTIES: Table<(u64, u32)> = TableDefinition::new("duties");
const TXS: Table<u64> = TableDefinition::new("txs");
/// Bytes of each object that belongs to a lease.
const OBJECTS: TableDefinition<'static, (u64, &str), u64> = TableDefinition::new("objects");

const IDENTITY: &str = "identity";
const CURSOR: &str = "mark";

pub struct Journal {
    db: Database,
}

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("{} is in use by another agent", path.display())]
    InUse { path: PathBuf },
    #[error("journal at {}: {source}", path.display())]
    Open {
        path: PathBuf,
        source: redb::DatabaseError,
    },
    #[error("journal: {0}")]
    Storage(#[from] Box<redb::Error>),
    #[error("journal: table {table} has a record that cannot be read: {source}")]
    Damaged {
        table: String,
        source: serde_json::Error,
    },
    #[error(
        "the journal is of {} on {} (escrow {}), the configuration of {} on {} (escrow {}); give each its own data directory",
        .journal.owner, .journal.chain_id, .journal.lease_escrow, .config.owner, .config.chain_id, .config.lease_escrow
    )]
    OtherMarket {
        journal: Box<Identity>,
        config: Box<Identity>,
    },
}

macro_rules! storage {
    ($($t:ty),*) => { $(impl From<$t> for JournalError {
        fn from(error: $t) -> Self {
            Self::Storage(Box::new(error.into()))
        }
    })* };
}
storage!(
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError
);

impl Journal {
    /// Opens or makes the journal; one process at a time.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let at = || path.to_owned();
        let db = Database::create(path).map_err(|source| match source {
            redb::DatabaseError::DatabaseAlreadyOpen => JournalError::InUse { path: at() },
            source => JournalError::Open { path: at(), source },
        })?;
        Self::with(db)
    }

    /// One that is gone with the process: for dry runs.
    pub fn in_memory() -> Result<Self, JournalError> {
        let db = Database::builder().create_with_backend(InMemoryBackend::new());
        Self::with(db.map_err(|source| JournalError::Open {
            path: "memory".into(),
            source,
        })?)
    }

    fn with(db: Database) -> Result<Self, JournalError> {
        let tx = db.begin_write()?;
        tx.open_table(META)?;
        for table in [ORDERS, LEASES, TXS] {
            tx.open_table(table)?;
        }
        for table in [UNITS, BATCHES, DUTIES] {
            tx.open_table(table)?;
        }
        tx.open_table(OBJECTS)?;
        tx.commit()?;
        Ok(Self { db })
    }

    /// Ties a new journal to a market, and refuses one that is tied to another.
    pub fn bind(&self, config: &Identity) -> Result<(), JournalError> {
        match self.get::<_, Identity>(META, IDENTITY)? {
            None => self.write(|w| w.put(META, IDENTITY, config)),
            Some(journal) if journal == *config => Ok(()),
            Some(journal) => Err(JournalError::OtherMarket {
                journal: Box::new(journal),
                config: Box::new(config.clone()),
            }),
        }
    }

    /// All that `change` writes is there afterwards, or nothing.
    pub fn write<T>(
        &self,
        change: impl FnOnce(&mut Write<'_>) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        let tx = self.db.begin_write()?;
        let value = change(&mut Write { tx: &tx })?;
        tx.commit()?;
        Ok(value)
    }

    /// The last block whose events are dealt with; `None` in a new journal.
    pub fn cursor(&self) -> Result<Option<Mark>, JournalError> {
        self.get(META, CURSOR)
    }

    pub fn orders(&self) -> Result<Vec<(OrderId, OrderState)>, JournalError> {
        let all = self.all(ORDERS, 0..=u64::MAX)?;
        Ok(all
            .into_iter()
            .map(|(order, state)| (OrderId(order), state))
            .collect())
    }

    pub fn leases(&self) -> Result<Vec<(LeaseId, LeaseRecord)>, JournalError> {
        let all = self.all(LEASES, 0..=u64::MAX)?;
        Ok(all
            .into_iter()
            .map(|(lease, record)| (LeaseId(lease), record))
            .collect())
    }

    pub fn lease(&self, lease: LeaseId) -> Result<Option<LeaseRecord>, JournalError> {
        self.get(LEASES, lease.0)
    }

    /// Units from `first` on, at most `limit`, in order.
    pub fn units(
        &self,
        lease: LeaseId,
        first: u32,
        limit: usize,
    ) -> Result<Vec<(u32, UnitRecord)>, JournalError> {
        let tx = self.db.begin_read()?;
        let table = tx.open_table(UNITS)?;
        let range = table.range((lease.0, first)..=(lease.0, u32::MAX))?;
        range
            .take(limit)
            .map(|entry| {
                let (key, value) = entry?;
                Ok((key.value().1, read("units", value.value())?))
            })
            .collect()
    }

    pub fn unit(&self, lease: LeaseId, unit: u32) -> Result<Option<UnitRecord>, JournalError> {
        self.get(UNITS, (lease.0, unit))
    }

    /// Batches by their first unit.
    pub fn batches(&self, lease: LeaseId) -> Result<Vec<BatchRecord>, JournalError> {
        let all = self.all(BATCHES, (lease.0, 0)..=(lease.0, u32::MAX))?;
        Ok(all.into_iter().map(|(_, batch)| batch).collect())
    }

    /// What this agent answers in an audit, once it has decided.
    pub fn duty(&self, audit: AuditId) -> Result<Option<DutyRecord>, JournalError> {
        self.get(DUTIES, (audit.lease.0, audit.unit))
    }

    pub fn txs(&self) -> Result<Vec<(u64, TxRecord)>, JournalError> {
        self.all(TXS, 0..=u64::MAX)
    }

    /// Size of an object, if it belongs to the lease.
    pub fn object(&self, lease: LeaseId, digest: &Digest) -> Result<Option<u64>, JournalError> {
        let tx = self.db.begin_read()?;
        let table = tx.open_table(OBJECTS)?;
        let found = table.get((lease.0, digest.to_string().as_str()))?;
        Ok(found.map(|size| size.value()))
    }

    /// What the store holds for leases: for those of `of`, and for all others.
    pub fn held(&self, of: &BTreeSet<LeaseId>) -> Result<(BTreeSet<Digest>, BTreeSet<Digest>), JournalError> {
        let (mut theirs, mut others) = (BTreeSet::new(), BTreeSet::new());
        let mut note = |lease: u64, digest: Digest| match of.contains(&LeaseId(lease)) {
            true => theirs.insert(digest),
            false => others.insert(digest),
        };
        let tx = self.db.begin_read()?;
        for entry in tx.open_table(OBJECTS)?.iter()? {
            let key = entry?.0;
            let (lease, digest) = key.value();
            // What is no digest names nothing in the store.
            if let Ok(digest) = digest.parse() {
                note(lease, digest);
            }
        }
        for entry in tx.open_table(UNITS)?.iter()? {
            let (key, value) = entry?;
            let unit: UnitRecord = read("units", value.value())?;
            note(key.value().0, unit.result);
        }
        Ok((theirs, others))
    }

    /// Bytes of all objects of a lease.
    pub fn stored(&self, lease: LeaseId) -> Result<u64, JournalError> {
        let tx = self.db.begin_read()?;
        let table = tx.open_table(OBJECTS)?;
        let mut sum = 0u64;
        for entry in table.range((lease.0, "")..(lease.0.saturating_add(1), ""))? {
            sum = sum.saturating_add(entry?.1.value());
        }
        Ok(sum)
    }

    fn get<K, V>(&self, table: Table<K>, key: K::SelfType<'_>) -> Result<Option<V>, JournalError>
    where
        K: redb::Key + 'static,
        V: DeserializeOwned,
    {
        let tx = self.db.begin_read()?;
        let opened = tx.open_table(table)?;
        let found = opened.get(key)?;
        found.map(|value| read(table.name(), value.value())).transpose()
    }

    fn all<K, V>(
        &self,
        table: Table<K>,
        range: std::ops::RangeInclusive<K>,
    ) -> Result<Vec<(K, V)>, JournalError>
    where
        K: redb::Key + for<'a> redb::Value<SelfType<'a> = K> + 'static,
        V: DeserializeOwned,
    {
        let tx = self.db.begin_read()?;
        let opened = tx.open_table(table)?;
        let entries = opened.range(range)?;
        entries
            .map(|entry| {
                let (key, value) = entry?;
                Ok((key.value(), read(table.name(), value.value())?))
            })
            .collect()
    }
}

/// Changes that are made together.
pub struct Write<'a> {
    tx: &'a WriteTransaction,
}

impl Write<'_> {
    pub fn cursor(&mut self, read: &Mark) -> Result<(), JournalError> {
        self.put(META, CURSOR, read)
    }

    pub fn order(&mut self, order: OrderId, state: &OrderState) -> Result<(), JournalError> {
        self.put(ORDERS, order.0, state)
    }

    pub fn forget_order(&mut self, order: OrderId) -> Result<(), JournalError> {
        self.delete(ORDERS, order.0)
    }

    pub fn lease(&mut self, lease: LeaseId, record: &LeaseRecord) -> Result<(), JournalError> {
        self.put(LEASES, lease.0, record)
    }

    /// A lease with its units, its batches and the list of its objects.
    pub fn forget_lease(&mut self, lease: LeaseId) -> Result<(), JournalError> {
        self.delete(LEASES, lease.0)?;
        for table in [UNITS, BATCHES] {
            let mut table = self.tx.open_table(table)?;
            table.retain_in((lease.0, 0)..=(lease.0, u32::MAX), |_, _| false)?;
        }
        let mut objects = self.tx.open_table(OBJECTS)?;
        objects.retain_in((lease.0, "")..(lease.0.saturating_add(1), ""), |_, _| false)?;
        Ok(())
    }

    pub fn unit(&mut self, lease: LeaseId, unit: u32, record: &UnitRecord) -> Result<(), JournalError> {
        self.put(UNITS, (lease.0, unit), record)
    }

    pub fn batch(&mut self, lease: LeaseId, record: &BatchRecord) -> Result<(), JournalError> {
        self.put(BATCHES, (lease.0, record.sealed.first), record)
    }

    pub fn forget_batch(&mut self, lease: LeaseId, first: u32) -> Result<(), JournalError> {
        self.delete(BATCHES, (lease.0, first))
    }

    pub fn duty(&mut self, audit: AuditId, record: &DutyRecord) -> Result<(), JournalError> {
        self.put(DUTIES, (audit.lease.0, audit.unit), record)
    }

    pub fn forget_duty(&mut self, audit: AuditId) -> Result<(), JournalError> {
        self.delete(DUTIES, (audit.lease.0, audit.unit))
    }

    /// Stores a signed transaction and returns its number.
    pub fn add_tx(&mut self, record: &TxRecord) -> Result<u64, JournalError> {
        let last = self.tx.open_table(TXS)?.last()?.map(|(key, _)| key.value());
        let number = last.map_or(0, |last| last.saturating_add(1));
        self.put(TXS, number, record)?;
        Ok(number)
    }

    /// Its fate is known.
    pub fn forget_tx(&mut self, number: u64) -> Result<(), JournalError> {
        self.delete(TXS, number)
    }

    pub fn object(&mut self, lease: LeaseId, digest: &Digest, bytes: u64) -> Result<(), JournalError> {
        let digest = digest.to_string();
        self.tx
            .open_table(OBJECTS)?
            .insert((lease.0, digest.as_str()), bytes)?;
        Ok(())
    }

    /// Batches by their first unit, as this transaction sees them.
    pub fn batches(&self, lease: LeaseId) -> Result<Vec<BatchRecord>, JournalError> {
        let table = self.tx.open_table(BATCHES)?;
        let entries = table.range((lease.0, 0)..=(lease.0, u32::MAX))?;
        entries.map(|entry| read("batches", entry?.1.value())).collect()
    }

    /// A batch's record as this transaction sees it.
    pub fn read_batch(&self, lease: LeaseId, first: u32) -> Result<Option<BatchRecord>, JournalError> {
        let table = self.tx.open_table(BATCHES)?;
        let found = table.get((lease.0, first))?;
        found.map(|value| read("batches", value.value())).transpose()
    }

    fn put<K, V>(&mut self, table: Table<K>, key: K::SelfType<'_>, value: &V) -> Result<(), JournalError>
    where
        K: redb::Key + 'static,
        V: Serialize,
    {
        let bytes = serde_json::to_vec(value).map_err(|source| JournalError::Damaged {
            table: table.name().to_owned(),
            source,
        })?;
        self.tx.open_table(table)?.insert(key, bytes.as_slice())?;
        Ok(())
    }

    fn delete<K>(&mut self, table: Table<K>, key: K::SelfType<'_>) -> Result<(), JournalError>
    where
        K: redb::Key + 'static,
    {
        self.tx.open_table(table)?.remove(key)?;
        Ok(())
    }
}

fn read<V: DeserializeOwned>(table: &str, bytes: &[u8]) -> Result<V, JournalError> {
    serde_json::from_slice(bytes).map_err(|source| JournalError::Damaged {
        table: table.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::batch::{BatchState, Sealed};
    use crate::machine::order::End;
    use market_types::Hash32;

    fn identity(owner: &str) -> Identity {
        Identity {
            chain_id: "c".into(),
            lease_escrow: "e".into(),
            owner: owner.into(),
        }
    }

    fn mark(height: u64) -> Mark {
        Mark {
            height,
            hash: "AB".repeat(32).parse().unwrap(),
            time: chain_client::Timestamp::from_seconds(height),
        }
    }

    #[test]
    fn what_was_written_is_there_after_opening_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.redb");
        let sealed = Sealed {
            first: 64,
            count: 8,
            root: Hash32([1; 32]),
        };
        let batch = BatchRecord {
            sealed,
            blind: Hash32([2; 32]),
            state: BatchState::Signed,
        };
        let journal = Journal::open(&path).unwrap();
        journal
            .write(|w| {
                w.cursor(&mark(7))?;
                w.order(OrderId(3), &OrderState::Over(End::Lost))?;
                w.batch(LeaseId(8), &batch)
            })
            .unwrap();
        drop(journal);
        let journal = Journal::open(&path).unwrap();
        assert_eq!(journal.cursor().unwrap(), Some(mark(7)));
        assert_eq!(
            journal.orders().unwrap(),
            [(OrderId(3), OrderState::Over(End::Lost))]
        );
        assert_eq!(journal.batches(LeaseId(8)).unwrap(), [batch]);
        assert_eq!(journal.batches(LeaseId(9)).unwrap(), []);
    }

    #[test]
    fn a_change_that_fails_leaves_nothing_behind() {
        let journal = Journal::in_memory().unwrap();
        let failed: Result<(), _> = journal.write(|w| {
            w.cursor(&mark(9))?;
            Err(JournalError::InUse { path: "x".into() })
        });
        assert!(failed.is_err());
        assert_eq!(journal.cursor().unwrap(), None);
    }

    #[test]
    fn one_process_at_a_time_has_the_journal() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("journal.redb");
        let _open = Journal::open(&path).unwrap();
        assert!(matches!(Journal::open(&path), Err(JournalError::InUse { .. })));
    }

    #[test]
    fn a_journal_of_another_market_is_refused() {
        let journal = Journal::in_memory().unwrap();
        journal.bind(&identity("a")).unwrap();
        journal.bind(&identity("a")).unwrap();
        assert!(matches!(
            journal.bind(&identity("b")),
            Err(JournalError::OtherMarket { .. })
        ));
    }

    #[test]
    fn objects_belong_to_the_lease_they_came_with() {
        let journal = Journal::in_memory().unwrap();
        let (one, two) = (Digest::of(b"one"), Digest::of(b"two"));
        journal
            .write(|w| {
                w.object(LeaseId(8), &one, 3)?;
                w.object(LeaseId(8), &two, 4)?;
                w.object(LeaseId(9), &two, 5)
            })
            .unwrap();
        assert_eq!(journal.object(LeaseId(8), &one).unwrap(), Some(3));
        assert_eq!(journal.object(LeaseId(9), &one).unwrap(), None);
        assert_eq!(
            (
                journal.stored(LeaseId(8)).unwrap(),
                journal.stored(LeaseId(9)).unwrap()
            ),
            (7, 5)
        );
    }

    #[test]
    fn a_forgotten_lease_leaves_what_other_leases_hold() {
        let journal = Journal::in_memory().unwrap();
        let [one, two, three] = [b"1", b"2", b"3"].map(|content| Digest::of(content));
        let unit = UnitRecord {
            result: three,
            bytes: 1,
            finished_at: market_types::UnixTime(1),
            elapsed_micros: 1,
            receipt: None,
        };
        journal
            .write(|w| {
                w.object(LeaseId(8), &one, 3)?;
                w.object(LeaseId(8), &two, 3)?;
                w.unit(LeaseId(8), 0, &unit)?;
                w.object(LeaseId(16), &two, 3)?;
                w.unit(LeaseId(16), 0, &unit)
            })
            .unwrap();
        let (theirs, others) = journal.held(&[LeaseId(8)].into()).unwrap();
        assert_eq!(theirs.difference(&others).collect::<Vec<_>>(), [&one]);
        journal.write(|w| w.forget_lease(LeaseId(8))).unwrap();
        assert_eq!(journal.stored(LeaseId(8)).unwrap(), 0);
        assert_eq!(journal.units(LeaseId(8), 0, 9).unwrap(), []);
        assert_eq!(journal.units(LeaseId(16), 0, 9).unwrap().len(), 1);
        assert_eq!(journal.stored(LeaseId(16)).unwrap(), 3);
    }

    #[test]
    fn transactions_are_numbered_in_the_order_they_were_signed() {
        let journal = Journal::in_memory().unwrap();
        let record = TxRecord {
            bytes: vec![1].into(),
            intents: vec![],
        };
        let numbers: Vec<_> = (0..3)
            .map(|_| journal.write(|w| w.add_tx(&record)).unwrap())
            .collect();
        assert_eq!(numbers, [0, 1, 2]);
        journal.write(|w| w.forget_tx(0)).unwrap();
        assert_eq!(journal.txs().unwrap().len(), 2);
    }
}
