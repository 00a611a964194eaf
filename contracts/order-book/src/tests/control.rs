//! Office, wiring, parameters, versions.

use cosmwasm_std::coin;
use cosmwasm_std::testing::mock_env;
use market_control::ControlError;
use market_types::control::{ControlMsg, ControlResponse, Solvency};
use market_types::events::ParamChanged;
use market_types::order_book::{ExecuteMsg, MigrateMsg, Params, ParamsUpdate, QueryMsg, SudoMsg};
use market_types::{defaults, BasisPoints, Seconds};

use super::matrix::every_message;
use super::world::*;
use crate::contract;
use crate::ContractError;

fn params(world: &World) -> Params {
    world.query(QueryMsg::Params {}).unwrap()
}

#[test]
fn the_contract_says_who_it_is() {
    let world = World::new();
    let control: ControlResponse = world.query(QueryMsg::Control {}).unwrap();
    assert_eq!(control.contract, "crates.io:order-book");
    assert_eq!(control.governor, addr("gov"));
    assert_eq!(control.wiring.unwrap().lease_escrow, addr("lease-escrow"));
}

#[test]
fn the_book_holds_no_money() {
    let owed: Vec<Solvency> = World::new().query(QueryMsg::Solvency {}).unwrap();
    assert_eq!(owed, []);
}

#[test]
fn nothing_works_before_wiring() {
    for (name, msg) in every_message() {
        let refused = World::unwired().send("gov", msg);
        assert_eq!(refused, Err(ControlError::NotWired {}.into()), "{name}");
    }
    let update = SudoMsg::UpdateParams(ParamsUpdate::default());
    assert_eq!(
        World::unwired().sudo(update),
        Err(ControlError::NotWired {}.into())
    );
}

#[test]
fn native_coins_are_refused_by_every_message_and_at_instantiation() {
    let coins = [coin(1, "ulease"), coin(2, "uother")];
    for count in 1..=2 {
        let refused = || {
            Err(ControlError::CoinsAttached {
                coins: count,
                first: "1ulease".into(),
            }
            .into())
        };
        for (name, msg) in every_message() {
            let sent = World::with(stream()).send_with("tenant", msg, &coins[..count]);
            assert_eq!(sent, refused(), "{name}");
        }
        let wire = ExecuteMsg::Control(ControlMsg::Wire(wiring()));
        let sent = World::unwired().send_with("wirer", wire, &coins[..count]);
        assert_eq!(sent, refused());
        let fresh = World::unwired().instantiate(defaults::order_book(), &coins[..count]);
        assert_eq!(fresh, refused());
    }
}

#[test]
fn only_the_governor_changes_parameters() {
    let update = || ParamsUpdate {
        bids_kept: Some(5),
        ..ParamsUpdate::default()
    };
    let mut world = World::new();
    for sender in [
        "guard",
        "wirer",
        "tenant",
        "p1",
        "lease-escrow",
        "order-book",
        "anybody",
    ] {
        let expected = ControlError::Unauthorized {
            sender: addr(sender),
            role: "governor",
        };
        assert_eq!(
            world.send(sender, ExecuteMsg::UpdateParams(update())),
            Err(expected.into())
        );
    }
    world.send("gov", ExecuteMsg::UpdateParams(update())).unwrap();
    assert_eq!(params(&world).bids_kept, 5);
}

#[test]
fn each_changed_parameter_is_one_event_and_the_rest_stay() {
    let mut world = World::new();
    let update = ParamsUpdate {
        bids_kept: Some(20),
        min_step: Some(BasisPoints(25)),
        extension: Some(Seconds(60)),
        ..ParamsUpdate::default()
    };
    let response = world.send("gov", ExecuteMsg::UpdateParams(update)).unwrap();
    let changed = |param: &str, old: &str, new: &str| ParamChanged {
        param: param.into(),
        old: old.into(),
        new: new.into(),
    };
    assert_eq!(
        events::<ParamChanged>(&response),
        [changed("min_step", "10", "25"), changed("extension", "30", "60")]
    );
    assert_eq!(
        params(&world),
        Params {
            min_step: BasisPoints(25),
            extension: Seconds(60),
            ..defaults::order_book()
        }
    );
}

#[test]
fn the_chain_changes_parameters_and_the_guardian_by_sudo() {
    let mut world = World::new();
    let update = ParamsUpdate {
        max_extensions: Some(0),
        ..ParamsUpdate::default()
    };
    world.sudo(SudoMsg::UpdateParams(update)).unwrap();
    assert_eq!(params(&world).max_extensions, 0);
    let nobody = ControlMsg::SetGuardian { guardian: None };
    world.sudo(SudoMsg::Control(nobody)).unwrap();
    let control: ControlResponse = world.query(QueryMsg::Control {}).unwrap();
    assert_eq!(control.guardian, None);
}

/// A parameter, its bounds, and how to set it.
type Bound = (&'static str, u64, u64, fn(&mut Params, u64));

const WEEK: u64 = 7 * 86_400;
const BOUNDS: [Bound; 7] = [
    ("bids_kept", 1, 50, |p, v| p.bids_kept = v as u8),
    ("min_step", 0, 1_000, |p, v| p.min_step = BasisPoints(v as u16)),
    ("extension", 0, 3_600, |p, v| p.extension = Seconds(v)),
    ("max_extensions", 0, 50, |p, v| p.max_extensions = v as u8),
    ("min_window", 10, WEEK, |p, v| p.min_window = Seconds(v)),
    ("max_window", 10, WEEK, |p, v| p.max_window = Seconds(v)),
    ("max_award_within", 60, 30 * 86_400, |p, v| {
        p.max_award_within = Seconds(v)
    }),
];

fn whole(params: Params) -> ParamsUpdate {
    ParamsUpdate {
        bids_kept: Some(params.bids_kept),
        min_step: Some(params.min_step),
        extension: Some(params.extension),
        max_extensions: Some(params.max_extensions),
        min_window: Some(params.min_window),
        max_window: Some(params.max_window),
        max_award_within: Some(params.max_award_within),
    }
}

#[test]
fn every_parameter_has_bounds_at_instantiation_update_and_sudo() {
    for (param, min, max, set) in BOUNDS {
        let with = |value| {
            let mut params = defaults::order_book();
            set(&mut params, value);
            params
        };
        let attempts = |value| {
            [
                World::unwired().instantiate(with(value), &[]),
                World::new().send("gov", ExecuteMsg::UpdateParams(whole(with(value)))),
                World::new().sudo(SudoMsg::UpdateParams(whole(with(value)))),
            ]
        };
        for good in [min, max] {
            assert!(attempts(good).iter().all(Result::is_ok), "{param} {good}");
        }
        for value in [min.checked_sub(1), Some(max + 1)].into_iter().flatten() {
            for refused in attempts(value) {
                let expected = ContractError::ParamBounds {
                    param,
                    value,
                    min,
                    max,
                };
                assert_eq!(refused, Err(expected));
            }
        }
    }
}

#[test]
fn the_longest_window_is_not_below_the_shortest() {
    let mut world = World::new();
    let update = ParamsUpdate {
        min_window: Some(Seconds(500)),
        max_window: Some(Seconds(499)),
        ..ParamsUpdate::default()
    };
    assert_eq!(
        world.send("gov", ExecuteMsg::UpdateParams(update)),
        Err(ContractError::ParamBounds {
            param: "max_window",
            value: 499,
            min: 500,
            max: WEEK
        })
    );
    assert_eq!(params(&world), defaults::order_book());
}

#[test]
fn migration_wants_a_newer_version() {
    let mut world = World::new();
    let same = contract::migrate(world.deps.as_mut(), mock_env(), MigrateMsg {});
    let expected = ControlError::MigrateNotNewer {
        from: contract::VERSION.into(),
        to: contract::VERSION.into(),
    };
    assert_eq!(same, Err(expected.into()));
}

#[test]
fn migration_wants_an_order_book_and_keeps_everything() {
    let mut world = World::with(stream());
    let before = world.order();
    let mut put = |name: &str, version: &str| {
        let info = format!(r#"{{"contract":"{name}","version":"{version}"}}"#);
        cosmwasm_std::Storage::set(&mut world.deps.storage, b"contract_info", info.as_bytes());
        contract::migrate(world.deps.as_mut(), mock_env(), MigrateMsg {})
    };
    assert!(matches!(
        put("crates.io:lease-escrow", "0.0.1"),
        Err(ContractError::Control(ControlError::MigrateOther { .. }))
    ));
    assert!(matches!(
        put(contract::NAME, "9.0.0"),
        Err(ContractError::Control(ControlError::MigrateNotNewer { .. }))
    ));
    put(contract::NAME, "0.0.1").unwrap();
    assert_eq!(world.order(), before);
}
