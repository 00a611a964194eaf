//! What every command works with: the node, the market's addresses, the keys, the way to print.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chain_client::{
    address, Chain, GasPrice, KeyError, KeyFile, Keyring, Msg, Options, Signer, SigningKey, TxOptions,
    TxOutcome,
};
use clap::Args;
use cosmwasm_std::Uint128;
use cw20::Cw20ExecuteMsg;
use market_client::Market;
use market_types::deployment::TokenEntry;
use market_types::UnixTime;
use serde::Serialize;

use crate::amount::Scale;
use crate::failure::{Foreseen, UsageError};
use crate::output::Output;
use crate::password;

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// RPC of the chain; several, separated by commas, are tried in turn
    #[arg(
        long,
        global = true,
        env = "LEASEBOOK_NODE",
        default_value = "http://127.0.0.1:26657",
        value_delimiter = ','
    )]
    pub node: Vec<String>,
    /// The market's addresses, as deploying wrote them [default: market.json in the home folder]
    #[arg(long, global = true, env = "LEASEBOOK_MARKET", value_name = "FILE")]
    pub market: Option<PathBuf>,
    /// Keys and addresses live here [default: ~/.leasebook]
    #[arg(long, global = true, env = "LEASEBOOK_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Key that signs
    #[arg(
        long,
        global = true,
        env = "LEASEBOOK_FROM",
        default_value = "me",
        value_name = "KEY"
    )]
    pub from: String,
    /// Payment token, by name or address
    #[arg(long, global = true, default_value = "usdc")]
    pub token: String,
    /// Print one JSON document; its amounts are base units and its times seconds since 1970
    #[arg(long, global = true)]
    pub json: bool,
    /// Read and write amounts in base units
    #[arg(long, global = true)]
    pub raw: bool,
    /// Price of gas
    #[arg(long, global = true, default_value = "0.025ulease")]
    pub gas_price: GasPrice,
    /// Who pays the fees, by a grant: an address
    #[arg(long, global = true, env = "LEASEBOOK_FEE_GRANTER", value_name = "ADDRESS")]
    pub fee_granter: Option<String>,
    /// Password of a key that has one, in the first line of this file [default: LEASEBOOK_PASSWORD, or asked for]
    #[arg(long, global = true, env = "LEASEBOOK_PASSWORD_FILE", value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

impl Global {
    pub fn output(&self) -> Output {
        Output::new(self.json)
    }

    /// # Errors
    /// No home folder is known and none was named.
    pub fn home(&self) -> Result<PathBuf> {
        match &self.home {
            Some(home) => Ok(home.clone()),
            None => Ok(dirs::home_dir()
                .context("no home folder is known; name one with --home DIR")?
                .join(".leasebook")),
        }
    }

    pub fn keyring(&self) -> Result<Keyring> {
        Ok(Keyring::open(self.home()?.join("keys"))?)
    }

    /// The key of `--from`.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn key(&self) -> Result<SigningKey> {
        self.unlock(&self.key_file()?)
    }

    fn key_file(&self) -> Result<KeyFile> {
        match self.keyring()?.file(&self.from) {
            Err(error @ KeyError::Missing { .. }) => {
                let hint = format!("make it with `leasebook keys add {}`", self.from);
                Err(anyhow::Error::from(error).context(hint))
            }
            file => Ok(file?),
        }
    }

    /// The key of a file, whose password is asked for if it has one.
    ///
    /// # Errors
    /// The password is wrong, or there is none.
    pub fn unlock(&self, file: &KeyFile) -> Result<SigningKey> {
        let secret = file.open(|| password::known(self.password_file.as_deref()))?;
        Ok(secret.key().clone())
    }

    /// The address that `text` is, or that the key called `text` has; that of `--from` when nothing was named.
    ///
    /// # Errors
    /// `text` is neither an address of this chain nor the name of a key.
    pub fn address(&self, chain: &Chain, text: Option<&str>) -> Result<String> {
        let Some(text) = text else {
            return Ok(self.key_file()?.public_key()?.address(chain.prefix())?);
        };
        let cause = match address::decode(chain.prefix(), text) {
            Ok(_) => return Ok(text.into()),
            Err(cause) => cause.to_string(),
        };
        let keyring = self.keyring()?;
        if !keyring.names()?.iter().any(|name| name == text) {
            let text = text.into();
            return Err(UsageError::Address { text, cause }.into());
        }
        Ok(keyring.file(text)?.public_key()?.address(chain.prefix())?)
    }

    pub fn market_file(&self) -> Result<PathBuf> {
        match &self.market {
            Some(file) => Ok(file.clone()),
            None => Ok(self.home()?.join("market.json")),
        }
    }

    pub async fn chain(&self) -> Result<Chain> {
        let options = Options {
            gas_price: self.gas_price.clone(),
            fee_granter: self.fee_granter.clone(),
            ..Options::default()
        };
        Ok(Chain::connect(&self.node, options).await?)
    }

    /// The market, to ask.
    pub async fn market(&self) -> Result<Market> {
        let file = self.market_file()?;
        let deployment = market_client::load(&file)
            .with_context(|| "no market is known; --market FILE names the file that deploying it wrote")?;
        Ok(Market::new(self.chain().await?, deployment)?)
    }

    /// The market and the key of `--from`, to act.
    pub async fn acting(&self) -> Result<Acting> {
        let market = self.market().await?;
        let key = self.key()?;
        let signer = Signer::new(market.chain.clone(), key)?;
        Ok(Acting {
            market,
            signer,
            global: self.clone(),
        })
    }

    pub fn scale(&self, token: &TokenEntry) -> Scale {
        if self.raw {
            Scale::Raw
        } else {
            Scale::Decimals(token.decimals)
        }
    }
}

/// A market and somebody who acts in it.
pub struct Acting {
    pub market: Market,
    pub signer: Signer,
    pub global: Global,
}

impl Acting {
    pub fn address(&self) -> &str {
        self.signer.address()
    }

    /// The payment token of `--token` with its scale.
    pub fn payment(&self) -> Result<(TokenEntry, Scale)> {
        self.named(&self.global.token)
    }

    /// The network token with its scale.
    pub fn network(&self) -> Result<(TokenEntry, Scale)> {
        self.named(&self.market.deployment.contracts.network_token)
    }

    fn named(&self, name: &str) -> Result<(TokenEntry, Scale)> {
        let token = self.market.token(name)?.clone();
        let scale = self.global.scale(&token);
        Ok((token, scale))
    }

    pub async fn execute<M: Serialize>(&self, contract: &str, msg: &M) -> Result<TxOutcome> {
        Ok(self.signer.execute(contract, msg, &[]).await?)
    }

    /// # Errors
    /// The wallet holds less than `amount` of `token`, or the chain does not answer.
    async fn ensure_wallet(&self, token: &str, amount: Uint128) -> Result<()> {
        let holds = self.market.balance(token, self.address()).await?;
        if holds >= amount {
            return Ok(());
        }
        let (entry, scale) = self.named(token)?;
        Err(Foreseen::Wallet {
            owner: self.address().into(),
            holds: scale.format(holds),
            needed: scale.format(amount),
            token: self.market.symbol(&entry.address).into(),
        }
        .into())
    }

    /// Block time now.
    pub async fn now(&self) -> Result<UnixTime> {
        now(&self.market).await
    }

    /// Send `amount` of `token` to `contract` with `hook`.
    pub async fn send<H: Serialize>(
        &self,
        token: &str,
        contract: &str,
        amount: Uint128,
        hook: &H,
    ) -> Result<TxOutcome> {
        self.ensure_wallet(token, amount).await?;
        self.execute(token, &Market::send_with_hook(contract, amount, hook)?)
            .await
    }

    pub async fn transfer(&self, token: &str, recipient: &str, amount: Uint128) -> Result<TxOutcome> {
        self.ensure_wallet(token, amount).await?;
        self.execute(
            token,
            &Cw20ExecuteMsg::Transfer {
                recipient: recipient.into(),
                amount,
            },
        )
        .await
    }

    pub async fn submit(&self, msgs: &[Msg]) -> Result<TxOutcome> {
        Ok(self.signer.submit(msgs, &TxOptions::default()).await?)
    }
}

/// Block time of `market`'s chain.
pub async fn now(market: &Market) -> Result<UnixTime> {
    Ok(UnixTime(market.chain.status().await?.time.seconds()))
}

/// What a transaction left behind, for `--json` and for people.
#[derive(Serialize)]
pub struct Receipt {
    pub hash: String,
    pub height: u64,
    pub gas_used: u64,
    /// What it moved, in base units, where that is one amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Uint128>,
}

impl Receipt {
    pub fn with(self, amount: Uint128) -> Self {
        Self {
            amount: Some(amount),
            ..self
        }
    }
}

impl From<&TxOutcome> for Receipt {
    fn from(outcome: &TxOutcome) -> Self {
        Self {
            hash: outcome.hash.to_string(),
            height: outcome.height,
            gas_used: outcome.gas_used,
            amount: None,
        }
    }
}

/// # Errors
/// The file cannot be read; the error names it.
pub fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
