use chain_client::{Msg, MsgError};
use cosmwasm_std::{HexBinary, Uint128};
use market_types::audit::{Answer, AuditId};
use market_types::deployment::Deployment;
use market_types::receipt::Opening;
use market_types::{attestation, escrow, order_book, BatchNo, Hash32, LeaseId, OrderId, Price};
use serde::{Deserialize, Serialize};

use crate::machine::batch::Sealed;

/// Something to be said on chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    Bid {
        order: OrderId,
        price: Price,
        work_bond: Uint128,
    },
    Heartbeat {
        leases: Vec<LeaseId>,
    },
    Ready {
        lease: LeaseId,
    },
    Award {
        order: OrderId,
    },
    Post {
        lease: LeaseId,
        batch: Sealed,
    },
    Waiting {
        lease: LeaseId,
    },
    /// Show the receipt of an audited unit.
    Open {
        audit: AuditId,
        opening: Opening,
    },
    Reveal {
        audit: AuditId,
        answer: Answer,
        salt: Hash32,
    },
    Commit {
        audit: AuditId,
        commitment: Hash32,
    },
    Beacon {
        round: u64,
        signature: HexBinary,
    },
    Draw {
        lease: LeaseId,
        batch: BatchNo,
    },
    OpenAudit {
        audit: AuditId,
        batch: BatchNo,
    },
    Advance {
        audit: AuditId,
    },
    Release {
        lease: LeaseId,
        batch: BatchNo,
    },
    CloseFailed {
        lease: LeaseId,
    },
    Close {
        lease: LeaseId,
    },
    Settle {
        lease: LeaseId,
    },
}

/// What an intent is about: of each there is one at a time. In order of urgency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Bid(OrderId),
    Heartbeat,
    Ready(LeaseId),
    Award(OrderId),
    /// The batch that begins with this unit.
    Post(LeaseId, u32),
    Waiting(LeaseId),
    Open(AuditId),
    Reveal(AuditId),
    Commit(AuditId),
    Beacon(u64),
    Draw(LeaseId, BatchNo),
    OpenAudit(AuditId),
    Advance(AuditId),
    Release(LeaseId, BatchNo),
    CloseFailed(LeaseId),
    Close(LeaseId),
    Settle(LeaseId),
}

impl Intent {
    pub fn key(&self) -> Key {
        match self {
            Self::Bid { order, .. } => Key::Bid(*order),
            Self::Heartbeat { .. } => Key::Heartbeat,
            Self::Ready { lease } => Key::Ready(*lease),
            Self::Award { order } => Key::Award(*order),
            Self::Post { lease, batch } => Key::Post(*lease, batch.first),
            Self::Waiting { lease } => Key::Waiting(*lease),
            Self::Open { audit, .. } => Key::Open(*audit),
            Self::Reveal { audit, .. } => Key::Reveal(*audit),
            Self::Commit { audit, .. } => Key::Commit(*audit),
            Self::Beacon { round, .. } => Key::Beacon(*round),
            Self::Draw { lease, batch } => Key::Draw(*lease, *batch),
            Self::OpenAudit { audit, .. } => Key::OpenAudit(*audit),
            Self::Advance { audit } => Key::Advance(*audit),
            Self::Release { lease, batch } => Key::Release(*lease, *batch),
            Self::CloseFailed { lease } => Key::CloseFailed(*lease),
            Self::Close { lease } => Key::Close(*lease),
            Self::Settle { lease } => Key::Settle(*lease),
        }
    }

    /// The contract message that says it.
    pub fn message(&self, deployment: &Deployment) -> Result<Msg, MsgError> {
        let at = &deployment.contracts;
        let book = |msg: order_book::ExecuteMsg| Msg::execute(&at.order_book, &msg, &[]);
        let escrow = |msg: escrow::ExecuteMsg| Msg::execute(&at.lease_escrow, &msg, &[]);
        let attestation = |msg: attestation::ExecuteMsg| Msg::execute(&at.attestation, &msg, &[]);
        match self.clone() {
            Self::Bid {
                order,
                price,
                work_bond,
            } => book(order_book::ExecuteMsg::Bid {
                order,
                price,
                work_bond,
            }),
            Self::Award { order } => book(order_book::ExecuteMsg::Award { order }),
            Self::Heartbeat { leases } => escrow(escrow::ExecuteMsg::Heartbeat { leases }),
            Self::Ready { lease } => escrow(escrow::ExecuteMsg::Ready { lease }),
            Self::Waiting { lease } => escrow(escrow::ExecuteMsg::Waiting { lease }),
            Self::CloseFailed { lease } => escrow(escrow::ExecuteMsg::CloseFailed { lease }),
            Self::Close { lease } => escrow(escrow::ExecuteMsg::Close { lease }),
            Self::Settle { lease } => escrow(escrow::ExecuteMsg::Settle { lease }),
            Self::Post { lease, batch } => attestation(attestation::ExecuteMsg::PostBatch {
                lease,
                first_unit: batch.first,
                count: batch.count,
                root: batch.root,
            }),
            Self::Open { audit, opening } => attestation(attestation::ExecuteMsg::Open { audit, opening }),
            Self::Reveal { audit, answer, salt } => {
                attestation(attestation::ExecuteMsg::Reveal { audit, answer, salt })
            }
            Self::Commit { audit, commitment } => {
                attestation(attestation::ExecuteMsg::Commit { audit, commitment })
            }
            Self::Beacon { round, signature } => {
                attestation(attestation::ExecuteMsg::SubmitBeacon { round, signature })
            }
            Self::Draw { lease, batch } => attestation(attestation::ExecuteMsg::Draw { lease, batch }),
            Self::OpenAudit { audit, batch } => {
                attestation(attestation::ExecuteMsg::OpenAudit { audit, batch })
            }
            Self::Advance { audit } => attestation(attestation::ExecuteMsg::Advance { audit }),
            Self::Release { lease, batch } => attestation(attestation::ExecuteMsg::Release { lease, batch }),
        }
    }
}
