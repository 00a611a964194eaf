//! The books: compared with what is stored after every message.

use cosmwasm_std::Order as Walk;
use market_types::escrow::LeaseStatus;
use market_types::order::Rail;
use market_types::LeaseId;

use super::desk::{addr, Desk};
use crate::ledger::Ledger;
use crate::state::{ACCOUNTS, BEATS, BY_PROVIDER, BY_TENANT, LEASES, MONEY, ORDERS, RESERVED, SET_ASIDE};

impl Desk {
    /// Balances equal debts; every sum equals its parts; every lease's money adds up; indexes follow the leases.
    pub fn check_books(&self) {
        let storage = &self.deps.storage;
        for token in ["usd", "eur"] {
            let token = addr(token);
            let ledger = Ledger::load(storage, &token).unwrap();
            let totals = *ledger.totals();
            let owed: u128 = ledger
                .owed(storage)
                .unwrap()
                .iter()
                .map(|(_, amount)| amount.u128())
                .sum();
            let held = self.world.borrow().held.get(&token).copied().unwrap_or(0);
            assert!(owed <= held, "{token} owes {owed} and holds {held}");

            let mut available = 0;
            for name in ACCOUNTS_OF_TESTS {
                let account = ACCOUNTS
                    .may_load(storage, (&addr(name), ledger.token_no()))
                    .unwrap();
                available += account.unwrap_or_default().u128();
            }
            assert_eq!(available, totals.available.u128(), "available of {token}");

            let mut aside = 0;
            for audit in SET_ASIDE.keys(storage) {
                let audit = audit.unwrap();
                if ORDERS.load(storage, audit.lease.order()).unwrap().token == token {
                    let parts = SET_ASIDE.may_load(storage, audit).unwrap().unwrap();
                    aside += (parts.pool + parts.tenant).u128();
                }
            }
            assert_eq!(aside, crate::ledger::aside(storage, &token).unwrap().u128());

            let (mut reserved, mut remaining, mut held) = (0, 0, 0);
            for order in ORDERS.keys(storage, None, None, Walk::Ascending) {
                let order = order.unwrap();
                if ORDERS.load(storage, order).unwrap().token != token {
                    continue;
                }
                reserved += RESERVED
                    .may_load(storage, order)
                    .unwrap()
                    .unwrap_or_default()
                    .u128();
                let lease = LeaseId::new(order, 0).unwrap();
                if let Some(money) = MONEY.may_load(storage, lease).unwrap() {
                    remaining += money.remaining.u128();
                    held += money.held.u128();
                }
            }
            assert_eq!(
                (reserved, remaining, held),
                (
                    totals.reserved.u128(),
                    totals.remaining.u128(),
                    totals.held.u128()
                )
            );
        }
        let mut leases = 0;
        for id in LEASES.keys(storage, None, None, Walk::Ascending) {
            let id = id.unwrap();
            let lease = LEASES.load(storage, id).unwrap();
            leases += 1;
            let money = MONEY.may_load(storage, id).unwrap().unwrap();
            if lease.status == LeaseStatus::Closed {
                assert!(
                    money.held.is_zero() && money.remaining.is_zero(),
                    "{lease:?} {money:?}"
                );
            }
            assert!(BY_TENANT.has(storage, (&lease.tenant, id)));
            assert!(BY_PROVIDER.has(storage, (lease.provider, id)));
            let stream = matches!(
                ORDERS.load(storage, id.order()).unwrap().rail,
                Rail::Stream { .. }
            );
            let beating = BEATS.may_load(storage, (lease.provider, id)).unwrap().is_some();
            assert_eq!(
                beating,
                stream && lease.status == LeaseStatus::Active,
                "{lease:?}"
            );
            self.money(id);
        }
        let count = |keys: usize| assert_eq!(keys, leases);
        count(BY_TENANT.keys_raw(storage, None, None, Walk::Ascending).count());
        count(BY_PROVIDER.keys_raw(storage, None, None, Walk::Ascending).count());
    }
}

/// Everybody who may own money in a test.
pub const ACCOUNTS_OF_TESTS: &[&str] = &[
    "tenant",
    "owner",
    "agent",
    "anyone",
    "heir",
    "friend",
    "usd",
    "eur",
    "order-book",
    "attestation",
    "take-rate-burn",
    "provider-registry",
];
