//! Receipts against test vectors computed from the specification by another program, `schema/vectors/receipts.py`.

#![allow(clippy::unwrap_used)]

use cosmwasm_std::HexBinary;
use market_types::receipt::{
    prove, root, verify_proof, Batch, Leaf, MarketTag, Opening, OpeningError, Receipt, Statement, Tree,
    TreeError, MAX_LEAVES, MAX_PATH,
};
use market_types::{Hash32, LeaseId, ProviderNo, UnixTime};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    leaves: Vec<LeafVector>,
    roots: Vec<RootVector>,
    paths: Vec<PathVector>,
}

#[derive(Deserialize)]
struct LeafVector {
    receipt: Fields,
    encoded: HexBinary,
    leaf: Hash32,
    signature: HexBinary,
}

#[derive(Deserialize)]
struct Fields {
    chain_id: String,
    attestation: String,
    lease: u64,
    unit: u32,
    provider: u32,
    input: Hash32,
    parameters: Hash32,
    result: Hash32,
    finished_at: u64,
}

#[derive(Deserialize)]
struct RootVector {
    count: usize,
    root: Hash32,
}

#[derive(Deserialize)]
struct PathVector {
    count: usize,
    index: u32,
    path: Vec<Hash32>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../schema/vectors/receipts.json")).unwrap()
}

fn receipt(fields: &Fields) -> Receipt {
    Receipt {
        market: MarketTag::new(&fields.chain_id, &fields.attestation),
        lease: LeaseId(fields.lease),
        unit: fields.unit,
        provider: ProviderNo(fields.provider),
        input: fields.input.0,
        parameters: fields.parameters.0,
        result: fields.result.0,
        finished_at: UnixTime(fields.finished_at),
    }
}

fn leaves(vectors: &Vectors, count: usize) -> Vec<Leaf> {
    vectors.leaves[..count].iter().map(|v| v.leaf.0).collect()
}

#[test]
fn encodings_and_leaves_are_those_of_the_specification() {
    for vector in vectors().leaves {
        let receipt = receipt(&vector.receipt);
        assert_eq!(HexBinary::from(&receipt.encode()), vector.encoded);
        assert_eq!(Hash32(receipt.leaf()), vector.leaf);
        assert_eq!(Receipt::decode(&receipt.encode()), receipt);
    }
}

#[test]
fn roots_of_all_batch_sizes_and_paths_are_those_of_the_specification() {
    let vectors = vectors();
    assert_eq!(vectors.roots.len(), MAX_LEAVES);
    for vector in &vectors.roots {
        assert_eq!(
            root(&leaves(&vectors, vector.count)),
            Ok(vector.root),
            "{} leaves",
            vector.count
        );
    }
    for PathVector { count, index, path } in &vectors.paths {
        assert_eq!(
            prove(&leaves(&vectors, *count), *index).as_ref(),
            Ok(path),
            "{index} of {count}"
        );
    }
}

#[test]
fn every_field_changes_the_leaf() {
    let receipt = receipt(&vectors().leaves[5].receipt);
    let changed = [
        Receipt {
            market: MarketTag([1; 32]),
            ..receipt
        },
        Receipt {
            lease: LeaseId(receipt.lease.0 + 1),
            ..receipt
        },
        Receipt {
            unit: receipt.unit + 1,
            ..receipt
        },
        Receipt {
            provider: ProviderNo(receipt.provider.0 + 1),
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
            finished_at: UnixTime(receipt.finished_at.0 + 1),
            ..receipt
        },
    ];
    for other in changed {
        assert_ne!(other.leaf(), receipt.leaf());
    }
}

#[test]
fn a_receipt_of_one_chain_or_contract_is_none_of_another() {
    let tags = [
        MarketTag::new("a", "bc"),
        MarketTag::new("ab", "c"),
        MarketTag::new("abc", ""),
        MarketTag::new("", "abc"),
        MarketTag::new("b", "bc"),
        MarketTag::new("a", "cc"),
    ];
    for (i, tag) in tags.iter().enumerate() {
        assert!(!tags[..i].contains(tag), "{i}");
    }
}

#[test]
fn every_leaf_of_every_size_is_proven_and_nothing_else_is() {
    let vectors = vectors();
    for count in 1..=MAX_LEAVES {
        let leaves = leaves(&vectors, count);
        let tree = Tree::new(&leaves).unwrap();
        let (root, count) = (tree.root(), count as u32);
        for index in 0..count {
            let (leaf, path) = (&leaves[index as usize], tree.prove(index).unwrap());
            assert!(path.len() <= MAX_PATH);
            assert!(verify_proof(root, count, index, leaf, &path));
            for other in (0..=count).filter(|other| *other != index) {
                assert!(!verify_proof(root, count, other, leaf, &path));
            }
            for other in [count - 1, count + 1, 0, u32::MAX] {
                assert!(!verify_proof(root, other, index, leaf, &path));
            }
            assert!(!verify_proof(root, count, index, &[9; 32], &path));
            let longer: Vec<_> = path.iter().copied().chain([Hash32::default()]).collect();
            assert!(!verify_proof(root, count, index, leaf, &longer));
            if let Some((_, shorter)) = path.split_last() {
                assert!(!verify_proof(root, count, index, leaf, shorter));
            }
        }
    }
}

#[test]
fn an_inner_node_is_not_a_leaf_and_a_last_leaf_is_not_two() {
    let vectors = vectors();
    let leaves = leaves(&vectors, 4);
    let whole = root(&leaves).unwrap();
    // The path of leaf 0 is its neighbour and the right inner node; the path of leaf 2 ends with the left one.
    let left = prove(&leaves, 2).unwrap()[1];
    let right = prove(&leaves, 0).unwrap()[1];
    assert_ne!(root(&[left.0, right.0]).unwrap(), whole);
    assert!(!verify_proof(whole, 2, 0, &left.0, &[right]));
    let three = &leaves[..3];
    assert_ne!(root(three), root(&[three[0], three[1], three[2], three[2]]));
    assert_ne!(root(three), root(&[three[1], three[0], three[2]]));
}

#[test]
fn a_batch_has_1_to_64_receipts_and_a_blind() {
    let many = vec![[0; 32]; 66];
    assert_eq!(root(&[]), Err(TreeError::Count(0)));
    assert_eq!(root(&many), Err(TreeError::Count(66)));
    let batch = |receipts: usize| Tree::of_batch(&many[..receipts], BLIND).map(|tree| tree.count());
    assert_eq!(batch(0), Err(TreeError::Batch(0)));
    assert_eq!((batch(1), batch(64)), (Ok(2), Ok(65)));
    assert_eq!(batch(65), Err(TreeError::Batch(65)));
    assert_eq!(prove(&many[..3], 3), Err(TreeError::Index { index: 3, count: 3 }));
}

const BLIND: Hash32 = Hash32([5; 32]);

/// A batch of units 20 to 24 and the opening of unit 23.
fn opened() -> (Batch, Opening, Leaf) {
    let all = vectors();
    let leaves: Vec<Leaf> = all.leaves[20..25].iter().map(|v| v.leaf.0).collect();
    let tree = Tree::of_batch(&leaves, BLIND).unwrap();
    let vector = &all.leaves[23];
    let receipt = receipt(&vector.receipt);
    let batch = Batch {
        market: receipt.market,
        lease: receipt.lease,
        provider: receipt.provider,
        first_unit: 20,
        count: 5,
        root: tree.root(),
    };
    let opening = Opening {
        statement: Statement::from(&receipt),
        path: tree.prove(3).unwrap(),
        signature: vector.signature.clone(),
    };
    (batch, opening, vector.leaf.0)
}

#[test]
fn an_opening_holds_for_its_unit_lease_provider_and_market_alone() {
    let (batch, opening, leaf) = opened();
    assert_eq!(batch.check(23, &opening), Ok(leaf));
    let (unit, root) = (22, batch.root);
    assert_eq!(
        batch.check(22, &opening),
        Err(OpeningError::NotUnderRoot { unit, root })
    );
    let others = [
        Batch {
            market: MarketTag::new("leasebook-2", "wasm1attestation"),
            ..batch
        },
        Batch {
            lease: LeaseId(8),
            ..batch
        },
        Batch {
            provider: ProviderNo(4),
            ..batch
        },
        Batch {
            first_unit: 21,
            ..batch
        },
        Batch { count: 4, ..batch },
        Batch { count: 6, ..batch },
        Batch {
            root: Hash32([1; 32]),
            ..batch
        },
    ];
    for other in others {
        let root = other.root;
        assert_eq!(
            other.check(23, &opening),
            Err(OpeningError::NotUnderRoot { unit: 23, root }),
            "{other:?}"
        );
    }
    let mut forged = opening.clone();
    forged.statement.result = Hash32([1; 32]);
    assert_eq!(
        batch.check(23, &forged),
        Err(OpeningError::NotUnderRoot { unit: 23, root })
    );
}

#[test]
fn an_opening_of_the_wrong_shape_is_refused_before_anything_is_hashed() {
    let (batch, opening, _) = opened();
    for unit in [19, 25, u32::MAX, 0] {
        assert_eq!(
            batch.check(unit, &opening),
            Err(OpeningError::Unit {
                unit,
                first_unit: 20,
                count: 5
            })
        );
    }
    let mut long = opening.clone();
    long.path = vec![Hash32::default(); MAX_PATH + 1];
    assert_eq!(batch.check(23, &long), Err(OpeningError::Path(MAX_PATH + 1)));
    let mut short = opening;
    short.signature = HexBinary::from(&[0; 63]);
    assert_eq!(batch.check(23, &short), Err(OpeningError::Signature(63)));
}

#[test]
fn the_blind_is_the_last_leaf_of_its_batch_and_no_unit() {
    let (batch, opening, leaf) = opened();
    let all = vectors();
    let leaves: Vec<Leaf> = all.leaves[20..25].iter().map(|v| v.leaf.0).collect();
    let tree = Tree::of_batch(&leaves, BLIND).unwrap();
    let path = tree.prove(5).unwrap();
    assert!(batch.has_blind(BLIND, &path));
    assert!(!batch.has_blind(Hash32([6; 32]), &path));
    assert!(!batch.has_blind(Hash32(leaf), &opening.path));
}
