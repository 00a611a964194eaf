/// What a signer believes about its account. Advanced by signing, corrected by refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sequence {
    pub account_number: u64,
    pub next: u64,
}

impl Sequence {
    /// After a node refused the sequence `used` because it expects another one.
    ///
    /// Bytes signed later may be in storage, so `next` goes back only if `used` was the latest.
    pub fn correct(&mut self, used: u64, expected: u64) {
        if expected > self.next || used.checked_add(1) == Some(self.next) {
            self.next = expected;
        }
    }

    /// After a node refused a transaction for any other reason: its sequence is free if it was the latest. If it was
    /// not, those signed later have to wait, and the next refusal corrects the count.
    pub fn release(&mut self, used: u64) {
        if used.checked_add(1) == Some(self.next) {
            self.next = used;
        }
    }
}

/// `expected` and `got` of the SDK's text "account sequence mismatch, expected 5, got 4".
pub(super) fn mismatch(log: &str) -> Option<(u64, u64)> {
    let (_, rest) = log.split_once("account sequence mismatch, expected ")?;
    let (expected, rest) = rest.split_once(", got ")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    Some((expected.parse().ok()?, rest.get(..digits)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(next: u64) -> Sequence {
        Sequence {
            account_number: 1,
            next,
        }
    }

    #[test]
    fn the_count_follows_the_node_ahead_always_and_back_only_from_the_latest() {
        for (used, expected, next) in [
            (9, 7, 7),
            (9, 40, 40),
            (4, 8, 10),
            (4, 40, 40),
            (9, 10, 10),
            (8, 7, 10),
        ] {
            let mut sequence = at(10);
            sequence.correct(used, expected);
            assert_eq!(sequence, at(next), "used {used}, expected {expected}");
        }
    }

    #[test]
    fn only_the_latest_sequence_is_released() {
        for (used, next) in [(9, 9), (8, 10), (10, 10), (u64::MAX, 10)] {
            let mut sequence = at(10);
            sequence.release(used);
            assert_eq!(sequence, at(next), "used {used}");
        }
    }

    #[test]
    fn the_expected_sequence_is_read_from_the_nodes_text() {
        let log = "account sequence mismatch, expected 15, got 4: incorrect account sequence";
        assert_eq!(mismatch(log), Some((15, 4)));
        assert_eq!(
            mismatch(&format!("rpc error: {log} with gas used: '7'")),
            Some((15, 4))
        );
    }

    #[test]
    fn other_texts_name_no_sequence() {
        for log in [
            "",
            "out of gas",
            "account sequence mismatch, expected , got 1",
            "account sequence mismatch, expected 5",
        ] {
            assert_eq!(mismatch(log), None, "{log}");
        }
    }
}
