//! Receipts against test vectors computed from the specification by another program, `testdata/receipts.py`.

#![allow(clippy::unwrap_used)]

use jobs::receipt::{prove, root, verify_proof, Leaf, Receipt, SignatureError, SignedReceipt};
use k256::ecdsa::SigningKey;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    leaves: Vec<LeafVector>,
    roots: Vec<RootVector>,
}

#[derive(Deserialize)]
struct LeafVector {
    receipt: Fields,
    encoded: String,
    leaf: String,
}

#[derive(Deserialize)]
struct Fields {
    lease: u64,
    unit: u32,
    provider: u32,
    input: String,
    parameters: String,
    result: String,
    finished_at: u64,
}

#[derive(Deserialize)]
struct RootVector {
    count: usize,
    root: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../testdata/receipts.json")).unwrap()
}

fn bytes(hex_digits: &str) -> [u8; 32] {
    hex::decode(hex_digits).unwrap().try_into().unwrap()
}

fn receipt(fields: &Fields) -> Receipt {
    Receipt {
        lease: fields.lease,
        unit: fields.unit,
        provider: fields.provider,
        input: bytes(&fields.input),
        parameters: bytes(&fields.parameters),
        result: bytes(&fields.result),
        finished_at: fields.finished_at,
    }
}

#[test]
fn encodings_and_leaves_are_those_of_the_specification() {
    for vector in vectors().leaves {
        let receipt = receipt(&vector.receipt);
        assert_eq!(hex::encode(receipt.encode()), vector.encoded);
        assert_eq!(hex::encode(receipt.leaf()), vector.leaf);
        assert_eq!(Receipt::decode(&receipt.encode()), receipt);
    }
}

#[test]
fn roots_of_all_batch_sizes_are_those_of_the_specification() {
    let vectors = vectors();
    let leaves: Vec<Leaf> = vectors.leaves[..64].iter().map(|v| bytes(&v.leaf)).collect();
    assert_eq!(vectors.roots.len(), 64);
    for vector in vectors.roots {
        let batch = &leaves[..vector.count];
        let computed = root(batch).unwrap();
        assert_eq!(hex::encode(computed), vector.root, "{} leaves", vector.count);
        let last = vector.count as u32 - 1;
        let proof = prove(batch, last).unwrap();
        assert!(verify_proof(
            &computed,
            vector.count as u32,
            last,
            &batch[last as usize],
            &proof
        ));
    }
}

#[test]
fn every_field_changes_the_leaf() {
    let receipt = receipt(&vectors().leaves[5].receipt);
    let changed = [
        Receipt {
            lease: receipt.lease + 1,
            ..receipt
        },
        Receipt {
            unit: receipt.unit + 1,
            ..receipt
        },
        Receipt {
            provider: receipt.provider + 1,
            ..receipt
        },
        Receipt {
            input: [1; 32],
            ..receipt
        },
        Receipt {
            parameters: [1; 32],
            ..receipt
        },
        Receipt {
            result: [1; 32],
            ..receipt
        },
        Receipt {
            finished_at: receipt.finished_at + 1,
            ..receipt
        },
    ];
    for other in changed {
        assert_ne!(other.leaf(), receipt.leaf());
    }
}

#[test]
fn a_signature_holds_for_its_key_and_its_receipt_alone() {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let public = key.verifying_key().to_encoded_point(true);
    let receipt = receipt(&vectors().leaves[0].receipt);
    let signed = SignedReceipt::new(receipt, &key).unwrap();
    assert_eq!(signed.verify(public.as_bytes()), Ok(()));
    assert_eq!(
        SignedReceipt::new(receipt, &key).unwrap(),
        signed,
        "deterministic"
    );

    let other = SigningKey::from_slice(&[8; 32])
        .unwrap()
        .verifying_key()
        .to_encoded_point(true);
    assert_eq!(signed.verify(other.as_bytes()), Err(SignatureError::Wrong));
    let moved = SignedReceipt {
        receipt: Receipt { unit: 1, ..receipt },
        ..signed
    };
    assert_eq!(moved.verify(public.as_bytes()), Err(SignatureError::Wrong));
    assert_eq!(
        signed.verify(&public.as_bytes()[1..]),
        Err(SignatureError::PublicKey(32))
    );
    let nothing = SignedReceipt {
        signature: [0; 64],
        ..signed
    };
    assert_eq!(nothing.verify(public.as_bytes()), Err(SignatureError::Malformed));
}

#[test]
fn the_second_valid_signature_of_a_receipt_is_refused() {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let public = key.verifying_key().to_encoded_point(true);
    let mut signed = SignedReceipt::new(receipt(&vectors().leaves[0].receipt), &key).unwrap();
    let low = k256::ecdsa::Signature::from_slice(&signed.signature).unwrap();
    let high = k256::ecdsa::Signature::from_scalars(low.r(), -low.s()).unwrap();
    signed.signature = high.to_bytes().into();
    assert_eq!(signed.verify(public.as_bytes()), Err(SignatureError::Malformed));
}
