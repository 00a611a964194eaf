//! One token's money, by purpose. Money only moves between purposes, comes in by a hook and goes out by a transfer,
//! so the sum of the totals changes with the contract's balance and with nothing else.

use std::collections::BTreeMap;

use cosmwasm_std::{Addr, Storage, Uint128};
use market_math::MathError;

use crate::state::{self, Order, TokenNo, Totals, ACCOUNTS, ASIDE, TOTALS};
use crate::ContractError;

/// What money is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pool {
    /// Its owner may withdraw it.
    Available(Addr),
    Reserved,
    Remaining,
    Held,
    Fees,
    Audits,
    /// Set aside for open audits.
    Aside,
}

/// Money that changes its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub from: Pool,
    pub to: Pool,
    pub amount: Uint128,
}

pub struct Ledger {
    token: Addr,
    no: TokenNo,
    totals: Totals,
    accounts: BTreeMap<Addr, Uint128>,
    /// Read only when it changes, see [`ASIDE`].
    aside: Option<Uint128>,
}

impl Ledger {
    /// # Errors
    /// The token was never listed, or a stored record is damaged.
    pub fn load(storage: &dyn Storage, token: &Addr) -> Result<Self, ContractError> {
        Self::numbered(storage, token, state::listing(storage, token)?.no)
    }

    /// Of the token an order is paid in.
    ///
    /// # Errors
    /// A stored record is damaged.
    pub fn of(storage: &dyn Storage, order: &Order) -> Result<Self, ContractError> {
        Self::numbered(storage, &order.token, order.token_no)
    }

    fn numbered(storage: &dyn Storage, token: &Addr, no: TokenNo) -> Result<Self, ContractError> {
        Ok(Self {
            token: token.clone(),
            no,
            // Written with the first money of a token and never removed: before it there is none.
            totals: TOTALS.may_load(storage, no)?.unwrap_or_default(),
            accounts: BTreeMap::new(),
            aside: None,
        })
    }

    pub fn token(&self) -> &Addr {
        &self.token
    }

    pub fn token_no(&self) -> TokenNo {
        self.no
    }

    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Money that came in.
    ///
    /// # Errors
    /// The total does not fit.
    pub fn take_in(
        &mut self,
        storage: &dyn Storage,
        to: &Pool,
        amount: Uint128,
    ) -> Result<(), ContractError> {
        self.add(storage, to, amount)
    }

    /// Money that leaves; the caller sends it.
    ///
    /// # Errors
    /// There is less.
    pub fn pay_out(
        &mut self,
        storage: &dyn Storage,
        from: &Pool,
        amount: Uint128,
    ) -> Result<(), ContractError> {
        self.sub(storage, from, amount)
    }

    /// # Errors
    /// There is less, or the sum does not fit.
    pub fn shift(&mut self, storage: &dyn Storage, step: &Move) -> Result<(), ContractError> {
        self.sub(storage, &step.from, step.amount)?;
        self.add(storage, &step.to, step.amount)
    }

    pub fn save(self, storage: &mut dyn Storage) {
        TOTALS.save(storage, self.no, &self.totals);
        match self.aside {
            Some(aside) if aside.is_zero() => ASIDE.remove(storage, &self.token),
            Some(aside) => ASIDE.save(storage, &self.token, &aside),
            None => {}
        }
        for (owner, available) in &self.accounts {
            match available.is_zero() {
                true => ACCOUNTS.remove(storage, (owner, self.no)),
                false => ACCOUNTS.save(storage, (owner, self.no), available),
            }
        }
    }

    fn account(&mut self, storage: &dyn Storage, owner: &Addr) -> Result<&mut Uint128, ContractError> {
        if !self.accounts.contains_key(owner) {
            let available = available(storage, owner, self.no)?;
            self.accounts.insert(owner.clone(), available);
        }
        Ok(self.accounts.entry(owner.clone()).or_default())
    }

    fn total(&mut self, storage: &dyn Storage, pool: &Pool) -> Result<&mut Uint128, ContractError> {
        if *pool == Pool::Aside && self.aside.is_none() {
            self.aside = Some(aside(storage, &self.token)?);
        }
        Ok(match pool {
            Pool::Available(_) => &mut self.totals.available,
            Pool::Reserved => &mut self.totals.reserved,
            Pool::Remaining => &mut self.totals.remaining,
            Pool::Held => &mut self.totals.held,
            Pool::Fees => &mut self.totals.fees,
            Pool::Audits => &mut self.totals.audit_pool,
            Pool::Aside => self.aside.get_or_insert_default(),
        })
    }

    /// The debts by purpose, as `Solvency` names them.
    ///
    /// # Errors
    /// A stored record is damaged.
    pub fn owed(&self, storage: &dyn Storage) -> Result<Vec<(&'static str, Uint128)>, ContractError> {
        let set_aside = match self.aside {
            Some(aside) => aside,
            None => aside(storage, &self.token)?,
        };
        let mut owed = self.totals.owed();
        owed.push(("set_aside", set_aside));
        Ok(owed)
    }

    fn add(&mut self, storage: &dyn Storage, pool: &Pool, amount: Uint128) -> Result<(), ContractError> {
        if let Pool::Available(owner) = pool {
            let account = self.account(storage, owner)?;
            *account = sum(*account, amount)?;
        }
        let total = self.total(storage, pool)?;
        *total = sum(*total, amount)?;
        Ok(())
    }

    fn sub(&mut self, storage: &dyn Storage, pool: &Pool, amount: Uint128) -> Result<(), ContractError> {
        if let Pool::Available(owner) = pool {
            let account = self.account(storage, owner)?;
            let available = *account;
            *account = available
                .checked_sub(amount)
                .map_err(|_| ContractError::Insufficient {
                    owner: owner.clone(),
                    available,
                    needed: amount,
                })?;
        }
        let total = self.total(storage, pool)?;
        *total = difference(*total, amount)?;
        Ok(())
    }
}

/// What `owner` may withdraw; an account at zero has no record, see [`Ledger::save`].
///
/// # Errors
/// The stored record is damaged.
pub fn available(storage: &dyn Storage, owner: &Addr, token: TokenNo) -> Result<Uint128, ContractError> {
    Ok(ACCOUNTS.may_load(storage, (owner, token))?.unwrap_or_default())
}

/// What is set aside for audits in `token`; nothing has no record, see [`Ledger::save`].
///
/// # Errors
/// The stored record is damaged.
pub fn aside(storage: &dyn Storage, token: &Addr) -> Result<Uint128, ContractError> {
    Ok(ASIDE.may_load(storage, token)?.unwrap_or_default())
}

/// # Errors
/// The sum does not fit.
pub fn sum(a: Uint128, b: Uint128) -> Result<Uint128, MathError> {
    a.checked_add(b).map_err(|_| MathError::SumOverflow { a, b })
}

/// # Errors
/// `b` is above `a`.
pub fn difference(a: Uint128, b: Uint128) -> Result<Uint128, MathError> {
    a.checked_sub(b).map_err(|_| MathError::Underflow { a, b })
}

impl Totals {
    fn owed(&self) -> Vec<(&'static str, Uint128)> {
        vec![
            ("available", self.available),
            ("reserved", self.reserved),
            ("remaining", self.remaining),
            ("held", self.held),
            ("fees", self.fees),
            ("audit_pool", self.audit_pool),
        ]
    }
}
