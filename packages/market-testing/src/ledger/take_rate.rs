//! Fees: how they are split, sold and burned, and the rate they are taken at.

use std::collections::BTreeMap;

use cosmwasm_std::{from_json, Addr, Binary, OverflowError, OverflowOperation};
use market_types::take_rate::{ExecuteMsg, Hook, Params, ParamsResponse, ParamsUpdate, QueryMsg};
use market_types::{BasisPoints, LotId, UnixTime};
use take_rate_burn::ContractError as Error;

use super::amounts::{down, share, up};
use super::control::{ensure, unimplemented_message};
use super::tokens::n;
use super::{Fate, Ledger};
use crate::suite::Suite;

const MILLION: u128 = 1_000_000;
const HOUR: u64 = 3_600;
/// Last prices are kept between these.
const LOWEST: u128 = 128;
const HIGHEST: u128 = 1_000_000_000_000_000_000_000_000_000_000;

#[derive(Clone)]
pub struct TakeRate {
    pub params: Params<Addr>,
    bounds: (u16, u16),
    /// The default rate, and from when on another one counts.
    rate: u16,
    next: Option<(u16, u64)>,
    pub fees: BTreeMap<Addr, Fees>,
    pub lots: BTreeMap<Addr, Lot>,
    pub last_prices: BTreeMap<Addr, u128>,
    pub last_lot: u64,
}

/// What became of the fees in one token.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fees {
    pub collected: u128,
    pub burned: u128,
    pub sold: u128,
    pub brought: u128,
    pub seeded: u128,
    pub insured: u128,
    pub waiting: u128,
    pub waiting_since: u64,
    pub audit_seed: u128,
    pub insurance: u128,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Lot {
    pub no: LotId,
    pub opened: u128,
    pub left: u128,
    pub opened_at: u64,
    pub start: u128,
    pub brought: u128,
}

impl Lot {
    /// `(start >> h) * (7200 - s) / 7200`, rounded up for buyers.
    pub fn price(&self, now: u64) -> u128 {
        let elapsed = now - self.opened_at;
        let (hours, seconds) = (elapsed / HOUR, elapsed % HOUR);
        let start = if hours < 128 { self.start >> hours } else { 0 };
        up(start, u128::from(7_200 - seconds), 7_200).unwrap_or(u128::MAX)
    }

    pub fn floor(&self) -> u128 {
        self.start / 1_024
    }

    fn half_sold(&self) -> bool {
        2 * self.left <= self.opened
    }
}

impl TakeRate {
    pub fn of(suite: &Suite) -> Self {
        let answer: ParamsResponse = suite.ask_take_rate(&QueryMsg::Params {});
        Self {
            bounds: (answer.min_rate.0, answer.max_rate.0),
            rate: answer.params.default_rate.0,
            next: None,
            params: answer.params,
            fees: BTreeMap::new(),
            lots: BTreeMap::new(),
            last_prices: BTreeMap::new(),
            last_lot: 0,
        }
    }

    pub fn rate(&self, now: u64) -> BasisPoints {
        match self.next {
            Some((next, from)) if from <= now => BasisPoints(next),
            _ => BasisPoints(self.rate),
        }
    }

    /// What the contract owes in `token`.
    pub fn owes(&self, token: &Addr) -> u128 {
        let fees = self
            .fees
            .get(token)
            .map_or(0, |fees| fees.waiting + fees.audit_seed + fees.insurance);
        fees + self.lots.get(token).map_or(0, |lot| lot.left)
    }

    fn last_price(&self, token: &Addr) -> Result<u128, Error> {
        let first = self
            .params
            .auctions
            .iter()
            .find(|auction| auction.token == *token);
        let first = first.map(|auction| auction.first_price.u128());
        self.last_prices
            .get(token)
            .copied()
            .or(first)
            .ok_or_else(|| Error::NoAuction { token: token.clone() })
    }

    fn close(&mut self, token: &Addr, lot: &Lot) -> Result<(), Error> {
        if lot.half_sold() {
            let (last, sold) = (self.last_price(token)?, lot.opened - lot.left);
            let weighted = down(lot.brought, MILLION, sold).unwrap_or(u128::MAX);
            let most = last.saturating_mul(4).min(HIGHEST);
            let least = (last / 4).max(LOWEST).min(most);
            self.last_prices
                .insert(token.clone(), weighted.clamp(least, most));
        }
        self.lots.remove(token);
        Ok(())
    }

    fn open(&mut self, token: &Addr, amount: u128, last: u128, now: u64) {
        self.last_lot += 1;
        let lot = Lot {
            no: LotId(self.last_lot),
            opened: amount,
            left: amount,
            opened_at: now,
            start: 8 * last.clamp(LOWEST, HIGHEST),
            brought: 0,
        };
        self.lots.insert(token.clone(), lot);
    }
}

impl Ledger {
    pub(super) fn take_rate_message(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Fate {
        let here = self.wiring.take_rate_burn.clone();
        match msg {
            ExecuteMsg::Control(msg) => self
                .control(&here, sender, msg)
                .map_err(|error| Error::Control(error).into()),
            ExecuteMsg::UpdateParams(update) => self.update_rate(sender, update),
            ExecuteMsg::Kick { token } => Ok(self.kick(&Addr::unchecked(token))?),
            ExecuteMsg::Restart { token } => Ok(self.restart(&Addr::unchecked(token))?),
            ExecuteMsg::SeedAudits { token } => self.seed_audits(&Addr::unchecked(token)),
            ExecuteMsg::TakeInsurance { token, amount } => {
                self.take_insurance(sender, &Addr::unchecked(token), amount.u128())
            }
            ExecuteMsg::Skim { token } => {
                let token = Addr::unchecked(token);
                self.ensure_market_token(&token)?;
                let (held, owed) = (self.balance(&token, &here), self.take_rate.owes(&token));
                if held == owed {
                    return Err(Error::NothingToSkim {
                        held: n(held),
                        owed: n(owed),
                    }
                    .into());
                }
                self.collect(&token, held - owed)
            }
            other => unimplemented_message(other),
        }
    }

    fn ensure_market_token(&self, token: &Addr) -> Result<(), Error> {
        let known = *token == self.wiring.network_token
            || self.take_rate.fees.contains_key(token)
            || self
                .escrow
                .params
                .tokens
                .iter()
                .any(|listed| listed.token == *token);
        match known {
            true => Ok(()),
            false => Err(Error::NotListed { token: token.clone() }),
        }
    }

    pub(super) fn take_rate_hook(&mut self, token: &Addr, sender: &Addr, amount: u128, msg: &Binary) -> Fate {
        self.ensure_market_token(token)?;
        if amount == 0 {
            return Err(Error::ZeroAmount {}.into());
        }
        match from_json(msg).map_err(Error::Std)? {
            Hook::Fees {} => self.collect(token, amount),
            Hook::Take { token: lot, min_out } => {
                if *token != self.wiring.network_token {
                    return Err(Error::NotNetworkToken {
                        token: token.clone(),
                        network_token: self.wiring.network_token.clone(),
                    }
                    .into());
                }
                self.take(sender, &Addr::unchecked(lot), amount, min_out.u128())
            }
        }
    }

    /// Fees came: shares are set aside, the rest is burned or waits to be sold.
    pub(super) fn collect(&mut self, token: &Addr, amount: u128) -> Fate {
        let now = self.now;
        let network = *token == self.wiring.network_token;
        let shares = &self.take_rate.params.shares;
        let (seed, insurance) = (
            share(amount, shares.audit_seed.0),
            share(amount, shares.insurance.0),
        );
        let rest = amount - seed - insurance;
        let fees = self.take_rate.fees.entry(token.clone()).or_default();
        fees.collected += amount;
        fees.audit_seed += seed;
        fees.insurance += insurance;
        if network {
            fees.burned += rest;
            let here = self.wiring.take_rate_burn.clone();
            return self.burn(token, &here, rest);
        }
        if fees.waiting == 0 {
            fees.waiting_since = now;
        }
        fees.waiting += rest;
        Ok(())
    }

    fn update_rate(&mut self, sender: &Addr, update: &ParamsUpdate) -> Fate {
        self.ensure_governor(sender).map_err(Error::Control)?;
        if let Some(shares) = &update.shares {
            let sum =
                u32::from(shares.burn.0) + u32::from(shares.audit_seed.0) + u32::from(shares.insurance.0);
            if sum != 10_000 {
                return Err(Error::SharesSum { sum }.into());
            }
            let own = &mut self.take_rate.params.shares;
            (own.burn, own.audit_seed, own.insurance) = (shares.burn, shares.audit_seed, shares.insurance);
        }
        let Some(rate) = update.default_rate else {
            return Ok(());
        };
        let (min, max) = self.take_rate.bounds;
        if rate.0 < min || rate.0 > max {
            return Err(Error::RateOutside {
                rate,
                min: BasisPoints(min),
                max: BasisPoints(max),
            }
            .into());
        }
        let (from, step) = (self.take_rate.rate(self.now), self.take_rate.params.rate_step);
        if rate.0.abs_diff(from.0) > step.0 {
            return Err(Error::RateStep { from, to: rate, step }.into());
        }
        let counts_from = self.now + self.take_rate.params.rate_delay.0;
        self.take_rate.rate = from.0;
        self.take_rate.next = (rate != from).then_some((rate.0, counts_from));
        Ok(())
    }

    fn kick(&mut self, token: &Addr) -> Result<(), Error> {
        let auctions = &self.take_rate.params.auctions;
        let Some(auction) = auctions.iter().find(|auction| auction.token == *token) else {
            return Err(Error::NoAuction { token: token.clone() });
        };
        if let Some(lot) = self.take_rate.lots.get(token) {
            return Err(Error::LotOpen {
                token: token.clone(),
                lot: lot.no,
            });
        }
        let fees = self.take_rate.fees.get(token).cloned().unwrap_or_default();
        if fees.waiting == 0 {
            return Err(Error::NothingWaiting { token: token.clone() });
        }
        let from = fees.waiting_since + self.take_rate.params.max_lot_wait.0;
        if n(fees.waiting) < auction.min_lot && self.now < from {
            return Err(Error::LotTooSmall {
                waiting: n(fees.waiting),
                min_lot: auction.min_lot,
                from: UnixTime(from),
            });
        }
        let last = self.take_rate.last_price(token)?;
        self.take_rate.last_prices.insert(token.clone(), last);
        self.open_lot(token, 0, last);
        Ok(())
    }

    /// A lot of all that waits and of what an expired one left.
    fn open_lot(&mut self, token: &Addr, left: u128, last: u128) {
        let waiting = self
            .take_rate
            .fees
            .get_mut(token)
            .map_or(0, |fees| std::mem::take(&mut fees.waiting));
        self.take_rate.open(token, left + waiting, last, self.now);
    }

    fn restart(&mut self, token: &Addr) -> Result<(), Error> {
        let Some(lot) = self.take_rate.lots.get(token).cloned() else {
            return Err(Error::NoLot { token: token.clone() });
        };
        let (price, floor) = (lot.price(self.now), lot.floor());
        if price >= floor {
            return Err(Error::LotNotExpired {
                lot: lot.no,
                price: n(price),
                floor: n(floor),
            });
        }
        self.take_rate.close(token, &lot)?;
        let last = match lot.half_sold() {
            true => self.take_rate.last_price(token)?,
            false => floor,
        };
        self.open_lot(token, lot.left, last);
        Ok(())
    }

    fn take(&mut self, buyer: &Addr, token: &Addr, pay: u128, min_out: u128) -> Fate {
        let Some(mut lot) = self.take_rate.lots.get(token).cloned() else {
            return Err(Error::NoLot { token: token.clone() }.into());
        };
        let (price, floor) = (lot.price(self.now), lot.floor());
        if price < floor {
            return Err(Error::LotExpired {
                lot: lot.no,
                price: n(price),
                floor: n(floor),
            }
            .into());
        }
        let out = down(pay, MILLION, price).unwrap_or(u128::MAX).min(lot.left);
        let cost = up(out, price, MILLION)
            .ok_or_else(|| Error::Overflow(OverflowError::new(OverflowOperation::Mul)))?;
        let least = lot.opened.div_ceil(20).min(lot.left);
        if out < least {
            return Err(Error::TakeTooSmall {
                out: n(out),
                least: n(least),
            }
            .into());
        }
        if out < min_out {
            return Err(Error::OutBelowMinimum {
                out: n(out),
                min_out: n(min_out),
            }
            .into());
        }
        lot.left -= out;
        lot.brought += cost;
        match lot.left {
            0 => self.take_rate.close(token, &lot)?,
            _ => {
                self.take_rate.lots.insert(token.clone(), lot);
            }
        }
        let network = self.wiring.network_token.clone();
        let seller = self.take_rate.fees.entry(token.clone()).or_default();
        seller.sold += out;
        seller.brought += cost;
        self.take_rate.fees.entry(network.clone()).or_default().burned += cost;
        let here = self.wiring.take_rate_burn.clone();
        self.burn(&network, &here, cost)?;
        self.transfer(&network, &here, buyer, pay - cost)?;
        self.transfer(token, &here, buyer, out)
    }

    fn seed_audits(&mut self, token: &Addr) -> Fate {
        let fees = self.take_rate.fees.get_mut(token);
        let seed = fees.map_or(0, |fees| {
            let seed = std::mem::take(&mut fees.audit_seed);
            fees.seeded += seed;
            seed
        });
        if seed == 0 {
            return Err(Error::NothingToSeed { token: token.clone() }.into());
        }
        let (here, escrow) = (
            self.wiring.take_rate_burn.clone(),
            self.wiring.lease_escrow.clone(),
        );
        self.transfer(token, &here, &escrow, seed)?;
        self.fund_audits(token, seed)
    }

    fn take_insurance(&mut self, sender: &Addr, token: &Addr, amount: u128) -> Fate {
        let to = self.take_rate.params.shares.insurance_to.clone();
        ensure(sender, &to, "keeper of the insurance share").map_err(Error::Control)?;
        let has = self.take_rate.fees.get(token).map_or(0, |fees| fees.insurance);
        if amount > has {
            return Err(Error::InsuranceShort {
                asked: n(amount),
                has: n(has),
            }
            .into());
        }
        if amount == 0 {
            return Err(Error::ZeroAmount {}.into());
        }
        if let Some(fees) = self.take_rate.fees.get_mut(token) {
            fees.insurance -= amount;
            fees.insured += amount;
        }
        let here = self.wiring.take_rate_burn.clone();
        self.transfer(token, &here, &to, amount)
    }
}
