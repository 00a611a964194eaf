//! Answers, page by page.

use cosmwasm_std::Uint128;
use market_types::order_book::{
    BidResponse, ExecuteMsg, OrderResponse, OrderStatus, QueryMsg, SimulateResponse,
};
use market_types::page::MAX_LIMIT;
use market_types::registry::Refusal;
use market_types::{BasisPoints, OrderId, Page, Paging, Price, ProviderNo};

use super::world::*;
use crate::ContractError;

type Orders = Page<OrderResponse, OrderId>;

fn paging<C>(start_after: Option<C>, limit: u32) -> Paging<C> {
    Paging {
        start_after,
        limit: Some(limit),
    }
}

fn ids(page: &Orders) -> Vec<u64> {
    page.items.iter().map(|order| order.order.0).collect()
}

fn orders(count: u64) -> World {
    let mut world = World::new();
    for order in 1..=count {
        world.open(OrderId(order), stream()).unwrap();
    }
    world
}

#[test]
fn orders_are_listed_in_pages_that_join() {
    let world = orders(5);
    let page = |start_after, limit| -> Orders {
        let paging = paging(start_after, limit);
        world.query(QueryMsg::Orders { paging }).unwrap()
    };
    let first = page(None, 2);
    assert_eq!(
        (ids(&first), first.next_start_after),
        (vec![1, 2], Some(OrderId(2)))
    );
    let second = page(first.next_start_after, 2);
    assert_eq!(
        (ids(&second), second.next_start_after),
        (vec![3, 4], Some(OrderId(4)))
    );
    let last = page(second.next_start_after, 2);
    assert_eq!((ids(&last), last.next_start_after), (vec![5], None));
    assert_eq!(page(None, 5).next_start_after, None);
}

#[test]
fn a_limit_is_at_least_one_and_at_most_a_hundred() {
    let world = orders(u64::from(MAX_LIMIT) + 5);
    for (limit, expected) in [(0, 1), (1, 1), (MAX_LIMIT, MAX_LIMIT), (u32::MAX, MAX_LIMIT)] {
        let queries = [
            QueryMsg::Orders {
                paging: paging(None, limit),
            },
            QueryMsg::OpenOrders {
                paging: paging(None, limit),
            },
            QueryMsg::OrdersOf {
                tenant: addr("tenant").into(),
                paging: paging(None, limit),
            },
        ];
        for query in queries {
            let page: Orders = world.query(query).unwrap();
            assert_eq!(page.items.len() as u32, expected);
            assert_eq!(page.next_start_after, Some(OrderId(expected.into())));
        }
    }
}

#[test]
fn open_orders_are_those_that_have_not_ended() {
    let mut world = orders(4);
    for order in [1, 3] {
        let cancel = ExecuteMsg::Cancel {
            order: OrderId(order),
        };
        world.send("tenant", cancel).unwrap();
    }
    let open: Orders = world
        .query(QueryMsg::OpenOrders {
            paging: Paging::default(),
        })
        .unwrap();
    assert_eq!(ids(&open), [2, 4]);
    assert!(open.items.iter().all(|order| order.status == OrderStatus::Open));
}

#[test]
fn orders_of_a_tenant_are_its_own() {
    let mut world = orders(2);
    let mut other = opening(OrderId(3), stream());
    other.tenant = addr("other").into();
    world.send("lease-escrow", ExecuteMsg::Open(other)).unwrap();
    let of = |tenant: &str| -> Orders {
        let query = QueryMsg::OrdersOf {
            tenant: addr(tenant).into(),
            paging: Paging::default(),
        };
        world.query(query).unwrap()
    };
    assert_eq!(ids(&of("tenant")), [1, 2]);
    assert_eq!(ids(&of("other")), [3]);
    assert_eq!(ids(&of("nobody")), Vec::<u64>::new());
}

#[test]
fn bids_are_listed_best_first_with_their_places() {
    let mut world = World::with(stream());
    for (name, bid) in [("p1", 500), ("p2", 300), ("p3", 400)] {
        world.bid(name, bid).unwrap();
    }
    let page = |start_after, limit| -> Page<BidResponse, u32> {
        let paging = paging(start_after, limit);
        world.query(QueryMsg::Bids { order: ORDER, paging }).unwrap()
    };
    let first = page(None, 2);
    let seen: Vec<_> = first
        .items
        .iter()
        .map(|bid| (bid.place, bid.provider.0, bid.sequence))
        .collect();
    assert_eq!(seen, [(1, 2, 2), (2, 3, 3)]);
    assert_eq!(first.next_start_after, Some(2));
    let last = page(Some(2), u32::MAX);
    assert_eq!(
        (last.items[0].provider, last.next_start_after),
        (ProviderNo(1), None)
    );
    assert_eq!(page(Some(u32::MAX), 1).items, []);

    let one: Option<BidResponse> = world
        .query(QueryMsg::Bid {
            order: ORDER,
            provider: addr("p3").into(),
        })
        .unwrap();
    assert_eq!(one, Some(first.items[1].clone()));
    let none: Option<BidResponse> = world
        .query(QueryMsg::Bid {
            order: ORDER,
            provider: addr("p9").into(),
        })
        .unwrap();
    assert_eq!(none, None);
    assert_eq!(world.order().best, Some(price(300)));
}

#[test]
fn an_unknown_order_is_an_error_in_every_query() {
    let world = World::new();
    let unknown = Err(ContractError::OrderUnknown { order: ORDER });
    let provider = addr("p1").to_string();
    let queries = [
        QueryMsg::Order { order: ORDER },
        QueryMsg::Bids {
            order: ORDER,
            paging: Paging::default(),
        },
        QueryMsg::Bid {
            order: ORDER,
            provider: provider.clone(),
        },
        QueryMsg::Simulate {
            order: ORDER,
            provider,
            price: None,
            work_bond: None,
        },
        QueryMsg::SimulateAll {
            order: ORDER,
            paging: Paging::default(),
        },
    ];
    for query in queries {
        assert_eq!(world.query::<OrderResponse>(query), unknown);
    }
}

fn simulate(
    world: &World,
    name: &str,
    at: Option<u128>,
    bond: Option<u128>,
) -> Result<SimulateResponse, ContractError> {
    world.query(QueryMsg::Simulate {
        order: ORDER,
        provider: addr(name).into(),
        price: at.map(Price::new),
        work_bond: bond.map(Uint128::new),
    })
}

#[test]
fn a_simulation_says_what_the_bid_would_meet() {
    let mut world = World::with(stream());
    world.refuse("p2", Refusal::ClassMissing {});
    for name in ["p1", "p2", "stranger"] {
        let simulated = simulate(&world, name, Some(700), None).unwrap();
        let refusal = match world.bid(name, 700) {
            Ok(_) => None,
            Err(ContractError::Refused { refusal }) => Some(refusal),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(simulated.refusal, refusal);
    }
    let simulated = simulate(&world, "p1", None, None).unwrap();
    assert_eq!(
        simulated,
        SimulateResponse {
            owner: addr("p1"),
            provider: Some(ProviderNo(1)),
            refusal: None,
            lease_bond: Uint128::new(1_000),
            min_work_bond: Uint128::zero(),
            reputation: Some(BasisPoints(10_000)),
        }
    );
    assert_eq!(simulate(&world, "stranger", None, None).unwrap().provider, None);
    // an agent stands for its provider
    assert_eq!(simulate(&world, "p1-agent", None, None).unwrap(), simulated);
}

#[test]
fn a_simulation_without_a_work_bond_takes_the_least_one() {
    let world = World::with(task());
    let simulated = simulate(&world, "p1", Some(700), None).unwrap();
    assert_eq!(
        (simulated.refusal, simulated.min_work_bond),
        (None, Uint128::new(14_000))
    );
    let low = simulate(&world, "p1", Some(700), Some(13_999)).unwrap();
    assert!(matches!(low.refusal, Some(Refusal::WorkBondLow { .. })));
    assert_eq!(
        simulate(&world, "p1", Some(700), Some(14_000)).unwrap().refusal,
        None
    );
}

#[test]
fn a_simulation_refuses_prices_that_no_bid_may_have() {
    let world = World::with(stream());
    assert_eq!(
        simulate(&world, "p1", Some(0), None),
        Err(ContractError::PriceZero {})
    );
    assert!(matches!(
        simulate(&world, "p1", Some(1_001), None),
        Err(ContractError::PriceAboveMaximum { .. })
    ));
}

#[test]
fn all_providers_are_simulated_page_by_page() {
    for spec in [stream(), task()] {
        let mut world = World::with(spec);
        for no in 10..=25 {
            world.register(&format!("p{no}"), no, 9_000);
        }
        world.refuse("p4", Refusal::Suspended {});
        let page = |start_after, limit| -> Page<SimulateResponse, ProviderNo> {
            let paging = paging(start_after, limit);
            world
                .query(QueryMsg::SimulateAll { order: ORDER, paging })
                .unwrap()
        };
        let first = page(None, 17);
        assert_eq!(first.next_start_after, Some(ProviderNo(17)));
        let second = page(first.next_start_after, 17);
        assert_eq!(second.next_start_after, None);
        let all: Vec<_> = first.items.iter().chain(&second.items).collect();
        let numbers: Vec<_> = all.iter().map(|one| one.provider.unwrap().0).collect();
        assert_eq!(numbers, (1..=25).collect::<Vec<_>>());
        for one in all {
            let refused = one.provider == Some(ProviderNo(4));
            assert_eq!(one.refusal.is_some(), refused);
        }
        assert!(world.sisters.borrow().judged.iter().all(|page| page.len() <= 8));
    }
}
