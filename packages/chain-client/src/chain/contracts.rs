use cosmrs::proto::{
    cosmwasm::wasm::v1::{
        QueryContractInfoRequest, QueryContractInfoResponse, QueryRawContractStateRequest,
        QueryRawContractStateResponse, QuerySmartContractStateRequest, QuerySmartContractStateResponse,
    },
    prost::Message,
};
use serde::{de::DeserializeOwned, Serialize};

use super::{abci, Chain, QueryError};
use crate::rpc::wire::AbciResponse;

const SMART: &str = "/cosmwasm.wasm.v1.Query/SmartContractState";
const RAW: &str = "/cosmwasm.wasm.v1.Query/RawContractState";
const INFO: &str = "/cosmwasm.wasm.v1.Query/ContractInfo";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractInfo {
    pub code_id: u64,
    pub creator: String,
    /// Who may migrate it.
    pub admin: Option<String>,
    pub label: String,
}

impl Chain {
    /// A contract's own query, JSON in and out.
    ///
    /// # Errors
    /// [`QueryError::Contract`] with the contract's text, [`QueryError::NoSuchContract`],
    /// [`QueryError::Shape`] if the answer is no `R`.
    pub async fn smart<Q, R>(&self, contract: &str, query: &Q) -> Result<R, QueryError>
    where
        Q: Serialize + ?Sized,
        R: DeserializeOwned,
    {
        let query_data = serde_json::to_vec(query).map_err(|error| QueryError::Encode {
            cause: error.to_string(),
        })?;
        let request = QuerySmartContractStateRequest {
            address: contract.to_owned(),
            query_data,
        };
        let answer: QuerySmartContractStateResponse = self.ask(SMART, contract, &request).await?;
        serde_json::from_slice(&answer.data).map_err(|error| QueryError::Shape {
            path: format!("smart query of {contract}"),
            cause: error.to_string(),
        })
    }

    /// A stored value by its key; `None` if there is none.
    pub async fn raw(&self, contract: &str, key: &[u8]) -> Result<Option<Vec<u8>>, QueryError> {
        let request = QueryRawContractStateRequest {
            address: contract.to_owned(),
            query_data: key.to_vec(),
        };
        let answer: QueryRawContractStateResponse = self.ask(RAW, contract, &request).await?;
        Ok((!answer.data.is_empty()).then_some(answer.data))
    }

    /// # Errors
    /// [`QueryError::NoSuchContract`].
    pub async fn contract_info(&self, contract: &str) -> Result<ContractInfo, QueryError> {
        let request = QueryContractInfoRequest {
            address: contract.to_owned(),
        };
        let answer: QueryContractInfoResponse = self.ask(INFO, contract, &request).await?;
        let info = answer.contract_info.ok_or_else(|| QueryError::Shape {
            path: INFO.to_owned(),
            cause: "an answer without contract info".to_owned(),
        })?;
        Ok(ContractInfo {
            code_id: info.code_id,
            creator: info.creator,
            admin: (!info.admin.is_empty()).then_some(info.admin),
            label: info.label,
        })
    }

    async fn ask<Q: Message, R: Message + Default>(
        &self,
        path: &str,
        contract: &str,
        request: &Q,
    ) -> Result<R, QueryError> {
        let response = self.abci(path, request.encode_to_vec()).await?;
        match response.code {
            0 => abci::accept(path, response),
            _ => Err(contract_failure(path, contract, response)),
        }
    }
}

/// wasmd reports failures of contracts and absent contracts as text only.
fn contract_failure(path: &str, contract: &str, response: AbciResponse) -> QueryError {
    let contract = contract.to_owned();
    let text = response.log.split(": unknown request").next().unwrap_or_default();
    if text.contains("no such contract") || (path == INFO && text.contains("not found")) {
        return QueryError::NoSuchContract { contract };
    }
    match text.strip_suffix(": query wasm contract failed") {
        Some(text) => QueryError::Contract {
            contract,
            text: text.to_owned(),
        },
        None => abci::refused(path, response),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(path: &str, log: &str) -> QueryError {
        let response = AbciResponse {
            code: 6,
            codespace: "sdk".into(),
            log: log.into(),
            value: Vec::new(),
            height: 0,
        };
        contract_failure(path, "lease1x", response)
    }

    #[test]
    fn the_contracts_own_text_is_shown_without_the_nodes_frame() {
        let log = "Generic error: lease 7 not found: query wasm contract failed: unknown request";
        assert_eq!(
            failure(SMART, log),
            QueryError::Contract {
                contract: "lease1x".into(),
                text: "Generic error: lease 7 not found".into()
            }
        );
    }

    #[test]
    fn an_absent_contract_is_named() {
        let log = "address lease1x: no such contract: unknown request";
        assert_eq!(
            failure(SMART, log),
            QueryError::NoSuchContract {
                contract: "lease1x".into()
            }
        );
    }

    #[test]
    fn any_other_refusal_keeps_code_and_log() {
        assert!(
            matches!(failure(SMART, "unknown path"), QueryError::Refused { code: 6, log, .. } if log == "unknown path")
        );
    }
}
