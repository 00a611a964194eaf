//! The thread that owns the chain. Requests reach it over a channel; blocks are made between them.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use cosmwasm_std::Coin;
use tokio::sync::{broadcast, oneshot};

use crate::chain::{Chain, Checked};
use crate::config::Config;
use crate::history::{Block, History};
use crate::persist::Head;
use crate::query::{self, QueryAnswer};
use crate::refusal::Refusal;
use crate::DevnetError;

/// Room for contracts calling each other a hundred deep in an unoptimised build.
const STACK_BYTES: usize = 256 * 1024 * 1024;
const NEWS_BUFFER: usize = 256;

pub enum Request {
    Query {
        path: String,
        data: Vec<u8>,
        reply: oneshot::Sender<QueryAnswer>,
    },
    Broadcast {
        bytes: Vec<u8>,
        reply: oneshot::Sender<Checked>,
    },
    Advance {
        seconds: u64,
        reply: oneshot::Sender<Head>,
    },
    Mint {
        address: String,
        amount: Vec<Coin>,
        reply: oneshot::Sender<Result<Head, Refusal>>,
    },
    Stop,
}

/// A way to the chain for any thread.
#[derive(Clone)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    pub history: Arc<RwLock<History>>,
    news: broadcast::Sender<Arc<Block>>,
}

impl Handle {
    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// `Stopped` where the chain's thread has ended.
    pub async fn ask<T>(
        &self,
        request: impl FnOnce(oneshot::Sender<T>) -> Request,
    ) -> Result<T, DevnetError> {
        let (reply, answer) = oneshot::channel();
        self.requests
            .send(request(reply))
            .map_err(|_| DevnetError::Stopped)?;
        answer.await.map_err(|_| DevnetError::Stopped)
    }

    /// Every block from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Block>> {
        self.news.subscribe()
    }

    pub fn stop(&self) {
        // A thread that is gone already has stopped.
        let _ = self.requests.send(Request::Stop);
    }
}

/// Opens the chain on a thread of its own. The channel that comes with the handle closes when that thread has ended.
pub async fn start(config: Config) -> Result<(Handle, oneshot::Receiver<()>), DevnetError> {
    let (requests, inbox) = mpsc::channel();
    let (news, _) = broadcast::channel(NEWS_BUFFER);
    let (opened, ready) = oneshot::channel();
    let (ended, end) = oneshot::channel::<()>();
    let teller = news.clone();
    let thread = move || {
        // Dropped last, when the database is closed.
        let _ended = ended;
        match Chain::open(&config, teller) {
            Ok(mut chain) => {
                if opened.send(Ok(Arc::clone(&chain.history))).is_ok() {
                    if let Err(error) = serve(&mut chain, &inbox, &config) {
                        tracing::error!("the chain stops: {error}");
                    }
                }
            }
            Err(error) => drop(opened.send(Err(error))),
        }
    };
    let named = std::thread::Builder::new()
        .name("devnet-chain".to_owned())
        .stack_size(STACK_BYTES);
    named.spawn(thread).map_err(DevnetError::Thread)?;
    let history = ready.await.map_err(|_| DevnetError::Stopped)??;
    Ok((
        Handle {
            requests,
            history,
            news,
        },
        end,
    ))
}

fn serve(chain: &mut Chain, inbox: &mpsc::Receiver<Request>, config: &Config) -> Result<(), DevnetError> {
    let mut due = Instant::now() + config.block_interval;
    loop {
        let wait = due.saturating_duration_since(Instant::now());
        let had_waiting = chain.has_waiting();
        match inbox.recv_timeout(wait) {
            Ok(Request::Query { path, data, reply }) => drop(reply.send(query::answer(chain, &path, &data))),
            Ok(Request::Broadcast { bytes, reply }) => drop(reply.send(chain.check(bytes))),
            Ok(Request::Advance { seconds, reply }) => {
                chain.advance(seconds);
                chain.make_block()?;
                drop(reply.send(chain.head().clone()));
            }
            Ok(Request::Mint {
                address,
                amount,
                reply,
            }) => {
                let minted = chain.mint(&address, amount);
                chain.make_block()?;
                drop(reply.send(minted.map(|()| chain.head().clone())));
            }
            Ok(Request::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = Instant::now();
        if chain.has_waiting() && !had_waiting {
            due = due.min(now + config.batch_window);
        }
        if now >= due {
            chain.make_block()?;
            due = Instant::now() + config.block_interval.max(Duration::from_millis(1));
        }
    }
}
