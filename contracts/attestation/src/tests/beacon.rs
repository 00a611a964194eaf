//! Rounds of the public randomness: which are taken, and which one decides.

use cosmwasm_std::HexBinary;
use market_types::attestation::{BeaconParams, BeaconResponse, RoundResponse};
use market_types::{Page, Paging, UnixTime};

use super::court::*;
use super::*;

const QUICKNET_KEY: &str = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
/// Rounds that drand's quicknet has published.
const PUBLISHED: [(u64, &str); 4] = [
    (
        1,
        "b55e7cb2d5c613ee0b2e28d6750aabbb78c39dcc96bd9d38c2c2e12198df95571de8e8e402a0cc48871c7089a2b3af4b",
    ),
    (
        123,
        "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92",
    ),
    (
        1_000,
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
    ),
    (
        5_928_395,
        "a5d07c0071b4e386b3ae09206522253c68fefe8490ad59ecc44a7dd0d0745be91da5779e2247a82403fbc0cb9a34cb61",
    ),
];
const RANDOMNESS_OF_1: &str = "1466a6cd24e327188770752f6134001c64d6efcc590ccc26b721611ad96f165a";

fn hex(text: &str) -> HexBinary {
    HexBinary::from_hex(text).unwrap()
}

fn quicknet(every: u64) -> Court {
    let mut court = Court::of(ComparisonClass::Exact, |params| {
        params.beacon = Some(BeaconParams {
            public_key: hex(QUICKNET_KEY),
            genesis: UnixTime(1_692_803_367),
            period: Seconds(3),
            every,
            margin: Seconds(30),
        });
    });
    court.market.at(1_790_000_000);
    court
}

fn submit(court: &mut Court, round: u64, signature: HexBinary) -> Result<Response, ContractError> {
    court.send("anybody", ExecuteMsg::SubmitBeacon { round, signature })
}

#[test]
fn published_rounds_of_quicknet_are_taken_with_the_randomness_it_published() {
    let mut court = quicknet(1);
    for (round, signature) in PUBLISHED {
        submit(&mut court, round, hex(signature)).unwrap();
    }
    let first: Option<BeaconResponse> = court.market.ask(QueryMsg::Beacon { round: 1 }).unwrap();
    assert_eq!(first.unwrap().randomness.to_string(), RANDOMNESS_OF_1);
    let page: Page<BeaconResponse, u64> = court
        .market
        .ask(QueryMsg::Beacons {
            paging: Paging {
                start_after: None,
                limit: Some(3),
            },
        })
        .unwrap();
    let rounds: Vec<u64> = page.items.iter().map(|beacon| beacon.round).collect();
    assert_eq!(rounds, [5_928_395, 1_000, 123]);
    assert_eq!(page.next_start_after, Some(123));
}

#[test]
fn nothing_else_is_the_signature_of_a_round() {
    let mut court = quicknet(1);
    let (round, real) = PUBLISHED[2];
    let real = hex(real);
    let mut negated = real.to_vec();
    negated[0] ^= 0b0010_0000;
    let mut infinity = vec![0; 48];
    infinity[0] = 0b1100_0000;
    let mut not_on_the_curve = real.to_vec();
    not_on_the_curve[47] ^= 1;
    let mut uncompressed = real.to_vec();
    uncompressed[0] &= 0b0111_1111;
    let wrong = [
        ("another round's", hex(PUBLISHED[1].1)),
        ("malleated: the other y", negated.into()),
        ("infinity", infinity.into()),
        ("no point, or another", not_on_the_curve.into()),
        ("not compressed", uncompressed.into()),
        ("truncated", real[..47].into()),
        ("longer", [real.as_slice(), &[0]].concat().into()),
        ("empty", HexBinary::default()),
        ("a point of the other group", hex(QUICKNET_KEY)),
        ("half a point of the other group", hex(QUICKNET_KEY)[..48].into()),
    ];
    for (what, signature) in wrong {
        assert_eq!(
            submit(&mut court, round, signature).unwrap_err(),
            ContractError::WrongBeacon { round },
            "{what}"
        );
    }
    submit(&mut court, round, real).unwrap();
}

#[test]
fn a_round_signed_by_another_key_is_refused() {
    let mut court = quicknet(20);
    let signature = beacon_of_test::Key::from_seed(b"another").sign(1_000).unwrap();
    let signature = HexBinary::from(signature.0.to_vec());
    assert_eq!(
        submit(&mut court, 1_000, signature).unwrap_err(),
        ContractError::WrongBeacon { round: 1_000 }
    );
}

#[test]
fn a_round_is_taken_once_from_its_time_on_and_only_if_it_is_used() {
    let mut court = quicknet(20);
    let real = hex(PUBLISHED[2].1);
    assert_eq!(
        submit(&mut court, 123, hex(PUBLISHED[1].1)).unwrap_err(),
        ContractError::UnusedRound {
            round: 123,
            every: 20
        }
    );
    assert!(matches!(
        submit(&mut court, 0, real.clone()),
        Err(ContractError::UnusedRound { .. })
    ));
    let published_at = UnixTime(1_692_803_367 + 999 * 3);
    court.market.at(published_at.0 - 1);
    assert!(matches!(
        submit(&mut court, 1_000, real.clone()),
        Err(ContractError::EarlyBeacon { .. })
    ));
    court.market.at(published_at.0);
    submit(&mut court, 1_000, real.clone()).unwrap();
    assert_eq!(
        submit(&mut court, 1_000, real).unwrap_err(),
        ContractError::BeaconThere { round: 1_000 }
    );
}

#[test]
fn a_key_under_which_everything_is_signed_or_that_is_none_is_no_parameter() {
    let mut infinity = vec![0; 96];
    infinity[0] = 0b1100_0000;
    let mut off = hex(QUICKNET_KEY).to_vec();
    off[95] ^= 1;
    for key in [
        infinity,
        off,
        vec![],
        vec![7; 96],
        hex(PUBLISHED[0].1).to_vec(),
        hex(QUICKNET_KEY)[..95].to_vec(),
    ] {
        let mut params = super::params();
        params.beacon = Some(BeaconParams {
            public_key: key.clone().into(),
            ..beacon_params(&beacon_of_test::Key::from_seed(b"x"))
        });
        assert_eq!(
            Market::bare().instantiate(params).unwrap_err(),
            ContractError::BeaconKey { length: key.len() }
        );
    }
}

#[test]
fn without_a_beacon_no_round_is_taken() {
    let mut court = Court::of(ComparisonClass::Exact, |params| params.beacon = None);
    assert_eq!(court.submit(20).unwrap_err(), ContractError::NoAudits {});
}

fn round_after(court: &Court, height: u64) -> Option<RoundResponse> {
    court.market.ask(QueryMsg::RoundAfter { height }).unwrap()
}

#[test]
fn a_height_waits_for_the_first_used_round_half_a_minute_after_the_first_beacon_above_it() {
    let mut court = Court::new();
    let height = court.market.env.block.height;
    assert_eq!(round_after(&court, height), None);
    // In the same block: not above it.
    court.submit(1_000).unwrap();
    assert_eq!(round_after(&court, height), None);
    assert_eq!(
        round_after(&court, height - 1).map(|round| round.round),
        Some(1_020)
    );
    // Round 1,001 is published at START, used are 1,000, 1,020 at START + 57, 1,040.
    court.wait(27);
    court.submit(980).unwrap();
    let waits = round_after(&court, height).unwrap();
    assert_eq!((waits.round, waits.published_at), (1_020, UnixTime(START + 57)));
    // Later beacons do not change it.
    court.wait(40);
    court.submit(1_020).unwrap();
    assert_eq!(
        round_after(&court, height).map(|round| (round.round, round.there)),
        Some((1_020, true))
    );
    // One second later it would have been the next.
    let mut court = Court::new();
    court.wait(28);
    court.submit(980).unwrap();
    assert_eq!(round_after(&court, height).map(|round| round.round), Some(1_040));
}

#[test]
fn a_chain_that_stood_still_with_an_old_clock_draws_on_a_round_nobody_knew() {
    let mut court = Court::new();
    court.post();
    let height = court.market.env.block.height;
    // The world is an hour ahead of the block; nothing that is known by then is drawn on.
    court.wait(3_600);
    court.submit(1_000).unwrap();
    let waits = round_after(&court, height).unwrap();
    assert!(waits.published_at >= court.now().plus(Seconds(30)));
}

#[test]
fn a_round_that_is_an_hour_late_is_missing_and_nobody_is_late_for_it() {
    let mut court = Court::new();
    court.post();
    court.wait(5);
    court.submit(1_000).unwrap();
    court.wait(3_600 + 51);
    assert!(!round_after(&court, HEIGHT).unwrap().missing);
    court.wait(1);
    assert!(round_after(&court, HEIGHT).unwrap().missing);
    assert!(matches!(
        court.refused("anybody", draw()),
        ContractError::NoBeacon { round: 1_020, .. }
    ));
    court.wait(2 * DAY);
    assert!(matches!(
        court.refused("anybody", release(0)),
        ContractError::NoBeacon { round: 1_020, .. }
    ));
    // It comes after all.
    court.submit(1_020).unwrap();
    court.draw();
}

#[test]
fn rounds_of_a_beacon_that_was_replaced_are_not_those_of_the_new_one() {
    let mut court = Court::new();
    court.submit(1_000).unwrap();
    let other = beacon_of_test::Key::from_seed(b"another");
    let update = market_types::attestation::ParamsUpdate {
        beacon: Some(beacon_params(&other)),
        ..Default::default()
    };
    court.ok("governor", ExecuteMsg::UpdateParams(update));
    let known: Option<BeaconResponse> = court.market.ask(QueryMsg::Beacon { round: 1_000 }).unwrap();
    assert_eq!(known, None);
    court.key = other;
    court.submit(1_000).unwrap();
}
