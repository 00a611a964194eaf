//! Named places where a test can have the agent killed: one per arrow of its journal.
//!
//! `LEASEBOOK_FAULT=after-signed` kills the process by SIGKILL when it first passes that point;
//! `LEASEBOOK_FAULT=after-signed:3` when it passes for the third time. Unset, a point does nothing.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::OnceLock;

use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;

pub const VARIABLE: &str = "LEASEBOOK_FAULT";

macro_rules! points {
    ($($(#[$doc:meta])* $name:ident $text:literal)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Point { $($(#[$doc])* $name),* }

        impl Point {
            pub const ALL: &[Self] = &[$(Self::$name),*];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

points! {
    /// An order is in the journal.
    AfterSeen "after-seen"
    /// What to bid is in the journal.
    AfterPlanned "after-planned"
    /// A transaction's signed bytes are in the journal; nobody else has them.
    AfterTxSigned "after-tx-signed"
    /// A node has the bytes.
    AfterTxBroadcast "after-tx-broadcast"
    /// A block has them; the journal does not know yet.
    AfterTxConfirmed "after-tx-confirmed"
    /// Our own bid was seen on chain.
    AfterBid "after-bid"
    /// The lease is in the journal.
    AfterWon "after-won"
    /// Manifest and inputs are there and verified.
    AfterPrepared "after-prepared"
    /// The journal says that a unit runs; it was not started yet.
    BeforeRun "before-run"
    /// A unit runs.
    AfterRunning "after-running"
    /// A unit ended; the journal does not know yet.
    BeforeExited "before-exited"
    /// The unit's result is in the journal.
    AfterExited "after-exited"
    /// The receipt was signed and is in the journal.
    AfterSigned "after-signed"
    /// A batch and its root are in the journal.
    AfterSealed "after-sealed"
    /// The batch was seen on chain and is in the journal as such.
    AfterConfirmed "after-confirmed"
    /// The batch has vested and is in the journal as such.
    AfterVested "after-vested"
    /// The batch was paid and is in the journal as such.
    AfterReleased "after-released"
    /// The stream's service runs; the agent has not said so.
    AfterServing "after-serving"
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{VARIABLE} is {value:?}; it names one of {}, with an optional :COUNT",
    names()
)]
pub struct UnknownPoint {
    pub value: String,
}

fn names() -> String {
    let names: Vec<_> = Point::ALL.iter().map(|point| point.name()).collect();
    names.join(", ")
}

struct Armed {
    point: Point,
    /// Passes left before the one that kills.
    left: AtomicU32,
}

static ARMED: OnceLock<Option<Armed>> = OnceLock::new();

/// Reads the variable. Called once at start; without it no point does anything.
///
/// # Errors
/// The variable names no point.
pub fn arm() -> Result<(), UnknownPoint> {
    let armed = match std::env::var(VARIABLE) {
        Ok(value) => {
            let (point, count) = parse(&value)?;
            Some(Armed {
                point,
                left: AtomicU32::new(count),
            })
        }
        Err(_) => None,
    };
    ARMED.get_or_init(|| armed);
    Ok(())
}

/// The process ends here if this point is armed.
pub fn point(point: Point) {
    let Some(armed) = ARMED.get().and_then(Option::as_ref) else {
        return;
    };
    if armed.point == point && armed.left.fetch_sub(1, Ordering::SeqCst) == 1 {
        // Failing to kill oneself leaves nothing better to do than going on.
        let _ = kill(Pid::this(), Signal::SIGKILL);
    }
}

fn parse(value: &str) -> Result<(Point, u32), UnknownPoint> {
    let unknown = || UnknownPoint {
        value: value.to_owned(),
    };
    let (name, count) = match value.split_once(':') {
        Some((name, count)) => (
            name,
            count
                .parse()
                .ok()
                .filter(|count| *count > 0)
                .ok_or_else(unknown)?,
        ),
        None => (value, 1),
    };
    let point = Point::ALL
        .iter()
        .find(|point| point.name() == name)
        .ok_or_else(unknown)?;
    Ok((*point, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_named_by_its_text_and_a_count() {
        for point in Point::ALL {
            assert_eq!(parse(point.name()), Ok((*point, 1)));
            assert_eq!(parse(&format!("{}:3", point.name())), Ok((*point, 3)));
        }
    }

    #[test]
    fn unknown_points_and_counts_are_refused() {
        for value in ["", "after", "after-signed:", "after-signed:0", "after-signed:x"] {
            assert_eq!(parse(value), Err(UnknownPoint { value: value.into() }));
        }
    }

    #[test]
    fn an_unarmed_point_does_nothing() {
        for at in Point::ALL {
            point(*at);
        }
    }
}
