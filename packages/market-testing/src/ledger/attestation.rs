//! Batches: what is held while it vests, and what audits will cost.

use std::collections::BTreeMap;

use attestation::ContractError as Error;
use cosmwasm_std::{Addr, StdError, Uint256};
use market_types::attestation::{BatchStatus, ClassParams, ExecuteMsg, Params, ParamsUpdate, QueryMsg};
use market_types::order::ComparisonClass;
use market_types::{BatchNo, LeaseId, Seconds, UnixTime};

use super::{Fate, Ledger, Work};
use crate::suite::Suite;

#[derive(Clone)]
pub struct Attestation {
    pub params: Params,
    pub batches: BTreeMap<(LeaseId, BatchNo), Batch>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    pub first_unit: u32,
    pub count: u32,
    pub vests_at: u64,
    /// In 2^-64.
    pub audit_rate: u128,
    pub premium: u128,
    pub status: BatchStatus,
    /// What it adds to what is held, and in which quarter of a vesting time since 1970.
    pub price: u128,
    pub quarter: u64,
}

impl Attestation {
    pub fn of(suite: &Suite) -> Self {
        Self {
            params: suite.ask_attestation(&QueryMsg::Params {}),
            batches: BTreeMap::new(),
        }
    }

    pub fn longest_vesting(&self) -> u64 {
        let classes = self.params.classes.iter();
        classes.map(|class| class.vesting.0).max().unwrap_or(0)
    }

    fn class(&self, class: ComparisonClass) -> ClassParams {
        let found = self.params.classes.iter().find(|entry| entry.class == class);
        found
            .cloned()
            .unwrap_or_else(|| panic!("{class:?} has parameters"))
    }
}

fn wide(n: u128) -> Uint256 {
    Uint256::from(n)
}

fn ceil(a: Uint256, b: Uint256) -> Uint256 {
    (a + b - wide(1)) / b
}

fn narrow(n: Uint256) -> u128 {
    n.to_string().parse().unwrap_or(u128::MAX)
}

/// `min(2^64, ceil(2^64 * 300 * P / (95 * (S + min(U, 3S)))))`, not below the floor of the class.
fn audit_rate(price: u128, stake: u128, held: u128, floor_ppm: u32) -> u128 {
    let one = 1u128 << 64;
    let at_stake = wide(stake) + wide(held).min(wide(stake) * wide(3));
    let floor = narrow(ceil(wide(one) * wide(floor_ppm.into()), wide(1_000_000)));
    if at_stake.is_zero() {
        return one;
    }
    let rate = ceil(wide(one) * wide(300) * wide(price), at_stake * wide(95));
    narrow(rate.min(wide(one))).max(floor)
}

/// `ceil(2 * p * a * P)`, at most half the price.
fn premium(rate: u128, cost: u16, price: u128) -> u128 {
    let whole = wide(1u128 << 64) * wide(10_000);
    let due = ceil(wide(2 * rate * u128::from(cost)) * wide(price), whole);
    narrow(due).min(price / 2)
}

impl Ledger {
    pub(super) fn attestation_message(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Fate {
        let here = self.wiring.attestation.clone();
        match msg {
            ExecuteMsg::Control(msg) => self
                .control(&here, sender, msg)
                .map_err(|error| Error::Control(error).into()),
            ExecuteMsg::UpdateParams(update) => Ok(self.update_classes(sender, update)?),
            ExecuteMsg::PostBatch {
                lease,
                first_unit,
                count,
                ..
            } => self.post_batch(sender, *lease, *first_unit, *count),
            ExecuteMsg::Release { lease, batch } => self.release(*lease, *batch),
            other => unreachable!("the walk does not send {other:?}"),
        }
    }

    fn update_classes(&mut self, sender: &Addr, update: &ParamsUpdate) -> Result<(), Error> {
        self.ensure_governor(sender)?;
        let mut params = self.attestation.params.clone();
        for new in update.classes.iter().flatten() {
            for old in params.classes.iter_mut().filter(|old| old.class == new.class) {
                *old = new.clone();
            }
        }
        for entry in &params.classes {
            if entry.vesting.0 > 7 * 86_400 {
                return Err(Error::OutOfBounds {
                    param: "vesting",
                    class: entry.class,
                    value: entry.vesting.0,
                    max: 7 * 86_400,
                });
            }
        }
        let longest = params.classes.iter().map(|class| class.vesting.0).max();
        let (vesting, unbonding) = (longest.unwrap_or(0), self.registry.params.unbonding_period);
        if vesting >= unbonding.0 {
            return Err(Error::OutlivesBond {
                longest: Seconds(vesting),
                unbonding,
            });
        }
        self.attestation.params = params;
        Ok(())
    }

    fn post_batch(&mut self, sender: &Addr, id: LeaseId, first_unit: u32, count: u32) -> Fate {
        let asked = |error: lease_escrow::ContractError| {
            Error::Std(StdError::generic_err(format!("Querier contract error: {error}")))
        };
        let Some(lease) = self.escrow.leases.get(&id) else {
            return Err(asked(lease_escrow::ContractError::UnknownLease { lease: id }).into());
        };
        let Work::Task(task) = &lease.work else {
            return Err(asked(lease_escrow::ContractError::NotATask { lease: id }).into());
        };
        let agent = &self.registry.provider(lease.provider).agent;
        super::control::ensure(sender, agent, "agent of the lease's provider").map_err(Error::Control)?;
        if count == 0 || count > 64 {
            return Err(Error::BatchSize { count, max: 64 }.into());
        }
        if first_unit != task.attested {
            return Err(Error::NotNext {
                lease: id,
                first_unit,
                next: task.attested,
            }
            .into());
        }
        let may_attest = lease.may_attest(self.now);
        if count > may_attest {
            return Err(Error::TooManyUnits {
                lease: id,
                count,
                may_attest,
                attested: task.attested,
                units: task.units,
            }
            .into());
        }
        let class = self.attestation.class(lease.terms.comparison);
        let posted = self
            .attestation
            .batches
            .range((id, BatchNo(0))..=(id, BatchNo(u32::MAX)));
        let posted: Vec<&Batch> = posted.map(|(_, batch)| batch).collect();
        let last = posted.last().map_or(0, |batch| batch.quarter);
        let quarter = last.max(self.now / (class.vesting.0 / 4).max(1));
        // What vests before an audit of this batch is over is no stake for it: three quarters of the vesting time count.
        let fresh = posted.iter().filter(|batch| quarter - batch.quarter < 3);
        let fresh: u128 = fresh.map(|batch| batch.price).sum();
        let rate = match class.class {
            ComparisonClass::None => 0,
            _ => audit_rate(
                lease.price,
                lease.stakes.work_bond_value,
                lease.money.held.min(fresh),
                class.audit_floor_ppm,
            ),
        };
        let batch = Batch {
            first_unit,
            count,
            vests_at: self.now + class.vesting.0,
            audit_rate: rate,
            premium: u128::from(count) * premium(rate, class.audit_cost.0, lease.price),
            status: BatchStatus::Vesting,
            price: u128::from(count) * lease.price,
            quarter,
        };
        let no = posted.len();
        self.attestation.batches.insert((id, BatchNo(no as u32)), batch);
        self.hold(id, count)
    }

    fn release(&mut self, lease: LeaseId, no: BatchNo) -> Fate {
        let now = self.now;
        let Some(batch) = self.attestation.batches.get_mut(&(lease, no)) else {
            return Err(Error::NoBatch { lease, batch: no }.into());
        };
        if batch.status != BatchStatus::Vesting {
            return Err(Error::AlreadyEnded { lease, batch: no }.into());
        }
        if now < batch.vests_at {
            return Err(Error::StillVesting {
                lease,
                batch: no,
                vests_at: UnixTime(batch.vests_at),
                now: UnixTime(now),
            }
            .into());
        }
        batch.status = BatchStatus::Released;
        let (count, premium) = (batch.count, batch.premium);
        self.vest(lease, count, premium)
    }
}
