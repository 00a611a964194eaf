//! The market as its users ask it.

use std::path::Path;

use chain_client::{Chain, QueryError};
use cosmwasm_std::{to_json_binary, Uint128};
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg, TokenInfoResponse};
use market_types::control::Solvency;
use market_types::deployment::{Deployment, TokenEntry};
use market_types::order_book::{BidResponse, OrderResponse};
use market_types::registry::{ProviderRef, ProviderResponse};
use market_types::{attestation, escrow, order_book, registry, take_rate};
use market_types::{LeaseId, OrderId, Page, Paging, ProviderNo};
use serde::de::DeserializeOwned;
use serde::Serialize;

use crate::MarketError;

/// A market that stands on `chain` at the addresses of `deployment`. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Market {
    pub chain: Chain,
    pub deployment: Deployment,
}

impl Market {
    /// # Errors
    /// The node serves another chain than the deployment was made on.
    pub fn new(chain: Chain, deployment: Deployment) -> Result<Self, MarketError> {
        if chain.chain_id() != deployment.chain_id {
            return Err(MarketError::OtherChain {
                file: deployment.chain_id,
                node: chain.chain_id().into(),
            });
        }
        Ok(Self { chain, deployment })
    }

    /// The payment or network token called `name` (`usdc`), or at that address.
    ///
    /// # Errors
    /// The market has no such token; the error names those it has.
    pub fn token(&self, name: &str) -> Result<&TokenEntry, MarketError> {
        let tokens = &self.deployment.tokens;
        let by_address = || tokens.values().find(|token| token.address == name);
        tokens
            .get(&name.to_lowercase())
            .or_else(by_address)
            .ok_or_else(|| MarketError::UnknownToken {
                name: name.into(),
                known: tokens.keys().cloned().collect::<Vec<_>>().join(", "),
            })
    }

    /// The name people use for the token at `address`; the address itself for a foreign one.
    pub fn symbol<'a>(&'a self, address: &'a str) -> &'a str {
        let known = self
            .deployment
            .tokens
            .iter()
            .find(|(_, token)| token.address == address);
        known.map_or(address, |(name, _)| name)
    }

    pub async fn balance(&self, token: &str, owner: &str) -> Result<Uint128, QueryError> {
        let query = Cw20QueryMsg::Balance {
            address: owner.into(),
        };
        Ok(self
            .chain
            .smart::<_, BalanceResponse>(token, &query)
            .await?
            .balance)
    }

    pub async fn token_info(&self, token: &str) -> Result<TokenInfoResponse, QueryError> {
        self.chain.smart(token, &Cw20QueryMsg::TokenInfo {}).await
    }

    pub async fn registry<R: DeserializeOwned>(&self, query: &registry::QueryMsg) -> Result<R, QueryError> {
        self.chain
            .smart(&self.deployment.contracts.provider_registry, query)
            .await
    }

    pub async fn book<R: DeserializeOwned>(&self, query: &order_book::QueryMsg) -> Result<R, QueryError> {
        self.chain
            .smart(&self.deployment.contracts.order_book, query)
            .await
    }

    pub async fn escrow<R: DeserializeOwned>(&self, query: &escrow::QueryMsg) -> Result<R, QueryError> {
        self.chain
            .smart(&self.deployment.contracts.lease_escrow, query)
            .await
    }

    pub async fn attestation<R: DeserializeOwned>(
        &self,
        query: &attestation::QueryMsg,
    ) -> Result<R, QueryError> {
        self.chain
            .smart(&self.deployment.contracts.attestation, query)
            .await
    }

    pub async fn take_rate<R: DeserializeOwned>(&self, query: &take_rate::QueryMsg) -> Result<R, QueryError> {
        self.chain
            .smart(&self.deployment.contracts.take_rate_burn, query)
            .await
    }

    pub async fn order(&self, order: OrderId) -> Result<OrderResponse, QueryError> {
        self.book(&order_book::QueryMsg::Order { order }).await
    }

    pub async fn bids(&self, order: OrderId) -> Result<Vec<BidResponse>, QueryError> {
        let paging = Paging {
            start_after: None,
            limit: Some(market_types::page::MAX_LIMIT),
        };
        let page: Page<BidResponse, u32> = self.book(&order_book::QueryMsg::Bids { order, paging }).await?;
        Ok(page.items)
    }

    pub async fn lease(&self, lease: LeaseId) -> Result<escrow::LeaseResponse, QueryError> {
        self.escrow(&escrow::QueryMsg::Lease { lease }).await
    }

    pub async fn batches(&self, lease: LeaseId) -> Result<Vec<attestation::BatchResponse>, QueryError> {
        let mut all = vec![];
        let mut start_after = None;
        loop {
            let paging = Paging {
                start_after,
                limit: Some(market_types::page::MAX_LIMIT),
            };
            let page: Page<attestation::BatchResponse, _> = self
                .attestation(&attestation::QueryMsg::Batches { lease, paging })
                .await?;
            all.extend(page.items);
            start_after = page.next_start_after;
            if start_after.is_none() {
                return Ok(all);
            }
        }
    }

    pub async fn audits(&self, lease: LeaseId) -> Result<Vec<attestation::AuditResponse>, QueryError> {
        let mut all = vec![];
        let mut start_after = None;
        loop {
            let paging = Paging {
                start_after,
                limit: Some(market_types::page::MAX_LIMIT),
            };
            let page: Page<attestation::AuditResponse, _> = self
                .attestation(&attestation::QueryMsg::Audits { lease, paging })
                .await?;
            all.extend(page.items);
            start_after = page.next_start_after;
            if start_after.is_none() {
                return Ok(all);
            }
        }
    }

    pub async fn provider(&self, owner: &str) -> Result<ProviderResponse, QueryError> {
        self.registry(&registry::QueryMsg::Provider { owner: owner.into() })
            .await
    }

    pub async fn provider_by_no(&self, no: ProviderNo) -> Result<ProviderResponse, QueryError> {
        self.registry(&registry::QueryMsg::ProviderByNo { no }).await
    }

    /// The provider that `address` owns or works for.
    pub async fn whois(&self, address: &str) -> Result<Option<ProviderRef>, QueryError> {
        self.registry(&registry::QueryMsg::Whois {
            address: address.into(),
        })
        .await
    }

    /// Money in the escrow that `owner` can withdraw or spend.
    pub async fn available(&self, owner: &str, token: &str) -> Result<Uint128, QueryError> {
        let query = escrow::QueryMsg::Account {
            owner: owner.into(),
            token: token.into(),
        };
        Ok(self.escrow::<escrow::AccountResponse>(&query).await?.available)
    }

    /// Both sides of every contract's balance, by contract name.
    pub async fn solvency(&self) -> Result<Vec<(&'static str, Vec<Solvency>)>, QueryError> {
        Ok(vec![
            (
                "provider-registry",
                self.registry(&registry::QueryMsg::Solvency {}).await?,
            ),
            ("order-book", self.book(&order_book::QueryMsg::Solvency {}).await?),
            ("lease-escrow", self.escrow(&escrow::QueryMsg::Solvency {}).await?),
            (
                "attestation",
                self.attestation(&attestation::QueryMsg::Solvency {}).await?,
            ),
            (
                "take-rate-burn",
                self.take_rate(&take_rate::QueryMsg::Solvency {}).await?,
            ),
        ])
    }

    /// The cw20 message that sends `amount` to `contract` with `hook` inside.
    ///
    /// # Errors
    /// The hook does not serialise.
    pub fn send_with_hook<H: Serialize>(
        contract: &str,
        amount: Uint128,
        hook: &H,
    ) -> Result<Cw20ExecuteMsg, cosmwasm_std::StdError> {
        Ok(Cw20ExecuteMsg::Send {
            contract: contract.into(),
            amount,
            msg: to_json_binary(hook)?,
        })
    }
}

/// # Errors
/// The file is missing, unreadable, or no deployment.
pub fn load(path: &Path) -> Result<Deployment, MarketError> {
    let failed = |cause: String| MarketError::ReadFile {
        path: path.into(),
        cause,
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
}

/// Write the file whole or not at all.
///
/// # Errors
/// The file cannot be written.
pub fn save(path: &Path, deployment: &Deployment) -> Result<(), MarketError> {
    crate::file::write(path, deployment)
}
