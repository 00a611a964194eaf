//! Which intents wait, which are on their way, and which have to rest. Pure; time is what the caller says.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use super::intent::{Intent, Key};

const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
pub struct Pending {
    waiting: BTreeMap<Key, Intent>,
    in_flight: HashSet<Key>,
    resting: HashMap<Key, Rest>,
}

#[derive(Clone, Copy, Debug)]
enum Rest {
    /// It is on chain at this height; who has not read that far does not know yet.
    Done { height: u64 },
    /// It failed.
    Failed {
        until: Duration,
        times: u32,
        alone: bool,
    },
}

impl Pending {
    /// Takes an intent of somebody who has read the chain up to `seen`. False if one like it is waiting, on its way,
    /// resting, or done and not yet seen.
    pub fn submit(&mut self, intent: Intent, seen: u64, now: Duration) -> bool {
        let key = intent.key();
        if self.in_flight.contains(&key) {
            return false;
        }
        match self.resting.get(&key) {
            Some(Rest::Done { height }) if *height > seen => return false,
            Some(Rest::Failed { until, .. }) if *until > now => return false,
            Some(Rest::Done { .. }) => {
                self.resting.remove(&key);
            }
            _ => {}
        }
        // What is wanted now replaces what was wanted before.
        self.waiting.insert(key, intent).is_none()
    }

    /// The most urgent intents for one transaction, at most `max`. One whose company failed goes alone.
    pub fn take(&mut self, max: usize) -> Vec<Intent> {
        let mut keys = Vec::new();
        for key in self.waiting.keys() {
            let alone = matches!(self.resting.get(key), Some(Rest::Failed { alone: true, .. }));
            match (alone, keys.is_empty()) {
                (true, true) => {
                    keys.push(*key);
                    break;
                }
                (true, false) => {}
                (false, _) => keys.push(*key),
            }
            if keys.len() == max {
                break;
            }
        }
        self.in_flight.extend(&keys);
        keys.iter().filter_map(|key| self.waiting.remove(key)).collect()
    }

    /// Counts intents of a stored transaction as on their way.
    pub fn adopt(&mut self, intents: &[Intent]) {
        self.in_flight.extend(intents.iter().map(Intent::key));
    }

    pub fn done(&mut self, key: Key, height: u64) {
        self.in_flight.remove(&key);
        self.resting.insert(key, Rest::Done { height });
    }

    /// `alone`: it failed together with others, so each is tried by itself.
    pub fn failed(&mut self, key: Key, now: Duration, alone: bool) {
        self.in_flight.remove(&key);
        let times = match self.resting.get(&key) {
            Some(Rest::Failed { times, .. }) => times.saturating_add(1),
            _ => 1,
        };
        let rest = match alone {
            true => Duration::ZERO,
            false => FIRST_REST
                .saturating_mul(1 << (times - 1).min(5))
                .min(LONGEST_REST),
        };
        self.resting.insert(
            key,
            Rest::Failed {
                until: now.saturating_add(rest),
                times,
                alone,
            },
        );
    }

    /// It was not tried, for no fault of its own.
    pub fn put_back(&mut self, intent: Intent) {
        self.in_flight.remove(&intent.key());
        self.waiting.entry(intent.key()).or_insert(intent);
    }

    /// The chain was set back: what is wanted and what is done has to be found out anew. What is on its way stays so.
    pub fn set_back(&mut self) {
        self.waiting.clear();
        self.resting.clear();
    }

    /// It waits, is on its way, or is done and not yet seen by who has read up to `seen`.
    pub fn is_undecided(&self, key: Key, seen: u64) -> bool {
        let unseen = matches!(self.resting.get(&key), Some(Rest::Done { height }) if *height > seen);
        self.in_flight.contains(&key) || unseen
    }

    pub fn len(&self) -> usize {
        self.waiting.len() + self.in_flight.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmwasm_std::Uint128;
    use market_types::{LeaseId, OrderId, Price};

    const NOW: Duration = Duration::from_secs(100);

    fn settle(lease: u64) -> Intent {
        Intent::Settle {
            lease: LeaseId(lease),
        }
    }

    fn bid(price: u128) -> Intent {
        Intent::Bid {
            order: OrderId(1),
            price: Price::new(price),
            work_bond: Uint128::zero(),
        }
    }

    fn beat() -> Intent {
        Intent::Heartbeat {
            leases: vec![LeaseId(8)],
        }
    }

    #[test]
    fn bids_go_first_and_heartbeats_next() {
        let mut pending = Pending::default();
        for intent in [settle(8), beat(), bid(9)] {
            assert!(pending.submit(intent, 0, NOW));
        }
        assert_eq!(pending.take(2), [bid(9), beat()]);
        assert_eq!(pending.take(2), [settle(8)]);
    }

    #[test]
    fn the_latest_wish_replaces_the_one_that_waits_but_not_the_one_on_its_way() {
        let mut pending = Pending::default();
        pending.submit(bid(9), 0, NOW);
        pending.submit(bid(8), 0, NOW);
        assert_eq!(pending.take(9), [bid(8)]);
        assert!(!pending.submit(bid(7), 0, NOW));
        assert!(pending.is_undecided(bid(7).key(), 0));
    }

    #[test]
    fn what_is_done_is_not_repeated_by_who_has_not_read_that_far() {
        let mut pending = Pending::default();
        pending.submit(settle(8), 0, NOW);
        pending.take(1);
        pending.done(settle(8).key(), 50);
        assert!(!pending.submit(settle(8), 49, NOW));
        assert!(pending.is_undecided(settle(8).key(), 49));
        assert!(!pending.is_undecided(settle(8).key(), 50));
        assert!(pending.submit(settle(8), 50, NOW));
    }

    #[test]
    fn failures_rest_longer_each_time_up_to_a_bound() {
        let mut pending = Pending::default();
        let mut now = NOW;
        for seconds in [1, 2, 4, 8, 16, 30, 30] {
            assert!(pending.submit(settle(8), 0, now));
            pending.take(1);
            pending.failed(settle(8).key(), now, false);
            let rest = Duration::from_secs(seconds);
            assert!(
                !pending.submit(settle(8), 0, now + rest - Duration::from_millis(1)),
                "{seconds}"
            );
            now += rest;
        }
    }

    #[test]
    fn intents_that_failed_together_are_tried_one_by_one() {
        let mut pending = Pending::default();
        for lease in [8, 16] {
            pending.submit(settle(lease), 0, NOW);
        }
        for intent in pending.take(9) {
            pending.failed(intent.key(), NOW, true);
        }
        for lease in [8, 16, 24] {
            assert!(pending.submit(settle(lease), 0, NOW));
        }
        assert_eq!(pending.take(9), [settle(8)]);
        assert_eq!(pending.take(9), [settle(16)]);
        assert_eq!(pending.take(9), [settle(24)]);
    }

    #[test]
    fn on_a_chain_that_was_set_back_what_was_done_may_be_done_again() {
        let mut pending = Pending::default();
        for lease in [8, 16, 24] {
            pending.submit(settle(lease), 0, NOW);
        }
        pending.take(2);
        pending.done(settle(8).key(), 500);
        pending.set_back();
        assert_eq!(pending.len(), 1, "one is on its way, none waits");
        assert!(pending.submit(settle(8), 300, NOW));
        assert!(!pending.submit(settle(16), 300, NOW));
    }

    #[test]
    fn a_stored_transaction_keeps_its_intents_from_being_sent_again() {
        let mut pending = Pending::default();
        pending.adopt(&[settle(8)]);
        assert!(!pending.submit(settle(8), 0, NOW));
        pending.put_back(settle(8));
        assert_eq!(pending.take(1), [settle(8)]);
    }
}
