//! The governor, its two-step change, and the guardian. Nobody can leave the office empty.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, DepsMut, Env, Response, Storage};
use cw_storage_plus::Item;
use market_types::control::Roles;
use market_types::events::{GovernorChanged, GovernorOffered, GuardianChanged};
use market_types::{Seconds, UnixTime};

use crate::{ControlError, Sender};

const OFFICE: Item<Office> = Item::new("control");
const MAX_OFFER: Seconds = Seconds(30 * 86_400);

#[cw_serde]
pub(crate) struct Office {
    pub governor: Addr,
    pub guardian: Option<Addr>,
    pub wirer: Addr,
    pub offer: Option<Offer>,
}

#[cw_serde]
pub(crate) struct Offer {
    pub to: Addr,
    pub expires: UnixTime,
}

pub(crate) fn instantiate(deps: DepsMut, roles: &Roles<String>) -> Result<(), ControlError> {
    let office = Office {
        governor: deps.api.addr_validate(&roles.governor)?,
        guardian: roles
            .guardian
            .as_ref()
            .map(|guardian| deps.api.addr_validate(guardian))
            .transpose()?,
        wirer: deps.api.addr_validate(&roles.wirer)?,
        offer: None,
    };
    Ok(OFFICE.save(deps.storage, &office)?)
}

pub(crate) fn load(storage: &dyn Storage) -> Result<Office, ControlError> {
    Ok(OFFICE.load(storage)?)
}

/// # Errors
/// `sender` is not the governor.
pub fn ensure_governor(storage: &dyn Storage, sender: &Addr) -> Result<(), ControlError> {
    crate::ensure_sender(sender, &load(storage)?.governor, "governor")
}

/// Load the office if the sender may act as its governor.
fn as_governor(storage: &dyn Storage, sender: Sender) -> Result<Office, ControlError> {
    let office = load(storage)?;
    match sender {
        Sender::Account(account) => crate::ensure_sender(account, &office.governor, "governor")?,
        Sender::Chain => {}
    }
    Ok(office)
}

/// # Errors
/// The sender is neither guardian nor governor.
pub(crate) fn as_guardian(storage: &dyn Storage, sender: Sender) -> Result<Addr, ControlError> {
    let office = load(storage)?;
    match sender {
        Sender::Chain => Ok(office.governor),
        Sender::Account(account)
            if *account == office.governor || Some(account) == office.guardian.as_ref() =>
        {
            Ok(account.clone())
        }
        Sender::Account(account) => Err(ControlError::Unauthorized {
            sender: account.clone(),
            role: "guardian or governor",
        }),
    }
}

pub(crate) fn offer(
    deps: DepsMut,
    env: &Env,
    sender: Sender,
    governor: &str,
    expires_in: Seconds,
) -> Result<Response, ControlError> {
    let mut office = as_governor(deps.storage, sender)?;
    if expires_in == Seconds(0) || expires_in > MAX_OFFER {
        return Err(ControlError::OfferLength {
            asked: expires_in,
            max: MAX_OFFER,
        });
    }
    let to = deps.api.addr_validate(governor)?;
    let expires = UnixTime::from(env.block.time).plus(expires_in);
    office.offer = Some(Offer {
        to: to.clone(),
        expires,
    });
    OFFICE.save(deps.storage, &office)?;
    Ok(Response::new().add_event(GovernorOffered { to, expires }))
}

pub(crate) fn withdraw(deps: DepsMut, sender: Sender) -> Result<Response, ControlError> {
    let mut office = as_governor(deps.storage, sender)?;
    if office.offer.take().is_none() {
        return Err(ControlError::NoOffer {});
    }
    OFFICE.save(deps.storage, &office)?;
    Ok(Response::new())
}

pub(crate) fn accept(deps: DepsMut, env: &Env, sender: Sender) -> Result<Response, ControlError> {
    let mut office = load(deps.storage)?;
    let now = UnixTime::from(env.block.time);
    let offer = office
        .offer
        .take()
        .filter(|offer| now < offer.expires)
        .ok_or(ControlError::NoOffer {})?;
    match sender {
        Sender::Account(account) => crate::ensure_sender(account, &offer.to, "offered governor")?,
        Sender::Chain => return Err(ControlError::NoOffer {}),
    }
    let from = std::mem::replace(&mut office.governor, offer.to.clone());
    OFFICE.save(deps.storage, &office)?;
    Ok(Response::new().add_event(GovernorChanged { from, to: offer.to }))
}

pub(crate) fn set_guardian(
    deps: DepsMut,
    sender: Sender,
    guardian: Option<String>,
) -> Result<Response, ControlError> {
    let mut office = as_governor(deps.storage, sender)?;
    office.guardian = guardian
        .map(|guardian| deps.api.addr_validate(&guardian))
        .transpose()?;
    OFFICE.save(deps.storage, &office)?;
    let to = office
        .guardian
        .map_or_else(|| "nobody".into(), |guardian| guardian.to_string());
    Ok(Response::new().add_event(GuardianChanged { to }))
}
