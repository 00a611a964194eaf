//! `leasebook gov propose`: changes that the chain's governance makes when they pass.

use anyhow::Result;
use chain_client::{Any, Coin, Msg};
use clap::Subcommand;
use market_client::Market;
use market_types::take_rate::{ExecuteMsg, ParamsUpdate, SudoMsg, TokenRate};
use market_types::BasisPoints;
use serde_json::json;

use crate::context::{Acting, Global};
use crate::failure::UsageError;

#[derive(Subcommand, Debug)]
pub enum Propose {
    /// Another take rate for the token of --token: `250bps` or `2.5%`
    TakeRate {
        rate: String,
        /// By the chain itself (MsgSudoContract), not as its gov account (MsgExecuteContract): works whoever the governor is
        #[arg(long)]
        sudo: bool,
        #[command(flatten)]
        deposit: Deposit,
    },
    /// Other code for a contract, which keeps its state
    Migrate {
        /// Its name, such as `take-rate-burn`, or its address
        contract: String,
        /// Id of the stored code
        code: u64,
        #[command(flatten)]
        deposit: Deposit,
    },
    /// Have nodes keep codes in memory, which makes calling them cheaper
    Pin {
        /// Ids of stored codes [default: those of the market]
        codes: Vec<u64>,
        #[command(flatten)]
        deposit: Deposit,
    },
}

#[derive(clap::Args, Debug)]
pub struct Deposit {
    /// What the proposer pays in until the vote is over, in base units of the fee coin [default: what the chain asks]
    #[arg(long, value_name = "AMOUNT")]
    deposit: Option<u128>,
}

/// `250bps` or `2.5%`.
///
/// # Errors
/// `text` is no rate, or more than the whole.
pub fn parse_rate(text: &str) -> Result<BasisPoints, UsageError> {
    let bps = match text.strip_suffix("bps") {
        Some(bps) => bps.trim().parse().ok(),
        None => text
            .strip_suffix('%')
            .and_then(|percent| crate::amount::Scale::Decimals(2).parse(percent).ok())
            .and_then(|amount| u16::try_from(amount.u128()).ok()),
    };
    bps.filter(|bps| *bps <= BasisPoints::WHOLE.0)
        .map(BasisPoints)
        .ok_or_else(|| UsageError::Form {
            text: text.into(),
            form: "a rate such as 250bps or 2.5%, at most 100%",
        })
}

pub async fn run(global: &Global, what: Propose) -> Result<()> {
    let acting = global.acting().await?;
    let gov = acting.market.chain.gov_account()?;
    let (title, message, deposit) = match what {
        Propose::TakeRate { rate, sudo, deposit } => {
            let rate = parse_rate(&rate)?;
            let (token, _) = acting.payment()?;
            let update = ParamsUpdate {
                rates: Some(vec![TokenRate {
                    token: token.address,
                    rate,
                }]),
                ..ParamsUpdate::default()
            };
            let contract = &acting.market.deployment.contracts.take_rate_burn;
            let msg = if sudo {
                Msg::sudo(contract, &SudoMsg::UpdateParams(update))?
            } else {
                Msg::execute(contract, &ExecuteMsg::UpdateParams(update), &[])?
            };
            let title = format!("Take rate {rate} bps for {}", global.token);
            (title, msg, deposit)
        }
        Propose::Migrate {
            contract,
            code,
            deposit,
        } => {
            let address = contract_address(&acting.market, &contract)?;
            let title = format!("Migrate {contract} to code {code}");
            (title, Msg::migrate(&address, code, &json!({}))?, deposit)
        }
        Propose::Pin { codes, deposit } => {
            let codes = match codes.is_empty() {
                true => codes_of(&acting.market).await?,
                false => codes,
            };
            let list: Vec<String> = codes.iter().map(u64::to_string).collect();
            let title = format!("Pin codes {}", list.join(", "));
            (title, Msg::PinCodes { code_ids: codes }, deposit)
        }
    };
    let id = submit(&acting, &title, vec![message.to_any(&gov)], deposit.deposit).await?;
    global.output().show(&json!({ "proposal": id }), |_| {
        format!("proposal {id} is open; vote: leasebook gov vote {id} yes")
    })
}

/// Submit a proposal that has the chain deliver `messages`, with a deposit in base units of the fee coin; `None`: as much as the chain
/// asks for.
///
/// # Errors
/// The chain refuses the proposal.
pub async fn submit(acting: &Acting, title: &str, messages: Vec<Any>, deposit: Option<u128>) -> Result<u64> {
    let deposit = match deposit {
        Some(amount) => vec![Coin::new(amount, acting.global.gas_price.denom.clone())],
        None => acting.market.chain.gov_params().await?.min_deposit,
    };
    let submit = Msg::GovSubmit {
        messages,
        title: title.into(),
        summary: title.into(),
        deposit,
        expedited: false,
    };
    Ok(acting.submit(&[submit]).await?.proposal_id()?)
}

/// The contract of that name, or at that address.
fn contract_address(market: &Market, name: &str) -> Result<String, UsageError> {
    let contracts = &market.deployment.contracts;
    let known = [
        ("provider-registry", &contracts.provider_registry),
        ("order-book", &contracts.order_book),
        ("lease-escrow", &contracts.lease_escrow),
        ("attestation", &contracts.attestation),
        ("take-rate-burn", &contracts.take_rate_burn),
    ];
    known
        .into_iter()
        .find(|(known, address)| *known == name || *address == name)
        .map(|(_, address)| address.clone())
        .ok_or_else(|| UsageError::Form {
            text: name.into(),
            form: "a contract of this market: provider-registry, order-book, lease-escrow, attestation or take-rate-burn",
        })
}

/// The codes behind the contracts and tokens of `market`, each once.
async fn codes_of(market: &Market) -> Result<Vec<u64>> {
    let contracts = &market.deployment.contracts;
    let five = [
        &contracts.provider_registry,
        &contracts.order_book,
        &contracts.lease_escrow,
        &contracts.attestation,
        &contracts.take_rate_burn,
    ];
    let tokens = market.deployment.tokens.values().map(|token| &token.address);
    let mut codes = vec![];
    for address in five.into_iter().chain(tokens) {
        codes.push(market.chain.contract_info(address).await?.code_id);
    }
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_in_both_forms() {
        assert_eq!(parse_rate("250bps").unwrap(), BasisPoints(250));
        assert_eq!(parse_rate("2.5%").unwrap(), BasisPoints(250));
        for text in ["", "250", "2.555%", "-1%", "101%", "99999bps"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
