use cosmrs::proto::{
    cosmos::{base::abci::v1beta1::TxMsgData, gov::v1::MsgSubmitProposalResponse},
    cosmwasm::wasm::v1::{MsgExecuteContractResponse, MsgInstantiateContractResponse, MsgStoreCodeResponse},
    prost::{Message, Name},
};

use super::{bytes::TxHash, error::TxError};
use crate::{
    events::{Event, TxEvent},
    rpc::wire::TxAnswer,
};

/// What a block made of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxOutcome {
    pub hash: TxHash,
    pub height: u64,
    /// 0 is success; otherwise `codespace` and `log` say why, and nothing but fee and sequence changed.
    pub code: u32,
    pub codespace: String,
    pub log: String,
    pub events: Vec<TxEvent>,
    pub gas_wanted: u64,
    pub gas_used: u64,
    /// Protobuf `TxMsgData`.
    pub data: Vec<u8>,
}

impl TxOutcome {
    pub fn succeeded(&self) -> bool {
        self.code == 0
    }

    /// # Errors
    /// [`TxError::Failed`] unless it succeeded.
    pub fn check(self) -> Result<Self, TxError> {
        match self.code {
            0 => Ok(self),
            _ => Err(TxError::Failed(Box::new(self))),
        }
    }

    /// Its contract events. Their `tx_index` is 0: a transaction does not know its place in the block.
    pub fn contract_events(&self) -> Vec<Event> {
        self.events
            .iter()
            .filter_map(|event| Event::of_contract(self.height, Some(0), event))
            .collect()
    }

    /// The first value of an attribute in the events of a type.
    pub fn attribute(&self, ty: &str, key: &str) -> Option<&str> {
        self.events
            .iter()
            .filter(|event| event.ty == ty)
            .find_map(|event| event.attribute(key))
    }

    /// Address of the contract its first instantiation made.
    pub fn contract_address(&self) -> Result<String, TxError> {
        self.response::<MsgInstantiateContractResponse>("MsgInstantiateContractResponse")
            .map(|answer| answer.address)
    }

    /// Code id its first upload was given.
    pub fn code_id(&self) -> Result<u64, TxError> {
        self.response::<MsgStoreCodeResponse>("MsgStoreCodeResponse")
            .map(|answer| answer.code_id)
    }

    /// Id of the proposal it submitted.
    pub fn proposal_id(&self) -> Result<u64, TxError> {
        self.response::<MsgSubmitProposalResponse>("MsgSubmitProposalResponse")
            .map(|answer| answer.proposal_id)
    }

    /// `data` of the response of its first contract execution.
    pub fn execute_data(&self) -> Result<Vec<u8>, TxError> {
        self.response::<MsgExecuteContractResponse>("MsgExecuteContractResponse")
            .map(|answer| answer.data)
    }

    fn response<M: Message + Name + Default>(&self, wanted: &'static str) -> Result<M, TxError> {
        let type_url = format!("/{}", M::full_name());
        TxMsgData::decode(self.data.as_slice())
            .ok()
            .and_then(|data| {
                data.msg_responses
                    .into_iter()
                    .find(|any| any.type_url == type_url)
            })
            .and_then(|any| M::decode(any.value.as_slice()).ok())
            .ok_or(TxError::NoResponse {
                hash: self.hash,
                wanted,
            })
    }

    pub(super) fn read(hash: TxHash, answer: TxAnswer) -> Self {
        let TxAnswer {
            height, tx_result, ..
        } = answer;
        Self {
            hash,
            height,
            code: tx_result.code,
            codespace: tx_result.codespace,
            log: tx_result.log,
            events: tx_result.events.into_iter().map(TxEvent::from).collect(),
            gas_wanted: tx_result.gas_wanted,
            gas_used: tx_result.gas_used,
            data: tx_result.data,
        }
    }
}
