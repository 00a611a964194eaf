//! Sign mode direct, by one secp256k1 key.

use cosmrs::{
    proto::{
        cosmos::{
            base::v1beta1::Coin as ProtoCoin,
            crypto::secp256k1::PubKey,
            tx::{
                signing::v1beta1::SignMode,
                v1beta1::{mode_info, AuthInfo, Fee, ModeInfo, SignDoc, SignerInfo, TxBody, TxRaw},
            },
        },
        prost::Message,
    },
    Any,
};
use cosmwasm_std::Coin;

use super::bytes::TxBytes;
use crate::keys::{PublicKey, SigningKey};

/// All that goes into a transaction but the key.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft<'a> {
    pub messages: Vec<Any>,
    pub memo: &'a str,
    /// Last height that may include it; 0 is no bound.
    pub timeout_height: u64,
    pub fee: Option<Coin>,
    /// Who pays the fee by a grant; empty for the signer.
    pub granter: &'a str,
    pub gas: u64,
    pub chain_id: &'a str,
    pub account_number: u64,
    pub sequence: u64,
}

impl Draft<'_> {
    pub fn sign(self, key: &SigningKey) -> TxBytes {
        let (body_bytes, auth_info_bytes) = (self.body(), self.auth_info(&key.public_key()));
        let doc = SignDoc {
            body_bytes: body_bytes.clone(),
            auth_info_bytes: auth_info_bytes.clone(),
            chain_id: self.chain_id.to_owned(),
            account_number: self.account_number,
        };
        let signatures = vec![key.sign(&doc.encode_to_vec()).to_vec()];
        TxBytes::from_vec(
            TxRaw {
                body_bytes,
                auth_info_bytes,
                signatures,
            }
            .encode_to_vec(),
        )
    }

    /// For simulation, which looks at everything but the signature.
    pub fn unsigned(&self, key: &PublicKey) -> Vec<u8> {
        let (body_bytes, auth_info_bytes) = (self.body(), self.auth_info(key));
        TxRaw {
            body_bytes,
            auth_info_bytes,
            signatures: vec![Vec::new()],
        }
        .encode_to_vec()
    }

    fn body(&self) -> Vec<u8> {
        let body = TxBody {
            messages: self.messages.clone(),
            memo: self.memo.to_owned(),
            timeout_height: self.timeout_height,
            ..TxBody::default()
        };
        body.encode_to_vec()
    }

    fn auth_info(&self, key: &PublicKey) -> Vec<u8> {
        let public_key = Any {
            type_url: "/cosmos.crypto.secp256k1.PubKey".to_owned(),
            value: PubKey {
                key: key.as_bytes().to_vec(),
            }
            .encode_to_vec(),
        };
        let direct = mode_info::Sum::Single(mode_info::Single {
            mode: SignMode::Direct.into(),
        });
        let amount = self.fee.iter();
        let amount = amount.map(|coin| ProtoCoin {
            denom: coin.denom.clone(),
            amount: coin.amount.to_string(),
        });
        let info = AuthInfo {
            signer_infos: vec![SignerInfo {
                public_key: Some(public_key),
                mode_info: Some(ModeInfo { sum: Some(direct) }),
                sequence: self.sequence,
            }],
            fee: Some(Fee {
                amount: amount.collect(),
                gas_limit: self.gas,
                granter: self.granter.to_owned(),
                ..Fee::default()
            }),
            ..AuthInfo::default()
        };
        info.encode_to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{address, tx::msg::Msg};
    use cosmrs::{crypto::secp256k1, tx};

    #[test]
    fn signed_bytes_equal_those_of_cosmrs() {
        let (key, theirs) = (
            SigningKey::from_bytes(&[7; 32]).unwrap(),
            secp256k1::SigningKey::from_slice(&[7; 32]).unwrap(),
        );
        let (from, to) = (
            key.address("lease").unwrap(),
            address::encode("lease", &[9; 20]).unwrap(),
        );
        let granter = address::encode("lease", &[8; 20]).unwrap();
        let draft = Draft {
            messages: vec![Msg::Send {
                to: to.clone(),
                amount: vec![Coin::new(5u128, "ulease")],
            }
            .to_any(&from)],
            memo: "unit 7",
            timeout_height: 90,
            fee: Some(Coin::new(250u128, "ulease")),
            granter: &granter,
            gas: 10_000,
            chain_id: "lease-1",
            account_number: 3,
            sequence: 11,
        };
        let coin = |amount| cosmrs::Coin {
            denom: "ulease".parse().unwrap(),
            amount,
        };
        let send = cosmrs::bank::MsgSend {
            from_address: from.parse().unwrap(),
            to_address: to.parse().unwrap(),
            amount: vec![coin(5)],
        };
        let body = tx::Body::new(vec![tx::Msg::to_any(&send).unwrap()], "unit 7", 90u32);
        let mut fee = tx::Fee::from_amount_and_gas(coin(250), 10_000u64);
        fee.granter = Some(granter.parse().unwrap());
        let auth = tx::SignerInfo::single_direct(Some(theirs.public_key()), 11).auth_info(fee);
        let doc = tx::SignDoc::new(&body, &auth, &"lease-1".parse().unwrap(), 3).unwrap();
        let expected = doc.sign(&theirs).unwrap().to_bytes().unwrap();

        let bytes = draft.sign(&key);
        assert_eq!(bytes.as_slice(), expected);
        assert_eq!(bytes.sequence(), Ok(11));
        assert_eq!(bytes.signer(), Ok(key.public_key()));
        assert_eq!(bytes.timeout_height(), Ok(Some(90)));
    }
}
