//! `cosmos.bank.v1beta1.Query`.

use cosmrs::proto::cosmos::bank::v1beta1::{
    QueryAllBalancesRequest, QueryAllBalancesResponse, QueryBalanceRequest, QueryBalanceResponse,
    QuerySpendableBalancesRequest, QuerySpendableBalancesResponse, QuerySupplyOfRequest,
    QuerySupplyOfResponse,
};
use cosmwasm_std::Coin;
use prost::Message as _;

use super::{decode, page, valid, Answer, QueryFailure};
use crate::app::Application;
use crate::coins;

pub fn answer(app: &mut Application, method: &str, data: &[u8]) -> Answer {
    Some(match method {
        "Balance" => decode(data).and_then(|request: QueryBalanceRequest| {
            let address = valid(&request.address)?;
            let held = app
                .modules
                .wrap()
                .query_balance(address, request.denom)
                .map_err(unexpected)?;
            Ok(QueryBalanceResponse {
                balance: coins::to_proto(&[held]).pop(),
            }
            .encode_to_vec())
        }),
        "AllBalances" => decode(data).and_then(|request: QueryAllBalancesRequest| {
            let (balances, pagination) =
                page::of(coins::to_proto(&all(app, &request.address)?), request.pagination);
            Ok(QueryAllBalancesResponse { balances, pagination }.encode_to_vec())
        }),
        "SpendableBalances" => decode(data).and_then(|request: QuerySpendableBalancesRequest| {
            let (balances, pagination) =
                page::of(coins::to_proto(&all(app, &request.address)?), request.pagination);
            Ok(QuerySpendableBalancesResponse { balances, pagination }.encode_to_vec())
        }),
        "SupplyOf" => decode(data).and_then(|request: QuerySupplyOfRequest| {
            let supply = app
                .modules
                .wrap()
                .query_supply(request.denom)
                .map_err(unexpected)?;
            Ok(QuerySupplyOfResponse {
                amount: coins::to_proto(&[supply]).pop(),
            }
            .encode_to_vec())
        }),
        _ => return None,
    })
}

fn all(app: &Application, address: &str) -> Result<Vec<Coin>, QueryFailure> {
    #[allow(deprecated)] // Deprecated for contracts, which should not walk balances; a node answers it.
    app.modules
        .wrap()
        .query_all_balances(valid(address)?)
        .map_err(unexpected)
}

fn unexpected(error: cosmwasm_std::StdError) -> QueryFailure {
    QueryFailure::Unknown(error.to_string())
}
