//! Bounds, cross rules, and what a change tells.

use market_types::attestation::ParamsUpdate;
use market_types::events::ParamChanged;

use super::*;

fn with(change: impl FnOnce(&mut Vec<ClassParams>)) -> Result<Response, ContractError> {
    let mut params = super::params();
    change(&mut params.classes);
    Market::bare().instantiate(params)
}

fn update(market: &mut Market, classes: Vec<ClassParams>) -> Result<Response, ContractError> {
    let update = ParamsUpdate {
        classes: Some(classes),
        ..ParamsUpdate::default()
    };
    market.execute("governor", ExecuteMsg::UpdateParams(update))
}

#[test]
fn every_class_is_there_once() {
    assert_eq!(
        with(|classes| classes.truncate(4)).unwrap_err(),
        ContractError::ClassCount {
            class: ComparisonClass::None,
            count: 0
        }
    );
    assert_eq!(
        with(|classes| classes.push(classes[0].clone())).unwrap_err(),
        ContractError::ClassCount {
            class: ComparisonClass::Exact,
            count: 2
        }
    );
    let twice = vec![super::params().classes[1].clone(); 2];
    assert!(matches!(
        update(&mut Market::new(), twice),
        Err(ContractError::ClassCount { count: 2, .. })
    ));
}

#[test]
fn every_parameter_has_bounds() {
    for (vesting, fits) in [(0, true), (7 * DAY, true), (7 * DAY + 1, false)] {
        assert_eq!(
            with(|classes| classes[0].vesting = Seconds(vesting)).is_ok(),
            fits
        );
    }
    for (ppm, fits) in [(0, true), (250_000, true), (250_001, false)] {
        assert_eq!(with(|classes| classes[0].audit_floor_ppm = ppm).is_ok(), fits);
    }
    for (cost, fits) in [(0, true), (10_000, true), (10_001, false)] {
        assert_eq!(
            with(|classes| classes[0].audit_cost = BasisPoints(cost)).is_ok(),
            fits
        );
    }
}

#[test]
fn updates_and_sudo_check_the_same_bounds() {
    let mut market = Market::new();
    let wrong = class(ComparisonClass::Exact, 24, 250_001, 0);
    assert!(matches!(
        update(&mut market, vec![wrong.clone()]),
        Err(ContractError::OutOfBounds {
            value: 250_001,
            max: 250_000,
            ..
        })
    ));
    let sudo = market_types::attestation::SudoMsg::UpdateParams(ParamsUpdate {
        classes: Some(vec![wrong]),
        ..ParamsUpdate::default()
    });
    assert!(contract::sudo(market.deps.as_mut(), market.env.clone(), sudo).is_err());
}

#[test]
fn a_class_that_cannot_be_compared_is_neither_audited_nor_charged() {
    assert!(with(|classes| classes[4].audit_floor_ppm = 1).is_err());
    assert!(with(|classes| classes[4].audit_cost = BasisPoints(1)).is_err());
}

#[test]
fn vesting_is_shorter_than_unbonding() {
    let mut market = Market::new();
    let vesting = |seconds| {
        vec![ClassParams {
            vesting: Seconds(seconds),
            ..class(ComparisonClass::Tokens, 0, 0, 0)
        }]
    };
    assert_eq!(
        update(&mut market, vesting(2 * DAY)).unwrap_err(),
        ContractError::OutlivesBond {
            longest: Seconds(2 * DAY),
            unbonding: Seconds(2 * DAY)
        }
    );
    update(&mut market, vesting(2 * DAY - 1)).unwrap();
}

#[test]
fn a_change_replaces_the_classes_it_names_and_tells_what_changed() {
    let mut market = Market::new();
    let response = update(
        &mut market,
        vec![class(ComparisonClass::Image, 12, 10_000, 2_000)],
    )
    .unwrap();
    let changed = |param: &str, old: &str, new: &str| -> Event {
        ParamChanged {
            param: param.into(),
            old: old.into(),
            new: new.into(),
        }
        .into()
    };
    assert_eq!(
        response.events,
        events([
            changed("classes.image.vesting", "86400", "43200"),
            changed("classes.image.audit_cost", "1000", "2000"),
        ])
    );
    let mut expected = super::params();
    expected.classes[1] = class(ComparisonClass::Image, 12, 10_000, 2_000);
    assert_eq!(market.ask::<Params>(QueryMsg::Params {}).unwrap(), expected);
}
