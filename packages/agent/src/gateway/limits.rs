//! Requests per tenant: a bucket that fills at an even rate.

use std::collections::HashMap;
use std::time::Duration;

const MINUTE_NANOS: u128 = 60_000_000_000;
/// Buckets kept; beyond that, full ones are forgotten.
const MAX_BUCKETS: usize = 10_000;

/// Time is what the caller says.
#[derive(Debug)]
pub struct Limits {
    per_minute: u32,
    buckets: HashMap<String, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// In requests times [`MINUTE_NANOS`], so that no fraction is lost.
    level: u128,
    at: Duration,
}

impl Limits {
    /// A bucket holds `per_minute` requests and fills in a minute.
    pub fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            buckets: HashMap::new(),
        }
    }

    /// Counts one request of `tenant`.
    ///
    /// # Errors
    /// How long to wait for the next one.
    pub fn admit(&mut self, tenant: &str, now: Duration) -> Result<(), Duration> {
        let (rate, full) = (u128::from(self.per_minute), self.full());
        if self.buckets.len() >= MAX_BUCKETS {
            self.buckets
                .retain(|_, bucket| bucket.filled(rate, full, now).level < full);
        }
        let bucket = self
            .buckets
            .entry(tenant.to_owned())
            .or_insert(Bucket { level: full, at: now });
        *bucket = bucket.filled(rate, full, now);
        match bucket.level.checked_sub(MINUTE_NANOS) {
            Some(level) => {
                bucket.level = level;
                Ok(())
            }
            None => {
                let nanos = (MINUTE_NANOS - bucket.level).div_ceil(rate.max(1));
                Err(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
            }
        }
    }

    fn full(&self) -> u128 {
        u128::from(self.per_minute) * MINUTE_NANOS
    }
}

impl Bucket {
    fn filled(self, rate: u128, full: u128, now: Duration) -> Self {
        let gained = now.saturating_sub(self.at).as_nanos().saturating_mul(rate);
        Self {
            level: self.level.saturating_add(gained).min(full),
            at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_tenant_may_use_a_minutes_requests_at_once_and_then_at_the_rate() {
        let mut limits = Limits::new(60);
        for _ in 0..60 {
            assert_eq!(limits.admit("t", SECOND), Ok(()));
        }
        assert_eq!(limits.admit("t", SECOND), Err(SECOND));
        assert_eq!(limits.admit("t", 2 * SECOND), Ok(()));
        assert_eq!(limits.admit("t", 2 * SECOND), Err(SECOND));
    }

    #[test]
    fn one_tenants_requests_cost_another_nothing() {
        let mut limits = Limits::new(1);
        assert_eq!(limits.admit("t", SECOND), Ok(()));
        assert!(limits.admit("t", SECOND).is_err());
        assert_eq!(limits.admit("u", SECOND), Ok(()));
    }
}
