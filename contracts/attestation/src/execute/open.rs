use cosmwasm_std::{Addr, DepsMut, Env, Response};
use market_control::ControlError;
use market_types::audit::AuditId;
use market_types::contract::Escrow;
use market_types::control::Wiring;
use market_types::escrow::{self, WorkResponse};
use market_types::events::UnitOpened;
use market_types::receipt::{self, MarketTag, Opening};
use market_types::Hash32;

use crate::audit::Step;
use crate::docket::Docket;
use crate::state::{BATCHES, RESULTS};
use crate::ContractError;

/// Show the receipt of an audited unit.
///
/// The agent's signature is for others: what lies under a root is bound by the transaction that posted the root, which the agent signed.
///
/// # Errors
/// Not the time for it; not from the provider's side; a receipt that is not the unit's under the batch's root.
pub fn open(
    mut deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    sender: &Addr,
    id: AuditId,
    opening: &Opening,
) -> Result<Response, ContractError> {
    let mut docket = Docket::load(deps.storage, env, wiring, sender, id)?;
    let Step::Opening { until, .. } = docket.audit.step else {
        return Err(docket.wrong_step());
    };
    docket.ensure_in_time(until)?;
    let lease = id.lease;
    let batch = BATCHES.load(deps.storage, (lease, docket.terms.batch))?;
    if *sender != batch.agent {
        let work: WorkResponse =
            Escrow::at(&wiring.lease_escrow).ask(&deps.querier, &escrow::QueryMsg::Work { lease })?;
        if *sender != work.agent && *sender != work.owner {
            return Err(ContractError::Control(ControlError::Unauthorized {
                sender: sender.clone(),
                role: "agent of the lease's provider",
            }));
        }
    }
    receipt::Batch {
        market: MarketTag::new(&env.block.chain_id, env.contract.address.as_str()),
        lease,
        provider: docket.terms.provider,
        first_unit: batch.first_unit,
        count: batch.count,
        root: Hash32(batch.root),
    }
    .check(id.unit, opening)?;
    let result = opening.statement.result;
    RESULTS.save(deps.storage, id, &result.0)?;
    docket.events.push(UnitOpened { audit: id, result }.into());
    let rules = docket.rules();
    let effects = docket.audit.open(docket.now, &rules);
    docket.apply(&mut deps, effects)?;
    docket.close(deps)
}
