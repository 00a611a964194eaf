//! The chain: a mempool, blocks made of it, and the record of both. Lives on one thread.

use std::sync::{Arc, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use cosmrs::proto::cosmos::base::abci::v1beta1::TxMsgData;
use cosmwasm_std::{Coin, Event};
use cw_multi_test::{BankSudo, SudoMsg};
use prost::Message as _;
use sha2::{Digest, Sha256};
use tokio::sync::broadcast;

use crate::ante::{self, Mode, Waiting};
use crate::app::{Application, Ended};
use crate::config::Config;
use crate::history::{Block, History, TxHash, TxRecord, TxResult};
use crate::message::Outcome;
use crate::persist::{Disk, Head};
use crate::refusal::Refusal;
use crate::tx::Transaction;
use crate::{auth, coins, gas, gov, DevnetError};

const MAX_TX_BYTES: usize = 1_048_576;
const MAX_MEMPOOL: usize = 5_000;

pub struct Chain {
    pub app: Application,
    pub history: Arc<RwLock<History>>,
    head: Head,
    disk: Option<Disk>,
    /// As in [`Config::still_clock`].
    still_clock: Option<u64>,
    mempool: Vec<Vec<u8>>,
    waiting: Waiting,
    news: broadcast::Sender<Arc<Block>>,
}

fn wall_clock() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

/// Answer to a broadcast.
#[derive(Clone, Debug)]
pub enum Checked {
    /// Accepted into the mempool, or refused by the checks.
    Answer {
        hash: TxHash,
        result: TxResult,
    },
    /// Known already: CometBFT answers this before it asks the application.
    InCache,
    TooLarge {
        max: usize,
        got: usize,
    },
    Full {
        txs: usize,
    },
}

impl Chain {
    /// Opens the chain of `config`, or begins it with its genesis as block 1.
    pub fn open(config: &Config, news: broadcast::Sender<Arc<Block>>) -> Result<Self, DevnetError> {
        let disk = config.home.as_deref().map(Disk::open).transpose()?;
        let loaded = disk.as_ref().map(Disk::load).transpose()?.flatten();
        let mut history = History::new(
            config.chain_id.clone(),
            config.comet_version.clone(),
            config.empty_block_window,
        );
        let (head, state, fresh) = match loaded {
            Some(loaded) => {
                if loaded.head.chain_id != config.chain_id {
                    return Err(DevnetError::OtherChain {
                        found: loaded.head.chain_id,
                        wanted: config.chain_id.clone(),
                    });
                }
                for block in loaded.blocks {
                    history.append(block);
                }
                (loaded.head, loaded.state, false)
            }
            None => {
                let head = Head {
                    chain_id: config.chain_id.clone(),
                    height: 0,
                    time_ns: 0,
                    offset_ns: 0,
                };
                (head, Default::default(), true)
            }
        };
        let mut app =
            Application::new(config, state).map_err(|error| DevnetError::Genesis(error.to_string()))?;
        if fresh {
            if let Some((address, _)) = config
                .genesis
                .iter()
                .find(|(address, _)| !auth::is_valid(address))
            {
                return Err(DevnetError::GenesisAddress(address.clone()));
            }
            app.genesis(config)
                .map_err(|error| DevnetError::Genesis(error.to_string()))?;
        }
        app.set_block(head.height, head.time_ns);
        let history = Arc::new(RwLock::new(history));
        let mut chain = Self {
            app,
            history,
            head,
            disk,
            still_clock: config.still_clock,
            mempool: Vec::new(),
            waiting: Waiting::default(),
            news,
        };
        if fresh {
            chain.make_block()?;
        }
        Ok(chain)
    }

    pub fn head(&self) -> &Head {
        &self.head
    }

    pub fn has_waiting(&self) -> bool {
        !self.mempool.is_empty()
    }

    /// Moves the clock of the chain ahead; the next block has the later time.
    pub fn advance(&mut self, seconds: u64) {
        self.head.offset_ns = self
            .head
            .offset_ns
            .saturating_add(seconds.saturating_mul(1_000_000_000));
    }

    /// Mints `amount` to `address`. Not something a real chain does.
    pub fn mint(&mut self, address: &str, amount: Vec<Coin>) -> Result<(), Refusal> {
        if !auth::is_valid(address) {
            return Err(Refusal::Address(address.to_owned()));
        }
        auth::ensure(self.app.store(), address, None);
        let text = coins::text(&amount);
        let mint = BankSudo::Mint {
            to_address: address.to_owned(),
            amount,
        };
        self.app
            .modules
            .sudo(SudoMsg::Bank(mint))
            .map(|_| ())
            .map_err(|_| Refusal::Coins(text))
    }

    /// CheckTx: takes a transaction into the mempool if it could be delivered after those that wait.
    pub fn check(&mut self, bytes: Vec<u8>) -> Checked {
        if bytes.len() > MAX_TX_BYTES {
            return Checked::TooLarge {
                max: MAX_TX_BYTES,
                got: bytes.len(),
            };
        }
        if self.mempool.len() >= MAX_MEMPOOL {
            return Checked::Full {
                txs: self.mempool.len(),
            };
        }
        let hash: TxHash = Sha256::digest(&bytes).into();
        let committed = self
            .history
            .read()
            .is_ok_and(|history| history.place(&hash).is_some());
        if committed || self.mempool.contains(&bytes) {
            return Checked::InCache;
        }
        let checked = Transaction::decode(&bytes).and_then(|tx| {
            self.app.store().begin();
            self.waiting.apply(&mut self.app, &tx);
            let ante = ante::run(
                &mut self.app,
                &tx,
                Mode::Deliver,
                self.head.height.saturating_add(1),
            );
            self.app.store().rollback();
            ante.map(|events| (tx, events))
        });
        let result = match checked {
            Ok((tx, events)) => {
                self.waiting.add(&tx);
                self.mempool.push(bytes);
                TxResult {
                    gas_wanted: tx.fee.gas_limit,
                    events,
                    ..TxResult::default()
                }
            }
            Err(refusal) => failed(&refusal, 0, 0, Vec::new()),
        };
        Checked::Answer { hash, result }
    }

    /// Runs a transaction against the checked state without keeping anything.
    ///
    /// # Errors
    /// The refusal with the gas used up to it.
    pub fn simulate(&mut self, bytes: &[u8]) -> Result<(TxResult, Vec<cosmrs::Any>), (Refusal, u64)> {
        let tx = Transaction::decode(bytes).map_err(|refusal| (refusal, 0))?;
        let height = self.head.height.saturating_add(1);
        self.app.store().begin();
        self.waiting.apply(&mut self.app, &tx);
        let ante = ante::run(&mut self.app, &tx, Mode::Simulate, height);
        let ran = match ante {
            Ok(events) => self.run_messages(&tx, gas::MAX_PER_TRANSACTION, events),
            Err(refusal) => Err((refusal, gas::of_checks(tx.size), Vec::new())),
        };
        self.app.store().rollback();
        match ran {
            Ok((outcome, used)) => {
                let responses = outcome.responses;
                let data = TxMsgData {
                    msg_responses: responses.clone(),
                    ..TxMsgData::default()
                }
                .encode_to_vec();
                let result = TxResult {
                    data: data.into(),
                    gas_used: used,
                    events: outcome.events,
                    ..TxResult::default()
                };
                Ok((result, responses))
            }
            Err((refusal, used, _)) => Err((refusal, used)),
        }
    }

    /// Makes a block of everything that waits, at the time of the clock, and writes it before anybody hears of it.
    pub fn make_block(&mut self) -> Result<(), DevnetError> {
        let height = self.head.height.saturating_add(1);
        let clock = match self.still_clock {
            Some(seconds) => seconds.saturating_mul(1_000_000_000),
            None => wall_clock(),
        };
        let time_ns = clock
            .saturating_add(self.head.offset_ns)
            .max(self.head.time_ns.saturating_add(1));
        self.app.set_block(height, time_ns);
        let pending = std::mem::take(&mut self.mempool);
        self.waiting.clear();
        let mut txs = Vec::with_capacity(pending.len());
        for bytes in pending {
            let result = self.deliver(&bytes, height);
            txs.push(TxRecord {
                bytes: bytes.into(),
                result,
            });
        }
        let events = gov::end_block(&mut self.app);
        let block = Block {
            height,
            time_ns,
            txs,
            events,
        };
        self.head.height = height;
        self.head.time_ns = time_ns;
        let changes = self.app.store().take_changes();
        if let Some(disk) = &self.disk {
            let forgotten = self
                .history
                .read()
                .map_err(|_| DevnetError::Poisoned)?
                .forgotten_at(height);
            disk.write(&self.head, &block, &changes, forgotten)?;
        }
        self.history
            .write()
            .map_err(|_| DevnetError::Poisoned)?
            .append(block.clone());
        // Nobody listening is no error.
        let _ = self.news.send(Arc::new(block));
        Ok(())
    }

    fn deliver(&mut self, bytes: &[u8], height: u64) -> TxResult {
        let tx = match Transaction::decode(bytes) {
            Ok(tx) => tx,
            Err(refusal) => return failed(&refusal, 0, 0, Vec::new()),
        };
        let wanted = tx.fee.gas_limit;
        self.app.store().begin();
        let events = match ante::run(&mut self.app, &tx, Mode::Deliver, height) {
            Ok(events) => {
                self.app.store().commit();
                events
            }
            Err(refusal) => {
                self.app.store().rollback();
                return failed(&refusal, wanted, gas::of_checks(tx.size), Vec::new());
            }
        };
        match self.run_messages(&tx, wanted, events) {
            Ok((done, gas_used)) => {
                let data = TxMsgData {
                    msg_responses: done.responses,
                    ..TxMsgData::default()
                }
                .encode_to_vec();
                let (gas_wanted, events) = (wanted, done.events);
                TxResult {
                    data: data.into(),
                    gas_wanted,
                    gas_used,
                    events,
                    ..TxResult::default()
                }
            }
            Err((refusal, used, events)) => failed(&refusal, wanted, used, events),
        }
    }

    /// All messages of `tx` or none, within `limit` of gas. An error comes with the gas used and the events of the ante.
    fn run_messages(
        &mut self,
        tx: &Transaction,
        limit: u64,
        ante: Vec<Event>,
    ) -> Result<(Delivered, u64), (Refusal, u64, Vec<Event>)> {
        self.app.store().begin();
        self.app.meter.start(limit);
        let ended = self.app.guarded(|app| {
            app.meter.charge(gas::of_checks(tx.size));
            let mut delivered = Delivered {
                events: ante.clone(),
                responses: Vec::new(),
            };
            for (index, message) in tx.messages.iter().enumerate() {
                let Outcome { events, response } =
                    message.run(app).map_err(|refusal| Refusal::InMessage {
                        index,
                        cause: Box::new(refusal),
                    })?;
                let tagged = events
                    .into_iter()
                    .map(|event| event.add_attribute("msg_index", index.to_string()));
                delivered.events.extend(tagged);
                delivered.responses.push(response);
            }
            Ok(delivered)
        });
        let used = self.app.meter.stop();
        let result = match ended {
            Ended::With(result) => result,
            Ended::OutOfGas => Err(Refusal::Gas {
                location: "contract or store",
                wanted: limit,
                used,
            }),
            Ended::Panicked(text) => Err(Refusal::Machine(format!("contract panicked: {text}"))),
        };
        match result {
            Ok(delivered) => {
                self.app.store().commit();
                Ok((delivered, used))
            }
            Err(refusal) => {
                self.app.store().rollback();
                Err((refusal, used, ante))
            }
        }
    }
}

struct Delivered {
    events: Vec<Event>,
    responses: Vec<cosmrs::Any>,
}

fn failed(refusal: &Refusal, gas_wanted: u64, gas_used: u64, events: Vec<Event>) -> TxResult {
    let (codespace, code) = refusal.code();
    let (codespace, log) = (codespace.to_owned(), refusal.to_string());
    TxResult {
        code,
        codespace,
        log,
        gas_wanted,
        gas_used,
        events,
        ..TxResult::default()
    }
}
