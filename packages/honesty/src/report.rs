//! One run of the simulation: what every strategy gains, where cheating begins to pay, what honesty costs and suffers.

use market_math::MathError;
use serde::Serialize;

use crate::chart::{Chart, Line};
use crate::ground::Ground;
use crate::rules::Rule;
use crate::strategies::{Point, Strategy};
use crate::sweeps::Sweep;
use crate::terms::Terms;

/// All of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub seed: u64,
    /// Bad units, or a like measure, per strategy and value.
    pub units: u64,
    pub terms: Terms,
    pub strategies: Vec<Row>,
    /// Empty when single strategies were asked for.
    pub sweeps: Vec<Sweep>,
    pub rules: Vec<Rule>,
    pub ground: Option<Ground>,
}

/// What a strategy gains over its parameter.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub strategy: &'static str,
    pub parameter: &'static str,
    pub unit: &'static str,
    pub points: Vec<Point>,
    /// The best value, measured once more with other chances, so that it is not the luckiest one.
    pub best: Point,
}

impl Row {
    /// Certainly more than by honest behaviour.
    pub fn gains(&self) -> bool {
        self.best.gain.low > 0.0
    }
}

/// Play `strategy` over its parameter.
///
/// # Errors
/// None that the sizes of the simulation can cause.
pub fn row(strategy: &Strategy, terms: &Terms, units: u64, seed: u64) -> Result<Row, MathError> {
    let points = strategy
        .values
        .iter()
        .map(|value| strategy.measure(*value, terms, units, seed))
        .collect::<Result<Vec<_>, _>>()?;
    let best = points
        .iter()
        .max_by(|a, b| a.gain.mean.total_cmp(&b.gain.mean))
        .map_or(0, |point| point.value);
    Ok(Row {
        strategy: strategy.name,
        parameter: strategy.parameter,
        unit: strategy.unit,
        best: strategy.measure(best, terms, units.saturating_mul(2), seed.wrapping_add(1))?,
        points,
    })
}

/// The charts of a report, each with the name of its file.
pub fn charts(report: &Report) -> Vec<(String, Chart)> {
    let of_rows = report.strategies.iter().map(|row| {
        let chart = chart(
            row.strategy,
            row.parameter,
            &format!("gain, {}", row.unit),
            &row.points,
        );
        (format!("{}.svg", row.strategy), chart)
    });
    let of_sweeps = report.sweeps.iter().map(|sweep| {
        let words: String = sweep
            .parameter
            .chars()
            .filter(|c| c.is_ascii_alphabetic() || *c == ' ')
            .collect();
        let name = format!("{}-by-{}.svg", sweep.strategy, words.trim().replace(' ', "-"));
        (
            name,
            chart(sweep.strategy, sweep.parameter, "gain", &sweep.points),
        )
    });
    of_rows.chain(of_sweeps).collect()
}

fn chart(strategy: &str, parameter: &str, up: &str, points: &[Point]) -> Chart {
    Chart {
        title: format!("{strategy}: gain against honest behaviour, with 99.9 % bounds"),
        across: parameter.into(),
        places: points.iter().map(|point| point.value.to_string()).collect(),
        up: up.into(),
        lines: vec![Line {
            name: strategy.into(),
            points: points.iter().map(|point| point.gain).collect(),
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_measures_its_best_value_again() {
        let strategy = Strategy::by_name("exit-scam").unwrap();
        let row = row(strategy, &Terms::default(), 2_000, 1).unwrap();
        assert_eq!(row.points.len(), strategy.values.len());
        let best = row
            .points
            .iter()
            .find(|point| point.value == row.best.value)
            .unwrap();
        assert_ne!(best.gain, row.best.gain);
        assert!(!row.gains());
    }

    #[test]
    fn every_row_and_sweep_has_a_chart_of_its_own_name() {
        let strategy = Strategy::by_name("always-accuse").unwrap();
        let terms = Terms::default();
        let report = Report {
            seed: 1,
            units: 100,
            terms,
            strategies: vec![row(strategy, &terms, 100, 1).unwrap()],
            sweeps: crate::sweeps::sweeps(&terms, 10, 1).unwrap(),
            rules: vec![],
            ground: None,
        };
        let mut names: Vec<String> = charts(&report).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[0], "always-accuse.svg");
        let count = names.len();
        assert_eq!(count, 1 + report.sweeps.len());
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
