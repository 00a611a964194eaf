//! Means with the bounds that chance leaves them.

use serde::Serialize;

/// Two-sided normal quantile of 99.9 %: one in a thousand such intervals misses.
pub const Z: f64 = 3.29;

/// Mean of what was observed, by Welford's method.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mean {
    n: u64,
    mean: f64,
    squares: f64,
}

impl Mean {
    pub fn add(&mut self, x: f64) {
        self.n += 1;
        let off = x - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (x - self.mean);
    }

    pub fn estimate(&self) -> Estimate {
        let n = self.n as f64;
        let half = match self.n {
            0 | 1 => f64::INFINITY,
            _ => Z * (self.squares / (n - 1.0) / n).sqrt(),
        };
        Estimate {
            mean: self.mean,
            low: self.mean - half,
            high: self.mean + half,
            n: self.n,
        }
    }
}

/// A mean and its 99.9 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    pub mean: f64,
    pub low: f64,
    pub high: f64,
    pub n: u64,
}

impl Estimate {
    /// Shifted by what is certain.
    #[must_use]
    pub fn plus(self, sure: f64) -> Self {
        Self {
            mean: self.mean + sure,
            low: self.low + sure,
            high: self.high + sure,
            n: self.n,
        }
    }
}

/// Share of `hits` in `n` with Wilson's 99.9 % interval, which also holds for none at all.
pub fn share(hits: u64, n: u64) -> Estimate {
    let (hits_f, n_f) = (hits as f64, (n as f64).max(1.0));
    let p = hits_f / n_f;
    let z2 = Z * Z;
    let centre = (p + z2 / (2.0 * n_f)) / (1.0 + z2 / n_f);
    let half = Z * (p * (1.0 - p) / n_f + z2 / (4.0 * n_f * n_f)).sqrt() / (1.0 + z2 / n_f);
    Estimate {
        mean: p,
        low: (centre - half).max(0.0),
        high: centre + half,
        n,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_and_its_interval_are_those_of_the_formula() {
        let mut mean = Mean::default();
        for x in [1.0, 2.0, 3.0, 4.0] {
            mean.add(x);
        }
        let e = mean.estimate();
        // Variance 5/3 over 4 values.
        let half = Z * (5.0f64 / 12.0).sqrt();
        assert!((e.mean - 2.5).abs() < 1e-12 && (e.high - 2.5 - half).abs() < 1e-12);
        assert!((e.mean - e.low - half).abs() < 1e-12);
    }

    #[test]
    fn none_in_many_still_has_an_upper_bound() {
        let e = share(0, 1_000_000);
        assert_eq!((e.mean, e.low), (0.0, 0.0));
        assert!((1.07e-5..1.09e-5).contains(&e.high), "{}", e.high);
    }

    #[test]
    fn one_observation_says_nothing_about_chance() {
        let mut mean = Mean::default();
        mean.add(7.0);
        assert_eq!(mean.estimate().high, f64::INFINITY);
    }
}
