//! An audit at work: loaded, taken on, saved once, with what it tells the sister contracts.

use cosmwasm_std::{Addr, DepsMut, Env, Event, Response, StdResult, Storage, Uint128};
use market_types::attestation::{AuditOutcome, AuditTimes, Panel};
use market_types::audit::AuditId;
use market_types::contract::{Escrow, Registry};
use market_types::control::Wiring;
use market_types::escrow::{self, Payer};
use market_types::events::{AuditDecided, AuditEnded, AuditStepped};
use market_types::registry::{self, SeatEnd, SeatOutcome, Tip};
use market_types::{Seconds, UnixTime};

use crate::audit::{Audit, Effect, Moment, Rules, Step};
use crate::state::{rules, AuditRules, Terms, AUDITS, DUTIES, TERMS};
use crate::ContractError;

/// A seat that let its time to commit pass loses a tenth of its lock, the value of its fee. One that committed and does not reveal
/// loses all of it: it would otherwise drop an answer that turned out wrong for the price of a slow one.
const LATE_SHARE: u128 = 10;

pub struct Docket<'a> {
    pub id: AuditId,
    pub audit: Audit,
    pub terms: Terms,
    pub params: AuditRules,
    pub now: Moment,
    pub wiring: &'a Wiring<Addr>,
    /// Who takes the audit on, and is tipped for ending a silence.
    pub sender: &'a Addr,
    pub to_registry: Vec<registry::ExecuteMsg>,
    pub to_escrow: Vec<escrow::ExecuteMsg>,
    pub events: Vec<Event>,
}

impl<'a> Docket<'a> {
    /// # Errors
    /// There is no such audit, or it has ended.
    pub fn load(
        storage: &dyn Storage,
        env: &Env,
        wiring: &'a Wiring<Addr>,
        sender: &'a Addr,
        id: AuditId,
    ) -> Result<Self, ContractError> {
        let audit = AUDITS
            .may_load(storage, id)?
            .ok_or(ContractError::NoAudit { audit: id })?;
        if let Step::Ended { outcome } = audit.step {
            return Err(ContractError::AuditEnded { audit: id, outcome });
        }
        Ok(Self {
            id,
            audit,
            terms: TERMS.load(storage, id)?,
            params: rules(storage)?,
            now: Moment::from(&env.block),
            wiring,
            sender,
            to_registry: vec![],
            to_escrow: vec![],
            events: vec![],
        })
    }

    pub fn rules(&self) -> Rules {
        Rules {
            times: self.params.times,
            commit: self.terms.commit,
            planters: self.params.planters.is_some(),
        }
    }

    pub fn tip(&self) -> Option<Tip> {
        Some(Tip {
            to: self.sender.to_string(),
            amount: self.params.tip,
        })
    }

    /// Do what a transition asked for.
    ///
    /// # Errors
    /// A record does not read back, or a sum does not fit.
    pub fn apply(&mut self, deps: &mut DepsMut, effects: Vec<Effect>) -> Result<(), ContractError> {
        let mut late = vec![];
        for effect in effects {
            match effect {
                Effect::Fund { fees } => self.fund(fees)?,
                Effect::Late { seat, committed } => late.extend(self.late(deps.storage, seat, committed)),
                Effect::Final { outcome } => self.finish(deps, outcome)?,
            }
        }
        if !late.is_empty() {
            let unseat = registry::ExecuteMsg::Unseat {
                audit: self.id,
                ends: late,
                rewards: vec![],
                tip: self.tip(),
            };
            self.to_registry.insert(0, unseat);
        }
        Ok(())
    }

    fn fund(&mut self, fees: u32) -> Result<(), ContractError> {
        let amount = self.terms.fee.checked_mul(Uint128::from(fees))?;
        if !amount.is_zero() {
            self.to_escrow.push(escrow::ExecuteMsg::SetAside {
                audit: self.id,
                amount,
                payer: Payer::Pool,
            });
        }
        Ok(())
    }

    fn late(&self, storage: &mut dyn Storage, number: usize, committed: bool) -> Option<SeatEnd> {
        let seat = self.audit.seats.get(number)?;
        DUTIES.remove(storage, (seat.provider, self.id.lease, self.id.unit));
        let share = if committed { 1 } else { LATE_SHARE };
        Some(SeatEnd {
            provider: seat.provider,
            outcome: SeatOutcome::Missed,
            penalty: Uint128::new(self.terms.lock.u128() / share),
        })
    }

    /// Save the audit, and send what it has to say: to the registry first, for the escrow may release the bonds of a lease that ends.
    ///
    /// # Errors
    /// A record or message does not serialise.
    pub fn close(mut self, deps: DepsMut) -> Result<Response, ContractError> {
        self.tell_step();
        AUDITS.save(deps.storage, self.id, &self.audit)?;
        let registry = Registry::at(&self.wiring.provider_registry);
        let escrow = Escrow::at(&self.wiring.lease_escrow);
        let to_registry = self.to_registry.iter().map(|msg| registry.call(msg));
        let to_escrow = self.to_escrow.iter().map(|msg| escrow.call(msg));
        let messages = to_registry.chain(to_escrow).collect::<StdResult<Vec<_>>>()?;
        Ok(Response::new().add_events(self.events).add_messages(messages))
    }

    fn tell_step(&mut self) {
        let audit = self.id;
        let step = step_name(&self.audit.step);
        let stepped = |until: UnixTime| {
            Event::from(AuditStepped {
                audit,
                panel: panel_name(self.audit.panel).into(),
                step: step.into(),
                until,
            })
        };
        let open_end = UnixTime(0);
        let event = match self.audit.step {
            Step::Seating { .. } => stepped(open_end),
            Step::Committing { until } | Step::Opening { until, .. } | Step::Revealing { until } => {
                stepped(until.time)
            }
            Step::Decided { outcome, until } => AuditDecided {
                audit,
                outcome: label(outcome).into(),
                until: until.time,
            }
            .into(),
            Step::Frozen { until } => stepped(until),
            Step::Ended { outcome } => AuditEnded {
                audit,
                outcome: label(outcome).into(),
            }
            .into(),
        };
        self.events.push(event);
    }
}

const fn panel_name(panel: Panel) -> &'static str {
    match panel {
        Panel::Auditors => "auditors",
        Panel::Jury => "jury",
        Panel::Appeal => "appeal",
    }
}

/// Three times the unit's deadline, at least `commit` and at most `commit_max`.
pub fn commit_time(times: &AuditTimes, unit_deadline: Seconds) -> Seconds {
    let thrice = unit_deadline.0.saturating_mul(3);
    Seconds(thrice.clamp(times.commit.0, times.commit_max.0.max(times.commit.0)))
}

pub const fn label(outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Passed => "passed",
        AuditOutcome::Unaudited => "unaudited",
        AuditOutcome::Undecided => "undecided",
        AuditOutcome::NotOpened => "not_opened",
        AuditOutcome::Unavailable => "unavailable",
        AuditOutcome::Convicted => "convicted",
        AuditOutcome::Planted => "planted",
        AuditOutcome::Moot => "moot",
    }
}

pub const fn step_name(step: &Step) -> &'static str {
    match step {
        Step::Seating { .. } => "seating",
        Step::Committing { .. } => "committing",
        Step::Opening { .. } => "opening",
        Step::Revealing { .. } => "revealing",
        Step::Decided { .. } => "decided",
        Step::Frozen { .. } => "frozen",
        Step::Ended { .. } => "ended",
    }
}
