//! The running network, and people with coins on it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chain_client::gov::ProposalStatus;
use chain_client::{Chain, Coin, Keyring, Mnemonic, Msg, Options, Signer, SigningKey, TxOptions};
use cosmwasm_std::Uint128;
use market_client::deploy::{deploy, store, Artifact};
use market_client::{Codes, Market, NewMarket, NewToken, Parameters, Record};
use market_types::defaults::TOKEN;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{Mutex, OnceCell};

/// Fee coins everybody starts with.
const COINS: u128 = 10_000 * TOKEN;
/// Whoever acts as the network's owner holds this: a key has one sequence.
pub static OWNER: Mutex<()> = Mutex::const_new(());

fn from_env(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set; run scripts/test-chain"))
}

pub fn url() -> String {
    from_env("LEASEBOOK_CHAIN")
}

/// File with the words of the account that has the coins and the one vote.
pub fn owner_words() -> PathBuf {
    PathBuf::from(from_env("LEASEBOOK_CHAIN_HOME")).join("mnemonic")
}

pub fn artifacts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/wasm-artifacts")
}

pub async fn chain() -> Chain {
    let options = Options {
        poll_interval: Duration::from_millis(50),
        ..Options::default()
    };
    Chain::connect(&[url()], options).await.unwrap()
}

/// Somebody new, with coins.
pub async fn person(chain: &Chain) -> (Signer, Mnemonic) {
    let words = Mnemonic::generate().unwrap();
    let signer = Signer::new(chain.clone(), words.key().unwrap()).unwrap();
    let send = Msg::Send {
        to: signer.address().to_owned(),
        amount: vec![Coin::new(COINS, "ulease")],
    };
    let _held = OWNER.lock().await;
    owner(chain).submit(&[send], &TxOptions::default()).await.unwrap();
    (signer, words)
}

fn owner(chain: &Chain) -> Signer {
    Signer::new(chain.clone(), owner_key()).unwrap()
}

pub fn owner_key() -> SigningKey {
    SigningKey::from_file(&owner_words()).unwrap()
}

/// The market's codes, stored once for all tests.
pub async fn codes() -> Codes {
    static CODES: OnceCell<Codes> = OnceCell::const_new();
    let store_all = || async {
        let chain = chain().await;
        let _held = OWNER.lock().await;
        store(&owner(&chain), &artifacts(), &mut Record::forgotten())
            .await
            .unwrap()
    };
    *CODES.get_or_init(store_all).await
}

/// The next version of a contract, as `scripts/build-wasm --next` left it.
pub fn next(name: &'static str) -> Artifact {
    Artifact::read(&artifacts().join("next"), name).unwrap()
}

pub fn new_market(codes: Codes, governor: String, holder: &str) -> NewMarket {
    let token = |name: &str, symbol: &str| NewToken {
        name: name.into(),
        symbol: symbol.into(),
        balances: vec![(holder.to_owned(), Uint128::new(1_000_000 * TOKEN))],
        minter: None,
    };
    let keeper = holder.to_owned();
    NewMarket {
        codes,
        governor,
        guardian: None,
        network_token: token("Leasebook", "LEASE"),
        payment_token: token("Test dollar", "USDC"),
        parameters: Box::new(move |tokens| {
            let mut parameters = Parameters::documented(tokens, &keeper);
            // What was decided counts at once.
            parameters.take_rate.rate_delay = market_types::Seconds(0);
            parameters
        }),
    }
}

/// A market of its own, and the home folder of somebody who uses it by the command: key `me` has the tokens.
pub struct Office {
    pub market: Market,
    pub me: Signer,
    home: TempDir,
}

impl Office {
    pub async fn open() -> Self {
        let chain = chain().await;
        let codes = codes().await;
        let (me, words) = person(&chain).await;
        let governor = chain.module_account("gov").await.unwrap();
        let deployment = deploy(&me, &new_market(codes, governor, me.address()))
            .await
            .unwrap();
        // The command signs from now on.
        me.forget_sequence().await;
        let home = tempfile::tempdir().unwrap();
        let keyring = Keyring::open(home.path().join("keys")).unwrap();
        keyring.import("me", &words).unwrap();
        let owner = std::fs::read_to_string(owner_words()).unwrap();
        keyring
            .import("owner", &Mnemonic::parse(owner.trim()).unwrap())
            .unwrap();
        market_client::save(&home.path().join("market.json"), &deployment).unwrap();
        Self {
            market: Market::new(chain, deployment).unwrap(),
            me,
            home,
        }
    }

    /// What `leasebook --json` answers to a line of arguments.
    #[track_caller]
    pub fn leasebook(&self, line: &str) -> Value {
        let done = Command::new(from_env("LEASEBOOK_BIN"))
            .args(["--json", "--node", &url()])
            .arg("--home")
            .arg(self.home.path())
            .args(line.split_whitespace())
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{line}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        serde_json::from_slice(&done.stdout).unwrap()
    }

    /// Propose, have the only validator vote, and wait for the end: what the command shows of it, and its id.
    pub async fn decide(&self, proposal: &str, vote: &str) -> Value {
        let id = self.leasebook(&format!("gov propose {proposal}"))["proposal"]
            .as_u64()
            .unwrap();
        {
            let _held = OWNER.lock().await;
            self.leasebook(&format!("--from owner gov vote {id} {vote}"));
        }
        ended(&self.market.chain, id).await;
        self.leasebook(&format!("gov show {id}"))
    }
}

/// How proposal `id` ended.
pub async fn ended(chain: &Chain, id: u64) -> ProposalStatus {
    let wait = async {
        loop {
            let status = chain.proposal(id).await.unwrap().unwrap().status;
            if status.is_final() {
                return status;
            }
            tokio::time::sleep(chain.options().poll_interval).await;
        }
    };
    let period = chain.gov_params().await.unwrap().voting_period_seconds;
    let limit = Duration::from_secs(period + 30);
    tokio::time::timeout(limit, wait).await.unwrap()
}
