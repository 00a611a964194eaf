//! Entry points. They only dispatch.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{to_json_binary, Binary, Deps, DepsMut, Env, MessageInfo, Response};
use market_types::registry::{ExecuteMsg, InstantiateMsg, QueryMsg, SudoMsg};
use market_types::ProviderNo;

pub use crate::migrate::migrate;
use crate::stake::Shares;
use crate::state::{Totals, LAST_PROVIDER, PARAMS, TOTALS};
use crate::{bounds, execute, query as answer, ContractError};

pub const NAME: &str = concat!("crates.io:", env!("CARGO_PKG_NAME"));
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// # Errors
/// Native coins, an invalid address, or a parameter out of its bounds.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    market_control::refuse_coins(&info)?;
    market_control::instantiate(deps.branch(), NAME, VERSION, &msg.roles)?;
    PARAMS.save(deps.storage, &bounds::check(deps.api, msg.params)?)?;
    TOTALS.save(deps.storage, &Totals::default())?;
    LAST_PROVIDER.save(deps.storage, &ProviderNo(0))?;
    execute::bond_price::set_first(deps, &env, msg.bond_prices)?;
    Ok(Response::new())
}

/// # Errors
/// See [`ContractError`]; everything but `Wire` is refused until the contract is wired.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    market_control::refuse_coins(&info)?;
    let msg = match msg {
        ExecuteMsg::Control(msg) => return execute::control::control(deps, &env, &info, msg),
        other => other,
    };
    let wiring = market_control::wiring(deps.storage)?;
    match msg {
        // Handled above.
        ExecuteMsg::Control(msg) => execute::control::control(deps, &env, &info, msg),
        ExecuteMsg::UpdateParams(update) => {
            execute::update_params::from_governor(deps, &info, &wiring, update)
        }
        ExecuteMsg::Receive(hook) => execute::receive::receive(deps, &env, &info, &wiring, hook),
        ExecuteMsg::Register(registration) => execute::register::register(deps, &env, &info, registration),
        ExecuteMsg::Update(update) => execute::update::update(deps, &env, &info, update),
        ExecuteMsg::RotateAgent { agent } => execute::rotate_agent::rotate(deps, &env, &info, &agent),
        ExecuteMsg::SetAgentLimits(limits) => execute::agent_limits::set(deps, &info, limits),
        ExecuteMsg::AnnounceMaintenance { from, until } => {
            execute::maintenance::announce(deps, &env, &info, from, until)
        }
        ExecuteMsg::Retire {} => execute::retire::retire(deps, &env, &info),
        ExecuteMsg::Unbond { amount } => execute::unbond::unbond(deps, &env, &info, amount),
        ExecuteMsg::WithdrawUnbonded {} => execute::unbond::withdraw(deps, &env, &info, &wiring),
        ExecuteMsg::OfferAudits { class, places } => {
            execute::offer_audits::offer(deps, &env, &info, class, places)
        }
        ExecuteMsg::LeaveAudits { class } => execute::offer_audits::leave(deps, &info, class),
        ExecuteMsg::Reinstate {} => execute::reinstate::reinstate(deps, &info),
        ExecuteMsg::AddWorkBond { lease, amount } => execute::add_work_bond::add(deps, &info, lease, amount),
        ExecuteMsg::Claim {} => execute::claim::claim(deps, &info, &wiring),
        ExecuteMsg::SignAttributes { provider, attributes } => {
            execute::attributes::sign(deps, &info, &provider, &attributes)
        }
        ExecuteMsg::RevokeAttributes { provider, attributes } => {
            execute::attributes::revoke(deps, &info, &provider, &attributes)
        }
        ExecuteMsg::SetBondPrice { token, price } => {
            execute::bond_price::set(deps, &env, &info, &wiring, &token, price)
        }
        ExecuteMsg::Skim {} => execute::skim::skim(deps, &env, &wiring),
        ExecuteMsg::Commit(commitment) => execute::commit::commit(deps, &env, &info, &wiring, commitment),
        ExecuteMsg::NoShow {
            order,
            provider,
            tenant,
            token,
            value,
        } => {
            let claim = execute::no_show::Claim {
                order,
                provider,
                tenant,
                token,
                value,
            };
            execute::no_show::no_show(deps, &env, &info, &wiring, claim)
        }
        ExecuteMsg::Release { lease, part } => execute::release::release(deps, &info, &wiring, lease, part),
        ExecuteMsg::Penalize {
            lease,
            tenant,
            share,
            tip,
        } => execute::penalize::penalize(deps, &info, &wiring, lease, &tenant, share, tip),
        ExecuteMsg::Record(evidence) => execute::record::record(deps, &env, &info, &wiring, evidence),
        ExecuteMsg::Seat {
            audit,
            class,
            providers,
            bond,
        } => execute::seat::seat(deps, &info, &wiring, audit, class, providers, bond),
        ExecuteMsg::Unseat {
            audit,
            ends,
            rewards,
            tip,
        } => {
            let shares = Shares::checked(deps.api, tip, rewards)?;
            execute::seat::unseat(deps, &info, &wiring, audit, ends, shares)
        }
        ExecuteMsg::Slash {
            lease,
            share,
            rewards,
            tip,
            convict,
        } => {
            let shares = Shares::checked(deps.api, tip, rewards)?;
            let penalty = execute::slash::Penalty {
                lease,
                share,
                shares,
                convict,
            };
            execute::slash::slash(deps, &env, &info, &wiring, penalty)
        }
    }
}

/// # Errors
/// As the messages of the same name, with the rights of the governor.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn sudo(deps: DepsMut, env: Env, msg: SudoMsg) -> Result<Response, ContractError> {
    match msg {
        SudoMsg::Control(msg) => Ok(market_control::sudo(deps, &env, msg)?),
        SudoMsg::UpdateParams(update) => {
            let wiring = market_control::wiring(deps.storage)?;
            execute::update_params::update(deps, &wiring, update)
        }
    }
}

/// # Errors
/// What was asked for does not exist, an address is not valid, or too much is asked at once.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    let now = env.block.time.into();
    let binary = match msg {
        QueryMsg::Control {} => to_json_binary(&market_control::query(deps, &env)?),
        QueryMsg::Params {} => to_json_binary(&PARAMS.load(deps.storage)?),
        QueryMsg::Solvency {} => to_json_binary(&answer::solvency(deps, &env)?),
        QueryMsg::Provider { owner } => to_json_binary(&answer::provider(deps, &owner)?),
        QueryMsg::ProviderByNo { no } => to_json_binary(&answer::provider_by_no(deps, no)?),
        QueryMsg::Whois { address } => to_json_binary(&answer::whois(deps, &address, now)?),
        QueryMsg::Providers { paging } => to_json_binary(&answer::providers(deps, paging)?),
        QueryMsg::Capacity { owner } => to_json_binary(&answer::capacity(deps, &owner)?),
        QueryMsg::Judge { candidacies } => to_json_binary(&answer::judge(deps, candidacies, now)?),
        QueryMsg::Commitments { owner, paging } => {
            to_json_binary(&answer::commitments(deps, &owner, paging)?)
        }
        QueryMsg::Commitment { lease } => to_json_binary(&answer::commitment(deps, lease)?),
        QueryMsg::AgentLimits { owner } => to_json_binary(&answer::agent_limits(deps, &owner)?),
        QueryMsg::Agents { owner, paging } => to_json_binary(&answer::agents(deps, &owner, paging)?),
        QueryMsg::SignedAttributes { owner } => to_json_binary(&answer::signed_attributes(deps, &owner)?),
        QueryMsg::BondPrice { token } => to_json_binary(&answer::bond_price(deps, &token, now)?),
        QueryMsg::Claimable { address } => to_json_binary(&answer::claimable(deps, &address)?),
        QueryMsg::Reputation { owner } => to_json_binary(&answer::reputation(deps, &owner, now)?),
        QueryMsg::Operator { no } => to_json_binary(&answer::operator(deps, no)?),
        QueryMsg::AuditTable { class } => to_json_binary(&answer::audit_table(deps, &class)?),
        QueryMsg::AuditEntries { class, tries, bond } => {
            to_json_binary(&answer::audit_entries(deps, &class, &tries, bond)?)
        }
        QueryMsg::LastResort { bond } => to_json_binary(&answer::last_resort(deps, bond)?),
        QueryMsg::AuditOffers { owner } => to_json_binary(&answer::audit_offers(deps, &owner)?),
        QueryMsg::Burned {} => to_json_binary(&answer::burned(deps)?),
        QueryMsg::Seats { audit } => to_json_binary(&answer::seats(deps, audit)?),
    };
    Ok(binary?)
}
