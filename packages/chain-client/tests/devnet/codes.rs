use sha2::{Digest, Sha256};

use crate::World;

#[tokio::test]
async fn a_code_is_known_by_its_hash_and_an_unused_id_has_none() {
    let world = World::start().await;
    let code = world.chain.code(1).await.unwrap().unwrap();
    let hash: [u8; 32] = Sha256::digest(b"cw20-base").into();
    assert_eq!((code.code_id, code.hash.0), (1, hash));
    assert_eq!(world.chain.code(0).await.unwrap(), None);
    assert_eq!(world.chain.code(99).await.unwrap(), None);
    world.devnet.stop().await;
}

#[tokio::test]
async fn the_gov_account_is_what_the_chain_says() {
    let world = World::start().await;
    let told = world.chain.module_account("gov").await.unwrap();
    assert_eq!(told, world.chain.gov_account().unwrap());
    assert!(world.chain.module_account("none").await.is_err());
    world.devnet.stop().await;
}
