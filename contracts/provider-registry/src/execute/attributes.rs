use cosmwasm_std::{Addr, DepsMut, MessageInfo, Response};
use market_types::events::{AttributesRevoked, AttributesSigned};
use market_types::resources::Attribute;
use market_types::ProviderNo;

use crate::bounds::{count, unique};
use crate::state::{active, owned, PARAMS, SIGNED};
use crate::ContractError;

fn check_list(attributes: &[Attribute]) -> Result<(), ContractError> {
    count("attributes", attributes.len(), 1, Attribute::MAX_COUNT)?;
    unique("attribute", attributes.iter().map(|attribute| &attribute.key))
}

/// Signing what one has signed changes nothing.
///
/// # Errors
/// The sender is no attribute auditor, or the provider does not have an attribute with that value.
pub fn sign(
    deps: DepsMut,
    info: &MessageInfo,
    provider: &str,
    attributes: &[Attribute],
) -> Result<Response, ContractError> {
    let auditors = PARAMS.load(deps.storage)?.attribute_auditors;
    if !auditors.contains(&info.sender) {
        return Err(ContractError::NotAuditor {
            sender: info.sender.clone(),
        });
    }
    check_list(attributes)?;
    let owner = deps.api.addr_validate(provider)?;
    let (no, provider) = active(deps.storage, &owner)?;
    for attribute in attributes {
        if !provider.attributes.contains(attribute) {
            return Err(ContractError::AttributeNotHeld {
                provider: no,
                key: attribute.key.clone(),
                value: attribute.value.clone(),
            });
        }
        let mut signers = SIGNED
            .may_load(deps.storage, (no, &attribute.key))?
            .unwrap_or_default();
        // Who is no auditor any more does not count; so a list never grows beyond that of the auditors.
        signers.retain(|signer| auditors.contains(signer) && *signer != info.sender);
        signers.push(info.sender.clone());
        SIGNED.save(deps.storage, (no, &attribute.key), &signers)?;
    }
    Ok(Response::new().add_event(AttributesSigned {
        provider: no,
        auditor: info.sender.clone(),
        count: attributes.len() as u32,
    }))
}

/// Also for those who are no auditors any more.
///
/// # Errors
/// The sender has not signed one of the attributes with that value.
pub fn revoke(
    deps: DepsMut,
    info: &MessageInfo,
    provider: &str,
    attributes: &[Attribute],
) -> Result<Response, ContractError> {
    check_list(attributes)?;
    let owner = deps.api.addr_validate(provider)?;
    let no = owned(deps.storage, &owner)?;
    let held = crate::state::provider(deps.storage, no)?.attributes;
    for attribute in attributes {
        let signers = SIGNED
            .may_load(deps.storage, (no, &attribute.key))?
            .unwrap_or_default();
        if !signers.contains(&info.sender) || !held.contains(attribute) {
            return Err(ContractError::NotSigned {
                auditor: info.sender.clone(),
                key: attribute.key.clone(),
                value: attribute.value.clone(),
            });
        }
        store(
            deps.storage,
            no,
            &attribute.key,
            signers.into_iter().filter(|s| *s != info.sender).collect(),
        )?;
    }
    Ok(Response::new().add_event(AttributesRevoked {
        provider: no,
        auditor: info.sender.clone(),
        count: attributes.len() as u32,
    }))
}

fn store(
    storage: &mut dyn cosmwasm_std::Storage,
    no: ProviderNo,
    key: &str,
    signers: Vec<Addr>,
) -> Result<(), ContractError> {
    if signers.is_empty() {
        SIGNED.remove(storage, (no, key));
        return Ok(());
    }
    Ok(SIGNED.save(storage, (no, key), &signers)?)
}
