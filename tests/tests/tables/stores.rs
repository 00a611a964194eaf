//! A message costs the same in storage however much is in the store and however much time has passed.

use crate::cost::measure::{messages, settle_after_a_second_and_a_year};

#[test]
fn every_message_reads_and_writes_as_much_with_ten_of_everything_as_with_a_thousand() {
    let (few, many) = (messages(10), messages(1_000));
    for ((name, few), (_, many)) in few.iter().zip(&many) {
        assert!(few.equals(many), "{name}: {few:?}, and with more {many:?}");
    }
}

#[test]
fn settling_after_a_year_costs_what_settling_after_a_second_costs() {
    let (second, year) = settle_after_a_second_and_a_year();
    assert_eq!(second, year);
}
