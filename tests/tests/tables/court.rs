//! What audits in the tables are made of: a beacon, a batch of real receipts, and what those who answer say.

use beacon::Key;
use cosmwasm_std::HexBinary;
use market_testing::chain::{CHAIN_ID, GENESIS};
use market_types::attestation::{
    AuditStep, BeaconParams, ExecuteMsg, ParamsUpdate, PlantedReveal, Planters, QueryMsg,
};
use market_types::audit::{blind, commitment, planter_leaf, Answer, AuditId};
use market_types::order::ComparisonClass;
use market_types::receipt::{Batch, MarketTag, Opening, Statement, Tree};
use market_types::{attestation, defaults, BatchNo, Hash32, ProviderNo, Seconds, UnixTime};

use crate::roles::Role;
use crate::world::World;

/// In the posted batch: all of the task.
pub const UNITS: u32 = 48;
const SALT: Hash32 = Hash32([5; 32]);
/// Unit 0 of the batch.
const PLANTED: u64 = 1;
/// Of the beacon: more than a page of rounds are published when the chain begins.
const FIRST_ROUND: UnixTime = UnixTime(GENESIS - 60_000);
/// Between two rounds that are taken.
const ROUND: u64 = 60;

fn key() -> Key {
    Key::from_seed(b"tables")
}

pub fn beacon_params() -> BeaconParams {
    BeaconParams {
        public_key: HexBinary::from(key().public().0.to_vec()),
        genesis: FIRST_ROUND,
        period: Seconds(3),
        every: 20,
        margin: Seconds(30),
    }
}

/// This round, as anybody submits it.
pub fn beacon_of(round: u64) -> ExecuteMsg {
    let signature = HexBinary::from(key().sign(round).unwrap().0.to_vec());
    ExecuteMsg::SubmitBeacon { round, signature }
}

impl World {
    /// Audits are drawn, often, and the owner may plant.
    pub fn audited(&self) -> ExecuteMsg {
        let mut exact = defaults::attestation()
            .classes
            .into_iter()
            .find(|entry| entry.class == ComparisonClass::Exact)
            .unwrap();
        exact.audit_floor_ppm = 250_000;
        ExecuteMsg::UpdateParams(ParamsUpdate {
            classes: Some(vec![exact]),
            beacon: Some(beacon_params()),
            planters: Some(Planters {
                root: self.planters().root(),
                count: 2,
            }),
            ..Default::default()
        })
    }

    fn planters(&self) -> Tree {
        let planters = [ProviderNo(u32::MAX), self.number(Role::Owner)];
        Tree::new(&planters.map(|planter| planter_leaf(planter, &SALT).0)).unwrap()
    }

    /// The latest round that is taken.
    pub fn beacon(&self) -> ExecuteMsg {
        let round = self.suite.now().since(FIRST_ROUND).0 / 3 + 1;
        beacon_of(round - round % 20)
    }

    /// The rounds of the next minutes, of which the first is seen and the last one decides.
    pub fn beacons(&mut self) {
        for _ in 0..3 {
            self.suite.pass(ROUND);
            self.must(Role::Crank, self.beacon());
        }
    }

    fn rooted(&self, root: Hash32) -> Batch {
        Batch {
            market: MarketTag::new(CHAIN_ID, &self.text(Role::Attestation)),
            lease: self.lease,
            provider: self.number(Role::Owner),
            first_unit: 0,
            count: UNITS,
            root,
        }
    }

    fn receipts(&self) -> Tree {
        let batch = self.rooted(Hash32([0; 32]));
        let leaves: Vec<_> = (0..UNITS)
            .map(|unit| batch.receipt(unit, &statement(unit)).leaf())
            .collect();
        Tree::of_batch(&leaves, blind(PLANTED, &SALT)).unwrap()
    }

    pub fn post(&self) -> ExecuteMsg {
        ExecuteMsg::PostBatch {
            lease: self.lease,
            first_unit: 0,
            count: UNITS,
            root: self.receipts().root(),
        }
    }

    pub fn draw(&self) -> ExecuteMsg {
        ExecuteMsg::Draw {
            lease: self.lease,
            batch: BatchNo(0),
        }
    }

    /// Of the first unit that was drawn, or of the lease's first.
    pub fn open_drawn(&self) -> ExecuteMsg {
        let (lease, batch) = (self.lease, BatchNo(0));
        let paging = market_types::Paging::default();
        let batches =
            self.suite
                .ask_attestation::<market_types::Page<attestation::BatchResponse, BatchNo>>(
                    &QueryMsg::Batches { lease, paging },
                )
                .items;
        let drawn = batches.first().and_then(|batch| batch.drawn.as_ref());
        let unit = drawn.and_then(|drawn| drawn.first()).copied().unwrap_or_default();
        let audit = AuditId { lease, unit };
        ExecuteMsg::OpenAudit { audit, batch }
    }

    pub fn force(&self) -> ExecuteMsg {
        ExecuteMsg::ForceAudit {
            audit: self.audit(),
            batch: BatchNo(0),
        }
    }

    pub fn advance(&self) -> ExecuteMsg {
        ExecuteMsg::Advance { audit: self.audit() }
    }

    /// Until every seat is looked for.
    pub fn seat_all(&mut self) {
        self.beacons();
        loop {
            let audit: attestation::AuditResponse = self
                .suite
                .ask_attestation(&QueryMsg::Audit { audit: self.audit() });
            match audit.step {
                AuditStep::Seating { .. } => self.must(Role::Crank, self.advance()),
                _ => return,
            }
        }
    }

    pub fn opening(&self) -> ExecuteMsg {
        ExecuteMsg::Open {
            audit: self.audit(),
            opening: Opening {
                statement: statement(0),
                path: self.receipts().prove(0).unwrap(),
                signature: vec![0; 64].into(),
            },
        }
    }

    pub fn commit(&self, provider: ProviderNo, answer: Answer) -> ExecuteMsg {
        let audit = self.audit();
        ExecuteMsg::Commit {
            audit,
            commitment: commitment(audit, provider, &answer, &SALT),
        }
    }

    pub fn reveal(&self, answer: Answer) -> ExecuteMsg {
        ExecuteMsg::Reveal {
            audit: self.audit(),
            answer,
            salt: SALT,
        }
    }

    pub fn appeal(&self) -> ExecuteMsg {
        ExecuteMsg::Appeal { audit: self.audit() }
    }

    pub fn planted(&self) -> ExecuteMsg {
        ExecuteMsg::RevealPlanted(Box::new(PlantedReveal {
            audit: self.audit(),
            bad: PLANTED.to_be_bytes().to_vec().into(),
            salt: SALT,
            path: self.receipts().prove(UNITS).unwrap(),
            planter_salt: SALT,
            planter_index: 1,
            planter_path: self.planters().prove(1).unwrap(),
        }))
    }
}

fn statement(unit: u32) -> Statement {
    Statement {
        input: Hash32([1; 32]),
        parameters: Hash32([2; 32]),
        result: Hash32([unit as u8 + 1; 32]),
        finished_at: UnixTime(GENESIS),
    }
}

/// Of unit 0, as the provider has it.
pub fn good() -> Answer {
    let digest = statement(0).result;
    Answer::Result { digest }
}

pub fn bad() -> Answer {
    let digest = Hash32([255; 32]);
    Answer::Result { digest }
}
