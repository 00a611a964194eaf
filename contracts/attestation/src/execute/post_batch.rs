use cosmwasm_std::{Addr, DepsMut, Env, Response, Uint128};
use market_math::sampling;
use market_types::attestation::{Params, MAX_BATCH};
use market_types::contract::Escrow;
use market_types::control::Wiring;
use market_types::escrow::{self, WorkResponse};
use market_types::events::BatchPosted;
use market_types::order::ComparisonClass;
use market_types::{Hash32, LeaseId, UnixTime};

use crate::state::{next_batch, Batch, BATCHES, PARAMS};
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
pub fn post_batch(
    deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    sender: &Addr,
    new: NewBatch,
) -> Result<Response, ContractError> {
    let lease = new.lease;
    let escrow = Escrow::at(&wiring.lease_escrow);
    let work: WorkResponse = escrow.ask(&deps.querier, &escrow::QueryMsg::Work { lease })?;
    market_control::ensure_sender(sender, &work.agent, "agent of the lease's provider")?;
    let batch = assess(&new, &work, &PARAMS.load(deps.storage)?, env)?;

    let number = next_batch(deps.storage, lease)?.ok_or(ContractError::BatchesFull { lease })?;
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
fn assess(new: &NewBatch, work: &WorkResponse, params: &Params, env: &Env) -> Result<Batch, ContractError> {
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
    let class = params::of_class(params, work.comparison)?;
    let audit_rate = match class.class {
        // What cannot be compared is not audited.
        ComparisonClass::None => Uint128::zero(),
        _ => sampling::audit_rate(
            work.unit_price,
            work.work_bond_value,
            work.held,
            class.audit_floor_ppm,
        ),
    };
    let posted_at = UnixTime::from(env.block.time);
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
    })
}
