//! What the tables order, ask for and post.

use market_testing::specs::{one_gpu, stream, task, H100};
use market_testing::{Call, Key};
use market_types::audit::AuditClass;
use market_types::control::ControlMsg;
use market_types::order::{OrderSpec, Rail, Requirements, StreamLength};
use market_types::resources::{Attribute, DeviceClass};
use market_types::{
    attestation, escrow, order_book, registry, take_rate, BasisPoints, Hash32, LeaseId, Seconds,
};

/// The same control message for each contract.
pub fn controls(msg: &ControlMsg) -> [Call; 5] {
    [
        registry::ExecuteMsg::Control(msg.clone()).into(),
        order_book::ExecuteMsg::Control(msg.clone()).into(),
        escrow::ExecuteMsg::Control(msg.clone()).into(),
        attestation::ExecuteMsg::Control(msg.clone()).into(),
        take_rate::ExecuteMsg::Control(msg.clone()).into(),
    ]
}

pub fn region() -> Attribute {
    Attribute {
        key: "region".into(),
        value: "eu-west".into(),
    }
}

/// An hour that can be acknowledged, amended, and left with notice.
pub fn a_stream() -> OrderSpec<String> {
    OrderSpec {
        rail: Rail::Stream {
            length: StreamLength::Fixed(Seconds::HOUR),
            ack_every: Some(Seconds::DAY),
            start_timeout: Seconds(600),
            notice: Seconds(600),
        },
        session_key: Some(session_key().public()),
        thin_audit: true,
        ..stream()
    }
}

pub fn a_task() -> OrderSpec<String> {
    task()
}

pub fn exact() -> AuditClass {
    AuditClass("exact".into())
}

pub fn session_key() -> Key {
    Key::of("session")
}

pub fn needs() -> Requirements<String> {
    Requirements {
        resources: one_gpu(),
        classes: vec![DeviceClass(H100.into())],
        attributes: vec![region()],
        signatures: None,
        allow: vec![],
        deny: vec![],
        min_reputation: BasisPoints(0),
    }
}

pub fn batch(lease: LeaseId, first_unit: u32, count: u32) -> attestation::ExecuteMsg {
    attestation::ExecuteMsg::PostBatch {
        lease,
        first_unit,
        count,
        root: Hash32([9; 32]),
    }
}
