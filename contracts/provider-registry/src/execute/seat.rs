use cosmwasm_std::{Addr, DepsMut, MessageInfo, OverflowError, OverflowOperation, Response, Uint128};
use market_control::ensure_sender;
use market_types::audit::{AuditClass, AuditId};
use market_types::control::Wiring;
use market_types::events::{Seated, SeatsSettled, Unseated};
use market_types::registry::{SeatEnd, SeatOutcome, MAX_SEATS};
use market_types::ProviderNo;

use crate::audits::save_offer;
use crate::bounds::{count, unique};
use crate::stake::{burning, forfeit, Shares};
use crate::state::{account, Account, Bench, Offer, Seat, ACCOUNTS, OFFERS, SEATS, TOTALS};
use crate::ContractError;

/// # Errors
/// The sender is not the attestation contract; nobody, too many, or one twice; one has too little free bond.
pub fn seat(
    deps: DepsMut,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    audit: AuditId,
    class: AuditClass,
    providers: Vec<ProviderNo>,
    bond: Uint128,
) -> Result<Response, ContractError> {
    ensure_sender(&info.sender, &wiring.attestation, "attestation contract")?;
    count("seats", providers.len(), 1, MAX_SEATS)?;
    unique("provider", &providers)?;
    let mut bench = SEATS.may_load(deps.storage, audit)?.unwrap_or(Bench {
        class: class.clone(),
        seats: vec![],
    });
    let mut taken = vec![];
    for no in providers {
        if bench.seats.iter().any(|seat| seat.provider == no) {
            return Err(ContractError::SeatedAlready { provider: no, audit });
        }
        let account = account(deps.storage, no)?.with_duty(bond)?;
        let offer = OFFERS.may_load(deps.storage, (no, &class.0))?;
        let open = offer.filter(|offer| offer.position.is_some() && offer.used < offer.places);
        bench.seats.push(Seat {
            provider: no,
            bond,
            placed: open.is_some(),
        });
        taken.push((no, account, open));
    }
    let mut events = vec![];
    for (no, account, open) in taken {
        ACCOUNTS.save(deps.storage, no, &account)?;
        if let Some(offer) = open {
            let used = offer.used + 1;
            OFFERS.save(deps.storage, (no, &class.0), &Offer { used, ..offer })?;
        }
        events.push(Seated {
            provider: no,
            audit: audit.to_string(),
            bond,
        });
    }
    SEATS.save(deps.storage, audit, &bench)?;
    Ok(Response::new().add_events(events))
}

/// # Errors
/// The sender is not the attestation contract; too many; one has no seat in the audit; an address is not valid.
pub fn unseat(
    deps: DepsMut,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    audit: AuditId,
    ends: Vec<SeatEnd>,
    shares: Shares,
) -> Result<Response, ContractError> {
    ensure_sender(&info.sender, &wiring.attestation, "attestation contract")?;
    count("seats", ends.len(), 0, MAX_SEATS)?;
    let mut totals = TOTALS.load(deps.storage)?;
    let was = totals.clone();
    let mut bench = SEATS.may_load(deps.storage, audit)?;
    let mut penalties = Uint128::zero();
    let mut response = Response::new();
    for end in ends {
        let no = end.provider;
        let (class, seat) = bench
            .as_mut()
            .and_then(|bench| take(bench, no))
            .ok_or(ContractError::NoSeat { provider: no, audit })?;
        if seat.placed {
            let offer = OFFERS.load(deps.storage, (no, &class.0))?;
            let used = offer.used.saturating_sub(1);
            save_offer(deps.storage, no, &class, Offer { used, ..offer })?;
        }
        let mut account = account(deps.storage, no)?;
        account.locked = account.locked.checked_sub(seat.bond)?;
        account.end_duty(end.outcome)?;
        let taken = forfeit(deps.storage, no, &mut account, &mut totals, end.penalty)?;
        ACCOUNTS.save(deps.storage, no, &account)?;
        penalties = penalties.checked_add(taken)?;
        response = response.add_event(Unseated {
            provider: no,
            audit: audit.to_string(),
            outcome: label(end.outcome).into(),
            penalty: taken,
        });
    }
    match bench {
        Some(bench) if !bench.seats.is_empty() => SEATS.save(deps.storage, audit, &bench)?,
        _ => SEATS.remove(deps.storage, audit),
    }
    let rewards = shares.pay(deps.storage, &mut totals, penalties)?;
    let burned = penalties.checked_sub(rewards)?;
    // Most seats end without a penalty.
    if totals != was {
        TOTALS.save(deps.storage, &totals)?;
        response = response.add_event(SeatsSettled {
            audit: audit.to_string(),
            penalties,
            rewards,
            burned,
        });
    }
    let burn = burning(deps.storage, &wiring.network_token, burned)?;
    Ok(response.add_messages(burn))
}

fn take(bench: &mut Bench, no: ProviderNo) -> Option<(AuditClass, Seat)> {
    let index = bench.seats.iter().position(|seat| seat.provider == no)?;
    Some((bench.class.clone(), bench.seats.remove(index)))
}

impl Account {
    /// With one more seat that locks `bond`.
    fn with_duty(mut self, bond: Uint128) -> Result<Self, ContractError> {
        let free = self.free();
        if bond > free {
            return Err(ContractError::FreeBondShort { asked: bond, free });
        }
        self.locked = self.locked.checked_add(bond)?;
        self.duties = self
            .duties
            .checked_add(1)
            .ok_or(OverflowError::new(OverflowOperation::Add))?;
        Ok(self)
    }

    fn end_duty(&mut self, outcome: SeatOutcome) -> Result<(), OverflowError> {
        self.duties = self
            .duties
            .checked_sub(1)
            .ok_or(OverflowError::new(OverflowOperation::Sub))?;
        let count = match outcome {
            SeatOutcome::Met => &mut self.duties_met,
            SeatOutcome::Missed => &mut self.duties_missed,
            SeatOutcome::Fault => &mut self.duties_at_fault,
        };
        *count = count.saturating_add(1);
        Ok(())
    }
}

const fn label(outcome: SeatOutcome) -> &'static str {
    match outcome {
        SeatOutcome::Met => "met",
        SeatOutcome::Missed => "missed",
        SeatOutcome::Fault => "fault",
    }
}
