use cosmwasm_core::{BLS12_381_G1_POINT_LEN, BLS12_381_G2_GENERATOR, BLS12_381_G2_POINT_LEN};
use cosmwasm_crypto::{
    bls12_381_g1_is_identity, bls12_381_g2_is_identity, bls12_381_hash_to_g1, bls12_381_pairing_equality,
    HashFunction,
};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Domain of the hash to the curve, in RFC 9380's ciphersuite notation.
pub const DOMAIN: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/// A compressed point on G1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature(pub [u8; BLS12_381_G1_POINT_LEN]);

impl Signature {
    /// What the round brings.
    pub fn randomness(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

/// A compressed point on G2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(pub [u8; BLS12_381_G2_POINT_LEN]);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidBeacon {
    #[error("the signature or the public key is no point of its group: {0}")]
    NoPoint(String),
    #[error("the signature or the public key is the point at infinity, which fits every message")]
    Infinity,
    #[error("the signature is not one of round {round} under this public key")]
    WrongSignature { round: u64 },
}

/// What is signed for `round`.
pub fn message(round: u64) -> [u8; 32] {
    Sha256::digest(round.to_be_bytes()).into()
}

/// Is `signature` the one of `round`? The same functions as the chain's virtual machine offers to contracts.
///
/// # Errors
/// It is not.
pub fn verify(key: &PublicKey, round: u64, signature: &Signature) -> Result<(), InvalidBeacon> {
    let no_point = |error: cosmwasm_crypto::CryptoError| InvalidBeacon::NoPoint(error.to_string());
    let infinite = bls12_381_g1_is_identity(&signature.0).map_err(no_point)?
        || bls12_381_g2_is_identity(&key.0).map_err(no_point)?;
    if infinite {
        return Err(InvalidBeacon::Infinity);
    }
    let hashed = bls12_381_hash_to_g1(HashFunction::Sha256, &message(round), DOMAIN);
    // e(signature, generator) = e(H(message), public key)
    let fits = bls12_381_pairing_equality(&signature.0, &BLS12_381_G2_GENERATOR, &hashed, &key.0)
        .map_err(no_point)?;
    if fits {
        Ok(())
    } else {
        Err(InvalidBeacon::WrongSignature { round })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICKNET: &str = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
    /// Rounds that quicknet has published.
    const PUBLISHED: [(u64, &str); 5] = [
        (1_000, "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"),
        (5_928_395, "a5d07c0071b4e386b3ae09206522253c68fefe8490ad59ecc44a7dd0d0745be91da5779e2247a82403fbc0cb9a34cb61"),
        (12_040_883, "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec895bb6868e5b9ff13ab289bdb5266b394"),
        (32_281_667, "b0f5ae301358ff87a9d3dd539ed4a07c0148b1ab4f7b61a8ca43c7e9ca7ca9553e4faae9188deb30b2cd1a7f447e3e5b"),
        (32_285_086, "a64d99fd7fa3e48912be7209c7b69c72c88fc5224be2516949b6f29f3a4b7e3fa069dd58b2bbb4bf2c34ae61ef631a44"),
    ];

    fn quicknet() -> PublicKey {
        PublicKey(hex::decode(QUICKNET).unwrap().try_into().unwrap())
    }

    fn signature(hex: &str) -> Signature {
        Signature(hex::decode(hex).unwrap().try_into().unwrap())
    }

    #[test]
    fn published_rounds_of_quicknet_verify() {
        for (round, hex) in PUBLISHED {
            assert_eq!(verify(&quicknet(), round, &signature(hex)), Ok(()));
            assert_eq!(
                verify(&quicknet(), round + 1, &signature(hex)),
                Err(InvalidBeacon::WrongSignature { round: round + 1 })
            );
        }
    }

    #[test]
    fn randomness_is_what_quicknet_published_with_the_signature() {
        let (_, hex) = PUBLISHED[3];
        assert_eq!(
            hex::encode(signature(hex).randomness()),
            "4fd2fc55983dbfa3f446d8a0bd56f16cc8c5e76afd1ec154b60d477cbabed13b"
        );
    }

    #[test]
    fn a_malleated_signature_is_refused() {
        let (round, hex) = PUBLISHED[0];
        // the same x with the other y: the negated point
        let mut negated = signature(hex);
        negated.0[0] ^= 0b0010_0000;
        assert_eq!(
            verify(&quicknet(), round, &negated),
            Err(InvalidBeacon::WrongSignature { round })
        );
    }
}
