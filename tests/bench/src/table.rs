//! The table of gas: as text, as limits, and as the difference between two of them.

use std::fmt;

use anyhow::{bail, ensure, Context, Result};

use crate::messages::Gauged;

/// A change of so many percent is shown.
const NOTABLE: u64 = 2;
const FURTHER: &str = "escrow: heartbeat, each further of 50 leases";

/// What the market promises, with pinned codes.
const LIMITS: [(&str, u64); 15] = [
    ("escrow: place a stream order from the wallet", 150_000),
    ("escrow: place a task order from the wallet", 150_000),
    ("book: bid", 85_000),
    ("book: bid on a task", 85_000),
    ("book: lower a bid", 85_000),
    ("book: bid, beside 19 others", 85_000),
    ("book: award, 1 bid", 150_000),
    ("book: award, 20 bids", 150_000),
    ("book: award at the second price, 20 bids", 150_000),
    ("book: award a task", 150_000),
    (FURTHER, 6_000),
    ("attestation: post the first batch, 64 units", 85_000),
    ("attestation: post a batch, 64 units", 85_000),
    ("escrow: settle a stream", 70_000),
    ("escrow: withdraw", 85_000),
];

/// Of what is above its limit. Shares follow from the chain's prices: a read is 1,000 and 3 a byte, a write 2,000 and 30 a byte, the
/// chain's own prefix of each key is 33 bytes, and a call or query into a pinned contract takes about 5,000 before its first read.
const WHERE: &str = "\
Where the gas of what is above its limit goes; shares are estimates from the chain's prices. About 38,000 of each is the transaction
itself.

Place an order: 15,000 the token's part of the send; 10,000 the question for the take rate; 9,000 and 13,000 the order at the escrow and
at the book, each with its tenant and token; 7,000 the totals; 13,000 number, reservation and state of the order; 5,000 the index by
tenant. What could still be saved: the escrow's copy of the order, which is all that its money depends on, and the index.

Award: 19,000 the registry's judgement, asked before anybody is committed; 40,000 the commitment, which judges again, because the registry
trusts nobody's word for what is free, and writes capacity, bond and what the lease holds; 42,000 the lease: its record, its money, two
indexes, the totals, and the tenant's account, to which the unused part of the reservation returns; 12,000 the end of the order and its
clearing price. A commitment tried first and asked about only when it fails would save about 14,000.

Post a batch: two calls, and a question back to the escrow, which asks the registry for the agent. Held money changes the totals, the
lease's money and the task's state, three records; the batch is a fourth. An answer of `Hold` in place of the question would save about
15,000.
";

#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    name: String,
    unpinned: u64,
    pinned: u64,
}

impl Row {
    fn limit(&self) -> Option<u64> {
        LIMITS
            .iter()
            .find(|(name, _)| *name == self.name)
            .map(|(_, limit)| *limit)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            unpinned,
            pinned,
        } = self;
        write!(f, "{name:54}{unpinned:>10}{pinned:>10}")?;
        match self.limit() {
            Some(limit) => write!(f, "{limit:>10}"),
            None => Ok(()),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Table(Vec<Row>);

impl Table {
    /// # Errors
    /// The two runs measured different messages.
    pub fn of(unpinned: Vec<Gauged>, pinned: Vec<Gauged>) -> Result<Self> {
        ensure!(unpinned.len() == pinned.len(), "two runs of different length");
        let rows = unpinned
            .into_iter()
            .zip(pinned)
            .map(|((name, unpinned), (again, pinned))| {
                ensure!(name == again, "{name} in one run is {again} in the other");
                Ok(Row {
                    name: name.into(),
                    unpinned,
                    pinned,
                })
            });
        let mut rows = rows.collect::<Result<Vec<_>>>()?;
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        let find = |name: &str| {
            rows.iter()
                .find(|row| row.name == name)
                .context("no heartbeats were measured")
        };
        let (one, fifty) = (
            find("escrow: heartbeat of 1 lease")?,
            find("escrow: heartbeat of 50 leases")?,
        );
        let further = Row {
            name: FURTHER.into(),
            unpinned: fifty.unpinned.saturating_sub(one.unpinned) / 49,
            pinned: fifty.pinned.saturating_sub(one.pinned) / 49,
        };
        let place = rows.partition_point(|row| row.name < further.name);
        rows.insert(place, further);
        Ok(Self(rows))
    }

    /// # Errors
    /// The text is no table.
    pub fn read(text: &str) -> Result<Self> {
        let lines = text
            .lines()
            .skip_while(|line| !line.starts_with("message"))
            .skip(1);
        let row = |line: &str| {
            let (name, figures) = line.split_at_checked(54).context("a short line")?;
            let mut figures = figures.split_whitespace().map(str::parse);
            let (Some(unpinned), Some(pinned)) = (figures.next(), figures.next()) else {
                bail!("{line:?} has no two figures");
            };
            Ok(Row {
                name: name.trim_end().into(),
                unpinned: unpinned?,
                pinned: pinned?,
            })
        };
        Ok(Self(
            lines
                .take_while(|line| !line.is_empty())
                .map(row)
                .collect::<Result<_>>()?,
        ))
    }

    /// Rows above their limit.
    pub fn missed(&self) -> Vec<&Row> {
        self.0
            .iter()
            .filter(|row| row.limit().is_some_and(|limit| row.pinned > limit))
            .collect()
    }

    /// The pinned figures alone.
    pub fn pinned(&self) -> String {
        self.0
            .iter()
            .map(|row| format!("{:54}{:>10}\n", row.name, row.pinned))
            .collect()
    }

    /// As [`Self::changes`], of the pinned figures alone.
    pub fn pinned_changes(&self, now: &Self) -> Vec<String> {
        let changes = self.changes(now).into_iter();
        changes.filter(|change| !change.contains(" unpinned ")).collect()
    }

    /// Where `now` differs from this by more than 2 %, or has other rows.
    pub fn changes(&self, now: &Self) -> Vec<String> {
        let find = |table: &'_ Self, name: &str| table.0.iter().position(|row| row.name == name);
        let mut changes = vec![];
        for row in &now.0 {
            let Some(at) = find(self, &row.name) else {
                changes.push(format!("new: {row}"));
                continue;
            };
            let was = &self.0[at];
            for (what, was, is) in [
                ("unpinned", was.unpinned, row.unpinned),
                ("pinned", was.pinned, row.pinned),
            ] {
                if was.abs_diff(is) * 100 > was * NOTABLE {
                    let percent = (is as f64 / was as f64 - 1.0) * 100.0;
                    changes.push(format!(
                        "{:54}{what:>10} {was:>9} -> {is:>9}  {percent:+.1} %",
                        row.name
                    ));
                }
            }
        }
        let gone = self.0.iter().filter(|row| find(now, &row.name).is_none());
        changes.extend(gone.map(|row| format!("gone: {}", row.name)));
        changes
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Gas of each message in a transaction of its own, on wasmd 0.70.3, without fees."
        )?;
        writeln!(f, "Written by `scripts/bench chain gas --accept`.\n")?;
        writeln!(
            f,
            "{:54}{:>10}{:>10}{:>10}",
            "message", "unpinned", "pinned", "at most"
        )?;
        for row in &self.0 {
            writeln!(f, "{row}")?;
        }
        write!(f, "\n{WHERE}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(settle: u64) -> Table {
        let gauged = vec![
            ("escrow: settle a stream", settle),
            ("escrow: heartbeat of 1 lease", 50_000),
            ("escrow: heartbeat of 50 leases", 246_000),
        ];
        Table::of(gauged.clone(), gauged).unwrap()
    }

    #[test]
    fn a_table_that_was_written_reads_back() {
        let table = table(70_000);
        assert_eq!(Table::read(&table.to_string()).unwrap(), table);
    }

    #[test]
    fn a_further_lease_costs_its_share_of_the_difference() {
        assert!(table(1)
            .to_string()
            .contains(&format!("{FURTHER:54}{:>10}", 4_000)));
    }

    #[test]
    fn a_change_above_two_percent_is_shown() {
        assert!(table(50_000).changes(&table(51_000)).is_empty());
        assert_eq!(table(50_000).changes(&table(51_001)).len(), 2);
    }

    #[test]
    fn a_figure_above_its_limit_is_missed() {
        assert!(table(70_000).missed().is_empty());
        assert_eq!(table(70_001).missed().len(), 1);
    }
}
