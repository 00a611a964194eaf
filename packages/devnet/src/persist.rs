//! The chain on disk: one redb transaction per block, so that a killed process comes back with its last whole block.

use std::collections::BTreeMap;
use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::history::Block;
use crate::store::Change;

const STATE: TableDefinition<&[u8], &[u8]> = TableDefinition::new("state");
const BLOCKS: TableDefinition<u64, &[u8]> = TableDefinition::new("blocks");
const HEAD: TableDefinition<(), &[u8]> = TableDefinition::new("head");

#[derive(Debug, Error)]
pub enum PersistError {
    #[error("cannot create {path}: {cause}")]
    Folder { path: String, cause: std::io::Error },
    #[error(transparent)]
    Database(#[from] Box<redb::Error>),
    #[error("block {height} in the database cannot be read: {cause}")]
    Block { height: u64, cause: serde_json::Error },
    #[error("the head of the database cannot be read: {0}")]
    Head(serde_json::Error),
}

/// Where the chain stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub chain_id: String,
    pub height: u64,
    pub time_ns: u64,
    /// How far the chain's clock is ahead of the wall clock.
    pub offset_ns: u64,
}

pub struct Disk(Database);

pub struct Loaded {
    pub head: Head,
    pub state: BTreeMap<Vec<u8>, Vec<u8>>,
    pub blocks: Vec<Block>,
}

fn db(error: impl Into<redb::Error>) -> PersistError {
    PersistError::Database(Box::new(error.into()))
}

impl Disk {
    /// Opens or creates the database in `home`. A second process on the same home is refused.
    pub fn open(home: &Path) -> Result<Self, PersistError> {
        let folder = |cause| PersistError::Folder {
            path: home.display().to_string(),
            cause,
        };
        std::fs::create_dir_all(home).map_err(folder)?;
        Ok(Self(Database::create(home.join("devnet.redb")).map_err(db)?))
    }

    /// Everything as of the last whole block; `None` where no chain has begun.
    pub fn load(&self) -> Result<Option<Loaded>, PersistError> {
        let read = self.0.begin_read().map_err(db)?;
        let head = match read.open_table(HEAD) {
            Ok(table) => table.get(()).map_err(db)?.map(|head| head.value().to_vec()),
            Err(redb::TableError::TableDoesNotExist(_)) => None,
            Err(error) => return Err(db(error)),
        };
        let Some(head) = head else { return Ok(None) };
        let head = serde_json::from_slice(&head).map_err(PersistError::Head)?;
        let mut state = BTreeMap::new();
        for row in read.open_table(STATE).map_err(db)?.iter().map_err(db)? {
            let (key, value) = row.map_err(db)?;
            state.insert(key.value().to_vec(), value.value().to_vec());
        }
        let mut blocks = Vec::new();
        for row in read.open_table(BLOCKS).map_err(db)?.iter().map_err(db)? {
            let (height, bytes) = row.map_err(db)?;
            let height = height.value();
            let block = serde_json::from_slice(bytes.value())
                .map_err(|cause| PersistError::Block { height, cause })?;
            blocks.push(block);
        }
        Ok(Some(Loaded { head, state, blocks }))
    }

    /// Writes one block whole or not at all: its record, the state it changed, the head, and what it made forgettable.
    pub fn write(
        &self,
        head: &Head,
        block: &Block,
        changes: &[Change],
        forgotten: Option<u64>,
    ) -> Result<(), PersistError> {
        let write = self.0.begin_write().map_err(db)?;
        {
            let mut state = write.open_table(STATE).map_err(db)?;
            for (key, value) in changes {
                match value {
                    Some(value) => drop(state.insert(key.as_slice(), value.as_slice()).map_err(db)?),
                    None => drop(state.remove(key.as_slice()).map_err(db)?),
                }
            }
            let mut blocks = write.open_table(BLOCKS).map_err(db)?;
            let bytes = serde_json::to_vec(block).map_err(|cause| PersistError::Block {
                height: block.height,
                cause,
            })?;
            blocks.insert(block.height, bytes.as_slice()).map_err(db)?;
            if let Some(height) = forgotten {
                blocks.remove(height).map_err(db)?;
            }
            let bytes = serde_json::to_vec(head).map_err(PersistError::Head)?;
            write
                .open_table(HEAD)
                .map_err(db)?
                .insert((), bytes.as_slice())
                .map_err(db)?;
        }
        write.commit().map_err(db)
    }
}
