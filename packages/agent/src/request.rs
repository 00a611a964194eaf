//! Signed requests to a gateway: what is signed, and how it is checked. Shared by agents and their clients.
//!
//! A signature binds domain, chain, provider, lease, method, path with query, hash of the body, and time, so it is of
//! no use for another request, lease, provider or chain. Within [`MAX_SKEW`] a request can be repeated by whoever saw
//! it; every request is idempotent.

use chain_client::{AddressError, PublicKey, SigningKey};
use market_types::LeaseId;
use sha2::{Digest, Sha256};

/// Compressed public key, 66 hex digits.
pub const KEY: &str = "x-leasebook-key";
/// Wall time of signing, in seconds since 1970.
pub const TIME: &str = "x-leasebook-time";
/// SHA-256 of the body, 64 hex digits; that of nothing if there is no body.
pub const BODY: &str = "x-leasebook-body";
/// 64-byte secp256k1 signature, low S, 128 hex digits.
pub const SIGNATURE: &str = "x-leasebook-signature";

/// Seconds by which the signer's clock may differ from the gateway's.
pub const MAX_SKEW: u64 = 300;

const DOMAIN: &str = "leasebook/request/1";

/// What a signature is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    pub chain_id: &'a str,
    /// Owner address of the provider whose gateway is asked.
    pub provider: &'a str,
    pub lease: LeaseId,
    /// Upper case.
    pub method: &'a str,
    /// Path and query as sent, from the first `/`.
    pub path: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedRequest {
    pub key: PublicKey,
    pub time: u64,
    pub body: [u8; 32],
    pub signature: [u8; 64],
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    #[error("the header {0} is missing")]
    Missing(&'static str),
    #[error("the header {0} is malformed")]
    Malformed(&'static str),
    #[error(
        "the request was signed at {signed}; here it is {now}, and at most {MAX_SKEW} s may lie between"
    )]
    Stale { signed: u64, now: u64 },
    #[error("the signature does not fit this request")]
    BadSignature,
}

/// SHA-256 of a body.
pub fn body_hash(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

/// The bytes whose SHA-256 is signed: each text behind its length as 4 bytes big-endian, then the lease and the time
/// as 8 bytes big-endian, then the 32 bytes of the body's hash.
pub fn message(subject: &Subject<'_>, time: u64, body: &[u8; 32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in [
        DOMAIN,
        subject.chain_id,
        subject.provider,
        subject.method,
        subject.path,
    ] {
        bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes.extend_from_slice(&subject.lease.0.to_be_bytes());
    bytes.extend_from_slice(&time.to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

impl SignedRequest {
    pub fn sign(key: &SigningKey, subject: &Subject<'_>, time: u64, body: [u8; 32]) -> Self {
        let signature = key.sign(&message(subject, time, &body));
        Self {
            key: key.public_key(),
            time,
            body,
            signature,
        }
    }

    /// Names and values of the headers that carry it.
    pub fn headers(&self) -> [(&'static str, String); 4] {
        [
            (KEY, hex::encode(self.key.as_bytes())),
            (TIME, self.time.to_string()),
            (BODY, hex::encode(self.body)),
            (SIGNATURE, hex::encode(self.signature)),
        ]
    }

    /// Reads the headers; checks nothing but their form.
    pub fn read<'a>(header: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, RequestError> {
        let text = |name| header(name).ok_or(RequestError::Missing(name));
        let mut key = [0; 33];
        hex::decode_to_slice(text(KEY)?, &mut key).map_err(|_| RequestError::Malformed(KEY))?;
        let key = PublicKey::from_bytes(&key).map_err(|_| RequestError::Malformed(KEY))?;
        let time = text(TIME)?.parse().map_err(|_| RequestError::Malformed(TIME))?;
        let mut body = [0; 32];
        hex::decode_to_slice(text(BODY)?, &mut body).map_err(|_| RequestError::Malformed(BODY))?;
        let mut signature = [0; 64];
        hex::decode_to_slice(text(SIGNATURE)?, &mut signature)
            .map_err(|_| RequestError::Malformed(SIGNATURE))?;
        Ok(Self {
            key,
            time,
            body,
            signature,
        })
    }

    /// # Errors
    /// Signed too far from `now`, or for something else. Whose key it is remains to be asked: [`Self::is_by`].
    pub fn verify(&self, subject: &Subject<'_>, now: u64) -> Result<(), RequestError> {
        if self.time.abs_diff(now) > MAX_SKEW {
            return Err(RequestError::Stale {
                signed: self.time,
                now,
            });
        }
        match chain_client::verify(
            &self.key,
            &message(subject, self.time, &self.body),
            &self.signature,
        ) {
            true => Ok(()),
            false => Err(RequestError::BadSignature),
        }
    }

    /// True for the tenant's account key and for the session key named in its order.
    ///
    /// # Errors
    /// `prefix` is no address prefix.
    pub fn is_by(
        &self,
        prefix: &str,
        tenant: &str,
        session_key: Option<&[u8]>,
    ) -> Result<bool, AddressError> {
        let by_session = session_key.is_some_and(|session| session == self.key.as_bytes());
        Ok(by_session || self.key.address(prefix)? == tenant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: Subject<'_> = Subject {
        chain_id: "c",
        provider: "lease1p",
        lease: LeaseId(8),
        method: "PUT",
        path: "/v1/leases/8/objects/sha256:00?x=1",
    };

    fn signed(key: &SigningKey) -> SignedRequest {
        SignedRequest::sign(key, &SUBJECT, 1_000, body_hash(b"frame"))
    }

    #[test]
    fn a_request_reads_back_from_its_headers_and_verifies() {
        let request = signed(&SigningKey::random());
        let headers = request.headers();
        let header = |name: &'static str| headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
        let read = SignedRequest::read(header).unwrap();
        assert_eq!(read, request);
        assert_eq!(read.verify(&SUBJECT, 1_000 + MAX_SKEW), Ok(()));
        assert_eq!(read.verify(&SUBJECT, 1_000 - MAX_SKEW), Ok(()));
    }

    #[test]
    fn a_signature_is_of_no_use_for_any_other_request() {
        let request = signed(&SigningKey::random());
        let others = [
            Subject {
                chain_id: "d",
                ..SUBJECT
            },
            Subject {
                provider: "lease1q",
                ..SUBJECT
            },
            Subject {
                lease: LeaseId(16),
                ..SUBJECT
            },
            Subject {
                method: "GET",
                ..SUBJECT
            },
            Subject {
                path: "/v1/leases/8/objects/sha256:00?x=2",
                ..SUBJECT
            },
        ];
        for other in others {
            assert_eq!(
                request.verify(&other, 1_000),
                Err(RequestError::BadSignature),
                "{other:?}"
            );
        }
        let moved = SignedRequest {
            time: 1_001,
            ..request.clone()
        };
        assert_eq!(moved.verify(&SUBJECT, 1_000), Err(RequestError::BadSignature));
        let other_body = SignedRequest {
            body: body_hash(b""),
            ..request
        };
        assert_eq!(
            other_body.verify(&SUBJECT, 1_000),
            Err(RequestError::BadSignature)
        );
    }

    #[test]
    fn a_request_is_stale_one_second_beyond_the_skew() {
        let request = signed(&SigningKey::random());
        for now in [1_000 + MAX_SKEW + 1, 1_000 - MAX_SKEW - 1] {
            assert_eq!(
                request.verify(&SUBJECT, now),
                Err(RequestError::Stale { signed: 1_000, now })
            );
        }
    }

    #[test]
    fn tenant_and_session_key_may_ask_and_nobody_else() {
        let (tenant, session, other) = (SigningKey::random(), SigningKey::random(), SigningKey::random());
        let address = tenant.address("lease").unwrap();
        let session_key = *session.public_key().as_bytes();
        let by = |key: &SigningKey| signed(key).is_by("lease", &address, Some(&session_key)).unwrap();
        assert!(by(&tenant) && by(&session) && !by(&other));
        assert!(!signed(&session).is_by("lease", &address, None).unwrap());
    }

    #[test]
    fn missing_and_malformed_headers_are_named() {
        assert_eq!(SignedRequest::read(|_| None), Err(RequestError::Missing(KEY)));
        assert_eq!(
            SignedRequest::read(|_| Some("zz")),
            Err(RequestError::Malformed(KEY))
        );
        let key = hex::encode(SigningKey::random().public_key().as_bytes());
        let header = |name| Some(if name == KEY { key.as_str() } else { "-1" });
        assert_eq!(SignedRequest::read(header), Err(RequestError::Malformed(TIME)));
    }
}
