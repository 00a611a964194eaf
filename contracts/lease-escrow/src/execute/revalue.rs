//! A task's stake is valued anew.

use cosmwasm_std::{Deps, DepsMut, Env, Response};
use market_types::contract::Registry;
use market_types::registry::{BondPriceResponse, CommitmentResponse, QueryMsg as AskRegistry};
use market_types::LeaseId;

use super::step;
use crate::lease::{LeaseFile, Stake};
use crate::ContractError;

/// # Errors
/// No running task, or neither bond nor price changed enough.
pub fn revalue(deps: DepsMut, env: Env, id: LeaseId) -> Result<Response, ContractError> {
    let stake = stake(deps.as_ref(), id)?;
    step(deps, &env, id, |file, moment, fx| {
        file.revalue(&stake, moment.time, fx)
    })
}

fn stake(deps: Deps, id: LeaseId) -> Result<Stake, ContractError> {
    let file = LeaseFile::load(deps.storage, id)?;
    file.task()?;
    file.ensure_running()?;
    let token = &file.order().token;
    let address = market_control::sister(deps.storage, market_control::Sister::ProviderRegistry)?;
    let registry = Registry::at(&address);
    let commitment: CommitmentResponse =
        registry.ask(&deps.querier, &AskRegistry::Commitment { lease: id })?;
    let price: Option<BondPriceResponse> = registry.ask(
        &deps.querier,
        &AskRegistry::BondPrice {
            token: token.to_string(),
        },
    )?;
    Ok(Stake {
        bond: commitment.work_bond.saturating_sub(commitment.slashed),
        slashed: commitment.slashed,
        // What nobody vouches for any more moves nothing.
        price: price.filter(|price| !price.stale).map(|price| price.price),
    })
}
