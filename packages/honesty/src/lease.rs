//! One lease of a provider with a plan, against what an honest provider would have had for the same units.

use std::collections::VecDeque;

use cosmwasm_std::Uint128;
use market_math::draw::Draw;
use market_math::fee::fee;
use market_math::fresh::Fresh;
use market_math::sampling::{audit_rate, premium_per_unit};
use market_math::slash::{slash, MAX_REPORTERS_SHARE};
use market_math::{audit_price::auditor_fee, mul_div, MathError, Rounding};
use market_types::{BasisPoints, BatchNo, Hash32, LeaseId, Seconds, UnixTime};
use rand::Rng;

use crate::court::{hear, Case, Defence, Outcome, Ploy, Ruling};
use crate::panel::Table;
use crate::terms::{Counted, Terms, UNIT_PRICE};

/// From a batch's block to its draw: the beacon's round is at least 30 s later, and somebody brings it.
const DRAWN_AFTER: Seconds = Seconds(90);

/// What a provider does with a lease.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Units done honestly before it begins to cheat.
    pub lead: u32,
    /// What it waits after them.
    pub pause: Seconds,
    /// Bad units it posts at most before it leaves.
    pub cheats: u32,
    /// Share of the units, once it cheats, that are bad.
    pub share: f64,
    /// It cheats only while the lease holds less than this many bonds.
    pub while_held_below: Option<u32>,
    /// Units of a batch, 1 to 64, and the time from one batch to the next.
    pub batch: u32,
    pub every: Seconds,
    pub defence: Defence,
    pub appeals: bool,
}

/// All units bad, in batches of one, each drawn before the next is posted; every finding is appealed.
pub const PLAN: Plan = Plan {
    lead: 0,
    pause: Seconds(0),
    cheats: u32::MAX,
    share: 1.0,
    while_held_below: None,
    batch: 1,
    every: Seconds(120),
    defence: Defence::Serve,
    appeals: true,
};

/// Units of a lease.
pub const LEASE_UNITS: u32 = 2_048;

/// How it went. Money in unit prices.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Episode {
    pub units: u64,
    pub bad: u64,
    pub audits: u64,
    pub convicted: bool,
    pub missed: bool,
    /// What the provider and its friends have more than had all units been done.
    pub gain: f64,
}

struct Batch {
    vests_at: UnixTime,
    units: u32,
    /// What each unit pays its provider.
    income: i128,
}

struct Lease<'a, R> {
    terms: &'a Terms,
    table: &'a Table,
    rng: &'a mut R,
    now: UnixTime,
    bond: Uint128,
    held: VecDeque<Batch>,
    held_units: u32,
    fresh: Fresh,
    batches: u32,
    gain: i128,
    episode: Episode,
}

/// Run `plan` over one lease.
///
/// # Errors
/// None that these sizes can cause.
pub fn run(terms: &Terms, table: &Table, plan: &Plan, rng: &mut impl Rng) -> Result<Episode, MathError> {
    let mut lease = Lease {
        terms,
        table,
        now: UnixTime(1_700_000_000 + rng.gen_range(0..86_400)),
        rng,
        bond: terms.bond(),
        held: VecDeque::new(),
        held_units: 0,
        fresh: Fresh::default(),
        batches: 0,
        gain: 0,
        episode: Episode::default(),
    };
    lease.run(plan)?;
    lease.episode.gain = lease.gain as f64 / UNIT_PRICE as f64;
    Ok(lease.episode)
}

impl<R: Rng> Lease<'_, R> {
    fn run(&mut self, plan: &Plan) -> Result<(), MathError> {
        let mut lead = plan.lead;
        while lead > 0 {
            let units = lead.min(64);
            self.post(units, 0, plan)?;
            lead -= units;
            self.wait(DRAWN_AFTER);
        }
        self.wait(plan.pause);
        let mut left = plan.cheats;
        while left > 0 && self.episode.units < u64::from(LEASE_UNITS) && !self.over() {
            let tempted = plan
                .while_held_below
                .is_none_or(|bonds| self.held_units < bonds.saturating_mul(self.terms.bond_units));
            let mut bad = 0;
            for unit in 0..plan.batch {
                if tempted && left > 0 && self.rng.gen_bool(plan.share) {
                    bad |= 1 << unit;
                    left -= 1;
                }
            }
            self.post(plan.batch, bad, plan)?;
            self.wait(plan.every);
        }
        Ok(())
    }

    /// A convicted provider is gone, and one that missed an opening behaves for the month in which a second one would convict.
    fn over(&self) -> bool {
        self.episode.convicted || self.episode.missed
    }

    fn wait(&mut self, span: Seconds) {
        self.now = self.now.plus(span);
        self.release(self.now);
    }

    /// Everything that vests until `until` is paid.
    fn release(&mut self, until: UnixTime) {
        while let Some(batch) = self.held.front() {
            if batch.vests_at > until {
                break;
            }
            self.held_units -= batch.units;
            self.held.pop_front();
        }
    }

    fn post(&mut self, units: u32, bad: u64, plan: &Plan) -> Result<(), MathError> {
        let terms = self.terms;
        let price = terms.unit_price();
        let held = Uint128::from(u64::from(self.held_units) * UNIT_PRICE);
        let counted = match terms.counted {
            Counted::All => held,
            Counted::Fresh => self.fresh.counted(held, self.now, terms.vests_after()),
        };
        let rate = audit_rate(price, self.bond, counted, terms.floor_ppm);
        let premium = premium_per_unit(rate, terms.audit_cost, price)?;
        let taken = fee(price.0, terms.take_rate)? + premium;
        let income = int(price.0) - int(taken);
        let amount = Uint128::from(u64::from(units) * UNIT_PRICE);
        self.fresh = self.fresh.with(amount, self.now, terms.vests_after())?;
        self.held_units += units;
        self.held.push_back(Batch {
            vests_at: self.now.plus(terms.vests_after()),
            units,
            income,
        });
        self.batches += 1;
        let first = u32::try_from(self.episode.units).unwrap_or(u32::MAX);
        self.episode.units += u64::from(units);
        self.episode.bad += u64::from(bad.count_ones());
        self.gain += (bad.count_ones() as f64 * terms.cost * UNIT_PRICE as f64) as i128;
        if bad == 0 {
            // Honest auditors pass good units, and friends of a provider have no reason not to.
            return Ok(());
        }
        let draw = Draw {
            randomness: Hash32(self.rng.gen()),
            lease: LeaseId(8),
            batch: BatchNo(self.batches),
            root: Hash32(self.rng.gen()),
            rate,
        };
        let drawn = draw.bitmap(first, units) & bad;
        let mut rulings: Vec<Ruling> = vec![];
        for _ in 0..drawn.count_ones() {
            let case = Case {
                good: false,
                defence: plan.defence,
                ploy: Ploy::Shield,
                appeals: plan.appeals,
                missed_before: rulings.iter().filter(|ruling| ruling.missed).count() as u32,
                false_alarm: 0.0,
            };
            let number = self.episode.audits;
            self.episode.audits += 1;
            let ruling = hear(terms, self.table, case, number, self.rng);
            rulings.push(ruling);
            if ruling.outcome == Outcome::Convicted {
                // Everything that is held has gone back: there is nothing left to hear.
                break;
            }
        }
        if !rulings.is_empty() {
            self.settle(&rulings, income)?;
        }
        Ok(())
    }

    /// The last batch has been heard: what that takes from the provider and its friends.
    fn settle(&mut self, rulings: &[Ruling], income: i128) -> Result<(), MathError> {
        let terms = self.terms;
        let drawn_at = self.now.plus(DRAWN_AFTER);
        let auditor = auditor_fee(terms.unit_price(), terms.audit_cost)?;
        let end = |ruling: &Ruling| drawn_at.plus(ruling.took);
        for ruling in rulings {
            // An auditor among the friends does not do the work it is paid for; without the cheat there were no jurors at all.
            let saved = f64::from(ruling.friend_auditors) * auditor.u128() as f64 * terms.cost;
            let fault = int(auditor) * i128::from(terms.fault_fees);
            self.gain += saved as i128 + int(auditor) * i128::from(ruling.friend_jurors)
                - fault * i128::from(ruling.friend_faults)
                - int(auditor) * i128::from(terms.appeal_deposit * ruling.lost_appeals);
            if ruling.missed {
                self.fine()?;
            }
            if matches!(ruling.outcome, Outcome::Refunded | Outcome::Missed) {
                self.gain -= income;
                if let Some(last) = self.held.back_mut() {
                    last.units -= 1;
                    self.held_units -= 1;
                }
            }
        }
        let conviction = rulings
            .iter()
            .filter(|ruling| ruling.outcome == Outcome::Convicted)
            .min_by_key(|ruling| ruling.took);
        let Some(ruling) = conviction else {
            if let Some(last) = rulings.iter().map(end).max() {
                // It posts nothing bad while it does not know what becomes of the last.
                self.now = self.now.max(last);
            }
            return Ok(());
        };
        let frozen = rulings
            .iter()
            .filter_map(|ruling| ruling.contested_after)
            .min()
            .filter(|_| terms.freeze);
        // Its own batch waits for the audit in any case.
        let own = self.held.pop_back();
        self.release(drawn_at.plus(frozen.unwrap_or(ruling.took)));
        let lost: i128 = self
            .held
            .iter()
            .chain(&own)
            .map(|batch| i128::from(batch.units) * batch.income)
            .sum();
        self.held.clear();
        self.held_units = 0;
        let split = slash(self.bond, ruling.reporters, MAX_REPORTERS_SHARE)?;
        let back = int(split.each) * i128::from(ruling.friend_reporters);
        self.gain -= lost + int(self.bond) - back;
        self.bond = Uint128::zero();
        self.episode.convicted = true;
        Ok(())
    }

    fn fine(&mut self) -> Result<(), MathError> {
        let share = Uint128::from(self.terms.missed_share.0);
        let whole = Uint128::from(BasisPoints::WHOLE.0);
        let fine = mul_div(self.bond, share, whole, Rounding::Up)?;
        self.bond = self.bond.saturating_sub(fine);
        self.gain -= int(fine);
        self.episode.missed = true;
        Ok(())
    }
}

/// Money of the simulation is far below 2^127.
fn int(amount: Uint128) -> i128 {
    i128::try_from(amount.u128()).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn once(terms: &Terms, plan: &Plan, seed: u64) -> Episode {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let table = Table::random(terms.auditors, terms.friends, &mut rng);
        run(terms, &table, plan, &mut rng).unwrap()
    }

    const ALONE: f64 = 0.0;

    #[test]
    fn doing_everything_gains_nothing() {
        let honest = Plan { share: 0.0, ..PLAN };
        let episode = once(&Terms::default(), &honest, 1);
        assert_eq!((episode.units, episode.bad), (u64::from(LEASE_UNITS), 0));
        assert_eq!(episode.gain, 0.0);
    }

    #[test]
    fn a_convicted_cheat_loses_its_bond_and_what_is_held_and_keeps_what_it_saved() {
        let terms = Terms {
            friends: ALONE,
            ..Terms::default()
        };
        let plan = Plan { lead: 60, ..PLAN };
        let episode = (0..100)
            .map(|seed| once(&terms, &plan, seed))
            .find(|episode| episode.convicted)
            .unwrap();
        // Each unit pays 1 less 2 % and its premium, at least two audits at 300 / (95 * 80).
        let bad = episode.bad as f64;
        let most = bad - 20.0 - (60.0 + bad) * 0.5;
        let least = bad - 20.0 - (60.0 + bad) * 0.98;
        assert!(episode.gain < most && episode.gain > least, "{episode:?}");
    }

    #[test]
    fn a_plan_is_repeatable_by_its_seed() {
        assert_eq!(
            once(&Terms::default(), &PLAN, 7),
            once(&Terms::default(), &PLAN, 7)
        );
    }
}
