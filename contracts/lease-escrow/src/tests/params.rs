use cosmwasm_std::testing::message_info;
use cosmwasm_std::Addr;
use market_types::escrow::{
    ExecuteMsg, Hook, InstantiateMsg, Params, ParamsUpdate, PaymentToken, QueryMsg, SudoMsg,
};
use market_types::{BasisPoints, Seconds};

use super::desk::*;
use crate::{contract, ContractError};

const DAY: u64 = 86_400;

/// Sets one field to a value.
type Set = (&'static str, u64, fn(u64) -> ParamsUpdate);

macro_rules! set {
    ($field:ident, $make:expr) => {{
        fn update(value: u64) -> ParamsUpdate {
            ParamsUpdate {
                $field: Some($make(value)),
                ..ParamsUpdate::default()
            }
        }
        update
    }};
}

/// Each bound, with the value beyond it; the other parameters are the defaults.
fn beyond() -> Vec<Set> {
    vec![
        ("heartbeat_window", 29, set!(heartbeat_window, Seconds)),
        ("heartbeat_window", 3_601, set!(heartbeat_window, Seconds)),
        // The window must stay above the interval (60) and below the grace (300).
        ("heartbeat_interval", 60, set!(heartbeat_window, Seconds)),
        ("grace", 300, set!(heartbeat_window, Seconds)),
        ("heartbeat_interval", 0, set!(heartbeat_interval, Seconds)),
        ("heartbeat_interval", 120, set!(heartbeat_interval, Seconds)),
        ("grace", 120, set!(grace, Seconds)),
        ("grace", DAY + 1, set!(grace, Seconds)),
        ("min_silent_blocks", 10_001, set!(min_silent_blocks, |n| n)),
        ("outage_unpaid", 7_201, set!(outage_unpaid, Seconds)),
        ("outage_unpaid", 899, set!(outage_max, Seconds)),
        ("outage_max", 30 * DAY + 1, set!(outage_max, Seconds)),
        (
            "outage_share",
            10_001,
            set!(outage_share, |n| BasisPoints(n as u16)),
        ),
        (
            "outage_forgiveness",
            365 * DAY + 1,
            set!(outage_forgiveness, Seconds),
        ),
        ("lease_bond_time", 3_599, set!(lease_bond_time, Seconds)),
        ("lease_bond_time", 30 * DAY + 1, set!(lease_bond_time, Seconds)),
        ("work_bond_units", 19, set!(work_bond_units, |n| n as u32)),
        ("work_bond_units", 100_001, set!(work_bond_units, |n| n as u32)),
    ]
}

/// Each bound, at the last value within it.
fn within() -> Vec<Set> {
    vec![
        ("heartbeat_window", 61, set!(heartbeat_window, Seconds)),
        ("heartbeat_window", 299, set!(heartbeat_window, Seconds)),
        ("heartbeat_interval", 1, set!(heartbeat_interval, Seconds)),
        ("heartbeat_interval", 119, set!(heartbeat_interval, Seconds)),
        ("grace", 121, set!(grace, Seconds)),
        ("grace", DAY, set!(grace, Seconds)),
        ("min_silent_blocks", 10_000, set!(min_silent_blocks, |n| n)),
        ("outage_unpaid", 7_200, set!(outage_unpaid, Seconds)),
        ("outage_max", 900, set!(outage_max, Seconds)),
        ("outage_max", 30 * DAY, set!(outage_max, Seconds)),
        (
            "outage_share",
            10_000,
            set!(outage_share, |n| BasisPoints(n as u16)),
        ),
        ("outage_forgiveness", 0, set!(outage_forgiveness, Seconds)),
        ("lease_bond_time", 3_600, set!(lease_bond_time, Seconds)),
        ("work_bond_units", 100_000, set!(work_bond_units, |n| n as u32)),
        ("silence_tip", 0, set!(silence_tip, |n: u64| n.into())),
        ("silence_tip", u64::MAX, set!(silence_tip, |n: u64| n.into())),
    ]
}

#[test]
fn a_parameter_beyond_its_bound_is_refused_and_changes_nothing() {
    for (name, value, update) in beyond() {
        let mut desk = Desk::new();
        let before: Params<Addr> = desk.ask(QueryMsg::Params {});
        match desk.update(update(value)).unwrap_err() {
            ContractError::OutOfBounds { param, .. } => assert_eq!(param, name, "{value}"),
            error => panic!("{name} {value}: {error}"),
        }
        let sudo = SudoMsg::UpdateParams(update(value));
        assert!(contract::sudo(desk.deps.as_mut(), desk.env.clone(), sudo).is_err());
        assert_eq!(desk.ask::<Params<Addr>>(QueryMsg::Params {}), before);
    }
}

#[test]
fn a_parameter_at_its_bound_is_taken_with_one_event() {
    for (name, value, update) in within() {
        let mut desk = Desk::new();
        let response = desk.update(update(value)).unwrap();
        assert_eq!(response.events.len(), 1, "{name}");
        assert_eq!(response.events[0].attributes[0].value, name);
        assert_eq!(response.events[0].attributes[2].value, value.to_string());
        assert!(desk.update(update(value)).unwrap().events.is_empty());
    }
}

#[test]
fn instantiation_checks_the_same_bounds() {
    let mut desk = Desk::bare();
    let mut try_with = |change: &dyn Fn(&mut Params<String>)| {
        let mut params = params();
        change(&mut params);
        let msg = InstantiateMsg {
            roles: roles(),
            params,
        };
        let info = message_info(&addr("anyone"), &[]);
        contract::instantiate(desk.deps.as_mut(), desk.env.clone(), info, msg).unwrap_err()
    };
    let bounds = |error| match error {
        ContractError::OutOfBounds { param, value, .. } => (param, value),
        error => panic!("{error}"),
    };
    assert_eq!(
        bounds(try_with(&|params| params.grace = Seconds(120))),
        ("grace", 120)
    );
    assert_eq!(bounds(try_with(&|params| params.tokens.clear())), ("tokens", 0));
    assert_eq!(
        bounds(try_with(&|params| params.tokens[0].min_order = n(0))),
        ("min_order", 0)
    );
    assert_eq!(
        bounds(try_with(&|params| {
            params.tokens = (0..17).map(|i| token(&format!("token {i}"))).collect();
        })),
        ("tokens", 17)
    );
    assert_eq!(
        try_with(&|params| params.tokens[1] = params.tokens[0].clone()),
        ContractError::DuplicateToken { token: addr("usd") }
    );
}

fn token(name: &str) -> PaymentToken<String> {
    PaymentToken {
        token: addr(name).into(),
        listed: true,
        min_order: n(1),
    }
}

fn list(tokens: Vec<PaymentToken<String>>) -> ParamsUpdate {
    ParamsUpdate {
        tokens: Some(tokens),
        ..ParamsUpdate::default()
    }
}

#[test]
fn a_token_stays_in_the_list_and_delisting_stops_entries_only() {
    let mut desk = Desk::new();
    let lease = desk.active(open_ended(3_600_000, 3_600_000), 3_600_000, 3_600_000);
    desk.deposit("tenant", 20_000);
    let dropped = desk.update(list(vec![token("usd")]));
    assert_eq!(
        dropped.unwrap_err(),
        ContractError::TokenDropped { token: addr("eur") }
    );
    let mut usd = token("usd");
    usd.listed = false;
    let response = desk.update(list(vec![usd, token("eur"), token("yen")])).unwrap();
    assert_eq!(response.events.len(), 2);

    let delisted = || ContractError::Delisted { token: addr("usd") };
    let deposit = desk.send("usd", "tenant", 5, &Hook::Deposit { owner: None });
    assert_eq!(deposit.unwrap_err(), delisted());
    let spec = task(1, 10_000, None);
    let order = desk.send("usd", "tenant", 10_000, &Hook::PlaceOrder(Box::new(spec.clone())));
    assert_eq!(order.unwrap_err(), delisted());
    let token = addr("usd").to_string();
    let place = ExecuteMsg::PlaceOrder {
        token: token.clone(),
        spec,
    };
    assert_eq!(desk.exec("tenant", place).unwrap_err(), delisted());

    desk.send("usd", "friend", 5, &Hook::TopUp { lease }).unwrap();
    desk.send("usd", "friend", 5, &Hook::FundAudits {}).unwrap();
    desk.beat_for(lease, 60);
    desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
    for owner in ["tenant", "owner"] {
        let token = token.clone();
        desk.exec(owner, ExecuteMsg::Withdraw { token, amount: None })
            .unwrap();
    }
    desk.exec("anyone", ExecuteMsg::SweepFees { token }).unwrap();
}
