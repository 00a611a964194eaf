//! Answers. A lease's money is shown as `Settle` in this block would leave it; its status as it stands.

use cosmwasm_std::{to_json_binary, Addr, Binary, Deps, Env, Order as Walk, StdResult};
use cw_storage_plus::Bound;
use market_control::solvency;
use market_math::fee::split;
use market_types::audit::audit_class;
use market_types::control::Solvency;
use market_types::escrow::{
    AccountResponse, LeaseMoney, LeaseResponse, PoolsResponse, Progress, QueryMsg, ReservationResponse,
    SetAsideResponse, WorkResponse,
};
use market_types::{LeaseId, OrderId, Page, Paging, UnixTime};

use crate::lease::{Effects, LeaseFile, Moment, Work};
use crate::ledger::{aside, available, Ledger};
use crate::state::{self, BY_PROVIDER, BY_TENANT, LEASES, RESERVED, SET_ASIDE, TOKENS};
use crate::{params, sisters, ContractError};

pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    Ok(match msg {
        QueryMsg::Control {} => to_json_binary(&market_control::query(deps, &env)?),
        QueryMsg::Params {} => to_json_binary(&params::load(deps.storage)?),
        QueryMsg::Solvency {} => to_json_binary(&both_sides(deps, &env)?),
        QueryMsg::Account { owner, token } => to_json_binary(&account(deps, &owner, &token)?),
        QueryMsg::Reservation { order } => to_json_binary(&reservation(deps, order)?),
        QueryMsg::Lease { lease } => to_json_binary(&one(deps, &env, lease)?),
        QueryMsg::Leases { paging } => to_json_binary(&all(deps, &env, &paging)?),
        QueryMsg::LeasesOfTenant { tenant, paging } => {
            let tenant = sisters::address(deps, &tenant)?;
            let keys = BY_TENANT
                .prefix(&tenant)
                .keys(deps.storage, after(&paging), None, Walk::Ascending);
            to_json_binary(&page(deps, &env, &paging, keys)?)
        }
        QueryMsg::LeasesOfProvider { provider, paging } => {
            let keys = BY_PROVIDER
                .prefix(provider)
                .keys(deps.storage, after(&paging), None, Walk::Ascending);
            to_json_binary(&page(deps, &env, &paging, keys)?)
        }
        QueryMsg::Work { lease } => to_json_binary(&work(deps, &env, lease)?),
        QueryMsg::Pools { token } => to_json_binary(&pools(deps, &token)?),
        QueryMsg::SetAside { audit } => {
            // Absent when nothing is set aside.
            let aside = SET_ASIDE.may_load(deps.storage, audit)?.unwrap_or_default();
            to_json_binary(&SetAsideResponse {
                pool: aside.pool,
                tenant: aside.tenant,
            })
        }
    }?)
}

fn both_sides(deps: Deps, env: &Env) -> Result<Vec<Solvency>, ContractError> {
    let tokens: Vec<Addr> = TOKENS
        .keys(deps.storage, None, None, Walk::Ascending)
        .collect::<StdResult<_>>()?;
    tokens
        .iter()
        .map(|token| {
            let owed = Ledger::load(deps.storage, token)?.owed(deps.storage)?;
            Ok(solvency(&deps.querier, &env.contract.address, token, owed)?)
        })
        .collect()
}

fn account(deps: Deps, owner: &str, token: &str) -> Result<AccountResponse, ContractError> {
    let owner = sisters::address(deps, owner)?;
    let token = sisters::address(deps, token)?;
    let available = match TOKENS.may_load(deps.storage, &token)? {
        Some(listing) => available(deps.storage, &owner, listing.no)?,
        None => Default::default(),
    };
    Ok(AccountResponse {
        available,
        owner,
        token,
    })
}

fn reservation(deps: Deps, id: OrderId) -> Result<ReservationResponse, ContractError> {
    let order = state::order(deps.storage, id)?;
    Ok(ReservationResponse {
        order: id,
        tenant: order.tenant,
        token: order.token,
        reserved: RESERVED.may_load(deps.storage, id)?.unwrap_or_default(),
        take_rate: order.take_rate,
    })
}

fn pools(deps: Deps, token: &str) -> Result<PoolsResponse, ContractError> {
    let token = sisters::address(deps, token)?;
    state::listing(deps.storage, &token)?;
    let totals = *Ledger::load(deps.storage, &token)?.totals();
    Ok(PoolsResponse {
        fees: totals.fees,
        audit_pool: totals.audit_pool,
        set_aside: aside(deps.storage, &token)?,
        token,
    })
}

fn after(paging: &Paging<LeaseId>) -> Option<Bound<'static, LeaseId>> {
    paging.start_after.map(Bound::exclusive)
}

fn all(
    deps: Deps,
    env: &Env,
    paging: &Paging<LeaseId>,
) -> Result<Page<LeaseResponse, LeaseId>, ContractError> {
    let keys = LEASES.keys(deps.storage, after(paging), None, Walk::Ascending);
    page(deps, env, paging, keys)
}

fn page(
    deps: Deps,
    env: &Env,
    paging: &Paging<LeaseId>,
    mut keys: impl Iterator<Item = StdResult<LeaseId>>,
) -> Result<Page<LeaseResponse, LeaseId>, ContractError> {
    let ids: Vec<LeaseId> = keys.by_ref().take(paging.limit()).collect::<StdResult<_>>()?;
    let more = keys.next().is_some();
    Ok(Page {
        items: ids
            .iter()
            .map(|id| one(deps, env, *id))
            .collect::<Result<_, _>>()?,
        next_start_after: ids.last().copied().filter(|_| more),
    })
}

fn one(deps: Deps, env: &Env, id: LeaseId) -> Result<LeaseResponse, ContractError> {
    let file = LeaseFile::load(deps.storage, id)?;
    let money = settled_money(env, &file)?;
    let progress = progress(&file, env.block.time.into())?;
    let order = file.terms.order;
    let lease = file.lease;
    Ok(LeaseResponse {
        lease: id,
        tenant: lease.tenant,
        provider: lease.provider,
        owner: lease.owner,
        token: order.token,
        price: lease.price,
        take_rate: order.take_rate,
        class: lease.class,
        resources: order.resources,
        comparison: order.comparison,
        rail: order.rail,
        manifest: order.manifest,
        lease_bond: lease.lease_bond,
        work_bond: lease.work_bond,
        status: lease.status,
        awarded_at: lease.awarded_at,
        closed_at: lease.ended.map(|ended| ended.at),
        close_reason: lease.ended.map(|ended| ended.reason),
        money,
        progress,
    })
}

/// Settling moves the lease's money in the same way with or without announced maintenance, so the registry is not asked.
fn settled_money(env: &Env, file: &LeaseFile) -> Result<LeaseMoney, ContractError> {
    let mut settled = file.clone();
    let mut fx = Effects::default();
    let moment = Moment {
        time: env.block.time.into(),
        height: env.block.height,
        maintenance: &|_| Ok(None),
    };
    match settled.work {
        Work::Stream(_) => settled.settle_stream(&moment, &mut fx)?,
        Work::Task(_) => settled.settle_task(moment.time, &mut fx)?,
    }
    let money = settled.money;
    let parts = split(money.gross, file.order().take_rate, money.premium)?;
    Ok(LeaseMoney {
        funded: money.funded()?,
        remaining: money.remaining,
        held: money.held,
        gross: money.gross,
        refunded: money.refunded,
        fee: parts.fee,
        premium: parts.premium,
        income: parts.income,
    })
}

fn progress(file: &LeaseFile, now: UnixTime) -> Result<Progress, ContractError> {
    Ok(match &file.work {
        Work::Stream(stream) => Progress::Stream {
            ready_at: stream.ready_at,
            accepted_at: stream.accepted_at,
            active_since: stream.active_since,
            last_heartbeat: file.beat.map(|beat| beat.last),
            credited: file.credited()?,
            ends_at: file.ends_at(now)?.filter(|_| file.lease.ended.is_none()),
            acknowledged_until: stream.acknowledged_until,
            suspended_at: stream.suspended_at,
            notice_until: stream.notice_until,
            outages: stream.outages,
        },
        Work::Task(task) => Progress::Task {
            units: file.task_terms()?.units,
            attested: task.attested,
            vested: task.vested,
            refunded: task.refunded,
            last_batch_at: task.last_batch_at,
            waiting_since: task.waiting_since,
        },
    })
}

fn work(deps: Deps, env: &Env, id: LeaseId) -> Result<WorkResponse, ContractError> {
    let file = LeaseFile::load(deps.storage, id)?;
    let (task, terms) = (file.task()?, file.task_terms()?);
    let provider = sisters::operator(deps, file.lease.provider)?;
    Ok(WorkResponse {
        lease: id,
        provider: file.lease.provider,
        owner: file.lease.owner.clone(),
        agent: provider.agent,
        group: provider.group,
        tenant: file.lease.tenant.clone(),
        token: file.order().token.clone(),
        unit_price: file.lease.price,
        units: terms.units,
        attested: task.attested,
        held: file.money.held,
        work_bond_value: file.lease.work_bond_value,
        comparison: file.order().comparison,
        unit_deadline: terms.unit_deadline,
        may_attest: file.may_attest(env.block.time.into())?,
        status: file.lease.status,
        audit_class: audit_class(file.order().comparison, &file.lease.class),
        class: file.lease.class.clone(),
        work_bond: file.lease.work_bond,
    })
}
