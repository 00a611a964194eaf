//! `leasebook account`: money in the escrow and outside it.

use anyhow::Result;
use chain_client::{Coin, Msg};
use clap::Subcommand;
use market_types::escrow::{ExecuteMsg, Hook};
use serde_json::json;

use crate::context::{Global, Receipt};
use crate::failure::Foreseen;
use crate::output::Table;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook account deposit 100           100 USDC from the wallet into the escrow
  leasebook account balance
  leasebook account withdraw              all that is available
  leasebook --token lease account send provider 5000")]
pub enum Account {
    /// Move tokens from the wallet into the escrow
    Deposit {
        #[arg(allow_negative_numbers = true)]
        amount: String,
        /// Whose money it becomes: an address or the name of a key [default: the sender's]
        #[arg(long)]
        owner: Option<String>,
    },
    /// Wallet and escrow, by token
    Balance {
        /// An address or the name of a key [default: that of --from]
        address: Option<String>,
    },
    /// Take available money out of the escrow
    Withdraw {
        /// [default: all of it]
        #[arg(allow_negative_numbers = true)]
        amount: Option<String>,
    },
    /// Pay the fees of another account, such as an agent's: it names this one with --fee-granter
    GrantFees {
        /// An address or the name of a key
        to: String,
        /// The most it may spend, such as 5000000ulease [default: no bound]
        #[arg(long)]
        limit: Option<Coin>,
        /// Days until it ends [default: never]
        #[arg(long)]
        days: Option<u32>,
    },
    /// Pay them no longer
    RevokeFees {
        /// An address or the name of a key
        from: String,
    },
    /// Send tokens from wallet to wallet
    Send {
        /// An address or the name of a key
        to: String,
        #[arg(allow_negative_numbers = true)]
        amount: String,
    },
}

pub async fn run(global: &Global, command: Account) -> Result<()> {
    let output = global.output();
    match command {
        Account::Deposit { amount, owner } => {
            let acting = global.acting().await?;
            let (token, scale) = acting.payment()?;
            let amount = scale.parse(&amount)?;
            let owner = owner
                .map(|owner| global.address(&acting.market.chain, Some(&owner)))
                .transpose()?;
            let escrow = &acting.market.deployment.contracts.lease_escrow;
            let outcome = acting
                .send(&token.address, escrow, amount, &Hook::Deposit { owner })
                .await?;
            output.show(&Receipt::from(&outcome).with(amount), |_| {
                format!("deposited {} {}", scale.format(amount), global.token)
            })
        }
        Account::Withdraw { amount } => {
            let acting = global.acting().await?;
            let (token, scale) = acting.payment()?;
            let amount = amount.map(|amount| scale.parse(&amount)).transpose()?;
            if let Some(asked) = amount {
                let available = acting.market.available(acting.address(), &token.address).await?;
                if available < asked {
                    return Err(Foreseen::Account {
                        owner: acting.address().into(),
                        available: scale.format(available),
                        asked: scale.format(asked),
                        token: global.token.clone(),
                    }
                    .into());
                }
            }
            let msg = ExecuteMsg::Withdraw {
                token: token.address,
                amount,
            };
            let outcome = acting
                .execute(&acting.market.deployment.contracts.lease_escrow, &msg)
                .await?;
            let paid = outcome
                .attribute("wasm-withdrawn", "amount")
                .unwrap_or("0")
                .parse()?;
            output.show(&Receipt::from(&outcome).with(paid), |_| {
                format!("withdrew {} {}", scale.format(paid), global.token)
            })
        }
        Account::Send { to, amount } => {
            let acting = global.acting().await?;
            let (token, scale) = acting.payment()?;
            let amount = scale.parse(&amount)?;
            let to = global.address(&acting.market.chain, Some(&to))?;
            let outcome = acting.transfer(&token.address, &to, amount).await?;
            output.show(&Receipt::from(&outcome).with(amount), |_| {
                format!("sent {} {} to {to}", scale.format(amount), global.token)
            })
        }
        Account::GrantFees { to, limit, days } => {
            let acting = global.acting().await?;
            let to = global.address(&acting.market.chain, Some(&to))?;
            let now = acting.market.chain.status().await?.time;
            let grant = Msg::GrantFees {
                to: to.clone(),
                limit: limit.into_iter().collect(),
                expires: days.map(|days| now.plus_days(days.into())),
            };
            let outcome = acting.submit(&[grant]).await?;
            output.show(&Receipt::from(&outcome), |_| {
                format!(
                    "pays the fees of {to}, which names --fee-granter {}",
                    acting.address()
                )
            })
        }
        Account::RevokeFees { from } => {
            let acting = global.acting().await?;
            let from = global.address(&acting.market.chain, Some(&from))?;
            let outcome = acting.submit(&[Msg::RevokeFees { from: from.clone() }]).await?;
            output.show(&Receipt::from(&outcome), |_| {
                format!("pays the fees of {from} no longer")
            })
        }
        Account::Balance { address } => {
            let market = global.market().await?;
            let address = global.address(&market.chain, address.as_deref())?;
            let mut table = Table::new(["token", ">wallet", ">escrow"]);
            let mut data = vec![];
            for (name, token) in &market.deployment.tokens {
                let scale = global.scale(token);
                let wallet = market.balance(&token.address, &address).await?;
                let escrow = market.available(&address, &token.address).await?;
                data.push(json!({ "token": name, "wallet": wallet, "escrow": escrow }));
                table.row([name.clone(), scale.format(wallet), scale.format(escrow)]);
            }
            output.show(&json!({ "address": address, "tokens": data }), |_| {
                format!("{address}\n{}", table.render())
            })
        }
    }
}
