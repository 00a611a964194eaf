//! Other terms: acknowledgements, top-ups, amendments.

use cosmwasm_std::Addr;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::ecdsa::{Signature, VerifyingKey};
use lease_escrow::ContractError as Error;
use market_math::MathError;
use market_types::escrow::{acknowledgement_digest, Acknowledgement, Amendment, LeaseStatus};
use market_types::{LeaseId, Price, Seconds, UnixTime};

use super::amounts::{down, up};
use super::leases::Side;
use super::streams::wake;
use super::tokens::n;
use super::Ledger;
use crate::chain::CHAIN_ID;

const LONGEST: u64 = 366 * 86_400;

impl Ledger {
    pub(super) fn acknowledge(
        &mut self,
        id: LeaseId,
        sender: &Addr,
        said: &Acknowledgement,
    ) -> Result<(), Error> {
        let (now, height) = (self.now, self.height);
        let lease = self.escrow.lease(id)?;
        match &said.signature {
            None if lease.tenant != *sender => {
                return Err(Error::NotTheTenant {
                    lease: id,
                    sender: sender.clone(),
                })
            }
            None => {}
            Some(signature) => {
                // The session key speaks for who ordered, and for nobody the lease was handed over to.
                let key = lease.terms.session_key.as_ref();
                let Some(key) = key.filter(|_| lease.tenant == lease.terms.tenant) else {
                    return Err(Error::NoSessionKey { lease: id });
                };
                let escrow = self.wiring.lease_escrow.as_str();
                let digest = acknowledgement_digest(CHAIN_ID, escrow, id, said.sequence, said.good_until);
                let good = VerifyingKey::from_sec1_bytes(key)
                    .and_then(|key| key.verify_prehash(&digest, &Signature::from_slice(signature)?));
                if good.is_err() {
                    return Err(Error::BadSignature { lease: id });
                }
            }
        }
        if lease.stream().is_none() {
            return Err(Error::NotAStream { lease: id });
        }
        lease.ensure_runs(id)?;
        if lease.status == LeaseStatus::Active {
            lease.ensure_live(id, now)?;
        }
        let Some(every) = lease.ack_every() else {
            return Err(Error::AcknowledgementNotAsked { lease: id });
        };
        let good_until = said.good_until.0;
        if good_until > now + every {
            return Err(Error::AcknowledgedTooFar {
                good_until: said.good_until,
                latest: UnixTime(now + every),
            });
        }
        if good_until < now {
            return Err(Error::AcknowledgementPassed {
                good_until: said.good_until,
            });
        }
        let stream = self.lease_mut(id)?.stream_mut();
        if said.sequence <= stream.ack_sequence {
            return Err(Error::StaleAcknowledgement {
                sequence: said.sequence,
                last: stream.ack_sequence,
            });
        }
        stream.ack_sequence = said.sequence;
        let idle = stream.idle_since().filter(|idle| *idle < now);
        stream.acknowledged_until = stream.acknowledged_until.max(Some(good_until));
        match stream.suspended_at {
            Some(_) if idle.is_some() => stream.suspended_at = idle,
            None => wake(stream, idle, now, height),
            _ => {}
        }
        if stream.accepted_at.is_none() {
            self.accept(id)?;
        }
        Ok(())
    }

    pub(super) fn top_up(&mut self, id: LeaseId, amount: u128) -> Result<(), Error> {
        let now = self.now;
        let lease = self.lease_mut(id)?;
        if lease.stream().is_none() {
            return Err(Error::NotAStream { lease: id });
        }
        lease.ensure_runs(id)?;
        if lease.status == LeaseStatus::Active {
            lease.ensure_live(id, now)?;
        }
        let price = lease.price;
        lease.money.funded += amount;
        lease.money.remaining += amount;
        let stream = lease.stream_mut();
        if let Some(length) = stream.length {
            stream.topped += amount;
            let bought = down(stream.topped, 3_600, price)
                .map_or(u64::MAX, |span| u64::try_from(span).unwrap_or(u64::MAX));
            ensure_duration(length.saturating_add(bought))?;
        }
        Ok(())
    }

    pub(super) fn amend(&mut self, id: LeaseId, sender: &Addr, asked: &Amendment) -> Result<(), Error> {
        let lease = self.escrow.lease(id)?;
        let side = match () {
            () if lease.tenant == *sender => Side::Tenant,
            () if lease.owner == *sender => Side::Provider,
            () => {
                return Err(Error::NotAParty {
                    lease: id,
                    sender: sender.clone(),
                })
            }
        };
        let Some(stream) = lease.stream() else {
            return Err(Error::NotAStream { lease: id });
        };
        if asked.price_per_hour.is_none() && asked.duration.is_none() {
            return Err(Error::EmptyAmendment {});
        }
        if asked.price_per_hour.is_some_and(Price::is_zero) {
            return Err(Error::ZeroPrice {});
        }
        if let Some(duration) = asked.duration {
            if stream.length.is_none() {
                return Err(Error::NoDuration { lease: id });
            }
            ensure_duration(duration.0)?;
        }
        lease.ensure_runs(id)?;
        let standing = self.lease_mut(id)?.stream_mut().proposal.take();
        let agreed = standing.is_some_and(|(by, terms)| by != side && terms == *asked);
        if agreed {
            return self.apply(id, asked);
        }
        self.lease_mut(id)?.stream_mut().proposal = Some((side, asked.clone()));
        Ok(())
    }

    fn apply(&mut self, id: LeaseId, agreed: &Amendment) -> Result<(), Error> {
        let now = self.now;
        let lease = self.escrow.lease(id)?;
        if lease.status == LeaseStatus::Active {
            lease.ensure_live(id, now)?;
        }
        let credited = lease.stream().map_or(0, |stream| stream.credited);
        self.accrue(id, credited);
        let lease = self.lease_mut(id)?;
        let (old, gross, remaining) = (lease.price, lease.money.gross, lease.money.remaining);
        let new = agreed.price_per_hour.map_or(old, |price| price.0.u128());
        let stream = lease.stream_mut();
        stream.length = agreed
            .duration
            .map(|duration| duration.0)
            .or(stream.duration(old));
        stream.topped = 0;
        stream.gross_before = gross;
        stream.credited_before = credited;
        if let Some(length) = stream.length {
            let span = match (stream.active_since, stream.beat) {
                (Some(since), Some((last, _))) => {
                    let end = since + length;
                    if end < now {
                        return Err(Error::EndsInThePast { end: UnixTime(end) });
                    }
                    end.saturating_sub(last)
                }
                _ => length,
            };
            let needed = up(new, span.into(), 3_600).ok_or_else(|| MathError::Overflow {
                a: n(new),
                b: n(span.into()),
                divisor: n(3_600),
            })?;
            if needed > remaining {
                return Err(Error::NotCovered {
                    needed: n(needed),
                    remaining: n(remaining),
                });
            }
        }
        lease.price = new;
        Ok(())
    }
}

fn ensure_duration(duration: u64) -> Result<(), Error> {
    match duration > 0 && duration <= LONGEST {
        true => Ok(()),
        false => Err(Error::Duration {
            duration: Seconds(duration),
            max: Seconds(LONGEST),
        }),
    }
}
