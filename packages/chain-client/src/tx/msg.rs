use cosmrs::{
    proto::{
        cosmos::{
            bank::v1beta1::MsgSend,
            base::v1beta1::Coin as ProtoCoin,
            feegrant::v1beta1::{BasicAllowance, MsgGrantAllowance, MsgRevokeAllowance},
            gov::v1::{MsgDeposit, MsgSubmitProposal, MsgVote},
        },
        cosmwasm::wasm::v1::{
            MsgExecuteContract, MsgInstantiateContract, MsgMigrateContract, MsgPinCodes, MsgStoreCode,
            MsgSudoContract, MsgUpdateAdmin,
        },
        prost::{Message, Name},
    },
    Any,
};
use cosmwasm_std::{Coin, Timestamp};
use serde::Serialize;
use thiserror::Error;

use crate::gov::VoteOption;

/// A message of a transaction. Its sender is whoever signs.
///
/// `msg` fields hold the contract's JSON; [`Msg::execute`] and its like write it.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    Execute {
        contract: String,
        msg: Vec<u8>,
        funds: Vec<Coin>,
    },
    Instantiate {
        code_id: u64,
        label: String,
        admin: Option<String>,
        msg: Vec<u8>,
        funds: Vec<Coin>,
    },
    Migrate {
        contract: String,
        code_id: u64,
        msg: Vec<u8>,
    },
    UpdateAdmin {
        contract: String,
        admin: String,
    },
    /// A contract's `sudo`, which the chain alone may call. The sender has to be the gov module account.
    Sudo {
        contract: String,
        msg: Vec<u8>,
    },
    /// Bytecode, plain or gzipped.
    StoreCode {
        wasm: Vec<u8>,
    },
    /// Keeps codes in the node's memory. The sender has to be the gov module account.
    PinCodes {
        code_ids: Vec<u64>,
    },
    Send {
        to: String,
        amount: Vec<Coin>,
    },
    /// `messages` have the gov module account as sender: see [`crate::gov::account`] and [`Msg::to_any`].
    GovSubmit {
        messages: Vec<Any>,
        title: String,
        summary: String,
        deposit: Vec<Coin>,
        expedited: bool,
    },
    /// Lets an account have its fees paid by the sender.
    GrantFees {
        to: String,
        /// All it may spend; nothing is no bound.
        limit: Vec<Coin>,
        expires: Option<Timestamp>,
    },
    RevokeFees {
        from: String,
    },
    GovDeposit {
        proposal_id: u64,
        amount: Vec<Coin>,
    },
    GovVote {
        proposal_id: u64,
        option: VoteOption,
    },
    /// Anything else, with its sender already inside.
    Other(Any),
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MsgError {
    #[error("the message for {contract} cannot be written as JSON: {cause}")]
    Json { contract: String, cause: String },
}

impl Msg {
    pub fn execute<M>(contract: &str, msg: &M, funds: &[Coin]) -> Result<Self, MsgError>
    where
        M: Serialize + ?Sized,
    {
        Ok(Self::Execute {
            contract: contract.to_owned(),
            msg: json(contract, msg)?,
            funds: funds.to_vec(),
        })
    }

    pub fn instantiate<M>(code_id: u64, label: &str, admin: Option<&str>, msg: &M) -> Result<Self, MsgError>
    where
        M: Serialize + ?Sized,
    {
        let (label, admin) = (label.to_owned(), admin.map(str::to_owned));
        Ok(Self::Instantiate {
            code_id,
            msg: json(&label, msg)?,
            label,
            admin,
            funds: Vec::new(),
        })
    }

    pub fn migrate<M>(contract: &str, code_id: u64, msg: &M) -> Result<Self, MsgError>
    where
        M: Serialize + ?Sized,
    {
        Ok(Self::Migrate {
            contract: contract.to_owned(),
            code_id,
            msg: json(contract, msg)?,
        })
    }

    pub fn sudo<M>(contract: &str, msg: &M) -> Result<Self, MsgError>
    where
        M: Serialize + ?Sized,
    {
        Ok(Self::Sudo {
            contract: contract.to_owned(),
            msg: json(contract, msg)?,
        })
    }

    /// The protobuf form with its sender.
    pub fn to_any(&self, sender: &str) -> Any {
        let sender = sender.to_owned();
        match self.clone() {
            Self::Execute { contract, msg, funds } => pack(&MsgExecuteContract {
                sender,
                contract,
                msg,
                funds: coins(&funds),
            }),
            Self::Instantiate {
                code_id,
                label,
                admin,
                msg,
                funds,
            } => pack(&MsgInstantiateContract {
                sender,
                admin: admin.unwrap_or_default(),
                code_id,
                label,
                msg,
                funds: coins(&funds),
            }),
            Self::Migrate {
                contract,
                code_id,
                msg,
            } => pack(&MsgMigrateContract {
                sender,
                contract,
                code_id,
                msg,
            }),
            Self::UpdateAdmin { contract, admin } => pack(&MsgUpdateAdmin {
                sender,
                new_admin: admin,
                contract,
            }),
            Self::Sudo { contract, msg } => pack(&MsgSudoContract {
                authority: sender,
                contract,
                msg,
            }),
            Self::StoreCode { wasm } => pack(&MsgStoreCode {
                sender,
                wasm_byte_code: wasm,
                instantiate_permission: None,
            }),
            Self::PinCodes { code_ids } => pack(&MsgPinCodes {
                authority: sender,
                code_ids,
            }),
            Self::Send { to, amount } => pack(&MsgSend {
                from_address: sender,
                to_address: to,
                amount: coins(&amount),
            }),
            Self::GovSubmit {
                messages,
                title,
                summary,
                deposit,
                expedited,
            } => pack(&MsgSubmitProposal {
                messages,
                initial_deposit: coins(&deposit),
                proposer: sender,
                metadata: String::new(),
                title,
                summary,
                expedited,
            }),
            Self::GrantFees { to, limit, expires } => pack(&MsgGrantAllowance {
                granter: sender,
                grantee: to,
                allowance: Some(pack(&BasicAllowance {
                    spend_limit: coins(&limit),
                    expiration: expires.map(time),
                })),
            }),
            Self::RevokeFees { from } => pack(&MsgRevokeAllowance {
                granter: sender,
                grantee: from,
            }),
            Self::GovDeposit { proposal_id, amount } => pack(&MsgDeposit {
                proposal_id,
                depositor: sender,
                amount: coins(&amount),
            }),
            Self::GovVote { proposal_id, option } => pack(&MsgVote {
                proposal_id,
                voter: sender,
                option: option.code(),
                metadata: String::new(),
            }),
            Self::Other(any) => any,
        }
    }
}

fn json<M: Serialize + ?Sized>(contract: &str, msg: &M) -> Result<Vec<u8>, MsgError> {
    serde_json::to_vec(msg).map_err(|error| MsgError::Json {
        contract: contract.to_owned(),
        cause: error.to_string(),
    })
}

fn pack<M: Message + Name>(message: &M) -> Any {
    Any {
        type_url: format!("/{}", M::full_name()),
        value: message.encode_to_vec(),
    }
}

fn time(at: Timestamp) -> cosmrs::proto::Timestamp {
    cosmrs::proto::Timestamp {
        seconds: i64::try_from(at.seconds()).unwrap_or(i64::MAX),
        // Less than a thousand million.
        nanos: i32::try_from(at.subsec_nanos()).unwrap_or_default(),
    }
}

/// The SDK refuses coins that are not sorted by denomination, and zero coins.
fn coins(coins: &[Coin]) -> Vec<ProtoCoin> {
    let mut coins: Vec<_> = coins
        .iter()
        .filter(|coin| !coin.amount.is_zero())
        .map(|coin| ProtoCoin {
            denom: coin.denom.clone(),
            amount: coin.amount.to_string(),
        })
        .collect();
    coins.sort_by(|one, other| one.denom.cmp(&other.denom));
    coins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn funds_are_sorted_and_without_zeros() {
        let funds = [
            Coin::new(3u128, "uusd"),
            Coin::new(0u128, "ua"),
            Coin::new(1u128, "ulease"),
        ];
        let any = Msg::execute("lease1e", &serde_json::json!({ "tick": {} }), &funds)
            .unwrap()
            .to_any("lease1s");
        assert_eq!(any.type_url, "/cosmwasm.wasm.v1.MsgExecuteContract");
        let message = MsgExecuteContract::decode(any.value.as_slice()).unwrap();
        let denoms: Vec<_> = message.funds.iter().map(|coin| coin.denom.as_str()).collect();
        assert_eq!(denoms, ["ulease", "uusd"]);
        assert_eq!(
            (message.sender.as_str(), message.msg.as_slice()),
            ("lease1s", br#"{"tick":{}}"#.as_slice())
        );
    }

    #[test]
    fn a_fee_grant_names_what_may_be_spent_and_until_when() {
        let any = Msg::GrantFees {
            to: "lease1agent".into(),
            limit: vec![Coin::new(7u128, "ulease")],
            expires: Some(Timestamp::from_nanos(5_000_000_006)),
        }
        .to_any("lease1owner");
        assert_eq!(any.type_url, "/cosmos.feegrant.v1beta1.MsgGrantAllowance");
        let grant = MsgGrantAllowance::decode(any.value.as_slice()).unwrap();
        let allowance = grant.allowance.unwrap();
        assert_eq!(allowance.type_url, "/cosmos.feegrant.v1beta1.BasicAllowance");
        let allowance = BasicAllowance::decode(allowance.value.as_slice()).unwrap();
        let expires = allowance.expiration.unwrap();
        assert_eq!(
            (grant.granter.as_str(), grant.grantee.as_str()),
            ("lease1owner", "lease1agent")
        );
        assert_eq!(
            (
                allowance.spend_limit[0].amount.as_str(),
                expires.seconds,
                expires.nanos
            ),
            ("7", 5, 6)
        );
    }

    #[test]
    fn a_proposal_carries_its_messages_with_their_own_sender() {
        let inner = Msg::PinCodes { code_ids: vec![1, 2] }.to_any("lease1gov");
        let any = Msg::GovSubmit {
            messages: vec![inner.clone()],
            title: "Pin".into(),
            summary: "Pin both codes".into(),
            deposit: vec![Coin::new(10u128, "ulease")],
            expedited: false,
        }
        .to_any("lease1me");
        assert_eq!(any.type_url, "/cosmos.gov.v1.MsgSubmitProposal");
        let message = MsgSubmitProposal::decode(any.value.as_slice()).unwrap();
        assert_eq!(
            (message.proposer.as_str(), message.messages),
            ("lease1me", vec![inner])
        );
    }
}
