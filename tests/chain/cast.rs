//! A market on an engine, and everybody who acts in it.

use chain_client::{Msg, Signer, SigningKey, TxOptions, TxOutcome};
use cosmwasm_std::{to_json_binary, Uint128};
use cw20::Cw20ExecuteMsg;
use market_client::{Market, NewMarket, NewToken, Parameters};
use market_testing::specs::{machines, H100};
use market_types::control::Wiring;
use market_types::defaults::TOKEN;
use market_types::registry::{agent_key_digest, AgentKey, Gateway, Registration};
use market_types::{registry, Seconds};
use serde::Serialize;

use crate::engine::Engine;

/// Fee coins each of them has.
const COINS: u128 = 1_000 * TOKEN;
/// What each has of both tokens.
pub const FUNDS: u128 = 1_000_000 * TOKEN;

/// Who is where among [`Cast::people`].
pub const OFFICE: usize = 0;
pub const TENANTS: [usize; 2] = [1, 2];
pub const OWNERS: [usize; 3] = [3, 4, 5];
pub const AGENTS: [usize; 3] = [6, 7, 8];
pub const PEOPLE: usize = 9;

/// Keys for everybody; the same people can act on two engines.
pub fn keys() -> Vec<SigningKey> {
    (0..PEOPLE).map(|_| SigningKey::random()).collect()
}

pub struct Cast {
    pub engine: Engine,
    pub market: Market,
    pub people: Vec<Signer>,
    pub usdc: String,
    pub lease: String,
}

impl Cast {
    /// A market whose governor is the chain's gov account, or with `office_governs` the first of the people, who is its price keeper
    /// in any case. Everybody has coins and tokens; nobody is registered.
    pub async fn gather(engine: Engine, keys: &[SigningKey], office_governs: bool) -> Self {
        let chain = engine.chain.clone();
        let signer = |key: &SigningKey| Signer::new(chain.clone(), key.clone()).unwrap();
        let people: Vec<_> = keys.iter().map(signer).collect();
        engine.fund(&people, COINS).await;
        let governor = match office_governs {
            true => people[OFFICE].address().to_owned(),
            false => chain.module_account("gov").await.unwrap(),
        };
        let keeper = people[OFFICE].address().to_owned();
        let balance = |person: &Signer| (person.address().to_owned(), Uint128::new(FUNDS));
        let token = |name: &str, symbol: &str| NewToken {
            name: name.into(),
            symbol: symbol.into(),
            balances: people.iter().map(balance).collect(),
            minter: None,
        };
        let new = NewMarket {
            codes: engine.codes,
            governor,
            guardian: Some(keeper.clone()),
            network_token: token("Leasebook", "LEASE"),
            payment_token: token("Test dollar", "USDC"),
            parameters: Box::new(move |tokens| {
                let mut parameters = Parameters::documented(tokens, &keeper);
                hurry(&mut parameters);
                parameters
            }),
        };
        let deployment = market_client::deploy(&people[OFFICE], &new).await.unwrap();
        let market = Market::new(chain, deployment).unwrap();
        Self {
            usdc: market.token("usdc").unwrap().address.clone(),
            lease: market.token("lease").unwrap().address.clone(),
            engine,
            market,
            people,
        }
    }

    pub fn wiring(&self) -> &Wiring<String> {
        &self.market.deployment.contracts
    }

    pub fn address(&self, person: usize) -> &str {
        self.people[person].address()
    }

    pub fn msg(&self, contract: &str, msg: &impl Serialize) -> Msg {
        Msg::execute(contract, msg, &[]).unwrap()
    }

    pub fn registry(&self, msg: &registry::ExecuteMsg) -> Msg {
        self.msg(&self.wiring().provider_registry, msg)
    }

    pub fn book(&self, msg: &market_types::order_book::ExecuteMsg) -> Msg {
        self.msg(&self.wiring().order_book, msg)
    }

    pub fn escrow(&self, msg: &market_types::escrow::ExecuteMsg) -> Msg {
        self.msg(&self.wiring().lease_escrow, msg)
    }

    pub fn attestation(&self, msg: &market_types::attestation::ExecuteMsg) -> Msg {
        self.msg(&self.wiring().attestation, msg)
    }

    pub fn take_rate(&self, msg: &market_types::take_rate::ExecuteMsg) -> Msg {
        self.msg(&self.wiring().take_rate_burn, msg)
    }

    /// A cw20 `Send` with a hook.
    pub fn pay(&self, token: &str, contract: &str, amount: u128, hook: &impl Serialize) -> Msg {
        let msg = Cw20ExecuteMsg::Send {
            contract: contract.into(),
            amount: Uint128::new(amount),
            msg: to_json_binary(hook).unwrap(),
        };
        self.msg(token, &msg)
    }

    /// One of the people sends messages, which must succeed.
    pub async fn act(&self, person: usize, msgs: &[Msg]) -> TxOutcome {
        let submitted = self.people[person].submit(msgs, &TxOptions::default()).await;
        submitted.unwrap_or_else(|error| panic!("{}: {error}", self.engine.name))
    }

    /// The `index`th provider with its agent's key, and two machines.
    pub fn registration(&self, index: usize) -> Registration {
        Registration {
            agent: self.agent_key(AGENTS[index], OWNERS[index]),
            gateway: Gateway {
                url: "http://gateway.test:8080".into(),
                tls_fingerprint: None,
            },
            group: None,
            attributes: vec![],
            machines: vec![machines(H100, 2)],
        }
    }

    /// The key of `agent`, willing to serve `owner`.
    pub fn agent_key(&self, agent: usize, owner: usize) -> AgentKey {
        let key = self.people[agent].key();
        let registry = &self.wiring().provider_registry;
        let digest = agent_key_digest(self.engine.chain.chain_id(), registry, self.address(owner));
        AgentKey {
            pubkey: key.public_key().as_bytes().to_vec().into(),
            proof: key.sign_digest(&digest).unwrap().to_vec().into(),
        }
    }

    /// Register and bond of the `index`th provider.
    pub fn enter(&self, index: usize) -> Vec<Msg> {
        let bond = registry::Hook::Bond { provider: None };
        vec![
            self.registry(&registry::ExecuteMsg::Register(self.registration(index))),
            self.pay(
                &self.lease,
                &self.wiring().provider_registry,
                20_000 * TOKEN,
                &bond,
            ),
        ]
    }
}

/// Times that fit into a test.
fn hurry(parameters: &mut Parameters) {
    for class in &mut parameters.attestation.classes {
        class.vesting = Seconds(3);
    }
    parameters.order_book.extension = Seconds(2);
    let escrow = &mut parameters.escrow;
    escrow.heartbeat_window = Seconds(30);
    escrow.heartbeat_interval = Seconds(15);
    escrow.grace = Seconds(31);
    escrow.min_silent_blocks = 0;
    escrow.outage_unpaid = Seconds(40);
    escrow.outage_max = Seconds(120);
    let take_rate = &mut parameters.take_rate;
    take_rate.rate_delay = Seconds(0);
    for auction in &mut take_rate.auctions {
        auction.min_lot = Uint128::new(100);
    }
}
