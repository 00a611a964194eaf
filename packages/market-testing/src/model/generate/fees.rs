use cosmwasm_std::{Addr, Uint128};
use market_types::escrow::{ExecuteMsg as Escrow, Hook as EscrowHook};
use market_types::registry::ExecuteMsg as Registry;
use market_types::take_rate::{ExecuteMsg as TakeRate, Hook};
use rand::Rng;

use super::{Generator, Wish};
use crate::ledger::Ledger;
use crate::model::people::People;
use crate::suite::intentions::{plain_transfer, send_hook};

impl Generator {
    fn contracts(ledger: &Ledger) -> [Addr; 5] {
        let wiring = ledger.wiring.clone();
        [
            wiring.provider_registry,
            wiring.order_book,
            wiring.lease_escrow,
            wiring.attestation,
            wiring.take_rate_burn,
        ]
    }

    pub(super) fn sweep(&mut self, _: &Ledger, people: &People) -> Wish {
        let token = self.token(people).to_string();
        Some((self.anybody(people), Escrow::SweepFees { token }.into()))
    }

    pub(super) fn kick(&mut self, _: &Ledger, people: &People) -> Wish {
        let token = self.token(people).to_string();
        Some((self.anybody(people), TakeRate::Kick { token }.into()))
    }

    pub(super) fn restart(&mut self, _: &Ledger, people: &People) -> Wish {
        let token = self.token(people).to_string();
        Some((self.anybody(people), TakeRate::Restart { token }.into()))
    }

    pub(super) fn take(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let token = self.token(people);
        let lot = ledger.take_rate.lots.get(&token);
        let whole = lot.map_or(1_000, |lot| {
            let price = lot.price(ledger.now);
            crate::ledger::amounts::up(lot.left, price, 1_000_000).unwrap_or(u128::MAX)
        });
        let pay = match self.rng.gen_range(0..10) {
            0 => self.amount(),
            1..=3 => whole.saturating_add(self.rng.gen_range(0..1_000)),
            _ => whole / self.rng.gen_range(1..25),
        };
        let min_out = match self.chance(85) {
            true => 0,
            false => self.amount(),
        };
        let buyer = match self.chance(80) {
            true => people.stranger.clone(),
            false => self.anybody(people),
        };
        let paid_in = match self.chance(95) {
            true => people.tokens[0].clone(),
            false => people.tokens[1].clone(),
        };
        let pay = pay.min(ledger.balance(&paid_in, &buyer));
        let hook = Hook::Take {
            token: token.to_string(),
            min_out: Uint128::new(min_out),
        };
        Some((
            buyer,
            send_hook(&paid_in, &ledger.wiring.take_rate_burn, pay, &hook),
        ))
    }

    pub(super) fn seed_audits(&mut self, _: &Ledger, people: &People) -> Wish {
        let token = self.token(people).to_string();
        Some((self.anybody(people), TakeRate::SeedAudits { token }.into()))
    }

    pub(super) fn insurance(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let token = self.token(people);
        let has = ledger.take_rate.fees.get(&token).map_or(0, |fees| fees.insurance);
        let amount = match self.rng.gen_range(0..4) {
            0 => has + 1,
            1 => has / 2,
            _ => has,
        };
        let sender = self.mostly(&people.insurer, people);
        let (token, amount) = (token.to_string(), Uint128::new(amount));
        Some((sender, TakeRate::TakeInsurance { token, amount }.into()))
    }

    pub(super) fn skim(&mut self, _: &Ledger, people: &People) -> Wish {
        let (sender, token) = (self.anybody(people), self.token(people).to_string());
        let call = match self.rng.gen_range(0..3) {
            0 => Escrow::Skim { token }.into(),
            1 => TakeRate::Skim { token }.into(),
            _ => Registry::Skim {}.into(),
        };
        Some((sender, call))
    }

    /// A plain transfer to a contract, which nobody owns.
    pub(super) fn gift(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let (sender, token) = (self.anybody(people), self.token(people));
        let to = self.one(&Self::contracts(ledger))?;
        let amount = self.amount() % 5_000_000_000;
        let amount = amount.min(ledger.balance(&token, &sender));
        if amount == 0 {
            return None;
        }
        Some((sender, plain_transfer(&token, &to, amount)))
    }

    pub(super) fn fund_audits(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let (sender, token) = (self.anybody(people), self.token(people));
        let amount = self.amount().min(ledger.balance(&token, &sender));
        let (to, call): (_, fn(&Addr, &Addr, u128) -> _) = match self.chance(50) {
            true => (&ledger.wiring.lease_escrow, |token, to, amount| {
                send_hook(token, to, amount, &EscrowHook::FundAudits {})
            }),
            false => (&ledger.wiring.take_rate_burn, |token, to, amount| {
                send_hook(token, to, amount, &Hook::Fees {})
            }),
        };
        Some((sender, call(&token, to, amount)))
    }
}
