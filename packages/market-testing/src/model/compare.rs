//! Figure by figure: the ledger against what the contracts have stored and what they answer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use cosmwasm_std::{from_json, Addr, Order, Storage, Uint128};
use cw20_base::state::{BALANCES, TOKEN_INFO};
use market_types::attestation::{BatchResponse, QueryMsg as AskAttestation};
use market_types::audit::AuditClass;
use market_types::control::Solvency;
use market_types::escrow::{LeaseMoney, LeaseResponse, LeaseStatus, Progress};
use market_types::order_book::{BidResponse, OrderResponse, QueryMsg as AskBook};
use market_types::registry::{AuditEntry, AuditTable, AuditTry, BondResponse, QueryMsg as AskRegistry};
use market_types::take_rate::{LotResponse, QueryMsg as AskTakeRate};
use market_types::{attestation, escrow, BatchNo, LeaseId, OrderId, Page, ProviderNo, UnixTime};

use serde::Deserialize;

use super::twin::{Mismatch, Twin};
use crate::call::Call;
use crate::ledger::{Fees, Ledger, Work};

fn same<T: PartialEq + Debug>(what: impl FnOnce() -> String, ledger: &T, market: &T) -> Result<(), Mismatch> {
    match ledger == market {
        true => Ok(()),
        false => Err(Mismatch::Figure {
            what: what(),
            ledger: format!("{ledger:?}"),
            market: format!("{market:?}"),
        }),
    }
}

fn named<T: PartialEq + Debug>(what: &str, ledger: &T, market: &T) -> Result<(), Mismatch> {
    same(|| what.to_string(), ledger, market)
}

/// Everything a map of the escrow holds, by the bytes of its keys.
fn packed(storage: &dyn Storage, namespace: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut from = (namespace.len() as u16).to_be_bytes().to_vec();
    from.extend(namespace.as_bytes());
    let mut to = from.clone();
    if let Some(last) = to.last_mut() {
        *last += 1;
    }
    storage
        .range(Some(&from), Some(&to), Order::Ascending)
        .map(|(key, value)| (key[from.len()..].to_vec(), value))
        .collect()
}

fn number(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |n, byte| n << 8 | u128::from(*byte))
}

fn numbers<const N: usize>(bytes: &[u8]) -> [u128; N] {
    std::array::from_fn(|index| number(&bytes[16 * index..16 * (index + 1)]))
}

fn lease_id(key: &[u8]) -> LeaseId {
    LeaseId(number(key) as u64)
}

/// A listed token, as far as keys go.
#[derive(Deserialize)]
struct Numbered {
    no: u8,
}

fn text(bytes: &[u8]) -> Addr {
    Addr::unchecked(String::from_utf8_lossy(bytes))
}

impl Twin {
    /// All balances of everybody, after every step.
    pub(super) fn compare_figures(&self) -> Result<(), Mismatch> {
        self.compare_tokens()?;
        self.compare_accounts()?;
        self.compare_leases()?;
        self.compare_bonds()?;
        self.compare_fees()
    }

    fn compare_tokens(&self) -> Result<(), Mismatch> {
        for (token, expected) in &self.ledger.tokens {
            let storage = self.suite.app.contract_storage(token);
            let there: BTreeMap<Addr, u128> = BALANCES
                .range(&*storage, None, None, Order::Ascending)
                .filter_map(Result::ok)
                .map(|(holder, balance)| (holder, balance.u128()))
                .filter(|(_, balance)| *balance > 0)
                .collect();
            let mut balances = expected.balances.clone();
            balances.retain(|_, balance| *balance > 0);
            same(|| format!("balances of {token}"), &balances, &there)?;
            let supply = TOKEN_INFO.load(&*storage).map(|info| info.total_supply.u128());
            same(
                || format!("supply of {token}"),
                &Some(expected.supply),
                &supply.ok(),
            )?;
        }
        Ok(())
    }

    fn compare_accounts(&self) -> Result<(), Mismatch> {
        let storage = self.suite.app.contract_storage(&self.ledger.wiring.lease_escrow);
        let escrow = &self.ledger.escrow;
        // Tokens have short numbers, which the list of tokens tells.
        let tokens: BTreeMap<u128, Addr> = packed(&*storage, "tokens")
            .into_iter()
            .filter_map(|(key, value)| Some((from_json::<Numbered>(value).ok()?.no.into(), text(&key))))
            .collect();
        let numbered = |no: &[u8]| tokens.get(&number(no)).cloned().unwrap_or_else(|| text(no));
        let accounts: BTreeMap<(Addr, Addr), u128> = packed(&*storage, "accounts")
            .into_iter()
            .map(|(key, value)| {
                let owner_len = number(&key[..2]) as usize;
                let (owner, no) = key[2..].split_at(owner_len);
                ((text(owner), numbered(no)), number(&value))
            })
            .collect();
        named("available", &escrow.available, &accounts)?;
        let reserved: BTreeMap<u64, u128> = packed(&*storage, "reserved")
            .into_iter()
            .map(|(key, value)| (number(&key) as u64, number(&value)))
            .collect();
        let expected = escrow
            .reservations
            .iter()
            .filter_map(|(id, order)| Some((id.0, order.reserved?)))
            .collect();
        named("reserved", &expected, &reserved)?;
        let totals: BTreeMap<Addr, [u128; 6]> = packed(&*storage, "totals")
            .into_iter()
            .map(|(key, value)| (numbered(&key), numbers(&value)))
            .filter(|(_, sums)| *sums != [0; 6])
            .collect();
        let expected = self
            .ledger
            .tokens
            .keys()
            .map(|token| (token.clone(), escrow.owes(token)))
            .filter(|(_, sums)| *sums != [0; 6])
            .collect();
        named("what the escrow owes", &expected, &totals)?;
        let aside: BTreeMap<Addr, u128> = packed(&*storage, "aside")
            .into_iter()
            .map(|(key, value)| (text(&key), number(&value)))
            .collect();
        let expected = self
            .ledger
            .tokens
            .keys()
            .map(|token| (token.clone(), escrow.aside_in(token)))
            .filter(|(_, aside)| *aside > 0)
            .collect();
        named("what is set aside", &expected, &aside)
    }

    fn compare_leases(&self) -> Result<(), Mismatch> {
        let storage = self.suite.app.contract_storage(&self.ledger.wiring.lease_escrow);
        let leases = &self.ledger.escrow.leases;
        let money: BTreeMap<LeaseId, [u128; 5]> = packed(&*storage, "money")
            .into_iter()
            .map(|(key, value)| (lease_id(&key), numbers(&value)))
            .collect();
        let expected = leases
            .iter()
            .map(|(id, lease)| {
                let m = &lease.money;
                (*id, [m.remaining, m.held, m.gross, m.refunded, m.premium])
            })
            .collect();
        named("money of leases", &expected, &money)?;
        // last beat, credited, cutoff, height
        let beats: BTreeMap<(ProviderNo, LeaseId), [u64; 4]> = packed(&*storage, "b")
            .into_iter()
            .map(|(key, value)| {
                let no = ProviderNo(number(&key[2..6]) as u32);
                let part = |from: usize, to: usize| number(&value[from..to]) as u64;
                (
                    (no, lease_id(&key[6..])),
                    [part(0, 5), part(5, 9), part(9, 14), part(14, 18)],
                )
            })
            .collect();
        let expected = leases
            .iter()
            .filter_map(|(id, lease)| {
                let stream = lease.stream()?;
                let (last, height) = stream.beat?;
                let cutoff = stream.cutoff(lease.price).min((1 << 40) - 1);
                Some(((lease.provider, *id), [last, stream.credited, cutoff, height]))
            })
            .collect();
        named("heartbeats", &expected, &beats)
    }

    fn compare_bonds(&self) -> Result<(), Mismatch> {
        let registry = &self.ledger.registry;
        for (owner, amount) in &registry.claimable {
            let there = self.suite.claimable(owner);
            same(|| format!("claimable of {owner}"), amount, &there)?;
        }
        let claimable: u128 = registry.claimable.values().sum();
        let sides: Vec<Solvency> = self.suite.ask_registry(&AskRegistry::Solvency {});
        let owed = sides.iter().flat_map(|side| &side.owed);
        let there: u128 = owed
            .filter(|owed| owed.purpose == "claimable")
            .map(|owed| owed.amount.u128())
            .sum();
        named("all that is claimable", &claimable, &there)?;
        for provider in &registry.providers {
            let no = provider.no;
            let bond: BondResponse = self.suite.provider(&provider.owner).bond;
            let unbonding: Vec<_> = bond
                .unbonding
                .iter()
                .map(|entry| (entry.amount.u128(), entry.ready_at.0))
                .collect();
            let expected = (provider.bonded, registry.locked(no), provider.unbonding.clone());
            let there = (bond.bonded.u128(), bond.locked.u128(), unbonding);
            same(|| format!("bond of provider {no}"), &expected, &there)?;
        }
        Ok(())
    }

    fn compare_fees(&self) -> Result<(), Mismatch> {
        let take_rate = &self.ledger.take_rate;
        for token in self.ledger.tokens.keys() {
            let expected = take_rate.fees.get(token).cloned().unwrap_or_default();
            let totals = self.suite.totals(token);
            let there = Fees {
                collected: totals.collected.u128(),
                burned: totals.burned.u128(),
                sold: totals.sold.u128(),
                brought: totals.brought.u128(),
                seeded: totals.seeded.u128(),
                insured: totals.insured.u128(),
                waiting: totals.waiting.u128(),
                waiting_since: expected.waiting_since,
                audit_seed: totals.audit_seed.u128(),
                insurance: totals.insurance.u128(),
            };
            same(|| format!("fees in {token}"), &expected, &there)?;
            let lot: Option<LotResponse> = self.suite.ask_take_rate(&AskTakeRate::Lot {
                token: token.to_string(),
            });
            let there = lot.map(|lot| {
                [
                    lot.opened.u128(),
                    lot.left.u128(),
                    lot.start_price.u128(),
                    lot.price.u128(),
                ]
            });
            let expected = take_rate
                .lots
                .get(token)
                .map(|lot| [lot.opened, lot.left, lot.start, lot.price(self.ledger.now)]);
            same(|| format!("lot of {token}"), &expected, &there)?;
        }
        Ok(())
    }

    /// What a message was about, through the market's own queries.
    pub(super) fn compare_touched(&self, call: &Call) -> Result<(), Mismatch> {
        for order in orders_in(call) {
            self.compare_order(order)?;
        }
        for lease in leases_in(call) {
            self.compare_lease(lease)?;
        }
        if let Call::Attestation(attestation::ExecuteMsg::Release { lease, batch }) = call {
            self.compare_batch(*lease, *batch)?;
        }
        Ok(())
    }

    pub(super) fn compare_everything(&self) -> Result<(), Mismatch> {
        for order in self.ledger.book.orders.keys() {
            self.compare_order(*order)?;
        }
        for lease in self.ledger.escrow.leases.keys() {
            self.compare_lease(*lease)?;
        }
        for (lease, batch) in self.ledger.attestation.batches.keys() {
            self.compare_batch(*lease, *batch)?;
        }
        self.compare_providers()
    }

    fn compare_order(&self, id: OrderId) -> Result<(), Mismatch> {
        let Some(order) = self.ledger.book.orders.get(&id) else {
            return Ok(());
        };
        let there: OrderResponse = self.suite.ask_book(&AskBook::Order { order: id });
        let expected = (order.status, order.closes, order.expires, order.extensions);
        let figures = (there.status, there.closes.0, there.expires.0, there.extensions);
        same(|| format!("order {id}"), &expected, &figures)?;
        let bids: Vec<BidResponse> = self.suite.pages(|paging| {
            self.suite
                .ask_book::<Page<_, u32>>(&AskBook::Bids { order: id, paging })
        });
        let there: Vec<_> = bids
            .iter()
            .map(|b| (b.provider, b.price.0.u128(), b.rank.u128(), b.sequence, b.placed))
            .collect();
        let expected: Vec<_> = order
            .bids
            .iter()
            .map(|b| (b.provider, b.price, b.rank, b.sequence, UnixTime(b.placed)))
            .collect();
        same(|| format!("bids of order {id}"), &expected, &there)
    }

    /// The lease as `Settle` in this block would leave it.
    fn compare_lease(&self, id: LeaseId) -> Result<(), Mismatch> {
        let Some(lease) = self.ledger.escrow.leases.get(&id) else {
            return Ok(());
        };
        let there: LeaseResponse = self.suite.lease(id);
        let what = |part: &str| format!("{part} of lease {id}");
        let (closed_at, reason) = lease.ended.unzip();
        let expected = (lease.status, lease.tenant.clone(), lease.price, closed_at, reason);
        let figures = (
            there.status,
            there.tenant.clone(),
            there.price.0.u128(),
            there.closed_at.map(|at| at.0),
            there.close_reason,
        );
        same(|| what("state"), &expected, &figures)?;
        same(|| what("settled money"), &settled(&self.ledger, id), &there.money)?;
        let expected = match &lease.work {
            Work::Stream(stream) => (
                stream.credited,
                stream.outages.into(),
                stream.suspended_at,
                stream.acknowledged_until,
            ),
            Work::Task(task) => (
                task.attested.into(),
                (task.vested + task.refunded).into(),
                task.waiting_since,
                task.last_batch_at,
            ),
        };
        let at = |time: Option<UnixTime>| time.map(|time| time.0);
        let figures: (u64, u64, Option<u64>, Option<u64>) = match there.progress {
            Progress::Stream {
                credited,
                outages,
                suspended_at,
                acknowledged_until,
                ..
            } => (
                credited.0,
                outages.into(),
                at(suspended_at),
                at(acknowledged_until),
            ),
            Progress::Task {
                attested,
                vested,
                refunded,
                waiting_since,
                last_batch_at,
                ..
            } => (
                attested.into(),
                (vested + refunded).into(),
                at(waiting_since),
                at(last_batch_at),
            ),
        };
        same(|| what("progress"), &expected, &figures)?;
        if lease.status == LeaseStatus::Closed {
            let kept = (lease.money.remaining, lease.money.held);
            same(|| what("money after the close"), &(0, 0), &kept)?;
        }
        Ok(())
    }

    fn compare_batch(&self, lease: LeaseId, batch: BatchNo) -> Result<(), Mismatch> {
        let Some(expected) = self.ledger.attestation.batches.get(&(lease, batch)) else {
            return Ok(());
        };
        let there: BatchResponse = self
            .suite
            .ask_attestation(&AskAttestation::Batch { lease, batch });
        let expected = (
            expected.first_unit,
            expected.count,
            expected.vests_at,
            expected.audit_rate,
            expected.premium,
            expected.status,
        );
        let figures = (
            there.first_unit,
            there.count,
            there.vests_at.0,
            there.audit_rate.u128(),
            there.premium.u128(),
            there.status,
        );
        same(|| format!("batch {batch} of lease {lease}"), &expected, &figures)
    }

    fn compare_providers(&self) -> Result<(), Mismatch> {
        use market_types::registry::{QueryMsg, ReputationResponse};
        for provider in &self.ledger.registry.providers {
            let (no, now) = (provider.no, self.ledger.now);
            let there = self.suite.provider(&provider.owner);
            let expected = (
                provider.agent.clone(),
                (provider.retired, provider.suspended),
                provider.shrunk_at,
                provider.maintenance,
            );
            let figures = (
                there.agent,
                (there.retired, there.suspended),
                there.shrunk_at.map(|at| at.0),
                there.maintenance.map(|(from, until)| (from.0, until.0)),
            );
            same(|| format!("provider {no}"), &expected, &figures)?;
            let owner = provider.owner.to_string();
            let there: ReputationResponse = self.suite.ask_registry(&QueryMsg::Reputation { owner });
            let evidence = &provider.evidence;
            let score = self.ledger.registry.reputation(no, now);
            let counts = [
                evidence.ended_by_tenant,
                evidence.ended_by_provider,
                evidence.ended_by_network,
                evidence.outages,
                evidence.outage_seconds,
                evidence.no_shows,
                evidence.convictions,
            ];
            let figures = [
                there.leases_ended_by_tenant,
                there.leases_ended_by_provider,
                there.leases_ended_by_network,
                there.outages,
                there.outage_seconds,
                there.no_shows,
                there.convictions,
            ];
            same(
                || format!("evidence of provider {no}"),
                &(score, counts),
                &(there.score, figures),
            )?;
        }
        self.compare_tables()
    }

    fn compare_tables(&self) -> Result<(), Mismatch> {
        for (class, table) in &self.ledger.registry.tables {
            let class = AuditClass(class.clone());
            let entries = || table.places.iter().flatten();
            let groups: BTreeSet<&str> = entries()
                .map(|entry| self.ledger.registry.provider(entry.provider).group.as_str())
                .collect();
            let expected = AuditTable {
                length: table.places.len() as u32,
                live: entries().count() as u32,
                operators: groups.len() as u32,
            };
            let query = AskRegistry::AuditTable { class: class.clone() };
            same(
                || format!("audit table {class}"),
                &expected,
                &self.suite.ask_registry(&query),
            )?;
            // A lot of zero hits whoever has weight.
            let tries = |positions: std::ops::Range<usize>| {
                let tries = positions.map(|position| AuditTry {
                    position: position as u32,
                    lot: 0,
                });
                tries.collect::<Vec<_>>()
            };
            let found: Vec<Option<AuditEntry>> = self.suite.ask_registry(&AskRegistry::AuditEntries {
                class: class.clone(),
                tries: tries(0..table.places.len().min(64)),
                bond: Uint128::zero(),
            });
            let found: Vec<_> = found
                .into_iter()
                .map(|entry| entry.map(|e| (e.auditor.no, u128::from(e.weight), e.since.0, e.free_places)))
                .collect();
            let unit = self.ledger.registry.params.audit_bond_unit.u128();
            let expected: Vec<_> = table
                .places
                .iter()
                .take(64)
                .map(|place| {
                    let entry = (*place)?;
                    let bonded = self.ledger.registry.provider(entry.provider).bonded;
                    let weight = entry.weight.min(bonded / unit);
                    (weight > 0).then_some((entry.provider, weight, entry.since, entry.seats))
                })
                .collect();
            same(|| format!("entries of audit table {class}"), &expected, &found)?;
        }
        Ok(())
    }
}

fn settled(ledger: &Ledger, id: LeaseId) -> LeaseMoney {
    let mut after = ledger.clone();
    let settle = Call::Escrow(escrow::ExecuteMsg::Settle { lease: id });
    let anybody = ledger.governor.clone();
    let fate = after.execute(&anybody, &settle);
    assert!(fate.is_ok(), "settling is never refused: {fate:?}");
    let money = &after.escrow.leases[&id].money;
    LeaseMoney {
        funded: money.funded.into(),
        remaining: money.remaining.into(),
        held: money.held.into(),
        gross: money.gross.into(),
        refunded: money.refunded.into(),
        fee: money.fee.into(),
        premium: money.premium.into(),
        income: money.income.into(),
    }
}

fn orders_in(call: &Call) -> Vec<OrderId> {
    use market_types::order_book::ExecuteMsg::{Award, Bid, Cancel, Expire, Pick, Prune};
    match call {
        Call::Book(
            Bid { order, .. }
            | Award { order }
            | Pick { order, .. }
            | Cancel { order }
            | Expire { order }
            | Prune { order, .. },
        ) => vec![*order],
        _ => vec![],
    }
}

fn leases_in(call: &Call) -> Vec<LeaseId> {
    use market_types::escrow::ExecuteMsg as Msg;
    match call {
        Call::Escrow(Msg::Heartbeat { leases }) => leases.clone(),
        Call::Escrow(
            Msg::TopUp { lease, .. }
            | Msg::Accept { lease }
            | Msg::Suspend { lease }
            | Msg::Resume { lease }
            | Msg::InputsDelivered { lease }
            | Msg::Transfer { lease, .. }
            | Msg::Ready { lease }
            | Msg::Waiting { lease }
            | Msg::GiveNotice { lease }
            | Msg::Close { lease }
            | Msg::Amend { lease, .. }
            | Msg::Acknowledge { lease, .. }
            | Msg::Settle { lease }
            | Msg::CloseFailed { lease }
            | Msg::Revalue { lease }
            | Msg::Convict { lease },
        ) => vec![*lease],
        Call::Attestation(
            attestation::ExecuteMsg::PostBatch { lease, .. } | attestation::ExecuteMsg::Release { lease, .. },
        ) => vec![*lease],
        _ => orders_in(call)
            .iter()
            .filter_map(|order| LeaseId::new(*order, 0))
            .collect(),
    }
}
