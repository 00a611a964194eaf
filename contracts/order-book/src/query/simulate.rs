//! Which providers match an order, and for each that does not, the first rule that refuses it.

use cosmwasm_std::{Addr, Deps, Uint128};
use market_control as control;
use market_types::contract::Registry;
use market_types::order_book::SimulateResponse;
use market_types::registry::{ProviderResponse, QueryMsg, Verdict};
use market_types::{OrderId, Page, Paging, Price, ProviderNo};

use crate::execute::check_price;
use crate::state::{Order, ORDERS};
use crate::{judging, ContractError};

/// Most candidacies the registry takes at once.
const PAGE: usize = 8;

pub fn one(
    deps: Deps,
    order: OrderId,
    provider: &str,
    price: Option<Price>,
    work_bond: Option<Uint128>,
) -> Result<SimulateResponse, ContractError> {
    let record = load(deps, order)?;
    let price = price.unwrap_or(record.spec.max_price);
    check_price(&record, price, work_bond.unwrap_or_default())?;
    let provider = deps.api.addr_validate(provider)?;
    let registry = control::wiring(deps.storage)?.provider_registry;
    judge(deps, &registry, &record, vec![provider], price, work_bond)?
        .pop()
        .ok_or(ContractError::VerdictCount { asked: 1, given: 0 })
}

pub fn all(
    deps: Deps,
    order: OrderId,
    paging: Paging<ProviderNo>,
) -> Result<Page<SimulateResponse, ProviderNo>, ContractError> {
    let record = load(deps, order)?;
    let registry = control::wiring(deps.storage)?.provider_registry;
    let providers: Page<ProviderResponse, ProviderNo> =
        Registry::at(&registry).ask(&deps.querier, &QueryMsg::Providers { paging })?;
    let owners: Vec<Addr> = providers
        .items
        .into_iter()
        .map(|provider| provider.owner)
        .collect();
    let mut items = vec![];
    for page in owners.chunks(PAGE) {
        items.extend(judge(
            deps,
            &registry,
            &record,
            page.to_vec(),
            record.spec.max_price,
            None,
        )?);
    }
    Ok(Page {
        items,
        next_start_after: providers.next_start_after,
    })
}

fn load(deps: Deps, order: OrderId) -> Result<Order, ContractError> {
    ORDERS
        .may_load(deps.storage, order)?
        .ok_or(ContractError::OrderUnknown { order })
}

/// Without a named work bond each bidder is taken to name the least one, which only the registry can tell.
fn judge(
    deps: Deps,
    registry: &Addr,
    order: &Order,
    bidders: Vec<Addr>,
    price: Price,
    work_bond: Option<Uint128>,
) -> Result<Vec<SimulateResponse>, ContractError> {
    let ask = |bonds: Vec<Uint128>| -> Result<Vec<Verdict>, ContractError> {
        let candidacies = bidders
            .iter()
            .zip(bonds)
            .map(|(bidder, bond)| judging::bidding(order, bidder, price, bond))
            .collect::<Result<Vec<_>, _>>()?;
        judging::ask(&deps.querier, registry, candidacies)
    };
    let mut verdicts = ask(vec![work_bond.unwrap_or_default(); bidders.len()])?;
    if work_bond.is_none() && verdicts.iter().any(|verdict| !verdict.min_work_bond.is_zero()) {
        verdicts = ask(verdicts.iter().map(|verdict| verdict.min_work_bond).collect())?;
    }
    let responses = bidders
        .iter()
        .zip(verdicts)
        .map(|(bidder, verdict)| SimulateResponse {
            owner: verdict
                .provider
                .as_ref()
                .map_or_else(|| bidder.clone(), |provider| provider.owner.clone()),
            provider: verdict.provider.as_ref().map(|provider| provider.no),
            refusal: verdict.refusal,
            lease_bond: verdict.lease_bond,
            min_work_bond: verdict.min_work_bond,
            reputation: verdict.provider.map(|provider| provider.reputation),
        });
    Ok(responses.collect())
}
