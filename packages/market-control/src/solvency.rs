//! What a contract holds beside what it owes.

use cosmwasm_std::{Addr, QuerierWrapper, StdError, Uint128};
use cw20::{BalanceResponse, Cw20QueryMsg};
use market_types::control::{Owed, Solvency};

use crate::ControlError;

/// Both sides in one token: what the token says `contract` has, and what the contract owes by purpose.
///
/// # Errors
/// The token does not answer, or the debts do not fit into 128 bits.
pub fn solvency(
    querier: &QuerierWrapper,
    contract: &Addr,
    token: &Addr,
    owed: Vec<(&str, Uint128)>,
) -> Result<Solvency, ControlError> {
    let balance: BalanceResponse = querier.query_wasm_smart(
        token,
        &Cw20QueryMsg::Balance {
            address: contract.to_string(),
        },
    )?;
    let mut owed_total = Uint128::zero();
    for (_, amount) in &owed {
        owed_total = owed_total.checked_add(*amount).map_err(StdError::overflow)?;
    }
    Ok(Solvency {
        token: token.clone(),
        held: balance.balance,
        owed: owed
            .into_iter()
            .map(|(purpose, amount)| Owed {
                purpose: purpose.into(),
                amount,
            })
            .collect(),
        owed_total,
    })
}
