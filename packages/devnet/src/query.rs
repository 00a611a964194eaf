//! State queries over `abci_query`: gRPC paths with protobuf requests, and the errors a node gives for them.

mod bank;
mod governance;
mod page;
mod wasm;

use cosmrs::proto::cosmos::auth::v1beta1::{
    BaseAccount, ModuleAccount, QueryAccountRequest, QueryAccountResponse, QueryModuleAccountByNameRequest,
    QueryModuleAccountByNameResponse,
};
use cosmrs::proto::cosmos::base::abci::v1beta1::{GasInfo, Result as AbciResult};
use cosmrs::proto::cosmos::tx::v1beta1::{SimulateRequest, SimulateResponse};
use cosmrs::proto::tendermint::abci;
use cosmrs::Any;
use cosmwasm_std::Event;
use prost::Message as _;
use thiserror::Error;

use crate::auth::{self, Account};
use crate::chain::Chain;
use crate::tx::public_key_any;

/// Encoded response or failure, with the height it holds for.
pub struct QueryAnswer {
    pub height: u64,
    pub result: Result<Vec<u8>, QueryFailure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QueryFailure {
    #[error("unknown query path: {0}: unknown request")]
    Path(String),
    #[error("{0}: unknown request")]
    Unknown(String),
    #[error("rpc error: code = NotFound desc = {0}: key not found")]
    NotFound(String),
    #[error("decoding bech32 failed: {0}: invalid request")]
    Address(String),
    #[error("rpc error: code = InvalidArgument desc = {0}: invalid request")]
    Invalid(String),
    #[error("{0}: feature not supported")]
    Unsupported(&'static str),
}

impl QueryFailure {
    /// Code in the codespace `sdk`.
    pub fn code(&self) -> u32 {
        match self {
            Self::Path(_) | Self::Unknown(_) => 6,
            Self::Address(_) | Self::Invalid(_) => 18,
            Self::NotFound(_) => 22,
            Self::Unsupported(_) => 37,
        }
    }
}

/// Answers one query from the last block's state.
pub fn answer(chain: &mut Chain, path: &str, data: &[u8]) -> QueryAnswer {
    let height = chain.head().height;
    let result = match path.rsplit_once('/') {
        Some(("/cosmos.auth.v1beta1.Query", method)) => accounts(chain, method, data),
        Some(("/cosmos.tx.v1beta1.Service", "Simulate")) => simulate(chain, data),
        Some(("/cosmos.bank.v1beta1.Query", method)) => bank::answer(&mut chain.app, method, data),
        Some(("/cosmwasm.wasm.v1.Query", method)) => wasm::answer(&mut chain.app, method, data),
        Some(("/cosmos.gov.v1.Query", method)) => governance::answer(&mut chain.app, method, data),
        _ => None,
    };
    match result {
        Some(result) => QueryAnswer { height, result },
        // A node answers an unknown path with height 0.
        None => QueryAnswer {
            height: 0,
            result: Err(QueryFailure::Path(path.to_owned())),
        },
    }
}

/// `None`: there is no such method.
type Answer = Option<Result<Vec<u8>, QueryFailure>>;

fn decode<T: prost::Message + Default>(data: &[u8]) -> Result<T, QueryFailure> {
    T::decode(data).map_err(|error| QueryFailure::Unknown(error.to_string()))
}

fn valid(address: &str) -> Result<&str, QueryFailure> {
    if auth::is_valid(address) {
        return Ok(address);
    }
    Err(QueryFailure::Address(address.to_owned()))
}

fn accounts(chain: &mut Chain, method: &str, data: &[u8]) -> Answer {
    Some(match method {
        "Account" => decode(data).and_then(|request: QueryAccountRequest| {
            let address = valid(&request.address)?;
            let account = auth::load(chain.app.store(), address)
                .ok_or_else(|| QueryFailure::NotFound(format!("account {address} not found")))?;
            Ok(QueryAccountResponse {
                account: Some(account_any(address, &account)),
            }
            .encode_to_vec())
        }),
        "ModuleAccountByName" => decode(data).and_then(|request: QueryModuleAccountByNameRequest| {
            let address = auth::module_address(&request.name);
            let account = auth::load(chain.app.store(), &address)
                .ok_or_else(|| QueryFailure::NotFound(format!("account {} not found", request.name)))?;
            Ok(QueryModuleAccountByNameResponse {
                account: Some(account_any(&address, &account)),
            }
            .encode_to_vec())
        }),
        _ => return None,
    })
}

fn account_any(address: &str, account: &Account) -> Any {
    let base = BaseAccount {
        address: address.to_owned(),
        pub_key: account.public_key.as_deref().map(public_key_any),
        account_number: account.number,
        sequence: account.sequence,
    };
    match &account.module {
        None => Any {
            type_url: "/cosmos.auth.v1beta1.BaseAccount".to_owned(),
            value: base.encode_to_vec(),
        },
        Some(name) => {
            let module = ModuleAccount {
                base_account: Some(base),
                name: name.clone(),
                permissions: Vec::new(),
            };
            Any {
                type_url: "/cosmos.auth.v1beta1.ModuleAccount".to_owned(),
                value: module.encode_to_vec(),
            }
        }
    }
}

fn simulate(chain: &mut Chain, data: &[u8]) -> Answer {
    Some(decode(data).and_then(|request: SimulateRequest| {
        if request.tx_bytes.is_empty() {
            return Err(QueryFailure::Invalid("empty txBytes is not allowed".to_owned()));
        }
        let (result, msg_responses) = chain.simulate(&request.tx_bytes).map_err(|(refusal, used)| {
            let text = format!("rpc error: code = Unknown desc = {refusal} with gas used: '{used}'");
            QueryFailure::Unknown(text)
        })?;
        #[allow(deprecated)]
        let ran = AbciResult {
            data: result.data.into(),
            log: String::new(),
            events: result.events.iter().map(abci_event).collect(),
            msg_responses,
        };
        let gas_info = GasInfo {
            gas_wanted: 0,
            gas_used: result.gas_used,
        };
        Ok(SimulateResponse {
            gas_info: Some(gas_info),
            result: Some(ran),
        }
        .encode_to_vec())
    }))
}

fn abci_event(event: &Event) -> abci::Event {
    let attributes = event.attributes.iter().map(|attribute| abci::EventAttribute {
        key: attribute.key.clone(),
        value: attribute.value.clone(),
        index: true,
    });
    abci::Event {
        r#type: event.ty.clone(),
        attributes: attributes.collect(),
    }
}
