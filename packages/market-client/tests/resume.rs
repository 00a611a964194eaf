//! A deployment that is ended at any moment goes on where it stopped and leaves what an undisturbed one leaves.

#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chain_client::{Chain, Options, Signer, SigningKey};
use cosmwasm_std::{coin, Uint128};
use devnet::{Config, Devnet, Running};
use market_client::deploy::{deploy_recorded, Keep, Steps};
use market_client::{Codes, MarketError, NewMarket, NewToken, Parameters, Record};

/// Keeps steps until its turn to die has come: before or after it kept them.
struct Mortal {
    kept: Arc<Mutex<Steps>>,
    saves_left: u32,
    keeps_the_last: bool,
}

impl Keep for Mortal {
    fn save(&mut self, steps: &Steps) -> Result<(), MarketError> {
        let dies = self.saves_left == 0;
        self.saves_left = self.saves_left.saturating_sub(1);
        if !dies || self.keeps_the_last {
            *self.kept.lock().unwrap() = steps.clone();
        }
        match dies {
            true => Err(MarketError::WriteFile {
                path: "here".into(),
                cause: "killed".into(),
            }),
            false => Ok(()),
        }
    }
}

async fn chain() -> (Running, Chain) {
    let address = key().address("lease").unwrap();
    let devnet = Devnet::start(Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        genesis: vec![(address.clone(), vec![coin(1_000_000_000, "ulease")])],
        batch_window: Duration::from_millis(5),
        validators: vec![address],
        ..Config::default()
    })
    .await
    .unwrap();
    let options = Options {
        poll_interval: Duration::from_millis(5),
        ..Options::default()
    };
    let chain = Chain::connect(&[devnet.rpc_url()], options).await.unwrap();
    (devnet, chain)
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32]).unwrap()
}

fn market(governor: &str, holder: &str) -> NewMarket {
    let token = |name: &str, symbol: &str| NewToken {
        name: name.into(),
        symbol: symbol.into(),
        balances: vec![(holder.to_owned(), Uint128::new(1_000))],
        minter: None,
    };
    let keeper = holder.to_owned();
    NewMarket {
        codes: Codes::GENESIS,
        governor: governor.into(),
        guardian: None,
        network_token: token("Leasebook", "LEASE"),
        payment_token: token("USD Coin", "USDC"),
        parameters: Box::new(move |tokens| Parameters::documented(tokens, &keeper)),
    }
}

/// How many transactions the deployer has on the chain.
async fn transactions(chain: &Chain) -> u64 {
    let address = key().address("lease").unwrap();
    chain.account(&address).await.unwrap().unwrap().sequence
}

#[tokio::test]
async fn ended_at_any_moment_it_goes_on_and_does_nothing_twice() {
    let (devnet, chain) = chain().await;
    let governor = chain.module_account("gov").await.unwrap();
    let holder = key().address("lease").unwrap();
    let kept = Arc::new(Mutex::new(Steps::default()));
    let mut deaths = 0;
    let deployment = 'alive: loop {
        // Twice at each save: the record is lost once, and once nothing but the process.
        for keeps_the_last in [false, true] {
            let steps = kept.lock().unwrap().clone();
            let before = steps.clone();
            let mortal = Mortal {
                kept: kept.clone(),
                saves_left: u32::from(!keeps_the_last),
                keeps_the_last,
            };
            let signer = Signer::new(chain.clone(), key()).unwrap();
            let mut record = Record::new(steps, mortal);
            match deploy_recorded(&signer, &market(&governor, &holder), &mut record).await {
                Ok(deployment) => break 'alive deployment,
                Err(MarketError::WriteFile { .. }) => deaths += 1,
                Err(error) => panic!("{error}"),
            }
            assert!(kept.lock().unwrap().done.len() >= before.done.len());
        }
    };
    // Two tokens, five contracts, one wiring: each is signed, then done.
    assert!(deaths >= 16, "{deaths}");
    assert_eq!(transactions(&chain).await, 8);

    // Whole, it is only looked at.
    let signer = Signer::new(chain.clone(), key()).unwrap();
    let steps = kept.lock().unwrap().clone();
    let mut record = Record::new(steps, market_client::deploy::Forget);
    let again = deploy_recorded(&signer, &market(&governor, &holder), &mut record)
        .await
        .unwrap();
    assert_eq!(again, deployment);
    assert_eq!(transactions(&chain).await, 8);
    devnet.stop().await;
}

#[tokio::test]
async fn a_record_of_another_chain_is_noticed() {
    let (devnet, first) = chain().await;
    let governor = first.module_account("gov").await.unwrap();
    let holder = key().address("lease").unwrap();
    let signer = Signer::new(first.clone(), key()).unwrap();
    let mut record = Record::forgotten();
    deploy_recorded(&signer, &market(&governor, &holder), &mut record)
        .await
        .unwrap();
    devnet.stop().await;

    // The same name, another history.
    let (devnet, second) = chain().await;
    let signer = Signer::new(second.clone(), key()).unwrap();
    let lost = deploy_recorded(&signer, &market(&governor, &holder), &mut record).await;
    assert!(
        matches!(&lost, Err(MarketError::NotOnChain { step, .. }) if step == "instantiate Leasebook"),
        "{lost:?}"
    );

    let other = Signer::new(second.clone(), SigningKey::from_bytes(&[8; 32]).unwrap()).unwrap();
    let refused = deploy_recorded(&other, &market(&governor, &holder), &mut record).await;
    assert!(
        matches!(refused, Err(MarketError::OtherDeployer { .. })),
        "{refused:?}"
    );
    devnet.stop().await;
}

#[tokio::test]
async fn a_market_that_is_governed_by_somebody_else_is_not_taken_for_this_one() {
    let (devnet, chain) = chain().await;
    let governor = chain.module_account("gov").await.unwrap();
    let holder = key().address("lease").unwrap();
    let signer = Signer::new(chain.clone(), key()).unwrap();
    let mut record = Record::forgotten();
    let mut deployment = deploy_recorded(&signer, &market(&governor, &holder), &mut record)
        .await
        .unwrap();
    market_client::deploy::check(&chain, &deployment).await.unwrap();
    deployment.governor = holder;
    let refused = market_client::deploy::check(&chain, &deployment).await;
    assert!(matches!(refused, Err(MarketError::Wiring { .. })), "{refused:?}");
    devnet.stop().await;
}
