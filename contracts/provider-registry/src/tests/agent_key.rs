use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{Api, CanonicalAddr};
use market_types::registry::*;
use market_types::{Page, Paging};
use ripemd::{Digest, Ripemd160};
use sha2::Sha256;

use super::market::*;
use crate::ContractError;

fn register_with(agent: AgentKey) -> Result<(), ContractError> {
    let mut registration = registration("alice", 1);
    registration.agent = agent;
    Market::new()
        .exec("alice", ExecuteMsg::Register(registration))
        .map(drop)
}

fn agent_of(seed: u8) -> cosmwasm_std::Addr {
    let hash: [u8; 20] = Ripemd160::digest(Sha256::digest(pubkey(seed))).into();
    MockApi::default()
        .addr_humanize(&CanonicalAddr::from(hash))
        .unwrap()
}

#[test]
fn the_agent_address_is_the_account_of_its_key() {
    let market = Market::with_alice();
    let provider = market.provider("alice");
    assert_eq!((provider.agent, provider.agent_pubkey), (agent_of(1), pubkey(1)));
}

#[test]
fn a_proof_counts_for_one_chain_one_registry_and_one_owner() {
    let env = cosmwasm_std::testing::mock_env();
    let (chain, registry, owner) = (env.block.chain_id, env.contract.address, text("alice"));
    for (chain, registry, owner) in [
        ("other-1", registry.as_str(), owner.as_str()),
        (&chain, text("bob").as_str(), &owner),
        (&chain, registry.as_str(), &text("bob")),
    ] {
        let proof = sign(1, &agent_key_digest(chain, registry, owner));
        let agent = AgentKey {
            pubkey: pubkey(1),
            proof,
        };
        assert_eq!(
            register_with(agent),
            Err(ContractError::AgentProof { agent: agent_of(1) })
        );
    }
    assert_eq!(register_with(agent_key(1, "alice")), Ok(()));
}

#[test]
fn a_proof_by_another_key_or_of_another_shape_is_refused() {
    let wrong = |proof: Vec<u8>| {
        register_with(AgentKey {
            pubkey: pubkey(1),
            proof: proof.into(),
        })
    };
    let expected = Err(ContractError::AgentProof { agent: agent_of(1) });
    assert_eq!(wrong(agent_key(2, "alice").proof.into()), expected);
    assert_eq!(wrong(vec![]), expected);
    assert_eq!(wrong(vec![0; 64]), expected);
    assert_eq!(
        wrong([agent_key(1, "alice").proof.as_slice(), &[0]].concat()),
        expected
    );
}

#[test]
fn a_key_that_is_not_compressed_is_refused() {
    let long = key(1).verifying_key().to_encoded_point(false).as_bytes().to_vec();
    let mut prefix = pubkey(1).to_vec();
    prefix[0] = 4;
    for (pubkey, len) in [(long, 65), (prefix, 33), (vec![], 0)] {
        let agent = AgentKey {
            pubkey: pubkey.into(),
            proof: agent_key(1, "alice").proof,
        };
        assert_eq!(register_with(agent), Err(ContractError::AgentKeyForm { len }));
    }
}

#[test]
fn an_address_is_one_owner_or_one_agent_for_ever() {
    let mut market = Market::with_alice();
    let taken = |seed, no| ContractError::AddressTaken {
        address: agent_of(seed),
        provider: provider_no(no),
    };
    // Another provider with the same agent, by registration and by rotation.
    assert_eq!(
        market.err("bob", ExecuteMsg::Register(registration("bob", 1))),
        taken(1, 1)
    );
    market.ok("bob", ExecuteMsg::Register(registration("bob", 2)));
    assert_eq!(
        market.err(
            "bob",
            ExecuteMsg::RotateAgent {
                agent: agent_key(1, "bob")
            }
        ),
        taken(1, 1)
    );
    // Also when alice gave that key up, and for alice herself.
    market.ok(
        "alice",
        ExecuteMsg::RotateAgent {
            agent: agent_key(3, "alice"),
        },
    );
    assert_eq!(
        market.err(
            "bob",
            ExecuteMsg::RotateAgent {
                agent: agent_key(1, "bob")
            }
        ),
        taken(1, 1)
    );
    assert_eq!(
        market.err(
            "alice",
            ExecuteMsg::RotateAgent {
                agent: agent_key(1, "alice")
            }
        ),
        taken(1, 1)
    );
    assert_eq!(
        market.err(
            "alice",
            ExecuteMsg::RotateAgent {
                agent: agent_key(3, "alice")
            }
        ),
        taken(3, 1)
    );
}

#[test]
fn an_agent_may_not_become_an_owner_nor_an_owner_an_agent() {
    let mut market = Market::with_alice();
    let as_sender = |market: &mut Market, sender: &cosmwasm_std::Addr, registration: Registration| {
        let info = cosmwasm_std::testing::message_info(sender, &[]);
        let msg = ExecuteMsg::Register(registration);
        crate::contract::execute(market.deps.as_mut(), market.env.clone(), info, msg)
    };
    let agent = agent_of(1);
    let refused = as_sender(&mut market, &agent, registration("alice", 2)).unwrap_err();
    assert_eq!(
        refused,
        ContractError::AddressTaken {
            address: agent,
            provider: provider_no(1)
        }
    );

    // The account of key 5 registers itself, with its own key as agent and with another.
    let owner = agent_of(5);
    let proof = |seed| {
        let env = cosmwasm_std::testing::mock_env();
        let digest = agent_key_digest(&env.block.chain_id, env.contract.address.as_str(), owner.as_str());
        AgentKey {
            pubkey: pubkey(seed),
            proof: sign(seed, &digest),
        }
    };
    let own = Registration {
        agent: proof(5),
        ..registration("alice", 5)
    };
    let refused = as_sender(&mut market, &owner, own).unwrap_err();
    assert_eq!(
        refused,
        ContractError::AddressTaken {
            address: owner.clone(),
            provider: provider_no(2)
        }
    );
    let other = Registration {
        agent: proof(6),
        ..registration("alice", 5)
    };
    as_sender(&mut market, &owner, other).unwrap();
    let rotated = market.err(
        "alice",
        ExecuteMsg::RotateAgent {
            agent: agent_key(5, "alice"),
        },
    );
    assert_eq!(
        rotated,
        ContractError::AddressTaken {
            address: owner,
            provider: provider_no(2)
        }
    );
}

#[test]
fn rotation_leaves_a_history_and_the_old_key_is_nobody() {
    let mut market = Market::with_alice();
    let registered = market.now();
    market.wait(100);
    let response = market.ok(
        "alice",
        ExecuteMsg::RotateAgent {
            agent: agent_key(3, "alice"),
        },
    );
    assert_eq!(event(&response, "from"), agent_of(1).to_string());
    assert_eq!(event(&response, "to"), agent_of(3).to_string());

    let history: Page<AgentRecord, u32> = market.ask(QueryMsg::Agents {
        owner: text("alice"),
        paging: Paging::default(),
    });
    let record = |seed, since, until| AgentRecord {
        agent: agent_of(seed),
        pubkey: pubkey(seed),
        since,
        until,
    };
    let rotated = market.now();
    assert_eq!(
        history.items,
        [record(1, registered, Some(rotated)), record(3, rotated, None)]
    );
    let whois = |seed| {
        market.ask::<Option<ProviderRef>>(QueryMsg::Whois {
            address: agent_of(seed).into(),
        })
    };
    assert_eq!(whois(1), None);
    assert_eq!(whois(3).map(|provider| provider.no), Some(provider_no(1)));

    let mut bid = candidacy("alice");
    bid.bidder = agent_of(1).into();
    assert_eq!(market.refusal(bid.clone()), Some(Refusal::NotRegistered {}));
    bid.bidder = agent_of(3).into();
    assert_eq!(market.refusal(bid), None);
}

#[test]
fn only_the_owner_of_an_active_provider_rotates() {
    let mut market = Market::with_alice();
    let msg = ExecuteMsg::RotateAgent {
        agent: agent_key(3, "alice"),
    };
    assert_eq!(
        market.err("bob", msg.clone()),
        ContractError::NotAProvider { address: addr("bob") }
    );
    market.ok("alice", ExecuteMsg::Retire {});
    assert_eq!(
        market.err("alice", msg),
        ContractError::Retired {
            provider: provider_no(1)
        }
    );
}
