use cosmwasm_std::{Addr, DepsMut, Env, Response, Uint128};
use market_math::dutch;
use market_types::events::{Burned, LotTaken};

use crate::execute::lot;
use crate::state::{self, ACCOUNTS, LOTS};
use crate::{outgoing, ContractError};

/// Sell `buyer` what `pay` network tokens buy of the open lot of `token`. What is paid is burned, the rest goes back.
///
/// # Errors
/// No lot, an expired one, less than the least take, or less than `min_out`.
pub fn take(
    deps: DepsMut,
    env: &Env,
    network_token: &Addr,
    buyer: &Addr,
    token: &str,
    pay: Uint128,
    min_out: Uint128,
) -> Result<Response, ContractError> {
    let token = deps.api.addr_validate(token)?;
    let mut lot = lot::load(deps.storage, &token)?;
    let price = lot.price(env.block.time.into())?;
    let dutch::Purchase { out, cost } = dutch::purchase(pay, lot.left, price)?;
    let least = dutch::least_take(lot.opened, lot.left);
    if out < least {
        return Err(ContractError::TakeTooSmall { out, least });
    }
    if out < min_out {
        return Err(ContractError::OutBelowMinimum { out, min_out });
    }

    lot.left = lot.left.checked_sub(out)?;
    lot.brought = lot.brought.checked_add(cost)?;
    if lot.left.is_zero() {
        lot::close(deps.storage, &token, &lot)?;
    } else {
        LOTS.save(deps.storage, &token, &lot)?;
    }
    let mut seller = ACCOUNTS.load(deps.storage, &token)?;
    seller.record_sale(out, cost)?;
    ACCOUNTS.save(deps.storage, &token, &seller)?;
    let mut burner = state::account(deps.storage, network_token)?;
    burner.burned = burner.burned.checked_add(cost)?;
    ACCOUNTS.save(deps.storage, network_token, &burner)?;

    // The sold token runs last: whatever its code does, no network tokens of this payment are here any more.
    let messages = [
        outgoing::burn(network_token, cost)?,
        outgoing::pay(network_token, buyer, pay.checked_sub(cost)?)?,
        outgoing::pay(&token, buyer, out)?,
    ];
    Ok(Response::new()
        .add_event(LotTaken {
            lot: lot.lot,
            token,
            buyer: buyer.clone(),
            amount: out,
            paid: cost,
        })
        .add_event(Burned { amount: cost })
        .add_messages(messages.into_iter().flatten()))
}
