use cosmrs::proto::{
    cosmos::{
        auth::v1beta1::{BaseAccount, ModuleAccount, QueryAccountRequest, QueryAccountResponse},
        bank::v1beta1::{
            QueryAllBalancesRequest, QueryAllBalancesResponse, QueryBalanceRequest, QueryBalanceResponse,
        },
        base::{query::v1beta1::PageRequest, v1beta1::Coin as ProtoCoin},
        vesting::v1beta1::{ContinuousVestingAccount, DelayedVestingAccount, PeriodicVestingAccount},
    },
    prost::Message,
};
use cosmwasm_std::{Coin, Uint128};

use super::{Chain, QueryError};

const ACCOUNT: &str = "/cosmos.auth.v1beta1.Query/Account";
const BALANCE: &str = "/cosmos.bank.v1beta1.Query/Balance";
const ALL_BALANCES: &str = "/cosmos.bank.v1beta1.Query/AllBalances";

/// What signing for an account needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    pub number: u64,
    /// The sequence after the last block; transactions still waiting are not counted.
    pub sequence: u64,
}

impl Chain {
    /// `None` for an address that never received anything.
    pub async fn account(&self, address: &str) -> Result<Option<Account>, QueryError> {
        let request = QueryAccountRequest {
            address: address.to_owned(),
        };
        match self.find::<_, QueryAccountResponse>(ACCOUNT, &request).await? {
            None => Ok(None),
            Some(answer) => {
                let any = answer.account.unwrap_or_default();
                let base = base_account(&any.type_url, &any.value)?;
                Ok(Some(Account {
                    number: base.account_number,
                    sequence: base.sequence,
                }))
            }
        }
    }

    /// Balance in the smallest unit of `denom`; zero for unknown accounts.
    pub async fn balance(&self, address: &str, denom: &str) -> Result<Uint128, QueryError> {
        let request = QueryBalanceRequest {
            address: address.to_owned(),
            denom: denom.to_owned(),
        };
        let answer: QueryBalanceResponse = self.query(BALANCE, &request).await?;
        answer
            .balance
            .map_or(Ok(Uint128::zero()), |coin| Ok(amount(BALANCE, coin)?.amount))
    }

    /// The first 100 denominations an account holds.
    pub async fn balances(&self, address: &str) -> Result<Vec<Coin>, QueryError> {
        let pagination = Some(PageRequest {
            limit: 100,
            ..PageRequest::default()
        });
        let request = QueryAllBalancesRequest {
            address: address.to_owned(),
            pagination,
            ..Default::default()
        };
        let answer: QueryAllBalancesResponse = self.query(ALL_BALANCES, &request).await?;
        answer
            .balances
            .into_iter()
            .map(|coin| amount(ALL_BALANCES, coin))
            .collect()
    }
}

fn amount(path: &str, coin: ProtoCoin) -> Result<Coin, QueryError> {
    let amount = coin.amount.parse::<Uint128>().map_err(|_| QueryError::Shape {
        path: path.to_owned(),
        cause: format!("{:?} is not an amount", coin.amount),
    })?;
    Ok(Coin {
        denom: coin.denom,
        amount,
    })
}

/// Accounts of modules and vesting schedules wrap a plain one.
fn base_account(type_url: &str, value: &[u8]) -> Result<BaseAccount, QueryError> {
    let shape = |cause: String| QueryError::Shape {
        path: ACCOUNT.to_owned(),
        cause,
    };
    let decoded = match type_url {
        "/cosmos.auth.v1beta1.BaseAccount" => BaseAccount::decode(value).map(Some),
        "/cosmos.auth.v1beta1.ModuleAccount" => {
            ModuleAccount::decode(value).map(|account| account.base_account)
        }
        "/cosmos.vesting.v1beta1.ContinuousVestingAccount" => {
            ContinuousVestingAccount::decode(value).map(|account| {
                account
                    .base_vesting_account
                    .and_then(|vesting| vesting.base_account)
            })
        }
        "/cosmos.vesting.v1beta1.DelayedVestingAccount" => {
            DelayedVestingAccount::decode(value).map(|account| {
                account
                    .base_vesting_account
                    .and_then(|vesting| vesting.base_account)
            })
        }
        "/cosmos.vesting.v1beta1.PeriodicVestingAccount" => {
            PeriodicVestingAccount::decode(value).map(|account| {
                account
                    .base_vesting_account
                    .and_then(|vesting| vesting.base_account)
            })
        }
        other => return Err(shape(format!("unknown account type {other:?}"))),
    };
    decoded
        .map_err(|error| shape(error.to_string()))?
        .ok_or_else(|| shape("an account without base".to_owned()))
}
