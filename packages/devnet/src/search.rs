//! CometBFT's query language, as far as clients use it: conditions joined by `AND`.

use std::collections::BTreeSet;

use cosmwasm_std::Event;
use thiserror::Error;

use crate::history::{History, Place, TxHash};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    Exists,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub key: String,
    pub compare: Compare,
    /// Quoted text without its quotes, or a number as written; empty for `EXISTS`.
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("failed to parse query: {reason} in {query:?}")]
pub struct BadQuery {
    pub query: String,
    pub reason: &'static str,
}

/// Parses conditions. An empty query matches everything.
pub fn parse(query: &str) -> Result<Vec<Condition>, BadQuery> {
    let bad = |reason| BadQuery {
        query: query.to_owned(),
        reason,
    };
    let mut rest = query.trim_start();
    let mut conditions = Vec::new();
    while !rest.is_empty() {
        if !conditions.is_empty() {
            rest = word(rest, "AND").ok_or_else(|| bad("expected AND"))?;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || "=<>'".contains(c))
            .unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        if key.is_empty() {
            return Err(bad("expected a key"));
        }
        let after = after.trim_start();
        let (compare, after) = [
            ("<=", Compare::LessOrEqual),
            (">=", Compare::GreaterOrEqual),
            ("=", Compare::Equal),
            ("<", Compare::Less),
            (">", Compare::Greater),
            ("CONTAINS", Compare::Contains),
            ("EXISTS", Compare::Exists),
        ]
        .into_iter()
        .find_map(|(sign, compare)| {
            after
                .strip_prefix(sign)
                .map(|after| (compare, after.trim_start()))
        })
        .ok_or_else(|| bad("expected an operator"))?;
        let (value, after) = match (compare, after.strip_prefix('\'')) {
            (Compare::Exists, _) => ("", after),
            (_, Some(text)) => text.split_once('\'').ok_or_else(|| bad("quote is not closed"))?,
            (_, None) => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
        };
        let unquoted = compare != Compare::Exists && !rest_is_quoted(rest, value);
        if unquoted && value.parse::<u64>().is_err() {
            return Err(bad("expected a quoted value or a number"));
        }
        conditions.push(Condition {
            key: key.to_owned(),
            compare,
            value: value.to_owned(),
        });
        rest = after.trim_start();
    }
    Ok(conditions)
}

fn rest_is_quoted(rest: &str, value: &str) -> bool {
    rest.contains(&format!("'{value}'"))
}

fn word<'a>(text: &'a str, expected: &str) -> Option<&'a str> {
    let after = text.strip_prefix(expected)?;
    after.starts_with(char::is_whitespace).then(|| after.trim_start())
}

impl Condition {
    /// Whether an attribute's value satisfies the condition. Order compares numbers; text without one never matches.
    fn holds(&self, found: &str) -> bool {
        let ordered = |wanted: fn(std::cmp::Ordering) -> bool| {
            let pair = found.parse::<u64>().ok().zip(self.value.parse::<u64>().ok());
            pair.is_some_and(|(found, value)| wanted(found.cmp(&value)))
        };
        match self.compare {
            Compare::Equal => found == self.value,
            Compare::Contains => found.contains(&self.value),
            Compare::Exists => true,
            Compare::Less => ordered(std::cmp::Ordering::is_lt),
            Compare::LessOrEqual => ordered(std::cmp::Ordering::is_le),
            Compare::Greater => ordered(std::cmp::Ordering::is_gt),
            Compare::GreaterOrEqual => ordered(std::cmp::Ordering::is_ge),
        }
    }

    /// Whether any of the values an item has under the condition's key satisfies it.
    pub fn matches<'a>(&self, mut values: impl Iterator<Item = &'a str>) -> bool {
        values.any(|value| self.holds(value))
    }
}

/// Values of `type.key` in `events`.
pub fn values_of<'a>(events: &'a [Event], key: &'a str) -> impl Iterator<Item = &'a str> {
    events.iter().flat_map(move |event| {
        let attribute = key
            .strip_prefix(event.ty.as_str())
            .and_then(|rest| rest.strip_prefix('.'));
        event
            .attributes
            .iter()
            .filter(move |found| attribute == Some(found.key.as_str()))
            .map(|found| found.value.as_str())
    })
}

/// Whether a transaction satisfies every condition.
pub fn tx_matches(conditions: &[Condition], hash: &TxHash, height: u64, events: &[Event]) -> bool {
    conditions.iter().all(|condition| match condition.key.as_str() {
        "tm.event" => condition.holds("Tx"),
        "tx.hash" => condition.holds(&hex::encode_upper(hash)),
        "tx.height" => condition.holds(&height.to_string()),
        key => condition.matches(values_of(events, key)),
    })
}

/// Transactions satisfying every condition, oldest first. Equality goes through the indices; the rest filters.
pub fn txs(history: &History, conditions: &[Condition]) -> Vec<Place> {
    let indexed = |condition: &Condition| -> Option<BTreeSet<Place>> {
        if condition.compare != Compare::Equal {
            return None;
        }
        match condition.key.as_str() {
            "tm.event" => None,
            "tx.hash" => {
                let mut hash: TxHash = [0; 32];
                let known = hex::decode_to_slice(&condition.value, &mut hash).ok();
                Some(known.and_then(|()| history.place(&hash)).into_iter().collect())
            }
            "tx.height" => Some(
                condition
                    .value
                    .parse()
                    .map(|height| history.places_at(height))
                    .unwrap_or_default(),
            ),
            key => Some(history.places_with(key, &condition.value)),
        }
    };
    let smallest = conditions.iter().filter_map(indexed).min_by_key(BTreeSet::len);
    let candidates = smallest.unwrap_or_else(|| history.places());
    let wanted = |place: &Place| {
        let found = history.tx(*place);
        found.is_some_and(|tx| tx_matches(conditions, &tx.hash(), place.0, &tx.result.events))
    };
    candidates.into_iter().filter(wanted).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(key: &str, compare: Compare, value: &str) -> Condition {
        Condition {
            key: key.into(),
            compare,
            value: value.into(),
        }
    }

    #[test]
    fn spaces_are_optional_and_and_may_stand_inside_quotes() {
        let parsed = parse("tm.event='Tx' AND wasm.text = 'this AND that' AND tx.height>=11").unwrap();
        assert_eq!(
            parsed,
            vec![
                condition("tm.event", Compare::Equal, "Tx"),
                condition("wasm.text", Compare::Equal, "this AND that"),
                condition("tx.height", Compare::GreaterOrEqual, "11"),
            ]
        );
        assert_eq!(
            parse("a.b EXISTS").unwrap(),
            vec![condition("a.b", Compare::Exists, "")]
        );
        assert_eq!(parse(" ").unwrap(), vec![]);
    }

    #[test]
    fn malformed_queries_are_refused_with_the_reason() {
        for (query, reason) in [
            ("a.b='x", "quote is not closed"),
            ("a.b", "expected an operator"),
            ("a.b='x' OR c.d='y'", "expected AND"),
            ("a.b=x", "expected a quoted value or a number"),
            ("='x'", "expected a key"),
        ] {
            assert_eq!(parse(query).unwrap_err().reason, reason, "{query}");
        }
    }

    #[test]
    fn numbers_compare_by_value_not_by_digits() {
        let above = condition("transfer.n", Compare::Greater, "9");
        let events = vec![Event::new("transfer").add_attribute("n", "10")];
        assert!(above.matches(values_of(&events, "transfer.n")));
        let events = vec![Event::new("transfer").add_attribute("n", "text")];
        assert!(!above.matches(values_of(&events, "transfer.n")));
    }
}
