//! What comes before the messages: fee, signatures, sequences. Order and texts are those of the SDK's ante handler.

use cosmwasm_std::{BankMsg, Event};

use crate::app::Application;
use crate::gas;
use crate::refusal::Refusal;
use crate::tx::{self, Transaction};
use crate::{auth, coins};

/// How much of the checks applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    Deliver,
    /// Signatures are placeholders and the fee may be missing.
    Simulate,
}

/// Checks `tx`, takes its fee and uses up its sequences. What was changed stays on an error: the caller rolls back.
pub fn run(app: &mut Application, tx: &Transaction, mode: Mode, height: u64) -> Result<Vec<Event>, Refusal> {
    if tx.timeout_height != 0 && height > tx.timeout_height {
        return Err(Refusal::Timeout {
            now: height,
            timeout: tx.timeout_height,
        });
    }
    if tx.fee.gas_limit > gas::MAX_PER_TRANSACTION {
        return Err(Refusal::GasLimit {
            asked: tx.fee.gas_limit,
            most: gas::MAX_PER_TRANSACTION,
        });
    }
    let used = gas::of_checks(tx.size);
    if mode == Mode::Deliver && tx.fee.gas_limit < used {
        return Err(Refusal::Gas {
            location: "txSize",
            wanted: tx.fee.gas_limit,
            used,
        });
    }
    let mut events = pay_fee(app, tx)?;
    for (index, signer) in tx.signers.iter().enumerate() {
        let info = tx.signer_infos.get(index).ok_or(Refusal::NoSignatures)?;
        let mut account = auth::load(app.store(), signer)
            .ok_or_else(|| Refusal::UnknownAddress(format!("account {signer} does not exist")))?;
        if account.public_key.is_none() {
            account.public_key = tx::public_key(info, signer)?;
        }
        if info.sequence != account.sequence {
            return Err(Refusal::Sequence {
                expected: account.sequence,
                got: info.sequence,
            });
        }
        if mode == Mode::Deliver {
            let key = account.public_key.as_deref();
            let key = key.ok_or_else(|| Refusal::PublicKey("pubkey on account is not set".to_owned()))?;
            tx.verify(index, key, &app.chain_id, account.number)?;
        }
        account.sequence = account.sequence.saturating_add(1);
        auth::save(app.store(), signer, &account);
    }
    for (index, signer) in tx.signers.iter().enumerate() {
        let sequence = tx.signer_infos.get(index).map_or(0, |info| info.sequence);
        events.push(Event::new("tx").add_attribute("acc_seq", format!("{signer}/{sequence}")));
    }
    for signature in &tx.signatures {
        events.push(Event::new("tx").add_attribute(
            "signature",
            cosmwasm_std::Binary::from(signature.clone()).to_base64(),
        ));
    }
    Ok(events)
}

fn pay_fee(app: &mut Application, tx: &Transaction) -> Result<Vec<Event>, Refusal> {
    let payer = tx.signers.first().ok_or(Refusal::NoSignatures)?;
    let fee = coins::from_proto(&tx.fee.amount)?;
    if auth::load(app.store(), payer).is_none() {
        return Err(Refusal::UnknownAddress(format!(
            "fee payer address: {payer} does not exist"
        )));
    }
    let mut events = Vec::new();
    if !fee.is_empty() {
        let pay = BankMsg::Send {
            to_address: auth::module_address(auth::FEE_COLLECTOR),
            amount: fee.clone(),
        };
        let paid = app
            .execute(payer, pay.into())
            .map_err(|error| match Refusal::inside(&error) {
                Some(funds @ Refusal::Funds { .. }) => Refusal::Fee(Box::new(funds)),
                Some(other) => other,
                None => Refusal::Invalid(error.root_cause().to_string()),
            })?;
        events.extend(paid.events);
    }
    events.push(
        Event::new("tx")
            .add_attribute("fee", coins::text(&fee))
            .add_attribute("fee_payer", payer),
    );
    Ok(events)
}

/// Sequences that transactions waiting for a block will use: a check sees them as used already.
#[derive(Debug, Default)]
pub struct Waiting(std::collections::HashMap<String, u64>);

impl Waiting {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn add(&mut self, tx: &Transaction) {
        for signer in &tx.signers {
            let count = self.0.entry(signer.clone()).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Moves the sequences of the signers of `tx` on. Only inside a scope that is rolled back.
    pub fn apply(&self, app: &mut Application, tx: &Transaction) {
        for signer in &tx.signers {
            let Some(ahead) = self.0.get(signer) else { continue };
            if let Some(mut account) = auth::load(app.store(), signer) {
                account.sequence = account.sequence.saturating_add(*ahead);
                auth::save(app.store(), signer, &account);
            }
        }
    }
}
