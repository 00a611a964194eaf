use rand::RngCore;

use super::{KeyError, SigningKey};

/// The Cosmos derivation path (SLIP-44 coin type 118), first account.
const PATH: &str = "m/44'/118'/0'/0/0";

/// A BIP-39 phrase of 12 or 24 English words. Never printed by `Debug`.
#[derive(Clone)]
pub struct Mnemonic(bip39::Mnemonic);

impl Mnemonic {
    /// 24 words from the operating system's randomness.
    pub fn generate() -> Result<Self, KeyError> {
        let mut entropy = [0; 32];
        rand::rngs::OsRng.fill_bytes(&mut entropy);
        let phrase = bip39::Mnemonic::from_entropy(&entropy).map_err(malformed)?;
        Ok(Self(phrase))
    }

    pub fn parse(phrase: &str) -> Result<Self, KeyError> {
        match phrase.split_whitespace().count() {
            12 | 24 => bip39::Mnemonic::parse(phrase).map(Self).map_err(malformed),
            found => Err(KeyError::WordCount { found }),
        }
    }

    /// The words, for showing them to their owner once.
    pub fn phrase(&self) -> String {
        self.0.to_string()
    }

    /// The key at `m/44'/118'/0'/0/0`, without a BIP-39 passphrase.
    pub fn key(&self) -> Result<SigningKey, KeyError> {
        let path = PATH.parse().map_err(|_| KeyError::Derivation)?;
        let key = cosmrs::bip32::XPrv::derive_from_path(self.0.to_seed(""), &path)
            .map_err(|_| KeyError::Derivation)?;
        SigningKey::from_bytes(&key.to_bytes())
    }
}

impl std::fmt::Debug for Mnemonic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mnemonic(hidden)")
    }
}

/// bip39 names positions and counts, never words.
fn malformed(error: bip39::Error) -> KeyError {
    KeyError::Mnemonic {
        cause: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHRASE: &str =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn a_known_mnemonic_gives_the_address_wallets_give() {
        let key = Mnemonic::parse(PHRASE).unwrap().key().unwrap();
        assert_eq!(
            key.address("cosmos").unwrap(),
            "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4"
        );
    }

    #[test]
    fn a_generated_mnemonic_has_24_words_and_parses_back_to_the_same_key() {
        let mnemonic = Mnemonic::generate().unwrap();
        assert_eq!(mnemonic.phrase().split(' ').count(), 24);
        let again = Mnemonic::parse(&mnemonic.phrase()).unwrap();
        assert_eq!(
            again.key().unwrap().public_key(),
            mnemonic.key().unwrap().public_key()
        );
    }

    #[test]
    fn other_lengths_and_bad_checksums_are_refused() {
        assert!(matches!(
            Mnemonic::parse("abandon abandon"),
            Err(KeyError::WordCount { found: 2 })
        ));
        let bad = PHRASE.replace("about", "abandon");
        assert!(matches!(Mnemonic::parse(&bad), Err(KeyError::Mnemonic { .. })));
    }

    #[test]
    fn debug_shows_no_word() {
        assert_eq!(
            format!("{:?}", Mnemonic::parse(PHRASE).unwrap()),
            "Mnemonic(hidden)"
        );
    }

    #[test]
    fn errors_repeat_no_word_of_the_phrase() {
        let error = Mnemonic::parse(&PHRASE.replace("about", "zebrazebra")).unwrap_err();
        assert!(!error.to_string().contains("zebrazebra"));
    }
}
