//! Asking the registry whether bidders could commit now.

use cosmwasm_std::{Addr, QuerierWrapper, Uint128};
use market_math::MathError;
use market_types::contract::Registry;
use market_types::order::{ComparisonClass, OrderSpec, Rail};
use market_types::registry::{Candidacy, QueryMsg, Verdict};
use market_types::Price;

use crate::state::{Bid, Order};
use crate::{stakes, ContractError};

/// A bid that is being made: judged at the most it could be paid, under the agent's limits.
///
/// # Errors
/// A figure does not fit.
pub fn bidding(
    order: &Order,
    bidder: &Addr,
    price: Price,
    work_bond: Uint128,
) -> Result<Candidacy, MathError> {
    Ok(Candidacy {
        bidder: bidder.to_string(),
        needs: order.spec.needs.unchecked(),
        stakes: stakes::of(order, stakes::highest_pay(&order.spec, price), work_bond)?,
        price: stakes::bid_price(&order.spec, price),
        binding: false,
        audited: audited(&order.spec),
    })
}

/// A bid that is awarded at `paid`.
///
/// # Errors
/// A figure does not fit.
pub fn winning(order: &Order, bid: &Bid, paid: Price) -> Result<Candidacy, MathError> {
    Ok(Candidacy {
        bidder: bid.owner.to_string(),
        needs: order.spec.needs.unchecked(),
        stakes: stakes::of(order, paid, bid.work_bond)?,
        price: stakes::bid_price(&order.spec, paid),
        binding: true,
        audited: audited(&order.spec),
    })
}

/// How the units are audited, where that takes enough auditors.
fn audited(spec: &OrderSpec<Addr>) -> Option<ComparisonClass> {
    let task = matches!(spec.rail, Rail::Task { .. });
    let wanted = task && !spec.thin_audit && spec.comparison != ComparisonClass::None;
    wanted.then_some(spec.comparison)
}

/// One verdict per candidacy, in their order.
///
/// # Errors
/// The registry fails, or answers another number of verdicts.
pub fn ask(
    querier: &QuerierWrapper,
    registry: &Addr,
    candidacies: Vec<Candidacy>,
) -> Result<Vec<Verdict>, ContractError> {
    let asked = candidacies.len();
    let verdicts: Vec<Verdict> = Registry::at(registry).ask(querier, &QueryMsg::Judge { candidacies })?;
    if verdicts.len() != asked {
        return Err(ContractError::VerdictCount {
            asked,
            given: verdicts.len(),
        });
    }
    Ok(verdicts)
}

/// The verdict on one candidacy.
///
/// # Errors
/// As [`ask`].
pub fn ask_one(
    querier: &QuerierWrapper,
    registry: &Addr,
    candidacy: Candidacy,
) -> Result<Verdict, ContractError> {
    ask(querier, registry, vec![candidacy])?
        .pop()
        .ok_or(ContractError::VerdictCount { asked: 1, given: 0 })
}
