//! Events of transactions and blocks, as plain types.

use crate::rpc::wire::{AbciEvent, BlockResultsAnswer, TxResult};

/// Attribute wasmd puts on every contract event.
const CONTRACT: &str = "_contract_address";
/// Attribute the SDK appends to events of transactions: which message emitted it.
const MSG_INDEX: &str = "msg_index";
/// Attribute the SDK appends to events of blocks: which part of the block emitted it.
const MODE: &str = "mode";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub key: String,
    pub value: String,
}

/// Any event, as the node reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxEvent {
    pub ty: String,
    pub attributes: Vec<Attribute>,
}

/// A `wasm-*` event of one contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub height: u64,
    /// Position of its transaction in the block; `None` for what the block itself did, such as passed proposals.
    pub tx_index: Option<usize>,
    /// Position of the message within its transaction, where the node says so.
    pub msg_index: Option<u32>,
    /// With its `wasm-` prefix.
    pub ty: String,
    pub contract: String,
    /// As the contract wrote them.
    pub attributes: Vec<Attribute>,
}

/// All contract events of one block, in order of execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockEvents {
    pub height: u64,
    pub events: Vec<Event>,
}

/// Results of one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockResults {
    pub height: u64,
    /// Per transaction: its code (0 is success) and its events.
    pub txs: Vec<(u32, Vec<TxEvent>)>,
    /// Events of the block itself.
    pub block: Vec<TxEvent>,
}

impl TxEvent {
    pub fn attribute(&self, key: &str) -> Option<&str> {
        find(&self.attributes, key)
    }
}

impl Event {
    pub fn attribute(&self, key: &str) -> Option<&str> {
        find(&self.attributes, key)
    }

    /// `None` unless `event` is a `wasm-*` event of a contract.
    pub fn of_contract(height: u64, tx_index: Option<usize>, event: &TxEvent) -> Option<Self> {
        if !event.ty.starts_with("wasm-") {
            return None;
        }
        let contract = event.attribute(CONTRACT)?.to_owned();
        let mut attributes = event.attributes.clone();
        attributes.retain(|attribute| attribute.key != CONTRACT);
        let added = if tx_index.is_some() { MSG_INDEX } else { MODE };
        let added = attributes.pop_if(|attribute| attribute.key == added);
        let msg_index = tx_index
            .and(added)
            .and_then(|attribute| attribute.value.parse().ok());
        Some(Self {
            height,
            tx_index,
            msg_index,
            ty: event.ty.clone(),
            contract,
            attributes,
        })
    }
}

impl BlockResults {
    /// Contract events of the transactions that succeeded, then of the block itself.
    pub fn contract_events(&self) -> BlockEvents {
        let of_txs = self
            .txs
            .iter()
            .enumerate()
            .filter(|(_, (code, _))| *code == 0)
            .flat_map(|(index, (_, events))| {
                events
                    .iter()
                    .filter_map(move |event| Event::of_contract(self.height, Some(index), event))
            });
        let of_block = self
            .block
            .iter()
            .filter_map(|event| Event::of_contract(self.height, None, event));
        BlockEvents {
            height: self.height,
            events: of_txs.chain(of_block).collect(),
        }
    }
}

fn find<'a>(attributes: &'a [Attribute], key: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|attribute| attribute.key == key)
        .map(|attribute| attribute.value.as_str())
}

impl From<AbciEvent> for TxEvent {
    fn from(event: AbciEvent) -> Self {
        let attributes = event.attributes.into_iter();
        let attributes = attributes
            .map(|given| Attribute {
                key: given.key,
                value: given.value,
            })
            .collect();
        Self {
            ty: event.ty,
            attributes,
        }
    }
}

impl From<BlockResultsAnswer> for BlockResults {
    fn from(answer: BlockResultsAnswer) -> Self {
        let events = |result: TxResult| {
            (
                result.code,
                result.events.into_iter().map(TxEvent::from).collect(),
            )
        };
        Self {
            height: answer.height,
            txs: answer.txs_results.into_iter().map(events).collect(),
            block: answer
                .finalize_block_events
                .into_iter()
                .map(TxEvent::from)
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(ty: &str, attributes: &[(&str, &str)]) -> TxEvent {
        let attributes = attributes
            .iter()
            .map(|(key, value)| Attribute {
                key: (*key).into(),
                value: (*value).into(),
            })
            .collect();
        TxEvent {
            ty: ty.into(),
            attributes,
        }
    }

    #[test]
    fn contract_events_carry_what_the_contract_wrote_and_where_it_happened() {
        let raw = event(
            "wasm-lease_opened",
            &[
                ("_contract_address", "lease1e"),
                ("lease_id", "7"),
                ("msg_index", "2"),
            ],
        );
        let read = Event::of_contract(9, Some(3), &raw).unwrap();
        assert_eq!(
            (read.height, read.tx_index, read.msg_index),
            (9, Some(3), Some(2))
        );
        assert_eq!(read.contract, "lease1e");
        assert_eq!(
            read.attributes,
            [Attribute {
                key: "lease_id".into(),
                value: "7".into()
            }]
        );
        assert_eq!(read.attribute("lease_id"), Some("7"));
    }

    #[test]
    fn events_of_failed_transactions_and_other_modules_are_left_out() {
        let opened = event("wasm-lease_opened", &[("_contract_address", "lease1e")]);
        let results = BlockResults {
            height: 4,
            txs: vec![
                (5, vec![opened.clone()]),
                (
                    0,
                    vec![
                        event("transfer", &[("amount", "1ulease")]),
                        event("wasm", &[]),
                        opened.clone(),
                    ],
                ),
            ],
            block: vec![event("wasm-orphan", &[]), opened],
        };
        let places: Vec<_> = results
            .contract_events()
            .events
            .iter()
            .map(|event| event.tx_index)
            .collect();
        assert_eq!(places, [Some(1), None]);
    }

    #[test]
    fn only_what_the_node_appended_is_taken_off() {
        let raw = event(
            "wasm-mode",
            &[("_contract_address", "c"), ("mode", "mine"), ("mode", "EndBlock")],
        );
        let read = Event::of_contract(1, None, &raw).unwrap();
        assert_eq!(
            read.attributes,
            [Attribute {
                key: "mode".into(),
                value: "mine".into()
            }]
        );
        let raw = event(
            "wasm-x",
            &[
                ("_contract_address", "c"),
                ("msg_index", "mine"),
                ("msg_index", "0"),
            ],
        );
        let read = Event::of_contract(1, Some(0), &raw).unwrap();
        assert_eq!(
            (read.msg_index, read.attribute("msg_index")),
            (Some(0), Some("mine"))
        );
    }
}
