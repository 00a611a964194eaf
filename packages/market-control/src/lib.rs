//! What the five contracts share: the governor and its two-step change, the one-time wiring, the guardian's pause,
//! the refusal of native coins, the version on chain, what a change of parameters tells, the solvency report, and the format of records.
//!
//! It is a crate of its own because these rules must be the same everywhere, and exist once.

mod compact;
mod error;
mod office;
mod params;
mod pause;
mod solvency;
mod version;
mod wire;

pub use compact::{CompactItem, CompactMap};
pub use error::ControlError;
pub use office::ensure_governor;
pub use params::param_changes;
pub use pause::ensure_entry_open;
pub use solvency::solvency;
pub use version::migrate;
pub use wire::{ensure_wired, sister, wiring, Sister};

use cosmwasm_std::{Addr, Deps, DepsMut, Env, MessageInfo, Response};
use market_types::control::{ControlMsg, ControlResponse, Roles};

/// Storage keys of this crate (and cw2's), which no contract may use for something else.
pub const KEYS: [&str; 6] = ["control", "wiring", "sister", "wired", "pause", "contract_info"];

/// Who sends a control message.
enum Sender<'a> {
    Account(&'a Addr),
    /// The chain itself, by `sudo`: it acts as the governor.
    Chain,
}

/// Store the roles of a new contract and its cw2 name and version.
///
/// # Errors
/// An address is not valid on this chain.
pub fn instantiate(
    deps: DepsMut,
    name: &str,
    version: &str,
    roles: &Roles<String>,
) -> Result<(), ControlError> {
    cw2::set_contract_version(deps.storage, name, version)?;
    office::instantiate(deps, roles)
}

/// Execute a control message.
///
/// # Errors
/// The sender has no right to it, or it makes no sense now; see [`ControlError`].
pub fn execute(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    msg: ControlMsg,
) -> Result<Response, ControlError> {
    refuse_coins(info)?;
    dispatch(deps, env, Sender::Account(&info.sender), msg)
}

/// Execute a control message with the rights of the governor, for chains whose x/gov sends `MsgSudoContract`.
///
/// # Errors
/// As [`execute`].
pub fn sudo(deps: DepsMut, env: &Env, msg: ControlMsg) -> Result<Response, ControlError> {
    dispatch(deps, env, Sender::Chain, msg)
}

fn dispatch(deps: DepsMut, env: &Env, sender: Sender, msg: ControlMsg) -> Result<Response, ControlError> {
    if let ControlMsg::Wire(wiring) = msg {
        return wire::wire(deps, env, sender, wiring);
    }
    wire::ensure_wired(deps.storage)?;
    match msg {
        ControlMsg::Wire(_) => Err(ControlError::AlreadyWired {}),
        ControlMsg::OfferGovernor { governor, expires_in } => {
            office::offer(deps, env, sender, &governor, expires_in)
        }
        ControlMsg::WithdrawOffer {} => office::withdraw(deps, sender),
        ControlMsg::AcceptGovernor {} => office::accept(deps, env, sender),
        ControlMsg::SetGuardian { guardian } => office::set_guardian(deps, sender, guardian),
        ControlMsg::Pause { duration } => pause::pause(deps, env, sender, duration),
        ControlMsg::Unpause {} => pause::unpause(deps, env, sender),
    }
}

/// The state of control.
///
/// # Errors
/// The contract was never instantiated.
pub fn query(deps: Deps, env: &Env) -> Result<ControlResponse, ControlError> {
    let office = office::load(deps.storage)?;
    let version = cw2::get_contract_version(deps.storage)?;
    Ok(ControlResponse {
        governor: office.governor,
        offered_to: office.offer.as_ref().map(|offer| offer.to.clone()),
        offer_expires: office.offer.map(|offer| offer.expires),
        guardian: office.guardian,
        wirer: office.wirer,
        wiring: wire::may_load(deps.storage)?,
        paused_until: pause::paused_until(deps.storage, env.block.time.into())?,
        contract: version.contract,
        version: version.version,
    })
}

/// # Errors
/// Native coins are attached.
pub fn refuse_coins(info: &MessageInfo) -> Result<(), ControlError> {
    match info.funds.first() {
        Some(coin) => Err(ControlError::CoinsAttached {
            coins: info.funds.len(),
            first: coin.to_string(),
        }),
        None => Ok(()),
    }
}

/// # Errors
/// `sender` is not `expected`, which holds `role`.
pub fn ensure_sender(sender: &Addr, expected: &Addr, role: &'static str) -> Result<(), ControlError> {
    if sender != expected {
        return Err(ControlError::Unauthorized {
            sender: sender.clone(),
            role,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
