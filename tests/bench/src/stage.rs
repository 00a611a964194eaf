//! A chain with the market's codes on it, and one rich account that founds, governs and votes.

use std::io::Write;
use std::time::Duration;

use anyhow::{ensure, Result};
use chain_client::gov::{ProposalStatus, VoteOption};
use chain_client::{Chain, Coin, Gas, Mnemonic, Msg, Options, Signer, TxOptions, TxOutcome};
use flate2::write::GzEncoder;
use flate2::Compression;
use market_client::Codes;

use crate::localnet::Localnet;

pub struct Stage {
    pub chain: Chain,
    /// Has all the coins.
    pub founder: Signer,
    pub codes: Codes,
}

impl Stage {
    /// Store the artifacts.
    pub async fn set(node: &Localnet) -> Result<Self> {
        let options = Options {
            gas_price: "0ulease".parse()?,
            poll_interval: Duration::from_millis(100),
            ..Options::default()
        };
        let chain = Chain::connect(&[&node.rpc()], options).await?;
        let key = Mnemonic::parse(node.words()?.trim())?.key()?;
        let founder = Signer::new(chain.clone(), key)?;
        Ok(Self {
            codes: Codes {
                token: store(&founder, "cw20-token").await?,
                provider_registry: store(&founder, "provider-registry").await?,
                order_book: store(&founder, "order-book").await?,
                lease_escrow: store(&founder, "lease-escrow").await?,
                attestation: store(&founder, "attestation").await?,
                take_rate_burn: store(&founder, "take-rate-burn").await?,
            },
            chain,
            founder,
        })
    }

    /// Keep all codes in the node's memory, by a proposal that passes.
    pub async fn pin(&self) -> Result<()> {
        let codes = self.codes;
        let code_ids = vec![
            codes.token,
            codes.provider_registry,
            codes.order_book,
            codes.lease_escrow,
            codes.attestation,
            codes.take_rate_burn,
        ];
        let submit = Msg::GovSubmit {
            messages: vec![Msg::PinCodes { code_ids }.to_any(&self.chain.gov_account()?)],
            title: "Pin the market's codes".into(),
            summary: "They are run often.".into(),
            deposit: self.chain.gov_params().await?.min_deposit,
            expedited: false,
        };
        let proposal_id = submit_all(&self.founder, vec![submit]).await?.proposal_id()?;
        let option = VoteOption::Yes;
        submit_all(&self.founder, vec![Msg::GovVote { proposal_id, option }]).await?;
        loop {
            match self
                .chain
                .proposal(proposal_id)
                .await?
                .map(|proposal| proposal.status)
            {
                Some(status) if !status.is_final() => tokio::time::sleep(Duration::from_millis(500)).await,
                status => {
                    ensure!(
                        status == Some(ProposalStatus::Passed),
                        "the codes were not pinned: {status:?}"
                    );
                    return Ok(());
                }
            }
        }
    }

    /// Give coins for fees to accounts, so that they exist.
    pub async fn fund(&self, accounts: &[&Signer]) -> Result<()> {
        let amount = vec![Coin::new(1_000_000u128, "ulease")];
        let send = |to: &&Signer| Msg::Send {
            to: to.address().into(),
            amount: amount.clone(),
        };
        for some in accounts.chunks(50) {
            submit_all(&self.founder, some.iter().map(send).collect()).await?;
        }
        Ok(())
    }
}

async fn store(signer: &Signer, name: &str) -> Result<u64> {
    let mut zip = GzEncoder::new(vec![], Compression::best());
    zip.write_all(&Localnet::artifact(name)?)?;
    let wasm = zip.finish()?;
    Ok(submit_all(signer, vec![Msg::StoreCode { wasm }])
        .await?
        .code_id()?)
}

/// Several messages in one transaction, with as much gas as they need.
pub async fn submit_all(signer: &Signer, messages: Vec<Msg>) -> Result<TxOutcome> {
    Ok(signer.submit(&messages, &TxOptions::default()).await?)
}

/// One message with a fixed gas limit: the limit is part of the transaction, and its bytes cost gas.
pub async fn submit_one(signer: &Signer, message: Msg) -> Result<TxOutcome> {
    let options = TxOptions {
        gas: Gas::Limit(10_000_000),
        ..TxOptions::default()
    };
    Ok(signer.submit(&[message], &options).await?)
}
