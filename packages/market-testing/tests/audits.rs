//! Audits through all five contracts: a cheat is caught, one that falls silent pays, an honest provider is paid. Every message is followed
//! by the checks of the suite: solvency, supply, and each lease's money.

use beacon::Key;
use cosmwasm_std::{Addr, HexBinary, Uint128};
use market_math::beacon::Rounds;
use market_testing::chain::{account, CHAIN_ID, GENESIS};
use market_testing::specs::{machines, task, H100};
use market_testing::suite::intentions::send_hook;
use market_testing::suite::Outcome;
use market_testing::Suite;
use market_types::attestation::{
    AuditOutcome, AuditResponse, AuditStep, BatchResponse, BeaconParams, ExecuteMsg, QueryMsg, SeatState,
};
use market_types::audit::{commitment, Answer, AuditClass, AuditId};
use market_types::escrow::{Hook, LeaseStatus};
use market_types::receipt::{Batch, MarketTag, Opening, Statement, Tree};
use market_types::registry::{ExecuteMsg as Registry, ReputationResponse};
use market_types::{registry, BatchNo, CloseReason, Hash32, LeaseId, OrderId, ProviderNo, Seconds, UnixTime};

const TOKEN: u128 = 1_000_000;
const PRICE: u128 = 100_000;
const WORK_BOND: u128 = 4 * TOKEN;
const UNITS: u32 = 48;
const LEASE: LeaseId = LeaseId(8);
const SALT: Hash32 = Hash32([5; 32]);

struct Hall {
    suite: Suite,
    key: Key,
    rounds: Rounds,
    tenant: Addr,
    owner: Addr,
    agent: Addr,
    tree: Option<Tree>,
    honest: bool,
}

/// What unit `unit` really comes to.
fn truth(unit: u32) -> Hash32 {
    Hash32([unit as u8; 32])
}

fn hall(honest: bool) -> Hall {
    let key = Key::from_seed(b"market-testing");
    let public_key = HexBinary::from(key.public().0.to_vec());
    let (tenant, owner) = (account("tenant"), account("provider"));
    let auditors: Vec<Addr> = (0..24).map(|n| account(&format!("auditor {n}"))).collect();
    let funded = auditors.iter().cloned().chain([tenant.clone(), owner.clone()]);
    let genesis = UnixTime(GENESIS - 6_000);
    let mut suite = Suite::builder()
        .funded(funded)
        .attestation(move |params| {
            params.beacon = Some(BeaconParams {
                public_key,
                genesis,
                period: Seconds(3),
                every: 20,
                margin: Seconds(30),
            });
            // A quarter of the units is drawn, so that some are.
            params.classes[0].audit_floor_ppm = 250_000;
        })
        .build();
    let usdc = suite.usdc.clone();
    suite.set_bond_price(&usdc, TOKEN).unwrap();
    suite.register(&owner, vec![machines(H100, 2)]).unwrap();
    suite.bond(&owner, 10_000 * TOKEN).unwrap();
    for auditor in &auditors {
        suite.register(auditor, vec![machines(H100, 1)]).unwrap();
        suite.bond(auditor, 10_000 * TOKEN).unwrap();
        let class = AuditClass(AuditClass::EXACT.into());
        suite
            .send(auditor, Registry::OfferAudits { class, places: 8 })
            .unwrap();
    }
    let escrow = suite.wiring.lease_escrow.clone();
    suite
        .send(
            &tenant,
            send_hook(&usdc, &escrow, 10 * TOKEN, &Hook::FundAudits {}),
        )
        .unwrap();
    let agent = Suite::agent_of(&owner).address();
    let mut hall = Hall {
        suite,
        key,
        rounds: Rounds {
            genesis,
            period: Seconds(3),
            every: 20,
        },
        tenant,
        owner,
        agent,
        tree: None,
        honest,
    };
    hall.lease();
    hall
}

impl Hall {
    fn lease(&mut self) {
        let usdc = self.suite.usdc.clone();
        let (tenant, agent) = (self.tenant.clone(), self.agent.clone());
        let mut spec = task();
        spec.thin_audit = false;
        self.suite
            .place_order(&tenant, &usdc, u128::from(UNITS) * PRICE, spec)
            .unwrap();
        self.suite.bid(&agent, OrderId(1), PRICE, WORK_BOND).unwrap();
        self.suite.pass(100);
        self.suite.award(&tenant, OrderId(1)).unwrap();
    }

    fn batch(&self, root: Hash32) -> Batch {
        Batch {
            market: MarketTag::new(CHAIN_ID, self.suite.wiring.attestation.as_str()),
            lease: LEASE,
            provider: ProviderNo(1),
            first_unit: 0,
            count: UNITS,
            root,
        }
    }

    fn statement(&self, unit: u32) -> Statement {
        Statement {
            input: Hash32([1; 32]),
            parameters: Hash32([2; 32]),
            result: if self.honest {
                truth(unit)
            } else {
                Hash32([255; 32])
            },
            finished_at: UnixTime(1),
        }
    }

    /// Everything is posted in one batch and drawn from.
    fn post_and_draw(&mut self) -> Vec<u32> {
        let batch = self.batch(Hash32::default());
        let leaves: Vec<_> = (0..UNITS)
            .map(|unit| batch.receipt(unit, &self.statement(unit)).leaf())
            .collect();
        let tree = Tree::of_batch(&leaves, Hash32([8; 32])).unwrap();
        let root = tree.root();
        self.tree = Some(tree);
        let agent = self.agent.clone();
        let post = ExecuteMsg::PostBatch {
            lease: LEASE,
            first_unit: 0,
            count: UNITS,
            root,
        };
        self.suite.send(&agent, post).unwrap();
        self.beacons();
        self.crank(ExecuteMsg::Draw {
            lease: LEASE,
            batch: BatchNo(0),
        })
        .unwrap();
        let batch: BatchResponse = self.suite.ask_attestation(&QueryMsg::Batch {
            lease: LEASE,
            batch: BatchNo(0),
        });
        batch.drawn.unwrap()
    }

    fn crank(&mut self, msg: ExecuteMsg) -> Outcome {
        self.suite.send(&account("crank"), msg)
    }

    fn beacons(&mut self) {
        for _ in 0..3 {
            self.suite.pass(60);
            let latest = self.rounds.latest(self.suite.now()).unwrap();
            let round = latest - latest % 20;
            let signature = self.key.sign(round).unwrap().0.to_vec().into();
            self.crank(ExecuteMsg::SubmitBeacon { round, signature }).unwrap();
        }
    }

    fn audit(&self, unit: u32) -> AuditResponse {
        self.suite.ask_attestation(&QueryMsg::Audit { audit: id(unit) })
    }

    fn open_audit(&mut self, unit: u32) {
        self.crank(ExecuteMsg::OpenAudit {
            audit: id(unit),
            batch: BatchNo(0),
        })
        .unwrap();
        self.fill(unit);
    }

    fn fill(&mut self, unit: u32) {
        self.beacons();
        while matches!(self.audit(unit).step, AuditStep::Seating { .. }) {
            self.crank(ExecuteMsg::Advance { audit: id(unit) }).unwrap();
        }
    }

    /// Whoever has to commit, commits to the truth.
    fn commit(&mut self, unit: u32) {
        for seat in self.audit(unit).seats {
            if seat.state == SeatState::Seated {
                let answer = Answer::Result { digest: truth(unit) };
                let commitment = commitment(id(unit), seat.provider, &answer, &SALT);
                let audit = id(unit);
                self.suite
                    .send(&seat.agent, ExecuteMsg::Commit { audit, commitment })
                    .unwrap();
            }
        }
    }

    fn reveal(&mut self, unit: u32) {
        for seat in self.audit(unit).seats {
            if seat.state == SeatState::Committed {
                let reveal = ExecuteMsg::Reveal {
                    audit: id(unit),
                    answer: Answer::Result { digest: truth(unit) },
                    salt: SALT,
                };
                self.suite.send(&seat.agent, reveal).unwrap();
            }
        }
        if matches!(self.audit(unit).step, AuditStep::Revealing { .. }) {
            self.crank(ExecuteMsg::Advance { audit: id(unit) }).unwrap();
        }
    }

    fn open(&mut self, unit: u32) {
        let opening = Opening {
            statement: self.statement(unit),
            path: self.tree.as_ref().unwrap().prove(unit).unwrap(),
            signature: vec![0; 64].into(),
        };
        let agent = self.agent.clone();
        let audit = id(unit);
        self.suite
            .send(&agent, ExecuteMsg::Open { audit, opening })
            .unwrap();
    }

    fn audited(&mut self, unit: u32) {
        self.open_audit(unit);
        self.commit(unit);
        self.open(unit);
        self.reveal(unit);
    }

    fn expire(&mut self, unit: u32) {
        self.suite.pass(7_200);
        self.crank(ExecuteMsg::Advance { audit: id(unit) }).unwrap();
    }

    fn reputation(&self) -> ReputationResponse {
        let owner = self.owner.to_string();
        self.suite.ask_registry(&registry::QueryMsg::Reputation { owner })
    }
}

fn id(unit: u32) -> AuditId {
    AuditId { lease: LEASE, unit }
}

#[test]
fn an_honest_provider_is_paid_and_its_auditors_are_paid_from_the_pool() {
    let mut hall = hall(true);
    let usdc = hall.suite.usdc.clone();
    let pool = hall.suite.pools(&usdc).audit_pool;
    let drawn = hall.post_and_draw();
    assert!(!drawn.is_empty());
    for unit in &drawn {
        hall.audited(*unit);
        assert_eq!(
            hall.audit(*unit).step,
            AuditStep::Ended {
                outcome: AuditOutcome::Passed
            }
        );
    }
    let fees = Uint128::new(PRICE * 2 * drawn.len() as u128);
    assert_eq!(hall.suite.pools(&usdc).audit_pool, pool - fees);
    let auditor = hall.audit(drawn[0]).seats[0].owner.clone();
    assert!(hall.suite.available(&auditor, &usdc) >= PRICE);
    hall.suite.pass(86_400);
    hall.suite.release(&account("crank"), LEASE, BatchNo(0)).unwrap();
    let lease = hall.suite.lease(LEASE);
    assert_eq!(lease.status, LeaseStatus::Closed);
    assert_eq!(lease.money.gross.u128(), PRICE * u128::from(UNITS));
    assert_eq!(hall.reputation().audits_passed, drawn.len() as u64);
    assert_eq!(hall.suite.seats(ProviderNo(2)), 0);
}

#[test]
fn a_cheat_is_convicted_the_tenant_refunded_the_bond_slashed_and_the_auditors_paid() {
    let mut hall = hall(false);
    let usdc = hall.suite.usdc.clone();
    let lease_token = hall.suite.network_token().clone();
    let supply = hall.suite.supply(&lease_token);
    let bonded = hall.suite.provider(&hall.owner).bond.bonded.u128();
    let drawn = hall.post_and_draw();
    let unit = drawn[0];
    hall.audited(unit);
    // Two mismatches: five jurors, who see what was opened and run the unit themselves.
    hall.fill(unit);
    hall.commit(unit);
    hall.reveal(unit);
    hall.expire(unit);
    assert_eq!(
        hall.audit(unit).step,
        AuditStep::Ended {
            outcome: AuditOutcome::Convicted
        }
    );
    // The tenant has all of it back.
    let lease = hall.suite.lease(LEASE);
    assert_eq!(lease.status, LeaseStatus::Closed);
    assert_eq!(lease.close_reason, Some(CloseReason::Convicted));
    assert_eq!(
        hall.suite.available(&hall.tenant.clone(), &usdc),
        PRICE * u128::from(UNITS)
    );
    // The whole work bond is gone, a fifth of it to seven who found it, the rest burned.
    let provider = hall.suite.provider(&hall.owner);
    assert_eq!(provider.bond.bonded.u128(), bonded - WORK_BOND);
    assert!(provider.suspended);
    let each = WORK_BOND / 5 / 7;
    let seats = hall.audit(unit).seats;
    assert_eq!(seats.len(), 7);
    for seat in &seats {
        assert_eq!(hall.suite.claimable(&seat.owner), each);
        assert_eq!(hall.suite.available(&seat.owner, &usdc), PRICE);
    }
    assert_eq!(supply - hall.suite.supply(&lease_token), WORK_BOND - 7 * each);
    assert_eq!(hall.reputation().convictions, 1);
    for seat in seats {
        assert_eq!(hall.suite.seats(seat.provider), 0);
        hall.suite.claim(&seat.owner).unwrap();
    }
    // Nothing more comes of the lease.
    assert!(hall.suite.release(&account("crank"), LEASE, BatchNo(0)).is_err());
}

#[test]
fn who_attests_and_falls_silent_loses_the_unit_and_a_tenth_and_then_everything() {
    let mut hall = hall(true);
    let usdc = hall.suite.usdc.clone();
    let drawn = hall.post_and_draw();
    assert!(drawn.len() >= 2);
    for (unit, taken) in [(drawn[0], WORK_BOND / 10), (drawn[1], WORK_BOND)] {
        hall.open_audit(unit);
        hall.commit(unit);
        hall.expire(unit);
        assert_eq!(
            hall.audit(unit).step,
            AuditStep::Ended {
                outcome: AuditOutcome::NotOpened
            }
        );
        let bonded = hall.suite.provider(&hall.owner).bond.bonded.u128();
        assert_eq!(bonded, 10_000 * TOKEN - taken);
    }
    assert_eq!(
        hall.suite.available(&hall.tenant.clone(), &usdc),
        PRICE * u128::from(UNITS)
    );
    assert_eq!(hall.reputation().missed_openings, 2);
    // Whoever ended the silence was tipped.
    assert!(hall.suite.claimable(&account("crank")) > 0);
}

#[test]
fn an_audit_open_in_a_convicted_lease_ends_by_cranks_and_frees_its_auditors() {
    let mut hall = hall(false);
    let drawn = hall.post_and_draw();
    let (first, second) = (drawn[0], drawn[1]);
    hall.open_audit(second);
    hall.audited(first);
    hall.fill(first);
    hall.commit(first);
    hall.reveal(first);
    hall.expire(first);
    hall.crank(ExecuteMsg::Advance { audit: id(second) }).unwrap();
    let audit = hall.audit(second);
    assert_eq!(
        audit.step,
        AuditStep::Ended {
            outcome: AuditOutcome::Moot
        }
    );
    for seat in audit.seats {
        assert_eq!(hall.suite.seats(seat.provider), 0);
    }
    let usdc = hall.suite.usdc.clone();
    assert_eq!(hall.suite.pools(&usdc).set_aside.u128(), 0);
}
