//! Everybody who could send a message.

use cosmwasm_std::Addr;
use market_testing::chain::account;
use market_testing::Suite;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Governor,
    /// Was offered the governor's office, where a scene says so.
    Nominee,
    Guardian,
    Wirer,
    PriceKeeper,
    AttributeAuditor,
    Insurer,
    /// Of the order or lease in question.
    Tenant,
    OtherTenant,
    /// Of the provider in question.
    Owner,
    Agent,
    OtherOwner,
    OtherAgent,
    /// Anybody with an account.
    Crank,
    Registry,
    Book,
    Escrow,
    Attestation,
    TakeRate,
    NetworkToken,
    PaymentToken,
}

use Role::*;

impl Role {
    pub const ALL: [Self; 21] = [
        Governor,
        Nominee,
        Guardian,
        Wirer,
        PriceKeeper,
        AttributeAuditor,
        Insurer,
        Tenant,
        OtherTenant,
        Owner,
        Agent,
        OtherOwner,
        OtherAgent,
        Crank,
        Registry,
        Book,
        Escrow,
        Attestation,
        TakeRate,
        NetworkToken,
        PaymentToken,
    ];

    pub fn address(self, suite: &Suite) -> Addr {
        match self {
            Governor => suite.governor.clone(),
            Nominee => account("nominee"),
            Guardian => suite.guardian.clone(),
            Wirer => account("wirer"),
            PriceKeeper => suite.keeper.clone(),
            AttributeAuditor => account("auditor"),
            Insurer => suite.insurer.clone(),
            Tenant => account("tenant"),
            OtherTenant => account("other tenant"),
            Owner => account("owner"),
            OtherOwner => account("other owner"),
            Agent => Suite::agent_of(&account("owner")).address(),
            OtherAgent => Suite::agent_of(&account("other owner")).address(),
            Crank => account("crank"),
            Registry => suite.wiring.provider_registry.clone(),
            Book => suite.wiring.order_book.clone(),
            Escrow => suite.wiring.lease_escrow.clone(),
            Attestation => suite.wiring.attestation.clone(),
            TakeRate => suite.wiring.take_rate_burn.clone(),
            NetworkToken => suite.wiring.network_token.clone(),
            PaymentToken => suite.usdc.clone(),
        }
    }
}
