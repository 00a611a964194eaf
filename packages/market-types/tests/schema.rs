//! The files in `schema/` are what the code says.

#[path = "../examples/schema/files.rs"]
mod files;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema")
}

#[test]
fn schema_files_are_those_the_code_generates() {
    let wanted = files::files().unwrap();
    let found: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(Result::unwrap)
        // Folders hold test vectors, which are not generated from types.
        .filter(|entry| entry.file_type().unwrap().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    let names: BTreeSet<String> = wanted.keys().map(|name| name.to_string()).collect();
    assert_eq!(
        found, names,
        "schema/ has other files than the code generates: run scripts/schema"
    );
    for (name, content) in wanted {
        let on_disk = fs::read_to_string(folder().join(name)).unwrap();
        if let Some((line, (is, should))) = on_disk
            .lines()
            .zip(content.lines())
            .enumerate()
            .find(|(_, (is, should))| is != should)
        {
            panic!(
                "schema/{name}:{}: has {is:?}, the code says {should:?}: run scripts/schema",
                line + 1
            );
        }
        assert_eq!(
            on_disk.len(),
            content.len(),
            "schema/{name} differs in length: run scripts/schema"
        );
    }
}

/// A client that misspells a field must be told, not ignored.
#[test]
fn every_message_refuses_fields_it_does_not_know() {
    for (name, content) in files::files().unwrap() {
        let api: Value = serde_json::from_str(&content).unwrap();
        for part in ["execute", "query", "sudo", "migrate"] {
            let Some(schema) = api.get(part) else { continue };
            for variant in schema
                .get("oneOf")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                assert_eq!(
                    variant.get("additionalProperties"),
                    Some(&Value::Bool(false)),
                    "{name} {part}"
                );
            }
        }
    }
}
