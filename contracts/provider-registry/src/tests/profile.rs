use market_control::ControlError;
use market_types::order::limits::GPUS;
use market_types::registry::*;
use market_types::resources::{Attribute, MachineGroup};
use market_types::{Hash32, Price, UnixTime};

use super::market::*;
use crate::ContractError;

fn register(change: impl FnOnce(&mut Registration)) -> Result<(), ContractError> {
    let mut registration = registration("alice", 1);
    change(&mut registration);
    Market::new()
        .exec("alice", ExecuteMsg::Register(registration))
        .map(drop)
}

fn update(market: &mut Market, change: impl FnOnce(&mut ProfileUpdate)) -> Result<String, ContractError> {
    let mut update = ProfileUpdate::default();
    change(&mut update);
    market
        .exec("alice", ExecuteMsg::Update(update))
        .map(|response| event(&response, "shrunk"))
}

#[test]
fn a_provider_is_registered_once_with_the_next_number() {
    let mut market = Market::new();
    let response = market.ok("alice", ExecuteMsg::Register(registration("alice", 1)));
    assert_eq!(event(&response, "provider"), "1");
    assert_eq!(event(&response, "owner"), text("alice"));
    let again = market.err("alice", ExecuteMsg::Register(registration("alice", 2)));
    assert_eq!(
        again,
        ContractError::AlreadyRegistered {
            owner: addr("alice"),
            provider: provider_no(1)
        }
    );
    let response = market.ok("bob", ExecuteMsg::Register(registration("bob", 2)));
    assert_eq!(event(&response, "provider"), "2");

    let alice = market.provider("alice");
    let asked = registration("alice", 1);
    assert_eq!(
        (alice.gateway, alice.attributes, alice.machines),
        (asked.gateway, asked.attributes, asked.machines)
    );
    assert_eq!(
        (alice.group, alice.maintenance, alice.shrunk_at, alice.retired),
        (text("alice"), None, None, false)
    );
    let nothing = BondResponse {
        bonded: n(0),
        locked: n(0),
        unbonding: vec![],
    };
    assert_eq!(alice.bond, nothing);
}

#[test]
fn gateways_are_http_with_a_host_or_https_with_a_fingerprint() {
    let gateway = |url: &str, fingerprint| {
        register(|r| {
            r.gateway = Gateway {
                url: url.into(),
                tls_fingerprint: fingerprint,
            }
        })
    };
    let bad = |url: String| Err(ContractError::GatewayUrl { url, max: 256 });
    for url in [
        "",
        "ftp://x",
        "http://",
        "https:///x",
        "http://:80",
        "http://a b",
        "http://a\n",
        "http://ä",
        "HTTP://x",
    ] {
        assert_eq!(gateway(url, None), bad(url.into()));
    }
    let longest = format!("http://{}", "a".repeat(249));
    assert_eq!(gateway(&longest, None), Ok(()));
    assert_eq!(gateway(&format!("{longest}a"), None), bad(longest));
    assert_eq!(
        gateway("https://host", None),
        Err(ContractError::FingerprintMissing {})
    );
    assert_eq!(gateway("https://host", Some(Hash32([1; 32]))), Ok(()));
}

#[test]
fn groups_are_words_of_3_to_64() {
    let group = |group: &str| register(|r| r.group = Some(group.into()));
    let bad = |group: &str| {
        Err(ContractError::Group {
            group: group.into(),
            min: 3,
            max: 64,
        })
    };
    assert_eq!(group("abc"), Ok(()));
    assert_eq!(group(&"a".repeat(64)), Ok(()));
    assert_eq!(group("ab"), bad("ab"));
    assert_eq!(group(&"a".repeat(65)), bad(&"a".repeat(64)));
    assert_eq!(group("Abc"), bad("Abc"));
    assert_eq!(group("a c"), bad("a c"));
}

#[test]
fn attributes_are_at_most_24_with_one_value_a_key() {
    let attributes = |attributes: Vec<Attribute>| register(|r| r.attributes = attributes);
    let many = |count: usize| {
        (0..count)
            .map(|i| attribute(&format!("k{i}"), "v"))
            .collect::<Vec<_>>()
    };
    assert_eq!(attributes(many(24)), Ok(()));
    let count = ContractError::Count {
        what: "attributes",
        count: 25,
        min: 0,
        max: 24,
    };
    assert_eq!(attributes(many(25)), Err(count));
    let twice = ContractError::Duplicate {
        what: "attribute",
        value: "k".into(),
    };
    assert_eq!(
        attributes(vec![attribute("k", "a"), attribute("k", "b")]),
        Err(twice)
    );
    assert!(matches!(
        attributes(vec![attribute("", "a")]),
        Err(ContractError::Std(_))
    ));
    assert!(matches!(
        attributes(vec![attribute("k", &"v".repeat(65))]),
        Err(ContractError::Std(_))
    ));
}

#[test]
fn machines_are_1_to_8_classes_with_gpus() {
    let machines = |machines: Vec<MachineGroup>| register(|r| r.machines = machines);
    let many = |count: usize| {
        (0..count)
            .map(|i| group(&format!("class-{i}"), 1, 1))
            .collect::<Vec<_>>()
    };
    let count = |count| {
        Err(ContractError::Count {
            what: "machine groups",
            count,
            min: 1,
            max: 8,
        })
    };
    assert_eq!(machines(many(8)), Ok(()));
    assert_eq!(machines(many(9)), count(9));
    assert_eq!(machines(vec![]), count(0));
    let bad = |count, gpus| {
        Err(ContractError::Machines {
            class: "h100".into(),
            count,
            gpus,
            max_gpus: GPUS,
        })
    };
    assert_eq!(machines(vec![group("h100", 0, 1)]), bad(0, 1));
    assert_eq!(machines(vec![group("h100", 1, 0)]), bad(1, 0));
    assert_eq!(machines(vec![group("h100", 1, GPUS + 1)]), bad(1, GPUS + 1));
    assert_eq!(machines(vec![group("h100", u16::MAX, GPUS)]), Ok(()));
    let twice = ContractError::Duplicate {
        what: "device class",
        value: "h100".into(),
    };
    assert_eq!(
        machines(vec![group("h100", 1, 1), group("h100", 2, 2)]),
        Err(twice)
    );
    assert!(matches!(
        machines(vec![group("H100", 1, 1)]),
        Err(ContractError::Std(_))
    ));
}

#[test]
fn a_field_left_out_of_an_update_stays() {
    let mut market = Market::with_alice();
    let before = market.provider("alice");
    assert_eq!(update(&mut market, |_| {}), Ok("false".into()));
    assert_eq!(market.provider("alice"), before);
    update(&mut market, |u| u.group = Some("north".into())).unwrap();
    let gateway = Gateway {
        url: "http://other".into(),
        tls_fingerprint: None,
    };
    update(&mut market, |u| u.gateway = Some(gateway.clone())).unwrap();
    assert_eq!(
        market.provider("alice"),
        ProviderResponse {
            gateway,
            group: "north".into(),
            ..before
        }
    );
}

#[test]
fn an_update_is_checked_like_a_registration() {
    let mut market = Market::with_alice();
    let url = Gateway {
        url: "x".into(),
        tls_fingerprint: None,
    };
    assert!(matches!(
        update(&mut market, |u| u.gateway = Some(url)),
        Err(ContractError::GatewayUrl { .. })
    ));
    assert!(matches!(
        update(&mut market, |u| u.group = Some("a".into())),
        Err(ContractError::Group { .. })
    ));
    assert!(matches!(
        update(&mut market, |u| u.machines = Some(vec![])),
        Err(ContractError::Count { .. })
    ));
    let twice = vec![attribute("k", "a"), attribute("k", "b")];
    let refused = update(&mut market, |u| u.attributes = Some(twice));
    assert!(matches!(refused, Err(ContractError::Duplicate { .. })));
}

#[test]
fn shrinking_is_dated_and_growing_is_not() {
    let mut market = Market::with_alice();
    market.wait(10);
    let machines =
        |market: &mut Market, groups: Vec<MachineGroup>| update(market, |u| u.machines = Some(groups));
    assert_eq!(
        machines(&mut market, vec![group("h100", 3, 4), group("l40", 1, 1)]),
        Ok("false".into())
    );
    assert_eq!(market.provider("alice").shrunk_at, None);
    // The same number of GPUs on lesser machines is less.
    for groups in [
        vec![group("h100", 6, 2), group("l40", 1, 1)],
        vec![group("h100", 6, 2)],
        vec![group("h100", 5, 2)],
    ] {
        market.wait(10);
        assert_eq!(machines(&mut market, groups), Ok("true".into()));
        assert_eq!(market.provider("alice").shrunk_at, Some(market.now()));
    }
    let dated = market.provider("alice").shrunk_at;
    market.wait(10);
    let more = vec![
        attribute("region", "eu-west"),
        attribute("tier", "gold"),
        attribute("x", "y"),
    ];
    assert_eq!(
        update(&mut market, |u| u.attributes = Some(more)),
        Ok("false".into())
    );
    assert_eq!(market.provider("alice").shrunk_at, dated);
    let other = vec![
        attribute("region", "us-east"),
        attribute("tier", "gold"),
        attribute("x", "y"),
    ];
    assert_eq!(
        update(&mut market, |u| u.attributes = Some(other)),
        Ok("true".into())
    );
    assert_eq!(market.provider("alice").shrunk_at, Some(market.now()));
}

#[test]
fn machines_shrink_only_down_to_what_is_committed() {
    let mut market = Market::with_alice();
    let mut large = candidacy("alice");
    large.needs.resources = request(4);
    market.ok("book", commit_msg(8, large));
    market.ok("book", commit_msg(16, candidacy("alice")));
    let below = ContractError::BelowCommitted {
        class: "h100".into(),
        resource: "gpus",
        registered: 4,
        committed: 5,
    };
    let one = vec![group("h100", 1, 4)];
    assert_eq!(
        update(&mut market, |u| u.machines = Some(one.clone())),
        Err(below)
    );
    let gone = ContractError::BelowCommitted {
        class: "h100".into(),
        resource: "gpus",
        registered: 0,
        committed: 5,
    };
    assert_eq!(
        update(&mut market, |u| u.machines = Some(vec![group("l40", 9, 8)])),
        Err(gone)
    );
    let split = ContractError::MachineInUse {
        class: "h100".into(),
        resource: "gpus",
        from: 4,
        to: 2,
    };
    assert_eq!(
        update(&mut market, |u| u.machines = Some(vec![group("h100", 4, 2)])),
        Err(split)
    );
    let mut lesser = group("h100", 2, 4);
    lesser.each.vram_mib -= 1;
    let vram = ContractError::MachineInUse {
        class: "h100".into(),
        resource: "vram_mib",
        from: 80_000,
        to: 79_999,
    };
    assert_eq!(
        update(&mut market, |u| u.machines = Some(vec![lesser])),
        Err(vram)
    );

    market.ok("escrow", release_msg(16, ReleasePart::Capacity));
    assert_eq!(update(&mut market, |u| u.machines = Some(one)), Ok("true".into()));
}

#[test]
fn agent_limits_are_checked_and_replace_each_other() {
    let mut market = Market::with_alice();
    let floor = |class_name: &str, token: &str| PriceFloor {
        class: class(class_name),
        token: token.into(),
        per_gpu_hour: Price::new(1),
        per_unit: Price::new(1),
    };
    let mut set = |floors: Vec<PriceFloor>| {
        let limits = AgentLimits {
            floors,
            max_lease_bond: Some(n(1)),
            max_work_bond: None,
        };
        market.exec("alice", ExecuteMsg::SetAgentLimits(limits)).map(drop)
    };
    let many = |count: usize| {
        (0..count)
            .map(|i| floor(&format!("class-{i}"), &text("usd")))
            .collect::<Vec<_>>()
    };
    assert_eq!(set(many(32)), Ok(()));
    let count = ContractError::Count {
        what: "price floors",
        count: 33,
        min: 0,
        max: 32,
    };
    assert_eq!(set(many(33)), Err(count));
    let value = format!("h100 in {}", text("usd"));
    let twice = vec![floor("h100", &text("usd")), floor("h100", &text("usd"))];
    assert_eq!(
        set(twice),
        Err(ContractError::Duplicate {
            what: "price floor",
            value
        })
    );
    assert_eq!(
        set(vec![floor("h100", &text("usd")), floor("h100", &text("eur"))]),
        Ok(())
    );
    assert!(matches!(
        set(vec![floor("h100", "USD")]),
        Err(ContractError::Std(_))
    ));
    assert!(matches!(
        set(vec![floor("H", &text("usd"))]),
        Err(ContractError::Std(_))
    ));

    let limits: AgentLimits = market.ask(QueryMsg::AgentLimits { owner: text("alice") });
    assert_eq!((limits.floors.len(), limits.max_lease_bond), (2, Some(n(1))));
    assert_eq!(market.provider("alice").shrunk_at, None);
}

#[test]
fn maintenance_is_announced_a_day_ahead_for_at_most_14_days() {
    let mut market = Market::with_alice();
    let now = market.now().0;
    let announce = |market: &mut Market, from: u64, until: u64| {
        let msg = ExecuteMsg::AnnounceMaintenance {
            from: UnixTime(from),
            until: UnixTime(until),
        };
        market.exec("alice", msg).map(drop)
    };
    let from = now + DAY;
    let soon = ContractError::MaintenanceTooSoon {
        from: UnixTime(from - 1),
        earliest: UnixTime(from),
    };
    assert_eq!(announce(&mut market, from - 1, from + 1), Err(soon));
    for until in [from, from + 14 * DAY + 1] {
        let length = ContractError::MaintenanceLength {
            from: UnixTime(from),
            until: UnixTime(until),
            latest: UnixTime(from + 14 * DAY),
        };
        assert_eq!(announce(&mut market, from, until), Err(length));
    }
    assert_eq!(announce(&mut market, from, from + 14 * DAY), Ok(()));
    let provider = market.provider("alice");
    assert_eq!(
        provider.maintenance,
        Some((UnixTime(from), UnixTime(from + 14 * DAY)))
    );
    assert_eq!(provider.shrunk_at, Some(UnixTime(now)));

    // One at a time.
    let over = from + 14 * DAY;
    market.wait(over - now - 1);
    let announced = ContractError::MaintenanceAnnounced {
        until: UnixTime(over),
    };
    assert_eq!(
        announce(&mut market, over + 9 * DAY, over + 10 * DAY),
        Err(announced)
    );
    market.wait(1);
    assert_eq!(announce(&mut market, over + 9 * DAY, over + 10 * DAY), Ok(()));
}

#[test]
fn retiring_waits_for_the_last_lease_and_is_for_good() {
    let mut market = Market::with_lease();
    assert_eq!(
        market.err("alice", ExecuteMsg::Retire {}),
        ContractError::StillCommitted { commitments: 1 }
    );
    market.ok("escrow", release_msg(8, ReleasePart::Capacity));
    assert_eq!(
        market.err("alice", ExecuteMsg::Retire {}),
        ContractError::StillCommitted { commitments: 1 }
    );
    market.ok("escrow", release_msg(8, ReleasePart::Bonds));
    market.ok("alice", ExecuteMsg::Retire {});
    assert_eq!(market.provider("alice").shrunk_at, Some(market.now()));

    let retired = ContractError::Retired {
        provider: provider_no(1),
    };
    let limits = ExecuteMsg::SetAgentLimits(AgentLimits::default());
    let maintenance = ExecuteMsg::AnnounceMaintenance {
        from: UnixTime(0),
        until: UnixTime(0),
    };
    for msg in [
        ExecuteMsg::Retire {},
        ExecuteMsg::Update(ProfileUpdate::default()),
        limits,
        maintenance,
    ] {
        assert_eq!(market.err("alice", msg), retired);
    }
    assert_eq!(market.bond("alice", 1), Err(retired));
    let again = market.err("alice", ExecuteMsg::Register(registration("alice", 2)));
    assert_eq!(
        again,
        ContractError::AlreadyRegistered {
            owner: addr("alice"),
            provider: provider_no(1)
        }
    );
    market.ok(
        "alice",
        ExecuteMsg::Unbond {
            amount: n(10_000 * TOKEN),
        },
    );
}

#[test]
fn registering_and_bonding_are_entries_and_stop_in_a_pause() {
    let mut market = Market::with_alice();
    market.pause();
    let paused = ContractError::Control(ControlError::Paused {
        until: market.now().plus(market_types::Seconds(DAY)),
    });
    assert_eq!(
        market.err("bob", ExecuteMsg::Register(registration("bob", 2))),
        paused
    );
    assert_eq!(market.bond("alice", 1), Err(paused));
}
