//! What may be ordered: each bound at its edge and one beyond.

use cosmwasm_std::{Binary, Uint128};
use market_types::order::limits;
use market_types::order::{AwardRule, OnProviderFailure, OrderSpec, Pricing, Rail, Signatures, StreamLength};
use market_types::resources::{Attribute, DeviceClass};
use market_types::{defaults, BasisPoints, Seconds};

use super::world::*;
use crate::spec::check;
use crate::SpecError;

type Spec = OrderSpec<String>;

fn checked(spec: Spec) -> Result<(), SpecError> {
    let api = cosmwasm_std::testing::MockApi::default();
    check(spec, &defaults::order_book(), &api).map(|_| ())
}

fn edited(base: fn() -> Spec, edit: impl FnOnce(&mut Spec)) -> Result<(), SpecError> {
    let mut spec = base();
    edit(&mut spec);
    checked(spec)
}

/// `min` and `max` are taken, one less and one more are not.
fn bounded(field: &'static str, min: u128, max: u128, spec_with: impl Fn(u128) -> Spec) {
    for good in [min, max] {
        assert_eq!(checked(spec_with(good)), Ok(()), "{field} {good}");
    }
    for bad in [min.checked_sub(1), max.checked_add(1)].into_iter().flatten() {
        let refused = SpecError::OutOfBounds {
            field,
            value: bad,
            min,
            max,
        };
        assert_eq!(checked(spec_with(bad)), Err(refused), "{field} {bad}");
    }
}

fn with(base: fn() -> Spec, edit: impl Fn(&mut Spec, u128)) -> impl Fn(u128) -> Spec {
    move |value| {
        let mut spec = base();
        edit(&mut spec, value);
        spec
    }
}

fn seconds(value: u128) -> Seconds {
    Seconds(value.try_into().unwrap())
}

#[test]
fn the_examples_are_taken() {
    assert_eq!(checked(stream()), Ok(()));
    assert_eq!(checked(task()), Ok(()));
}

#[test]
fn every_figure_of_an_order_has_bounds() {
    bounded(
        "max_price",
        1,
        limits::MAX_PRICE,
        with(stream, |s, v| s.max_price = price(v)),
    );
    bounded(
        "window",
        10,
        7 * 86_400,
        with(stream, |s, v| s.window = seconds(v)),
    );
    bounded(
        "award_within",
        10,
        7 * 86_400,
        with(stream, |s, v| s.award_within = seconds(v)),
    );
    bounded(
        "gpus",
        1,
        64,
        with(stream, |s, v| s.needs.resources.gpus = v as u16),
    );
    bounded(
        "min_reputation",
        0,
        10_000,
        with(stream, |s, v| s.needs.min_reputation = BasisPoints(v as u16)),
    );
}

#[test]
fn every_figure_of_a_stream_has_bounds() {
    let rail = |edit: fn(&mut Spec, u128)| with(stream, edit);
    let day30 = 30 * 86_400;
    bounded(
        "duration",
        1,
        366 * 86_400,
        rail(|s, v| {
            if let Rail::Stream { length, .. } = &mut s.rail {
                *length = StreamLength::Fixed(seconds(v));
            }
        }),
    );
    bounded(
        "deposit",
        1,
        u128::MAX,
        rail(|s, v| {
            if let Rail::Stream { length, .. } = &mut s.rail {
                *length = StreamLength::OpenEnded {
                    deposit: Uint128::new(v),
                };
            }
        }),
    );
    bounded(
        "ack_every",
        600,
        day30,
        rail(|s, v| {
            if let Rail::Stream { ack_every, .. } = &mut s.rail {
                *ack_every = Some(seconds(v));
            }
        }),
    );
    bounded(
        "start_timeout",
        10,
        day30,
        rail(|s, v| {
            if let Rail::Stream { start_timeout, .. } = &mut s.rail {
                *start_timeout = seconds(v);
            }
        }),
    );
    bounded(
        "notice",
        0,
        day30,
        rail(|s, v| {
            if let Rail::Stream { notice, .. } = &mut s.rail {
                *notice = seconds(v);
            }
        }),
    );
}

#[test]
fn every_figure_of_a_task_has_bounds() {
    let rail = |edit: fn(&mut Spec, u128)| with(task, edit);
    let day30 = 30 * 86_400;
    bounded(
        "units",
        1,
        1_000_000,
        rail(|s, v| {
            if let Rail::Task { units, .. } = &mut s.rail {
                *units = v as u32;
            }
        }),
    );
    bounded(
        "unit_deadline",
        1,
        7 * 86_400,
        rail(|s, v| {
            if let Rail::Task {
                unit_deadline,
                progress_timeout,
                ..
            } = &mut s.rail
            {
                *unit_deadline = seconds(v);
                *progress_timeout = Seconds(14 * 86_400);
            }
        }),
    );
    bounded(
        "start_timeout",
        10,
        day30,
        rail(|s, v| {
            if let Rail::Task { start_timeout, .. } = &mut s.rail {
                *start_timeout = seconds(v);
            }
        }),
    );
    bounded(
        "progress_timeout",
        10,
        day30,
        rail(|s, v| {
            if let Rail::Task {
                unit_deadline,
                progress_timeout,
                ..
            } = &mut s.rail
            {
                *unit_deadline = Seconds(1);
                *progress_timeout = seconds(v);
            }
        }),
    );
}

#[test]
fn progress_time_is_at_least_twice_the_time_of_a_unit() {
    let with_progress = |value: u64| {
        edited(task, |spec| {
            if let Rail::Task { progress_timeout, .. } = &mut spec.rail {
                *progress_timeout = Seconds(value);
            }
        })
    };
    assert_eq!(with_progress(120), Ok(()));
    assert_eq!(
        with_progress(119),
        Err(SpecError::ProgressTimeoutShort {
            progress_timeout: Seconds(119),
            unit_deadline: Seconds(60)
        })
    );
}

#[test]
fn a_start_fee_is_at_most_the_price_of_all_units() {
    let with_fee = |fee: u128| {
        edited(task, |spec| {
            if let Rail::Task { start_fee, .. } = &mut spec.rail {
                *start_fee = Some(Uint128::new(fee));
            }
        })
    };
    assert_eq!(with_fee(48_000), Ok(()));
    assert_eq!(
        with_fee(48_001),
        Err(SpecError::StartFeeHigh {
            start_fee: Uint128::new(48_001),
            all_units: Uint128::new(48_000)
        })
    );
}

#[test]
fn a_reserve_price_belongs_to_second_price_orders_and_stays_below_the_maximum() {
    let reserve = |pricing, reserve| {
        edited(stream, |spec| {
            spec.pricing = pricing;
            spec.reserve_price = Some(price(reserve));
        })
    };
    assert_eq!(reserve(Pricing::SecondPrice, 1_000), Ok(()));
    assert_eq!(
        reserve(Pricing::SecondPrice, 1_001),
        Err(SpecError::ReserveAboveMaximum {
            reserve_price: Uint128::new(1_001),
            max_price: Uint128::new(1_000)
        })
    );
    assert_eq!(
        reserve(Pricing::PayAsBid, 1_000),
        Err(SpecError::ReserveWithoutSecondPrice {})
    );
}

#[test]
fn what_a_tenant_picks_is_paid_as_bid() {
    let refused = edited(stream, |spec| {
        spec.award = AwardRule::TenantPicks;
        spec.pricing = Pricing::SecondPrice;
    });
    assert_eq!(refused, Err(SpecError::SecondPriceOfPick {}));
}

#[test]
fn gangs_and_reordering_are_refused() {
    for members in [0, 2, 8, 255] {
        assert_eq!(
            edited(stream, |spec| spec.members = members),
            Err(SpecError::Members { members })
        );
    }
    assert_eq!(
        edited(stream, |spec| spec.on_provider_failure =
            OnProviderFailure::Reorder),
        Err(SpecError::Reorder {})
    );
}

#[test]
fn a_session_key_is_a_compressed_key() {
    let with_key = |key: Vec<u8>| edited(stream, |spec| spec.session_key = Some(Binary::new(key)));
    let compressed = |first: u8| [vec![first], vec![9; 32]].concat();
    assert_eq!(with_key(compressed(2)), Ok(()));
    assert_eq!(with_key(compressed(3)), Ok(()));
    let refused = |len, first| Err(SpecError::SessionKey { len, first });
    assert_eq!(with_key(compressed(4)), refused(33, Some(4)));
    assert_eq!(with_key(vec![2; 32]), refused(32, Some(2)));
    assert_eq!(with_key(vec![2; 34]), refused(34, Some(2)));
    assert_eq!(with_key(vec![]), refused(0, None));
}

fn classes(count: usize) -> Vec<DeviceClass> {
    (0..count).map(|n| DeviceClass(format!("gpu-{n}"))).collect()
}

fn attributes(count: usize) -> Vec<Attribute> {
    (0..count)
        .map(|n| Attribute {
            key: format!("key-{n}"),
            value: "value".into(),
        })
        .collect()
}

fn people(count: usize) -> Vec<String> {
    (0..count).map(|n| addr(&format!("person-{n}")).into()).collect()
}

#[test]
fn every_list_has_a_longest_length() {
    let count = |field, count, min, max| {
        Err(SpecError::Count {
            field,
            count,
            min,
            max,
        })
    };
    assert_eq!(edited(stream, |s| s.needs.classes = classes(8)), Ok(()));
    assert_eq!(
        edited(stream, |s| s.needs.classes = classes(9)),
        count("classes", 9, 1, 8)
    );
    assert_eq!(
        edited(stream, |s| s.needs.classes = classes(0)),
        count("classes", 0, 1, 8)
    );
    assert_eq!(edited(stream, |s| s.needs.attributes = attributes(24)), Ok(()));
    assert_eq!(
        edited(stream, |s| s.needs.attributes = attributes(25)),
        count("attributes", 25, 0, 24)
    );
    assert_eq!(edited(stream, |s| s.needs.allow = people(16)), Ok(()));
    assert_eq!(
        edited(stream, |s| s.needs.allow = people(17)),
        count("allow", 17, 0, 16)
    );
    assert_eq!(edited(stream, |s| s.needs.deny = people(16)), Ok(()));
    assert_eq!(
        edited(stream, |s| s.needs.deny = people(17)),
        count("deny", 17, 0, 16)
    );
    for signatures in [Signatures::AllOf, Signatures::AnyOf] {
        let signed = |n| {
            edited(stream, |s| {
                s.needs.attributes = attributes(1);
                s.needs.signatures = Some(signatures(people(n)));
            })
        };
        assert_eq!(signed(8), Ok(()));
        assert_eq!(signed(9), count("signatures", 9, 1, 8));
        assert_eq!(signed(0), count("signatures", 0, 1, 8));
    }
}

#[test]
fn no_list_names_something_twice() {
    let twice = |field, entry: String| Err(SpecError::Duplicate { field, entry });
    let doubled = |mut list: Vec<String>| {
        list.push(list[0].clone());
        list
    };
    let first = addr("person-0").to_string();
    assert_eq!(
        edited(stream, |s| s.needs.classes = [classes(2), classes(1)].concat()),
        twice("classes", "gpu-0".into())
    );
    assert_eq!(
        edited(stream, |s| {
            // the same key with another value can never be met either
            s.needs.attributes = [attributes(2), attributes(1)].concat();
            s.needs.attributes[2].value = "other".into();
        }),
        twice("attributes", "key-0".into())
    );
    assert_eq!(
        edited(stream, |s| s.needs.allow = doubled(people(3))),
        twice("allow", first.clone())
    );
    assert_eq!(
        edited(stream, |s| s.needs.deny = doubled(people(3))),
        twice("deny", first.clone())
    );
    for signatures in [Signatures::AllOf, Signatures::AnyOf] {
        let refused = edited(stream, |s| {
            s.needs.attributes = attributes(1);
            s.needs.signatures = Some(signatures(doubled(people(2))));
        });
        assert_eq!(refused, twice("signatures", first.clone()));
    }
}

#[test]
fn nobody_is_both_allowed_and_denied() {
    let refused = edited(stream, |s| {
        s.needs.allow = people(2);
        s.needs.deny = vec![people(2)[1].clone()];
    });
    let provider = addr("person-1");
    assert_eq!(refused, Err(SpecError::AllowedAndDenied { provider }));
}

#[test]
fn signatures_are_demanded_under_attributes() {
    let refused = edited(stream, |s| {
        s.needs.signatures = Some(Signatures::AllOf(people(1)));
    });
    assert_eq!(refused, Err(SpecError::NothingToSign {}));
}

#[test]
fn classes_and_attributes_are_plain_words() {
    for bad in ["", "ab", "NVIDIA", "with space", &"x".repeat(49)] {
        let refused = edited(stream, |s| s.needs.classes = vec![DeviceClass(bad.into())]);
        assert!(matches!(refused, Err(SpecError::Std(_))), "{bad}");
    }
    for (key, value) in [("", "v"), ("k", ""), ("K", "v"), ("k", &"v".repeat(65))] {
        let attribute = Attribute {
            key: key.into(),
            value: value.into(),
        };
        let refused = edited(stream, |s| s.needs.attributes = vec![attribute]);
        assert!(matches!(refused, Err(SpecError::Std(_))), "{key} = {value}");
    }
}

#[test]
fn every_address_of_a_list_is_validated() {
    let valid = addr("person").to_string();
    let bad = [
        String::new(),
        valid.to_uppercase(),
        format!("osmo1{}", &valid[9..]),
        format!("{valid}{valid}{valid}"),
    ];
    for bad in bad {
        let edits: [fn(&mut Spec, String); 4] = [
            |s, bad| s.needs.allow = vec![bad],
            |s, bad| s.needs.deny = vec![bad],
            |s, bad| s.needs.signatures = Some(Signatures::AllOf(vec![bad])),
            |s, bad| s.needs.signatures = Some(Signatures::AnyOf(vec![bad])),
        ];
        for edit in edits {
            let refused = edited(stream, |s| {
                s.needs.attributes = attributes(1);
                edit(s, bad.clone());
            });
            assert!(matches!(refused, Err(SpecError::Std(_))), "{bad}");
        }
    }
}

#[test]
fn a_misspelt_field_is_refused() {
    let mut text = cosmwasm_std::to_json_string(&stream()).unwrap();
    text = text.replace("\"reserve_price\":null,", "\"reserved_price\":\"5\",");
    assert!(text.contains("reserved_price"));
    assert!(cosmwasm_std::from_json::<Spec>(text.as_bytes()).is_err());
}
