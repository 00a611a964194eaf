//! `leasebook deploy`: a market of one's own on a chain that runs already.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chain_client::{address, Chain, Signer, SigningKey};
use cosmwasm_std::Uint128;
use market_client::deploy::{self, Made};
use market_client::{Market, NewMarket, NewToken, Parameters, Pin, Record, RecordFile, Tokens};
use serde_json::json;

use crate::context::Global;
use crate::local::TOKENS;
use crate::output::{line, Output};

#[derive(clap::Args, Debug)]
#[command(after_help = "Example:
  scripts/build-wasm
  leasebook --node http://127.0.0.1:16657 deploy --key /tmp/net/mnemonic --out market.json

Ended half way, it goes on where it stopped: beside the addresses lies a record of its steps. Run again on a market that is
whole it only looks whether the chain has it.")]
pub struct Args {
    /// Folder with the bytecode, as scripts/build-wasm leaves it
    #[arg(long, value_name = "DIR", default_value = "target/wasm-artifacts")]
    artifacts: PathBuf,
    /// File with the words of the key that pays and wires [default: the key of --from]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Where the addresses go [default: market.json in the home folder]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// File with the words of a validator's key, to vote for pinning the codes; may be repeated
    #[arg(long, value_name = "FILE")]
    vote: Vec<PathBuf>,
    /// Starts with a million of each token, as the deployer does; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    holder: Vec<String>,
    /// May pause entries, and keeps the bond price [default: the deployer]
    #[arg(long, value_name = "ADDRESS")]
    guardian: Option<String>,
    /// Do not propose to pin the codes
    #[arg(long)]
    no_pin: bool,
}

pub async fn run(global: &Global, args: Args) -> Result<()> {
    let output = global.output();
    let chain = global.chain().await?;
    let signer = match &args.key {
        Some(file) => signer(&chain, file)?,
        None => Signer::new(chain.clone(), global.key()?)?,
    };
    let out = match &args.out {
        Some(out) => out.clone(),
        None => global.market_file()?,
    };
    let mut record = record(&out, output)?;
    let codes = deploy::store(&signer, &args.artifacts, &mut record).await?;
    let deployer = signer.address().to_owned();
    for holder in args.holder.iter().chain(&args.guardian) {
        address::decode(chain.prefix(), holder)?;
    }
    let keeper = args.guardian.clone().unwrap_or_else(|| deployer.clone());
    let balances: Vec<_> = std::iter::once(&deployer)
        .chain(&args.holder)
        .map(|holder| (holder.clone(), Uint128::new(TOKENS)))
        .collect();
    let token = |name: &str, symbol: &str| NewToken {
        name: name.into(),
        symbol: symbol.into(),
        balances: balances.clone(),
        minter: Some(deployer.clone()),
    };
    let new = NewMarket {
        codes,
        governor: chain.module_account("gov").await?,
        guardian: Some(keeper.clone()),
        network_token: NewToken {
            minter: None,
            ..token("Leasebook", "LEASE")
        },
        payment_token: token("Test dollar", "USDC"),
        parameters: Box::new(move |tokens: &Tokens| Parameters::documented(tokens, &keeper)),
    };
    let deployment = deploy::deploy_recorded(&signer, &new, &mut record).await?;
    market_client::save(&out, &deployment)?;
    let market = Market::new(chain.clone(), deployment)?;
    let pin = if args.no_pin {
        None
    } else {
        let voters: Result<Vec<_>> = args.vote.iter().map(|file| self::signer(&chain, file)).collect();
        Some(deploy::pin(&signer, &voters?, &codes, &mut record).await?)
    };
    let pinned = match &pin {
        None => "codes are not pinned".to_owned(),
        Some(Pin::Pinned) => "codes are pinned".to_owned(),
        Some(Pin::Voting { proposal }) => {
            format!("codes wait for a vote: leasebook gov vote {proposal} yes")
        }
        Some(Pin::Declined { proposal, why }) => {
            format!("codes are not pinned: proposal {proposal} ended, {why}; propose again: leasebook gov propose pin")
        }
    };
    let data = json!({
        "market": out, "deployment": market.deployment, "codes": codes,
        "pinned": pin == Some(Pin::Pinned),
        "proposal": match pin {
            Some(Pin::Voting { proposal } | Pin::Declined { proposal, .. }) => Some(proposal),
            _ => None,
        },
    });
    output.show(&data, |_| {
        format!(
            "market wired and checked; {pinned}\naddresses  {}\nuse it     leasebook --node {} --market {} gov params",
            out.display(),
            market.chain.url(),
            out.display()
        )
    })
}

/// The record beside the addresses in `out`; each step is told as it is done.
///
/// # Errors
/// It is there and cannot be read.
pub fn record(out: &Path, output: Output) -> Result<Record> {
    let tell = move |step: &str, made: &Made, again: bool| {
        if output.is_json() {
            return;
        }
        let what = match made {
            Made::Code { code_id, hash } => format!("code {code_id}, {hash}"),
            Made::Contract { address } => address.clone(),
            Made::Wired => "all five".into(),
            Made::Proposal { id } => format!("proposal {id}"),
        };
        let when = if again { ", as before" } else { "" };
        // A deployment goes on when nobody reads along.
        let _ = line(&format!("{step:<30} {what}{when}"));
    };
    Ok(RecordFile::open(out.with_extension("steps.json"), tell)?)
}

/// Somebody by the file with their words.
///
/// # Errors
/// The file is no key, or others may read it.
pub fn signer(chain: &Chain, file: &Path) -> Result<Signer> {
    let key = SigningKey::from_file(file).with_context(|| format!("the key in {}", file.display()))?;
    Ok(Signer::new(chain.clone(), key)?)
}
