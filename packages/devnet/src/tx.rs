//! A signed transaction as it arrives: decoded strictly, with its messages and signers.

use cosmrs::proto::cosmos::tx::signing::v1beta1::SignMode;
use cosmrs::proto::cosmos::tx::v1beta1::{mode_info, AuthInfo, Fee, SignDoc, SignerInfo, TxBody, TxRaw};
use cosmrs::Any;
use k256::ecdsa::signature::Verifier;
use k256::ecdsa::{Signature, VerifyingKey};
use prost::Message as _;

use crate::config::BECH32_PREFIX;
use crate::message::Message;
use crate::refusal::Refusal;

const MAX_MEMO: usize = 256;
const PUBLIC_KEY: &str = "/cosmos.crypto.secp256k1.PubKey";

#[derive(Clone, Debug)]
pub struct Transaction {
    pub size: usize,
    pub messages: Vec<Message>,
    /// Distinct signers in the order the messages name them. The first pays the fee.
    pub signers: Vec<String>,
    pub signer_infos: Vec<SignerInfo>,
    pub signatures: Vec<Vec<u8>>,
    pub fee: Fee,
    pub timeout_height: u64,
    body_bytes: Vec<u8>,
    auth_info_bytes: Vec<u8>,
}

impl Transaction {
    /// Decodes and checks what needs no state.
    ///
    /// # Errors
    /// What a node answers in the same case; features the devnet lacks are refused by name.
    pub fn decode(bytes: &[u8]) -> Result<Self, Refusal> {
        let raw: TxRaw = strict(bytes)?;
        let body: TxBody = strict(&raw.body_bytes)?;
        let auth: AuthInfo = strict(&raw.auth_info_bytes)?;
        if !body.extension_options.is_empty() || !body.non_critical_extension_options.is_empty() {
            return Err(Refusal::Extension);
        }
        if body.memo.len() > MAX_MEMO {
            return Err(Refusal::Memo {
                max: MAX_MEMO,
                length: body.memo.len(),
            });
        }
        if body.messages.is_empty() {
            return Err(Refusal::Invalid("must contain at least one message".to_owned()));
        }
        let messages = body
            .messages
            .iter()
            .map(Message::decode)
            .collect::<Result<Vec<_>, _>>()?;
        let mut signers: Vec<String> = Vec::new();
        for message in &messages {
            if !signers.contains(&message.signer) {
                signers.push(message.signer.clone());
            }
        }
        let fee = auth
            .fee
            .ok_or_else(|| Refusal::Invalid("fee is missing".to_owned()))?;
        if !fee.granter.is_empty() {
            return Err(Refusal::Unsupported("fee granter".to_owned()));
        }
        if !fee.payer.is_empty() && signers.first() != Some(&fee.payer) {
            return Err(Refusal::Unsupported(
                "fee payer other than the first signer".to_owned(),
            ));
        }
        if raw.signatures.is_empty() {
            return Err(Refusal::NoSignatures);
        }
        if raw.signatures.len() != signers.len() || auth.signer_infos.len() != signers.len() {
            let text = format!(
                "wrong number of signers; expected {}, got {}",
                signers.len(),
                raw.signatures.len().max(auth.signer_infos.len())
            );
            return Err(Refusal::Unauthorized(text));
        }
        Ok(Self {
            size: bytes.len(),
            messages,
            signers,
            signer_infos: auth.signer_infos,
            signatures: raw.signatures,
            fee,
            timeout_height: body.timeout_height,
            body_bytes: raw.body_bytes,
            auth_info_bytes: raw.auth_info_bytes,
        })
    }

    /// Checks the signature of signer `index` under sign mode direct.
    pub fn verify(
        &self,
        index: usize,
        key: &[u8],
        chain_id: &str,
        account_number: u64,
    ) -> Result<(), Refusal> {
        let bad = || Refusal::Signature {
            account_number,
            chain_id: chain_id.to_owned(),
        };
        let info = self.signer_infos.get(index).ok_or(Refusal::NoSignatures)?;
        let signature = self.signatures.get(index).ok_or(Refusal::NoSignatures)?;
        match info.mode_info.as_ref().and_then(|mode| mode.sum.as_ref()) {
            Some(mode_info::Sum::Single(single)) if single.mode == SignMode::Direct as i32 => {}
            Some(mode_info::Sum::Single(single)) => {
                return Err(Refusal::Unsupported(format!(
                    "sign mode {}: the devnet takes DIRECT only",
                    single.mode
                )))
            }
            _ => return Err(Refusal::Unsupported("multisignatures".to_owned())),
        }
        let doc = SignDoc {
            body_bytes: self.body_bytes.clone(),
            auth_info_bytes: self.auth_info_bytes.clone(),
            chain_id: chain_id.to_owned(),
            account_number,
        };
        let key =
            VerifyingKey::from_sec1_bytes(key).map_err(|error| Refusal::PublicKey(error.to_string()))?;
        let signature = Signature::from_slice(signature).map_err(|_| bad())?;
        // One of a signature's two forms is enough; the SDK takes the lower only, so that no third party can vary it.
        if signature.normalize_s().is_some() {
            return Err(bad());
        }
        key.verify(&doc.encode_to_vec(), &signature).map_err(|_| bad())
    }
}

/// The compressed key in a signer's info, if it gives one, checked against the address it should have.
pub fn public_key(info: &SignerInfo, signer: &str) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(any) = &info.public_key else {
        return Ok(None);
    };
    if any.type_url != PUBLIC_KEY {
        return Err(Refusal::Unsupported(format!("public key type {}", any.type_url)));
    }
    let key =
        cosmrs::crypto::PublicKey::try_from(any).map_err(|error| Refusal::PublicKey(error.to_string()))?;
    let address = key
        .account_id(BECH32_PREFIX)
        .map_err(|error| Refusal::PublicKey(error.to_string()))?;
    if address.as_ref() != signer {
        let text = format!("pubKey does not match signer address {signer} with signer index: 0");
        return Err(Refusal::PublicKey(text));
    }
    Ok(Some(key.to_bytes()))
}

/// The `Any` that carries a compressed secp256k1 key.
pub fn public_key_any(key: &[u8]) -> Any {
    let proto = cosmrs::proto::cosmos::crypto::secp256k1::PubKey { key: key.to_vec() };
    Any {
        type_url: PUBLIC_KEY.to_owned(),
        value: proto.encode_to_vec(),
    }
}

fn strict<T: prost::Message + Default>(bytes: &[u8]) -> Result<T, Refusal> {
    let decoded = T::decode(bytes).map_err(|error| Refusal::Parse(error.to_string()))?;
    if decoded.encoded_len() < bytes.len() {
        return Err(Refusal::Parse("errUnknownField".to_owned()));
    }
    Ok(decoded)
}
