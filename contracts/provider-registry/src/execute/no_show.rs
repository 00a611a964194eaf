use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Uint128};
use market_control::ensure_sender;
use market_types::control::Wiring;
use market_types::events::NoShow;
use market_types::OrderId;

use crate::snapshot::bond_price;
use crate::stake::forfeit;
use crate::state::{account, credit, owned, EvidenceRecord, ACCOUNTS, EVIDENCE, PARAMS, TOTALS};
use crate::ContractError;

/// The book's message.
pub struct Claim {
    pub order: OrderId,
    pub provider: String,
    pub tenant: String,
    pub token: String,
    pub value: Uint128,
}

/// # Errors
/// The sender is not the order book, or `provider` owns none.
pub fn no_show(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    claim: Claim,
) -> Result<Response, ContractError> {
    let now = env.block.time.into();
    ensure_sender(&info.sender, &wiring.order_book, "order book")?;
    let owner = deps.api.addr_validate(&claim.provider)?;
    let tenant = deps.api.addr_validate(&claim.tenant)?;
    let token = deps.api.addr_validate(&claim.token)?;
    let no = owned(deps.storage, &owner)?;
    let due = bond_price(deps.storage, &wiring.network_token, &token, now)?
        .map_or(Uint128::zero(), |price| price.bond(claim.value));

    let mut account = account(deps.storage, no)?;
    let mut totals = TOTALS.load(deps.storage)?;
    let amount = forfeit(deps.storage, no, &mut account, &mut totals, due)?;
    totals.claimable = totals.claimable.checked_add(amount)?;
    let half_life = PARAMS.load(deps.storage)?.evidence_half_life;
    let mut evidence = EvidenceRecord::load(deps.storage, no, now)?.at(now, half_life);
    evidence.no_shows = evidence.no_shows.saturating_add(1);

    ACCOUNTS.save(deps.storage, no, &account)?;
    TOTALS.save(deps.storage, &totals)?;
    EVIDENCE.save(deps.storage, no, &evidence)?;
    credit(deps.storage, &tenant, amount)?;
    Ok(Response::new().add_event(NoShow {
        provider: no,
        order: claim.order,
        tenant,
        amount,
    }))
}
