//! Tenant and provider agree on other terms: the second equal proposal makes them count.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::escrow::Amendment;
use market_types::events::{AmendmentProposed, LeaseAmended};
use market_types::LeaseId;

use super::step;
use crate::lease::check_amendment;
use crate::state::{self, Proposal, Side};
use crate::ContractError;

/// Prices are the owner's to agree to; its agent key cannot.
///
/// # Errors
/// Neither tenant nor owner; no running stream; terms that make no sense or are not covered.
pub fn amend(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
    amendment: Amendment,
) -> Result<Response, ContractError> {
    let lease = state::lease(deps.storage, id)?;
    let by = match &info.sender {
        sender if *sender == lease.tenant => Side::Tenant,
        sender if *sender == lease.owner => Side::Provider,
        sender => {
            return Err(ContractError::NotAParty {
                lease: id,
                sender: sender.clone(),
            })
        }
    };
    step(deps, &env, id, |file, moment, fx| {
        check_amendment(id, file.stream()?, &amendment)?;
        file.ensure_running()?;
        let standing = file.stream_mut()?.proposal.take();
        let agreed = standing.is_some_and(|standing| standing.by != by && standing.amendment == amendment);
        if !agreed {
            file.stream_mut()?.proposal = Some(Proposal { by, amendment });
            fx.emit(AmendmentProposed {
                lease: id,
                by: info.sender.clone(),
            });
            return Ok(());
        }
        file.amend(&amendment, moment.time, fx)?;
        fx.emit(LeaseAmended {
            lease: id,
            price: file.lease.price,
        });
        Ok(())
    })
}
