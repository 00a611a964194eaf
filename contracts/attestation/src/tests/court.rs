//! A market with a beacon of its own, a batch of real receipts, and auditors in a registry that is played.

use std::collections::BTreeMap;

use beacon_of_test::Key;
use cosmwasm_std::{HexBinary, StdResult};
use market_types::attestation::{AuditResponse, AuditStep, BeaconParams};
use market_types::audit::{commitment, Answer, AuditId};
use market_types::receipt::{Batch as Rooted, MarketTag, Opening, Statement, Tree};
use market_types::registry::{AuditEntry, AuditTable, Operator, ProviderRef, SeatEnd, SeatOutcome};
use market_types::UnixTime;

use super::*;

pub use ::beacon as beacon_of_test;

pub const UNITS: u32 = 4;
pub const SALT: Hash32 = Hash32([9; 32]);
pub const PRICE: u128 = 1_000;
/// Ten fees at ten network tokens for a payment token.
pub const LOCK: u128 = 100_000;

/// What the registry answers.
#[derive(Default)]
pub struct Bench {
    pub table: Vec<Option<AuditEntry>>,
    pub last_resort: Vec<Operator>,
    pub known: BTreeMap<String, ProviderRef>,
    /// Tries asked for in all queries.
    pub tried: u32,
}

pub struct Court {
    pub market: Market,
    pub key: Key,
    pub bench: Rc<RefCell<Bench>>,
    pub escrow: Vec<escrow::ExecuteMsg>,
    pub registry: Vec<registry::ExecuteMsg>,
    pub tree: Tree,
}

pub fn operator(no: u32) -> Operator {
    Operator {
        no: ProviderNo(no),
        owner: addr(&format!("owner-{no}")),
        agent: addr(&format!("agent-{no}")),
        group: format!("group-{no}"),
    }
}

pub fn entry(no: u32) -> AuditEntry {
    AuditEntry {
        auditor: operator(no),
        weight: 64,
        since: UnixTime(START - 1),
        free_places: 1,
    }
}

pub fn audit(unit: u32) -> AuditId {
    AuditId { lease: LEASE, unit }
}

pub fn result(unit: u32) -> Hash32 {
    Hash32([unit as u8 + 1; 32])
}

pub fn blind() -> Hash32 {
    market_types::audit::blind(0b10, &SALT)
}

fn statement(unit: u32) -> Statement {
    Statement {
        input: Hash32([1; 32]),
        parameters: Hash32([2; 32]),
        result: result(unit),
        finished_at: UnixTime(START),
    }
}

pub fn beacon_params(key: &Key) -> BeaconParams {
    BeaconParams {
        public_key: HexBinary::from(key.public().0.to_vec()),
        genesis: UnixTime(START - 3_000),
        period: Seconds(3),
        every: 20,
        margin: Seconds(30),
    }
}

impl Court {
    /// Every unit is drawn; auditors 10 to 39 are in the table.
    pub fn new() -> Self {
        Self::of(ComparisonClass::Exact, |_| {})
    }

    pub fn of(comparison: ComparisonClass, change: impl FnOnce(&mut Params)) -> Self {
        let key = Key::from_seed(b"attestation's tests");
        let mut params = super::params();
        params.beacon = Some(beacon_params(&key));
        change(&mut params);
        let mut market = Market::bare();
        market.instantiate(params).unwrap();
        {
            let mut work = market.work.borrow_mut();
            work.comparison = comparison;
            work.work_bond_value = n(1_000);
            work.work_bond = n(10_000);
            work.group = "the provider's".into();
            let device = work.class.clone();
            work.audit_class = market_types::audit::audit_class(comparison, &device);
        }
        let bench = Rc::new(RefCell::new(Bench {
            table: (10..40).map(|no| Some(entry(no))).collect(),
            ..Bench::default()
        }));
        let (work, played) = (market.work.clone(), bench.clone());
        market
            .deps
            .querier
            .update_wasm(move |query| match ask_bench(&played, query) {
                Some(answer) => SystemResult::Ok(ContractResult::Ok(answer.unwrap())),
                None => answer(&work, query),
            });
        market.execute("wirer", wire()).unwrap();
        let leaves: Vec<_> = (0..UNITS)
            .map(|unit| rooted(Hash32([0; 32])).receipt(unit, &statement(unit)).leaf())
            .collect();
        Self {
            market,
            key,
            bench,
            escrow: vec![],
            registry: vec![],
            tree: Tree::of_batch(&leaves, blind()).unwrap(),
        }
    }

    pub fn send(&mut self, sender: &str, msg: ExecuteMsg) -> Result<Response, ContractError> {
        let info = message_info(&addr(sender), &[]);
        let market = &mut self.market;
        let response = contract::execute(market.deps.as_mut(), market.env.clone(), info, msg)?;
        for message in &response.messages {
            let CosmosMsg::Wasm(WasmMsg::Execute {
                contract_addr, msg, ..
            }) = &message.msg
            else {
                panic!("unexpected {message:?}")
            };
            if *contract_addr == addr("lease-escrow").as_str() {
                self.escrow.push(from_json(msg).unwrap());
            } else {
                assert_eq!(*contract_addr, addr("provider-registry").as_str());
                self.registry.push(from_json(msg).unwrap());
            }
        }
        Ok(response)
    }

    pub fn ok(&mut self, sender: &str, msg: ExecuteMsg) -> Response {
        self.send(sender, msg).unwrap()
    }

    pub fn refused(&mut self, sender: &str, msg: ExecuteMsg) -> ContractError {
        self.send(sender, msg).unwrap_err()
    }

    pub fn now(&self) -> UnixTime {
        self.market.env.block.time.into()
    }

    /// So many seconds pass, a block every five.
    pub fn wait(&mut self, seconds: u64) {
        let later = self.now().0 + seconds;
        self.market.at(later);
        self.market.env.block.height += seconds.div_ceil(5);
    }

    pub fn submit(&mut self, round: u64) -> Result<Response, ContractError> {
        let signature = HexBinary::from(self.key.sign(round).unwrap().0.to_vec());
        self.send("anybody", ExecuteMsg::SubmitBeacon { round, signature })
    }

    /// Rounds of the next three minutes come in.
    pub fn beacons(&mut self) {
        for _ in 0..3 {
            self.wait(60);
            let rounds = crate::beacon::rounds(&beacon_params(&self.key));
            let latest = rounds.latest(self.now()).unwrap();
            self.submit(latest - latest % 20).unwrap();
        }
    }

    pub fn post(&mut self) {
        let root = self.tree.root();
        self.ok(
            "agent",
            ExecuteMsg::PostBatch {
                lease: LEASE,
                first_unit: 0,
                count: UNITS,
                root,
            },
        );
    }

    pub fn draw(&mut self) -> Response {
        self.ok("anybody", draw())
    }

    /// Posted, drawn, and the audit of `unit` opened.
    pub fn opened(&mut self, unit: u32) {
        self.post();
        self.beacons();
        self.draw();
        self.ok("anybody", open_audit(unit));
    }

    /// And its seats filled.
    pub fn seated(&mut self, unit: u32) {
        self.opened(unit);
        self.fill(unit);
    }

    pub fn fill(&mut self, unit: u32) {
        self.beacons();
        while matches!(self.step(unit), AuditStep::Seating { .. }) {
            self.ok("anybody", advance(unit));
        }
    }

    pub fn audit(&self, unit: u32) -> AuditResponse {
        self.market.ask(QueryMsg::Audit { audit: audit(unit) }).unwrap()
    }

    pub fn step(&self, unit: u32) -> AuditStep {
        self.audit(unit).step
    }

    /// Agents of those who have to answer now.
    pub fn sitters(&self, unit: u32) -> Vec<Operator> {
        let audit = self.audit(unit);
        let panel = audit.seats.last().map(|seat| seat.panel);
        audit
            .seats
            .iter()
            .filter(|seat| Some(seat.panel) == panel)
            .map(|seat| operator(seat.provider.0))
            .collect()
    }

    pub fn opening(&self, unit: u32) -> Opening {
        Opening {
            statement: statement(unit),
            path: self.tree.prove(unit).unwrap(),
            signature: vec![0; 64].into(),
        }
    }

    pub fn open(&mut self, unit: u32) {
        let opening = self.opening(unit);
        self.ok(
            "agent",
            ExecuteMsg::Open {
                audit: audit(unit),
                opening,
            },
        );
    }

    pub fn commit_as(&mut self, no: u32, unit: u32, answer: Answer) -> Result<Response, ContractError> {
        let commitment = commitment(audit(unit), ProviderNo(no), &answer, &SALT);
        self.send(
            &format!("agent-{no}"),
            ExecuteMsg::Commit {
                audit: audit(unit),
                commitment,
            },
        )
    }

    pub fn reveal_as(&mut self, no: u32, unit: u32, answer: Answer) -> Result<Response, ContractError> {
        self.send(
            &format!("agent-{no}"),
            ExecuteMsg::Reveal {
                audit: audit(unit),
                answer,
                salt: SALT,
            },
        )
    }

    /// The bench gives these answers; the provider opens when it is asked.
    pub fn hear(&mut self, unit: u32, answers: &[Answer]) {
        let sitters: Vec<u32> = self
            .sitters(unit)
            .iter()
            .map(|sitter| sitter.no.0)
            .rev()
            .take(answers.len())
            .collect();
        assert_eq!(sitters.len(), answers.len());
        if matches!(self.step(unit), AuditStep::Opening { .. }) {
            self.open(unit);
        }
        for (no, answer) in sitters.iter().zip(answers) {
            self.commit_as(*no, unit, *answer).unwrap();
        }
        if matches!(self.step(unit), AuditStep::Opening { .. }) {
            self.open(unit);
        }
        for (no, answer) in sitters.iter().zip(answers) {
            self.reveal_as(*no, unit, *answer).unwrap();
        }
        if matches!(self.step(unit), AuditStep::Revealing { .. }) {
            self.ok("anybody", advance(unit));
        }
    }

    /// Two auditors find it bad, five jurors agree.
    pub fn found_guilty(&mut self, unit: u32) {
        self.hear(unit, &[bad(), bad()]);
        self.fill(unit);
        self.hear(unit, &[bad(); 5]);
    }

    /// The step's time runs out.
    pub fn expire(&mut self, unit: u32) -> Response {
        self.wait(86_400);
        self.ok("cranker", advance(unit))
    }

    /// What the registry was told about seats since, and the escrow about money.
    pub fn ends(&self) -> Vec<SeatEnd> {
        let unseats = self.registry.iter().filter_map(|msg| match msg {
            registry::ExecuteMsg::Unseat { ends, .. } => Some(ends.clone()),
            _ => None,
        });
        unseats.flatten().collect()
    }

    pub fn at_fault(&self) -> Vec<SeatEnd> {
        let mut ends = self.ends();
        ends.retain(|end| end.outcome == SeatOutcome::Fault);
        ends
    }

    pub fn paid(&self) -> Vec<market_types::audit::Reward> {
        let payments = self.escrow.iter().filter_map(|msg| match msg {
            escrow::ExecuteMsg::PayAudit { payments, .. } => Some(payments.clone()),
            _ => None,
        });
        payments.flatten().collect()
    }
}

pub fn rooted(root: Hash32) -> Rooted {
    Rooted {
        market: MarketTag::new("cosmos-testnet-14002", addr("attestation").as_str()),
        lease: LEASE,
        provider: ProviderNo(3),
        first_unit: 0,
        count: UNITS,
        root,
    }
}

pub fn good(unit: u32) -> Answer {
    Answer::Result { digest: result(unit) }
}

pub fn bad() -> Answer {
    Answer::Result {
        digest: Hash32([255; 32]),
    }
}

pub fn draw() -> ExecuteMsg {
    ExecuteMsg::Draw {
        lease: LEASE,
        batch: BatchNo(0),
    }
}

pub fn open_audit(unit: u32) -> ExecuteMsg {
    ExecuteMsg::OpenAudit {
        audit: audit(unit),
        batch: BatchNo(0),
    }
}

pub fn advance(unit: u32) -> ExecuteMsg {
    ExecuteMsg::Advance { audit: audit(unit) }
}

/// A provider's reference of the operator group `group`.
pub fn known(no: u32, group: &str) -> ProviderRef {
    ProviderRef {
        no: ProviderNo(no),
        owner: addr(&format!("owner-{no}")),
        agent: addr(&format!("agent-{no}")),
        group: group.into(),
        reputation: BasisPoints(1_000),
        shrunk_at: None,
    }
}

fn ask_bench(bench: &Rc<RefCell<Bench>>, query: &WasmQuery) -> Option<StdResult<cosmwasm_std::Binary>> {
    let WasmQuery::Smart { contract_addr, msg } = query else {
        return None;
    };
    if *contract_addr != addr("provider-registry").as_str() {
        return None;
    }
    let mut bench = bench.borrow_mut();
    Some(match from_json::<registry::QueryMsg>(msg).unwrap() {
        registry::QueryMsg::AuditTable { .. } => to_json_binary(&AuditTable {
            length: bench.table.len() as u32,
            live: bench.table.iter().flatten().count() as u32,
            operators: bench.table.iter().flatten().count() as u32,
        }),
        registry::QueryMsg::AuditEntries { tries, .. } => {
            assert!(tries.len() <= registry::MAX_AUDIT_TRIES);
            bench.tried += tries.len() as u32;
            let answers: Vec<Option<AuditEntry>> = tries
                .iter()
                .map(|landed| bench.table.get(landed.position as usize).cloned().flatten())
                .collect();
            to_json_binary(&answers)
        }
        registry::QueryMsg::LastResort { .. } => to_json_binary(&bench.last_resort),
        registry::QueryMsg::Whois { address } => to_json_binary(&bench.known.get(&address)),
        registry::QueryMsg::Params {} => {
            let mut params = registry_params();
            params.unbonding_period = Seconds(21 * DAY);
            to_json_binary(&params)
        }
        other => panic!("unexpected {other:?}"),
    })
}
