//! `order-book`.

use cosmwasm_std::Uint128;
use market_testing::Failure;
use market_types::order_book::{ExecuteMsg, Opening};
use market_types::registry::Refusal as Reason;
use market_types::{BasisPoints, OrderId, Price, Seconds};
use order_book::ContractError;

use super::{Refusal, Row};
use crate::roles::Role::{self, *};
use crate::world::{a_stream, Scene, World, BID};

pub fn rows() -> Vec<Row> {
    let tenant = || Refusal::Office("tenant of the order");
    vec![
        Row::only(
            Scene::Base,
            &[Escrow],
            Refusal::Office("lease escrow"),
            |world, _| ExecuteMsg::Open(opening(world, OrderId(world.order.0 + 1))),
        ),
        Row::only(
            Scene::OrderOpen,
            &[Owner, Agent, OtherOwner, OtherAgent],
            Refusal::Other(no_provider),
            |world, _| ExecuteMsg::Bid {
                order: world.order,
                price: Price::new(BID),
                work_bond: Uint128::zero(),
            },
        ),
        Row::anybody(Scene::OrderCloses, |world, _| ExecuteMsg::Award {
            order: world.order,
        }),
        Row::only(Scene::PicksClose, &[Tenant], tenant(), |world, _| {
            ExecuteMsg::Pick {
                order: world.order,
                provider: world.text(Owner),
            }
        }),
        Row::only(Scene::OrderBid, &[Tenant], tenant(), |world, _| {
            ExecuteMsg::Cancel { order: world.order }
        }),
        Row::anybody(Scene::OrderExpires, |world, _| ExecuteMsg::Expire {
            order: world.order,
        }),
        Row::anybody(Scene::StreamStarting, |world, _| ExecuteMsg::Prune {
            order: world.order,
            limit: 50,
        }),
    ]
}

pub fn opening(world: &World, order: OrderId) -> Opening {
    Opening {
        order,
        tenant: world.text(Tenant),
        token: world.text(PaymentToken),
        spec: a_stream(),
        take_rate: BasisPoints(200),
        lease_bond_time: Seconds::DAY,
        work_bond_units: 20,
    }
}

fn no_provider(_: &World, _: Role) -> Failure {
    let refusal = Reason::NotRegistered {};
    ContractError::Refused { refusal }.into()
}
