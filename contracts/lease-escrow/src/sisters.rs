//! What the escrow asks its sister contracts.

use cosmwasm_std::{Addr, Deps, MessageInfo, StdError};
use market_control::{ensure_sender, sister, Sister};
use market_types::contract::{Registry, TakeRate};
use market_types::registry::{Operator, ProviderRef, ProviderResponse, QueryMsg as AskRegistry};
use market_types::take_rate::{QueryMsg as AskTakeRate, RateResponse};
use market_types::{BasisPoints, LeaseId, ProviderNo, UnixTime};

use crate::state::{Lease, Side};
use crate::ContractError;

/// The provider whose owner or agent `address` is.
///
/// # Errors
/// It acts for none.
pub fn provider_of(deps: Deps, address: &Addr) -> Result<ProviderRef, ContractError> {
    let registry = sister(deps.storage, Sister::ProviderRegistry)?;
    let found: Option<ProviderRef> = Registry::at(&registry).ask(
        &deps.querier,
        &AskRegistry::Whois {
            address: address.to_string(),
        },
    )?;
    found.ok_or_else(|| ContractError::NoProvider {
        sender: address.clone(),
    })
}

/// # Errors
/// The registry does not know the provider.
pub fn provider(deps: Deps, no: ProviderNo) -> Result<ProviderResponse, ContractError> {
    let registry = sister(deps.storage, Sister::ProviderRegistry)?;
    Ok(Registry::at(&registry).ask(&deps.querier, &AskRegistry::ProviderByNo { no })?)
}

/// Who a provider is: the cheapest answer about one.
///
/// # Errors
/// The registry does not know the provider.
pub fn operator(deps: Deps, no: ProviderNo) -> Result<Operator, ContractError> {
    let registry = sister(deps.storage, Sister::ProviderRegistry)?;
    Ok(Registry::at(&registry).ask(&deps.querier, &AskRegistry::Operator { no })?)
}

/// The maintenance a provider has announced, as `[from, until)`.
///
/// # Errors
/// The registry does not know the provider.
pub fn maintenance(deps: Deps, no: ProviderNo) -> Result<Option<(UnixTime, UnixTime)>, ContractError> {
    Ok(provider(deps, no)?.maintenance)
}

/// The take rate that an order placed now in `token` gets.
///
/// # Errors
/// The rate is above the whole.
pub fn take_rate(deps: Deps, token: &Addr) -> Result<BasisPoints, ContractError> {
    let take_rate_burn = sister(deps.storage, Sister::TakeRateBurn)?;
    let answer: RateResponse = TakeRate::at(&take_rate_burn).ask(
        &deps.querier,
        &AskTakeRate::Rate {
            token: token.to_string(),
        },
    )?;
    match answer.rate > BasisPoints::WHOLE {
        true => Err(ContractError::TakeRate { rate: answer.rate }),
        false => Ok(answer.rate),
    }
}

/// # Errors
/// The sender is neither owner nor agent of the lease's provider.
pub fn ensure_provider(deps: Deps, id: LeaseId, lease: &Lease, sender: &Addr) -> Result<(), ContractError> {
    if *sender == lease.owner || provider_of(deps, sender)?.no == lease.provider {
        return Ok(());
    }
    Err(ContractError::NotTheProvider {
        lease: id,
        provider: lease.provider,
        sender: sender.clone(),
    })
}

/// # Errors
/// The sender is not the lease's tenant.
pub fn ensure_tenant(id: LeaseId, lease: &Lease, sender: &Addr) -> Result<(), ContractError> {
    match *sender == lease.tenant {
        true => Ok(()),
        false => Err(ContractError::NotTheTenant {
            lease: id,
            sender: sender.clone(),
        }),
    }
}

/// Which side of a lease the sender speaks for: its tenant, or its provider by owner or agent.
///
/// # Errors
/// Neither.
pub fn side(deps: Deps, id: LeaseId, lease: &Lease, sender: &Addr) -> Result<Side, ContractError> {
    if *sender == lease.tenant {
        return Ok(Side::Tenant);
    }
    match ensure_provider(deps, id, lease, sender) {
        Ok(()) => Ok(Side::Provider),
        Err(ContractError::NoProvider { .. } | ContractError::NotTheProvider { .. }) => {
            Err(ContractError::NotAParty {
                lease: id,
                sender: sender.clone(),
            })
        }
        Err(error) => Err(error),
    }
}

/// # Errors
/// The sender is not the order book.
pub fn ensure_book(deps: Deps, info: &MessageInfo) -> Result<(), ContractError> {
    let book = sister(deps.storage, Sister::OrderBook)?;
    Ok(ensure_sender(&info.sender, &book, "order book")?)
}

/// # Errors
/// The sender is not the attestation contract.
pub fn ensure_attestation(deps: Deps, info: &MessageInfo) -> Result<(), ContractError> {
    let attestation = sister(deps.storage, Sister::Attestation)?;
    Ok(ensure_sender(&info.sender, &attestation, "attestation contract")?)
}

/// An address from a message.
///
/// # Errors
/// It is not valid on this chain.
pub fn address(deps: Deps, text: &str) -> Result<Addr, StdError> {
    deps.api.addr_validate(text)
}
