//! Setting up a market: bytecode, tokens, five contracts, one wiring, pinned codes.
//!
//! Each step is a transaction that a [`Record`] knows of before the chain does: a deployment that ended half way goes on where it
//! stopped and does nothing twice, and one that is whole only looks whether the chain has it.

mod check;
mod pin;
mod plan;
mod record;
mod step;
mod store;

use std::collections::BTreeMap;

use chain_client::{Msg, Signer, TxOutcome};
use market_types::control::{ControlMsg, Roles, Wiring};
use market_types::deployment::{Deployment, TokenEntry};
use market_types::{attestation, defaults, escrow, order_book, registry, take_rate};

pub use check::check;
pub use pin::{pin, pin_proposal, Pin};
pub use plan::{Codes, NewMarket, NewToken, Parameters, Tokens};
pub use record::{Forget, Keep, Made, Pending, Record, RecordFile, Steps};
pub use store::{store, Artifact};

use crate::MarketError;
use step::Works;

const WIRE: &str = "wire";

/// As [`deploy_recorded`], for a chain that is gone when this process is.
///
/// # Errors
/// A transaction was refused or failed; what was instantiated before stays on the chain, unwired and of no effect.
pub async fn deploy(signer: &Signer, new: &NewMarket) -> Result<Deployment, MarketError> {
    deploy_recorded(signer, new, &mut Record::forgotten()).await
}

/// Instantiate both tokens and the five contracts, wire them, and look whether all is as it should be. `signer` pays, and wires.
///
/// # Errors
/// A transaction was refused or failed, or the chain has not what the record says. The next start with the same record goes on.
pub async fn deploy_recorded(
    signer: &Signer,
    new: &NewMarket,
    record: &mut Record,
) -> Result<Deployment, MarketError> {
    let mut setup = Setup {
        works: Works::new(signer, record)?,
        new,
    };
    let codes = new.codes;
    let tokens = Tokens {
        network: setup.token(&new.network_token).await?,
        payment: setup.token(&new.payment_token).await?,
    };
    let parameters = (new.parameters)(&tokens);
    let roles = Roles {
        governor: new.governor.clone(),
        guardian: new.guardian.clone(),
        wirer: signer.address().to_owned(),
    };

    let registry = registry::InstantiateMsg {
        roles: roles.clone(),
        params: parameters.registry,
        bond_prices: parameters.bond_prices,
    };
    let order_book = order_book::InstantiateMsg {
        roles: roles.clone(),
        params: parameters.order_book,
    };
    let escrow = escrow::InstantiateMsg {
        roles: roles.clone(),
        params: parameters.escrow,
    };
    let attestation = attestation::InstantiateMsg {
        roles: roles.clone(),
        params: parameters.attestation,
    };
    let take_rate = take_rate::InstantiateMsg {
        roles,
        min_rate: defaults::MIN_TAKE_RATE,
        max_rate: defaults::MAX_TAKE_RATE,
        params: parameters.take_rate,
    };
    let contracts = Wiring {
        provider_registry: setup
            .contract(codes.provider_registry, "provider-registry", &registry)
            .await?,
        order_book: setup
            .contract(codes.order_book, "order-book", &order_book)
            .await?,
        lease_escrow: setup
            .contract(codes.lease_escrow, "lease-escrow", &escrow)
            .await?,
        attestation: setup
            .contract(codes.attestation, "attestation", &attestation)
            .await?,
        take_rate_burn: setup
            .contract(codes.take_rate_burn, "take-rate-burn", &take_rate)
            .await?,
        network_token: tokens.network.clone(),
    };
    let entry = |address: String| TokenEntry { address, decimals: 6 };
    let deployment = Deployment {
        chain_id: signer.chain().chain_id().to_owned(),
        governor: new.governor.clone(),
        contracts,
        tokens: BTreeMap::from([
            (new.network_token.symbol.to_lowercase(), entry(tokens.network)),
            (new.payment_token.symbol.to_lowercase(), entry(tokens.payment)),
        ]),
        beacon: None,
    };
    setup.wire(&deployment).await?;
    Ok(deployment)
}

struct Setup<'a> {
    works: Works<'a>,
    new: &'a NewMarket,
}

impl Setup<'_> {
    async fn token(&mut self, token: &NewToken) -> Result<String, MarketError> {
        let code = self.new.codes.token;
        self.contract(code, &token.name, &token.instantiate()).await
    }

    async fn contract<M: serde::Serialize>(
        &mut self,
        code: u64,
        label: &str,
        msg: &M,
    ) -> Result<String, MarketError> {
        let step = format!("instantiate {label}");
        let admin = self.new.governor.as_str();
        let known = self.works.known(&step);
        let made = match &known {
            Some(made) => made.clone(),
            None => {
                let msgs = || {
                    let msg = Msg::instantiate(code, label, Some(admin), msg);
                    Ok(vec![msg.map_err(chain_client::TxError::from)?])
                };
                let read = |outcome: &TxOutcome| -> Result<_, MarketError> {
                    let address = outcome.contract_address()?;
                    Ok(Made::Contract { address })
                };
                self.works.once(&step, msgs, read).await?
            }
        };
        let Made::Contract { address } = &made else {
            return Err(MarketError::Damaged { step });
        };
        if known.is_some() {
            check::contract(self.works.signer.chain(), &step, address, code, label, admin).await?;
            self.works.confirmed(&step, &made);
        }
        Ok(address.clone())
    }

    /// Wire all five in one transaction: all or none.
    async fn wire(&mut self, deployment: &Deployment) -> Result<(), MarketError> {
        let known = self.works.known(WIRE);
        if known.is_none() {
            self.works
                .once(WIRE, || wire_msgs(deployment), |_| Ok(Made::Wired))
                .await?;
        }
        check(self.works.signer.chain(), deployment).await?;
        if let Some(made) = &known {
            self.works.confirmed(WIRE, made);
        }
        Ok(())
    }
}

fn wire_msgs(deployment: &Deployment) -> Result<Vec<Msg>, MarketError> {
    let contracts = &deployment.contracts;
    // Every contract takes the same control messages; the registry's stand for all.
    let msg = registry::ExecuteMsg::Control(ControlMsg::Wire(contracts.clone()));
    let msgs: Result<Vec<_>, _> = check::five(deployment)
        .into_iter()
        .map(|(_, contract)| Msg::execute(contract, &msg, &[]))
        .collect();
    Ok(msgs.map_err(chain_client::TxError::from)?)
}
