//! The take rate is changed by a vote, and by nothing else.

use crate::market::{market, person};
use crate::run::REFUSED;

#[test]
fn a_take_rate_is_proposed_voted_and_announced() {
    let clock = market().clock();
    let (governor, validator) = (person("governor"), "--from validator");
    assert!(governor.done("gov params").contains("\"rate\": 200"));
    let proposed = governor.json("gov propose take-rate 2.5%")["proposal"]
        .as_u64()
        .unwrap();
    assert!(governor
        .done(&format!("gov show {proposed}"))
        .contains("is being voted on"));
    market()
        .run(&format!("{validator} gov vote {proposed} yes"))
        .done();
    clock.advance(5);
    let shown = governor.json(&format!("gov show {proposed}"));
    assert_eq!(shown["status"], "passed, and was carried out");
    // The market is told before it comes.
    let rate = &governor.json("gov params")["take_rate_now"];
    assert_eq!((&rate["rate"], &rate["next"]["rate"]), (&200.into(), &250.into()));

    let rejected = governor.json("gov propose take-rate 240bps")["proposal"]
        .as_u64()
        .unwrap();
    market()
        .run(&format!("{validator} gov vote {rejected} no"))
        .done();
    clock.advance(5);
    assert!(governor
        .done(&format!("gov show {rejected}"))
        .contains("was rejected"));
    governor.fails(&format!("gov vote {rejected} yes"), REFUSED, "");
}

#[test]
fn what_cannot_be_governed_is_refused() {
    let me = person("amounts");
    me.fails("gov show 99999", REFUSED, "there is no proposal 99999");
    me.fails("gov vote 99999 yes", REFUSED, "");
    me.fails("gov vote 1 perhaps", 2, "invalid value 'perhaps'");
}
