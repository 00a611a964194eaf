//! One file per action. Each loads, decides, saves once, emits one event per change, then sends.

mod award;
mod bid;
mod cancel;
mod ending;
mod expire;
mod no_show;
mod open;
mod pick;
mod prune;

pub use award::award;
pub use bid::bid;
pub(crate) use bid::check_price;
pub use cancel::cancel;
pub use expire::expire;
pub use open::open;
pub use pick::pick;
pub use prune::prune;

use cosmwasm_std::{Addr, DepsMut, Storage};
use market_control::{self as control, ControlError, Sister};
use market_types::order_book::OrderStatus;
use market_types::{OrderId, UnixTime};

use crate::state::{standing, Live, Order, ORDERS};
use crate::ContractError;

/// What every action is given.
pub struct Call<'a> {
    pub deps: DepsMut<'a>,
    pub now: UnixTime,
    pub sender: Addr,
}

/// Who an award is told to.
struct Sisters {
    registry: Addr,
    escrow: Addr,
}

impl Call<'_> {
    fn sisters(&self) -> Result<Sisters, ControlError> {
        Ok(Sisters {
            registry: self.registry()?,
            escrow: self.escrow()?,
        })
    }

    fn registry(&self) -> Result<Addr, ControlError> {
        control::sister(self.deps.storage, Sister::ProviderRegistry)
    }

    fn escrow(&self) -> Result<Addr, ControlError> {
        control::sister(self.deps.storage, Sister::LeaseEscrow)
    }
}

fn load(storage: &dyn Storage, order: OrderId) -> Result<(Order, Live), ContractError> {
    let record = ORDERS
        .may_load(storage, order)?
        .ok_or(ContractError::OrderUnknown { order })?;
    let standing = standing(storage, order)?.ok_or(ContractError::OrderUnknown { order })?;
    Ok((record, standing.last))
}

fn ensure_open(order: OrderId, live: &Live) -> Result<(), ContractError> {
    match live.status {
        OrderStatus::Open => Ok(()),
        status => Err(ContractError::OrderEnded { order, status }),
    }
}

/// In `[placed, closes)`.
fn ensure_bidding(order: OrderId, live: &Live, now: UnixTime) -> Result<(), ContractError> {
    ensure_open(order, live)?;
    let closes = live.closes;
    if now >= closes {
        return Err(ContractError::BiddingOver { order, closes, now });
    }
    Ok(())
}

/// In `[closes, expires)`.
fn ensure_awardable(order: OrderId, live: &Live, now: UnixTime) -> Result<(), ContractError> {
    ensure_open(order, live)?;
    let Live { closes, expires, .. } = *live;
    if now < closes {
        return Err(ContractError::BiddingOpen { order, closes, now });
    }
    if now >= expires {
        return Err(ContractError::AwardOver { order, expires, now });
    }
    Ok(())
}
