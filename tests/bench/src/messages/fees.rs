//! Where fees go.

use anyhow::Result;
use cosmwasm_std::Uint128;
use market_types::escrow::{ExecuteMsg as Escrow, Hook as EscrowHook};
use market_types::registry::ExecuteMsg as Registry;
use market_types::take_rate::{ExecuteMsg, Hook};

use super::Town;
use crate::market::TOKEN;

impl Town {
    pub(super) async fn fees(&mut self) -> Result<()> {
        let (crank, founder, tenant) = (
            self.crank.clone(),
            self.market.founder.clone(),
            self.tenant.clone(),
        );
        let (usdc, network) = (self.market.usdc.clone(), self.market.at.network_token.clone());
        let token = || self.market.usdc.clone();
        let sweep = self.market.escrow(&Escrow::SweepFees { token: token() })?;
        let kick = self.market.take_rate(&ExecuteMsg::Kick { token: token() })?;
        let buy = Hook::Take {
            token: token(),
            min_out: Uint128::one(),
        };
        let seed = self
            .market
            .take_rate(&ExecuteMsg::SeedAudits { token: token() })?;
        let insurance = self.market.take_rate(&ExecuteMsg::TakeInsurance {
            token: token(),
            amount: Uint128::one(),
        })?;
        let skim_escrow = self.market.escrow(&Escrow::Skim { token: token() })?;
        let skim_fees = self.market.take_rate(&ExecuteMsg::Skim { token: token() })?;
        let skim_registry = self.market.registry(&Registry::Skim {})?;
        let fund = self.market.pay(Uint128::new(TOKEN), &EscrowHook::FundAudits {})?;
        let buy = self.market.send(
            &network,
            &self.market.at.take_rate_burn,
            Uint128::new(1_000 * TOKEN),
            &buy,
        )?;

        self.note("escrow: sweep fees", &crank, sweep).await?;
        self.note("take rate: open a lot", &crank, kick).await?;
        self.note("take rate: buy the lot", &founder, buy).await?;
        self.note("take rate: seed the audit pool", &crank, seed).await?;
        self.note("take rate: take insurance", &founder, insurance)
            .await?;
        self.note("escrow: fund audits", &tenant, fund).await?;
        let gifts = [
            (&usdc, &self.market.at.lease_escrow),
            (&usdc, &self.market.at.take_rate_burn),
            (&network, &self.market.at.provider_registry),
        ]
        .map(|(token, to)| self.market.transfer(token, to, 1));
        self.bulk(&founder, gifts.into_iter().collect::<Result<_>>()?)
            .await?;
        self.note("escrow: skim", &crank, skim_escrow).await?;
        self.note("take rate: skim", &crank, skim_fees).await?;
        self.note("registry: skim", &crank, skim_registry).await?;
        Ok(())
    }
}
