//! Audits, from the batch they are in to their end.

use attestation::ContractError as A;
use market_testing::{Call, Failure};
use market_types::attestation::{AuditOutcome, Deadline, ExecuteMsg};
use market_types::registry::{ExecuteMsg as R, SeatEnd, SeatOutcome};
use market_types::{BatchNo, UnixTime};
use provider_registry::ContractError as Registry;

use super::{check, Message};
use crate::court::good;
use crate::roles::Role;
use crate::world::{exact, Scene, World};

const COLUMNS: [Scene; 11] = [
    Scene::Audited,
    Scene::Drawable,
    Scene::Drawn,
    Scene::AuditSeating,
    Scene::AuditCommitting,
    Scene::AuditOpening,
    Scene::AuditRevealing,
    Scene::AuditDecided,
    Scene::AuditConvicted,
    Scene::AuditOver,
    Scene::AuditEnded,
];

/// Nothing posted, posted, drawn; then an audit that the tenant forced: seating, committing, opening, revealing, decided, decided
/// against the provider, time for an appeal over, ended.
const TABLE: &str = "
submit beacon  | ok/there | there      | there      | there      | there         | there        | there        | there          | there         | ok/there | ok/there
draw           | no batch | ok/drawn   | drawn      | ok/drawn   | ok/drawn      | ok/drawn     | ok/drawn     | ok/drawn       | ok/drawn      | ok/drawn | ok/drawn
open audit     | no batch | not drawn  | ok/audited | audited    | audited       | audited      | audited      | audited        | audited       | audited  | audited
force audit    | no batch | ok/audited | ok/audited | audited    | audited       | audited      | audited      | audited        | audited       | audited  | audited
advance        | no audit | no audit   | no audit   | no beacon  | no committing | no opening   | no revealing | no decided     | no decided    | ok/ended | ended
commit         | no audit | no audit   | no audit   | at seating | ok/at opening | at opening   | at revealing | at decided     | at decided    | at decided | ended
open           | no audit | no audit   | no audit   | at seating | at committing | ok/at revealing | at revealing | at decided  | at decided    | at decided | ended
reveal         | no audit | no audit   | no audit   | at seating | at committing | at opening   | ok/at decided | at decided    | at decided    | at decided | ended
appeal         | no audit | no audit   | no audit   | at seating | at committing | at opening   | at revealing | nothing staked | ok/at seating | late     | ended
reveal planted | no audit | no audit   | no audit   | at seating | at committing | at opening   | at revealing | ok/planted     | ok/planted    | late     | ended
seat           | ok/seated | ok/seated | ok/seated  | ok/seated  | seated        | seated       | seated       | seated         | seated        | seated   | ok/seated
unseat         | no seat  | no seat    | no seat    | no seat    | ok/no seat    | ok/no seat   | ok/no seat   | ok/no seat     | ok/no seat    | ok/no seat | no seat
";

#[test]
fn every_message_of_an_audit_in_every_state_comes_out_as_the_table_says_and_again() {
    check(TABLE, &COLUMNS, &messages(), word);
}

pub fn messages() -> Vec<Message> {
    let (crank, tenant, agent, auditor) = (Role::Crank, Role::Tenant, Role::Agent, Role::OtherAgent);
    vec![
        ("submit beacon", crank, |world| world.beacon().into()),
        ("draw", crank, |world| world.draw().into()),
        ("open audit", crank, |world| world.open_drawn().into()),
        ("force audit", tenant, |world| world.force().into()),
        ("advance", crank, |world| world.advance().into()),
        ("commit", auditor, |world| {
            world.commit(world.number(Role::OtherOwner), good()).into()
        }),
        ("open", agent, |world| world.opening().into()),
        ("reveal", auditor, |world| world.reveal(good()).into()),
        ("appeal", agent, |world| world.appeal().into()),
        ("reveal planted", agent, |world| world.planted().into()),
        ("seat", Role::Attestation, |world| {
            R::Seat {
                audit: world.audit(),
                class: exact(),
                providers: vec![world.number(Role::OtherOwner)],
                bond: 1u128.into(),
            }
            .into()
        }),
        ("unseat", Role::Attestation, |world| {
            let end = SeatEnd {
                provider: world.number(Role::OtherOwner),
                outcome: SeatOutcome::Missed,
                penalty: 0u128.into(),
            };
            R::Unseat {
                audit: world.audit(),
                ends: vec![end],
                rewards: vec![],
                tip: None,
            }
            .into()
        }),
    ]
}

const STEPS: [&str; 5] = ["seating", "committing", "opening", "revealing", "decided"];

/// `at STEP`: the audit is not at the step for this; `no STEP`: it waits there for somebody else.
fn word(world: &World, word: &str, call: &Call) -> Result<(), Failure> {
    let (lease, batch, block) = (world.lease, BatchNo(0), world.suite.app.block_info());
    let audit = match call {
        Call::Attestation(ExecuteMsg::OpenAudit { audit, .. }) => *audit,
        _ => world.audit(),
    };
    let provider = world.number(Role::OtherOwner);
    let ended = |outcome| A::AuditEnded { audit, outcome };
    Err(Failure::from(match word {
        "ok" => return Ok(()),
        "seated" => return Err(Registry::SeatedAlready { provider, audit }.into()),
        "no seat" => return Err(Registry::NoSeat { provider, audit }.into()),
        "there" => match call {
            Call::Attestation(ExecuteMsg::SubmitBeacon { round, .. }) => A::BeaconThere { round: *round },
            _ => panic!("{call:?} brings no beacon"),
        },
        "no batch" => A::NoBatch { lease, batch },
        "drawn" => A::AlreadyDrawn { lease, batch },
        "not drawn" => A::NotDrawn { lease, batch },
        "audited" => A::AlreadyAudited { audit },
        "no audit" => A::NoAudit { audit },
        "no beacon" => A::NoBeaconSince { height: block.height },
        "nothing staked" => A::NotAppealable { audit },
        "ended" => ended(AuditOutcome::Unaudited),
        "planted" => ended(AuditOutcome::Planted),
        // Two hours and 1,200 blocks after the verdict, of an hour and 360 blocks.
        "late" => A::TooLate {
            audit,
            until: Deadline {
                time: UnixTime(world.suite.now().0 - 3_600),
                height: block.height - 840,
            },
        },
        _ => {
            let (kind, step) = word.split_once(' ').unwrap();
            let step = STEPS.into_iter().find(|known| *known == step).unwrap();
            match kind {
                "at" => A::WrongStep { audit, step },
                _ => A::NothingToDo { audit, step },
            }
        }
    }))
}
