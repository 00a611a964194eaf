//! What governor and guardian say. Every contract takes the same control messages; the escrow's stand for all.

use anyhow::Result;
use market_types::control::ControlMsg;
use market_types::{attestation, escrow, order_book, registry, take_rate, BasisPoints, Seconds};

use super::Town;

impl Town {
    pub(super) async fn governing(&mut self) -> Result<()> {
        let founder = self.market.founder.clone();
        let governor = founder.address().to_owned();
        for (name, msg) in [
            (
                "control: pause",
                ControlMsg::Pause {
                    duration: Seconds(60),
                },
            ),
            ("control: end a pause", ControlMsg::Unpause {}),
            (
                "control: set the guardian",
                ControlMsg::SetGuardian { guardian: None },
            ),
            (
                "control: offer the office",
                ControlMsg::OfferGovernor {
                    governor: governor.clone(),
                    expires_in: Seconds(600),
                },
            ),
            ("control: accept the office", ControlMsg::AcceptGovernor {}),
        ] {
            self.lease(name, &founder, escrow::ExecuteMsg::Control(msg))
                .await?;
        }
        let again = ControlMsg::OfferGovernor {
            governor,
            expires_in: Seconds(600),
        };
        let again = self.market.escrow(&escrow::ExecuteMsg::Control(again))?;
        self.bulk(&founder, vec![again]).await?;
        let withdraw = escrow::ExecuteMsg::Control(ControlMsg::WithdrawOffer {});
        self.lease("control: withdraw the offer", &founder, withdraw)
            .await?;

        let updates = [
            (
                "registry: update a parameter",
                self.market
                    .registry(&registry::ExecuteMsg::UpdateParams(registry::ParamsUpdate {
                        evidence_half_life: Some(Seconds(60 * 86_400)),
                        ..Default::default()
                    }))?,
            ),
            (
                "book: update a parameter",
                self.market
                    .book(&order_book::ExecuteMsg::UpdateParams(order_book::ParamsUpdate {
                        min_step: Some(BasisPoints(20)),
                        ..Default::default()
                    }))?,
            ),
            (
                "escrow: update a parameter",
                self.market
                    .escrow(&escrow::ExecuteMsg::UpdateParams(escrow::ParamsUpdate {
                        grace: Some(Seconds(60)),
                        ..Default::default()
                    }))?,
            ),
            (
                "take rate: propose a rate",
                self.market
                    .take_rate(&take_rate::ExecuteMsg::UpdateParams(take_rate::ParamsUpdate {
                        default_rate: Some(BasisPoints(250)),
                        ..Default::default()
                    }))?,
            ),
            (
                "attestation: update the classes",
                self.market.attestation(&attestation::ExecuteMsg::UpdateParams(
                    attestation::ParamsUpdate {
                        classes: Some(market_types::defaults::attestation().classes),
                        ..Default::default()
                    },
                ))?,
            ),
        ];
        for (name, message) in updates {
            self.note(name, &founder, message).await?;
        }
        Ok(())
    }
}
