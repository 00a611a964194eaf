//! `why` names the rule that keeps a provider from an order, in the units people use.

use crate::market::{market, person};
use crate::run::{json, REFUSED, USAGE};

#[test]
fn each_refusal_a_user_can_cause_is_explained() {
    let (tenant, provider) = (person("why-tenant"), person("why-provider"));
    let agent = market().key_file("why-agent");
    provider.done(&format!(
        "provider register --agent-key {agent} --gateway http://127.0.0.1:9 --machine class-of-why:2:8:8192:16:65536 \
         --attribute region=eu-west"
    ));
    let stream = "--work '8 GPU-hours' --gpus 8 --max-price 2.50/h --window 7d";
    let why = |order: u64| market().run(&format!("why {order} why-provider")).done();
    let order = |words: &str| tenant.order(&format!("--class class-of-why {stream} {words}"));

    let plain = order("");
    assert!(
        why(plain).contains("bonds 0.00, and 1000.00 is the least"),
        "{}",
        why(plain)
    );
    provider.fails(
        &format!("bid place {plain} 2/h"),
        REFUSED,
        "bonds 0.00, and 1000.00 is the least",
    );
    provider.done("provider bond 1000");
    assert!(why(plain).contains("could take this order now"), "{}", why(plain));
    let nobody = market().run(&format!("why {plain} why-tenant")).done();
    assert!(nobody.contains("is not registered"), "{nobody}");

    let other = tenant.order(&format!("--class class-of-others {stream}"));
    assert!(
        why(other).contains("has none of the device classes"),
        "{}",
        why(other)
    );
    for (words, reason) in [
        (
            "--vram-mib 9000",
            "has too little vram_mib: 9000 asked, 8192 on its largest machine",
        ),
        (
            "--cpu 17",
            "has too little cpu_milli: 17000 asked, 16000 on its largest machine",
        ),
        (
            "--attribute region=mars",
            "has region = eu-west, but mars is asked",
        ),
        ("--attribute tier=gold", "does not say tier, which must be gold"),
        (
            "--attribute region=eu-west --signed-by why-tenant",
            "has no demanded signature under region",
        ),
        (
            "--attribute region=eu-west --signed-by-any why-tenant",
            "has no demanded signature under region",
        ),
        ("--min-reputation 50", "has reputation 10 %, and 50 % is asked"),
        ("--allow why-tenant", "is not on the order's allow list"),
        ("--deny why-provider", "is on the order's deny list"),
    ] {
        let answer = why(order(words));
        assert!(answer.contains(reason), "{words}: {answer}");
    }

    let everybody = market().run(&format!("why {plain}")).done();
    assert!(everybody.contains(&provider.address()), "{everybody}");
    let data = json(&market().run(&format!("--json why {plain} why-provider")).done());
    assert_eq!(data["items"][0]["refusal"], serde_json::Value::Null);
    market()
        .run("why 99999")
        .fails(REFUSED, "there is no order 99999");
    market()
        .run(&format!("why {plain} somebody"))
        .fails(USAGE, "neither an address");

    limits(plain);
}

/// What a bid meets that an order does not know of.
fn limits(stream: u64) {
    let (tenant, provider) = (person("why-tenant"), person("why-provider"));
    let task = tenant.order("--class class-of-why --work '9 frames' --max-price 90/frame --window 7d");
    provider.done("provider limits --floor class-of-why=0.20/h --floor class-of-why=3/unit --max-lease-bond 0.5 --max-work-bond 50");
    // Floors are per GPU: 8 at 0.20. Bond counts for half of what it is worth.
    provider.fails(
        &format!("bid place {stream} 1.50/h"),
        REFUSED,
        "does not go below 1.60, and this is 1.50",
    );
    provider.fails(
        &format!("bid place {stream} 2/h"),
        REFUSED,
        "would lock 4.00 as lease bond, above its owner's limit 0.50",
    );
    provider.fails(
        &format!("bid place {task} 2/frame --work-bond 40"),
        REFUSED,
        "does not go below 3.00, and this is 2.00",
    );
    provider.fails(
        &format!("bid place {task} 3/frame --work-bond 119"),
        REFUSED,
        "named a work bond of 119.00, and 120.00 is needed",
    );
    provider.fails(
        &format!("bid place {task} 3/frame --work-bond 120"),
        REFUSED,
        "would lock 120.00 as work bond, above its owner's limit 50.00",
    );
    provider.done("provider limits");
    provider.fails(
        &format!("bid place {task} 60/frame --work-bond 2400"),
        REFUSED,
        "bond free, and",
    );
    provider.fails(
        &format!("--raw bid place {task} 2/frame --work-bond 1"),
        REFUSED,
        "named a work bond of 1, and 80 is needed",
    );
    tenant.fails(&format!("bid place {stream} 2/h"), REFUSED, "");
    provider.done("provider retire");
    let answer = market().run(&format!("why {stream} why-provider")).done();
    assert!(answer.contains("has retired"), "{answer}");
}
