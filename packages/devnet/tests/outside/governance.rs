use cosmrs::proto::cosmos::base::v1beta1::Coin;
use cosmrs::proto::cosmos::gov::v1::{
    MsgDeposit, MsgSubmitProposal, MsgSubmitProposalResponse, MsgVote, Proposal, ProposalStatus,
    QueryProposalRequest, QueryProposalResponse, QueryTallyResultRequest, QueryTallyResultResponse,
    VoteOption,
};
use cosmrs::proto::cosmwasm::wasm::v1::{
    MsgSudoContract, QueryRawContractStateRequest, QueryRawContractStateResponse,
};
use cosmrs::Any;
use tendermint_rpc::Client;

use crate::client::{any, config, execute, response_of, send, Chain, Wallet};
use crate::probe::ExecuteMsg;

const DEPOSIT: u128 = 10_000;

/// Wallets 1 and 2 are the validators; a vote lasts an hour.
async fn start() -> Chain {
    Chain::with(devnet::Config {
        voting_period: std::time::Duration::from_secs(3_600),
        min_deposit: vec![cosmwasm_std::coin(DEPOSIT, "ulease")],
        validators: vec![Wallet::new(1).address, Wallet::new(2).address],
        ..config()
    })
    .await
}

fn coins(amount: u128) -> Vec<Coin> {
    vec![Coin {
        denom: "ulease".into(),
        amount: amount.to_string(),
    }]
}

fn proposal(by: &Wallet, messages: Vec<Any>, deposit: u128) -> Any {
    any(&MsgSubmitProposal {
        messages,
        initial_deposit: if deposit == 0 { vec![] } else { coins(deposit) },
        proposer: by.address.clone(),
        title: "title".into(),
        summary: "summary".into(),
        ..MsgSubmitProposal::default()
    })
}

async fn submit(chain: &Chain, by: &Wallet, messages: Vec<Any>, deposit: u128) -> u64 {
    let done = chain.deliver(by, vec![proposal(by, messages, deposit)]).await;
    assert!(done.tx_result.code.is_ok(), "{}", done.tx_result.log);
    response_of::<MsgSubmitProposalResponse>(&done).proposal_id
}

async fn vote(chain: &Chain, by: &Wallet, proposal_id: u64, option: VoteOption) {
    let msg = MsgVote {
        proposal_id,
        voter: by.address.clone(),
        option: option as i32,
        metadata: String::new(),
    };
    let done = chain.deliver(by, vec![any(&msg)]).await;
    assert!(done.tx_result.code.is_ok(), "{}", done.tx_result.log);
}

async fn read(chain: &Chain, proposal_id: u64) -> Proposal {
    let answer: QueryProposalResponse = chain
        .ask(
            "/cosmos.gov.v1.Query/Proposal",
            QueryProposalRequest { proposal_id },
        )
        .await;
    answer.proposal.unwrap()
}

async fn raw(chain: &Chain, address: &str, key: &[u8]) -> Vec<u8> {
    let request = QueryRawContractStateRequest {
        address: address.to_owned(),
        query_data: key.to_vec(),
    };
    let answer: QueryRawContractStateResponse = chain
        .ask("/cosmwasm.wasm.v1.Query/RawContractState", request)
        .await;
    answer.data
}

fn by_gov(contract: &str, msg: &ExecuteMsg) -> Any {
    execute(&devnet::module_address("gov"), contract, msg)
}

#[tokio::test]
async fn what_passes_runs_as_the_governance_account_and_deposits_go_back() {
    let chain = start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let probe = chain.probe(&alice).await;
    let sudo = MsgSudoContract {
        authority: devnet::module_address("gov"),
        contract: probe.clone(),
        msg: b"\"by vote\"".to_vec(),
    };
    let messages = vec![by_gov(&probe, &ExecuteMsg::Fill { count: 1 }), any(&sudo)];
    let id = submit(&chain, &alice, messages, DEPOSIT).await;
    assert_eq!(read(&chain, id).await.status, ProposalStatus::VotingPeriod as i32);
    let held = chain.balance(&devnet::module_address("gov"), "ulease").await;
    assert_eq!(held, DEPOSIT);
    vote(&chain, &alice, id, VoteOption::Yes).await;
    vote(&chain, &bob, id, VoteOption::Yes).await;
    // A vote without power is taken and not counted.
    vote(&chain, &Wallet::new(3), id, VoteOption::No).await;
    let tally: QueryTallyResultResponse = chain
        .ask(
            "/cosmos.gov.v1.Query/TallyResult",
            QueryTallyResultRequest { proposal_id: id },
        )
        .await;
    let tally = tally.tally.unwrap();
    assert_eq!((tally.yes_count.as_str(), tally.no_count.as_str()), ("2", "0"));
    assert!(raw(&chain, &probe, &0u32.to_be_bytes()).await.is_empty());

    let height = chain.advance(3_600).await;
    let ended = read(&chain, id).await;
    assert_eq!(
        ended.status,
        ProposalStatus::Passed as i32,
        "{}",
        ended.failed_reason
    );
    assert_eq!(raw(&chain, &probe, &0u32.to_be_bytes()).await.len(), 1024);
    assert_eq!(raw(&chain, &probe, b"sudo").await, b"by vote");
    assert_eq!(chain.balance(&devnet::module_address("gov"), "ulease").await, 0);
    let results = chain
        .rpc
        .block_results(u32::try_from(height).unwrap())
        .await
        .unwrap();
    let kinds: Vec<&str> = results
        .finalize_block_events
        .iter()
        .map(|event| event.kind.as_str())
        .collect();
    assert!(
        kinds.contains(&"active_proposal") && kinds.contains(&"wasm"),
        "{kinds:?}"
    );
    let mode = results.finalize_block_events[0].attributes.last().unwrap();
    assert_eq!(
        (mode.key_str().unwrap(), mode.value_str().unwrap()),
        ("mode", "EndBlock")
    );
}

#[tokio::test]
async fn a_passed_proposal_that_fails_changes_nothing_and_says_why() {
    let chain = start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let probe = chain.probe(&alice).await;
    let messages = vec![
        by_gov(&probe, &ExecuteMsg::Fill { count: 1 }),
        by_gov(&probe, &ExecuteMsg::Fail {}),
    ];
    let id = submit(&chain, &alice, messages, DEPOSIT).await;
    vote(&chain, &alice, id, VoteOption::Yes).await;
    vote(&chain, &bob, id, VoteOption::Yes).await;
    chain.advance(3_600).await;
    let ended = read(&chain, id).await;
    assert_eq!(ended.status, ProposalStatus::Failed as i32);
    assert!(
        ended.failed_reason.contains("as asked"),
        "{}",
        ended.failed_reason
    );
    assert!(raw(&chain, &probe, &0u32.to_be_bytes()).await.is_empty());
    assert_eq!(chain.balance(&devnet::module_address("gov"), "ulease").await, 0);
}

#[tokio::test]
async fn a_veto_rejects_and_burns_the_deposit() {
    let chain = start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let probe = chain.probe(&alice).await;
    let id = submit(
        &chain,
        &alice,
        vec![by_gov(&probe, &ExecuteMsg::Fill { count: 1 })],
        DEPOSIT,
    )
    .await;
    vote(&chain, &alice, id, VoteOption::Yes).await;
    vote(&chain, &bob, id, VoteOption::NoWithVeto).await;
    let before = chain.balance(&alice.address, "ulease").await;
    chain.advance(3_600).await;
    let ended = read(&chain, id).await;
    assert_eq!(ended.status, ProposalStatus::Rejected as i32);
    assert_eq!(ended.failed_reason, "proposal was vetoed");
    assert_eq!(chain.balance(&alice.address, "ulease").await, before);
    assert_eq!(chain.balance(&devnet::module_address("gov"), "ulease").await, 0);
}

#[tokio::test]
async fn a_proposal_waits_for_its_deposit_which_others_may_add() {
    let chain = start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let probe = chain.probe(&alice).await;
    let id = submit(
        &chain,
        &alice,
        vec![by_gov(&probe, &ExecuteMsg::Fill { count: 1 })],
        1,
    )
    .await;
    assert_eq!(
        read(&chain, id).await.status,
        ProposalStatus::DepositPeriod as i32
    );
    let early = MsgVote {
        proposal_id: id,
        voter: bob.address.clone(),
        option: 1,
        metadata: String::new(),
    };
    let done = chain.deliver(&bob, vec![any(&early)]).await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (3, "gov")
    );
    let rest = MsgDeposit {
        proposal_id: id,
        depositor: bob.address.clone(),
        amount: coins(DEPOSIT - 1),
    };
    let done = chain.deliver(&bob, vec![any(&rest)]).await;
    assert!(done.tx_result.code.is_ok(), "{}", done.tx_result.log);
    assert_eq!(read(&chain, id).await.status, ProposalStatus::VotingPeriod as i32);
}

#[tokio::test]
async fn only_messages_of_the_governance_account_can_be_proposed() {
    let chain = start().await;
    let alice = Wallet::new(1);
    let done = chain
        .deliver(
            &alice,
            vec![proposal(&alice, vec![send(&alice, &alice.address, 1)], DEPOSIT)],
        )
        .await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (13, "gov")
    );
    let strange = Any {
        type_url: "/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade".into(),
        value: vec![],
    };
    let done = chain
        .deliver(&alice, vec![proposal(&alice, vec![strange], DEPOSIT)])
        .await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (10, "gov")
    );
    let answer = chain.query("/cosmos.gov.v1.Query/Proposal", vec![8, 9]).await;
    assert!(answer.log.contains("proposal 9 doesn't exist"), "{}", answer.log);
}
