//! The state of one attempt, read from its directory.

use crate::executor::{ExecutorError, Exit, UnitRange, UnitResult};

use super::protocol::{self, Folder};

/// # Errors
/// The result's file is damaged.
pub fn unit_result(folder: &Folder, unit: u32) -> Result<Option<UnitResult>, ExecutorError> {
    protocol::read(&folder.result(unit))
}

/// Units are run in order, so the finished ones are the first ones.
///
/// # Errors
/// A result's file is damaged.
pub fn finished(folder: &Folder, units: UnitRange) -> Result<Vec<UnitResult>, ExecutorError> {
    let mut results = Vec::new();
    for unit in units.iter() {
        match unit_result(folder, unit)? {
            Some(result) => results.push(result),
            None => break,
        }
    }
    Ok(results)
}

/// # Errors
/// The file is damaged.
pub fn exit(folder: &Folder) -> Result<Option<Exit>, ExecutorError> {
    protocol::read(&folder.exit())
}

/// Says how the attempt ended, unless that was said before.
///
/// # Errors
/// The disk refuses.
pub fn conclude(folder: &Folder, exit: &Exit) -> Result<(), ExecutorError> {
    if self::exit(folder)?.is_none() {
        protocol::write(&folder.exit(), exit)?;
    }
    Ok(())
}
