//! Each sum and each index rebuilt from what it stands for, and compared.

use std::collections::{BTreeMap, BTreeSet};

use cosmwasm_std::{Order, Storage, Uint128};
use market_types::audit::{AuditClass, AuditId};
use market_types::registry::Resources64;
use market_types::ProviderNo;

use crate::state::{
    self, Offer, Slot, ACCOUNTS, CLAIMABLE, COMMITMENTS, COMMITMENTS_OF, GROUPS, OFFERS, PROVIDERS, SEATS,
    SLOTS, TABLES, TOTALS, UNBONDING, USED,
};
use crate::{audits, machines};

#[track_caller]
pub fn compare(storage: &dyn Storage) {
    let mut seated = seated(storage);
    let mut totals = state::Totals::default();
    let mut indexed = 0;
    for provider in PROVIDERS.under::<_, ProviderNo>(storage, (), None, Order::Ascending) {
        let (no, provider) = provider.unwrap();
        let account = ACCOUNTS.load(storage, no).unwrap();
        assert!(account.locked <= account.bonded);
        totals.bonded += account.bonded;
        for entry in UNBONDING.may_load(storage, no).unwrap().unwrap_or_default() {
            assert!(!entry.amount.is_zero());
            totals.unbonding += entry.amount;
        }
        let (mut locked, mut used) = (Uint128::zero(), std::collections::BTreeMap::new());
        for lease in COMMITMENTS_OF
            .prefix(no)
            .keys(storage, None, None, Order::Ascending)
        {
            let commitment = COMMITMENTS.load(storage, lease.unwrap()).unwrap();
            assert_eq!(commitment.provider, no);
            locked += commitment.locks().unwrap();
            indexed += 1;
            if !commitment.capacity_released {
                let sum = used.entry(commitment.class.0).or_default();
                *sum = machines::take(sum, &commitment.resources).unwrap();
            }
        }
        let (seats, bonds) = seated.remove(&no).unwrap_or_default();
        assert_eq!(account.locked, locked + bonds);
        assert_eq!(account.duties, seats);
        let stored: std::collections::BTreeMap<_, _> = USED
            .under::<_, String>(storage, no, None, Order::Ascending)
            .map(Result::unwrap)
            .collect();
        assert_eq!(stored, used);
        for (class, used) in used {
            let group = provider
                .machines
                .iter()
                .find(|group| group.class.0 == class)
                .unwrap();
            assert!(covers(&machines::registered(group), &used));
        }
    }
    assert_eq!(
        COMMITMENTS.keys(storage, None, None, Order::Ascending).count(),
        indexed
    );
    for entry in CLAIMABLE.range(storage, None, None, Order::Ascending) {
        totals.claimable += entry.unwrap().1;
    }
    assert_eq!(TOTALS.load(storage).unwrap(), totals);
    assert!(seated.is_empty());
    compare_tables(storage);
}

/// Open seats of each provider, and what they lock.
fn seated(storage: &dyn Storage) -> BTreeMap<ProviderNo, (u32, Uint128)> {
    let mut seated = BTreeMap::<ProviderNo, (u32, Uint128)>::new();
    for bench in SEATS.under::<_, AuditId>(storage, (), None, Order::Ascending) {
        let (_, bench) = bench.unwrap();
        assert!(!bench.seats.is_empty());
        let mut taken = BTreeSet::new();
        for seat in bench.seats {
            assert!(taken.insert(seat.provider), "one seat each");
            let sums = seated.entry(seat.provider).or_default();
            *sums = (sums.0 + 1, sums.1 + seat.bond);
        }
    }
    seated
}

/// Entries and offers point at each other, holes form one chain, and the counts are those of the entries.
fn compare_tables(storage: &dyn Storage) {
    let mut offered = BTreeSet::new();
    for entry in OFFERS.under::<_, (ProviderNo, String)>(storage, (), None, Order::Ascending) {
        let (
            (no, class),
            Offer {
                position,
                places,
                used,
            },
        ) = entry.unwrap();
        assert!(position.is_some() || used > 0);
        assert!((1..=16).contains(&places));
        if let Some(position) = position {
            offered.insert((class, position, no));
        }
    }
    let mut groups = BTreeMap::<(String, String), u32>::new();
    for entry in TABLES.under::<_, String>(storage, (), None, Order::Ascending) {
        let (class, table) = entry.unwrap();
        let (mut holes, mut live, mut operators) = (BTreeSet::new(), 0, BTreeSet::new());
        for position in 0..table.length {
            match SLOTS.load(storage, (&class, position)).unwrap() {
                Slot::Hole { .. } => assert!(holes.insert(position)),
                Slot::Entry {
                    provider: no, weight, ..
                } => {
                    assert!((1..=64).contains(&weight));
                    assert!(offered.remove(&(class.clone(), position, no)));
                    let group = state::provider(storage, no).unwrap().group;
                    *groups.entry((class.clone(), group.clone())).or_default() += 1;
                    operators.insert(group);
                    live += 1;
                }
            }
        }
        assert_eq!((table.live, table.operators), (live, operators.len() as u32));
        let mut next = table.hole;
        while let Some(position) = next {
            assert!(holes.remove(&position), "each hole once in the chain");
            let Slot::Hole { next: further } = SLOTS.load(storage, (&class, position)).unwrap() else {
                panic!("the chain of holes leads to an entry");
            };
            next = further;
        }
        assert!(holes.is_empty());
        assert_eq!(audits::table(storage, &AuditClass(class)).unwrap(), table);
    }
    assert!(offered.is_empty());
    let stored: BTreeMap<_, _> = GROUPS
        .under::<_, (String, String)>(storage, (), None, Order::Ascending)
        .map(Result::unwrap)
        .collect();
    assert_eq!(stored, groups);
}

fn covers(all: &Resources64, part: &Resources64) -> bool {
    part.gpus <= all.gpus
        && part.cpu_milli <= all.cpu_milli
        && part.ram_mib <= all.ram_mib
        && part.ephemeral_mib <= all.ephemeral_mib
        && part.persistent_mib <= all.persistent_mib
        && part.ports <= all.ports
}
