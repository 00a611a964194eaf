//! `take-rate-burn`.

use cosmwasm_std::{to_json_binary, Uint128};
use cw20::Cw20ReceiveMsg;
use market_testing::Failure;
use market_types::take_rate::{ExecuteMsg, Hook};
use take_rate_burn::ContractError;

use super::{Refusal, Row};
use crate::roles::Role::{self, *};
use crate::world::{Scene, World, TOKEN};

pub fn rows() -> Vec<Row> {
    let insurer = Refusal::Office("keeper of the insurance share");
    vec![
        Row::only(
            Scene::Gifts,
            &[NetworkToken, PaymentToken],
            Refusal::Other(not_listed),
            |world, _| {
                ExecuteMsg::Receive(Cw20ReceiveMsg {
                    sender: world.text(Tenant),
                    amount: Uint128::new(TOKEN),
                    msg: to_json_binary(&Hook::Fees {}).unwrap(),
                })
            },
        ),
        Row::anybody(Scene::Waited, |world, _| ExecuteMsg::Kick {
            token: world.text(PaymentToken),
        }),
        Row::anybody(Scene::LotExpired, |world, _| ExecuteMsg::Restart {
            token: world.text(PaymentToken),
        }),
        Row::anybody(Scene::Collected, |world, _| ExecuteMsg::SeedAudits {
            token: world.text(PaymentToken),
        }),
        Row::only(Scene::Collected, &[Insurer], insurer, |world, _| {
            ExecuteMsg::TakeInsurance {
                token: world.text(PaymentToken),
                amount: Uint128::new(1),
            }
        }),
        Row::anybody(Scene::Gifts, |world, _| ExecuteMsg::Skim {
            token: world.text(PaymentToken),
        }),
    ]
}

fn not_listed(world: &World, role: Role) -> Failure {
    ContractError::NotListed {
        token: world.address(role),
    }
    .into()
}
