//! A directory as a tenant keeps it: `job.toml` or `job.yaml`, the kernel and the inputs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::manifest::{Manifest, ManifestError};
use crate::store::{Store, StoreError};
use crate::Digest;

/// The names a manifest may have in its directory; there is one of them.
pub const MANIFEST_FILES: [&str; 3] = ["job.toml", "job.yaml", "job.yml"];

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
    #[error("{} has more than one manifest, {first} and {second}: keep one", path.display())]
    ManyManifests {
        path: PathBuf,
        first: &'static str,
        second: &'static str,
    },
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
    /// Opens a directory with one of [`MANIFEST_FILES`], or the manifest itself: YAML if it is called so, else TOML.
    ///
    /// # Errors
    /// No manifest or several, an invalid one, or a file beside it that is not what the manifest says.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, JobDirError> {
        let path = path.as_ref();
        let file = if path.is_dir() {
            path.join(manifest_in(path)?)
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
        let yaml = file
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml");
        let manifest = match yaml {
            true => Manifest::from_yaml(&text),
            false => Manifest::from_toml(&text),
        }
        .map_err(invalid)?;
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
            path: MANIFEST_FILES[0].into(),
            source,
        };
        store.put_as(&self.digest, &self.manifest.canonical().map_err(at)?)?;
        for file in &self.files {
            store.put_file(&file.digest, &file.path, file.size)?;
        }
        Ok(())
    }
}

/// The manifest in `folder`; where there is none, the name it is expected under.
fn manifest_in(folder: &Path) -> Result<&'static str, JobDirError> {
    let mut there = MANIFEST_FILES
        .into_iter()
        .filter(|name| folder.join(name).exists());
    match (there.next(), there.next()) {
        (Some(first), Some(second)) => Err(JobDirError::ManyManifests {
            path: folder.to_owned(),
            first,
            second,
        }),
        (found, _) => Ok(found.unwrap_or(MANIFEST_FILES[0])),
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
