//! Random bidding against a book kept by hand: exactly the best N are there, in order, and both maps agree.

use std::collections::BTreeMap;

use cosmwasm_std::Order as Direction;
use market_types::order::AwardRule;
use market_types::order_book::{ExecuteMsg, ParamsUpdate};
use market_types::{BasisPoints, ProviderNo};
use proptest::prelude::*;

use super::world::*;
use crate::state::{standing, BIDS, BID_OF};

/// Provider -> (rank, sequence, price), as the rules say and nothing else.
struct Model {
    kept: usize,
    step: u128,
    sequence: u32,
    bids: BTreeMap<u32, (u128, u32, u128)>,
}

impl Model {
    fn bid(&mut self, provider: u32, price: u128, rank: u128) -> bool {
        if let Some((_, _, standing)) = self.bids.get(&provider) {
            if price + self.step > *standing {
                return false;
            }
        } else if self.bids.len() == self.kept {
            let (worst, place) = self
                .bids
                .iter()
                .map(|(who, bid)| (*who, *bid))
                .max_by_key(|(_, bid)| *bid)
                .unwrap();
            if rank >= place.0 {
                return false;
            }
            self.bids.remove(&worst);
        }
        self.sequence += 1;
        self.bids.insert(provider, (rank, self.sequence, price));
        true
    }

    fn in_order(&self) -> Vec<(u32, u128)> {
        let mut bids: Vec<_> = self.bids.iter().map(|(who, bid)| (*bid, *who)).collect();
        bids.sort_unstable();
        bids.into_iter().map(|(bid, who)| (who, bid.2)).collect()
    }
}

fn agree(world: &World, model: &Model) {
    assert_eq!(world.book(), model.in_order());
    let storage = &world.deps.storage;
    assert_eq!(
        standing(storage, ORDER).unwrap().unwrap().last.bids as usize,
        model.bids.len()
    );
    let places: Vec<_> = BID_OF
        .under::<_, ProviderNo>(storage, ORDER, None, Direction::Ascending)
        .map(Result::unwrap)
        .collect();
    assert_eq!(places.len(), model.bids.len());
    for (provider, (rank, sequence)) in places {
        let bid = BIDS.load(storage, (ORDER, rank.u128(), sequence)).unwrap();
        assert_eq!(bid.provider, provider);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_best_bids_are_kept_whatever_is_bid(
        kept in 1u8..6,
        by_score in any::<bool>(),
        moves in proptest::collection::vec((1u32..10, 1u128..60, 1_000u16..=10_000), 1..60)
    ) {
        let mut world = World::new();
        let update = ParamsUpdate { bids_kept: Some(kept), min_step: Some(BasisPoints(50)), ..ParamsUpdate::default() };
        world.send("gov", ExecuteMsg::UpdateParams(update)).unwrap();
        let mut spec = stream();
        if by_score {
            spec.award = AwardRule::BestScore;
        }
        world.open(ORDER, spec).unwrap();
        let mut model = Model { kept: kept.into(), step: 5, sequence: 0, bids: BTreeMap::new() };
        for (provider, bid, reputation) in moves {
            let name = format!("p{provider}");
            world.sisters.borrow_mut().edit(&name).reputation = BasisPoints(reputation);
            let rank = if by_score { (bid * 10_000).div_ceil(reputation.into()) } else { bid };
            prop_assert_eq!(world.bid(&name, bid).is_ok(), model.bid(provider, bid, rank));
            agree(&world, &model);
        }
        let best = model.in_order()[0];
        world.at(100).award().unwrap();
        let winner = world.order().winner.unwrap();
        prop_assert_eq!((winner.provider, winner.price), (ProviderNo(best.0), price(best.1)));
        world.send("anybody", ExecuteMsg::Prune { order: ORDER, limit: 50 }).unwrap();
        model.bids.clear();
        agree(&world, &model);
    }
}
