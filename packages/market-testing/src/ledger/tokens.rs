//! The cw20 tokens: balances, and hooks that carry money into contracts.

use std::collections::BTreeMap;

use cosmwasm_std::{Addr, Binary, OverflowError, OverflowOperation, StdError, Uint128};
use cw20::Cw20ExecuteMsg;

use super::control::unimplemented_message;
use super::{Fate, Ledger};
use crate::suite::Suite;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Token {
    pub balances: BTreeMap<Addr, u128>,
    pub supply: u128,
}

pub fn of(suite: &Suite, holders: &[Addr]) -> BTreeMap<Addr, Token> {
    let balances = |token: &Addr| -> BTreeMap<Addr, u128> {
        let all = holders
            .iter()
            .map(|holder| (holder.clone(), suite.balance(token, holder)));
        all.filter(|(_, balance)| *balance > 0).collect()
    };
    let token = |token: &Addr| Token {
        balances: balances(token),
        supply: suite.supply(token),
    };
    suite
        .tokens
        .iter()
        .map(|addr| (addr.clone(), token(addr)))
        .collect()
}

impl Ledger {
    pub fn balance(&self, token: &Addr, holder: &Addr) -> u128 {
        let balances = self.tokens.get(token).map(|token| &token.balances);
        balances.and_then(|all| all.get(holder)).copied().unwrap_or(0)
    }

    pub(super) fn token_message(&mut self, token: &Addr, sender: &Addr, msg: &Cw20ExecuteMsg) -> Fate {
        match msg {
            Cw20ExecuteMsg::Transfer { recipient, amount } => {
                self.transfer(token, sender, &Addr::unchecked(recipient), amount.u128())
            }
            Cw20ExecuteMsg::Send {
                contract,
                amount,
                msg,
            } => {
                let contract = Addr::unchecked(contract);
                self.transfer(token, sender, &contract, amount.u128())?;
                self.hook(token, sender, &contract, amount.u128(), msg)
            }
            Cw20ExecuteMsg::Burn { amount } => self.burn(token, sender, amount.u128()),
            other => unimplemented_message(other),
        }
    }

    pub(super) fn transfer(&mut self, token: &Addr, from: &Addr, to: &Addr, amount: u128) -> Fate {
        self.take_from(token, from, amount)?;
        let balances = &mut self.tokens.entry(token.clone()).or_default().balances;
        *balances.entry(to.clone()).or_default() += amount;
        Ok(())
    }

    pub(super) fn burn(&mut self, token: &Addr, from: &Addr, amount: u128) -> Fate {
        self.take_from(token, from, amount)?;
        self.tokens.entry(token.clone()).or_default().supply -= amount;
        Ok(())
    }

    fn take_from(&mut self, token: &Addr, from: &Addr, amount: u128) -> Fate {
        let has = self.balance(token, from);
        let left = has.checked_sub(amount).ok_or_else(|| {
            let overflow = OverflowError::new(OverflowOperation::Sub);
            cw20_base::ContractError::Std(StdError::overflow(overflow))
        })?;
        let balances = &mut self.tokens.entry(token.clone()).or_default().balances;
        balances.insert(from.clone(), left);
        Ok(())
    }

    fn hook(&mut self, token: &Addr, sender: &Addr, contract: &Addr, amount: u128, msg: &Binary) -> Fate {
        if *contract == self.wiring.provider_registry {
            return self.registry_hook(token, sender, amount, msg);
        }
        if *contract == self.wiring.lease_escrow {
            return self.escrow_hook(token, sender, amount, msg);
        }
        if *contract == self.wiring.take_rate_burn {
            return self.take_rate_hook(token, sender, amount, msg);
        }
        unimplemented_message(&(contract, msg))
    }
}

/// A figure as the contracts' errors carry it.
pub(super) fn n(amount: u128) -> Uint128 {
    Uint128::new(amount)
}
