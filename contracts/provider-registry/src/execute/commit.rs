use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, OverflowError, OverflowOperation, Response, StdError};
use market_control::{ensure_entry_open, ensure_sender};
use market_types::control::Wiring;
use market_types::events::Committed;
use market_types::registry::{self, Refusal};

use crate::judge::judge;
use crate::state::{add_commitment, save_used, Commitment, ACCOUNTS, COMMITMENTS, PARAMS};
use crate::{machines, snapshot, ContractError};

/// Reserve capacity and lock bonds for a lease, in one step or not at all.
///
/// # Errors
/// The sender is not the order book, entries are paused, the lease has a commitment, or a rule refuses the candidacy.
pub fn commit(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    commitment: registry::Commitment,
) -> Result<Response, ContractError> {
    let now = env.block.time.into();
    ensure_sender(&info.sender, &wiring.order_book, "order book")?;
    ensure_entry_open(deps.storage, now)?;
    let registry::Commitment {
        lease,
        tenant,
        candidacy,
    } = commitment;
    if COMMITMENTS.has(deps.storage, lease) {
        return Err(ContractError::AlreadyCommitted { lease });
    }
    let tenant = deps.api.addr_validate(&tenant)?;
    let candidacy = snapshot::checked(deps.api, candidacy)?;
    let params = PARAMS.load(deps.storage)?;
    let snapshot = snapshot::load(deps.storage, &params, &wiring.network_token, &candidacy, now)?;
    let judgement = judge(&params, snapshot.as_ref(), &candidacy, now);
    let lease_bond = judgement.lease_bond;
    let index = judgement
        .outcome
        .map_err(|refusal| ContractError::Refused { refusal })?;
    let snapshot = snapshot.ok_or(ContractError::Refused {
        refusal: Refusal::NotRegistered {},
    })?;
    let price = snapshot.price.ok_or(ContractError::Refused {
        refusal: Refusal::BondPriceMissing {},
    })?;
    let stock = snapshot
        .stocks
        .get(index)
        .ok_or_else(|| StdError::not_found("machine group"))?;

    let used = machines::take(&stock.used, &candidacy.needs.resources)?;
    let mut account = snapshot.account;
    account.locked = account
        .locked
        .checked_add(lease_bond)?
        .checked_add(candidacy.work_bond)?;
    account.commitments = account
        .commitments
        .checked_add(1)
        .ok_or(OverflowError::new(OverflowOperation::Add))?;
    let commitment = Commitment {
        provider: snapshot.no,
        tenant,
        class: stock.group.class.clone(),
        resources: candidacy.needs.resources,
        token: candidacy.token,
        lease_bond,
        penalized: Default::default(),
        work_bond: candidacy.work_bond,
        slashed: Default::default(),
        bond_price: price.price,
        capacity_released: false,
    };
    save_used(deps.storage, snapshot.no, &commitment.class, &used)?;
    ACCOUNTS.save(deps.storage, snapshot.no, &account)?;
    add_commitment(deps.storage, lease, &commitment)?;
    Ok(Response::new().add_event(Committed {
        provider: snapshot.no,
        lease,
        lease_bond,
        work_bond: commitment.work_bond,
    }))
}
