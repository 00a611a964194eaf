//! Questions to the market's contracts, typed.

use std::sync::Arc;

use chain_client::{Chain, QueryError};
use cosmwasm_std::Uint128;
use market_client::MarketError;
use market_types::attestation::{self, AuditResponse, BatchResponse, RoundResponse};
use market_types::audit::AuditId;
use market_types::deployment::Deployment;
use market_types::escrow::{self, LeaseResponse, WorkResponse};
use market_types::order_book::{self, BidResponse, OrderResponse, SimulateResponse};
use market_types::registry::{self, CapacityResponse, ProviderRef, ProviderResponse, ReputationResponse};
use market_types::{BatchNo, LeaseId, OrderId, Page, Paging, Price, ProviderNo};
use serde::de::DeserializeOwned;
use serde::Serialize;

/// What an agent asks of the market. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Market {
    inner: Arc<market_client::Market>,
}

const PAGE: u32 = market_types::page::MAX_LIMIT;

impl Market {
    /// # Errors
    /// The node serves another chain than the deployment was made on.
    pub fn new(chain: Chain, deployment: Deployment) -> Result<Self, Box<MarketError>> {
        let inner = market_client::Market::new(chain, deployment)?;
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    pub fn chain(&self) -> &Chain {
        &self.inner.chain
    }

    pub fn deployment(&self) -> &Deployment {
        &self.inner.deployment
    }

    /// The provider an owner or agent address belongs to.
    pub async fn whois(&self, address: &str) -> Result<Option<ProviderRef>, QueryError> {
        self.inner
            .registry(&registry::QueryMsg::Whois {
                address: address.to_owned(),
            })
            .await
    }

    pub async fn capacity(&self, owner: &str) -> Result<Vec<CapacityResponse>, QueryError> {
        self.inner
            .registry(&registry::QueryMsg::Capacity {
                owner: owner.to_owned(),
            })
            .await
    }

    pub async fn reputation(&self, owner: &str) -> Result<ReputationResponse, QueryError> {
        self.inner
            .registry(&registry::QueryMsg::Reputation {
                owner: owner.to_owned(),
            })
            .await
    }

    pub async fn book_params(&self) -> Result<order_book::Params, QueryError> {
        self.inner.book(&order_book::QueryMsg::Params {}).await
    }

    pub async fn escrow_params(&self) -> Result<escrow::Params<cosmwasm_std::Addr>, QueryError> {
        self.inner.escrow(&escrow::QueryMsg::Params {}).await
    }

    pub async fn order(&self, order: OrderId) -> Result<OrderResponse, QueryError> {
        self.inner.book(&order_book::QueryMsg::Order { order }).await
    }

    pub async fn open_orders(&self) -> Result<Vec<OrderResponse>, QueryError> {
        self.pages(
            |paging| order_book::QueryMsg::OpenOrders { paging },
            &self.inner.deployment.contracts.order_book,
        )
        .await
    }

    pub async fn bid(&self, order: OrderId, provider: &str) -> Result<Option<BidResponse>, QueryError> {
        self.inner
            .book(&order_book::QueryMsg::Bid {
                order,
                provider: provider.to_owned(),
            })
            .await
    }

    pub async fn best_bid(&self, order: OrderId) -> Result<Option<BidResponse>, QueryError> {
        let paging = Paging {
            start_after: None,
            limit: Some(1),
        };
        let page: Page<BidResponse, u32> = self
            .inner
            .book(&order_book::QueryMsg::Bids { order, paging })
            .await?;
        Ok(page.items.into_iter().next())
    }

    /// Which rule keeps `provider` from the order at this price?
    pub async fn simulate(
        &self,
        order: OrderId,
        provider: &str,
        price: Price,
        work_bond: Option<Uint128>,
    ) -> Result<SimulateResponse, QueryError> {
        let provider = provider.to_owned();
        let price = Some(price);
        self.inner
            .book(&order_book::QueryMsg::Simulate {
                order,
                provider,
                price,
                work_bond,
            })
            .await
    }

    pub async fn lease(&self, lease: LeaseId) -> Result<LeaseResponse, QueryError> {
        self.inner.escrow(&escrow::QueryMsg::Lease { lease }).await
    }

    pub async fn leases_of(&self, provider: ProviderNo) -> Result<Vec<LeaseResponse>, QueryError> {
        self.pages(
            |paging| escrow::QueryMsg::LeasesOfProvider { provider, paging },
            &self.inner.deployment.contracts.lease_escrow,
        )
        .await
    }

    pub async fn work(&self, lease: LeaseId) -> Result<WorkResponse, QueryError> {
        self.inner.escrow(&escrow::QueryMsg::Work { lease }).await
    }

    /// Batches of a lease after `start_after`.
    pub async fn batches(
        &self,
        lease: LeaseId,
        start_after: Option<BatchNo>,
    ) -> Result<Vec<BatchResponse>, QueryError> {
        let mut all = Vec::new();
        let mut paging = Paging {
            start_after,
            limit: Some(PAGE),
        };
        loop {
            let query = attestation::QueryMsg::Batches { lease, paging };
            let address = &self.inner.deployment.contracts.attestation;
            let page: Page<BatchResponse, BatchNo> = self.inner.chain.smart(address, &query).await?;
            all.extend(page.items);
            match page.next_start_after {
                None => return Ok(all),
                next => {
                    paging = Paging {
                        start_after: next,
                        limit: Some(PAGE),
                    }
                }
            }
        }
    }

    pub async fn provider(&self, no: ProviderNo) -> Result<ProviderResponse, QueryError> {
        self.inner
            .registry(&registry::QueryMsg::ProviderByNo { no })
            .await
    }

    pub async fn attestation_params(&self) -> Result<attestation::Params, QueryError> {
        self.attestation(&attestation::QueryMsg::Params {}).await
    }

    pub async fn audit(&self, audit: AuditId) -> Result<AuditResponse, QueryError> {
        self.attestation(&attestation::QueryMsg::Audit { audit }).await
    }

    /// Audits that `provider` is seated in and that have not ended.
    pub async fn duties(&self, provider: ProviderNo) -> Result<Vec<AuditId>, QueryError> {
        self.pages(
            |paging| attestation::QueryMsg::Duties { provider, paging },
            &self.inner.deployment.contracts.attestation,
        )
        .await
    }

    /// The round that what began at `height` waits for.
    pub async fn round_after(&self, height: u64) -> Result<Option<RoundResponse>, QueryError> {
        self.attestation(&attestation::QueryMsg::RoundAfter { height })
            .await
    }

    async fn attestation<T: DeserializeOwned>(&self, query: &attestation::QueryMsg) -> Result<T, QueryError> {
        let address = &self.inner.deployment.contracts.attestation;
        self.inner.chain.smart(address, query).await
    }

    async fn pages<Q: Serialize, T: DeserializeOwned, C: DeserializeOwned>(
        &self,
        query: impl Fn(Paging<C>) -> Q,
        address: &str,
    ) -> Result<Vec<T>, QueryError> {
        let mut all = Vec::new();
        let mut start_after = None;
        loop {
            let paging = Paging {
                start_after,
                limit: Some(PAGE),
            };
            let page: Page<T, C> = self.inner.chain.smart(address, &query(paging)).await?;
            all.extend(page.items);
            match page.next_start_after {
                None => return Ok(all),
                next => start_after = next,
            }
        }
    }
}
