use market_types::order::Signatures;
use market_types::registry::*;
use market_types::resources::Attribute;

use super::market::*;
use crate::ContractError;

fn sign_msg(attributes: Vec<Attribute>) -> ExecuteMsg {
    ExecuteMsg::SignAttributes {
        provider: text("alice"),
        attributes,
    }
}

fn revoke_msg(attributes: Vec<Attribute>) -> ExecuteMsg {
    ExecuteMsg::RevokeAttributes {
        provider: text("alice"),
        attributes,
    }
}

fn region() -> Attribute {
    attribute("region", "eu-west")
}

fn signed(market: &Market) -> Vec<SignedAttribute> {
    market.ask(QueryMsg::SignedAttributes { owner: text("alice") })
}

fn demand(attributes: Vec<Attribute>, signatures: Signatures<String>) -> Candidacy {
    let mut candidacy = candidacy("alice");
    candidacy.needs.attributes = attributes;
    candidacy.needs.signatures = Some(signatures);
    candidacy
}

#[test]
fn auditors_sign_what_a_provider_has() {
    let mut market = Market::with_alice();
    let response = market.ok("auditor", sign_msg(vec![region(), attribute("tier", "gold")]));
    assert_eq!(
        (event(&response, "auditor"), event(&response, "count")),
        (text("auditor"), "2".into())
    );
    market.ok("auditor2", sign_msg(vec![region()]));
    // Again changes nothing.
    market.ok("auditor", sign_msg(vec![region()]));
    let by = |attribute, auditors: &[&str]| SignedAttribute {
        attribute,
        auditors: auditors.iter().map(|name| addr(name)).collect(),
    };
    let both = by(region(), &["auditor2", "auditor"]);
    assert_eq!(
        signed(&market),
        [both, by(attribute("tier", "gold"), &["auditor"])]
    );
}

#[test]
fn nobody_else_signs_and_nothing_else_is_signed() {
    let mut market = Market::with_alice();
    let refused = market.err("alice", sign_msg(vec![region()]));
    assert_eq!(
        refused,
        ContractError::NotAuditor {
            sender: addr("alice")
        }
    );
    for (key, value) in [("region", "us-east"), ("missing", "x")] {
        let not_held = ContractError::AttributeNotHeld {
            provider: provider_no(1),
            key: key.into(),
            value: value.into(),
        };
        assert_eq!(
            market.err("auditor", sign_msg(vec![attribute(key, value)])),
            not_held
        );
    }
    let twice = ContractError::Duplicate {
        what: "attribute",
        value: "region".into(),
    };
    assert_eq!(market.err("auditor", sign_msg(vec![region(), region()])), twice);
    assert_eq!(market.err("auditor", revoke_msg(vec![region(), region()])), twice);
    let none = ContractError::Count {
        what: "attributes",
        count: 0,
        min: 1,
        max: 24,
    };
    assert_eq!(market.err("auditor", sign_msg(vec![])), none);
    assert_eq!(market.err("auditor", revoke_msg(vec![])), none);
    let stranger = ExecuteMsg::SignAttributes {
        provider: text("bob"),
        attributes: vec![region()],
    };
    assert_eq!(
        market.err("auditor", stranger),
        ContractError::NotAProvider { address: addr("bob") }
    );
}

#[test]
fn a_signature_is_revoked_by_who_gave_it_also_out_of_office() {
    let mut market = Market::with_alice();
    market.ok("auditor", sign_msg(vec![region()]));
    market.ok("auditor2", sign_msg(vec![region()]));
    let not_signed = |name, key: &str, value: &str| ContractError::NotSigned {
        auditor: addr(name),
        key: key.into(),
        value: value.into(),
    };
    assert_eq!(
        market.err("alice", revoke_msg(vec![region()])),
        not_signed("alice", "region", "eu-west")
    );
    let other = attribute("region", "us-east");
    assert_eq!(
        market.err("auditor", revoke_msg(vec![other])),
        not_signed("auditor", "region", "us-east")
    );
    let update = ParamsUpdate {
        attribute_auditors: Some(vec![text("auditor2")]),
        ..Default::default()
    };
    market.ok("governor", ExecuteMsg::UpdateParams(update));
    market.ok("auditor", revoke_msg(vec![region()]));
    assert_eq!(
        market.err("auditor", revoke_msg(vec![region()])),
        not_signed("auditor", "region", "eu-west")
    );
    market.ok("auditor2", revoke_msg(vec![region()]));
    assert_eq!(signed(&market), []);
}

#[test]
fn a_signature_dies_with_the_value_it_was_under() {
    let mut market = Market::with_alice();
    market.ok("auditor", sign_msg(vec![region(), attribute("tier", "gold")]));
    let mut change = |attributes: Vec<Attribute>| {
        let update = ProfileUpdate {
            attributes: Some(attributes),
            ..Default::default()
        };
        market.ok("alice", ExecuteMsg::Update(update));
        signed(&market).len()
    };
    assert_eq!(
        change(vec![attribute("region", "us-east"), attribute("tier", "gold")]),
        1
    );
    assert_eq!(change(vec![region(), attribute("tier", "gold")]), 1);
    assert_eq!(change(vec![]), 0);
    assert_eq!(change(vec![region(), attribute("tier", "gold")]), 0);
}

#[test]
fn all_of_demands_each_auditor_and_any_of_one_for_everything() {
    let mut market = Market::with_alice();
    let (a, b) = (text("auditor"), text("auditor2"));
    let tier = attribute("tier", "gold");
    let both = vec![region(), tier.clone()];
    let all =
        |attributes: &[Attribute]| demand(attributes.into(), Signatures::AllOf(vec![a.clone(), b.clone()]));
    let any =
        |attributes: &[Attribute]| demand(attributes.into(), Signatures::AnyOf(vec![a.clone(), b.clone()]));
    let missing = |key: &str| Some(Refusal::SignatureMissing { key: key.into() });

    assert_eq!(market.refusal(all(&both)), missing("region"));
    assert_eq!(market.refusal(any(&both)), missing("region"));
    market.ok("auditor", sign_msg(vec![region()]));
    assert_eq!(market.refusal(all(&[region()])), missing("region"));
    assert_eq!(market.refusal(any(&[region()])), None);
    // One signed the one and one the other: nobody signed both.
    market.ok("auditor2", sign_msg(vec![tier]));
    assert_eq!(market.refusal(any(&both)), missing("tier"));
    market.ok("auditor2", sign_msg(vec![region()]));
    assert_eq!(market.refusal(any(&both)), None);
    assert_eq!(market.refusal(all(&both)), missing("tier"));
    market.ok("auditor", sign_msg(both.clone()));
    assert_eq!(market.refusal(all(&both)), None);
}

#[test]
fn signatures_out_of_office_do_not_count_and_leave_with_the_next() {
    let mut market = Market::with_alice();
    market.ok("auditor", sign_msg(vec![region()]));
    let update = ParamsUpdate {
        attribute_auditors: Some(vec![text("auditor2")]),
        ..Default::default()
    };
    market.ok("governor", ExecuteMsg::UpdateParams(update));
    let any = demand(vec![region()], Signatures::AnyOf(vec![text("auditor")]));
    assert_eq!(
        market.refusal(any),
        Some(Refusal::SignatureMissing { key: "region".into() })
    );
    assert_eq!(signed(&market), []);
    market.ok("auditor2", sign_msg(vec![region()]));
    let stored = crate::state::SIGNED
        .load(&market.deps.storage, (provider_no(1), "region"))
        .unwrap();
    assert_eq!(stored, [addr("auditor2")]);
}
