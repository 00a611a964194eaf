use cosmwasm_std::{from_json, CosmosMsg, WasmMsg};
use market_types::escrow::{Award, ExecuteMsg, Hook, QueryMsg, ReservationResponse};
use market_types::order::StreamLength;
use market_types::order_book::ExecuteMsg as TellBook;
use market_types::{BasisPoints, LeaseId, OrderId, Price};

use super::desk::*;
use crate::ContractError;

fn place(
    desk: &mut Desk,
    spec: market_types::order::OrderSpec<String>,
    sent: u128,
) -> Result<(), ContractError> {
    desk.send("usd", "tenant", sent, &Hook::PlaceOrder(Box::new(spec)))
        .map(|_| ())
}

#[test]
fn an_order_reserves_its_most_and_the_rest_is_available() {
    let mut desk = Desk::new();
    let order = desk.place(fixed(3_601, 1_000_000), 2_000_000);
    let reservation: ReservationResponse = desk.ask(QueryMsg::Reservation { order });
    assert_eq!(reservation.reserved, n(1_000_278));
    assert_eq!(desk.available("tenant"), 999_722);
    let order = desk.place(task(7, 10_000, None), 70_000);
    let reservation: ReservationResponse = desk.ask(QueryMsg::Reservation { order });
    assert_eq!((reservation.reserved, order), (n(70_000), OrderId(2)));
    let order = desk.place(open_ended(55_000, 10_000), 55_000);
    let reservation: ReservationResponse = desk.ask(QueryMsg::Reservation { order });
    assert_eq!(reservation.reserved, n(55_000));
}

#[test]
fn too_little_money_is_refused_with_both_figures() {
    let mut desk = Desk::new();
    desk.deposit("tenant", 5_000_000);
    let refused = place(&mut desk, task(7, 10_000, None), 69_999);
    let (needed, sent) = (n(70_000), n(69_999));
    assert_eq!(
        refused.unwrap_err(),
        ContractError::DepositTooSmall { needed, sent }
    );
}

#[test]
fn an_order_from_available_money_needs_it() {
    let mut desk = Desk::new();
    desk.deposit("tenant", 69_999);
    let order = |desk: &mut Desk| {
        let token = addr("usd").into();
        let spec = task(7, 10_000, None);
        desk.exec("tenant", ExecuteMsg::PlaceOrder { token, spec })
    };
    assert_eq!(
        order(&mut desk).unwrap_err(),
        ContractError::Insufficient {
            owner: addr("tenant"),
            available: n(69_999),
            needed: n(70_000)
        }
    );
    desk.deposit("tenant", 1);
    order(&mut desk).unwrap();
    assert_eq!(desk.available("tenant"), 0);
}

#[test]
fn dust_orders_and_absurd_ones_are_refused() {
    let mut desk = Desk::new();
    let (needed, min_order) = (n(9_999), n(10_000));
    let dust = place(&mut desk, task(1, 9_999, None), 9_999);
    assert_eq!(
        dust.unwrap_err(),
        ContractError::OrderTooSmall { needed, min_order }
    );
    let zero = place(&mut desk, fixed(0, 1_000_000), 1);
    let needed = n(0);
    assert_eq!(
        zero.unwrap_err(),
        ContractError::OrderTooSmall { needed, min_order }
    );
    let absurd = place(&mut desk, fixed(u64::MAX, u128::MAX), 5);
    assert!(matches!(absurd, Err(ContractError::Math(_))));
    let absurd = place(&mut desk, task(u32::MAX, u128::MAX, None), 5);
    assert!(matches!(absurd, Err(ContractError::Math(_))));
    for members in [0, 9] {
        let mut spec = task(7, 10_000, None);
        spec.members = members;
        let refused = place(&mut desk, spec, 70_000);
        assert_eq!(refused.unwrap_err(), ContractError::Members { members, max: 8 });
    }
}

#[test]
fn the_take_rate_is_fixed_when_the_order_is_placed() {
    let mut desk = Desk::new();
    let order = desk.place(task(1, 10_000, None), 10_000);
    desk.world.borrow_mut().rate = BasisPoints(900);
    let award = desk.award(order, 10_000);
    desk.exec("order-book", ExecuteMsg::OpenLease(award)).unwrap();
    let lease = LeaseId::new(order, 0).unwrap();
    assert_eq!(desk.lease(lease).take_rate, BasisPoints(200));
    let next = desk.open(task(1, 10_000, None), 10_000, 10_000);
    assert_eq!(desk.lease(next).take_rate, BasisPoints(900));
    desk.world.borrow_mut().rate = BasisPoints(10_001);
    let refused = place(&mut desk, task(1, 10_000, None), 10_000);
    let rate = BasisPoints(10_001);
    assert_eq!(refused.unwrap_err(), ContractError::TakeRate { rate });
}

#[test]
fn the_book_is_told_of_the_order_after_its_money_is_reserved() {
    let mut desk = Desk::new();
    let spec = task(1, 10_000, None);
    let response = desk
        .send("usd", "tenant", 12_000, &Hook::PlaceOrder(Box::new(spec.clone())))
        .unwrap();
    assert_eq!(types(&response), ["order_placed", "deposited"]);
    let CosmosMsg::Wasm(WasmMsg::Execute {
        contract_addr, msg, ..
    }) = &response.messages[0].msg
    else {
        panic!()
    };
    assert_eq!(*contract_addr, addr("order-book").as_str());
    let TellBook::Open(opening) = from_json(msg).unwrap() else {
        panic!()
    };
    assert_eq!((opening.order, opening.take_rate), (OrderId(1), BasisPoints(200)));
    assert_eq!((opening.tenant, opening.spec), (addr("tenant").to_string(), spec));
}

#[test]
fn an_order_is_awarded_once_and_never_above_its_maximum() {
    let mut desk = Desk::new();
    let order = desk.place(task(2, 10_000, None), 20_000);
    let high = desk.award(order, 10_001);
    assert_eq!(
        desk.exec("order-book", ExecuteMsg::OpenLease(high)).unwrap_err(),
        ContractError::PriceAboveMaximum {
            price: Price::new(10_001),
            max_price: Price::new(10_000)
        }
    );
    let award = || desk.award(order, 9_000);
    let (first, second) = (award(), award());
    desk.exec("order-book", ExecuteMsg::OpenLease(first)).unwrap();
    assert_eq!(desk.available("tenant"), 2_000);
    assert_eq!(
        desk.exec("order-book", ExecuteMsg::OpenLease(second))
            .unwrap_err(),
        ContractError::OrderEnded { order }
    );
    assert_eq!(
        desk.exec("order-book", ExecuteMsg::FreeReservation { order })
            .unwrap_err(),
        ContractError::OrderEnded { order }
    );
}

#[test]
fn an_order_without_award_gives_its_money_back_once() {
    let mut desk = Desk::new();
    let order = desk.place(task(2, 10_000, None), 20_000);
    desk.exec("order-book", ExecuteMsg::FreeReservation { order })
        .unwrap();
    assert_eq!(desk.available("tenant"), 20_000);
    assert_eq!(
        desk.exec("order-book", ExecuteMsg::FreeReservation { order })
            .unwrap_err(),
        ContractError::OrderEnded { order }
    );
    let award = desk.award(order, 1);
    assert_eq!(
        desk.exec("order-book", ExecuteMsg::OpenLease(award)).unwrap_err(),
        ContractError::OrderEnded { order }
    );
    let unknown = OrderId(9);
    assert_eq!(
        desk.exec("order-book", ExecuteMsg::FreeReservation { order: unknown })
            .unwrap_err(),
        ContractError::UnknownOrder { order: unknown }
    );
}

#[test]
fn an_open_ended_lease_is_funded_with_its_whole_deposit() {
    let mut desk = Desk::new();
    let lease = desk.open(open_ended(55_000, 10_000), 55_000, 4);
    assert_eq!(desk.money(lease).funded, n(55_000));
    let spec = open_ended(55_000, 10_000);
    let market_types::order::Rail::Stream { length, .. } = spec.rail else {
        panic!()
    };
    assert_eq!(length, StreamLength::OpenEnded { deposit: n(55_000) });
}

#[test]
fn amounts_up_to_the_largest_are_carried() {
    let mut desk = Desk::new();
    let most = u128::MAX;
    let order = desk.place(open_ended(most, most), most);
    let award = desk.award(order, most);
    let lease = award.lease;
    desk.exec("order-book", ExecuteMsg::OpenLease(award)).unwrap();
    desk.exec("agent", ExecuteMsg::Ready { lease }).unwrap();
    desk.exec("tenant", ExecuteMsg::Accept { lease }).unwrap();
    desk.pass(60);
    desk.beat(lease);
    desk.settle(lease);
    assert_eq!(desk.money(lease).gross, n(most / 60 + 1 - 1));
    desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
    let token = addr("usd").to_string();
    desk.exec(
        "owner",
        ExecuteMsg::Withdraw {
            token: token.clone(),
            amount: None,
        },
    )
    .unwrap();
    desk.exec("tenant", ExecuteMsg::Withdraw { token, amount: None })
        .unwrap();
}

#[test]
fn a_lease_is_opened_once_even_while_its_order_goes_on() {
    let mut desk = Desk::new();
    let order = desk.place(fixed(3_600, 10_000), 10_000);
    let award = Award {
        last: false,
        ..desk.award(order, 1_000)
    };
    desk.exec("order-book", ExecuteMsg::OpenLease(award.clone()))
        .unwrap();
    let lease = award.lease;
    let again = desk.exec("order-book", ExecuteMsg::OpenLease(award));
    assert_eq!(again.unwrap_err(), ContractError::LeaseExists { lease });
}
