//! Silence: when beats count as missed, and what that costs the lease bond.

use cosmwasm_std::Addr;
use market_math::accrual::{credit, outage, penalty_share};
use market_types::events::Outage;
use market_types::registry::{Evidence, ExecuteMsg as TellRegistry, Fact, Tip};
use market_types::{BasisPoints, Seconds, UnixTime};

use super::{Effects, LeaseFile, Moment};
use crate::state::Beat;
use crate::ContractError;

impl LeaseFile {
    /// Announced maintenance within `(from, to]`.
    fn maintenance(&self, from: UnixTime, to: UnixTime, moment: &Moment) -> Result<Seconds, ContractError> {
        let announced = (moment.maintenance)(self.lease.provider)?;
        Ok(announced.map_or(Seconds(0), |(begin, until)| to.min(until).since(from.max(begin))))
    }

    /// A halted chain makes nobody silent: enough blocks must have passed as well.
    fn blocks_passed(&self, beat: &Beat, moment: &Moment) -> bool {
        moment.height.saturating_sub(beat.height) >= self.terms.service.silent_blocks()
    }

    /// Have beats been missed for longer than the grace, up to `to`?
    ///
    /// # Errors
    /// The registry does not answer.
    pub fn silent(&self, beat: &Beat, to: UnixTime, moment: &Moment) -> Result<bool, ContractError> {
        let (gap, grace) = (to.since(beat.last), self.terms.service.grace);
        if gap <= grace || !self.blocks_passed(beat, moment) {
            return Ok(false);
        }
        let free = self.maintenance(beat.last, to, moment)?;
        Ok(gap.0.saturating_sub(free.0) > grace.0)
    }

    /// The outage between the last beat and `to`, without what the tenant did not want and what was announced.
    ///
    /// # Errors
    /// The registry does not answer.
    pub fn outage(
        &self,
        beat: &Beat,
        to: UnixTime,
        moment: &Moment,
    ) -> Result<Option<Seconds>, ContractError> {
        let stream = self.stream()?;
        let end = stream.end(self.lease.price).map(|(end, _)| end);
        let to = end.into_iter().chain(stream.idle_since()).fold(to, UnixTime::min);
        let gap = to.since(beat.last);
        if gap <= beat.window || !self.blocks_passed(beat, moment) {
            return Ok(None);
        }
        let free = self.maintenance(beat.last, to, moment)?;
        Ok(outage(gap, free, &self.terms.service.outage_terms()))
    }

    /// Record an outage and charge the lease bond. The first that would cost a share within the time of forgiveness
    /// costs nothing, unless it ends the lease as silent (`final_`): forgiveness is for who comes back.
    pub fn charge_outage(
        &mut self,
        length: Seconds,
        now: UnixTime,
        final_: bool,
        tip_to: Option<&Addr>,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        let terms = self.terms.service.outage_terms();
        let forgiveness = self.terms.service.outage_forgiveness;
        let stream = self.stream_mut()?;
        let rested = stream
            .forgiven_at
            .is_none_or(|last| now.since(last) >= forgiveness);
        let forgiven = !final_ && rested && forgiveness > Seconds(0);
        let share = penalty_share(length, forgiven, &terms);
        if share < penalty_share(length, false, &terms) {
            stream.forgiven_at = Some(now);
        }
        stream.outages = stream.outages.saturating_add(1);
        fx.emit(Outage {
            lease: self.id,
            length,
            penalty_share: share,
        });
        self.record(Fact::Outage { length }, fx);
        self.penalize(share, tip_to, fx);
        Ok(())
    }

    /// Charge `share` of the lease bond, with the tip for whoever ended the silence.
    pub fn penalize(&self, share: BasisPoints, tip_to: Option<&Addr>, fx: &mut Effects) {
        if share == BasisPoints(0) || self.lease.lease_bond.is_zero() {
            return;
        }
        let amount = self.terms.service.silence_tip;
        fx.calls.push(TellRegistry::Penalize {
            lease: self.id,
            tenant: self.lease.tenant.to_string(),
            share,
            tip: tip_to.filter(|_| !amount.is_zero()).map(|to| Tip {
                to: to.to_string(),
                amount,
            }),
        });
    }

    pub fn record(&self, fact: Fact, fx: &mut Effects) {
        fx.calls.push(TellRegistry::Record(Evidence {
            provider: self.lease.provider,
            lease: self.id,
            token: self.order().token.to_string(),
            fact,
        }));
    }

    /// A gap in which the chain made too few blocks for beats to be missed is no silence of the provider's, nor becomes one
    /// while it may be silent.
    pub fn excuse_halt(&mut self, moment: &Moment) {
        let Some(beat) = self.beat else { return };
        let missed = credit(beat.last, moment.time, beat.cutoff, beat.window).is_none();
        if missed && !self.blocks_passed(&beat, moment) {
            self.beat = Some(Beat {
                last: moment.time,
                height: moment.height,
                ..beat
            });
        }
    }

    /// A beat after a gap that credits nothing. A stream that is over by itself ends with it.
    ///
    /// # Errors
    /// Not an active stream.
    pub fn beat_after_gap(&mut self, moment: &Moment, fx: &mut Effects) -> Result<(), ContractError> {
        let Some(beat) = self.beat else {
            return Err(self.wrong_status());
        };
        if self.over(moment.time)?.is_some() {
            return self.settle_stream(moment, fx);
        }
        if let Some(length) = self.outage(&beat, moment.time, moment)? {
            self.charge_outage(length, moment.time, false, None, fx)?;
        }
        self.beat = Some(Beat {
            last: moment.time,
            height: moment.height,
            ..beat
        });
        Ok(())
    }
}
