use std::{
    fs::{self, DirBuilder},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::PathBuf,
};

use super::{file::owner_only, KeyError, KeyFile, Mnemonic, Password, Secret, SigningKey};

const DIR_MODE: u32 = 0o700;

/// A directory of key files, `NAME.key`, readable by their owner alone.
///
/// A file holds one line, a mnemonic or 64 hex digits of a private key, or the same under a password. Files or
/// directories that others may read are refused, not repaired: who could read them has to be asked by a person.
#[derive(Debug, Clone)]
pub struct Keyring {
    dir: PathBuf,
}

impl Keyring {
    /// Opens a directory, making it (mode 0700) if it is absent.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, KeyError> {
        let dir = dir.into();
        let io = |cause| KeyError::Io {
            path: dir.clone(),
            cause,
        };
        DirBuilder::new()
            .recursive(true)
            .mode(DIR_MODE)
            .create(&dir)
            .map_err(io)?;
        owner_only(&dir, fs::metadata(&dir).map_err(io)?.mode(), DIR_MODE)?;
        Ok(Self { dir })
    }

    /// Makes a key and stores its mnemonic, which is returned for its owner to write down.
    ///
    /// # Errors
    /// [`KeyError::Exists`] if the name is taken; no key is ever overwritten.
    pub fn create(&self, name: &str) -> Result<(SigningKey, Mnemonic), KeyError> {
        let mnemonic = Mnemonic::generate()?;
        Ok((self.import(name, &mnemonic)?, mnemonic))
    }

    /// As [`Self::create`], under a password.
    pub fn create_sealed(&self, name: &str, password: &Password) -> Result<(SigningKey, Mnemonic), KeyError> {
        let mnemonic = Mnemonic::generate()?;
        let key = self.store(name, &Secret::parse(&mnemonic.phrase())?, Some(password))?;
        Ok((key, mnemonic))
    }

    /// Stores a mnemonic under a new name.
    pub fn import(&self, name: &str, mnemonic: &Mnemonic) -> Result<SigningKey, KeyError> {
        self.store(name, &Secret::parse(&mnemonic.phrase())?, None)
    }

    /// Stores a secret under a new name, sealed if there is a password.
    pub fn store(
        &self,
        name: &str,
        secret: &Secret,
        password: Option<&Password>,
    ) -> Result<SigningKey, KeyError> {
        KeyFile::write(&self.path(name)?, secret, password)?;
        Ok(secret.key().clone())
    }

    /// # Errors
    /// [`KeyError::Locked`] if it is under a password: see [`Self::file`].
    pub fn load(&self, name: &str) -> Result<SigningKey, KeyError> {
        self.file(name)?.key()
    }

    /// A key as it is stored, to be opened.
    pub fn file(&self, name: &str) -> Result<KeyFile, KeyError> {
        KeyFile::read(&self.path(name)?)
    }

    /// Names of the keys, sorted.
    pub fn names(&self) -> Result<Vec<String>, KeyError> {
        let io = |cause| KeyError::Io {
            path: self.dir.clone(),
            cause,
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if path.extension().is_some_and(|extension| extension == "key") {
                names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
            }
        }
        names.sort();
        Ok(names)
    }

    /// Where the key of that name lies.
    pub fn path(&self, name: &str) -> Result<PathBuf, KeyError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            return Err(KeyError::Name {
                name: name.to_owned(),
            });
        }
        Ok(self.dir.join(format!("{name}.key")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    fn ring() -> (tempfile::TempDir, Keyring) {
        let dir = tempfile::tempdir().unwrap();
        let ring = Keyring::open(dir.path().join("keys")).unwrap();
        (dir, ring)
    }

    fn put(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    #[test]
    fn a_created_key_loads_again_and_its_file_is_private() {
        let (_dir, ring) = ring();
        let (key, mnemonic) = ring.create("provider").unwrap();
        assert_eq!(ring.load("provider").unwrap().public_key(), key.public_key());
        assert_eq!(mnemonic.key().unwrap().public_key(), key.public_key());
        let mode = fs::metadata(ring.path("provider").unwrap()).unwrap().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert_eq!(ring.names().unwrap(), ["provider"]);
    }

    #[test]
    fn a_key_file_others_may_read_is_refused() {
        let (_dir, ring) = ring();
        ring.create("provider").unwrap();
        let path = ring.path("provider").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = ring.load("provider").unwrap_err();
        assert!(matches!(error, KeyError::TooOpen { mode: 0o640, .. }), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_directory_others_may_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        assert!(matches!(
            Keyring::open(dir.path()),
            Err(KeyError::TooOpen { mode: 0o755, .. })
        ));
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let (_dir, ring) = ring();
        ring.create("provider").unwrap();
        assert!(matches!(ring.create("provider"), Err(KeyError::Exists { .. })));
    }

    #[test]
    fn names_cannot_leave_the_directory() {
        let (_dir, ring) = ring();
        for name in ["", "..", "../x", "a/b", "a.key", &"x".repeat(65)] {
            assert!(matches!(ring.load(name), Err(KeyError::Name { .. })), "{name}");
        }
    }

    #[test]
    fn hex_keys_load_and_other_content_is_refused_without_repeating_it() {
        let (_dir, ring) = ring();
        put(&ring.path("raw").unwrap(), &hex::encode([0x11; 32]));
        assert!(ring.load("raw").is_ok());
        put(&ring.path("bad").unwrap(), "correct horse battery");
        let error = ring.load("bad").unwrap_err();
        assert!(matches!(error, KeyError::NotAKey { .. }));
        assert!(!error.to_string().contains("horse"));
        assert!(matches!(ring.load("none"), Err(KeyError::Missing { .. })));
    }
}
