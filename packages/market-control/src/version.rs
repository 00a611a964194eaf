//! Versions on chain, by cw2.

use cosmwasm_std::{DepsMut, StdError};

use crate::ControlError;

/// Check that the stored contract is `name` and older than `version`, and store `version`.
///
/// Returns the version migrated from, so that the contract can run its steps.
///
/// # Errors
/// Another contract, or not a newer version.
pub fn migrate(deps: DepsMut, name: &str, version: &str) -> Result<String, ControlError> {
    let stored = cw2::get_contract_version(deps.storage)?;
    if stored.contract != name {
        return Err(ControlError::MigrateOther {
            found: stored.contract,
            expected: name.into(),
        });
    }
    if parse(version)? <= parse(&stored.version)? {
        return Err(ControlError::MigrateNotNewer {
            from: stored.version,
            to: version.into(),
        });
    }
    cw2::set_contract_version(deps.storage, name, version)?;
    Ok(stored.version)
}

/// `major.minor.patch` as numbers. The market's versions have no suffixes.
fn parse(version: &str) -> Result<[u64; 3], ControlError> {
    let parts: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
    parts
        .and_then(|parts| parts.try_into().ok())
        .ok_or_else(|| StdError::parse_err("version", format!("{version:?} is not major.minor.patch")).into())
}
