//! Why a lease ended. The number says who ended it: 0-9999 the tenant, 10000-19999 the provider, from 20000
//! the network. The ranges follow Akash's close reasons.

use std::fmt;

use cosmwasm_schema::cw_serde;

#[cw_serde]
#[derive(Copy, Eq, Hash)]
pub enum CloseReason {
    /// The tenant closed it.
    TenantClosed,
    /// A stream whose agent was ready and whose tenant never accepted.
    NotAccepted,
    /// A task whose inputs the tenant did not deliver within the start time.
    InputsMissing,
    /// A stream the tenant suspended or no longer acknowledged, closed by its provider, or by anybody when it fell silent as well.
    Suspended,
    /// The provider closed without the agreed notice.
    ProviderClosed,
    /// The agreed notice has passed, or an interruptible lease was left.
    NoticeServed,
    /// A stream whose agent was not ready within the start time.
    NotReady,
    /// A task without a batch within its progress time.
    NoProgress,
    /// Heartbeats stopped.
    Silent,
    /// A task whose provider was convicted of a wrong result.
    Convicted,
    /// The money ran out.
    FundsExhausted,
    /// The agreed duration is over.
    DurationEnded,
    /// Every unit of the task was attested.
    Completed,
    /// A task whose work bond lost its worth by the bond price and was not topped up.
    Understaked,
}

/// Who a close reason is charged to.
#[cw_serde]
#[derive(Copy, Eq, Hash)]
pub enum Party {
    Tenant,
    Provider,
    Network,
}

impl CloseReason {
    pub const fn code(self) -> u32 {
        match self {
            Self::TenantClosed => 0,
            Self::NotAccepted => 1,
            Self::InputsMissing => 2,
            Self::Suspended => 3,
            Self::ProviderClosed => 10_000,
            Self::NoticeServed => 10_001,
            Self::NotReady => 10_002,
            Self::NoProgress => 10_003,
            Self::Silent => 10_004,
            Self::Convicted => 10_005,
            Self::FundsExhausted => 20_000,
            Self::DurationEnded => 20_001,
            Self::Completed => 20_002,
            Self::Understaked => 20_003,
        }
    }

    pub const ALL: [Self; 14] = [
        Self::TenantClosed,
        Self::NotAccepted,
        Self::InputsMissing,
        Self::Suspended,
        Self::ProviderClosed,
        Self::NoticeServed,
        Self::NotReady,
        Self::NoProgress,
        Self::Silent,
        Self::Convicted,
        Self::FundsExhausted,
        Self::DurationEnded,
        Self::Completed,
        Self::Understaked,
    ];

    pub fn from_code(code: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    pub const fn ended_by(self) -> Party {
        match self.code() {
            0..=9_999 => Party::Tenant,
            10_000..=19_999 => Party::Provider,
            _ => Party::Network,
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code().fmt(f)
    }
}
