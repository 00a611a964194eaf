//! A directory as a tenant keeps it: `job.toml`, the kernel and the inputs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::manifest::{Manifest, ManifestError};
use crate::store::{Store, StoreError};
use crate::Digest;

/// The manifest's file name.
pub const MANIFEST_FILE: &str = "job.toml";

/// A manifest and its local content, checked against each other.
#[derive(Clone, Debug)]
pub struct JobDir {
    pub manifest: Manifest,
    /// The manifest hash of the order.
    pub digest: Digest,
    pub files: Vec<LocalFile>,
}

/// Content that lies beside the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalFile {
    pub digest: Digest,
    pub size: u64,
    pub path: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum JobDirError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: {source}", path.display())]
    Manifest { path: PathBuf, source: ManifestError },
    #[error("{} is {found}, {size} bytes, but the manifest says {expected}, {expected_size} bytes: write the former into it if the change is meant", path.display())]
    Changed {
        path: PathBuf,
        expected: Digest,
        expected_size: u64,
        found: Digest,
        size: u64,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl JobDir {
    /// Opens a directory with a `job.toml`, or the TOML file itself.
    ///
    /// # Errors
    /// No manifest, an invalid one, or a file beside it that is not what the manifest says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JobDirError> {
        let path = path.as_ref();
        let file = if path.is_dir() {
            path.join(MANIFEST_FILE)
        } else {
            path.to_owned()
        };
        let text = fs::read_to_string(&file).map_err(|source| JobDirError::Io {
            path: file.clone(),
            source,
        })?;
        let invalid = |source| JobDirError::Manifest {
            path: file.clone(),
            source,
        };
        let manifest = Manifest::from_toml(&text).map_err(invalid)?;
        let digest = manifest.digest().map_err(invalid)?;
        let folder = file.parent().unwrap_or(Path::new("."));
        let files = local_files(&manifest, folder)?;
        Ok(Self {
            manifest,
            digest,
            files,
        })
    }

    /// Puts the canonical manifest and all local content into `store`.
    ///
    /// # Errors
    /// The store refuses.
    pub fn put_into(&self, store: &Store) -> Result<(), JobDirError> {
        let at = |source| JobDirError::Manifest {
            path: MANIFEST_FILE.into(),
            source,
        };
        store.put_as(&self.digest, &self.manifest.canonical().map_err(at)?)?;
        for file in &self.files {
            store.put_file(&file.digest, &file.path, file.size)?;
        }
        Ok(())
    }
}

fn local_files(manifest: &Manifest, folder: &Path) -> Result<Vec<LocalFile>, JobDirError> {
    let mut files = Vec::new();
    for content in manifest.contents() {
        let Some(local) = content.local_path() else {
            continue;
        };
        let path = folder.join(local);
        let at = |source| JobDirError::Io {
            path: path.clone(),
            source,
        };
        let size = fs::metadata(&path).map_err(at)?.len();
        let found = Digest::of_file(content.digest.algorithm, &path).map_err(at)?;
        if found != content.digest || size != content.size {
            return Err(JobDirError::Changed {
                path,
                expected: content.digest,
                expected_size: content.size,
                found,
                size,
            });
        }
        files.push(LocalFile {
            digest: found,
            size,
            path,
        });
    }
    Ok(files)
}
