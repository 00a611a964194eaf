//! JSON files that are written whole or not at all.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::MarketError;

/// # Errors
/// The file cannot be written; what was there before still is.
pub(crate) fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), MarketError> {
    let failed = |cause: String| MarketError::WriteFile {
        path: path.into(),
        cause,
    };
    let text = serde_json::to_string_pretty(value).map_err(|error| failed(error.to_string()))?;
    let draft = path.with_extension("json.new");
    let put = || {
        let mut file = File::create(&draft)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        std::fs::rename(&draft, path)
    };
    put().map_err(|error: std::io::Error| failed(error.to_string()))
}
