//! A service from registration to withdrawal, by commands alone, as two people at two keyboards.

use crate::market::{market, person};
use crate::run::{REFUSED, USAGE};

#[test]
fn a_provider_and_a_tenant_trade_an_hour_by_hand() {
    let (tenant, provider) = (person("service-tenant"), person("service-provider"));
    let clock = market().clock();

    provider.provide("class-of-service", "service-agent");
    provider.done("provider limits --floor class-of-service=0.75/h --max-lease-bond 500");
    let status = provider.done("provider status");
    assert!(status.contains("bonded      5000.00 (0.00 locked)"), "{status}");
    assert!(status.contains("region = eu-west"), "{status}");

    let order = tenant
        .order("--class class-of-service --work '2 GPU-hours' --gpus 2 --max-price 2.50/h --window 10s");
    let shown = tenant.done(&format!("order show {order}"));
    assert!(
        shown.contains("1h of service on 2 GPU of class-of-service"),
        "{shown}"
    );
    provider.done(&format!("bid place {order} 2.20/h"));
    provider.fails(
        &format!("bid place {order} 2.60/h"),
        REFUSED,
        "2.60/h is above the maximum 2.50",
    );
    provider.fails(&format!("bid place {order} 2.00/frame"), USAGE, "priced per hour");
    provider.fails(&format!("bid place {order} 2.30/h"), REFUSED, "");
    assert!(provider
        .done(&format!("bid place {order} 2.00/h"))
        .contains("bid 2.00"));
    assert!(market().run(&format!("bid list {order}")).done().contains("2.00"));
    tenant.fails(&format!("order award {order}"), REFUSED, "");

    clock.advance(60);
    tenant.done(&format!("order award {order}"));
    tenant.fails(&format!("order award {order}"), REFUSED, "");
    tenant.fails(&format!("order cancel {order}"), REFUSED, "");
    let lease = order * 8;
    let shown = tenant.done(&format!("lease show {lease}"));
    assert!(shown.contains(&format!("lease {lease}  Starting")), "{shown}");
    assert!(shown.contains("2.00 funded = 2.00 left"), "{shown}");
    assert!(tenant.done("lease list").contains("starting"));

    tenant.fails(&format!("lease ready {lease}"), REFUSED, "");
    provider.done(&format!("lease ready {lease}"));
    provider.fails(&format!("lease accept {lease}"), REFUSED, "");
    tenant.done(&format!("lease accept {lease}"));
    clock.advance(90);
    provider.done(&format!("lease heartbeat {lease}"));
    tenant.done(&format!("lease acknowledge {lease} --for 1h"));
    tenant.fails(&format!("lease acknowledge {lease} --for 100d"), REFUSED, "");
    provider.fails(&format!("lease acknowledge {lease}"), REFUSED, "");

    let running = tenant.done(&format!("lease show {lease}"));
    assert!(running.contains("as the tenant acknowledged"), "{running}");

    provider.done(&format!("lease amend {lease} --price 1.80/h"));
    tenant.done(&format!("lease amend {lease} --price 1.80/h"));
    assert_eq!(tenant.json(&format!("lease show {lease}"))["price"], "1800000");
    tenant.fails(
        &format!("lease amend {lease} --price 1.80/frame"),
        USAGE,
        "priced per hour",
    );
    assert!(tenant
        .done(&format!("lease top-up {lease} 1"))
        .contains("added 1.00"));
    tenant.done(&format!("lease suspend {lease}"));
    tenant.done(&format!("lease resume {lease}"));
    tenant.done(&format!("lease settle {lease}"));
    tenant.fails(&format!("lease close-failed {lease}"), REFUSED, "");
    provider.fails(&format!("lease give-notice {lease}"), REFUSED, "");
    market()
        .run(&format!("--from keeper lease close {lease}"))
        .fails(REFUSED, "");

    tenant.done(&format!("lease close {lease}"));
    tenant.fails(&format!("lease close {lease}"), REFUSED, "is Closed");
    let ended = tenant.done(&format!("lease show {lease}"));
    assert!(ended.contains("credited    1m"), "{ended}");
    assert!(
        !ended.contains("ends  ") && !ended.contains("wanted"),
        "of what has ended nothing is to come: {ended}"
    );
    let closed = tenant.json(&format!("lease show {lease}"));
    let money = |what: &str| -> u128 { closed["money"][what].as_str().unwrap().parse().unwrap() };
    assert_eq!(closed["status"], "closed");
    assert_eq!(money("funded"), 3_000_000);
    assert_eq!(money("funded"), money("gross") + money("refunded"));
    assert!(money("gross") >= 2_000_000 * 90 / 3_600, "{closed}");
    assert!(tenant
        .done(&format!("job watch {lease}"))
        .contains("TenantClosed"));

    // Half a token was reserved above the winning bid.
    assert_eq!(tenant.escrow("usdc"), money("refunded") + 500_000);
    assert_eq!(provider.escrow("usdc"), money("income"));
    let paid = provider.json("account withdraw");
    assert_eq!(paid["amount"], money("income").to_string());
    let part = tenant.done("--raw account withdraw 7");
    assert_eq!(part.trim(), "withdrew 7 usdc");
    tenant.done("account withdraw");
    assert_eq!((tenant.escrow("usdc"), provider.escrow("usdc")), (0, 0));
    assert_eq!(tenant.wallet("usdc"), 1_000_000_000_000 - money("gross"));
    assert_eq!(provider.wallet("usdc"), 1_000_000_000_000 + money("income"));

    let prices = market().run("market prices class-of-service").done();
    assert!(prices.contains("2.00") && prices.contains("hour"), "{prices}");
    let others = person("service-agent").address();
    tenant.fails(&format!("lease transfer {lease} {others}"), REFUSED, "is Closed");
    tenant.fails(
        &format!("lease transfer {lease} nobody"),
        USAGE,
        "nor the name of a key",
    );

    open_ended(tenant, provider, &clock);
    leave(provider);
}

/// A service that runs until its deposit is spent, given on to somebody else.
fn open_ended(tenant: crate::market::Person, provider: crate::market::Person, clock: &crate::market::Clock) {
    let order = tenant.order(
        "--class class-of-service --work open --deposit 50 --max-price 2.50/h --second-price --reserve-price 2.40/h \
         --window 10s --interruptible --ack-every never --vram-mib 8192 --cpu 2 --ram-mib 1024 --allow service-provider",
    );
    provider.done(&format!("bid place {order} 2.00/h"));
    clock.advance(60);
    provider.done(&format!("order award {order}"));
    let awarded = tenant.json(&format!("order show {order}"));
    assert_eq!(
        (&awarded["winner"]["bid"], &awarded["winner"]["price"]),
        (&"2000000".into(), &"2400000".into())
    );
    let lease = order * 8;
    tenant.done(&format!("lease transfer {lease} service-agent"));
    let heir = person("service-agent");
    assert!(heir.done("lease list").contains("service"));
    heir.done(&format!("lease close {lease}"));
    assert_eq!(heir.escrow("usdc"), 50_000_000);
}

/// What a provider changes, and how it leaves.
fn leave(provider: crate::market::Person) {
    let key = market().key_file("service-tenant");
    provider.done("provider update --attribute region=eu-north --gateway http://127.0.0.1:8");
    provider.fails("provider update --gateway gopher://x", REFUSED, "");
    provider.done(&format!("provider rotate-agent --agent-key {key}"));
    let status = provider.done("provider status");
    assert!(
        status.contains("eu-north") && status.contains("http://127.0.0.1:8\n"),
        "{status}"
    );
    assert!(status.contains(&person("service-tenant").address()), "{status}");
    assert!(provider
        .done("provider maintenance --starts-in 2d --lasts 3h")
        .contains("UTC"));
    assert!(provider.done("provider status").contains("away        from"));
    provider.fails("provider maintenance --starts-in 1h --lasts 3h", REFUSED, "");
    provider.fails("provider claim", REFUSED, "nothing to claim");
    provider.done("provider unbond 10");
    provider.fails("provider unbond 5000", REFUSED, "");
    provider.fails(
        "provider withdraw-bond",
        REFUSED,
        "nothing has finished unbonding",
    );
    assert!(provider
        .done("provider status")
        .contains("unbonding   10.00 ready"));
    provider.done("provider retire");
    assert!(provider.done("provider status").contains("retired"));
}
