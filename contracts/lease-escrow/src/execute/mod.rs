//! The shell: one file per action. Each checks who asks, lets the core decide, saves once, and sends.

mod acknowledge;
mod amend;
mod audits;
mod close;
mod fees;
mod heartbeat;
mod inputs;
mod notice;
mod open_lease;
mod place_order;
mod receive;
mod revalue;
mod start;
mod suspend;
mod top_up;
mod transfer;
mod units;
mod withdraw;

pub use acknowledge::acknowledge;
pub use amend::amend;
pub use audits::{pay_audit, set_aside};
pub use close::{close, close_failed, settle};
pub use fees::{skim, sweep_fees};
pub use heartbeat::heartbeat;
pub use inputs::{inputs_delivered, waiting};
pub use notice::give_notice;
pub use open_lease::{free_reservation, open_lease};
pub use place_order::place_order;
pub use receive::receive;
pub use revalue::revalue;
pub use start::{accept, ready};
pub use suspend::{resume, suspend};
pub use top_up::top_up;
pub use transfer::transfer;
pub use units::{convict, hold, refund, vest};
pub use withdraw::withdraw;

use cosmwasm_std::{to_json_binary, Addr, DepsMut, Env, Response, StdResult, Storage, Uint128, WasmMsg};
use cw20::Cw20ExecuteMsg;
use market_types::contract::{Registry, Token};
use market_types::{LeaseId, UnixTime};
use serde::Serialize;

use crate::lease::{Effects, LeaseFile, Moment};
use crate::ledger::Ledger;
use crate::state::Order;
use crate::{sisters, ContractError};

/// Take a lease through one step: load it, let `act` change it, save what changed, move the money, tell the registry.
fn step<F>(deps: DepsMut, env: &Env, id: LeaseId, act: F) -> Result<Response, ContractError>
where
    F: FnOnce(&mut LeaseFile, &Moment, &mut Effects) -> Result<(), ContractError>,
{
    let was = LeaseFile::load(deps.storage, id)?;
    let (mut file, mut fx) = (was.clone(), Effects::default());
    {
        let deps = deps.as_ref();
        let maintenance = |provider| sisters::maintenance(deps, provider);
        let moment = Moment {
            time: env.block.time.into(),
            height: env.block.height,
            maintenance: &maintenance,
        };
        act(&mut file, &moment, &mut fx)?;
    }
    file.save(deps.storage, Some(&was))?;
    carry_out(deps, file.order(), fx)
}

/// Move the money and build the answer. Everything is saved before any message leaves.
fn carry_out(deps: DepsMut, order: &Order, fx: Effects) -> Result<Response, ContractError> {
    apply(deps.storage, order, &fx)?;
    if fx.calls.is_empty() {
        return Ok(Response::new().add_events(fx.events));
    }
    let registry = market_control::sister(deps.storage, market_control::Sister::ProviderRegistry)?;
    let calls = fx
        .calls
        .iter()
        .map(|call| Registry::at(&registry).call(call))
        .collect::<StdResult<Vec<_>>>()?;
    Ok(Response::new().add_events(fx.events).add_messages(calls))
}

fn apply(storage: &mut dyn Storage, order: &Order, fx: &Effects) -> Result<(), ContractError> {
    if fx.moves.is_empty() {
        return Ok(());
    }
    let mut ledger = Ledger::of(storage, order)?;
    for step in &fx.moves {
        ledger.shift(storage, step)?;
    }
    ledger.save(storage);
    Ok(())
}

fn now(env: &Env) -> UnixTime {
    env.block.time.into()
}

/// Money leaves as a plain transfer: no receiver's code can stand in its way.
fn transfer_out(token: &Addr, to: &Addr, amount: Uint128) -> StdResult<WasmMsg> {
    Token::at(token).call(&Cw20ExecuteMsg::Transfer {
        recipient: to.to_string(),
        amount,
    })
}

/// Money goes to a sister contract with a word about what it is.
fn send_out<H: Serialize>(token: &Addr, to: &Addr, amount: Uint128, hook: &H) -> StdResult<WasmMsg> {
    Token::at(token).call(&Cw20ExecuteMsg::Send {
        contract: to.to_string(),
        amount,
        msg: to_json_binary(hook)?,
    })
}
