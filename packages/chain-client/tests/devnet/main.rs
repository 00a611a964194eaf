//! The client against the embedded devnet: real signatures, real contracts, one RPC.

#![allow(clippy::unwrap_used)]

mod bell;
mod codes;
mod contracts;
mod governance;

use std::{net::SocketAddr, time::Duration};

use chain_client::{Chain, Options, Signer, SigningKey};
use cosmwasm_std::coin;
use devnet::{Config, Devnet, Running};

/// A devnet with one rich account, whose vote decides every proposal.
struct World {
    devnet: Running,
    chain: Chain,
    signer: Signer,
}

impl World {
    async fn start() -> Self {
        let key = SigningKey::from_bytes(&[5; 32]).unwrap();
        let address = key.address("lease").unwrap();
        let devnet = Devnet::start(Config {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            genesis: vec![(address.clone(), vec![coin(1_000_000_000, "ulease")])],
            batch_window: Duration::from_millis(5),
            block_interval: Duration::from_millis(50),
            voting_period: Duration::from_secs(2),
            min_deposit: vec![coin(10, "ulease")],
            validators: vec![address],
            extra_codes: vec![bell::CODE],
            ..Config::default()
        })
        .await
        .unwrap();
        let options = Options {
            poll_interval: Duration::from_millis(10),
            ..Options::default()
        };
        let chain = Chain::connect(&[devnet.rpc_url()], options).await.unwrap();
        let signer = Signer::new(chain.clone(), key).unwrap();
        Self {
            devnet,
            chain,
            signer,
        }
    }
}
