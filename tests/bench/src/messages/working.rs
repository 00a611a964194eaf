//! The life of tasks.

use anyhow::Result;
use market_types::attestation::ExecuteMsg;
use market_types::escrow::ExecuteMsg as Escrow;
use market_types::{BatchNo, Hash32, LeaseId};

use super::{Open, Town};
use crate::market::{lease, VESTING};
use crate::orders::UNITS;

/// Units of a full batch; a lease has three of them.
const BATCH: u32 = UNITS / 3;

impl Town {
    pub(super) async fn working(&mut self, open: &Open) -> Result<()> {
        let (tenant, agent, crank) = (self.tenant.clone(), self.winner.agent.clone(), self.crank.clone());
        let (id, waiting) = (lease(open.task)?, lease(open.waiting)?);
        self.lease(
            "escrow: waiting for inputs",
            &agent,
            Escrow::Waiting { lease: waiting },
        )
        .await?;
        self.lease(
            "escrow: inputs delivered",
            &tenant,
            Escrow::InputsDelivered { lease: waiting },
        )
        .await?;
        for (name, first_unit) in [
            ("attestation: post the first batch, 64 units", 0),
            ("attestation: post a batch, 64 units", BATCH),
            ("attestation: post the last batch, 64 units", 2 * BATCH),
        ] {
            let batch = self.market.attestation(&batch(id, first_unit))?;
            self.note(name, &agent, batch).await?;
        }
        self.until(self.now().await? + VESTING).await?;
        for (name, number) in [
            ("attestation: release the first batch", 0),
            ("attestation: release a batch", 1),
            ("attestation: release the last batch", 2),
        ] {
            let release = ExecuteMsg::Release {
                lease: id,
                batch: BatchNo(number),
            };
            let release = self.market.attestation(&release)?;
            self.note(name, &crank, release).await?;
        }
        self.note(
            "escrow: close a task as tenant",
            &tenant,
            self.market.close(waiting)?,
        )
        .await?;
        Ok(())
    }
}

fn batch(lease: LeaseId, first_unit: u32) -> ExecuteMsg {
    ExecuteMsg::PostBatch {
        lease,
        first_unit,
        count: BATCH,
        root: Hash32([0x9a; 32]),
    }
}
