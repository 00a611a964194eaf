//! What every question answers, for people and for programs.

use serde_json::Value;

use crate::market::{market, person};
use crate::run::REFUSED;

/// The member of `value` at a path such as `items.0.status`.
fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.')
        .filter(|step| !step.is_empty())
        .fold(value, |value, step| match step.parse::<usize>() {
            Ok(index) => &value[index],
            Err(_) => &value[step],
        })
}

#[test]
fn every_question_answers_people_and_programs() {
    let (tenant, provider) = (person("answers-tenant"), person("answers-provider"));
    provider.provide("class-of-answers", "answers-agent");
    let order = tenant.order(
        "--class class-of-answers --work '3 frames' --max-price 0.05/frame --window 7d --comparison none",
    );
    provider.done(&format!("bid place {order} 0.04/frame --work-bond 2"));
    let before = order - 1;
    for (command, words, paths) in [
        ("keys list", "answers-tenant", "0.name 0.address"),
        (
            "keys show answers-tenant",
            "public key",
            "name address public_key",
        ),
        (
            "account balance",
            "usdc",
            "address tokens.0.token tokens.0.wallet tokens.0.escrow",
        ),
        (
            "account balance answers-provider",
            "lease",
            "address tokens.1.wallet",
        ),
        (
            "provider status answers-provider",
            "reputation",
            "provider.owner reputation.score capacity.0.class claimable",
        ),
        (
            "provider list",
            "class-of-answers",
            "items.0.owner items.0.bond.bonded",
        ),
        (
            "order show ORDER",
            "cannot be verified",
            "order status spec.max_price closes best",
        ),
        (
            "order list --all --after BEFORE --limit 1",
            "0.05",
            "items.0.order",
        ),
        ("order list --tenant answers-tenant", "3 units", "items.0.tenant"),
        ("bid list ORDER", "0.04", "0.price 0.place 0.work_bond"),
        ("lease list", "no leases", "items"),
        ("lease list --all", "lease", "items"),
        ("market book", "class-of-answers", "items.0.spec.rail"),
        ("market prices class-of-answers", "no awards", ""),
        (
            "market solvency",
            "lease-escrow",
            "0.0 1.0 2.1.0.held 2.1.0.owed_total",
        ),
        (
            "gov params",
            "work_bond_units",
            "governor take_rate_now.rate lease-escrow.grace order-book.bids_kept",
        ),
        (
            "why ORDER answers-provider",
            "could take this order now",
            "items.0.owner items.0.min_work_bond",
        ),
    ] {
        let command = command
            .replace("ORDER", &order.to_string())
            .replace("BEFORE", &before.to_string());
        let text = tenant.done(&command);
        assert!(text.contains(words), "{command}: {text}");
        let data = tenant.json(&command);
        for path in paths.split(' ') {
            assert!(!at(&data, path).is_null(), "{command}: no {path} in {data}");
        }
    }
}

#[test]
fn every_deed_answers_people_and_programs() {
    let me = person("answers-agent");
    for (command, words) in [
        ("account deposit 2.50", "deposited 2.50 usdc"),
        (
            "account deposit 2.50 --owner answers-agent",
            "deposited 2.50 usdc",
        ),
        ("account withdraw 1", "withdrew 1.00 usdc"),
        ("account send governor 1.25", "sent 1.25 usdc to lease1"),
    ] {
        assert!(me.done(command).contains(words), "{command}");
        let receipt = me.json(command);
        for key in ["hash", "height", "gas_used", "amount"] {
            assert!(!receipt[key].is_null(), "{command}: no {key} in {receipt}");
        }
    }
    assert_eq!(me.escrow("usdc"), 8_000_000);
    let raw = me.done("--raw account balance");
    assert!(raw.contains("8000000") && !raw.contains('.'), "{raw}");
    assert_eq!(me.json("--raw account deposit 7")["amount"], "7");
}

#[test]
fn what_is_unknown_is_refused_by_name() {
    let me = person("answers-agent");
    for (command, words) in [
        ("order show 99999", "there is no order 99999"),
        ("bid list 99999", "there is no order 99999"),
        ("bid place 99999 1/h", "there is no order 99999"),
        ("lease show 99999", "lease 99999 is unknown"),
        ("lease top-up 99999 1", "lease 99999 is unknown"),
        ("lease close 99999", "lease 99999 is unknown"),
        ("lease amend 99999 --price 1/h", "lease 99999 is unknown"),
        ("provider status governor", "owns no provider"),
        ("order award 99999", "no order 99999"),
    ] {
        me.fails(command, REFUSED, words);
        let ran = me.run(&format!("--json {command}"));
        let document: Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(document["code"], REFUSED, "{command}");
        assert!(
            document["error"].as_str().unwrap().contains(words),
            "{command}: {document}"
        );
    }
}

#[test]
fn a_key_that_is_not_there_is_said_with_the_way_to_make_it() {
    market()
        .run("--from ghost account deposit 1")
        .fails(1, "make it with `leasebook keys add ghost`");
}
