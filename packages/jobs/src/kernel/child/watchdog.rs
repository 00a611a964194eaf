//! Kills this process when what it does takes too long, whoever else is still alive.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{kill, Signal};
use nix::unistd::getpid;

use crate::executor::Exit;
use crate::kernel::attempt;
use crate::kernel::protocol::Folder;

#[derive(Clone)]
pub struct Watchdog {
    shared: Arc<(Mutex<Option<Limit>>, Condvar)>,
}

struct Limit {
    at: Instant,
    exit: Exit,
}

impl Watchdog {
    /// Starts the thread that watches; it lives as long as the process.
    pub fn start(folder: Folder) -> Self {
        let watchdog = Self {
            shared: Arc::default(),
        };
        let shared = Arc::clone(&watchdog.shared);
        thread::spawn(move || watch(&folder, &shared));
        watchdog
    }

    /// From now on there are `within` to go; if that is not enough, the attempt ends with `exit`.
    pub fn allow(&self, within: Duration, exit: Exit) {
        self.set(Some(Limit {
            at: Instant::now() + within,
            exit,
        }));
    }

    /// Nothing is being timed.
    pub fn rest(&self) {
        self.set(None);
    }

    fn set(&self, limit: Option<Limit>) {
        let (lock, changed) = &*self.shared;
        *lock.lock().unwrap_or_else(PoisonError::into_inner) = limit;
        changed.notify_one();
    }
}

fn watch(folder: &Folder, (lock, changed): &(Mutex<Option<Limit>>, Condvar)) {
    let mut limit = lock.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let left = limit
            .as_ref()
            .map_or(Duration::MAX, |l| l.at.saturating_duration_since(Instant::now()));
        if let (Some(over), true) = (&*limit, left.is_zero()) {
            if let Err(e) = attempt::conclude(folder, &over.exit) {
                eprintln!("leasebook-kernel: {e}");
            }
            // Not exit(): its handlers may wait for the very driver that hangs.
            let _ = kill(getpid(), Signal::SIGKILL);
        }
        let wait = left.min(Duration::from_secs(3600));
        (limit, _) = changed
            .wait_timeout(limit, wait)
            .unwrap_or_else(PoisonError::into_inner);
    }
}
