//! A batch of receipts on its way to being paid.

use market_types::attestation::BatchStatus;
use market_types::{BatchNo, Hash32, UnixTime};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BatchState {
    /// Its receipts are signed, its root is fixed; nobody was told.
    Signed,
    /// A transaction with it was signed and may have been sent.
    Broadcast,
    /// The chain has it.
    Confirmed { batch: BatchNo, vests_at: UnixTime },
    /// It may be released.
    Vested { batch: BatchNo },
    /// Paid.
    Released { batch: BatchNo },
    /// It will not be paid.
    Dropped(Dropped),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dropped {
    /// The lease ended before it was posted.
    TooLate,
    /// Its units went back to the tenant.
    Refunded,
    /// The chain has another root for its units: somebody else signs with this agent's key.
    Foreign,
}

/// A batch on chain that begins with the same unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnChain {
    pub batch: BatchNo,
    pub count: u32,
    pub root: Hash32,
    pub vests_at: UnixTime,
    pub status: BatchStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchView {
    pub now: UnixTime,
    pub on_chain: Option<OnChain>,
    /// Units attested before it, and how many more may be.
    pub attested: u32,
    pub may_attest: u32,
    /// A transaction with it is signed and undecided.
    pub pending: bool,
    /// The lease is closed.
    pub closed: bool,
}

/// What is fixed about a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub first: u32,
    pub count: u32,
    pub root: Hash32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchAction {
    Wait,
    Post,
    /// Fewer units may be attested than it has: seal it anew, from the same receipts.
    Reseal,
    /// Ask for its release.
    Release {
        batch: BatchNo,
    },
    /// Write this down.
    Become(BatchState),
}

pub fn next(sealed: &Sealed, state: &BatchState, view: &BatchView) -> BatchAction {
    use BatchAction::{Become, Post, Release, Reseal, Wait};
    match *state {
        BatchState::Signed | BatchState::Broadcast => {
            if let Some(found) = view.on_chain {
                return match (found.root, found.count) == (sealed.root, sealed.count) {
                    true => Become(BatchState::Confirmed {
                        batch: found.batch,
                        vests_at: found.vests_at,
                    }),
                    false => Become(BatchState::Dropped(Dropped::Foreign)),
                };
            }
            if view.pending {
                return Wait;
            }
            if view.closed || (view.attested == sealed.first && view.may_attest == 0) {
                return Become(BatchState::Dropped(Dropped::TooLate));
            }
            match view.attested == sealed.first {
                // An earlier batch is on its way.
                false => Wait,
                true if view.may_attest < sealed.count => Reseal,
                true => Post,
            }
        }
        BatchState::Confirmed { batch, vests_at } => match view.on_chain.map(|found| found.status) {
            Some(BatchStatus::Released) => Become(BatchState::Released { batch }),
            Some(BatchStatus::Refunded) => Become(BatchState::Dropped(Dropped::Refunded)),
            _ if view.now >= vests_at => Become(BatchState::Vested { batch }),
            _ => Wait,
        },
        BatchState::Vested { batch } => match view.on_chain.map(|found| found.status) {
            Some(BatchStatus::Released) => Become(BatchState::Released { batch }),
            Some(BatchStatus::Refunded) => Become(BatchState::Dropped(Dropped::Refunded)),
            _ => Release { batch },
        },
        BatchState::Released { .. } | BatchState::Dropped(_) => Wait,
    }
}

impl BatchState {
    /// What is left of it on a chain that was set back: its receipts, and a transaction that may be there or not.
    pub fn set_back(self) -> Self {
        match self {
            Self::Signed => Self::Signed,
            _ => Self::Broadcast,
        }
    }

    pub fn is_final(&self) -> bool {
        matches!(self, Self::Released { .. } | Self::Dropped(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEALED: Sealed = Sealed {
        first: 8,
        count: 8,
        root: Hash32([7; 32]),
    };
    const FOUND: OnChain = OnChain {
        batch: BatchNo(1),
        count: 8,
        root: Hash32([7; 32]),
        vests_at: UnixTime(500),
        status: BatchStatus::Vesting,
    };
    const VIEW: BatchView = BatchView {
        now: UnixTime(100),
        on_chain: None,
        attested: 8,
        may_attest: 40,
        pending: false,
        closed: false,
    };
    const CONFIRMED: BatchState = BatchState::Confirmed {
        batch: BatchNo(1),
        vests_at: UnixTime(500),
    };
    const VESTED: BatchState = BatchState::Vested { batch: BatchNo(1) };
    const RELEASED: BatchState = BatchState::Released { batch: BatchNo(1) };

    fn dropped(why: Dropped) -> BatchAction {
        BatchAction::Become(BatchState::Dropped(why))
    }

    #[test]
    fn a_batch_is_posted_once_those_before_it_are_on_chain() {
        assert_eq!(
            next(&SEALED, &BatchState::Signed, &BatchView { attested: 0, ..VIEW }),
            BatchAction::Wait
        );
        assert_eq!(next(&SEALED, &BatchState::Signed, &VIEW), BatchAction::Post);
    }

    #[test]
    fn a_batch_is_never_posted_while_a_transaction_with_it_is_undecided() {
        let view = BatchView {
            pending: true,
            ..VIEW
        };
        assert_eq!(next(&SEALED, &BatchState::Broadcast, &view), BatchAction::Wait);
        assert_eq!(next(&SEALED, &BatchState::Broadcast, &VIEW), BatchAction::Post);
    }

    #[test]
    fn a_batch_found_on_chain_is_confirmed_whatever_the_journal_knew() {
        let view = BatchView {
            on_chain: Some(FOUND),
            attested: 16,
            pending: true,
            ..VIEW
        };
        for state in [BatchState::Signed, BatchState::Broadcast] {
            assert_eq!(next(&SEALED, &state, &view), BatchAction::Become(CONFIRMED));
        }
    }

    #[test]
    fn another_root_for_the_same_units_is_noticed() {
        let found = OnChain {
            root: Hash32([8; 32]),
            ..FOUND
        };
        let view = BatchView {
            on_chain: Some(found),
            ..VIEW
        };
        assert_eq!(
            next(&SEALED, &BatchState::Broadcast, &view),
            dropped(Dropped::Foreign)
        );
    }

    #[test]
    fn a_batch_vests_at_its_second_and_is_released_once() {
        let view = |now, status| BatchView {
            now: UnixTime(now),
            on_chain: Some(OnChain { status, ..FOUND }),
            ..VIEW
        };
        assert_eq!(
            next(&SEALED, &CONFIRMED, &view(499, BatchStatus::Vesting)),
            BatchAction::Wait
        );
        assert_eq!(
            next(&SEALED, &CONFIRMED, &view(500, BatchStatus::Vesting)),
            BatchAction::Become(VESTED)
        );
        assert_eq!(
            next(&SEALED, &VESTED, &view(500, BatchStatus::Vesting)),
            BatchAction::Release { batch: BatchNo(1) }
        );
        // anybody may have released it
        for state in [CONFIRMED, VESTED] {
            assert_eq!(
                next(&SEALED, &state, &view(500, BatchStatus::Released)),
                BatchAction::Become(RELEASED)
            );
        }
        assert_eq!(
            next(&SEALED, &RELEASED, &view(900, BatchStatus::Released)),
            BatchAction::Wait
        );
    }

    #[test]
    fn what_the_tenants_close_leaves_room_for_is_posted_and_no_more() {
        let view = BatchView {
            may_attest: 3,
            ..VIEW
        };
        assert_eq!(next(&SEALED, &BatchState::Signed, &view), BatchAction::Reseal);
        let view = BatchView {
            may_attest: 0,
            ..VIEW
        };
        assert_eq!(
            next(&SEALED, &BatchState::Signed, &view),
            dropped(Dropped::TooLate)
        );
        let view = BatchView { closed: true, ..VIEW };
        assert_eq!(
            next(&SEALED, &BatchState::Signed, &view),
            dropped(Dropped::TooLate)
        );
    }

    #[test]
    fn a_refunded_batch_is_dropped() {
        let view = BatchView {
            on_chain: Some(OnChain {
                status: BatchStatus::Refunded,
                ..FOUND
            }),
            ..VIEW
        };
        for state in [CONFIRMED, VESTED] {
            assert_eq!(next(&SEALED, &state, &view), dropped(Dropped::Refunded));
        }
    }
}
