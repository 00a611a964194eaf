use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// How long an endpoint that failed is asked after all others: a second, twice as long with each further failure, a
/// minute at most. An answer ends it.
#[derive(Debug, Default)]
pub(super) struct Rest(Mutex<State>);

#[derive(Debug, Default, Clone, Copy)]
struct State {
    failures: u32,
    until: Option<Instant>,
}

impl Rest {
    pub fn failed(&self, now: Instant) {
        let mut state = self.lock();
        let length = FIRST.saturating_mul(1 << state.failures.min(6)).min(LONGEST);
        state.failures = state.failures.saturating_add(1);
        state.until = now.checked_add(length);
    }

    pub fn worked(&self) {
        *self.lock() = State::default();
    }

    /// What is left of it; zero for an endpoint in health.
    pub fn left(&self, now: Instant) -> Duration {
        self.lock()
            .until
            .map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Two numbers are whole whatever happened to who wrote them.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_rest_up_to_a_minute_and_an_answer_ends_it() {
        let (rest, now) = (Rest::default(), Instant::now());
        assert_eq!(rest.left(now), Duration::ZERO);
        for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
            rest.failed(now);
            assert_eq!(rest.left(now), Duration::from_secs(seconds));
        }
        assert_eq!(rest.left(now + Duration::from_secs(60)), Duration::ZERO);
        rest.worked();
        rest.failed(now);
        assert_eq!(rest.left(now), Duration::from_secs(1));
    }
}
