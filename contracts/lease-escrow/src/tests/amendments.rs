use market_types::escrow::{Amendment, ExecuteMsg, Hook, Progress};
use market_types::{LeaseId, Price, Seconds};

use super::desk::*;
use crate::ContractError;

const PRICE: u128 = 3_600_000;

fn terms(price: Option<u128>, duration: Option<u64>) -> Amendment {
    Amendment {
        price_per_hour: price.map(Price::new),
        duration: duration.map(Seconds),
    }
}

fn amend(
    desk: &mut Desk,
    by: &str,
    lease: LeaseId,
    amendment: &Amendment,
) -> Result<Vec<String>, ContractError> {
    let amendment = amendment.clone();
    desk.exec(by, ExecuteMsg::Amend { lease, amendment })
        .map(|response| response.events.into_iter().map(|event| event.ty).collect())
}

#[test]
fn the_same_words_from_both_sides_change_the_terms() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    desk.beat_for(lease, 600);
    let half = terms(Some(PRICE / 2), None);
    assert_eq!(
        amend(&mut desk, "tenant", lease, &half).unwrap(),
        ["amendment_proposed"]
    );
    assert_eq!(
        amend(&mut desk, "tenant", lease, &half).unwrap(),
        ["amendment_proposed"]
    );
    let other = terms(Some(PRICE / 3), None);
    assert_eq!(
        amend(&mut desk, "owner", lease, &other).unwrap(),
        ["amendment_proposed"]
    );
    assert_eq!(
        amend(&mut desk, "owner", lease, &half).unwrap(),
        ["amendment_proposed"]
    );
    assert_eq!(
        amend(&mut desk, "tenant", lease, &half).unwrap(),
        ["lease_amended"]
    );
    assert_eq!(desk.lease(lease).price, Price::new(PRICE / 2));
    assert_eq!(
        amend(&mut desk, "owner", lease, &half).unwrap(),
        ["amendment_proposed"]
    );
    desk.beat_for(lease, 600);
    desk.settle(lease);
    assert_eq!(desk.money(lease).gross, n(600_000 + 300_000));
    desk.beat_for(lease, 2_400);
    desk.settle(lease);
    assert_eq!(desk.money(lease).gross, n(600_000 + 1_500_000));
    assert_eq!(desk.available("tenant"), PRICE - 2_100_000);
}

#[test]
fn settling_before_an_amendment_changes_no_figure() {
    let mut figures = vec![];
    for often in [false, true] {
        let mut desk = Desk::new();
        let lease = desk.active(open_ended(20_000, 514), 20_000, 514);
        for round in 0..6 {
            desk.pass(37);
            desk.beat(lease);
            if often {
                desk.settle(lease);
            }
            if round == 2 {
                let new = terms(Some(777), None);
                amend(&mut desk, "tenant", lease, &new).unwrap();
                amend(&mut desk, "owner", lease, &new).unwrap();
            }
        }
        desk.settle(lease);
        figures.push(desk.money(lease));
    }
    assert_eq!(figures[0], figures[1]);
    assert_eq!(figures[0].gross, n(514 * 111 / 3_600 + 777 * 111 / 3_600));
}

#[test]
fn amended_terms_must_be_covered() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    desk.beat_for(lease, 600);
    let dear = terms(Some(2 * PRICE), None);
    amend(&mut desk, "tenant", lease, &dear).unwrap();
    assert_eq!(
        amend(&mut desk, "owner", lease, &dear).unwrap_err(),
        ContractError::NotCovered {
            needed: n(6_000_000),
            remaining: n(3_000_000)
        }
    );
    desk.send("usd", "tenant", 1_000_000, &Hook::TopUp { lease })
        .unwrap();
    let dear = terms(Some(2 * PRICE), Some(600 + 2_000));
    amend(&mut desk, "tenant", lease, &dear).unwrap();
    amend(&mut desk, "owner", lease, &dear).unwrap();
    desk.beat_for(lease, 1_980);
    desk.pass(20);
    desk.settle(lease);
    assert_eq!(desk.money(lease).gross, n(4_600_000));
    assert!(desk.lease(lease).close_reason.is_some());
}

#[test]
fn amendments_that_make_no_sense_are_refused() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    let refused = |desk: &mut Desk, by, lease, amendment| amend(desk, by, lease, &amendment).unwrap_err();
    assert_eq!(
        refused(&mut desk, "tenant", lease, terms(None, None)),
        ContractError::EmptyAmendment {}
    );
    assert_eq!(
        refused(&mut desk, "tenant", lease, terms(Some(0), None)),
        ContractError::ZeroPrice {}
    );
    let max = market_types::order::limits::DURATION;
    for duration in [0, max.0 + 1] {
        assert_eq!(
            refused(&mut desk, "tenant", lease, terms(None, Some(duration))),
            ContractError::Duration {
                duration: Seconds(duration),
                max
            }
        );
    }
    assert_eq!(
        refused(&mut desk, "agent", lease, terms(Some(1), None)),
        ContractError::NotAParty {
            lease,
            sender: addr("agent")
        }
    );
    let since = desk.now();
    desk.pass(600);
    amend(&mut desk, "tenant", lease, &terms(None, Some(599))).unwrap();
    assert_eq!(
        refused(&mut desk, "owner", lease, terms(None, Some(599))),
        ContractError::EndsInThePast {
            end: since.plus(Seconds(599))
        }
    );
    let open = desk.active(open_ended(PRICE, PRICE), PRICE, PRICE);
    assert_eq!(
        refused(&mut desk, "tenant", open, terms(None, Some(5_000))),
        ContractError::NoDuration { lease: open }
    );
    let units = desk.open(task(1, 10_000, None), 10_000, 10_000);
    assert_eq!(
        refused(&mut desk, "tenant", units, terms(Some(1), None)),
        ContractError::NotAStream { lease: units }
    );
}

#[test]
fn a_proposal_does_not_outlive_a_transfer() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    let dear = terms(Some(PRICE / 2), None);
    amend(&mut desk, "tenant", lease, &dear).unwrap();
    let to = addr("heir").to_string();
    desk.exec("tenant", ExecuteMsg::Transfer { lease, to }).unwrap();
    assert_eq!(
        amend(&mut desk, "owner", lease, &dear).unwrap(),
        ["amendment_proposed"]
    );
    assert_eq!(desk.lease(lease).price, Price::new(PRICE));
}

#[test]
fn a_starting_stream_can_be_amended() {
    let mut desk = Desk::new();
    let lease = desk.open(fixed(3_600, PRICE), PRICE, PRICE);
    let longer = terms(Some(PRICE / 2), Some(7_200));
    amend(&mut desk, "tenant", lease, &longer).unwrap();
    amend(&mut desk, "owner", lease, &longer).unwrap();
    desk.exec("agent", ExecuteMsg::Ready { lease }).unwrap();
    desk.exec("tenant", ExecuteMsg::Accept { lease }).unwrap();
    let Progress::Stream { ends_at, .. } = desk.lease(lease).progress else {
        panic!()
    };
    assert_eq!(ends_at, Some(desk.now().plus(Seconds(7_200))));
}
