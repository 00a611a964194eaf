//! A deployment ended at any moment goes on where it stopped, and the chain has nothing twice.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use chain_client::{Chain, Msg, Signer, TxOptions};
use market_client::deploy::{check, deploy_recorded, pin_proposal, store, Keep, Made, Steps};
use market_client::{MarketError, Pin, Record};

use crate::network::{artifacts, chain, ended, new_market, person, url};

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

/// Store, instantiate, wire, propose to pin.
async fn all(signer: &Signer, record: &mut Record) -> Result<Pin, MarketError> {
    let governor = signer.chain().module_account("gov").await?;
    let codes = store(signer, &artifacts(), record).await?;
    let new = new_market(codes, governor, signer.address());
    let deployment = deploy_recorded(signer, &new, record).await?;
    check(signer.chain(), &deployment).await?;
    market_client::deploy::pin(signer, &[], &codes, record).await
}

/// How many codes `creator` stored.
async fn stored_by(chain: &Chain, creator: &str) -> usize {
    let mut count = 0;
    let mut id = 1;
    while let Some(code) = chain.code(id).await.unwrap() {
        count += usize::from(code.creator == creator);
        id += 1;
    }
    count
}

async fn sequence(chain: &Chain, address: &str) -> u64 {
    chain.account(address).await.unwrap().unwrap().sequence
}

#[tokio::test]
async fn ended_at_any_moment_it_goes_on_and_stores_nothing_twice() {
    let chain = chain().await;
    let (me, _) = person(&chain).await;
    let kept = Arc::new(Mutex::new(Steps::default()));
    let mut deaths = 0;
    let pin = 'alive: loop {
        // Twice at each save: the record is lost once, and once nothing but the process.
        for keeps_the_last in [false, true] {
            let steps = kept.lock().unwrap().clone();
            let mortal = Mortal {
                kept: kept.clone(),
                saves_left: u32::from(!keeps_the_last),
                keeps_the_last,
            };
            let signer = Signer::new(chain.clone(), me.key().clone()).unwrap();
            match all(&signer, &mut Record::new(steps, mortal)).await {
                Ok(pin) => break 'alive pin,
                Err(MarketError::WriteFile { .. }) => deaths += 1,
                Err(error) => panic!("{error}"),
            }
        }
    };
    // Six codes, two tokens, five contracts, one wiring, one proposal: each is signed, then done.
    assert!(deaths >= 30, "{deaths}");
    assert_eq!(stored_by(&chain, me.address()).await, 6);
    assert_eq!(sequence(&chain, me.address()).await, 15);

    // Whole, it is only looked at.
    let steps = kept.lock().unwrap().clone();
    let Some(Made::Proposal { id }) = steps.done.get("propose to pin the codes").cloned() else {
        panic!("{steps:?}")
    };
    // The vote lasts seconds: it may be over by now.
    assert!(
        matches!(pin, Pin::Voting { proposal } | Pin::Declined { proposal, .. } if proposal == id),
        "{pin:?}"
    );

    // Nobody voted for it, and deploying again neither hides that nor proposes it again.
    ended(&chain, id).await;
    let declined = all(&me, &mut Record::new(steps, market_client::deploy::Forget))
        .await
        .unwrap();
    assert!(
        matches!(declined, Pin::Declined { proposal, .. } if proposal == id),
        "{declined:?}"
    );
    assert_eq!(sequence(&chain, me.address()).await, 15);
}

#[tokio::test]
async fn the_command_killed_half_way_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let chain = chain().await;
    let (me, words) = person(&chain).await;
    let keyring = chain_client::Keyring::open(home.path().join("keys")).unwrap();
    keyring.import("me", &words).unwrap();
    let command = || {
        let mut command = Command::new(std::env::var("LEASEBOOK_BIN").unwrap());
        command.arg("--home").arg(home.path()).args(["--node", &url()]);
        command
            .args(["deploy", "--no-pin", "--artifacts"])
            .arg(artifacts());
        command
    };
    let market = home.path().join("market.json");
    for step in ["store order-book", "instantiate lease-escrow"] {
        let mut child = command().stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().starts_with(step)), "{step}");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!market.exists());
    }
    for _ in 0..2 {
        let done = command().output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let deployment = market_client::load(&market).unwrap();
    check(&chain, &deployment).await.unwrap();
    assert_eq!(stored_by(&chain, me.address()).await, 6);
    assert_eq!(sequence(&chain, me.address()).await, 14);
}

#[tokio::test]
async fn what_was_stored_from_another_file_is_not_taken_for_this_one() {
    let chain = chain().await;
    let (me, _) = person(&chain).await;
    let folder = tempfile::tempdir().unwrap();
    for name in ["cw20_token", "provider_registry"] {
        let file = format!("{name}.wasm");
        std::fs::copy(artifacts().join(&file), folder.path().join(&file)).unwrap();
    }
    let mut record = Record::forgotten();
    let missing = store(&me, folder.path(), &mut record).await;
    assert!(
        matches!(missing, Err(MarketError::Artifact { .. })),
        "{missing:?}"
    );
    let wasm = std::fs::read(folder.path().join("provider_registry.wasm")).unwrap();
    std::fs::write(folder.path().join("cw20_token.wasm"), wasm).unwrap();
    let other = store(&me, folder.path(), &mut record).await;
    assert!(
        matches!(
            other,
            Err(MarketError::OtherArtifact {
                name: "cw20-token",
                ..
            })
        ),
        "{other:?}"
    );
}

#[tokio::test]
async fn codes_can_be_pinned_by_nobody_but_the_chain() {
    let chain = chain().await;
    let (me, _) = person(&chain).await;
    let pin = Msg::PinCodes { code_ids: vec![1] };
    assert!(me.submit(&[pin], &TxOptions::default()).await.is_err());
    let deposit = chain.gov_params().await.unwrap().min_deposit;
    let proposal = pin_proposal(me.address(), &[1], deposit);
    assert!(me.submit(&[proposal], &TxOptions::default()).await.is_err());
}
