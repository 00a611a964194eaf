//! Where the market is: questions to the file a deployment writes.

use market_types::deployment::Deployment;

/// The address of a token given by symbol or address.
pub fn token<'a>(deployment: &'a Deployment, name: &str) -> Option<&'a str> {
    let by_symbol = deployment.tokens.get(name);
    let entry = by_symbol.or_else(|| deployment.tokens.values().find(|entry| entry.address == name))?;
    Some(&entry.address)
}

/// True for the five contracts.
pub fn is_market(deployment: &Deployment, address: &str) -> bool {
    let all = &deployment.contracts;
    [
        &all.provider_registry,
        &all.order_book,
        &all.lease_escrow,
        &all.attestation,
        &all.take_rate_burn,
    ]
    .into_iter()
    .any(|ours| ours == address)
}
