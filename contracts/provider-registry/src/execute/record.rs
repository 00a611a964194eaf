use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response};
use market_control::ensure_sender;
use market_types::control::Wiring;
use market_types::events::EvidenceRecorded;
use market_types::registry::{Evidence, Fact};

use crate::evidence::{label, Scale};
use crate::snapshot::bond_price;
use crate::state::{EvidenceRecord, COMMITMENTS, EVIDENCE, PARAMS, PROVIDERS};
use crate::ContractError;

/// # Errors
/// The sender is not the contract that knows the fact, or there is no such provider.
pub fn record(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    evidence: Evidence,
) -> Result<Response, ContractError> {
    let now = env.block.time.into();
    match evidence.fact {
        Fact::Ended { .. } | Fact::Outage { .. } => {
            ensure_sender(&info.sender, &wiring.lease_escrow, "lease escrow")?;
        }
        Fact::AuditPassed {} | Fact::MissedOpening {} => {
            ensure_sender(&info.sender, &wiring.attestation, "attestation contract")?;
        }
    }
    let no = evidence.provider;
    if !PROVIDERS.has(deps.storage, no) {
        return Err(ContractError::UnknownProvider { no });
    }
    let params = PARAMS.load(deps.storage)?;
    let token = deps.api.addr_validate(&evidence.token)?;
    let scale = Scale {
        price: bond_price(deps.storage, &wiring.network_token, &token, now)?,
        unit: params.evidence_unit,
        half_life: params.evidence_half_life,
    };
    // The escrow tells the end of a lease before it releases the lease's bonds.
    let penalty = match COMMITMENTS.may_load(deps.storage, evidence.lease)? {
        Some(commitment) => Some((
            commitment.penalized.checked_add(commitment.slashed)?,
            commitment.lease_bond.checked_add(commitment.work_bond)?,
        )),
        None => None,
    };
    let penalty = penalty.filter(|(taken, _)| !taken.is_zero());
    let record = EvidenceRecord::load(deps.storage, no, now)?.with(&evidence.fact, &scale, penalty, now);
    EVIDENCE.save(deps.storage, no, &record)?;
    Ok(Response::new().add_event(EvidenceRecorded {
        provider: no,
        lease: evidence.lease,
        fact: label(&evidence.fact),
    }))
}
