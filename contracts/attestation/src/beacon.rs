//! The public randomness: drand rounds of the scheme `bls-unchained-g1-rfc9380`, verified with the chain's BLS12-381 functions.
//!
//! A round's signature lies on G1 and signs the SHA-256 of its number (8 bytes big-endian) under a key on G2; its randomness is the SHA-256
//! of the signature. A compressed point has one encoding, so a round has one signature and one randomness.
//!
//! What happened at a block draws on the first used round at least `margin` after the block time of the first beacon accepted above that
//! block. A chain that stood still and goes on with an old clock has shown a beacon by then, so nobody knew that round before.

use cosmwasm_std::{
    Api, HashFunction, Order, StdResult, Storage, BLS12_381_G1_GENERATOR, BLS12_381_G2_GENERATOR,
};
use cw_storage_plus::PrimaryKey;
use market_math::beacon::Rounds;
use market_types::attestation::{BeaconParams, RoundResponse};
use market_types::{Hash32, Seconds, UnixTime};
use sha2::{Digest, Sha256};

use crate::audit::Moment;
use crate::state::{Beacon, BEACONS, HEIGHTS};
use crate::ContractError;

/// Domain of the hash to the curve, in RFC 9380's notation.
const DOMAIN: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
const SIGNATURE_LEN: usize = 48;
pub const PUBLIC_KEY_LEN: usize = 96;
/// In the first byte of a compressed point.
const INFINITY: u8 = 0b0100_0000;
/// A round that is still not there so long after it was published counts as missing.
pub const MISSING_AFTER: Seconds = Seconds::HOUR;

pub fn rounds(params: &BeaconParams) -> Rounds {
    Rounds {
        genesis: params.genesis,
        period: params.period,
        every: params.every,
    }
}

/// Tells one chain of rounds from another: the first eight bytes of the SHA-256 of its key, genesis and period. Rounds of a beacon that the
/// governor has replaced are never taken for the new one's.
pub fn tag(params: &BeaconParams) -> u64 {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(&params.public_key)
        .chain_update(params.genesis.0.to_be_bytes())
        .chain_update(params.period.0.to_be_bytes())
        .finalize()
        .into();
    head(&hash)
}

/// The first eight bytes, big-endian.
pub fn head(hash: &[u8; 32]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(first)
}

/// # Errors
/// `key` is no point of G2, or the point at infinity, under which everything would be signed.
pub fn check_key(api: &dyn Api, key: &[u8]) -> Result<(), ContractError> {
    let length = key.len();
    if length != PUBLIC_KEY_LEN {
        return Err(ContractError::BeaconKey { length });
    }
    // e(g, key) = e(g, key) holds for every point and fails for what is none.
    let is_point = api.bls12_381_pairing_equality(&BLS12_381_G1_GENERATOR, key, &BLS12_381_G1_GENERATOR, key);
    if key[0] & INFINITY != 0 || !matches!(is_point, Ok(true)) {
        return Err(ContractError::BeaconKey { length });
    }
    Ok(())
}

/// The randomness of `round`, if `signature` is the round's.
///
/// # Errors
/// It is not.
pub fn verify(
    api: &dyn Api,
    params: &BeaconParams,
    round: u64,
    signature: &[u8],
) -> Result<[u8; 32], ContractError> {
    let wrong = ContractError::WrongBeacon { round };
    if signature.len() != SIGNATURE_LEN || signature[0] & INFINITY != 0 {
        return Err(wrong);
    }
    let message = Sha256::digest(round.to_be_bytes());
    let Ok(hashed) = api.bls12_381_hash_to_g1(HashFunction::Sha256, &message, DOMAIN) else {
        return Err(wrong);
    };
    // e(signature, generator) = e(H(message), key)
    match api.bls12_381_pairing_equality(signature, &BLS12_381_G2_GENERATOR, &hashed, &params.public_key) {
        Ok(true) => Ok(Sha256::digest(signature).into()),
        _ => Err(wrong),
    }
}

/// The round that what happened at `height` waits for; `None` until a beacon is accepted above it.
///
/// # Errors
/// A record does not read back.
pub fn round_after(storage: &dyn Storage, params: &BeaconParams, height: u64) -> StdResult<Option<u64>> {
    let after = Some(height.joined_key());
    let first = HEIGHTS
        .under::<_, u64>(storage, (), after, Order::Ascending)
        .next()
        .transpose()?;
    Ok(first.map(|(_, accepted_at): (u64, UnixTime)| {
        rounds(params).first_used_from(accepted_at.plus(params.margin))
    }))
}

/// The randomness that what happened at `height` is decided by.
///
/// # Errors
/// It is not there yet.
pub fn randomness_after(
    storage: &dyn Storage,
    params: &BeaconParams,
    height: u64,
) -> Result<Hash32, ContractError> {
    let round = round_after(storage, params, height)?.ok_or(ContractError::NoBeaconSince { height })?;
    let beacon = BEACONS
        .may_load(storage, (tag(params), round))?
        .ok_or(ContractError::NoBeacon {
            round,
            published_at: rounds(params).time_of(round),
        })?;
    Ok(Hash32(beacon.randomness))
}

/// # Errors
/// A record does not read back.
pub fn describe_round(
    storage: &dyn Storage,
    params: &BeaconParams,
    height: u64,
    now: UnixTime,
) -> StdResult<Option<RoundResponse>> {
    Ok(round_after(storage, params, height)?.map(|round| {
        let published_at = rounds(params).time_of(round);
        let there = BEACONS.has(storage, (tag(params), round));
        RoundResponse {
            round,
            published_at,
            there,
            missing: !there && now >= published_at.plus(MISSING_AFTER),
        }
    }))
}

/// # Errors
/// It does not serialise.
pub fn store(
    storage: &mut dyn Storage,
    params: &BeaconParams,
    round: u64,
    randomness: [u8; 32],
    now: Moment,
) -> StdResult<()> {
    let beacon = Beacon {
        randomness,
        height: now.height,
        accepted_at: now.time,
    };
    BEACONS.save(storage, (tag(params), round), &beacon)?;
    HEIGHTS.save(storage, now.height, &now.time)
}
