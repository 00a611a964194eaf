use cosmwasm_std::{Addr, DepsMut, Env, Response};
use market_control::ControlError;
use market_types::attestation::{AuditOutcome, PlantedReveal};
use market_types::audit::{blind, planter_leaf};
use market_types::contract::Escrow;
use market_types::control::Wiring;
use market_types::escrow::{self, WorkResponse};
use market_types::events::PlantedRevealed;
use market_types::receipt::{self, verify_proof, MarketTag};
use market_types::Hash32;

use super::draw::units_of;
use crate::audit::Step;
use crate::docket::Docket;
use crate::finish::bit;
use crate::state::{lease_audits, BATCHES, MARKS, OUTCOMES};
use crate::ContractError;

/// A planter says which units of its batch were bad on purpose.
///
/// # Errors
/// Not from a planter of this market; not while a verdict on one of the units can still be appealed; not what the batch's last leaf
/// hides; said already.
pub fn reveal_planted(
    mut deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    sender: &Addr,
    reveal: &PlantedReveal,
) -> Result<Response, ContractError> {
    let id = reveal.audit;
    let mut docket = Docket::load(deps.storage, env, wiring, sender, id)?;
    let Step::Decided { until, .. } = docket.audit.step else {
        return Err(docket.wrong_step());
    };
    docket.ensure_in_time(until)?;
    let (lease, batch) = (id.lease, docket.terms.batch);
    ensure_planter(&deps, &docket, reveal)?;

    let stored = BATCHES.load(deps.storage, (lease, batch))?;
    let bad = bad_units(&reveal.bad, stored.count)?;
    let hidden = receipt::Batch {
        market: MarketTag::new(&env.block.chain_id, env.contract.address.as_str()),
        lease,
        provider: docket.terms.provider,
        first_unit: stored.first_unit,
        count: stored.count,
        root: Hash32(stored.root),
    }
    .has_blind(blind(bad, &reveal.salt), &reveal.path);
    if !hidden {
        return Err(ContractError::WrongBlind {});
    }
    if bad & bit(deps.storage, lease, batch, id.unit)? == 0 {
        return Err(ContractError::NotPlanted { audit: id });
    }
    if OUTCOMES.has(deps.storage, (lease, batch)) {
        return Err(ContractError::AlreadyEnded { lease, batch });
    }
    if lease_audits(deps.storage, lease)?.convicted {
        return Err(ContractError::Convicted { lease });
    }
    let mut marks = MARKS.may_load(deps.storage, (lease, batch))?.unwrap_or_default();
    if marks.planted != 0 {
        return Err(ContractError::PlantedAlready { lease, batch });
    }
    let unpaid = bad & !marks.refunded;
    marks.planted = bad;
    marks.refunded |= bad;
    MARKS.save(deps.storage, (lease, batch), &marks)?;
    docket.to_escrow.push(escrow::ExecuteMsg::Refund {
        lease,
        units: unpaid.count_ones(),
    });
    let units: Vec<String> = units_of(stored.first_unit, bad)
        .map(|unit| unit.to_string())
        .collect();
    docket.events.push(
        PlantedRevealed {
            lease,
            batch,
            units: units.join(","),
        }
        .into(),
    );
    docket.finish(&mut deps, AuditOutcome::Planted)?;
    docket.close(deps)
}

fn ensure_planter(deps: &DepsMut, docket: &Docket, reveal: &PlantedReveal) -> Result<(), ContractError> {
    let provider = docket.terms.provider;
    let lease = docket.id.lease;
    let work: WorkResponse =
        Escrow::at(&docket.wiring.lease_escrow).ask(&deps.querier, &escrow::QueryMsg::Work { lease })?;
    if *docket.sender != work.agent && *docket.sender != work.owner {
        return Err(ContractError::Control(ControlError::Unauthorized {
            sender: docket.sender.clone(),
            role: "agent of the lease's provider",
        }));
    }
    let planters = docket.params.planters.ok_or(ContractError::NoPlanter(provider))?;
    let leaf = planter_leaf(provider, &reveal.planter_salt).0;
    let (count, index) = (planters.count, reveal.planter_index);
    if !verify_proof(planters.root, count, index, &leaf, &reveal.planter_path) {
        return Err(ContractError::NoPlanter(provider));
    }
    Ok(())
}

fn bad_units(bad: &[u8], count: u32) -> Result<u64, ContractError> {
    let length = bad.len();
    let bytes: [u8; 8] = bad.try_into().map_err(|_| ContractError::BadUnits { length })?;
    let bits = u64::from_be_bytes(bytes);
    if count < 64 && bits >> count != 0 {
        return Err(ContractError::BadUnits { length });
    }
    Ok(bits)
}
