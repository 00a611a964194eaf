use market_types::control::{Owed, Solvency};
use market_types::registry::*;
use market_types::{LeaseId, Page, Paging, ProviderNo};

use super::market::*;
use crate::ContractError;

fn paging<C>(start_after: Option<C>, limit: Option<u32>) -> Paging<C> {
    Paging { start_after, limit }
}

#[test]
fn solvency_names_bonded_unbonding_and_claimable() {
    let mut market = Market::with_lease();
    market.ok("alice", ExecuteMsg::Unbond { amount: n(1_000) });
    market.ok(
        "escrow",
        ExecuteMsg::Penalize {
            lease: LeaseId(8),
            tenant: text("tenant"),
            share: market_types::BasisPoints(10_000),
            tip: None,
        },
    );
    market.held.set(10_000 * TOKEN);
    let owed = |purpose: &str, amount: u128| Owed {
        purpose: purpose.into(),
        amount: n(amount),
    };
    let expected = Solvency {
        token: addr("token"),
        held: n(10_000 * TOKEN),
        owed: vec![
            owed("bonded", 9_900 * TOKEN - 1_000),
            owed("unbonding", 1_000),
            owed("claimable", 100 * TOKEN),
        ],
        owed_total: n(10_000 * TOKEN),
    };
    assert_eq!(market.ask::<Vec<Solvency>>(QueryMsg::Solvency {}), [expected]);
}

#[test]
fn providers_come_in_pages_in_the_order_of_their_numbers() {
    let mut market = Market::new();
    for seed in 1..=7u8 {
        let owner = format!("owner{seed}");
        market.ok(&owner, ExecuteMsg::Register(registration(&owner, seed)));
    }
    let ask = |start: Option<u32>, limit| {
        let paging = paging(start.map(ProviderNo), limit);
        let page: Page<ProviderResponse, ProviderNo> = market.ask(QueryMsg::Providers { paging });
        let numbers: Vec<_> = page.items.iter().map(|provider| provider.no.0).collect();
        (numbers, page.next_start_after.map(|no| no.0))
    };
    assert_eq!(ask(None, Some(3)), (vec![1, 2, 3], Some(3)));
    assert_eq!(ask(Some(3), Some(3)), (vec![4, 5, 6], Some(6)));
    assert_eq!(ask(Some(6), Some(3)), (vec![7], None));
    assert_eq!(ask(Some(4), Some(3)), (vec![5, 6, 7], None));
    assert_eq!(ask(None, Some(u32::MAX)), ((1..=7).collect(), None));
    assert_eq!(ask(None, Some(0)), (vec![1], Some(1)));
    assert_eq!(ask(Some(u32::MAX), None), (vec![], None));
}

#[test]
fn a_page_has_at_most_100_entries() {
    let mut market = Market::with_alice();
    let mut small = candidacy("alice");
    small.stakes.lease_bond_value = n(1);
    let machines = Some(vec![group("h100", 200, 4)]);
    market.ok(
        "alice",
        ExecuteMsg::Update(ProfileUpdate {
            machines,
            ..Default::default()
        }),
    );
    for lease in 1..=101 {
        market.ok("book", commit_msg(lease, small.clone()));
    }
    let ask = |start: Option<u64>, limit| -> Page<CommitmentResponse, LeaseId> {
        market.ask(QueryMsg::Commitments {
            owner: text("alice"),
            paging: paging(start.map(LeaseId), limit),
        })
    };
    let page = ask(None, Some(u32::MAX));
    assert_eq!(
        (page.items.len(), page.next_start_after),
        (100, Some(LeaseId(100)))
    );
    let page = ask(Some(100), Some(u32::MAX));
    assert_eq!((page.items.len(), page.next_start_after), (1, None));
    assert_eq!(ask(None, None).items.len(), 30);
}

#[test]
fn what_does_not_exist_is_an_error_or_nothing() {
    let market = Market::with_alice();
    let owner = text("bob");
    let not_a_provider = ContractError::NotAProvider { address: addr("bob") };
    let asked = market.try_ask::<ProviderResponse>(QueryMsg::Provider { owner: owner.clone() });
    assert_eq!(asked, Err(ContractError::NotAProvider { address: addr("bob") }));
    let asked = market.try_ask::<ReputationResponse>(QueryMsg::Reputation { owner: owner.clone() });
    assert_eq!(asked, Err(not_a_provider));
    let asked = market.try_ask::<ProviderResponse>(QueryMsg::ProviderByNo { no: provider_no(2) });
    assert_eq!(asked, Err(ContractError::UnknownProvider { no: provider_no(2) }));
    let by_no: ProviderResponse = market.ask(QueryMsg::ProviderByNo { no: provider_no(1) });
    assert_eq!(by_no, market.provider("alice"));
    assert_eq!(
        market.ask::<Option<ProviderRef>>(QueryMsg::Whois { address: owner }),
        None
    );
    assert_eq!(market.claimable("bob"), 0);
}

#[test]
fn whois_knows_owner_and_agent() {
    let market = Market::with_alice();
    let whois = |address: String| market.ask::<Option<ProviderRef>>(QueryMsg::Whois { address });
    let by_owner = whois(text("alice")).unwrap();
    assert_eq!(by_owner.no, provider_no(1));
    assert_eq!(whois(market.provider("alice").agent.into()), Some(by_owner));
}

#[test]
fn addresses_in_queries_are_checked() {
    let market = Market::with_alice();
    let upper = text("alice").to_uppercase();
    for bad in ["", "alice", upper.as_str()] {
        let asked = market.try_ask::<Option<ProviderRef>>(QueryMsg::Whois { address: bad.into() });
        assert!(matches!(asked, Err(ContractError::Std(_))), "{bad}");
        let mut candidacy = candidacy("alice");
        candidacy.needs.deny = vec![bad.into()];
        let asked = market.try_ask::<Vec<Verdict>>(QueryMsg::Judge {
            candidacies: vec![candidacy],
        });
        assert!(matches!(asked, Err(ContractError::Std(_))), "{bad}");
    }
}
