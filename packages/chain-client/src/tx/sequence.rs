/// What a signer believes about its account. Advanced by signing, corrected by refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sequence {
    pub account_number: u64,
    pub next: u64,
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
