//! What the market answers.

use cosmwasm_std::{Addr, Uint128};
use cw20::{BalanceResponse, Cw20QueryMsg, TokenInfoResponse};
use market_types::audit::AuditId;
use market_types::control::Solvency;
use market_types::escrow::{AccountResponse, LeaseResponse, PoolsResponse, QueryMsg as AskEscrow};
use market_types::order_book::{OrderResponse, QueryMsg as AskBook};
use market_types::registry::{
    CapacityResponse, CommitmentResponse, ProviderResponse, QueryMsg as AskRegistry, SeatResponse,
};
use market_types::take_rate::{QueryMsg as AskTakeRate, TotalsResponse};
use market_types::{attestation, LeaseId, OrderId, Page, Paging, ProviderNo};
use serde::de::DeserializeOwned;
use serde::Serialize;

use super::Suite;

/// Each panics when the contract refuses: a question in a test has an answer.
#[allow(clippy::expect_used, clippy::missing_panics_doc)]
impl Suite {
    pub fn ask<R: DeserializeOwned>(&self, contract: &Addr, query: &impl Serialize) -> R {
        self.app
            .wrap()
            .query_wasm_smart(contract, query)
            .expect("the contract answers")
    }

    pub fn ask_registry<R: DeserializeOwned>(&self, query: &AskRegistry) -> R {
        self.ask(&self.wiring.provider_registry, query)
    }

    pub fn ask_book<R: DeserializeOwned>(&self, query: &AskBook) -> R {
        self.ask(&self.wiring.order_book, query)
    }

    pub fn ask_escrow<R: DeserializeOwned>(&self, query: &AskEscrow) -> R {
        self.ask(&self.wiring.lease_escrow, query)
    }

    pub fn ask_attestation<R: DeserializeOwned>(&self, query: &attestation::QueryMsg) -> R {
        self.ask(&self.wiring.attestation, query)
    }

    pub fn ask_take_rate<R: DeserializeOwned>(&self, query: &AskTakeRate) -> R {
        self.ask(&self.wiring.take_rate_burn, query)
    }

    pub fn balance(&self, token: &Addr, owner: &Addr) -> u128 {
        let address = owner.to_string();
        let answer: BalanceResponse = self.ask(token, &Cw20QueryMsg::Balance { address });
        answer.balance.u128()
    }

    pub fn supply(&self, token: &Addr) -> u128 {
        let answer: TokenInfoResponse = self.ask(token, &Cw20QueryMsg::TokenInfo {});
        answer.total_supply.u128()
    }

    /// What the open seats of a provider lock.
    pub fn seats(&self, provider: ProviderNo) -> u128 {
        let mut paging = Paging::default();
        let mut locked = 0;
        loop {
            let page: Page<AuditId, AuditId> = self.ask_attestation(&attestation::QueryMsg::Duties {
                provider,
                paging: paging.clone(),
            });
            for audit in page.items {
                let seats: Vec<SeatResponse> = self.ask_registry(&AskRegistry::Seats { audit });
                let own = seats.iter().filter(|seat| seat.provider == provider);
                locked += own.map(|seat| seat.bond.u128()).sum::<u128>();
            }
            match page.next_start_after {
                Some(after) => paging.start_after = Some(after),
                None => return locked,
            }
        }
    }

    pub fn available(&self, owner: &Addr, token: &Addr) -> u128 {
        let answer: AccountResponse = self.ask_escrow(&AskEscrow::Account {
            owner: owner.to_string(),
            token: token.to_string(),
        });
        answer.available.u128()
    }

    pub fn claimable(&self, address: &Addr) -> u128 {
        let address = address.to_string();
        self.ask_registry::<Uint128>(&AskRegistry::Claimable { address })
            .u128()
    }

    pub fn order(&self, order: OrderId) -> OrderResponse {
        self.ask_book(&AskBook::Order { order })
    }

    pub fn lease(&self, lease: LeaseId) -> LeaseResponse {
        self.ask_escrow(&AskEscrow::Lease { lease })
    }

    pub fn leases(&self) -> Vec<LeaseResponse> {
        self.pages(|paging| self.ask_escrow(&AskEscrow::Leases { paging }))
    }

    pub fn orders(&self) -> Vec<OrderResponse> {
        self.pages(|paging| self.ask_book(&AskBook::Orders { paging }))
    }

    pub fn provider(&self, owner: &Addr) -> ProviderResponse {
        let owner = owner.to_string();
        self.ask_registry(&AskRegistry::Provider { owner })
    }

    pub fn providers(&self) -> Vec<ProviderResponse> {
        self.pages::<_, ProviderNo>(|paging| self.ask_registry(&AskRegistry::Providers { paging }))
    }

    pub fn commitments(&self, owner: &Addr) -> Vec<CommitmentResponse> {
        let owner = owner.to_string();
        self.pages(|paging| {
            let owner = owner.clone();
            self.ask_registry(&AskRegistry::Commitments { owner, paging })
        })
    }

    pub fn capacity(&self, owner: &Addr) -> Vec<CapacityResponse> {
        let owner = owner.to_string();
        self.ask_registry(&AskRegistry::Capacity { owner })
    }

    pub fn pools(&self, token: &Addr) -> PoolsResponse {
        let token = token.to_string();
        self.ask_escrow(&AskEscrow::Pools { token })
    }

    pub fn totals(&self, token: &Addr) -> TotalsResponse {
        let token = token.to_string();
        self.ask_take_rate(&AskTakeRate::Totals { token })
    }

    /// Each contract's answer, with its address.
    pub fn solvency(&self) -> Vec<(Addr, Solvency)> {
        let of = |contract: &Addr, sides: Vec<Solvency>| {
            sides
                .into_iter()
                .map(|side| (contract.clone(), side))
                .collect::<Vec<_>>()
        };
        [
            of(
                &self.wiring.provider_registry,
                self.ask_registry(&AskRegistry::Solvency {}),
            ),
            of(
                &self.wiring.lease_escrow,
                self.ask_escrow(&AskEscrow::Solvency {}),
            ),
            of(
                &self.wiring.take_rate_burn,
                self.ask_take_rate(&AskTakeRate::Solvency {}),
            ),
        ]
        .concat()
    }

    /// All pages of a list.
    pub fn pages<T, C>(&self, ask: impl Fn(Paging<C>) -> Page<T, C>) -> Vec<T> {
        let mut all = vec![];
        let mut start_after = None;
        loop {
            let page = ask(Paging {
                start_after,
                limit: Some(100),
            });
            all.extend(page.items);
            start_after = page.next_start_after;
            if start_after.is_none() {
                return all;
            }
        }
    }
}
