//! Orders: those that the best bid wins, and those whose tenant picks.

use cosmwasm_std::Uint128;
use market_testing::{Call, Failure};
use market_types::escrow::ExecuteMsg as E;
use market_types::order_book::{ExecuteMsg as B, OrderStatus};
use market_types::{Price, UnixTime};
use order_book::ContractError as Book;

use super::{check, Message};
use crate::roles::Role;
use crate::rows::book::opening;
use crate::rows::escrow::award;
use crate::world::{Scene, World, BID};

const COLUMNS: [Scene; 13] = [
    Scene::OrderBid,
    Scene::OrderCloses,
    Scene::OrderExpires,
    Scene::StreamStarting,
    Scene::OrderUnfilled,
    Scene::OrderCancelled,
    Scene::OrderExpired,
    Scene::PicksBid,
    Scene::PicksClose,
    Scene::PicksExpire,
    Scene::PicksAwarded,
    Scene::PicksCancelled,
    Scene::PicksExpired,
];

/// Best bid wins: bidding, closed, expiring, then awarded, unfilled, cancelled, expired. Tenant picks: the same without unfilled.
const TABLE: &str = "
open             | exists   | exists     | exists     | exists    | exists    | exists     | exists    | exists   | exists     | exists     | exists    | exists     | exists
bid              | ok/high  | closed     | closed     | awarded   | unfilled  | cancelled  | expired   | ok/high  | closed     | closed     | awarded   | cancelled  | expired
award            | early    | ok/awarded | late       | awarded   | unfilled  | cancelled  | expired   | early    | picks      | late       | awarded   | cancelled  | expired
pick             | best     | best       | best       | best      | best      | best       | best      | early    | ok/awarded | late       | awarded   | cancelled  | expired
cancel           | ok/cancelled | closed | closed     | awarded   | unfilled  | cancelled  | expired   | ok/cancelled | closed | closed     | awarded   | cancelled  | expired
expire           | too soon | too soon   | ok/expired | awarded   | unfilled  | cancelled  | expired   | too soon | too soon   | ok/expired | awarded   | cancelled  | expired
prune            | open     | open       | open       | ok/pruned | pruned    | ok/pruned  | ok/pruned | open     | open       | open       | ok/pruned | ok/pruned  | ok/pruned
free reservation | ok/over  | ok/over    | ok/over    | over      | over      | over       | over      | ok/over  | ok/over    | ok/over    | over      | over       | over
open lease       | ok/over  | ok/over    | ok/over    | over      | over      | over       | over      | ok/over  | ok/over    | ok/over    | over      | over       | over
";

#[test]
fn every_message_of_an_order_in_every_state_comes_out_as_the_table_says_and_again() {
    check(TABLE, &COLUMNS, &messages(), word);
}

pub fn messages() -> Vec<Message> {
    vec![
        ("open", Role::Escrow, |world| {
            B::Open(opening(world, world.order)).into()
        }),
        ("bid", Role::Agent, |world| {
            let work_bond = Uint128::zero();
            B::Bid {
                order: world.order,
                price: lower(),
                work_bond,
            }
            .into()
        }),
        ("award", Role::Crank, |world| {
            B::Award { order: world.order }.into()
        }),
        ("pick", Role::Tenant, |world| {
            let provider = world.text(Role::OtherOwner);
            B::Pick {
                order: world.order,
                provider,
            }
            .into()
        }),
        ("cancel", Role::Tenant, |world| {
            B::Cancel { order: world.order }.into()
        }),
        ("expire", Role::Crank, |world| {
            B::Expire { order: world.order }.into()
        }),
        ("prune", Role::Crank, |world| {
            B::Prune {
                order: world.order,
                limit: 50,
            }
            .into()
        }),
        ("free reservation", Role::Book, |world| {
            E::FreeReservation { order: world.order }.into()
        }),
        ("open lease", Role::Book, |world| {
            E::OpenLease(award(world)).into()
        }),
    ]
}

fn lower() -> Price {
    Price::new(BID - 100_000)
}

/// Scenes place the order six seconds after the first block, for a window of 100 s and 600 s more.
const CLOSES: UnixTime = UnixTime(market_testing::chain::GENESIS + 106);
const EXPIRES: UnixTime = UnixTime(CLOSES.0 + 600);

fn word(world: &World, word: &str, _: &Call) -> Result<(), Failure> {
    let (order, now) = (world.order, world.suite.now());
    let (closes, expires) = (CLOSES, EXPIRES);
    let ended = |status| Book::OrderEnded { order, status };
    Err(Failure::from(match word {
        "ok" => return Ok(()),
        "over" => return Err(lease_escrow::ContractError::OrderEnded { order }.into()),
        "exists" => Book::OrderExists { order },
        "awarded" => ended(OrderStatus::Awarded),
        "unfilled" => ended(OrderStatus::Unfilled),
        "cancelled" => ended(OrderStatus::Cancelled),
        "expired" => ended(OrderStatus::Expired),
        "high" => Book::PriceNotLowered {
            price: lower(),
            standing: lower(),
            step: Price::new(3_600),
        },
        "closed" => Book::BiddingOver { order, closes, now },
        "early" => Book::BiddingOpen { order, closes, now },
        "late" => Book::AwardOver { order, expires, now },
        "too soon" => Book::NotExpired { order, expires, now },
        "picks" => Book::TenantPicks { order },
        "best" => Book::BestBidWins { order },
        "open" => Book::OrderOpen { order },
        "pruned" => Book::NothingToPrune { order },
        _ => panic!("no such word: {word}"),
    }))
}
