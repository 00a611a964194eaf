//! Bounds of rates that were counted, and tails of the binomial distribution.

/// Upper end of the one-sided Clopper-Pearson interval: with `hits` of `trials`, the rate is below it with `confidence` (0 to 1).
/// 1 without trials.
pub fn upper_bound(hits: u64, trials: u64, confidence: f64) -> f64 {
    if hits >= trials {
        return 1.0;
    }
    // P[X <= hits] falls with the rate.
    bisect(|rate| 1.0 - tail(hits, trials, rate) > 1.0 - confidence)
}

/// Lower end of the same: the rate is above it with `confidence`. 0 without hits.
pub fn lower_bound(hits: u64, trials: u64, confidence: f64) -> f64 {
    match hits {
        0 => 0.0,
        // P[X >= hits] rises with the rate.
        hits => bisect(|rate| tail(hits - 1, trials, rate) < 1.0 - confidence),
    }
}

/// `P[X > k]` of a binomial `X` of `n` trials at `rate`.
pub fn tail(k: u64, n: u64, rate: f64) -> f64 {
    if k >= n || rate <= 0.0 {
        return 0.0;
    }
    if rate >= 1.0 {
        return 1.0;
    }
    // The term of k, then from term to term; the shorter side of the two is summed.
    let mean = rate * n as f64;
    let odds = rate / (1.0 - rate);
    let term = |i: u64| (log_choose(n, i) + i as f64 * rate.ln() + (n - i) as f64 * (-rate).ln_1p()).exp();
    if (k as f64) < mean {
        let mut at = term(k);
        let mut sum = at;
        for i in (0..k).rev() {
            at *= (i + 1) as f64 / (n - i) as f64 / odds;
            sum += at;
        }
        (1.0 - sum).clamp(0.0, 1.0)
    } else {
        let mut at = term(k + 1);
        let mut sum = at;
        for i in k + 2..=n {
            at *= odds * (n - i + 1) as f64 / i as f64;
            sum += at;
            if at < sum * 1e-18 {
                break;
            }
        }
        sum.min(1.0)
    }
}

/// The least `k` with `P[X > k] <= alarm`: how much of `n` may go wrong at `rate`.
pub fn allowed(n: u64, rate: f64, alarm: f64) -> u64 {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if tail(middle, n, rate) <= alarm {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The largest rate at which `holds`, which does so up to one rate and not beyond.
fn bisect(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn log_choose(n: u64, k: u64) -> f64 {
    log_factorial(n) - log_factorial(k) - log_factorial(n - k)
}

/// Summed up to 32, from there by Stirling's series, which is then good to 1e-12.
fn log_factorial(n: u64) -> f64 {
    if n < 32 {
        return (2..=n).map(|i| (i as f64).ln()).sum();
    }
    let x = n as f64;
    x * x.ln() - x + 0.5 * (std::f64::consts::TAU * x).ln() + 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-4 * b.abs().max(1e-9), "{a} {b}");
    }

    #[test]
    fn bounds_are_those_of_the_tables() {
        // The rule of three, exactly: 1 - 0.05^(1/n).
        near(upper_bound(0, 100, 0.95), 1.0 - 0.05f64.powf(0.01));
        near(lower_bound(100, 100, 0.95), 0.05f64.powf(0.01));
        // One-sided 97.5 % are the two-sided 95 % of 10 of 100: 0.0490 to 0.1762.
        near(lower_bound(10, 100, 0.975), 0.049_004_7);
        near(upper_bound(10, 100, 0.975), 0.176_222_6);
        assert_eq!(lower_bound(0, 10, 0.95), 0.0);
        assert_eq!(upper_bound(0, 0, 0.95), 1.0);
    }

    #[test]
    fn tails_are_the_sums_they_stand_for() {
        near(tail(0, 2, 0.5), 0.75);
        near(tail(1, 2, 0.5), 0.25);
        // 1 - (0.99^100 + 100 * 0.01 * 0.99^99)
        near(tail(1, 100, 0.01), 1.0 - 0.99f64.powi(100) - 0.99f64.powi(99));
        assert_eq!(tail(5, 5, 0.9), 0.0);
        assert_eq!(allowed(2, 0.5, 0.25), 1);
        assert_eq!(allowed(1_000, 0.0, 1e-6), 0);
    }
}
