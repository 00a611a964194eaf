//! `order-book`.

use cosmwasm_std::Uint128;
use market_testing::Failure;
use market_types::order_book::{ExecuteMsg, Opening};
use market_types::registry::Refusal as Reason;
use market_types::{BasisPoints, OrderId, Price};
use order_book::ContractError;

use super::{Refusal, Row};
use crate::roles::Role::{self, *};
use crate::world::{a_stream, Scene, World, BID, ORDER};

pub fn rows() -> Vec<Row> {
    let order = ORDER;
    let tenant = || Refusal::Office("tenant of the order");
    vec![
        Row::only(
            Scene::Base,
            &[Escrow],
            Refusal::Office("lease escrow"),
            |world, _| ExecuteMsg::Open(opening(world, OrderId(100))),
        ),
        Row::only(
            Scene::OrderOpen,
            &[Owner, Agent, OtherOwner, OtherAgent],
            Refusal::Other(no_provider),
            move |_, _| ExecuteMsg::Bid {
                order,
                price: Price::new(BID),
                work_bond: Uint128::zero(),
            },
        ),
        Row::anybody(Scene::OrderCloses, move |_, _| ExecuteMsg::Award { order }),
        Row::only(Scene::PicksClose, &[Tenant], tenant(), move |world, _| {
            ExecuteMsg::Pick {
                order,
                provider: world.text(Owner),
            }
        }),
        Row::only(Scene::OrderBid, &[Tenant], tenant(), move |_, _| {
            ExecuteMsg::Cancel { order }
        }),
        Row::anybody(Scene::OrderExpires, move |_, _| ExecuteMsg::Expire { order }),
        Row::anybody(Scene::StreamStarting, move |_, _| ExecuteMsg::Prune {
            order,
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
    }
}

fn no_provider(_: &World, _: Role) -> Failure {
    let refusal = Reason::NotRegistered {};
    ContractError::Refused { refusal }.into()
}
