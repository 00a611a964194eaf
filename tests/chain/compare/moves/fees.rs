//! Fees, gifts and offices.

use chain_client::Msg;
use cosmwasm_std::Uint128;
use cw20::Cw20ExecuteMsg;
use market_types::control::ControlMsg;
use market_types::escrow::{self, ExecuteMsg as Escrow, Hook};
use market_types::order_book::{self, ExecuteMsg as Book};
use market_types::registry::{self, ExecuteMsg as Registry};
use market_types::take_rate::{self, ExecuteMsg as TakeRate};
use market_types::{BasisPoints, Seconds};
use rand::Rng;

use super::Dice;
use crate::cast::OFFICE;

impl Dice<'_> {
    pub(super) fn sweep(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        Some((self.anybody(), self.cast.escrow(&Escrow::SweepFees { token })))
    }

    pub(super) fn kick(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        Some((self.anybody(), self.cast.take_rate(&TakeRate::Kick { token })))
    }

    pub(super) fn take(&mut self) -> Option<(usize, Msg)> {
        let hook = take_rate::Hook::Take {
            token: self.token(),
            min_out: Uint128::zero(),
        };
        let (who, amount) = (self.anybody(), self.amount());
        let take_rate = &self.cast.wiring().take_rate_burn;
        Some((who, self.cast.pay(&self.cast.lease, take_rate, amount, &hook)))
    }

    pub(super) fn restart(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        Some((self.anybody(), self.cast.take_rate(&TakeRate::Restart { token })))
    }

    pub(super) fn seed_audits(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        Some((
            self.anybody(),
            self.cast.take_rate(&TakeRate::SeedAudits { token }),
        ))
    }

    pub(super) fn insurance(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        let amount = Uint128::new(self.rng.gen_range(0..2_000));
        let msg = TakeRate::TakeInsurance { token, amount };
        Some((self.befits(OFFICE), self.cast.take_rate(&msg)))
    }

    pub(super) fn skim(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        let msg = match self.rng.gen_range(0..3) {
            0 => self.cast.registry(&Registry::Skim {}),
            1 => self.cast.escrow(&Escrow::Skim { token }),
            _ => self.cast.take_rate(&TakeRate::Skim { token }),
        };
        Some((self.anybody(), msg))
    }

    /// A plain transfer to a contract or to somebody.
    pub(super) fn gift(&mut self) -> Option<(usize, Msg)> {
        let wiring = self.cast.wiring();
        let somebody = self.anybody();
        let to = [
            &wiring.provider_registry,
            &wiring.lease_escrow,
            &wiring.take_rate_burn,
            self.cast.address(somebody),
            "nobody",
        ];
        let recipient = self.one(&to)?.to_owned();
        let (token, amount) = (self.token(), Uint128::new(self.amount()));
        let msg = Cw20ExecuteMsg::Transfer { recipient, amount };
        Some((self.anybody(), self.cast.msg(&token, &msg)))
    }

    pub(super) fn fund_audits(&mut self) -> Option<(usize, Msg)> {
        let (who, amount) = (self.anybody(), self.amount());
        Some((who, self.escrow_pays(amount, &Hook::FundAudits {})))
    }

    pub(super) fn control(&mut self, control: ControlMsg) -> Msg {
        match self.rng.gen_range(0..3) {
            0 => self.cast.book(&Book::Control(control)),
            1 => self.cast.escrow(&Escrow::Control(control)),
            _ => self.cast.registry(&Registry::Control(control)),
        }
    }

    pub(super) fn pause(&mut self) -> Option<(usize, Msg)> {
        let duration = Seconds(self.rng.gen_range(0..4));
        let msg = self.control(ControlMsg::Pause { duration });
        Some((self.befits(OFFICE), msg))
    }

    pub(super) fn unpause(&mut self) -> Option<(usize, Msg)> {
        let msg = self.control(ControlMsg::Unpause {});
        Some((self.befits(OFFICE), msg))
    }

    pub(super) fn office(&mut self) -> Option<(usize, Msg)> {
        let to = self.anybody();
        let offer = ControlMsg::OfferGovernor {
            governor: self.cast.address(to).to_owned(),
            expires_in: Seconds(60),
        };
        let control = match self.rng.gen_range(0..4) {
            0 => ControlMsg::Wire(self.cast.wiring().clone()),
            1 => ControlMsg::WithdrawOffer {},
            _ => offer,
        };
        let msg = self.control(control);
        Some((self.befits(OFFICE), msg))
    }

    pub(super) fn params(&mut self) -> Option<(usize, Msg)> {
        let bps = BasisPoints(self.rng.gen_range(0..1_200));
        let msg = match self.rng.gen_range(0..4) {
            0 => self
                .cast
                .take_rate(&TakeRate::UpdateParams(take_rate::ParamsUpdate {
                    default_rate: Some(bps),
                    ..Default::default()
                })),
            1 => self.cast.book(&Book::UpdateParams(order_book::ParamsUpdate {
                min_step: Some(bps),
                ..Default::default()
            })),
            2 => self.cast.escrow(&Escrow::UpdateParams(escrow::ParamsUpdate {
                outage_share: Some(bps),
                ..Default::default()
            })),
            _ => self
                .cast
                .registry(&Registry::UpdateParams(registry::ParamsUpdate {
                    bond_price_daily_move: Some(bps),
                    ..Default::default()
                })),
        };
        Some((self.befits(OFFICE), msg))
    }

    /// Somebody says what only a sister contract may say.
    pub(super) fn pretend(&mut self) -> Option<(usize, Msg)> {
        let (lease, ..) = self.some_lease(|_| true)?;
        let msg = match self.rng.gen_range(0..4) {
            0 => self.cast.escrow(&Escrow::Hold { lease, units: 1 }),
            1 => self.cast.escrow(&Escrow::Refund { lease, units: 1 }),
            2 => self.cast.escrow(&Escrow::Convict { lease }),
            _ => self
                .cast
                .escrow(&Escrow::FreeReservation { order: lease.order() }),
        };
        Some((self.anybody(), msg))
    }
}
