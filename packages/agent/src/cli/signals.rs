use std::io;
use std::path::PathBuf;

use agent::config::{load, Bidding};
use tokio::signal::unix::{signal, SignalKind};
use tokio::sync::watch;

/// The bidding policy as SIGHUP renews it, and whether it is time to stop.
pub fn watch(
    config: PathBuf,
    bidding: Bidding,
) -> io::Result<(watch::Receiver<Bidding>, watch::Receiver<bool>)> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (bidding_sender, bidding) = watch::channel(bidding);
    let (stop_sender, stop) = watch::channel(false);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = hangup.recv() => match load(&config) {
                    Ok((config, _)) => {
                        tracing::info!("bidding policy read again");
                        bidding_sender.send_replace(config.bidding);
                    }
                    Err(error) => tracing::error!(%error, "the bidding policy stays as it was"),
                },
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
            }
        }
        tracing::info!("stopping");
        stop_sender.send_replace(true);
        // Dropping the sender would look like a stop without one.
        stop_sender.closed().await;
    });
    Ok((bidding, stop))
}
