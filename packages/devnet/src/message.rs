//! The messages the chain understands, and running one.

use cosmrs::proto::cosmos::bank::v1beta1::MsgSend;
use cosmrs::proto::cosmos::gov::v1::{MsgDeposit, MsgSubmitProposal, MsgVote};
use cosmrs::proto::cosmwasm::wasm::v1::{
    MsgClearAdmin, MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContract2, MsgMigrateContract,
    MsgSudoContract, MsgUpdateAdmin,
};
use cosmrs::Any;
use cosmwasm_std::{Addr, BankMsg, Binary, CosmosMsg, Event, WasmMsg};
use cw_multi_test::error::AnyError;
use cw_multi_test::{SudoMsg, WasmSudo};

use crate::app::Application;
use crate::gov::{self, GovMsg};
use crate::refusal::Refusal;
use crate::{auth, coins};

#[derive(Clone, Debug)]
pub struct Message {
    pub type_url: String,
    /// Who has to sign.
    pub signer: String,
    pub action: Action,
}

#[derive(Clone, Debug)]
pub enum Action {
    Send(MsgSend),
    Wasm(WasmMsg),
    Sudo { contract: String, msg: Binary },
    Gov(GovMsg),
}

/// What a message that ran leaves in the result of its transaction.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub events: Vec<Event>,
    pub response: Any,
}

/// What a send moves. A node looks at this when it delivers, not when it takes the transaction.
fn sent(msg: &MsgSend) -> Result<BankMsg, Refusal> {
    if !auth::is_valid(&msg.to_address) {
        let text = format!("invalid to address: decoding bech32 failed: {}", msg.to_address);
        return Err(Refusal::Address(text));
    }
    let amount = coins::from_proto(&msg.amount)?;
    if amount.is_empty() {
        return Err(Refusal::Coins(String::new()));
    }
    Ok(BankMsg::Send {
        to_address: msg.to_address.clone(),
        amount,
    })
}

impl Message {
    /// Decodes a message and checks what needs no state.
    ///
    /// # Errors
    /// `Unknown` for a type this chain does not have, `Parse` for bytes that are not that type or carry
    /// fields it does not know, and the refusals of addresses and coins.
    pub fn decode(any: &Any) -> Result<Self, Refusal> {
        let (signer, action) = match any.type_url.as_str() {
            "/cosmos.bank.v1beta1.MsgSend" => {
                let msg: MsgSend = strict(any)?;
                (msg.from_address.clone(), Action::Send(msg))
            }
            "/cosmwasm.wasm.v1.MsgExecuteContract" => {
                let msg: MsgExecuteContract = strict(any)?;
                let funds = coins::from_proto(&msg.funds)?;
                let call = WasmMsg::Execute {
                    contract_addr: msg.contract,
                    msg: json(msg.msg)?,
                    funds,
                };
                (msg.sender, Action::Wasm(call))
            }
            "/cosmwasm.wasm.v1.MsgInstantiateContract" => {
                let msg: MsgInstantiateContract = strict(any)?;
                let call = WasmMsg::Instantiate {
                    admin: given(msg.admin),
                    code_id: msg.code_id,
                    msg: json(msg.msg)?,
                    funds: coins::from_proto(&msg.funds)?,
                    label: msg.label,
                };
                (msg.sender, Action::Wasm(call))
            }
            "/cosmwasm.wasm.v1.MsgInstantiateContract2" => {
                let msg: MsgInstantiateContract2 = strict(any)?;
                if msg.fix_msg {
                    return Err(Refusal::Unsupported("fix_msg".to_owned()));
                }
                let call = WasmMsg::Instantiate2 {
                    admin: given(msg.admin),
                    code_id: msg.code_id,
                    msg: json(msg.msg)?,
                    funds: coins::from_proto(&msg.funds)?,
                    label: msg.label,
                    salt: msg.salt.into(),
                };
                (msg.sender, Action::Wasm(call))
            }
            "/cosmwasm.wasm.v1.MsgMigrateContract" => {
                let msg: MsgMigrateContract = strict(any)?;
                let call = WasmMsg::Migrate {
                    contract_addr: msg.contract,
                    new_code_id: msg.code_id,
                    msg: json(msg.msg)?,
                };
                (msg.sender, Action::Wasm(call))
            }
            "/cosmwasm.wasm.v1.MsgUpdateAdmin" => {
                let msg: MsgUpdateAdmin = strict(any)?;
                let call = WasmMsg::UpdateAdmin {
                    contract_addr: msg.contract,
                    admin: msg.new_admin,
                };
                (msg.sender, Action::Wasm(call))
            }
            "/cosmwasm.wasm.v1.MsgClearAdmin" => {
                let msg: MsgClearAdmin = strict(any)?;
                (
                    msg.sender,
                    Action::Wasm(WasmMsg::ClearAdmin {
                        contract_addr: msg.contract,
                    }),
                )
            }
            "/cosmwasm.wasm.v1.MsgSudoContract" => {
                let msg: MsgSudoContract = strict(any)?;
                (
                    msg.authority,
                    Action::Sudo {
                        contract: msg.contract,
                        msg: json(msg.msg)?,
                    },
                )
            }
            "/cosmos.gov.v1.MsgSubmitProposal" => {
                let msg: MsgSubmitProposal = strict(any)?;
                (msg.proposer.clone(), Action::Gov(GovMsg::submit(msg)?))
            }
            "/cosmos.gov.v1.MsgDeposit" => {
                let msg: MsgDeposit = strict(any)?;
                let amount = coins::from_proto(&msg.amount)?;
                let action = GovMsg::Deposit {
                    proposal: msg.proposal_id,
                    amount,
                };
                (msg.depositor, Action::Gov(action))
            }
            "/cosmos.gov.v1.MsgVote" => {
                let msg: MsgVote = strict(any)?;
                let action = GovMsg::Vote {
                    proposal: msg.proposal_id,
                    option: msg.option,
                    metadata: msg.metadata,
                };
                (msg.voter, Action::Gov(action))
            }
            other => return Err(Refusal::Unknown(format!("the devnet has no message {other}"))),
        };
        if !auth::is_valid(&signer) {
            return Err(Refusal::Address(format!("invalid signer address: {signer}")));
        }
        Ok(Self {
            type_url: any.type_url.clone(),
            signer,
            action,
        })
    }

    fn module(&self) -> &'static str {
        match self.action {
            Action::Send(_) => "bank",
            Action::Wasm(_) | Action::Sudo { .. } => "wasm",
            Action::Gov(_) => "governance",
        }
    }

    /// Runs the message in the current block. What it did stays even on an error: the caller rolls back.
    pub fn run(&self, app: &mut Application) -> Result<Outcome, Refusal> {
        let mut events = vec![Event::new("message")
            .add_attribute("action", &self.type_url)
            .add_attribute("sender", &self.signer)
            .add_attribute("module", self.module())];
        let value = match &self.action {
            Action::Send(msg) => {
                let done = app.execute(&self.signer, sent(msg)?.into());
                events.extend(done.map_err(|error| refusal(&error, Refusal::Invalid))?.events);
                Vec::new()
            }
            Action::Wasm(msg) => {
                let wrap = match msg {
                    WasmMsg::Instantiate { .. } | WasmMsg::Instantiate2 { .. } => Refusal::Instantiate,
                    WasmMsg::Migrate { .. } => Refusal::Migrate,
                    WasmMsg::UpdateAdmin { .. } | WasmMsg::ClearAdmin { .. } => Refusal::Unauthorized,
                    _ => Refusal::Execute,
                };
                let done = app.execute(&self.signer, CosmosMsg::Wasm(msg.clone()));
                let done = done.map_err(|error| match (msg, refusal(&error, wrap)) {
                    (WasmMsg::Migrate { .. }, Refusal::NoCode(_)) => {
                        Refusal::Invalid("unknown code".to_owned())
                    }
                    (_, other) => other,
                })?;
                events.extend(done.events);
                done.data.unwrap_or_default().into()
            }
            Action::Sudo { contract, msg } => {
                if self.signer != auth::module_address(auth::GOV) {
                    let text = format!(
                        "invalid authority; expected {}, got {}",
                        auth::module_address(auth::GOV),
                        self.signer
                    );
                    return Err(Refusal::Unauthorized(text));
                }
                let sudo = WasmSudo {
                    contract_addr: Addr::unchecked(contract),
                    message: msg.clone(),
                };
                let done = app.modules.sudo(SudoMsg::Wasm(sudo));
                events.extend(done.map_err(|error| refusal(&error, Refusal::Execute))?.events);
                Vec::new()
            }
            Action::Gov(msg) => {
                let done = gov::run(app, &self.signer, msg)?;
                events.extend(done.events);
                done.value
            }
        };
        let type_url = format!("{}Response", self.type_url);
        Ok(Outcome {
            events,
            response: Any { type_url, value },
        })
    }
}

/// A module's error as a real chain words it: the innermost cause, behind one `dispatch` per contract between.
fn refusal(error: &AnyError, wrap: impl FnOnce(String) -> Refusal) -> Refusal {
    if let Some(refusal) = Refusal::inside(error) {
        return refusal;
    }
    let calls = error
        .chain()
        .filter(|cause| cause.to_string().starts_with("Error executing WasmMsg"))
        .count();
    let nested = "dispatch: submessages: ".repeat(calls.saturating_sub(1));
    wrap(format!("{nested}{}", error.root_cause()))
}

/// Decodes `any` as `T` and refuses what `T` would silently drop, as the SDK does.
pub fn strict<T: prost::Message + Default>(any: &Any) -> Result<T, Refusal> {
    let unreadable = |cause: String| Refusal::Parse(format!("{}: {cause}", any.type_url));
    let decoded = T::decode(any.value.as_slice()).map_err(|error| unreadable(error.to_string()))?;
    if decoded.encoded_len() < any.value.len() {
        return Err(unreadable("unknown fields".to_owned()));
    }
    Ok(decoded)
}

fn json(msg: Vec<u8>) -> Result<Binary, Refusal> {
    match serde_json::from_slice::<serde::de::IgnoredAny>(&msg) {
        Ok(_) => Ok(msg.into()),
        Err(_) => Err(Refusal::Invalid("payload msg: invalid".to_owned())),
    }
}

fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
