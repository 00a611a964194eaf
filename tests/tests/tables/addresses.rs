//! Addresses in messages: each is checked, wherever it stands.

use cosmwasm_std::{to_json_binary, Binary, Uint128};
use cw20::Cw20ReceiveMsg;
use market_testing::Call;
use market_types::escrow::{ExecuteMsg as Escrow, PaymentToken};
use market_types::order::{OrderSpec, Requirements, Signatures};
use market_types::registry::{AgentLimits, ExecuteMsg as Registry, PriceFloor};
use market_types::resources::DeviceClass;
use market_types::take_rate::{AuctionParams, ExecuteMsg as TakeRate, Hook, Shares, TokenRate};
use market_types::{escrow, registry, take_rate, BasisPoints, Price};
use serde_json::Value;

use crate::roles::Role;
use crate::rows;
use crate::variants;
use crate::world::{a_stream, region, told, Scene, World, TOKEN};

/// What no address is. `good` is one.
fn bad(good: &str) -> Vec<(&'static str, String)> {
    let mut mixed = good.to_string();
    mixed.replace_range(..1, "L");
    let last = if good.ends_with('q') { 'p' } else { 'q' };
    vec![
        ("empty", String::new()),
        ("upper case", good.to_uppercase()),
        ("mixed case", mixed),
        (
            "of another chain",
            "cosmos1fl48vsnmsdzcv85q5d2q4z5ajdha8yu34mf0eh".into(),
        ),
        (
            "with a wrong checksum",
            format!("{}{last}", &good[..good.len() - 1]),
        ),
        (
            "of 91 characters",
            format!("{good}{}", "q".repeat(91 - good.len())),
        ),
        (
            "of 10,000 characters",
            format!("{good}{}", "q".repeat(10_000 - good.len())),
        ),
        ("with a space", format!("{good} ")),
    ]
}

/// Messages that name addresses where the rows name none.
fn more(world: &World) -> Vec<(Role, Scene, Call)> {
    let text = |role| world.text(role);
    let usdc = text(Role::PaymentToken);
    let spec = |signatures| OrderSpec {
        needs: Requirements {
            allow: vec![text(Role::Owner)],
            deny: vec![text(Role::Crank)],
            signatures: Some(signatures),
            attributes: vec![region()],
            ..a_stream().needs
        },
        ..a_stream()
    };
    let auditors = vec![text(Role::AttributeAuditor)];
    let specs = [
        spec(Signatures::AllOf(auditors.clone())),
        spec(Signatures::AnyOf(auditors)),
    ];
    let [all_of, any_of] = specs.map(|spec| {
        Escrow::PlaceOrder {
            token: usdc.clone(),
            spec,
        }
        .into()
    });
    let keepers = Registry::UpdateParams(registry::ParamsUpdate {
        price_keepers: Some(vec![text(Role::PriceKeeper)]),
        attribute_auditors: Some(vec![text(Role::AttributeAuditor)]),
        ..Default::default()
    });
    let tokens = Escrow::UpdateParams(escrow::ParamsUpdate {
        tokens: Some(vec![PaymentToken {
            token: usdc.clone(),
            listed: true,
            min_order: Uint128::one(),
        }]),
        ..Default::default()
    });
    let rates = TakeRate::UpdateParams(take_rate::ParamsUpdate {
        rates: Some(vec![TokenRate {
            token: usdc.clone(),
            rate: BasisPoints(200),
        }]),
        shares: Some(Shares {
            burn: BasisPoints::WHOLE,
            audit_seed: BasisPoints(0),
            insurance: BasisPoints(0),
            insurance_to: text(Role::Insurer),
        }),
        auctions: Some(vec![AuctionParams {
            token: usdc.clone(),
            min_lot: Uint128::one(),
            first_price: Uint128::new(TOKEN),
        }]),
        ..Default::default()
    });
    let floors = Registry::SetAgentLimits(AgentLimits {
        floors: vec![PriceFloor {
            class: DeviceClass(market_testing::specs::H100.into()),
            token: usdc.clone(),
            per_gpu_hour: Price::new(1),
            per_unit: Price::new(1),
        }],
        ..Default::default()
    });
    let take = TakeRate::Receive(Cw20ReceiveMsg {
        sender: text(Role::Crank),
        amount: Uint128::new(TOKEN),
        msg: to_json_binary(&Hook::Take {
            token: usdc,
            min_out: Uint128::zero(),
        })
        .unwrap(),
    });
    vec![
        (Role::Tenant, Scene::Base, all_of),
        (Role::Tenant, Scene::Base, any_of),
        (Role::Governor, Scene::Base, keepers.into()),
        (Role::Governor, Scene::Base, tokens.into()),
        (Role::Governor, Scene::Base, rates.into()),
        (Role::Owner, Scene::Base, floors.into()),
        (Role::NetworkToken, Scene::LotOpen, take.into()),
    ]
}

#[test]
fn every_address_in_every_message_is_refused_unless_it_is_one_of_this_chain() {
    let mut world = World::new();
    let known: Vec<String> = Role::ALL.iter().map(|role| world.text(*role)).collect();
    let mut sends = more(&world);
    for row in rows::all() {
        let Some(&role) = row.allowed.first() else {
            continue;
        };
        world.enter(row.scene);
        sends.push((role, row.scene, (row.message)(&world, role)));
    }
    let (mut wrong, mut places) = (vec![], 0);
    for (role, scene, call) in sends {
        let name = variants::name(&call);
        let json: Value = serde_json::from_slice(&call.json().unwrap()).unwrap();
        let target = call.target(&world.suite.wiring).clone();
        for path in addresses(&json, &known) {
            places += 1;
            let good = at(&json, &path);
            for (what, bad) in bad(&good) {
                world.enter(scene);
                let msg = serde_json::to_vec(&with(&json, &path, &bad)).unwrap();
                let sender = world.address(role);
                let outcome = world.suite.send_raw(&sender, &target, msg.into()).map(drop);
                // Validating an address is the chain's, so a contract's own refusal would come after something was done with it.
                if !told(&outcome).contains("Generic error: Invalid input") {
                    let at = path.join(".");
                    wrong.push(format!("{name}, {at} {what}: {}", told(&outcome)));
                }
            }
        }
    }
    println!("{places} addresses in messages");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where `known` addresses stand in a message; what a hook says lies behind the name `msg` as base64.
fn addresses(json: &Value, known: &[String]) -> Vec<Vec<String>> {
    let inside = |key: String, value: &Value| {
        addresses(value, known)
            .into_iter()
            .map(move |rest| [vec![key.clone()], rest].concat())
    };
    match json {
        Value::String(text) if known.contains(text) => vec![vec![]],
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(n, item)| inside(n.to_string(), item))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("msg", Value::String(hook)) => inside(key.clone(), &unpacked(hook)).collect::<Vec<_>>(),
                _ => inside(key.clone(), value).collect(),
            })
            .collect(),
        _ => vec![],
    }
}

fn unpacked(hook: &str) -> Value {
    serde_json::from_slice(&Binary::from_base64(hook).unwrap()).unwrap()
}

fn child(json: &Value, key: &str) -> Value {
    match json {
        Value::Array(items) => items[key.parse::<usize>().unwrap()].clone(),
        Value::Object(fields) => match (key, &fields[key]) {
            ("msg", Value::String(hook)) => unpacked(hook),
            (_, value) => value.clone(),
        },
        _ => panic!("{json} has nothing inside"),
    }
}

fn at(json: &Value, path: &[String]) -> String {
    match path.split_first() {
        None => json.as_str().unwrap().to_string(),
        Some((key, rest)) => at(&child(json, key), rest),
    }
}

/// The message with another text at `path`.
fn with(json: &Value, path: &[String], text: &str) -> Value {
    let Some((key, rest)) = path.split_first() else {
        return Value::String(text.into());
    };
    let new = with(&child(json, key), rest, text);
    let mut json = json.clone();
    match &mut json {
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = new,
        Value::Object(fields) => {
            let packed = key == "msg" && fields[key].is_string();
            let new = match packed {
                true => Value::String(Binary::from(serde_json::to_vec(&new).unwrap()).to_base64()),
                false => new,
            };
            fields.insert(key.clone(), new);
        }
        _ => panic!("{json} has nothing inside"),
    }
    json
}
