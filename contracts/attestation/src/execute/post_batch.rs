use cosmwasm_std::{Addr, DepsMut, Env, Response, Uint128};
use market_control::{sister, Sister};
use market_math::fresh::Fresh;
use market_math::sampling;
use market_types::attestation::{ClassParams, MAX_BATCH};
use market_types::contract::Escrow;
use market_types::escrow::{self, WorkResponse};
use market_types::events::BatchPosted;
use market_types::order::ComparisonClass;
use market_types::{BatchNo, Hash32, LeaseId, UnixTime};

use crate::state::{classes, last_batch, Batch, BATCHES};
use crate::{params, ContractError};

/// What an agent posts.
pub struct NewBatch {
    pub lease: LeaseId,
    pub first_unit: u32,
    pub count: u32,
    pub root: Hash32,
}

/// Store the next batch of a lease and have its price held.
///
/// # Errors
/// Not from the agent of the lease's provider, not the next units, or more than may be attested: of a lease that closed, what the
/// agreed overlap leaves.
pub fn post_batch(deps: DepsMut, env: &Env, sender: &Addr, new: NewBatch) -> Result<Response, ContractError> {
    let lease = new.lease;
    let escrow = sister(deps.storage, Sister::LeaseEscrow)?;
    let escrow = Escrow::at(&escrow);
    let work: WorkResponse = escrow.ask(&deps.querier, &escrow::QueryMsg::Work { lease })?;
    market_control::ensure_sender(sender, &work.agent, "agent of the lease's provider")?;
    let (number, fresh) = match last_batch(deps.storage, lease)? {
        None => (BatchNo(0), Fresh::default()),
        Some((BatchNo(last), batch)) => {
            let number = last.checked_add(1).ok_or(ContractError::BatchesFull { lease })?;
            let fresh = Fresh {
                quarter: batch.fresh_quarter,
                posted: batch.fresh,
            };
            (BatchNo(number), fresh)
        }
    };
    let batch = assess(&new, &work, fresh, &classes(deps.storage)?, env)?;
    BATCHES.save(deps.storage, (lease, number), &batch)?;
    Ok(Response::new()
        .add_event(BatchPosted {
            lease,
            batch: number,
            first_unit: new.first_unit,
            count: new.count,
            root: new.root,
            vests_at: batch.vests_at,
        })
        .add_message(escrow.call(&escrow::ExecuteMsg::Hold {
            lease,
            units: new.count,
        })?))
}

/// The batch as it is stored, with the terms of this moment: when it vests, how often it is audited, what that costs.
fn assess(
    new: &NewBatch,
    work: &WorkResponse,
    fresh: Fresh,
    classes: &[ClassParams],
    env: &Env,
) -> Result<Batch, ContractError> {
    if new.count == 0 || new.count > MAX_BATCH {
        return Err(ContractError::BatchSize {
            count: new.count,
            max: MAX_BATCH,
        });
    }
    if new.first_unit != work.attested {
        return Err(ContractError::NotNext {
            lease: new.lease,
            first_unit: new.first_unit,
            next: work.attested,
        });
    }
    if new.count > work.may_attest {
        return Err(ContractError::TooManyUnits {
            lease: new.lease,
            count: new.count,
            may_attest: work.may_attest,
            attested: work.attested,
            units: work.units,
        });
    }
    let class = params::of_class(classes, work.comparison)?;
    let posted_at = UnixTime::from(env.block.time);
    let audit_rate = match class.class {
        // What cannot be compared is not audited.
        ComparisonClass::None => Uint128::zero(),
        _ => sampling::audit_rate(
            work.unit_price,
            work.work_bond_value,
            fresh.counted(work.held, posted_at, class.vesting),
            class.audit_floor_ppm,
        ),
    };
    let price = work.unit_price.0.checked_mul(Uint128::from(new.count))?;
    let fresh = fresh.with(price, posted_at, class.vesting)?;
    Ok(Batch {
        first_unit: new.first_unit,
        count: new.count,
        root: new.root.0,
        agent: work.agent.clone(),
        posted_at,
        posted_height: env.block.height,
        vests_at: posted_at.plus(class.vesting),
        audit_rate,
        premium: sampling::premium(new.count, audit_rate, class.audit_cost, work.unit_price)?,
        fresh_quarter: fresh.quarter,
        fresh: fresh.posted,
    })
}
