use market_control::ControlError;
use market_types::audit::AuditId;
use market_types::control::ControlMsg;
use market_types::escrow::{Acknowledgement, Amendment, ExecuteMsg, Hook, Payer};
use market_types::{LeaseId, OrderId, Price, Seconds};

use super::desk::*;
use crate::ContractError;

/// One of every message.
pub fn every_message(lease: LeaseId, order: OrderId) -> Vec<ExecuteMsg> {
    let token = addr("usd").to_string();
    let desk = Desk::bare();
    let (units, premium) = (1, n(0));
    vec![
        ExecuteMsg::Control(ControlMsg::Pause { duration: Seconds(5) }),
        ExecuteMsg::UpdateParams(Default::default()),
        ExecuteMsg::Receive(cw20::Cw20ReceiveMsg {
            sender: addr("tenant").into(),
            amount: n(5),
            msg: cosmwasm_std::to_json_binary(&Hook::FundAudits {}).unwrap(),
        }),
        ExecuteMsg::PlaceOrder {
            token: token.clone(),
            spec: task(1, 10_000, None),
        },
        ExecuteMsg::TopUp { lease, amount: n(1) },
        ExecuteMsg::Withdraw {
            token: token.clone(),
            amount: None,
        },
        ExecuteMsg::Accept { lease },
        ExecuteMsg::Suspend { lease },
        ExecuteMsg::Resume { lease },
        ExecuteMsg::InputsDelivered { lease },
        ExecuteMsg::Transfer {
            lease,
            to: addr("heir").into(),
        },
        ExecuteMsg::Ready { lease },
        ExecuteMsg::Waiting { lease },
        ExecuteMsg::Heartbeat { leases: vec![lease] },
        ExecuteMsg::GiveNotice { lease },
        ExecuteMsg::Close { lease },
        ExecuteMsg::Amend {
            lease,
            amendment: Amendment {
                price_per_hour: Some(Price::new(5)),
                duration: None,
            },
        },
        ExecuteMsg::Acknowledge {
            lease,
            acknowledgement: Acknowledgement {
                sequence: 1,
                good_until: desk.now(),
                signature: None,
            },
        },
        ExecuteMsg::Settle { lease },
        ExecuteMsg::CloseFailed { lease },
        ExecuteMsg::SweepFees { token: token.clone() },
        ExecuteMsg::Skim { token },
        ExecuteMsg::OpenLease(desk.award(order, 1)),
        ExecuteMsg::FreeReservation { order },
        ExecuteMsg::Hold { lease, units },
        ExecuteMsg::Vest {
            lease,
            units,
            premium,
        },
        ExecuteMsg::Refund { lease, units },
        ExecuteMsg::Revalue { lease },
        ExecuteMsg::SetAside {
            audit: AuditId { lease, unit: 0 },
            amount: n(1),
            payer: Payer::Pool,
        },
        ExecuteMsg::PayAudit {
            audit: AuditId { lease, unit: 0 },
            payments: vec![],
        },
        ExecuteMsg::Convict { lease },
    ]
}

/// Who may send a message, of those in [`SENDERS`]. `None`: anybody; what happens then is not a matter of roles.
pub fn entitled(msg: &ExecuteMsg) -> Option<&'static [&'static str]> {
    use ExecuteMsg::*;
    Some(match msg {
        Control(_) => &["guardian", "governor"],
        UpdateParams(_) => &["governor"],
        Receive(_) => &["usd"],
        Accept { .. }
        | Suspend { .. }
        | Resume { .. }
        | InputsDelivered { .. }
        | Transfer { .. }
        | Acknowledge { .. } => &["tenant"],
        Ready { .. } | Waiting { .. } | Heartbeat { .. } | GiveNotice { .. } => &["owner", "agent"],
        Close { .. } => &["tenant", "owner", "agent"],
        Amend { .. } => &["tenant", "owner"],
        OpenLease(_) | FreeReservation { .. } => &["order-book"],
        Hold { .. } | Vest { .. } | Refund { .. } | SetAside { .. } | PayAudit { .. } | Convict { .. } => {
            &["attestation"]
        }
        PlaceOrder { .. }
        | TopUp { .. }
        | Withdraw { .. }
        | Settle { .. }
        | Revalue { .. }
        | CloseFailed { .. }
        | SweepFees { .. }
        | Skim { .. } => return None,
    })
}

const SENDERS: [&str; 17] = [
    "tenant",
    "owner",
    "agent",
    "other owner",
    "other agent",
    "anyone",
    "governor",
    "guardian",
    "wirer",
    "usd",
    "network-token",
    "provider-registry",
    "order-book",
    "attestation",
    "take-rate-burn",
    "lease-escrow",
    "heir",
];

fn refused_for_role(error: &ContractError) -> bool {
    matches!(
        error,
        ContractError::Control(ControlError::Unauthorized { .. })
            | ContractError::NotAParty { .. }
            | ContractError::NotTheTenant { .. }
            | ContractError::NotTheProvider { .. }
            | ContractError::NoProvider { .. }
            | ContractError::UnknownToken { .. }
    )
}

#[test]
fn every_message_is_refused_to_every_role_that_has_no_right_to_it() {
    for rail in [fixed(3_600, 3_600_000), task(360, 10_000, None)] {
        let count = every_message(LeaseId(8), OrderId(2)).len();
        for index in 0..count {
            for sender in SENDERS {
                let mut desk = Desk::new();
                let lease = desk.open(rail.clone(), 3_600_000, 10_000);
                let order = desk.place(task(1, 10_000, None), 10_000);
                let msg = every_message(lease, order).swap_remove(index);
                let may = entitled(&msg).is_none_or(|senders| senders.contains(&sender));
                let text = format!("{msg:?} by {sender}");
                // What the message brings, when the sender is a payment token.
                *desk.world.borrow_mut().held.entry(addr("usd")).or_default() += 5;
                match desk.exec(sender, msg) {
                    Ok(_) => assert!(may, "{text} was taken"),
                    Err(error) => assert_eq!(refused_for_role(&error), !may, "{text}: {error}"),
                }
            }
        }
    }
}
