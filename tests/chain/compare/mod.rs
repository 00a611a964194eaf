//! The same random transactions on the devnet and on wasmd, and everything they answer compared.
//!
//! The node goes first. The devnet's clock stands still and is told the second of the block that took each transaction, so that
//! both count the same time. What may differ all the same is listed in [`limits`].

mod difference;
mod limits;
mod look;
mod moves;
mod names;

use std::time::Duration;

use chain_client::{Gas, TxOptions, TxOutcome};
use market_types::UnixTime;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{json, Value};

use crate::cast::{keys, Cast};
use crate::engine::Engine;
use difference::Difference;
use look::{Ask, Picture};
use moves::Move;
use names::Names;

/// Transactions of an ordinary run, without those that set the market up; `LEASEBOOK_TXS` says otherwise.
const TXS: usize = 240;
/// Sent before the first of them is looked for.
const BATCH: usize = 8;
/// Queries asked of both after each batch; all of them at the end.
const ASKED: usize = 12;
const CONFIRM: Duration = Duration::from_secs(60);
/// What simulation would cost is no matter here, and a failing message can be sent only unsimulated.
const GAS: u64 = 6_000_000;

/// The same market twice.
struct Pair {
    node: Cast,
    devnet: Cast,
    names: [Names; 2],
    /// Height of each when the comparison began.
    heights: [u64; 2],
    sent: usize,
    succeeded: usize,
    asked: usize,
    found: Vec<Difference>,
}

#[tokio::test]
async fn the_devnet_and_wasmd_answer_alike() {
    let seed = from_env("LEASEBOOK_SEED").unwrap_or_else(rand::random);
    let txs = from_env("LEASEBOOK_TXS").unwrap_or(TXS as u64) as usize;
    println!("LEASEBOOK_SEED={seed} LEASEBOOK_TXS={txs}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut pair = Pair::new().await;
    pair.set_up().await;
    while pair.sent < txs {
        let picture = Picture::of(&pair.devnet).await;
        let moves: [Vec<Move>; 2] = {
            // The same choices from the same dice, each with the addresses of its own chain.
            let mut dice = [rng.clone(), rng.clone()];
            let mut of = |side: usize, cast: &Cast| {
                let rng = &mut dice[side];
                (0..BATCH).map(|_| moves::next(rng, &picture, cast)).collect()
            };
            let moves = [of(0, &pair.node), of(1, &pair.devnet)];
            rng = dice[0].clone();
            moves
        };
        pair.play(moves).await;
        pair.compare_some_answers(&picture, &mut rng).await;
        pair.compare_balances().await;
        // So that windows close and work vests.
        pair.node.engine.pass(1).await;
    }
    let picture = Picture::of(&pair.devnet).await;
    pair.compare_answers(&picture, |_| true).await;
    println!(
        "{} transactions, {} of them succeeded; {} queries",
        pair.sent, pair.succeeded, pair.asked
    );
    for why in limits::whys() {
        println!("not compared: {why}");
    }
    for difference in &pair.found {
        println!("{difference}");
    }
    // A run in which all is refused shows nothing.
    assert!(
        pair.succeeded * 4 >= pair.sent,
        "{} of {}",
        pair.succeeded,
        pair.sent
    );
    assert!(
        pair.found.is_empty(),
        "{} differences with LEASEBOOK_SEED={seed} LEASEBOOK_TXS={txs}",
        pair.found.len()
    );
}

fn from_env(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
    )
}

impl Pair {
    async fn new() -> Self {
        let keys = keys();
        let node = Cast::gather(Engine::wasmd().await, &keys, true).await;
        let devnet = Engine::devnet_at(node.engine.now().await).await;
        let devnet = Cast::gather(devnet, &keys, true).await;
        let names = [Names::of(&node), Names::of(&devnet)];
        let heights = [
            node.engine.chain.height().await.unwrap(),
            devnet.engine.chain.height().await.unwrap(),
        ];
        Self {
            node,
            devnet,
            names,
            heights,
            sent: 0,
            succeeded: 0,
            asked: 0,
            found: vec![],
        }
    }

    async fn set_up(&mut self) {
        let moves = [moves::opening(&self.node), moves::opening(&self.devnet)];
        let count = moves[0].len();
        self.play(moves).await;
        assert_eq!(self.succeeded, count, "the market does not stand up");
        (self.sent, self.succeeded) = (0, 0);
    }

    /// Sends a batch to the node, and what its blocks made of it, second by second, to the devnet.
    async fn play(&mut self, [node, devnet]: [Vec<Move>; 2]) {
        let outcomes = send(&self.node, &node).await;
        for (theirs, ours) in outcomes.iter().zip(&devnet) {
            let time = self.node.engine.chain.block_time(theirs.height).await.unwrap();
            self.devnet.engine.tell_time(time.into()).await;
            let here = send(&self.devnet, std::slice::from_ref(ours)).await;
            self.sent += 1;
            self.succeeded += usize::from(theirs.succeeded());
            println!("{:18} {} {}", ours.what, theirs.code, theirs.log);
            let pair = [shown(theirs), shown(&here[0])];
            self.compare(ours.what, &pair);
        }
        self.keep_pace().await;
    }

    /// What counts blocks counts as many on both, but for some.
    async fn keep_pace(&self) {
        let [node, devnet] = self.heights;
        let made = self.node.engine.chain.height().await.unwrap() - node;
        let here = self.devnet.engine.chain.height().await.unwrap() - devnet;
        for _ in here..made {
            self.devnet.engine.make_block().await;
        }
    }

    fn compare(&mut self, place: &str, pair: &[Value; 2]) {
        let [node, devnet] = [0, 1].map(|side| limits::ignore(self.names[side].mask(&pair[side])));
        self.found.extend(difference::between(place, &node, &devnet));
    }

    async fn compare_balances(&mut self) {
        let [node, devnet] = [balances(&self.node).await, balances(&self.devnet).await];
        self.compare("balances", &[node, devnet]);
    }

    async fn compare_some_answers(&mut self, picture: &Picture, rng: &mut StdRng) {
        let count = look::asks(&self.node, picture).len();
        let wanted: Vec<_> = (0..ASKED).map(|_| rng.gen_range(0..count)).collect();
        self.compare_answers(picture, |index| wanted.contains(&index))
            .await;
    }

    /// Asks both, the devnet at the second of the state that the node answered from.
    async fn compare_answers(&mut self, picture: &Picture, wanted: impl Fn(usize) -> bool) {
        let asks = look::asks(&self.node, picture)
            .into_iter()
            .zip(look::asks(&self.devnet, picture));
        for (_, (theirs, ours)) in asks.enumerate().filter(|(index, _)| wanted(*index)) {
            let chain = &self.node.engine.chain;
            let node = answer(&self.node, &theirs).await;
            let time: UnixTime = chain.block_time(chain.floor()).await.unwrap().into();
            self.devnet.engine.tell_time(time).await;
            let devnet = answer(&self.devnet, &ours).await;
            self.asked += 1;
            self.compare(theirs.what, &[node, devnet]);
        }
    }
}

/// Sends all, then looks for all.
async fn send(cast: &Cast, moves: &[Move]) -> Vec<TxOutcome> {
    let options = TxOptions {
        gas: Gas::Limit(GAS),
        ..TxOptions::default()
    };
    let mut hashes = vec![];
    for Move { who, msg, .. } in moves {
        let sent = cast.people[*who].send(std::slice::from_ref(msg), &options).await;
        hashes.push(sent.unwrap().hash());
    }
    let mut outcomes = vec![];
    for hash in &hashes {
        outcomes.push(cast.engine.chain.confirm(hash, CONFIRM).await.unwrap());
    }
    assert!(
        outcomes.is_sorted_by_key(|outcome| outcome.height),
        "{}",
        cast.engine.name
    );
    outcomes
}

/// What is compared of a transaction: all but its gas, its place and its bytes.
fn shown(outcome: &TxOutcome) -> Value {
    let events = outcome.events.iter().filter(|event| event.ty.starts_with("wasm"));
    let events: Vec<_> = events
        .map(|event| {
            let attributes = event
                .attributes
                .iter()
                .map(|attribute| json!([attribute.key, attribute.value]));
            json!({ "type": event.ty, "attributes": attributes.collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "code": outcome.code,
        "codespace": outcome.codespace,
        "log": outcome.log,
        "events": events,
        "data": outcome.data,
    })
}

async fn answer(cast: &Cast, ask: &Ask) -> Value {
    match cast
        .engine
        .chain
        .smart::<_, Value>(&ask.contract, &ask.query)
        .await
    {
        Ok(answer) => answer,
        Err(error) => json!({ "error": error.to_string() }),
    }
}

async fn balances(cast: &Cast) -> Value {
    let wiring = cast.wiring();
    let contracts = [
        &wiring.provider_registry,
        &wiring.order_book,
        &wiring.lease_escrow,
        &wiring.attestation,
        &wiring.take_rate_burn,
    ];
    let people = cast.people.iter().map(|person| person.address());
    let mut all = serde_json::Map::new();
    for owner in people.chain(contracts.into_iter().map(String::as_str)) {
        for token in [&cast.usdc, &cast.lease] {
            let balance = cast.market.balance(token, owner).await.unwrap();
            all.insert(format!("{owner} {token}"), json!(balance));
        }
    }
    all.into()
}
