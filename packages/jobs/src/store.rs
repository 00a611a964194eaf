//! A directory of content, each file named by its digest.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::digest::{Digest, Hasher, Mismatch};

/// Files lie under `<root>/<algorithm>/<first two digits>/<64 digits>`. A file under its name is whole and has that
/// digest: it is written elsewhere, flushed, then renamed.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{digest} is not in the store at {}", root.display())]
    Missing { digest: Digest, root: PathBuf },
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    #[error("content for {digest} is longer than the {max} bytes allowed")]
    TooLong { digest: Digest, max: u64 },
    #[error("store at {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

impl Store {
    /// Opens the store at `root`, making the directory if it is not there.
    ///
    /// # Errors
    /// The directory cannot be made.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let store = Self { root: root.into() };
        let incoming = store.incoming();
        fs::create_dir_all(&incoming).map_err(at(&incoming))?;
        Ok(store)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where content with this digest lies, or would.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        let digits = hex::encode(digest.bytes);
        self.root
            .join(digest.algorithm.prefix())
            .join(&digits[..2])
            .join(digits)
    }

    pub fn has(&self, digest: &Digest) -> bool {
        self.path(digest).is_file()
    }

    /// The path of content that is there.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub fn locate(&self, digest: &Digest) -> Result<PathBuf, StoreError> {
        let path = self.path(digest);
        if path.is_file() {
            Ok(path)
        } else {
            Err(StoreError::Missing {
                digest: *digest,
                root: self.root.clone(),
            })
        }
    }

    /// Reads content and checks it once more: a disk may have changed it.
    ///
    /// # Errors
    /// Missing, unreadable, or no longer what its name says.
    pub fn read(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        let path = self.locate(digest)?;
        let content = fs::read(&path).map_err(at(&path))?;
        digest.verify(&content)?;
        Ok(content)
    }

    /// Keeps `content` under its SHA-256.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put(&self, content: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(content);
        self.put_as(&digest, content)?;
        Ok(digest)
    }

    /// Keeps `content` under `digest`.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if it is other content; the disk refuses.
    pub fn put_as(&self, digest: &Digest, content: &[u8]) -> Result<PathBuf, StoreError> {
        self.put_reader(digest, content, content.len() as u64)
    }

    /// Keeps what `source` yields, at most `max` bytes, under `digest`.
    ///
    /// # Errors
    /// [`StoreError::TooLong`], [`StoreError::Mismatch`]; reading or writing fails. Nothing stays behind.
    pub fn put_reader(&self, digest: &Digest, source: impl Read, max: u64) -> Result<PathBuf, StoreError> {
        let target = self.path(digest);
        if target.is_file() {
            return Ok(target);
        }
        let incoming = self.incoming();
        let mut temp = tempfile::NamedTempFile::new_in(&incoming).map_err(at(&incoming))?;
        let mut hasher = Hasher::new(digest.algorithm);
        let mut source = source.take(max.saturating_add(1));
        let mut piece = vec![0; 64 * 1024];
        let mut length = 0u64;
        loop {
            let n = match source.read(&mut piece) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(at(&target)(e)),
            };
            length = length.saturating_add(n as u64);
            if length > max {
                return Err(StoreError::TooLong { digest: *digest, max });
            }
            hasher.update(&piece[..n]);
            temp.write_all(&piece[..n]).map_err(at(&target))?;
        }
        digest.same(hasher.finish())?;
        temp.as_file().sync_data().map_err(at(&target))?;
        self.settle(temp, &target)?;
        Ok(target)
    }

    /// Copies a file into the store under `digest`.
    ///
    /// # Errors
    /// As [`Store::put_reader`].
    pub fn put_file(&self, digest: &Digest, path: &Path, max: u64) -> Result<PathBuf, StoreError> {
        self.put_reader(digest, File::open(path).map_err(at(path))?, max)
    }

    /// Forgets content; nothing happens if it is not there.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn remove(&self, digest: &Digest) -> Result<(), StoreError> {
        let path = self.path(digest);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(at(&path)(e)),
            _ => Ok(()),
        }
    }

    fn settle(&self, temp: tempfile::NamedTempFile, target: &Path) -> Result<(), StoreError> {
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder).map_err(at(folder))?;
        }
        temp.persist(target).map_err(|e| at(target)(e.error))?;
        Ok(())
    }

    fn incoming(&self) -> PathBuf {
        self.root.join("incoming")
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Algorithm;

    #[test]
    fn content_comes_back_under_its_digest() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let digest = store.put(b"frame").unwrap();
        assert_eq!(store.read(&digest).unwrap(), b"frame");
        let blake3 = Digest::with(Algorithm::Blake3, b"frame");
        assert!(!store.has(&blake3));
        store.put_as(&blake3, b"frame").unwrap();
        assert_eq!(store.read(&blake3).unwrap(), b"frame");
    }

    #[test]
    fn content_with_another_digest_is_refused_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let digest = Digest::of(b"asked for");
        assert!(
            matches!(store.put_as(&digest, b"sent"), Err(StoreError::Mismatch(m)) if m.expected == digest)
        );
        assert!(!store.has(&digest));
        assert_eq!(fs::read_dir(store.incoming()).unwrap().count(), 0);
    }

    #[test]
    fn content_longer_than_allowed_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let digest = Digest::of(&[7; 100]);
        assert!(matches!(
            store.put_reader(&digest, io::repeat(7), 99),
            Err(StoreError::TooLong { max: 99, .. })
        ));
        store.put_reader(&digest, &[7; 100][..], 100).unwrap();
    }

    #[test]
    fn content_changed_on_disk_is_not_served() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let digest = store.put(b"frame").unwrap();
        fs::write(store.path(&digest), b"fraud").unwrap();
        assert!(matches!(store.read(&digest), Err(StoreError::Mismatch(_))));
    }

    #[test]
    fn absent_content_is_missing_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let digest = Digest::of(b"nothing");
        assert!(matches!(store.read(&digest), Err(StoreError::Missing { digest: d, .. }) if d == digest));
        store.remove(&digest).unwrap();
    }
}
