//! Amounts, prices, times and shapes that cannot be meant.

use crate::market::person;
use crate::run::{REFUSED, USAGE};

const DIGEST: &str = "abababababababababababababababababababababababababababababababab";

#[test]
fn nonsense_amounts_are_wrong_usage_everywhere() {
    let me = person("amounts");
    let huge = "9".repeat(40);
    for (amount, words) in [
        ("1e6", "is not an amount such as 2.50"),
        ("-1", "is not an amount such as 2.50"),
        ("1,5", "is not an amount such as 2.50"),
        ("''", "is not an amount such as 2.50"),
        ("0.0000001", "more than the 6 decimals this token has"),
        (huge.as_str(), "more than 128 bits hold"),
    ] {
        for command in [
            "account deposit",
            "account withdraw",
            "account send me",
            "provider bond",
            "provider unbond",
        ] {
            me.fails(&format!("{command} {amount}"), USAGE, words);
        }
    }
    for amount in ["1.5", "-1", "1e6"] {
        me.fails(
            &format!("--raw account deposit {amount}"),
            USAGE,
            "whole number of base units",
        );
    }
}

#[test]
fn more_than_there_is_is_refused_in_tokens() {
    let me = person("amounts");
    me.fails(
        "account deposit 1000001",
        REFUSED,
        "holds 1000000.00 usdc in its wallet, less than 1000001.00",
    );
    me.fails(
        "--token lease account send me 1000000.5",
        REFUSED,
        "less than 1000000.50",
    );
    me.fails(
        "account withdraw 1",
        REFUSED,
        "has 0.00 usdc in the escrow, less than 1.00",
    );
    me.fails(
        "--raw account withdraw 1",
        REFUSED,
        "has 0 usdc in the escrow, less than 1",
    );
    me.fails("account deposit 0", REFUSED, "the amount is zero");
    me.fails("account withdraw", REFUSED, "");
}

#[test]
fn a_token_the_market_does_not_have_is_wrong_usage() {
    person("amounts").fails(
        "--token doge account deposit 1",
        USAGE,
        "no token \"doge\"; it has lease, usdc",
    );
}

#[test]
fn work_and_price_must_fit_together() {
    let me = person("amounts");
    let order =
        |words: &str| format!("order place --class software-vulkan --manifest-digest {DIGEST} {words}");
    for (words, error) in [
        (
            "--work '48 frames' --max-price 2.50/h",
            "priced per unit, such as 0.02/frame",
        ),
        (
            "--work '1 GPU-hours' --max-price 2.50/frame",
            "priced per hour, such as 2.50/h",
        ),
        ("--work '48 frames' --max-price 2.50", "is not a price"),
        ("--work '48 frames' --max-price 2.50/day", "is not a price"),
        (
            "--work '48 apples' --max-price 2.50/h",
            "is not an amount of work",
        ),
        (
            "--work '0 frames' --max-price 0.02/frame",
            "is not an amount of work",
        ),
        ("--work open --max-price 2.50/h", "needs a --deposit"),
        (
            "--work open --deposit 1 --max-price 2.50/frame",
            "priced per hour",
        ),
        (
            "--work '1 frames' --max-price 1/frame --deposit 1",
            "goes with --work open",
        ),
        (
            "--work '1 frames' --max-price 1/frame --reserve-price 1/h",
            "priced per unit",
        ),
        (
            "--work '1 frames' --max-price 1/frame --window 5",
            "is not a time",
        ),
        ("--work '1 frames' --max-price 1/frame --gpus -1", ""),
        (
            "--work '1 GPU-hours' --max-price 1/h --gpus 0",
            "at least one GPU",
        ),
        (
            "--work '1 frames' --max-price 1/frame --min-reputation 101",
            "not in 0..=100",
        ),
        (
            "--work '1 frames' --max-price 1/frame --attribute region",
            "is not KEY=VALUE",
        ),
        (
            "--work '1 frames' --max-price 1/frame --class 'GTX 9000'",
            "is not a device class",
        ),
        (
            "--work '1 frames' --max-price 1/frame --deny somebody",
            "neither an address",
        ),
        ("--work '1 frames' --max-price 1/frame --cpu 0.0001", "decimals"),
    ] {
        me.fails(&order(words), USAGE, error);
    }
    let huge = format!("--work '1 GPU-hours' --max-price {}/h", "9".repeat(32));
    me.fails(&order(&huge), USAGE, "more than 128 bits hold");
}

#[test]
fn orders_a_contract_refuses_say_why() {
    let me = person("amounts");
    let order =
        |words: &str| format!("order place --class software-vulkan --manifest-digest {DIGEST} {words}");
    me.fails(
        &order("--work '1 GPU-hours' --max-price 0.001/h"),
        REFUSED,
        "the order reserves 1000, below the least of 10000 (amounts here are base units",
    );
    let ran = me.run(&order("--work '1 frames' --max-price 1/frame --window 365d"));
    assert!(
        !ran.stderr.contains("simulation failed") && !ran.stderr.contains("rpc error"),
        "{}",
        ran.stderr
    );
    ran.fails(REFUSED, "window");
    me.fails(
        &order("--work '1 frames' --max-price 1000001/frame"),
        REFUSED,
        "less than 1000001.00",
    );
}

#[test]
fn a_digest_that_is_none_is_wrong_usage() {
    let me = person("amounts");
    for digest in ["zz", "abab", "sha256:"] {
        me.fails(
            &format!("order place --class abc --work 1 --max-price 1/unit --manifest-digest {digest}"),
            USAGE,
            "is not a SHA-256 digest",
        );
    }
}

#[test]
fn machines_limits_rates_and_gas_prices_have_their_forms() {
    let me = person("amounts");
    let register = "provider register --gateway http://127.0.0.1:9 --agent-key";
    let agent = crate::market::market().key_file("amounts");
    for machine in [
        "gpu",
        "gpu:1:1:1:1",
        "gpu:x:1:1:1:1",
        "gpu:1:99999:1:1:1",
        "gpu:1:1:1:9999999:1",
    ] {
        me.fails(
            &format!("{register} {agent} --machine {machine}"),
            USAGE,
            "is not CLASS:MACHINES",
        );
    }
    me.fails(
        &format!("{register} /nowhere --machine gpu:1:1:1:1:1"),
        1,
        "there is no key at /nowhere",
    );
    for floor in ["gpu", "gpu=1", "gpu=1/day", "gpu=-1/h"] {
        me.fails(&format!("provider limits --floor {floor}"), USAGE, "is not");
    }
    for rate in ["250", "2.555%", "101%", "99999bps", "lots"] {
        me.fails(&format!("gov propose take-rate {rate}"), USAGE, "is not a rate");
    }
    me.fails("provider update", USAGE, "nothing to change");
    me.fails("lease amend 1", USAGE, "nothing to change");
    me.fails("--gas-price cheap account balance", USAGE, "gas price");
    me.fails(
        "provider maintenance --starts-in soon --lasts 1h",
        USAGE,
        "is not a time",
    );
}
