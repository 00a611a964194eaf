//! Leases, their batches and their commitments.

use cosmwasm_std::Uint128;
use lease_escrow::ContractError as Escrow;
use market_testing::{Call, Failure};
use market_types::attestation::ExecuteMsg as A;
use market_types::audit::Reward;
use market_types::escrow::{ExecuteMsg as E, LeaseStatus, Payer};
use market_types::registry::{Commitment, ExecuteMsg as R, ReleasePart};
use market_types::{BasisPoints, BatchNo};
use provider_registry::ContractError as Registry;

use super::{asked_in_vain, check, Message};
use crate::roles::Role;
use crate::rows::escrow::{acknowledge, amend, award};
use crate::rows::registry::candidacy;
use crate::world::{batch, Scene, World, WORK_BOND};

const COLUMNS: [Scene; 12] = [
    Scene::StreamStarting,
    Scene::StreamOverdue,
    Scene::StreamActive,
    Scene::StreamSuspended,
    Scene::StreamSilent,
    Scene::StreamClosed,
    Scene::TaskActive,
    Scene::TaskWaiting,
    Scene::TaskHeld,
    Scene::TaskVested,
    Scene::TaskClosing,
    Scene::TaskClosed,
];

/// Streams: starting, overdue, active, suspended, silent, closed. Tasks: active, waiting, held, vested, closing, closed.
const TABLE: &str = "
ready            | ok/said   | late      | active    | active    | active    | closed   | task      | task      | task      | task      | task       | task
accept           | ok/said   | ok/said   | active    | active    | active    | closed   | task      | task      | task      | task      | task       | task
acknowledge      | ok/stale  | ok/stale  | ok/stale  | ok/stale  | ok/stale  | closed   | task      | task      | task      | task      | task       | task
heartbeat        | ok        | ok        | ok        | ok        | ok        | ok       | ok        | ok        | ok        | ok        | ok         | ok
suspend          | starting  | starting  | ok/said   | said      | ok/said   | closed   | task      | task      | task      | task      | task       | task
resume           | starting  | starting  | awake     | ok/awake  | awake     | closed   | task      | task      | task      | task      | task       | task
give notice      | starting  | starting  | ok/said   | ok/said   | ok/said   | closed   | task      | task      | task      | task      | task       | task
amend            | ok        | ok        | ok        | ok        | ok        | closed   | task      | task      | task      | task      | task       | task
top up           | ok        | ok        | ok        | ok        | ok        | closed   | task      | task      | task      | task      | task       | task
transfer         | ok/away   | ok/away   | ok/away   | ok/away   | ok/away   | closed   | ok/away   | ok/away   | ok/away   | ok/away   | closing    | closed
waiting          | stream    | stream    | stream    | stream    | stream    | stream   | ok/said   | said      | used 8    | used 8    | closing    | closed
inputs delivered | stream    | stream    | stream    | stream    | stream    | stream   | there     | ok/there  | there     | there     | closing    | closed
settle           | ok        | ok        | ok        | ok        | ok        | ok       | ok        | ok        | ok        | ok        | ok         | ok
close failed     | fine      | ok/closed | fine      | fine      | ok/closed | closed   | fine      | fine      | fine      | ok/closing | closing   | closed
close as tenant  | ok/closed | ok/closed | ok/closed | ok/closed | ok/closed | closed   | ok/closing | ok/closed | ok/closing | ok/closing | closing | closed
close as agent   | ok/closed | ok/closed | ok/closed | ok/closed | ok/closed | closed   | ok/closed | ok/closed | ok/closing | ok/closing | closing   | closed
open lease       | over      | over      | over      | over      | over      | over     | over      | over      | over      | over      | over       | over
hold             | stream    | stream    | stream    | stream    | stream    | stream   | ok        | ok        | ok        | ok        | ok/no more | no more
vest             | stream    | stream    | stream    | stream    | stream    | stream   | not held  | not held  | ok/not held | ok/not held | ok/not held | not held
refund           | stream    | stream    | stream    | stream    | stream    | stream   | not held  | not held  | ok/not held | ok/not held | ok/not held | not held
post first batch | no task   | no task   | no task   | no task   | no task   | no task  | ok/next 1 | ok/next 1 | next 8    | next 8    | next 8     | next 48
post next batch  | no task   | no task   | no task   | no task   | no task   | no task  | next 0    | next 0    | ok/next 9 | ok/next 9 | ok/next 9  | next 48
release batch    | no batch  | no batch  | no batch  | no batch  | no batch  | no batch | no batch  | no batch  | vesting   | ok/ended  | vesting    | ended
commit           | committed | committed | committed | committed | committed | ok/committed | committed | committed | committed | committed | committed | ok/committed
release capacity | ok/freed  | ok/freed  | ok/freed  | ok/freed  | ok/freed  | free     | ok/freed  | ok/freed  | ok/freed  | ok/freed  | freed      | free
release bonds    | ok/free   | ok/free   | ok/free   | ok/free   | ok/free   | free     | ok/free   | ok/free   | ok/free   | ok/free   | ok/free    | free
penalize         | ok        | ok        | ok        | ok        | ok        | free     | ok        | ok        | ok        | ok        | ok         | free
convict          | stream    | stream    | stream    | stream    | stream    | stream   | ok/closed | ok/closed | ok/closed | ok/closed | ok/closed  | closed
revalue          | stream    | stream    | stream    | stream    | stream    | stream   | same      | same      | same      | same      | closing    | closed
set aside        | ok        | ok        | ok        | ok        | ok        | ok       | ok        | ok        | ok        | ok        | ok         | ok
pay audit        | no money  | no money  | no money  | no money  | no money  | no money | no money  | no money  | no money  | no money  | no money   | no money
slash            | ok        | ok        | ok        | ok        | ok        | free     | ok        | ok        | ok        | ok        | ok         | free
add work bond    | no work   | no work   | no work   | no work   | no work   | free     | ok        | ok        | ok        | ok        | ok         | free
";

#[test]
fn every_message_of_a_lease_in_every_state_comes_out_as_the_table_says_and_again() {
    check(TABLE, &COLUMNS, &messages(), word);
}

pub fn messages() -> Vec<Message> {
    let (tenant, agent) = (Role::Tenant, Role::Agent);
    vec![
        ("ready", agent, |world| E::Ready { lease: world.lease }.into()),
        ("accept", tenant, |world| E::Accept { lease: world.lease }.into()),
        ("acknowledge", tenant, |world| acknowledge(world, false).into()),
        ("heartbeat", agent, |world| {
            E::Heartbeat {
                leases: vec![world.lease],
            }
            .into()
        }),
        ("suspend", tenant, |world| {
            E::Suspend { lease: world.lease }.into()
        }),
        ("resume", tenant, |world| E::Resume { lease: world.lease }.into()),
        ("give notice", agent, |world| {
            E::GiveNotice { lease: world.lease }.into()
        }),
        ("amend", tenant, |world| amend(world).into()),
        ("top up", Role::OtherTenant, |world| {
            let amount = Uint128::one();
            E::TopUp {
                lease: world.lease,
                amount,
            }
            .into()
        }),
        ("transfer", tenant, |world| {
            let to = world.text(Role::OtherTenant);
            E::Transfer {
                lease: world.lease,
                to,
            }
            .into()
        }),
        ("waiting", agent, |world| E::Waiting { lease: world.lease }.into()),
        ("inputs delivered", tenant, |world| {
            E::InputsDelivered { lease: world.lease }.into()
        }),
        ("settle", Role::Crank, |world| {
            E::Settle { lease: world.lease }.into()
        }),
        ("close failed", Role::Crank, |world| {
            E::CloseFailed { lease: world.lease }.into()
        }),
        ("close as tenant", tenant, |world| {
            E::Close { lease: world.lease }.into()
        }),
        ("close as agent", agent, |world| {
            E::Close { lease: world.lease }.into()
        }),
        ("open lease", Role::Book, |world| {
            E::OpenLease(award(world)).into()
        }),
        ("hold", Role::Attestation, |world| {
            E::Hold {
                lease: world.lease,
                units: 1,
            }
            .into()
        }),
        ("vest", Role::Attestation, |world| {
            let premium = Uint128::zero();
            E::Vest {
                lease: world.lease,
                units: 8,
                premium,
            }
            .into()
        }),
        ("refund", Role::Attestation, |world| {
            E::Refund {
                lease: world.lease,
                units: 8,
            }
            .into()
        }),
        ("post first batch", agent, |world| batch(world.lease, 0, 1).into()),
        ("post next batch", agent, |world| batch(world.lease, 8, 1).into()),
        ("release batch", Role::Crank, |world| {
            A::Release {
                lease: world.lease,
                batch: BatchNo(0),
            }
            .into()
        }),
        ("commit", Role::Book, |world| {
            let (tenant, candidacy) = (world.text(Role::Tenant), candidacy(world));
            R::Commit(Commitment {
                lease: world.lease,
                tenant,
                candidacy,
            })
            .into()
        }),
        ("release capacity", Role::Escrow, |world| {
            release(world, ReleasePart::Capacity)
        }),
        ("release bonds", Role::Escrow, |world| {
            release(world, ReleasePart::Bonds)
        }),
        ("penalize", Role::Escrow, |world| {
            R::Penalize {
                lease: world.lease,
                tenant: world.text(Role::Tenant),
                share: BasisPoints::WHOLE,
                tip: None,
            }
            .into()
        }),
        ("convict", Role::Attestation, |world| {
            E::Convict { lease: world.lease }.into()
        }),
        ("revalue", Role::Crank, |world| {
            E::Revalue { lease: world.lease }.into()
        }),
        ("set aside", Role::Attestation, |world| {
            E::SetAside {
                audit: world.audit(),
                amount: Uint128::one(),
                payer: Payer::Tenant,
            }
            .into()
        }),
        ("pay audit", Role::Attestation, |world| {
            let to = world.text(Role::OtherOwner);
            let amount = Uint128::one();
            E::PayAudit {
                audit: world.audit(),
                payments: vec![Reward { to, amount }],
            }
            .into()
        }),
        ("slash", Role::Attestation, |world| {
            R::Slash {
                lease: world.lease,
                share: BasisPoints(1_000),
                rewards: vec![],
                tip: None,
                convict: false,
            }
            .into()
        }),
        ("add work bond", Role::Owner, |world| {
            R::AddWorkBond {
                lease: world.lease,
                amount: Uint128::one(),
            }
            .into()
        }),
    ]
}

fn release(world: &World, part: ReleasePart) -> Call {
    let lease = world.lease;
    R::Release { lease, part }.into()
}

fn word(world: &World, word: &str, call: &Call) -> Result<(), Failure> {
    let lease = world.lease;
    let escrow = |error: Escrow| Err(error.into());
    let registry = |error: Registry| Err(error.into());
    let attestation = |error: attestation::ContractError| Err(error.into());
    let status = |status| escrow(Escrow::WrongStatus { lease, status });
    match word {
        "ok" => Ok(()),
        "starting" => status(LeaseStatus::Starting),
        "active" => status(LeaseStatus::Active),
        "closing" => status(LeaseStatus::Closing),
        "closed" => status(LeaseStatus::Closed),
        "task" => escrow(Escrow::NotAStream { lease }),
        "stream" => escrow(Escrow::NotATask { lease }),
        "said" => escrow(Escrow::AlreadySaid { lease }),
        "late" => escrow(Escrow::StartOver {
            lease,
            deadline: world.suite.now(),
        }),
        "stale" => escrow(Escrow::StaleAcknowledgement { sequence: 1, last: 1 }),
        "awake" => escrow(Escrow::NotSuspended { lease }),
        "used 8" => escrow(Escrow::InputsUsed { lease, attested: 8 }),
        "there" => escrow(Escrow::NotWaiting { lease }),
        "away" => escrow(Escrow::NotTheTenant {
            lease,
            sender: world.address(Role::Tenant),
        }),
        "fine" => escrow(Escrow::NothingFailed { lease }),
        "over" => escrow(Escrow::OrderEnded { order: world.order }),
        "no more" => escrow(Escrow::NotAttestable {
            lease,
            asked: 1,
            may: 0,
        }),
        "not held" => escrow(Escrow::NotHeld {
            lease,
            asked: 8,
            held: 0,
        }),
        "no task" => attestation(asked_in_vain(&Escrow::NotATask { lease }).into()),
        "no batch" => attestation(attestation::ContractError::NoBatch {
            lease,
            batch: BatchNo(0),
        }),
        "ended" => attestation(attestation::ContractError::AlreadyEnded {
            lease,
            batch: BatchNo(0),
        }),
        "vesting" => attestation(attestation::ContractError::StillVesting {
            lease,
            batch: BatchNo(0),
            vests_at: world.suite.now().plus(market_types::Seconds::DAY),
            now: world.suite.now(),
        }),
        // A stake counts for half of what it costs.
        "same" => escrow(Escrow::NotMoved {
            lease,
            value: Uint128::new(WORK_BOND / 2),
        }),
        "no money" => escrow(Escrow::NothingAside { audit: world.audit() }),
        "no work" => registry(Registry::NoWorkBond {
            lease,
            provider: world.number(Role::Owner),
        }),
        "committed" => registry(Registry::AlreadyCommitted { lease }),
        "freed" => registry(Registry::CapacityReleased { lease }),
        "free" => registry(Registry::NoCommitment { lease }),
        next => match (next.strip_prefix("next "), call) {
            (Some(next), Call::Attestation(A::PostBatch { first_unit, .. })) => {
                attestation(attestation::ContractError::NotNext {
                    lease,
                    first_unit: *first_unit,
                    next: next.parse().unwrap(),
                })
            }
            _ => panic!("no such word: {word}"),
        },
    }
}
