//! `leasebook simulate`: agents with strategies against the contracts' own math.

use std::path::PathBuf;

use anyhow::{bail, Context, Result};
use clap::{Args, Subcommand};
use honesty::ground::{ground, Ground};
use honesty::report::{charts, row, Report, Row};
use honesty::rules::rules;
use honesty::stats::Estimate;
use honesty::strategies::{Strategy, STRATEGIES};
use honesty::sweeps::{sweeps, Sweep};
use honesty::terms::Terms;

use crate::context::Global;
use crate::output::Table;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook simulate honesty                       every strategy, what each rule is for, what honesty costs
  leasebook simulate honesty --strategy exit-scam --strategy withhold --units 100000
  leasebook simulate honesty --q 0.3 --plots /tmp/plots
  leasebook simulate honesty --first-draft --strategy withhold")]
pub enum Simulate {
    /// What cheating gains against honest behaviour
    Honesty(Honesty),
}

#[derive(Args, Debug)]
pub struct Honesty {
    /// Bad units, audits, or hundredths of seats, per strategy and value
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(100..=100_000_000))]
    units: u64,
    /// Only this one, and nothing else; may be repeated [default: all]
    #[arg(long, value_name = "NAME")]
    strategy: Vec<String>,
    /// Share of the bonded weight that plays together
    #[arg(long, default_value_t = Terms::default().friends, value_name = "SHARE")]
    q: f64,
    /// Cost of a unit, as a share of its price
    #[arg(long, default_value_t = Terms::default().cost, value_name = "SHARE")]
    cost: f64,
    /// Probability that an auditor notices a bad unit
    #[arg(long, default_value_t = Terms::default().power, value_name = "SHARE")]
    power: f64,
    /// The same seed gives the same figures
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The rules before the simulation changed them
    #[arg(long)]
    first_draft: bool,
    /// Write a chart for each strategy and sweep, as SVG
    #[arg(long, value_name = "DIR")]
    plots: Option<PathBuf>,
}

/// # Errors
/// A share is none, a strategy has no such name, or a chart cannot be written.
pub fn run(global: &Global, command: Simulate) -> Result<()> {
    let Simulate::Honesty(args) = command;
    let report = simulate(global, &args)?;
    if let Some(dir) = &args.plots {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        for (name, chart) in charts(&report) {
            let path = dir.join(name);
            std::fs::write(&path, chart.svg()).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    global.output().show(&report, show)
}

fn simulate(global: &Global, args: &Honesty) -> Result<Report> {
    for (name, share) in [("--q", args.q), ("--cost", args.cost), ("--power", args.power)] {
        if !(0.0..=1.0).contains(&share) {
            bail!("{name} is a share from 0 to 1, not {share}");
        }
    }
    let base = match args.first_draft {
        true => Terms::first_draft(),
        false => Terms::default(),
    };
    let terms = Terms {
        friends: args.q,
        cost: args.cost,
        power: args.power,
        ..base
    };
    let chosen = chosen(&args.strategy)?;
    let mut strategies = vec![];
    for strategy in &chosen {
        global.output().note(format!("{} ...", strategy.name));
        strategies.push(row(strategy, &terms, args.units, args.seed)?);
    }
    let mut report = Report {
        seed: args.seed,
        units: args.units,
        terms,
        strategies,
        sweeps: vec![],
        rules: vec![],
        ground: None,
    };
    if args.strategy.is_empty() {
        global.output().note("past the defaults ...");
        report.sweeps = sweeps(&terms, args.units, args.seed)?;
        global.output().note("rule by rule ...");
        report.rules = rules(&terms, args.units.saturating_mul(2), args.seed)?;
        global.output().note("honest providers ...");
        report.ground = Some(ground(&terms, args.units.saturating_mul(100), args.seed));
    }
    Ok(report)
}

fn chosen(names: &[String]) -> Result<Vec<&'static Strategy>> {
    if names.is_empty() {
        return Ok(STRATEGIES.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            let known = || STRATEGIES.iter().map(|s| s.name).collect::<Vec<_>>().join(", ");
            Strategy::by_name(name).with_context(|| format!("no strategy {name}; there are {}", known()))
        })
        .collect()
}

fn show(report: &Report) -> String {
    let terms = &report.terms;
    let mut text = format!(
        "bond {} unit prices, friends with {} of the weight, a unit costs {} of its price, an auditor notices {} of bad units; seed {}\n\n",
        terms.bond_units,
        percent(terms.friends),
        percent(terms.cost),
        percent(terms.power),
        report.seed
    );
    text += &best(&report.strategies);
    if report.strategies.len() <= 3 {
        for row in &report.strategies {
            text += &format!(
                "\n{}, {}\n{}",
                row.strategy,
                row.unit,
                points(row.parameter, &row.points)
            );
        }
    }
    for Sweep {
        strategy,
        parameter,
        points: swept,
    } in &report.sweeps
    {
        text += &format!("\n{strategy} past the defaults\n{}", points(parameter, swept));
    }
    if !report.rules.is_empty() {
        let mut table = Table::new(["rule", "strategy", ">gain with it", ">without it", "counted in"]);
        for rule in &report.rules {
            table.row([
                rule.rule.into(),
                format!("{} {}", rule.strategy, rule.value),
                gain(&rule.with),
                gain(&rule.without),
                rule.unit.into(),
            ]);
        }
        text += &format!("\nWhat each rule is for\n{}", table.render());
    }
    if let Some(ground) = &report.ground {
        text += &show_ground(ground);
    }
    text
}

fn best(rows: &[Row]) -> String {
    let mut table = Table::new([
        "strategy",
        ">best",
        "of",
        ">gain",
        ">99.9 % bounds",
        "counted in",
        "",
    ]);
    for row in rows {
        table.row([
            row.strategy.into(),
            row.best.value.to_string(),
            row.parameter.into(),
            format!("{:.2}", row.best.gain.mean),
            format!("{:.2} to {:.2}", row.best.gain.low, row.best.gain.high),
            row.unit.into(),
            if row.gains() { "GAINS" } else { "" }.into(),
        ]);
    }
    table.render()
}

fn points(parameter: &str, points: &[honesty::strategies::Point]) -> String {
    let heading = format!(">{parameter}");
    let mut table = Table::new([heading.as_str(), ">gain", ">99.9 % bounds", ">simulated"]);
    for point in points {
        table.row([
            point.value.to_string(),
            format!("{:.2}", point.gain.mean),
            format!("{:.2} to {:.2}", point.gain.low, point.gain.high),
            point.simulated.to_string(),
        ]);
    }
    table.render()
}

fn show_ground(ground: &Ground) -> String {
    let mut suffered = Table::new([
        ">errors alone",
        ">together",
        ">units",
        ">audits",
        ">convicted",
        ">at most",
        ">refunded",
        ">at most",
    ]);
    for row in &ground.honest {
        suffered.row([
            percent(row.errors.alone),
            percent(row.errors.together),
            row.units.to_string(),
            row.audits.to_string(),
            row.convictions.to_string(),
            percent(row.convicted.high),
            row.refunds.to_string(),
            percent(row.refunded.high),
        ]);
    }
    let mut overhead = Table::new([
        ">bond, unit prices",
        ">held, bonds",
        ">audited",
        ">full re-execution",
        ">crops",
    ]);
    for row in &ground.overhead {
        overhead.row([
            row.bond_units.to_string(),
            row.held_bonds.to_string(),
            percent(row.rate),
            percent(row.whole),
            percent(row.crops),
        ]);
    }
    let mut filling = Table::new([">weight", ">seats", ">tries", ">last resort"]);
    for row in &ground.filling {
        filling.row([
            row.weight.to_string(),
            row.seats.to_string(),
            format!("{:.1}", row.tries.mean),
            percent(row.unfilled.mean),
        ]);
    }
    let mut reputation = Table::new([
        ">fees, observations",
        ">score",
        ">price of a newcomer",
        ">of a veteran",
    ]);
    for row in &ground.reputation {
        reputation.row([
            row.observations.to_string(),
            row.score.to_string(),
            format!("{:.2}", row.times_a_newcomer),
            format!("{:.2}", row.times_a_veteran),
        ]);
    }
    format!(
        "\nHonest providers, by errors of comparators\n{}\nWork done again, of all work\n{}\nTries to fill seats, by weight of the entries\n{}\nWhat bought reputation lets a provider ask in best_score orders\n{}",
        suffered.render(),
        overhead.render(),
        filling.render(),
        reputation.render()
    )
}

fn gain(estimate: &Estimate) -> String {
    format!("{:.2}", estimate.mean)
}

fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}
