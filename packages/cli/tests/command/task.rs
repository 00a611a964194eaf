//! Units and the ways an order ends, by hand.

use crate::market::{market, person};
use crate::run::{REFUSED, USAGE};

#[test]
fn units_are_ordered_picked_and_given_up_by_hand() {
    let (tenant, provider) = (person("task-tenant"), person("task-provider"));
    let clock = market().clock();
    provider.provide("class-of-tasks", "task-agent");
    let task = "--class class-of-tasks --work '48 frames' --max-price 0.05/frame --window 10s --thin-audit";

    let order = tenant.order(&format!("{task} --award tenant-picks"));
    provider.fails(
        &format!("bid place {order} 0.04/h"),
        USAGE,
        "48 units is priced per unit",
    );
    provider.fails(
        &format!("bid place {order} 0.04/frame"),
        REFUSED,
        "named a work bond of 0.00, and 1.60 is needed",
    );
    provider.fails(
        &format!("bid place {order} 0.04/frame --work-bond 1e3"),
        USAGE,
        "is not an amount",
    );
    provider.done(&format!("bid place {order} 0.04/frame --work-bond 2"));
    clock.advance(60);
    tenant.fails(&format!("order pick {order} task-agent"), REFUSED, "");
    tenant.done(&format!("order pick {order} task-provider"));
    let lease = order * 8;
    assert!(tenant
        .done(&format!("lease show {lease}"))
        .contains("0 of 48 attested, 0 paid, 0 refunded"));
    assert_eq!(tenant.escrow("usdc"), 48 * 10_000);

    tenant.fails(&format!("lease accept {lease}"), REFUSED, "");
    tenant.fails(&format!("lease waiting {lease}"), REFUSED, "");
    provider.done(&format!("lease waiting {lease}"));
    tenant.done(&format!("lease inputs-delivered {lease}"));
    tenant.done(&format!("lease close {lease}"));
    clock.advance(180);
    provider.done(&format!("lease settle {lease}"));
    let closed = tenant.json(&format!("lease show {lease}"));
    assert_eq!(
        (&closed["status"], &closed["money"]["refunded"]),
        (&"closed".into(), &"1920000".into())
    );
    assert_eq!(tenant.escrow("usdc"), 48 * 50_000);
    assert!(provider.done("lease list --provider 1").contains("lease"));

    cancelled_and_expired(tenant, provider, &clock, task);
}

fn cancelled_and_expired(
    tenant: crate::market::Person,
    provider: crate::market::Person,
    clock: &crate::market::Clock,
    task: &str,
) {
    let before = tenant.escrow("usdc");
    let order = tenant.order(task);
    provider.fails(&format!("order cancel {order}"), REFUSED, "");
    tenant.fails(&format!("order expire {order}"), REFUSED, "");
    tenant.done(&format!("order cancel {order}"));
    assert!(tenant.done(&format!("order show {order}")).contains("Cancelled"));

    let order = tenant.order(&format!("{task} --award-within 1m"));
    clock.advance(120);
    tenant.fails(&format!("order award {order}"), REFUSED, "");
    provider.done(&format!("order expire {order}"));
    assert!(tenant.done("order list --tenant task-tenant").contains("expired"));
    assert_eq!(tenant.escrow("usdc"), before + 2 * 48 * 50_000);
}
