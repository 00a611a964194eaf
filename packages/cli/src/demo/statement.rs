//! Chapter 9: who paid, who earned, what was taken, burned, refunded; and whether every unit is accounted for.

use anyhow::{ensure, Result};
use cosmwasm_std::Uint128;
use market_types::control::Solvency;
use market_types::escrow::LeaseResponse;
use market_types::registry::{self, ProviderResponse};
use serde::Serialize;

use super::market_day::SCALE;
use super::stage::Stage;
use super::tale::Tale;
use crate::local::TOKENS;
use crate::output::Table;

#[derive(Serialize)]
pub struct Statement {
    pub holders: Vec<Holder>,
    pub leases: Vec<LeaseResponse>,
    pub burned: Uint128,
    pub network_supply: Uint128,
    pub solvency: Vec<(&'static str, Vec<Solvency>)>,
}

/// What somebody has at the end, wherever it lies.
#[derive(Serialize)]
pub struct Holder {
    pub name: String,
    pub usdc: Uint128,
    pub lease: Uint128,
}

/// # Errors
/// A figure does not add up; the error names it.
pub async fn draw(
    stage: &Stage,
    tale: &Tale,
    leases: Vec<LeaseResponse>,
    burned: Uint128,
) -> Result<Statement> {
    tale.chapter(9, "The statement");
    let mut holders = vec![holder(stage, "tenant", stage.tenant.address()).await?];
    holders.push(holder(stage, "keeper", stage.keeper.address()).await?);
    for provider in &stage.providers {
        let mut held = holder(stage, provider.character.name, provider.owner.address()).await?;
        // Tips for turning cranks.
        held.lease += claimable(stage, &provider.agent).await?;
        holders.push(held);
    }
    let network = stage
        .market
        .token_info(&stage.market.deployment.contracts.network_token)
        .await?;
    let statement = Statement {
        holders,
        leases,
        burned,
        network_supply: network.total_supply,
        solvency: stage.market.solvency().await?,
    };
    tale.say(statement.render(stage));
    statement.check(stage).await?;
    Ok(statement)
}

/// Wallet, escrow, bond and claims.
async fn holder(stage: &Stage, name: &str, address: &str) -> Result<Holder> {
    let usdc = &stage.market.token("usdc")?.address;
    let network = &stage.market.deployment.contracts.network_token;
    let bond = match stage.market.provider(address).await {
        Ok(ProviderResponse { bond, .. }) => bond
            .unbonding
            .iter()
            .fold(bond.bonded, |sum, unbonding| sum + unbonding.amount),
        Err(chain_client::QueryError::Contract { .. }) => Uint128::zero(),
        Err(error) => return Err(error.into()),
    };
    let claim = claimable(stage, address).await?;
    Ok(Holder {
        name: name.into(),
        usdc: stage.market.balance(usdc, address).await? + stage.market.available(address, usdc).await?,
        lease: stage.market.balance(network, address).await?
            + stage.market.available(address, network).await?
            + bond
            + claim,
    })
}

/// Network tokens that the registry owes somebody.
async fn claimable(stage: &Stage, address: &str) -> Result<Uint128> {
    let address = address.into();
    Ok(stage
        .market
        .registry(&registry::QueryMsg::Claimable { address })
        .await?)
}

impl Statement {
    fn render(&self, stage: &Stage) -> String {
        let mut people = Table::new(["   who", ">USDC", ">LEASE"]);
        for holder in &self.holders {
            people.row([
                format!("   {}", holder.name),
                change(holder.usdc),
                change(holder.lease),
            ]);
        }
        let mut leases = Table::new([
            "   lease",
            "provider",
            "token",
            ">paid",
            ">fee",
            ">audits",
            ">earned",
            ">refunded",
        ]);
        for lease in &self.leases {
            leases.row([
                format!("   {}", lease.lease),
                stage.name(lease.owner.as_str()),
                stage.market.symbol(lease.token.as_str()).to_uppercase(),
                SCALE.format(lease.money.gross),
                SCALE.format(lease.money.fee),
                SCALE.format(lease.money.premium),
                SCALE.format(lease.money.income),
                SCALE.format(lease.money.refunded),
            ]);
        }
        let mut contracts = Table::new(["   contract", "token", ">holds", ">owes", ""]);
        for (contract, tokens) in &self.solvency {
            for report in tokens {
                contracts.row([
                    format!("   {contract}"),
                    stage.market.symbol(report.token.as_str()).to_uppercase(),
                    SCALE.format(report.held),
                    SCALE.format(report.owed_total),
                    if report.held == report.owed_total {
                        "equal"
                    } else {
                        "DIFFERENT"
                    }
                    .into(),
                ]);
            }
        }
        format!(
            "{}\n{}\n   burned {} LEASE of {}; {} remain\n\n{}",
            leases.render(),
            people.render(),
            SCALE.format(self.burned),
            SCALE.format(initial_supply(self.holders.len())),
            SCALE.format(self.network_supply),
            contracts.render(),
        )
    }

    async fn check(&self, stage: &Stage) -> Result<()> {
        for lease in &self.leases {
            let money = &lease.money;
            let parts = money.remaining + money.held + money.gross + money.refunded;
            ensure!(
                parts == money.funded,
                "lease {}: parts {parts}, funded {}",
                lease.lease,
                money.funded
            );
            let split = money.fee + money.premium + money.income;
            ensure!(
                split == money.gross,
                "lease {}: split {split}, earned {}",
                lease.lease,
                money.gross
            );
            let fee = money.gross.multiply_ratio(lease.take_rate.0, 10_000u64);
            ensure!(
                money.fee == fee,
                "lease {}: fee {}, by the rate {fee}",
                lease.lease,
                money.fee
            );
        }
        for (contract, tokens) in &self.solvency {
            for report in tokens {
                let (held, owed) = (report.held, report.owed_total);
                ensure!(
                    held == owed,
                    "{contract} holds {held} of {} and owes {owed}",
                    report.token
                );
            }
        }
        let supply = initial_supply(self.holders.len());
        ensure!(
            self.network_supply + self.burned == supply,
            "of {supply} LEASE {} were burned, and {} are left",
            self.burned,
            self.network_supply
        );
        self.check_total(stage, "usdc", supply, |holder| holder.usdc)?;
        self.check_total(stage, "lease", self.network_supply, |holder| holder.lease)
    }

    /// What people have and what contracts owe to nobody in particular is all there is.
    fn check_total(
        &self,
        stage: &Stage,
        token: &str,
        supply: Uint128,
        of: impl Fn(&Holder) -> Uint128,
    ) -> Result<()> {
        let address = &stage.market.token(token)?.address;
        let people: Uint128 = self.holders.iter().map(of).sum();
        let reports = self.solvency.iter().flat_map(|(_, tokens)| tokens);
        let pools: Uint128 = reports
            .filter(|report| report.token.as_str() == address)
            .flat_map(|report| &report.owed)
            .filter(|owed| POOLS.contains(&owed.purpose.as_str()))
            .map(|owed| owed.amount)
            .sum();
        ensure!(
            people + pools == supply,
            "people hold {people} {token} and pools {pools}, but there are {supply}"
        );
        Ok(())
    }
}

/// Debts of contracts that no account owns.
const POOLS: [&str; 6] = [
    "fees",
    "audit_pool",
    "waiting",
    "in_lot",
    "audit_seed",
    "insurance",
];

fn initial_supply(holders: usize) -> Uint128 {
    Uint128::new(TOKENS * holders as u128)
}

/// Difference to what everybody started with.
fn change(now: Uint128) -> String {
    let start = Uint128::new(TOKENS);
    if now >= start {
        format!("+{}", SCALE.format(now - start))
    } else {
        format!("-{}", SCALE.format(start - now))
    }
}
