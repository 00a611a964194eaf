use market_types::escrow::{ExecuteMsg, Hook, Progress};
use market_types::Seconds;

use super::desk::*;
use super::streams::PRICE;
use crate::ContractError;

#[test]
fn topping_up_in_parts_prolongs_as_much_as_at_once() {
    let mut ends = vec![];
    for parts in [vec![1_999], vec![1_000, 999], vec![1; 1_999]] {
        let mut desk = Desk::new();
        let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
        let start = desk.now();
        for part in parts {
            desk.send("usd", "friend", part, &Hook::TopUp { lease }).unwrap();
        }
        let Progress::Stream { ends_at, .. } = desk.lease(lease).progress else {
            panic!()
        };
        assert_eq!(desk.stored_beat(lease).unwrap().cutoff, ends_at.unwrap());
        ends.push(ends_at.unwrap().since(start));
    }
    assert_eq!(ends, [Seconds(601); 3]);
}

#[test]
fn a_top_up_from_available_money_needs_it() {
    let mut desk = Desk::new();
    let lease = desk.active(open_ended(100_000, PRICE), 100_000, PRICE);
    desk.deposit("friend", 5_000);
    let top_up = |amount| ExecuteMsg::TopUp {
        lease,
        amount: n(amount),
    };
    assert_eq!(
        desk.exec("friend", top_up(5_001)).unwrap_err(),
        ContractError::Insufficient {
            owner: addr("friend"),
            available: n(5_000),
            needed: n(5_001)
        }
    );
    assert_eq!(
        desk.exec("friend", top_up(0)).unwrap_err(),
        ContractError::ZeroAmount {}
    );
    desk.exec("friend", top_up(5_000)).unwrap();
    assert_eq!(desk.money(lease).funded, n(105_000));
    let wrong = desk.send("eur", "friend", 5, &Hook::TopUp { lease }).unwrap_err();
    assert_eq!(
        wrong,
        ContractError::WrongToken {
            lease,
            expected: addr("usd"),
            token: addr("eur")
        }
    );
}

#[test]
fn no_duration_beyond_the_limit_can_be_bought() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, 100_000), 100_000, 1);
    let max = market_types::order::limits::DURATION;
    let most = (u128::from(max.0) - 3_600) / 3_600;
    desk.send("usd", "friend", most, &Hook::TopUp { lease }).unwrap();
    let beyond = desk.send("usd", "friend", 1, &Hook::TopUp { lease });
    let duration = Seconds(max.0 + 3_600);
    assert_eq!(beyond.unwrap_err(), ContractError::Duration { duration, max });
}

#[test]
fn a_stream_that_is_over_takes_no_money() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
    desk.pass(600);
    let no = desk.send("usd", "friend", 5, &Hook::TopUp { lease }).unwrap_err();
    assert_eq!(no, ContractError::LeaseOver { lease });
}
