use ark_bls12_381::{g1, Fr, G1Affine, G2Affine};
use ark_ec::hashing::curve_maps::wb::WBMap;
use ark_ec::hashing::map_to_curve_hasher::MapToCurveBasedHasher;
use ark_ec::hashing::{HashToCurve, HashToCurveError};
use ark_ec::short_weierstrass::Projective;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::field_hashers::DefaultFieldHasher;
use ark_ff::PrimeField;
use ark_serialize::CanonicalSerialize;
use sha2::{Digest, Sha256};

use crate::round::{message, PublicKey, Signature, DOMAIN};

type Hasher = MapToCurveBasedHasher<Projective<g1::Config>, DefaultFieldHasher<Sha256>, WBMap<g1::Config>>;

/// The secret of a beacon that one party runs.
pub struct Key(Fr);

impl Key {
    /// The key that follows from `seed`.
    pub fn from_seed(seed: &[u8]) -> Self {
        let mut wide = [0; 64];
        for (half, number) in wide.chunks_mut(32).zip(0u8..) {
            let digest = Sha256::new()
                .chain_update("leasebook/beacon-key/1")
                .chain_update([number])
                .chain_update(seed);
            half.copy_from_slice(&digest.finalize());
        }
        Self(Fr::from_be_bytes_mod_order(&wide))
    }

    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 96];
        write(&(G2Affine::generator() * self.0).into_affine(), &mut bytes);
        PublicKey(bytes)
    }

    /// # Errors
    /// None that a message of 32 bytes can cause.
    pub fn sign(&self, round: u64) -> Result<Signature, HashToCurveError> {
        let hashed: G1Affine = Hasher::new(DOMAIN)?.hash(&message(round))?;
        let mut bytes = [0; 48];
        write(&(hashed * self.0).into_affine(), &mut bytes);
        Ok(Signature(bytes))
    }
}

/// A compressed point has exactly the length of its array.
fn write<P: CanonicalSerialize, const N: usize>(point: &P, bytes: &mut [u8; N]) {
    let written = point.serialize_compressed(&mut bytes[..]);
    debug_assert!(written.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::{verify, InvalidBeacon};

    #[test]
    fn what_a_key_signs_verifies_under_it_and_for_its_round_alone() {
        let key = Key::from_seed(b"one");
        let signature = key.sign(40).unwrap();
        assert_eq!(verify(&key.public(), 40, &signature), Ok(()));
        assert_eq!(
            verify(&key.public(), 60, &signature),
            Err(InvalidBeacon::WrongSignature { round: 60 })
        );
        assert_eq!(
            verify(&Key::from_seed(b"two").public(), 40, &signature),
            Err(InvalidBeacon::WrongSignature { round: 40 })
        );
    }

    #[test]
    fn a_point_that_fits_everything_or_is_none_is_refused() {
        let key = Key::from_seed(b"one");
        let mut infinity = [0; 48];
        infinity[0] = 0xc0;
        assert_eq!(
            verify(&key.public(), 1, &Signature(infinity)),
            Err(InvalidBeacon::Infinity)
        );
        assert!(matches!(
            verify(&key.public(), 1, &Signature([7; 48])),
            Err(InvalidBeacon::NoPoint(_))
        ));
    }
}
