//! Fetches rounds of the public beacon, one at a time and beside the daemon: an endpoint that hangs must not hold up heartbeats.

use beacon::{Client, ClientError, PublicKey, Signature};
use market_math::beacon::Rounds;
use market_types::attestation::BeaconParams;
use market_types::UnixTime;
use tokio::task::JoinHandle;

type Fetch = JoinHandle<Result<Option<Signature>, ClientError>>;

pub struct Relay {
    url: String,
    key: PublicKey,
    rounds: Rounds,
    running: Option<(u64, Fetch)>,
}

impl Relay {
    /// A relay of the market's beacon from the endpoint `url`; `None` if the market's public key is none.
    pub fn new(url: &str, params: &BeaconParams) -> Option<Self> {
        let key = PublicKey(params.public_key.to_array().ok()?);
        let rounds = Rounds {
            genesis: params.genesis,
            period: params.period,
            every: params.every,
        };
        Some(Self {
            url: url.to_owned(),
            key,
            rounds,
            running: None,
        })
    }

    /// The newest round that the market takes.
    pub fn newest(&self, now: UnixTime) -> Option<u64> {
        let latest = self.rounds.latest(now)?;
        let used = latest.checked_sub(latest % self.rounds.every.max(1))?;
        (used > 0).then_some(used)
    }

    /// Begins to fetch `round`, unless another one is being fetched.
    pub fn want(&mut self, round: u64) {
        if self.running.is_some() {
            return;
        }
        let (url, key, rounds) = (self.url.clone(), self.key, self.rounds);
        let fetch = async move { Client::connect(&url, key, rounds).await?.round(round).await };
        self.running = Some((round, tokio::spawn(fetch)));
    }

    /// What was fetched meanwhile.
    pub async fn take(&mut self) -> Option<(u64, Signature)> {
        let (round, running) = self.running.take_if(|(_, running)| running.is_finished())?;
        match running.await {
            Ok(Ok(found)) => found.map(|signature| (round, signature)),
            Ok(Err(error)) => {
                tracing::warn!(round, %error, "the beacon");
                None
            }
            Err(error) => {
                tracing::error!(round, %error, "fetching the beacon ended badly");
                None
            }
        }
    }
}
