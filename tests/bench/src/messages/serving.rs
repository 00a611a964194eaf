//! The life of streams.

use anyhow::Result;
use chain_client::Signer;
use cosmwasm_std::{Binary, Uint128};
use market_types::escrow::{acknowledgement_digest, Acknowledgement, Amendment, ExecuteMsg, Hook};
use market_types::{registry, LeaseId, Price, UnixTime};

use super::{bidding, Open, Town};
use crate::market::{lease, GRACE, TOKEN};
use crate::people::key;

impl Town {
    pub(super) async fn serving(&mut self, open: &Open) -> Result<()> {
        let (tenant, agent, owner) = (
            self.tenant.clone(),
            self.winner.agent.clone(),
            self.winner.owner.clone(),
        );
        let plain = open.leases()?;
        let one = lease(open.one_bid)?;
        let quiet = [lease(open.left)?, lease(open.silent)?, lease(open.acknowledged)?];
        let starting: Vec<LeaseId> = plain.iter().chain(&quiet).copied().collect();
        let ready = starting
            .iter()
            .map(|id| self.market.ready(*id))
            .collect::<Result<_>>()?;
        self.bulk(&agent, ready).await?;
        self.note("escrow: ready", &agent, self.market.ready(one)?)
            .await?;
        self.note("escrow: accept", &tenant, self.market.accept(one)?)
            .await?;
        let accept = starting
            .iter()
            .map(|id| self.market.accept(*id))
            .collect::<Result<_>>()?;
        self.bulk(&tenant, accept).await?;
        let silent_since = self.now().await?;

        // Every lease beats within its window.
        let all: Vec<LeaseId> = [one].into_iter().chain(plain.iter().copied()).collect();
        self.note(
            "escrow: heartbeat of 1 lease",
            &agent,
            self.market.heartbeat(&all[..1])?,
        )
        .await?;
        self.note(
            "escrow: heartbeat of 50 leases",
            &agent,
            self.market.heartbeat(&plain)?,
        )
        .await?;
        self.lease(
            "escrow: settle for the first time",
            &self.crank.clone(),
            ExecuteMsg::Settle { lease: one },
        )
        .await?;
        self.note(
            "escrow: give notice",
            &agent,
            self.market.escrow(&ExecuteMsg::GiveNotice { lease: quiet[0] })?,
        )
        .await?;
        self.note(
            "escrow: close as provider, before the notice is over",
            &agent,
            self.market.close(quiet[0])?,
        )
        .await?;
        self.note("escrow: close as tenant", &tenant, self.market.close(plain[0])?)
            .await?;
        let beat = self.market.heartbeat(&all)?;
        self.bulk(&agent, vec![beat]).await?;
        self.lease(
            "escrow: settle a stream",
            &self.crank.clone(),
            ExecuteMsg::Settle { lease: one },
        )
        .await?;
        self.note(
            "registry: claim",
            &tenant,
            self.market.registry(&registry::ExecuteMsg::Claim {})?,
        )
        .await?;

        self.lease("escrow: suspend", &tenant, ExecuteMsg::Suspend { lease: one })
            .await?;
        self.lease("escrow: resume", &tenant, ExecuteMsg::Resume { lease: one })
            .await?;
        let amount = Uint128::new(TOKEN);
        self.lease(
            "escrow: top up from the account",
            &tenant,
            ExecuteMsg::TopUp { lease: one, amount },
        )
        .await?;
        let wallet = self.market.pay(amount, &Hook::TopUp { lease: one })?;
        self.note("escrow: top up from the wallet", &tenant, wallet)
            .await?;
        let amendment = Amendment {
            price_per_hour: Some(Price::new(bidding::lower_price())),
            duration: None,
        };
        let amend = ExecuteMsg::Amend {
            lease: one,
            amendment,
        };
        self.lease("escrow: propose an amendment", &tenant, amend.clone())
            .await?;
        self.lease("escrow: agree to an amendment", &owner, amend).await?;
        let to = self.heir.address().to_owned();
        self.lease(
            "escrow: transfer a lease",
            &tenant,
            ExecuteMsg::Transfer { lease: one, to },
        )
        .await?;
        let signed = self.acknowledgement(quiet[2]).await?;
        self.lease("escrow: acknowledge by session key", &self.crank.clone(), signed)
            .await?;

        self.until(silent_since + GRACE + 5).await?;
        let late = self.market.heartbeat(&plain[1..2])?;
        self.note("escrow: heartbeat after an outage", &agent, late)
            .await?;
        self.lease(
            "escrow: close a silent lease",
            &self.crank.clone(),
            ExecuteMsg::CloseFailed { lease: quiet[1] },
        )
        .await?;
        let token = self.market.usdc.clone();
        self.lease(
            "escrow: withdraw",
            &owner,
            ExecuteMsg::Withdraw { token, amount: None },
        )
        .await
    }

    async fn acknowledgement(&self, lease: LeaseId) -> Result<ExecuteMsg> {
        let good_until = UnixTime(self.now().await? + 3_000);
        let (chain, escrow) = (
            self.market.founder.chain().chain_id(),
            &self.market.at.lease_escrow,
        );
        let digest = acknowledgement_digest(chain, escrow, lease, 1, good_until);
        let signature = key("session")?.sign_digest(&digest)?;
        Ok(ExecuteMsg::Acknowledge {
            lease,
            acknowledgement: Acknowledgement {
                sequence: 1,
                good_until,
                signature: Some(Binary::from(signature.as_ref())),
            },
        })
    }

    pub(super) async fn lease(&mut self, name: &'static str, signer: &Signer, msg: ExecuteMsg) -> Result<()> {
        let message = self.market.escrow(&msg)?;
        self.note(name, signer, message).await?;
        Ok(())
    }
}
