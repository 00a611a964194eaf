//! What a command shows: lines and tables for people, one JSON document for programs.

use std::io::{self, ErrorKind, Write as _};

use serde::Serialize;

/// Where the results of a command go.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    json: bool,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    pub fn is_json(self) -> bool {
        self.json
    }

    /// Print `data` as JSON, or what `human` writes of it.
    ///
    /// # Errors
    /// `data` does not serialise, or stdout cannot be written to.
    pub fn show<T: Serialize>(self, data: &T, human: impl FnOnce(&T) -> String) -> anyhow::Result<()> {
        if self.json {
            line(&serde_json::to_string_pretty(data)?)?;
        } else {
            line(human(data).trim_end())?;
        }
        Ok(())
    }

    /// A line of progress, for people only and apart from results.
    pub fn note(self, text: impl AsRef<str>) {
        if !self.json {
            eprintln!("{}", text.as_ref());
        }
    }
}

/// Write `text` and a newline to stdout. A reader that has gone away (`| head -1`) has what it wanted.
///
/// # Errors
/// Stdout fails otherwise, as on a full disk.
pub fn line(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{text}").and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Columns as wide as their widest cell; numbers belong in right-aligned columns, marked by a `>` before the heading.
pub struct Table {
    headings: Vec<String>,
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self {
            headings: headings
                .iter()
                .map(|heading| heading.trim_start_matches('>').to_owned())
                .collect(),
            right: headings.iter().map(|heading| heading.starts_with('>')).collect(),
            rows: vec![],
        }
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) -> &mut Self {
        self.rows.push(cells.into());
        self
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn render(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells
                .chain(self.headings.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.headings.len()).map(width).collect();
        let line = |cells: &[String]| {
            let mut text = String::new();
            for ((cell, width), right) in cells.iter().zip(&widths).zip(&self.right) {
                let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
                let (before, after) = if *right {
                    (pad.as_str(), "")
                } else {
                    ("", pad.as_str())
                };
                text += &format!("{before}{cell}{after}  ");
            }
            text.trim_end().to_owned() + "\n"
        };
        let mut text = line(&self.headings);
        for row in &self.rows {
            text += &line(row);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(["provider", ">price"]);
        table
            .row(["aurora".into(), "2.50".into()])
            .row(["b".into(), "12.00".into()]);
        assert_eq!(
            table.render(),
            "provider  price\naurora     2.50\nb         12.00\n"
        );
    }
}
