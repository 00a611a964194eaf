//! One key in one file, readable by its owner alone: in plain text or sealed.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{KeyError, Mnemonic, Password, PublicKey, Sealed, SigningKey};

pub(super) const FILE_MODE: u32 = 0o600;
/// A 24-word phrase has at most 215 characters, a sealed one about 1,000.
const MAX_FILE: u64 = 4_096;

/// What a key is made from: a mnemonic, or 64 hex digits of a private key. Never printed by `Debug`; cleared on drop.
#[derive(Clone)]
pub struct Secret {
    text: Zeroizing<String>,
    key: SigningKey,
}

impl Secret {
    /// # Errors
    /// The text is neither; it is not repeated.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let key = match hex::decode(text).map(Zeroizing::new) {
            Ok(bytes) if !text.is_empty() => SigningKey::from_bytes(&bytes)?,
            _ => Mnemonic::parse(text)?.key()?,
        };
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
            key,
        })
    }

    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// For showing it to its owner once.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({:?})", self.key)
    }
}

/// A key as it is stored.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    Plain(Secret),
    Sealed(Box<Sealed>),
}

impl KeyFile {
    /// Reads a file that its owner alone may read.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let io = |cause| KeyError::Io {
            path: path.to_owned(),
            cause,
        };
        let file = File::open(path).map_err(|cause| match cause.kind() {
            ErrorKind::NotFound => KeyError::Missing {
                path: path.to_owned(),
            },
            _ => io(cause),
        })?;
        owner_only(path, file.metadata().map_err(io)?.mode(), FILE_MODE)?;
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_FILE).read_to_string(&mut text).map_err(io)?;
        Self::parse(path, &text)
    }

    /// What a file at `path` holds.
    pub fn parse(path: &Path, text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let content = match text.starts_with('{') {
            true => Content::Sealed(Box::new(Sealed::read(text).map_err(|cause| sealed(path, cause))?)),
            false => Content::Plain(Secret::parse(text).map_err(|error| match error {
                KeyError::WordCount { .. } | KeyError::PrivateKey => KeyError::NotAKey {
                    path: path.to_owned(),
                },
                error => error,
            })?),
        };
        Ok(Self {
            path: path.to_owned(),
            content,
        })
    }

    /// Stores a secret in a new file, sealed if there is a password.
    ///
    /// # Errors
    /// [`KeyError::Exists`] if there is a file; no key is ever overwritten.
    pub fn write(path: &Path, secret: &Secret, password: Option<&Password>) -> Result<Self, KeyError> {
        let content = match password {
            None => Content::Plain(secret.clone()),
            Some(password) => {
                let public_key = secret.key().public_key();
                let made = Sealed::seal(secret.text(), &public_key, password);
                Content::Sealed(Box::new(made.map_err(|cause| sealed(path, cause))?))
            }
        };
        let file = Self {
            path: path.to_owned(),
            content,
        };
        file.copy_to(path)?;
        Ok(file)
    }

    /// Stores it in another new file as it is.
    pub fn copy_to(&self, path: &Path) -> Result<(), KeyError> {
        match &self.content {
            Content::Plain(secret) => write_new(path, secret.text()),
            Content::Sealed(content) => {
                let text = content.text().map_err(|cause| sealed(path, cause))?;
                write_new(path, &text)
            }
        }
    }

    pub fn is_sealed(&self) -> bool {
        matches!(self.content, Content::Sealed(_))
    }

    /// Whose key it is; needs no password.
    pub fn public_key(&self) -> Result<PublicKey, KeyError> {
        match &self.content {
            Content::Plain(secret) => Ok(secret.key().public_key()),
            Content::Sealed(content) => content.public_key().map_err(|cause| sealed(&self.path, cause)),
        }
    }

    /// The secret; `password` is asked for only where one is needed.
    ///
    /// # Errors
    /// What `password` says; [`KeyError::Sealed`] if it is wrong.
    pub fn open<E: From<KeyError>>(
        &self,
        password: impl FnOnce() -> Result<Password, E>,
    ) -> Result<Secret, E> {
        match &self.content {
            Content::Plain(secret) => Ok(secret.clone()),
            Content::Sealed(content) => {
                let text = content
                    .open(&password()?)
                    .map_err(|cause| sealed(&self.path, cause))?;
                Ok(Secret::parse(&text)?)
            }
        }
    }

    /// The key of a file that is not sealed.
    ///
    /// # Errors
    /// [`KeyError::Locked`] if it is.
    pub fn key(&self) -> Result<SigningKey, KeyError> {
        let locked = || KeyError::Locked {
            path: self.path.clone(),
        };
        Ok(self.open(|| Err(locked()))?.key().clone())
    }
}

impl SigningKey {
    /// Reads a key file that is not sealed and that its owner alone may read.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        KeyFile::read(path)?.key()
    }
}

fn sealed(path: &Path, cause: super::SealError) -> KeyError {
    KeyError::Sealed {
        path: path.to_owned(),
        cause,
    }
}

fn write_new(path: &Path, secret: &str) -> Result<(), KeyError> {
    let io = |cause| KeyError::Io {
        path: path.to_owned(),
        cause,
    };
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)
        .map_err(|cause| match cause.kind() {
            ErrorKind::AlreadyExists => KeyError::Exists {
                path: path.to_owned(),
            },
            _ => io(cause),
        })?;
    writeln!(file, "{secret}").map_err(io)?;
    file.sync_all().map_err(io)
}

pub(super) fn owner_only(path: &Path, mode: u32, wanted: u32) -> Result<(), KeyError> {
    match mode & 0o077 {
        0 => Ok(()),
        _ => Err(KeyError::TooOpen {
            path: path.to_owned(),
            mode: mode & 0o777,
            wanted,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Result<Password, KeyError> {
        Ok(Password::new(text.to_owned()).unwrap())
    }

    #[test]
    fn a_sealed_key_is_read_back_with_its_password_and_named_without() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("provider.key");
        let secret = Secret::parse(&hex::encode([0x11; 32])).unwrap();
        KeyFile::write(&path, &secret, Some(&password("open sesame").unwrap())).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, FILE_MODE);
        let file = KeyFile::read(&path).unwrap();
        assert!(file.is_sealed());
        assert_eq!(file.public_key().unwrap(), secret.key().public_key());
        assert_eq!(
            file.open(|| password("open sesame")).unwrap().text(),
            secret.text()
        );
        let error = file.open(|| password("guess")).unwrap_err();
        assert!(error.to_string().contains("the password is wrong"), "{error}");
        assert!(matches!(
            SigningKey::from_file(&path),
            Err(KeyError::Locked { .. })
        ));
    }

    #[test]
    fn a_plain_key_asks_for_no_password() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("agent.key");
        let secret = Secret::parse(&hex::encode([0x11; 32])).unwrap();
        let file = KeyFile::write(&path, &secret, None).unwrap();
        let asked = || -> Result<Password, KeyError> { panic!("asked for a password") };
        assert_eq!(file.open(asked).unwrap().text(), secret.text());
        assert!(SigningKey::from_file(&path).is_ok());
        assert!(matches!(
            KeyFile::write(&path, &secret, None),
            Err(KeyError::Exists { .. })
        ));
    }

    #[test]
    fn debug_shows_no_secret() {
        let secret = Secret::parse(&hex::encode([0x11; 32])).unwrap();
        assert!(!format!("{secret:?}").contains("1111"));
    }
}
