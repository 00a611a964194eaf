//! Signatures of receipts against the test vectors of `schema/vectors/receipts.py`.

#![allow(clippy::unwrap_used)]

use jobs::receipt::{sign, Leaf, MarketTag, Receipt, SignatureError, SignedReceipt, Tree};
use k256::ecdsa::SigningKey;
use market_types::receipt::Batch;
use market_types::{Hash32, LeaseId, ProviderNo, UnixTime};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    public_key: String,
    leaves: Vec<LeafVector>,
}

#[derive(Deserialize)]
struct LeafVector {
    leaf: String,
    signature: String,
}

fn receipt(unit: u32) -> Receipt {
    Receipt {
        market: MarketTag::new("leasebook-1", "wasm1attestation"),
        lease: LeaseId(7),
        unit,
        provider: ProviderNo(3),
        input: [1; 32],
        parameters: [2; 32],
        result: [3; 32],
        finished_at: UnixTime(1_800_000_000),
    }
}

#[test]
fn signatures_are_those_of_the_specification() {
    let vectors: Vectors =
        serde_json::from_str(include_str!("../../../schema/vectors/receipts.json")).unwrap();
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let public = key.verifying_key().to_encoded_point(true);
    assert_eq!(hex::encode(public.as_bytes()), vectors.public_key);
    for vector in vectors.leaves {
        let leaf: Leaf = hex::decode(vector.leaf).unwrap().try_into().unwrap();
        assert_eq!(hex::encode(sign(&leaf, &key).unwrap()), vector.signature);
    }
}

#[test]
fn what_an_agent_opens_is_what_the_chain_checks() {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let public = key.verifying_key().to_encoded_point(true);
    let signed: Vec<_> = (10..21)
        .map(|unit| SignedReceipt::new(receipt(unit), &key).unwrap())
        .collect();
    let leaves: Vec<_> = signed.iter().map(|s| s.receipt.leaf()).collect();
    let tree = Tree::of_batch(&leaves, Hash32([5; 32])).unwrap();
    let batch = Batch {
        market: receipt(0).market,
        lease: LeaseId(7),
        provider: ProviderNo(3),
        first_unit: 10,
        count: 11,
        root: tree.root(),
    };
    for (index, receipt) in (0..).zip(&signed) {
        let opening = receipt.open(&tree, index).unwrap();
        let leaf = batch.check(10 + index, &opening).unwrap();
        let signature = opening.signature.to_array().unwrap();
        assert_eq!(
            jobs::receipt::verify(&leaf, &signature, public.as_bytes()),
            Ok(())
        );
    }
}

#[test]
fn a_signature_holds_for_its_key_and_its_receipt_alone() {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let public = key.verifying_key().to_encoded_point(true);
    let receipt = receipt(0);
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
    let mut signed = SignedReceipt::new(receipt(0), &key).unwrap();
    let low = k256::ecdsa::Signature::from_slice(&signed.signature).unwrap();
    let high = k256::ecdsa::Signature::from_scalars(low.r(), -low.s()).unwrap();
    signed.signature = high.to_bytes().into();
    assert_eq!(signed.verify(public.as_bytes()), Err(SignatureError::Malformed));
}
