//! Block times as people read them.

use market_types::UnixTime;

use crate::amount::format_time;

/// `2026-11-22 18:35:29 UTC`.
pub fn format_instant(at: UnixTime) -> String {
    let (days, second) = (at.0 / 86_400, at.0 % 86_400);
    let (year, month, day) = civil(days);
    format!(
        "{year}-{month:02}-{day:02} {:02}:{:02}:{:02} UTC",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

/// With how far it is from `now`: `2026-11-22 18:35:29 UTC, in 40s`.
pub fn format_from(at: UnixTime, now: UnixTime) -> String {
    let distance = if at > now {
        format!("in {}", format_time(at.since(now)))
    } else {
        format!("{} ago", format_time(now.since(at)))
    };
    format!("{}, {distance}", format_instant(at))
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_the_gregorian_calendar() {
        for (at, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_399, "2000-02-28 23:59:59 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_795_372_699, "2026-11-22 18:38:19 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
        ] {
            assert_eq!(format_instant(UnixTime(at)), text);
        }
    }

    #[test]
    fn an_instant_says_how_far_away_it_is() {
        let at = UnixTime(100);
        assert!(format_from(at, UnixTime(60)).ends_with(", in 40s"));
        assert!(format_from(at, UnixTime(160)).ends_with(", 1m ago"));
    }
}
