//! Defects seen in the code of the largest running market of this kind, each shown to be absent here.

mod support;

use cosmwasm_std::Addr;
use cw20::Cw20ExecuteMsg;
use market_testing::chain::account;
use market_testing::hostile::{Behaviour, HostileError};
use market_testing::specs::{class, machines, stream, H100};
use market_testing::{Call, Failure, Suite};
use market_types::escrow::LeaseStatus;
use market_types::order::{Rail, StreamLength};
use market_types::order_book::OrderStatus;
use market_types::registry::Refusal;
use market_types::{CloseReason, OrderId, Price, Seconds};
use support::{market, market_of, n, Market, TOKEN};

fn open_ended(deposit: u128) -> market_types::order::OrderSpec<String> {
    let mut spec = stream();
    if let Rail::Stream { length, .. } = &mut spec.rail {
        *length = StreamLength::OpenEnded { deposit: n(deposit) };
    }
    spec
}

/// More providers, all alike.
fn bidders(m: &mut Market, count: usize) -> Vec<Addr> {
    let owners: Vec<Addr> = (0..count).map(|n| account(&format!("bidder {n}"))).collect();
    let bank = m.buyer.clone();
    let network = m.suite.network_token().clone();
    for owner in &owners {
        m.suite.give(&bank, &network, owner, 10_000 * TOKEN).unwrap();
        m.suite.register(owner, vec![machines(H100, 1)]).unwrap();
        m.suite.bond(owner, 10_000 * TOKEN).unwrap();
    }
    owners
}

#[test]
fn the_book_keeps_exactly_as_many_bids_as_it_says() {
    let mut m = market_of(Suite::builder().book(|params| params.bids_kept = 3));
    let usdc = m.usdc.clone();
    let owners = bidders(&mut m, 5);
    let order = m.order(&usdc, 4 * TOKEN, stream());
    for (owner, price) in owners.iter().zip([3_000_000, 3_000_001, 3_000_002]) {
        m.suite.bid(owner, order, price, 0).unwrap();
    }
    let full = order_book::ContractError::BookFull {
        rank: n(3_000_002),
        worst: n(3_000_002),
    };
    let fourth = m.suite.bid(&owners[3], order, 3_000_002, 0).unwrap_err();
    assert_eq!(fourth, Failure::Book(full));
    assert_eq!(m.suite.order(order).bids, 3);
    m.suite.bid(&owners[4], order, 3_000_001, 0).unwrap();
    assert_eq!(m.suite.order(order).bids, 3);
}

#[test]
fn throw_away_bids_jam_no_order() {
    let mut m = market_of(Suite::builder().book(|params| params.bids_kept = 3));
    let usdc = m.usdc.clone();
    let owners = bidders(&mut m, 4);
    let order = m.order(&usdc, 4 * TOKEN, stream());
    // Lowered bids leave nothing behind, and bids nobody would award give way to better ones.
    for round in 0..20u128 {
        for owner in &owners[..3] {
            m.suite.bid(owner, order, 3_600_000 - round * 4_000, 0).unwrap();
        }
    }
    assert_eq!(m.suite.order(order).bids, 3);
    m.suite.bid(&owners[3], order, 3_000_000, 0).unwrap();
    m.suite.pass(100);
    m.suite.award(&owners[0], order).unwrap();
    assert_eq!(
        m.suite.order(order).winner.map(|winner| winner.owner),
        Some(owners[3].clone())
    );
    // Bids of an order that has ended are no part of any other.
    let next = m.order(&usdc, 4 * TOKEN, stream());
    assert_eq!(m.suite.order(next).bids, 0);
}

#[test]
fn losing_costs_a_bidder_nothing_so_no_refund_can_fail() {
    let mut m = market_of(Suite::builder().hostile_token("EVIL"));
    let evil = m.suite.tokens[2].clone();
    let order = m.order(&evil, 4 * TOKEN, stream());
    let (winner, loser) = (m.providers[0].clone(), m.providers[1].clone());
    m.suite.bid(&winner.1, order, 1_000_000, 0).unwrap();
    m.suite.bid(&loser.1, order, 2_000_000, 0).unwrap();
    let bond = m.suite.provider(&loser.0).bond;
    assert!(bond.locked.is_zero());
    let blocks = Behaviour::Blocks {
        account: loser.0.clone(),
    };
    m.suite.app.wasm_sudo(evil, &blocks).unwrap();
    m.suite.pass(100);
    m.suite.award(&winner.1, order).unwrap();
    assert_eq!(m.suite.provider(&loser.0).bond, bond);
    assert_eq!(m.suite.order(order).status, OrderStatus::Awarded);
}

#[test]
fn an_error_on_the_way_of_money_undoes_the_whole_message() {
    let mut m = market_of(Suite::builder().hostile_token("EVIL"));
    let evil = m.suite.tokens[2].clone();
    let tenant = m.tenant.clone();
    m.suite.deposit(&tenant, &evil, TOKEN).unwrap();
    m.suite.app.wasm_sudo(evil.clone(), &Behaviour::Fails {}).unwrap();
    let refused = Failure::Hostile(HostileError::Refuses {});
    assert_eq!(m.suite.withdraw(&tenant, &evil, Some(1)).unwrap_err(), refused);
    assert_eq!(m.suite.available(&tenant, &evil), TOKEN);
}

#[test]
fn withdrawing_in_the_block_of_a_settlement_pays_what_was_settled() {
    let mut m = market();
    let usdc = m.usdc.clone();
    let lease = m.active(&usdc, 4 * TOKEN, stream(), 3_600_000);
    m.beat(lease, 1, 100);
    let (owner, crank) = (m.providers[0].0.clone(), m.buyer.clone());
    let before = m.suite.balance(&usdc, &owner);
    m.suite.settle(&crank, lease).unwrap();
    m.suite.withdraw(&owner, &usdc, None).unwrap();
    m.suite.settle(&crank, lease).unwrap();
    assert_eq!(m.suite.balance(&usdc, &owner), before + 98_000);
    let nothing = lease_escrow::ContractError::ZeroAmount {};
    assert_eq!(
        m.suite.withdraw(&owner, &usdc, None).unwrap_err(),
        Failure::Escrow(nothing)
    );
}

#[test]
fn amounts_beyond_63_and_64_bits_are_ordinary() {
    let mut m = market();
    let (usdc, tenant) = (m.usdc.clone(), m.tenant.clone());
    let network = m.suite.network_token().clone();
    let (much, minter) = (1u128 << 84, account("minter"));
    let owner = m.providers[0].0.clone();
    for (token, to) in [(&usdc, &tenant), (&network, &owner)] {
        let mint = Cw20ExecuteMsg::Mint {
            recipient: to.to_string(),
            amount: n(much),
        };
        if *token == network {
            m.suite.note_minted(much);
        }
        m.suite.send(&minter, Call::Token(token.clone(), mint)).unwrap();
    }
    m.suite.bond(&owner, much).unwrap();
    let mut spec = stream();
    let price = 1u128 << 80;
    spec.max_price = Price::new(price);
    let lease = m.active(&usdc, price, spec, price);
    m.beat(lease, 36, 100);
    m.suite.settle(&tenant, lease).unwrap();
    assert_eq!(m.suite.lease(lease).status, LeaseStatus::Closed);
    assert_eq!(m.suite.available(&owner, &usdc), price - price / 50);
    m.suite.withdraw(&owner, &usdc, None).unwrap();
}

#[test]
fn an_account_in_two_tokens_is_two_accounts() {
    let mut m = market_of(Suite::builder().token("EURX"));
    let (usdc, eurx, tenant) = (m.usdc.clone(), m.suite.tokens[2].clone(), m.tenant.clone());
    m.suite.deposit(&tenant, &usdc, 5).unwrap();
    m.suite.deposit(&tenant, &eurx, 7).unwrap();
    let short = lease_escrow::ContractError::Insufficient {
        owner: tenant.clone(),
        available: n(5),
        needed: n(6),
    };
    assert_eq!(
        m.suite.withdraw(&tenant, &usdc, Some(6)).unwrap_err(),
        Failure::Escrow(short)
    );
    m.suite.withdraw(&tenant, &eurx, Some(6)).unwrap();
    assert_eq!(m.suite.available(&tenant, &usdc), 5);
    assert_eq!(m.suite.available(&tenant, &eurx), 1);
    // A lease in one token cannot be topped up with another.
    let lease = m.active(&eurx, 4 * TOKEN, stream(), 3_600_000);
    let hook = market_types::escrow::Hook::TopUp { lease };
    let escrow = m.suite.wiring.lease_escrow.clone();
    let wrong = lease_escrow::ContractError::WrongToken {
        lease,
        expected: eurx,
        token: usdc.clone(),
    };
    let call = market_testing::suite::intentions::send_hook(&usdc, &escrow, TOKEN, &hook);
    assert_eq!(m.suite.send(&tenant, call).unwrap_err(), Failure::Escrow(wrong));
}

#[test]
fn a_price_below_one_unit_a_settlement_is_paid_all_the_same() {
    let mut m = market_of(Suite::builder().escrow(|params| params.tokens[0].min_order = n(1)));
    let usdc = m.usdc.clone();
    let mut spec = stream();
    spec.max_price = Price::new(7);
    let lease = m.active(&usdc, 7, spec, 7);
    let crank = m.buyer.clone();
    for _ in 0..60 {
        m.beat(lease, 1, 60);
        m.suite.settle(&crank, lease).unwrap();
    }
    let money = m.suite.lease(lease).money;
    assert_eq!((money.gross.u128(), money.refunded.u128()), (7, 0));
}

#[test]
fn what_is_offered_is_compared_with_what_is_asked() {
    let mut m = market();
    let usdc = m.usdc.clone();
    let mut spec = stream();
    spec.needs.resources.gpus = 9;
    let order = m.order(&usdc, 4 * TOKEN, spec);
    let short = |resource: &str, asked, largest, free| {
        Failure::Book(order_book::ContractError::Refused {
            refusal: Refusal::ResourceShort {
                resource: resource.into(),
                asked,
                largest,
                free,
            },
        })
    };
    let agent = m.providers[0].1.clone();
    let outcome = m.suite.bid(&agent, order, 1_000_000, 0).unwrap_err();
    assert_eq!(outcome, short("gpus", 9, 8, 32));
    let mut spec = stream();
    spec.needs.classes = vec![class("nvidia-b200-192gb")];
    let order = m.order(&usdc, 4 * TOKEN, spec);
    let missing = order_book::ContractError::Refused {
        refusal: Refusal::ClassMissing {},
    };
    let outcome = m.suite.bid(&agent, order, 1_000_000, 0).unwrap_err();
    assert_eq!(outcome, Failure::Book(missing));
}

#[test]
fn what_is_awarded_twice_over_is_not_there_for_a_third() {
    let mut m = market();
    let usdc = m.usdc.clone();
    let agent = m.providers[0].1.clone();
    let mut spec = stream();
    spec.needs.resources.gpus = 8;
    let mut orders: Vec<OrderId> = vec![];
    for _ in 0..5 {
        let order = m.order(&usdc, 4 * TOKEN, spec.clone());
        m.suite.bid(&agent, order, 1_000_000, 0).unwrap();
        orders.push(order);
    }
    m.suite.pass(100);
    for order in &orders {
        m.suite.award(&agent, *order).unwrap();
    }
    let ended: Vec<_> = orders.iter().map(|order| m.suite.order(*order).status).collect();
    assert_eq!(ended[..4], [OrderStatus::Awarded; 4]);
    assert_eq!(ended[4], OrderStatus::Unfilled);
    // Whose GPUs went to other awards pays nothing.
    assert_eq!(m.suite.claimable(&m.tenant), 0);
}

#[test]
fn orders_end_by_themselves_and_anybody_may_say_so() {
    let mut m = market();
    let usdc = m.usdc.clone();
    let order = m.order(&usdc, 4 * TOKEN, stream());
    m.suite
        .bid(&m.providers[0].1.clone(), order, 1_000_000, 0)
        .unwrap();
    let crank = m.buyer.clone();
    m.suite.pass(699);
    let now = m.suite.now();
    let early = order_book::ContractError::NotExpired {
        order,
        expires: now.plus(Seconds(1)),
        now,
    };
    assert_eq!(m.suite.expire(&crank, order).unwrap_err(), Failure::Book(early));
    m.suite.pass(1);
    let late = order_book::ContractError::AwardOver {
        order,
        expires: m.suite.now(),
        now: m.suite.now(),
    };
    assert_eq!(m.suite.award(&crank, order).unwrap_err(), Failure::Book(late));
    m.suite.expire(&crank, order).unwrap();
    assert_eq!(m.suite.available(&m.tenant, &usdc), 4 * TOKEN);
}

#[test]
fn nobody_has_to_act_for_a_lease_to_end_when_its_money_does() {
    let mut m = market();
    let usdc = m.usdc.clone();
    // 3,600,000 an hour is 1,000 a second: 300,000 last for 300 s.
    let lease = m.active(&usdc, 300_000, open_ended(300_000), 3_600_000);
    m.beat(lease, 10, 100);
    let shown = m.suite.lease(lease).money;
    assert_eq!((shown.gross.u128(), shown.remaining.u128()), (300_000, 0));
    m.suite.pass(366 * 86_400);
    let crank = m.buyer.clone();
    m.suite.settle(&crank, lease).unwrap();
    let closed = m.suite.lease(lease);
    assert_eq!(closed.close_reason, Some(CloseReason::FundsExhausted));
    assert_eq!(closed.money.gross.u128(), 300_000);
    assert_eq!(m.suite.claimable(&m.tenant), 0);
}

#[test]
fn anybody_frees_the_gpus_of_a_lease_that_is_over() {
    let mut m = market();
    let usdc = m.usdc.clone();
    let lease = m.active(&usdc, 4 * TOKEN, stream(), 3_600_000);
    let owner = m.providers[0].0.clone();
    assert_eq!(m.suite.capacity(&owner)[0].committed.gpus, 1);
    m.beat(lease, 36, 100);
    let crank = m.buyer.clone();
    m.suite.settle(&crank, lease).unwrap();
    assert_eq!(m.suite.capacity(&owner)[0].committed.gpus, 0);
    assert!(m.suite.provider(&owner).bond.locked.is_zero());
}

#[test]
fn nobody_goes_on_paying_a_provider_that_has_vanished() {
    let mut m = market();
    let usdc = m.usdc.clone();
    let lease = m.active(&usdc, 4 * TOKEN, stream(), 3_600_000);
    m.beat(lease, 5, 60);
    let (tenant, crank) = (m.tenant.clone(), m.buyer.clone());
    let bond = m.suite.lease(lease).lease_bond.u128();
    // In the grace nobody may close it for silence; a second later anybody may.
    m.suite.pass(300);
    let nothing = lease_escrow::ContractError::NothingFailed { lease };
    assert_eq!(
        m.suite.close_failed(&crank, lease).unwrap_err(),
        Failure::Escrow(nothing)
    );
    m.suite.pass_blocks(700, 100);
    m.suite.close_failed(&crank, lease).unwrap();
    let closed = m.suite.lease(lease);
    assert_eq!(closed.close_reason, Some(CloseReason::Silent));
    // 300 s were attested. All the rest returns, with five percent of the lease bond, less the tip of who ended it.
    assert_eq!(closed.money.gross.u128(), 300_000);
    assert_eq!(m.suite.available(&tenant, &usdc), 4 * TOKEN - 300_000);
    let (penalty, tip) = (bond / 20, TOKEN / 10);
    let paid = (m.suite.claimable(&tenant), m.suite.claimable(&crank));
    assert_eq!(paid, (penalty - tip.min(penalty), tip.min(penalty)));
}
