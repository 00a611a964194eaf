//! A secret under a password: Argon2id makes the key, XChaCha20-Poly1305 hides the secret and keeps the rest from being
//! changed unnoticed.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    aead::{Aead, KeyInit, Payload},
    XChaCha20Poly1305, XNonce,
};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use super::PublicKey;

const FORMAT: &str = "leasebook-key";
const VERSION: u32 = 1;
/// The second recommendation of RFC 9106, on one lane: 64 MiB, three passes.
const COST: Cost = Cost {
    memory_kib: 65_536,
    passes: 3,
    lanes: 1,
};
/// What a file may ask for: more would be an attack on who opens it.
const MAX_COST: Cost = Cost {
    memory_kib: 1 << 20,
    passes: 16,
    lanes: 16,
};

/// What opens a sealed key. Never printed by `Debug`; cleared on drop.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// # Errors
    /// An empty password protects nothing.
    pub fn new(text: String) -> Result<Self, SealError> {
        match text.is_empty() {
            true => Err(SealError::EmptyPassword),
            false => Ok(Self(Zeroizing::new(text))),
        }
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// None of these carries key material.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SealError {
    #[error("an empty password protects nothing")]
    EmptyPassword,
    #[error("the password is wrong, or the file was changed")]
    WrongPassword,
    #[error("it has version {found} of the sealed format; this program knows {VERSION}")]
    Version { found: u32 },
    #[error("it is sealed by {kdf} and {cipher}; this program knows {KDF} and {CIPHER}")]
    Algorithm { kdf: String, cipher: String },
    #[error(
        "it asks for {memory_kib} KiB, {passes} passes and {lanes} lanes to open, which is no sane cost"
    )]
    Cost {
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    },
    #[error("it is no sealed key: {cause}")]
    Malformed { cause: String },
    #[error("the secret cannot be sealed")]
    Cipher,
}

const KDF: &str = "argon2id";
const CIPHER: &str = "xchacha20poly1305";

/// A sealed key as it is stored: JSON, bytes in hexadecimal. Whose key it is can be read without the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    format: String,
    version: u32,
    /// 33 bytes, compressed.
    public_key: String,
    kdf: String,
    cost: Cost,
    /// 16 bytes.
    salt: String,
    cipher: String,
    /// 24 bytes.
    nonce: String,
    ciphertext: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Sealed {
    pub(super) fn seal(secret: &str, public_key: &PublicKey, password: &Password) -> Result<Self, SealError> {
        let (mut salt, mut nonce) = ([0; 16], [0; 24]);
        rand::rngs::OsRng.fill_bytes(&mut salt);
        rand::rngs::OsRng.fill_bytes(&mut nonce);
        let mut sealed = Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            public_key: hex::encode(public_key.as_bytes()),
            kdf: KDF.to_owned(),
            cost: COST,
            salt: hex::encode(salt),
            cipher: CIPHER.to_owned(),
            nonce: hex::encode(nonce),
            ciphertext: String::new(),
        };
        let head = sealed.head();
        let payload = Payload {
            msg: secret.as_bytes(),
            aad: head.as_bytes(),
        };
        let ciphertext = sealed
            .cipher(password)?
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::Cipher)?;
        sealed.ciphertext = hex::encode(ciphertext);
        Ok(sealed)
    }

    /// The secret.
    ///
    /// # Errors
    /// [`SealError::WrongPassword`]; a format or a cost that this program does not take.
    pub(super) fn open(&self, password: &Password) -> Result<Zeroizing<String>, SealError> {
        self.check()?;
        let nonce: [u8; 24] = bytes(&self.nonce)?;
        let ciphertext = hex::decode(&self.ciphertext).map_err(malformed)?;
        let head = self.head();
        let payload = Payload {
            msg: ciphertext.as_slice(),
            aad: head.as_bytes(),
        };
        let secret = self
            .cipher(password)?
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::WrongPassword)?;
        let secret = Zeroizing::new(secret);
        let text = std::str::from_utf8(&secret).map_err(malformed)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    pub(super) fn read(text: &str) -> Result<Self, SealError> {
        let sealed: Self = serde_json::from_str(text).map_err(malformed)?;
        sealed.check()?;
        Ok(sealed)
    }

    pub(super) fn text(&self) -> Result<String, SealError> {
        serde_json::to_string_pretty(self).map_err(malformed)
    }

    /// Whose key it is, as the file says; opening it proves it.
    pub(super) fn public_key(&self) -> Result<PublicKey, SealError> {
        PublicKey::from_bytes(&bytes::<33>(&self.public_key)?).map_err(malformed)
    }

    fn check(&self) -> Result<(), SealError> {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        if self.format != FORMAT {
            return Err(malformed(format_args!("format {:?}", self.format)));
        }
        if self.version != VERSION {
            return Err(SealError::Version { found: self.version });
        }
        if (self.kdf.as_str(), self.cipher.as_str()) != (KDF, CIPHER) {
            let (kdf, cipher) = (self.kdf.clone(), self.cipher.clone());
            return Err(SealError::Algorithm { kdf, cipher });
        }
        let sane = memory_kib <= MAX_COST.memory_kib && passes <= MAX_COST.passes && lanes <= MAX_COST.lanes;
        match sane {
            true => Ok(()),
            false => Err(SealError::Cost {
                memory_kib,
                passes,
                lanes,
            }),
        }
    }

    /// All that is not hidden, in one line, which the ciphertext is bound to.
    fn head(&self) -> String {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        let parts = [
            self.format.as_str(),
            &self.version.to_string(),
            &self.public_key,
            &self.kdf,
            &memory_kib.to_string(),
            &passes.to_string(),
            &lanes.to_string(),
            &self.salt,
            &self.cipher,
            &self.nonce,
        ];
        parts.join("/")
    }

    fn cipher(&self, password: &Password) -> Result<XChaCha20Poly1305, SealError> {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        let salt: [u8; 16] = bytes(&self.salt)?;
        let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| SealError::Cost {
            memory_kib,
            passes,
            lanes,
        })?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.0.as_bytes(), &salt, key.as_mut_slice())
            .map_err(malformed)?;
        XChaCha20Poly1305::new_from_slice(key.as_slice()).map_err(|_| SealError::Cipher)
    }
}

fn bytes<const N: usize>(text: &str) -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(malformed)?;
    Ok(bytes)
}

fn malformed(cause: impl std::fmt::Display) -> SealError {
    SealError::Malformed {
        cause: cause.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;

    const SECRET: &str = "correct horse battery staple";

    fn password(text: &str) -> Password {
        Password::new(text.to_owned()).unwrap()
    }

    fn sealed() -> Sealed {
        let key = SigningKey::from_bytes(&[0x11; 32]).unwrap().public_key();
        Sealed::seal(SECRET, &key, &password("open sesame")).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_with_its_password_alone_and_shows_whose_it_is() {
        let sealed = sealed();
        let text = sealed.text().unwrap();
        assert!(!text.contains("horse"));
        let read = Sealed::read(&text).unwrap();
        assert_eq!(read.open(&password("open sesame")).unwrap().as_str(), SECRET);
        assert_eq!(read.open(&password("open sesam")), Err(SealError::WrongPassword));
        let key = SigningKey::from_bytes(&[0x11; 32]).unwrap().public_key();
        assert_eq!(read.public_key(), Ok(key));
    }

    #[test]
    fn two_seals_of_one_secret_differ() {
        let (one, other) = (sealed(), sealed());
        assert!(one.salt != other.salt && one.nonce != other.nonce && one.ciphertext != other.ciphertext);
    }

    #[test]
    fn a_file_that_was_changed_does_not_open() {
        let other = SigningKey::from_bytes(&[0x12; 32]).unwrap().public_key();
        let changed = Sealed {
            public_key: hex::encode(other.as_bytes()),
            ..sealed()
        };
        assert_eq!(
            changed.open(&password("open sesame")),
            Err(SealError::WrongPassword)
        );
    }

    #[test]
    fn versions_algorithms_and_costs_of_others_are_named() {
        let of =
            |from: &str, to: &str| Sealed::read(&sealed().text().unwrap().replace(from, to)).unwrap_err();
        assert_eq!(
            of("\"version\": 1", "\"version\": 2"),
            SealError::Version { found: 2 }
        );
        assert!(matches!(of("argon2id", "scrypt"), SealError::Algorithm { kdf, .. } if kdf == "scrypt"));
        assert!(matches!(
            of("65536", "4294967295"),
            SealError::Cost {
                memory_kib: u32::MAX,
                ..
            }
        ));
        assert!(matches!(of("leasebook-key", "x"), SealError::Malformed { .. }));
        assert!(matches!(Sealed::read("{}"), Err(SealError::Malformed { .. })));
    }

    #[test]
    fn an_empty_password_is_refused_and_none_is_shown() {
        assert_eq!(
            Password::new(String::new()).unwrap_err(),
            SealError::EmptyPassword
        );
        assert_eq!(format!("{:?}", password("open sesame")), "Password(hidden)");
    }
}
