//! Who may pause what, for how long.

use cosmwasm_std::Addr;
use market_control::ControlError;
use market_types::control::ControlMsg;
use market_types::{Seconds, UnixTime};

use super::Ledger;

const DAY: u64 = 86_400;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pause {
    pub until: u64,
}

impl Ledger {
    pub(super) fn ensure_governor(&self, sender: &Addr) -> Result<(), ControlError> {
        ensure(sender, &self.governor, "governor")
    }

    /// New orders, bids, awards and deposits: not while paused.
    pub(super) fn ensure_open(&self, contract: &Addr) -> Result<(), ControlError> {
        match self.pauses.get(contract) {
            Some(pause) if self.now < pause.until => Err(ControlError::Paused {
                until: UnixTime(pause.until),
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn control(
        &mut self,
        contract: &Addr,
        sender: &Addr,
        msg: &ControlMsg,
    ) -> Result<(), ControlError> {
        let in_office = *sender == self.governor || *sender == self.guardian;
        let refused = ControlError::Unauthorized {
            sender: sender.clone(),
            role: "guardian or governor",
        };
        match msg {
            ControlMsg::Pause { duration } => {
                if !in_office {
                    return Err(refused);
                }
                if duration.0 == 0 || duration.0 > 14 * DAY {
                    return Err(ControlError::PauseLength {
                        asked: *duration,
                        max: Seconds(14 * DAY),
                    });
                }
                if let Some(last) = self.pauses.get(contract) {
                    let from = last.until + 7 * DAY;
                    if self.now < from {
                        return Err(ControlError::PauseTooSoon { from: UnixTime(from) });
                    }
                }
                let until = self.now + duration.0;
                self.pauses.insert(contract.clone(), Pause { until });
                Ok(())
            }
            ControlMsg::Unpause {} => {
                if !in_office {
                    return Err(refused);
                }
                match self.pauses.get_mut(contract) {
                    Some(pause) if self.now < pause.until => {
                        pause.until = self.now;
                        Ok(())
                    }
                    _ => Err(ControlError::NotPaused {}),
                }
            }
            other => unimplemented_message(other),
        }
    }
}

pub(super) fn ensure(sender: &Addr, expected: &Addr, role: &'static str) -> Result<(), ControlError> {
    match sender == expected {
        true => Ok(()),
        false => Err(ControlError::Unauthorized {
            sender: sender.clone(),
            role,
        }),
    }
}

/// The ledger is asked only about messages it knows.
pub(super) fn unimplemented_message<T>(msg: &impl std::fmt::Debug) -> T {
    panic!("the ledger does not know {msg:?}")
}
