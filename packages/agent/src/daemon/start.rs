//! From a configuration to a running agent.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chain_client::{Chain, GasPrice, KeyFile, Options as ChainOptions, Password, Signer, SigningKey};
use jobs::executor::Capabilities;
use jobs::kernel::{locate_program, KernelExecutor};
use jobs::{Executor, Store};
use market_types::deployment::Deployment;
use market_types::registry::ProviderRef;
use market_types::resources::DeviceClass;
use market_types::{attestation, Seconds, UnixTime};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::sync::{watch, Notify};

use super::audits::Audits;
use super::orders::OrderItem;
use super::{Daemon, DaemonError};
use crate::config::{load, Bidding, Config};
use crate::fault;
use crate::gateway::{router, Gateway, Settings};
use crate::inventory::Inventory;
use crate::journal::{Identity, Journal};
use crate::market::Market;
use crate::queue::{Queue, Worker};
use crate::watch::{Touched, Watch};
use crate::work::Relay;

/// How often an agent that is not registered yet asks again.
const REGISTRATION_PAUSE: Duration = Duration::from_secs(2);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub config: PathBuf,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// A configuration with what it names opened.
pub struct Start {
    pub config: Config,
    pub deployment: Deployment,
    pub key: SigningKey,
    pub agent: String,
    pub market: Market,
}

/// The agent's key, opened with its password if it has one.
pub fn signing_key(config: &Config) -> Result<SigningKey, DaemonError> {
    let file = KeyFile::read(&config.provider.key)?;
    let Some(path) = &config.provider.key_password else {
        return Ok(file.key()?);
    };
    let secret = file.open(|| {
        let text = std::fs::read_to_string(path).map_err(|source| DaemonError::Io {
            what: "reading a password",
            path: path.clone(),
            source,
        })?;
        let line = text.lines().next().unwrap_or_default();
        Password::new(line.to_owned()).map_err(DaemonError::Password)
    })?;
    Ok(secret.key().clone())
}

/// Reads the configuration and the key, and connects to the chain the deployment names.
pub async fn open(path: &Path) -> Result<Start, DaemonError> {
    let (config, deployment) = load(path)?;
    let key = signing_key(&config)?;
    let agent = key.address(&config.chain.prefix)?;
    let options = ChainOptions {
        prefix: config.chain.prefix.clone(),
        gas_price: config.chain.gas_price.parse::<GasPrice>()?,
        fee_granter: config.chain.fee_granter.clone(),
        chain_id: Some(deployment.chain_id.clone()),
        poll_interval: Duration::from_millis(config.chain.poll_ms),
        ..ChainOptions::default()
    };
    let chain = Chain::connect(&config.chain.rpc, options).await?;
    let market = Market::new(chain, deployment.clone()).map_err(DaemonError::Market)?;
    Ok(Start {
        config,
        deployment,
        key,
        agent,
        market,
    })
}

/// The provider whose agent this is.
pub async fn identify(start: &Start) -> Result<ProviderRef, DaemonError> {
    let owner = start.config.provider.owner.clone();
    match start.market.whois(&start.agent).await? {
        Some(found) if found.owner.as_str() == owner && found.agent.as_str() == start.agent => Ok(found),
        Some(found) => Err(DaemonError::OtherOwner {
            agent: start.agent.clone(),
            owner,
            found: found.owner.into_string(),
        }),
        None => Err(DaemonError::NotRegistered {
            agent: start.agent.clone(),
            owner,
        }),
    }
}

/// The kernel executor of this machine, and what its self-test found.
pub async fn executor(config: &Config) -> Result<(Arc<dyn Executor>, Capabilities), DaemonError> {
    let program = config
        .executors
        .kernel_worker
        .clone()
        .unwrap_or_else(locate_program);
    let executor = KernelExecutor::new(config.provider.data.join("attempts"), program)?;
    let capabilities = executor.probe().await;
    Ok((Arc::new(executor), capabilities))
}

/// Runs the agent until `stop` becomes true.
pub async fn run(
    options: &Options,
    bidding: watch::Receiver<Bidding>,
    stop: watch::Receiver<bool>,
) -> Result<(), DaemonError> {
    fault::arm()?;
    let Some(start) = connected(&options.config, stop.clone()).await? else {
        return Ok(());
    };
    let Start {
        config,
        deployment,
        key,
        agent,
        market,
    } = &start;
    tracing::info!(
        agent,
        owner = config.provider.owner,
        chain = deployment.chain_id,
        "starting"
    );
    let data = &config.provider.data;
    let incoming = data.join("incoming");
    private_dir(data)?;
    private_dir(&incoming)?;
    let journal = Arc::new(match options.dry_run {
        true => Journal::in_memory()?,
        false => Journal::open(&data.join("journal.redb"))?,
    });
    journal.bind(&Identity {
        chain_id: deployment.chain_id.clone(),
        lease_escrow: deployment.contracts.lease_escrow.clone(),
        owner: config.provider.owner.clone(),
    })?;
    let store = Store::open(data.join("objects"))?;
    let wake = Arc::new(Notify::new());
    let (executor, capabilities) = match config.executors.kernel {
        true => ready_executor(config).await?,
        false => (None, None),
    };
    let settings = Settings {
        chain_id: deployment.chain_id.clone(),
        prefix: config.chain.prefix.clone(),
        owner: config.provider.owner.clone(),
        incoming,
        max_object: config.gateway.max_object_mib << 20,
        max_lease: config.gateway.max_lease_mib << 20,
        requests_per_minute: config.gateway.requests_per_minute,
    };
    let metrics = PrometheusBuilder::new().build_recorder();
    let handle = metrics.handle();
    metrics::set_global_recorder(metrics)?;
    let gateway = Gateway::new(
        settings,
        journal.clone(),
        store.clone(),
        executor.clone(),
        handle,
        wake.clone(),
    );
    let gateway = Arc::new(gateway);
    let address = config.gateway.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| DaemonError::Listen { address, source })?;
    let server = tokio::spawn(serve(listener, gateway.clone(), stop.clone()));

    let Some(me) = registered(&start, &gateway, stop.clone()).await? else {
        return Ok(());
    };
    tracing::info!(provider = %me.no, gateway = %config.gateway.listen, "registered");
    let queue = Queue::new(options.dry_run, wake.clone());
    // The queue outlives the daemon: what the daemon hands in last is still sent.
    let (stop_queue, queue_stop) = watch::channel(false);
    let worker = Worker {
        queue: queue.clone(),
        signer: Signer::new(market.chain().clone(), key.clone())?,
        market: market.clone(),
        journal: journal.clone(),
        stop: queue_stop,
    };
    let mut worker = (!options.dry_run).then(|| tokio::spawn(worker.run()));
    let mut daemon = Daemon {
        watch: Watch::new(market.chain().clone(), journal.cursor()?, me.no),
        book: market.book_params().await?,
        escrow: market.escrow_params().await?,
        config: config.clone(),
        bidding,
        market: market.clone(),
        journal,
        queue,
        gateway,
        store,
        key: key.clone(),
        me,
        executor,
        capabilities,
        dirty: Touched {
            all: true,
            ..Touched::default()
        },
        inventory: Inventory::default(),
        orders: Default::default(),
        leases: Default::default(),
        audits: audits(config, deployment, &market.attestation_params().await?),
        now: UnixTime(0),
        pruned_at: UnixTime(0),
        wake,
        stop,
    };
    daemon.warn_of_unmeasured();
    daemon.resume().await?;
    let running = daemon.run();
    tokio::pin!(running);
    let ended = match worker.as_mut() {
        None => running.await,
        Some(worker) => tokio::select! {
            ended = &mut running => ended,
            // The queue ends first only if its journal fails.
            failed = worker => return Ok(failed??),
        },
    };
    stop_queue.send_replace(true);
    if let Some(worker) = worker {
        worker.await??;
    }
    server.abort();
    tracing::info!("stopped");
    ended
}

/// A quarter of the shortest time to commit is kept for sending.
fn audits(config: &Config, deployment: &Deployment, params: &attestation::Params) -> Audits {
    let url = config.audits.beacon.as_ref().or(deployment.beacon.as_ref());
    let relay = url.zip(params.beacon.as_ref());
    Audits::new(
        relay.and_then(|(url, params)| Relay::new(url, params)),
        Seconds(params.times.commit.0 / 4),
    )
}

async fn serve(listener: TcpListener, gateway: Arc<Gateway>, mut stop: watch::Receiver<bool>) {
    let until = async move {
        // The sender is gone only when the process ends.
        let _ = stop.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, router(gateway))
        .with_graceful_shutdown(until)
        .await
    {
        tracing::error!(%error, "the gateway ended");
    }
}

/// As [`open`], waiting for a node that does not answer; `None` if the agent is stopped before.
async fn connected(path: &Path, mut stop: watch::Receiver<bool>) -> Result<Option<Start>, DaemonError> {
    loop {
        match open(path).await {
            Err(error @ DaemonError::Rpc(_)) => tracing::warn!(%error, "waiting for a node"),
            opened => return opened.map(Some),
        }
        if tokio::time::timeout(REGISTRATION_PAUSE, stop.wait_for(|stop| *stop))
            .await
            .is_ok()
        {
            return Ok(None);
        }
    }
}

/// Waits until the registry knows this agent; `None` if the agent is stopped before.
async fn registered(
    start: &Start,
    gateway: &Gateway,
    mut stop: watch::Receiver<bool>,
) -> Result<Option<ProviderRef>, DaemonError> {
    loop {
        match identify(start).await {
            Ok(me) => return Ok(Some(me)),
            Err(
                error @ (DaemonError::NotRegistered { .. } | DaemonError::Query(_) | DaemonError::Rpc(_)),
            ) => {
                tracing::warn!(%error, "waiting");
                gateway.set_unready(Some(error.to_string()));
            }
            Err(error) => return Err(error),
        }
        if tokio::time::timeout(REGISTRATION_PAUSE, stop.wait_for(|stop| *stop))
            .await
            .is_ok()
        {
            return Ok(None);
        }
    }
}

/// The executor, unless its self-test keeps it from attesting.
async fn ready_executor(
    config: &Config,
) -> Result<(Option<Arc<dyn Executor>>, Option<Capabilities>), DaemonError> {
    let (executor, capabilities) = executor(config).await?;
    match &capabilities {
        Capabilities::Kernel(found) if found.may_attest() => {
            tracing::info!(class = %found.class, adapter = found.adapter.name, "kernel executor");
            Ok((Some(executor), Some(capabilities)))
        }
        Capabilities::Kernel(found) => {
            tracing::error!(
                failed = found.failed_test(),
                "self-test failed; no tasks are taken"
            );
            Ok((None, None))
        }
        Capabilities::Unavailable(why) => {
            tracing::warn!(%why, "no kernel executor; no tasks are taken");
            Ok((None, None))
        }
    }
}

fn private_dir(path: &Path) -> Result<(), DaemonError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| DaemonError::Io {
            what: "making a directory",
            path: path.to_owned(),
            source,
        })
}

impl Daemon {
    /// Takes up the orders of the journal, with what they have reserved.
    async fn resume(&mut self) -> Result<(), DaemonError> {
        for (id, state) in self.journal.orders()? {
            if state.is_over() {
                continue;
            }
            let order = match self.market.order(id).await {
                Ok(order) => order,
                Err(chain_client::QueryError::Contract { .. }) => {
                    self.journal.write(|w| w.forget_order(id))?;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if let Some(offer) = state.reserved() {
                self.inventory.reserve(id, offer.class.clone(), offer.gpus);
            }
            let own = self.market.bid(id, &self.config.provider.owner).await?;
            let best = self.market.best_bid(id).await?;
            self.orders.insert(id, OrderItem::new(state, order, own, best));
        }
        Ok(())
    }

    fn warn_of_unmeasured(&self) {
        for floor in &self.config.bidding.floors {
            if !self.may_offer(&DeviceClass(floor.class.clone())) {
                tracing::warn!(
                    class = floor.class,
                    "not offered: the self-test does not find it here, and executors.unmeasured_classes does not name it"
                );
            }
        }
    }

    /// Whether the machine really has this class.
    pub(super) fn may_offer(&self, class: &DeviceClass) -> bool {
        let measured = match &self.capabilities {
            Some(Capabilities::Kernel(found)) => &found.class == class,
            Some(Capabilities::Unavailable(_)) | None => false,
        };
        measured || self.config.executors.unmeasured_classes.contains(&class.0)
    }
}
