//! What a job costs this provider.

use cosmwasm_std::Uint128;
use market_math::{mul_div, MathError, Rounding};
use market_types::order::Rail;
use market_types::{BasisPoints, Price, Seconds};

use crate::config::ClassFloor;

/// What of an order decides its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    pub gpus: u16,
    pub size: JobSize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobSize {
    /// Priced per hour.
    Hour,
    /// Priced per unit, which may take as long as `deadline`.
    Unit { deadline: Seconds },
}

impl Job {
    pub fn of(rail: &Rail, gpus: u16) -> Self {
        let size = match rail {
            Rail::Stream { .. } => JobSize::Hour,
            Rail::Task { unit_deadline, .. } => JobSize::Unit {
                deadline: *unit_deadline,
            },
        };
        Self { gpus, size }
    }
}

/// Cost of one GPU for an hour: `(watts * kwh_price / 1000 + depreciation) / utilisation`, rounded up.
pub fn per_gpu_hour(class: &ClassFloor) -> Result<Uint128, MathError> {
    let watts = Uint128::from(class.watts);
    let power = mul_div(watts, class.kwh_price.into(), Uint128::new(1_000), Rounding::Up)?;
    let used = sum(power, class.depreciation_per_hour.into())?;
    let whole = Uint128::from(BasisPoints::WHOLE.0);
    mul_div(used, whole, class.utilisation_bps.into(), Rounding::Up)
}

/// The least price at which the job pays: per hour on a stream, per unit on a task. Rounded up, at least 1.
pub fn floor(class: &ClassFloor, job: Job) -> Result<Price, MathError> {
    let per_hour = mul_div(
        per_gpu_hour(class)?,
        Uint128::from(job.gpus),
        Uint128::one(),
        Rounding::Up,
    )?;
    let price = match job.size {
        JobSize::Hour => per_hour,
        JobSize::Unit { deadline } => {
            let seconds = class.unit_seconds.unwrap_or(deadline.0);
            mul_div(per_hour, seconds.into(), Seconds::HOUR.0.into(), Rounding::Up)?
        }
    };
    Ok(Price(price.max(Uint128::one())))
}

fn sum(a: Uint128, b: Uint128) -> Result<Uint128, MathError> {
    a.checked_add(b).map_err(|_| MathError::SumOverflow { a, b })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class() -> ClassFloor {
        ClassFloor {
            class: "software-vulkan".into(),
            token: "usdc".into(),
            watts: 700,
            kwh_price: 200_000,
            depreciation_per_hour: 1_000_000,
            utilisation_bps: 5_000,
            unit_seconds: Some(10),
        }
    }

    fn unit(gpus: u16) -> Job {
        Job {
            gpus,
            size: JobSize::Unit {
                deadline: Seconds(100),
            },
        }
    }

    #[test]
    fn an_hour_costs_power_and_depreciation_over_the_share_of_time_that_is_paid() {
        // 0.7 kWh at 0.20 and 1.00, half the time paid
        assert_eq!(
            floor(
                &class(),
                Job {
                    gpus: 1,
                    size: JobSize::Hour
                }
            ),
            Ok(Price::new(2_280_000))
        );
        assert_eq!(
            floor(
                &class(),
                Job {
                    gpus: 8,
                    size: JobSize::Hour
                }
            ),
            Ok(Price::new(18_240_000))
        );
    }

    #[test]
    fn a_unit_costs_its_seconds_rounded_up() {
        assert_eq!(floor(&class(), unit(1)), Ok(Price::new(6_334)));
        let unknown = ClassFloor {
            unit_seconds: None,
            ..class()
        };
        assert_eq!(floor(&unknown, unit(1)), Ok(Price::new(63_334)));
    }

    #[test]
    fn nothing_is_free() {
        let idle = ClassFloor {
            watts: 0,
            depreciation_per_hour: 0,
            ..class()
        };
        assert_eq!(floor(&idle, unit(1)), Ok(Price::new(1)));
    }
}
