use chain_client::{
    gov::{Proposal, ProposalStatus, VoteOption},
    HeightCursor, Msg, TxOptions,
};
use cosmwasm_std::Coin;

use crate::{
    bell::{self, Ring},
    World,
};

/// Submits what the gov account shall do to the bell, votes for it and waits for its end.
async fn decide(world: &World, bell: &str, ring: &Ring, vote: VoteOption) -> Proposal {
    let gov = world.chain.gov_account().unwrap();
    let submit = Msg::GovSubmit {
        messages: vec![Msg::execute(bell, ring, &[]).unwrap().to_any(&gov)],
        title: "Ring".into(),
        summary: "Ring the bell".into(),
        deposit: vec![Coin::new(4u128, "ulease")],
        expedited: false,
    };
    let options = TxOptions::default();
    let proposal_id = world
        .signer
        .submit(&[submit], &options)
        .await
        .unwrap()
        .proposal_id()
        .unwrap();
    let status = world.chain.proposal(proposal_id).await.unwrap().unwrap().status;
    assert_eq!(status, ProposalStatus::DepositPeriod);
    let deposit = Msg::GovDeposit {
        proposal_id,
        amount: vec![Coin::new(6u128, "ulease")],
    };
    let vote = Msg::GovVote {
        proposal_id,
        option: vote,
    };
    world.signer.submit(&[deposit, vote], &options).await.unwrap();
    let mut height = world.chain.height().await.unwrap();
    loop {
        let proposal = world.chain.proposal(proposal_id).await.unwrap().unwrap();
        if proposal.status.is_final() {
            return proposal;
        }
        height = world.chain.wait_for_height(height + 1).await.unwrap();
    }
}

#[tokio::test]
async fn what_passes_is_done_by_the_gov_account_and_seen_by_the_cursor() {
    let world = World::start().await;
    let bell = bell::hang(&world.chain, &world.signer).await;
    let mut cursor = HeightCursor::after(world.chain.clone(), world.chain.height().await.unwrap());
    let proposal = decide(&world, &bell, &Ring::Ring { times: 9 }, VoteOption::Yes).await;
    assert_eq!(
        (proposal.status, proposal.title.as_str()),
        (ProposalStatus::Passed, "Ring")
    );
    assert_eq!(proposal.proposer, world.signer.address());
    let gov = world.chain.gov_account().unwrap();
    let event = loop {
        let block = cursor.wait_block().await.unwrap();
        if let Some(event) = block.events.into_iter().next() {
            break event;
        }
    };
    assert_eq!(
        (event.tx_index, event.attribute("by")),
        (None, Some(gov.as_str()))
    );
    world.devnet.stop().await;
}

#[tokio::test]
async fn what_passes_but_fails_says_why() {
    let world = World::start().await;
    let bell = bell::hang(&world.chain, &world.signer).await;
    let proposal = decide(&world, &bell, &Ring::Break {}, VoteOption::Yes).await;
    let ProposalStatus::Failed { reason } = proposal.status else {
        panic!("{:?}", proposal.status)
    };
    assert!(reason.contains("made of bronze"), "{reason}");
    world.devnet.stop().await;
}

#[tokio::test]
async fn what_is_voted_down_is_rejected() {
    let world = World::start().await;
    let bell = bell::hang(&world.chain, &world.signer).await;
    let proposal = decide(&world, &bell, &Ring::Ring { times: 9 }, VoteOption::No).await;
    assert_eq!(proposal.status, ProposalStatus::Rejected);
    let tally = proposal.tally.unwrap();
    assert!(tally.yes.is_zero() && !tally.no.is_zero());
    world.devnet.stop().await;
}

#[tokio::test]
async fn the_rules_of_voting_are_known_and_unknown_proposals_are_none() {
    let world = World::start().await;
    let params = world.chain.gov_params().await.unwrap();
    assert_eq!(
        (params.min_deposit, params.voting_period_seconds),
        (vec![Coin::new(10u128, "ulease")], 2)
    );
    assert_eq!(world.chain.proposal(99).await, Ok(None));
    world.devnet.stop().await;
}
