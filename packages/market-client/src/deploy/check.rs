//! Whether the chain has a market as its addresses say.

use chain_client::Chain;
use market_types::control::ControlResponse;
use market_types::deployment::Deployment;
use market_types::registry::QueryMsg;

use crate::MarketError;

/// The five contracts by the names they carry on chain.
pub(super) fn five(deployment: &Deployment) -> [(&'static str, &str); 5] {
    let contracts = &deployment.contracts;
    [
        ("provider-registry", contracts.provider_registry.as_str()),
        ("order-book", &contracts.order_book),
        ("lease-escrow", &contracts.lease_escrow),
        ("attestation", &contracts.attestation),
        ("take-rate-burn", &contracts.take_rate_burn),
    ]
}

/// Ask each contract what it is, who governs it and what it is wired to.
///
/// # Errors
/// [`MarketError::Wiring`] for the first that says something else than `deployment`.
pub async fn check(chain: &Chain, deployment: &Deployment) -> Result<(), MarketError> {
    for (name, address) in five(deployment) {
        // Every contract answers the same control query; the registry's stands for all.
        let control: ControlResponse = chain.smart(address, &QueryMsg::Control {}).await?;
        let differs = |found: String| {
            Err(MarketError::Wiring {
                contract: name.into(),
                found,
            })
        };
        if control.contract != format!("crates.io:{name}") {
            return differs(format!("it is {}", control.contract));
        }
        if control.governor.as_str() != deployment.governor {
            return differs(format!("it is governed by {}", control.governor));
        }
        let wanted = serde_json::to_value(&deployment.contracts).ok();
        let wiring = serde_json::to_value(&control.wiring).ok();
        if wanted != wiring {
            return differs(wiring.map_or_else(String::new, |wiring| wiring.to_string()));
        }
    }
    Ok(())
}

/// Whether the chain has the contract that `step` made.
pub(super) async fn contract(
    chain: &Chain,
    step: &str,
    address: &str,
    code_id: u64,
    label: &str,
    admin: &str,
) -> Result<(), MarketError> {
    let not_on_chain = |found: String| MarketError::NotOnChain {
        step: step.into(),
        found,
    };
    let info = match chain.contract_info(address).await {
        Err(chain_client::QueryError::NoSuchContract { .. }) => {
            return Err(not_on_chain(format!("nothing at {address}")))
        }
        info => info?,
    };
    if info.code_id == code_id && info.label == label && info.admin.as_deref() == Some(admin) {
        return Ok(());
    }
    Err(not_on_chain(format!(
        "code {} with label {:?} and admin {}",
        info.code_id,
        info.label,
        info.admin.as_deref().unwrap_or("nobody")
    )))
}
