//! A tenant's acknowledgement, signed by its session key or sent by its account.

use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response};
use market_types::escrow::{acknowledgement_digest, Acknowledgement};
use market_types::LeaseId;

use super::step;
use crate::state::{self, Lease};
use crate::{sisters, ContractError};

/// # Errors
/// Not vouched for by the tenant; see [`LeaseFile::acknowledge`](crate::lease::LeaseFile::acknowledge) for the rest.
pub fn acknowledge(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
    acknowledgement: Acknowledgement,
) -> Result<Response, ContractError> {
    let lease = state::lease(deps.storage, id)?;
    let Acknowledgement {
        sequence,
        good_until,
        signature,
    } = acknowledgement;
    match signature {
        None => sisters::ensure_tenant(id, &lease, &info.sender)?,
        Some(signature) => {
            let digest = acknowledgement_digest(
                &env.block.chain_id,
                env.contract.address.as_str(),
                id,
                sequence,
                good_until,
            );
            verify(deps.as_ref(), id, &lease, &digest, &signature)?;
        }
    }
    step(deps, &env, id, |file, moment, fx| {
        file.acknowledge(sequence, good_until, moment, fx)
    })
}

/// The session key speaks for the tenant who ordered, and for nobody the lease was transferred to.
fn verify(
    deps: Deps,
    id: LeaseId,
    lease: &Lease,
    digest: &[u8],
    signature: &Binary,
) -> Result<(), ContractError> {
    let order = state::order(deps.storage, id.order())?;
    let key = order
        .session_key
        .filter(|_| order.tenant == lease.tenant)
        .ok_or(ContractError::NoSessionKey { lease: id })?;
    match deps.api.secp256k1_verify(digest, signature, &key) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(ContractError::BadSignature { lease: id }),
    }
}
