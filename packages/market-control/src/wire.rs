//! The wiring: five contracts and the network token, set once.

use cosmwasm_std::{Addr, DepsMut, Env, Response, StdError, Storage};
use cw20::{Cw20QueryMsg, TokenInfoResponse};
use market_types::control::Wiring;
use market_types::events::Wired;

use crate::compact::{CompactItem, CompactMap};
use crate::{ensure_sender, office, ControlError, Sender};

const WIRING: CompactItem<Wiring<Addr>> = CompactItem::new("wiring");
/// Each address of [`WIRING`] again by itself. A call needs one or none of them, and pays for each byte it reads.
const SISTERS: CompactMap<u8, Addr> = CompactMap::new("sister");
/// There once the contract is wired.
const WIRED: CompactItem<bool> = CompactItem::new("wired");

/// Who is known by the wiring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Sister {
    ProviderRegistry,
    OrderBook,
    LeaseEscrow,
    Attestation,
    TakeRateBurn,
    NetworkToken,
}

pub(crate) fn may_load(storage: &dyn Storage) -> Result<Option<Wiring<Addr>>, ControlError> {
    Ok(WIRING.may_load(storage)?)
}

/// # Errors
/// The contract is not wired yet.
pub fn ensure_wired(storage: &dyn Storage) -> Result<(), ControlError> {
    WIRED
        .may_load(storage)?
        .map(|_| ())
        .ok_or(ControlError::NotWired {})
}

/// The address of one of the others.
///
/// # Errors
/// The contract is not wired yet.
pub fn sister(storage: &dyn Storage, sister: Sister) -> Result<Addr, ControlError> {
    SISTERS
        .may_load(storage, sister as u8)?
        .ok_or(ControlError::NotWired {})
}

/// All of them.
///
/// # Errors
/// The contract is not wired yet.
pub fn wiring(storage: &dyn Storage) -> Result<Wiring<Addr>, ControlError> {
    may_load(storage)?.ok_or(ControlError::NotWired {})
}

pub(crate) fn wire(
    deps: DepsMut,
    env: &Env,
    sender: Sender,
    wiring: Wiring<String>,
) -> Result<Response, ControlError> {
    let wirer = office::load(deps.storage)?.wirer;
    match sender {
        Sender::Account(account) => ensure_sender(account, &wirer, "wirer")?,
        Sender::Chain => {
            return Err(ControlError::Unauthorized {
                sender: env.contract.address.clone(),
                role: "wirer",
            })
        }
    }
    if may_load(deps.storage)?.is_some() {
        return Err(ControlError::AlreadyWired {});
    }

    let own_name = cw2::get_contract_version(deps.storage)?.contract;
    let check = |role: &'static str, expected: &'static str, address: &str| {
        let addr = deps.api.addr_validate(address)?;
        let found = cw2::query_contract_info(&deps.querier, addr.as_str()).map_or_else(
            |error| format!("no contract of this market ({error})"),
            |info| info.contract,
        );
        if found != expected {
            return Err(ControlError::WrongContract {
                role,
                expected,
                address: addr.into(),
                found,
            });
        }
        if own_name == expected && addr != env.contract.address {
            return Err(ControlError::NotThis {
                role,
                this: env.contract.address.clone(),
                address: addr,
            });
        }
        Ok(addr)
    };
    let checked = Wiring {
        provider_registry: check(
            "provider_registry",
            "crates.io:provider-registry",
            &wiring.provider_registry,
        )?,
        order_book: check("order_book", "crates.io:order-book", &wiring.order_book)?,
        lease_escrow: check("lease_escrow", "crates.io:lease-escrow", &wiring.lease_escrow)?,
        attestation: check("attestation", "crates.io:attestation", &wiring.attestation)?,
        take_rate_burn: check(
            "take_rate_burn",
            "crates.io:take-rate-burn",
            &wiring.take_rate_burn,
        )?,
        network_token: deps.api.addr_validate(&wiring.network_token)?,
    };
    deps.querier
        .query_wasm_smart::<TokenInfoResponse>(&checked.network_token, &Cw20QueryMsg::TokenInfo {})
        .map_err(|error| {
            StdError::generic_err(format!(
                "network_token {} is no cw20: {error}",
                checked.network_token
            ))
        })?;

    let sisters = [
        (Sister::ProviderRegistry, &checked.provider_registry),
        (Sister::OrderBook, &checked.order_book),
        (Sister::LeaseEscrow, &checked.lease_escrow),
        (Sister::Attestation, &checked.attestation),
        (Sister::TakeRateBurn, &checked.take_rate_burn),
        (Sister::NetworkToken, &checked.network_token),
    ];
    for (sister, address) in sisters {
        SISTERS.save(deps.storage, sister as u8, address)?;
    }
    WIRED.save(deps.storage, &true)?;
    WIRING.save(deps.storage, &checked)?;
    Ok(Response::new().add_event(Wired { contract: own_name }))
}
