//! Amounts as people write them: `2.50`, `2.50/h`, `0.02/frame`, `48 frames`, `1.5 GPU-hours`, `90s`, `2h30m`.

use cosmwasm_std::Uint128;
use market_types::{Price, Seconds};
use thiserror::Error;

/// How amounts are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Whole tokens with up to so many decimals.
    Decimals(u8),
    /// Base units, as the contracts count (`--raw`).
    Raw,
}

#[derive(Error, Clone, Debug, PartialEq, Eq)]
pub enum AmountError {
    #[error("{text:?} is not an amount such as 2.50")]
    NotAnAmount { text: String },
    #[error("{text:?} is not a whole number of base units, which --raw asks for")]
    NotRaw { text: String },
    #[error("{text:?} has more than the {decimals} decimals this token has")]
    TooFine { text: String, decimals: u8 },
    #[error("{text:?} is more than 128 bits hold")]
    TooLarge { text: String },
    #[error("{text:?} is not a price such as 2.50/h or 0.02/frame")]
    NotAPrice { text: String },
    #[error("{text:?} is not a time such as 90s, 10m, 2h30m or 3d")]
    NotATime { text: String },
    #[error("{text:?} is not an amount of work such as \"48 frames\", \"1.5 GPU-hours\" or \"open\"")]
    NotWork { text: String },
}

/// A price with what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceTag {
    PerHour(Price),
    PerUnit(Price),
}

/// What is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Units(u32),
    /// GPU-seconds, to be divided by the GPUs of the order.
    GpuTime(Seconds),
    /// A service that runs until its deposit is spent.
    Open,
}

impl Scale {
    /// # Errors
    /// `text` is no amount of this scale.
    pub fn parse(self, text: &str) -> Result<Uint128, AmountError> {
        let text = text.trim();
        match self {
            Self::Raw => {
                if text.is_empty() || !text.bytes().all(|c| c.is_ascii_digit()) {
                    return Err(AmountError::NotRaw { text: text.into() });
                }
                let too_large = |_| AmountError::TooLarge { text: text.into() };
                text.parse::<u128>().map(Uint128::new).map_err(too_large)
            }
            Self::Decimals(decimals) => parse_decimal(text, decimals),
        }
    }

    /// `text` in this scale; trailing zeros beyond two decimals are left out.
    pub fn format(self, amount: Uint128) -> String {
        match self {
            Self::Raw => amount.to_string(),
            Self::Decimals(0) => amount.to_string(),
            Self::Decimals(decimals) => {
                let digits = format!("{:0>width$}", amount.u128(), width = usize::from(decimals) + 1);
                let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
                let kept = fraction.trim_end_matches('0').len().max(2).min(fraction.len());
                format!("{whole}.{}", &fraction[..kept])
            }
        }
    }

    /// `2.50/h`, `0.02/frame`, `0.02/unit`.
    ///
    /// # Errors
    /// No amount, or nothing it is for.
    pub fn parse_price(self, text: &str) -> Result<PriceTag, AmountError> {
        let not_a_price = || AmountError::NotAPrice { text: text.into() };
        let (amount, per) = text.split_once('/').ok_or_else(not_a_price)?;
        let price = Price(self.parse(amount)?);
        match per.trim() {
            "h" | "hour" => Ok(PriceTag::PerHour(price)),
            "unit" | "frame" | "segment" | "chunk" => Ok(PriceTag::PerUnit(price)),
            _ => Err(not_a_price()),
        }
    }
}

fn parse_decimal(text: &str, decimals: u8) -> Result<Uint128, AmountError> {
    let not_an_amount = || AmountError::NotAnAmount { text: text.into() };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || (text.contains('.') && fraction.is_empty())
    {
        return Err(not_an_amount());
    }
    if fraction.len() > usize::from(decimals) {
        return Err(AmountError::TooFine {
            text: text.into(),
            decimals,
        });
    }
    format!("{whole}{fraction:0<width$}", width = usize::from(decimals))
        .parse::<u128>()
        .map(Uint128::new)
        .map_err(|_| AmountError::TooLarge { text: text.into() })
}

/// `90s`, `10m`, `2h30m`, `3d`.
///
/// # Errors
/// `text` is no such time.
pub fn parse_time(text: &str) -> Result<Seconds, AmountError> {
    let not_a_time = || AmountError::NotATime { text: text.into() };
    let mut total = 0u64;
    let mut number = String::new();
    for c in text.trim().chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            _ => return Err(not_a_time()),
        };
        let count: u64 = number.parse().map_err(|_| not_a_time())?;
        total = count
            .checked_mul(unit)
            .and_then(|part| total.checked_add(part))
            .ok_or_else(not_a_time)?;
        number.clear();
    }
    if text.trim().is_empty() || !number.is_empty() {
        return Err(not_a_time());
    }
    Ok(Seconds(total))
}

/// `2d 3h`, `4m 10s`, `0s`: the two largest units.
pub fn format_time(time: Seconds) -> String {
    let parts = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];
    let mut left = time.0;
    let mut written = vec![];
    for (size, unit) in parts {
        let count = left / size;
        left %= size;
        if count > 0 && written.len() < 2 {
            written.push(format!("{count}{unit}"));
        }
    }
    if written.is_empty() {
        return "0s".into();
    }
    written.join(" ")
}

/// `48 frames`, `48`, `1.5 GPU-hours`, `2 gpu-hours`, `open`.
///
/// # Errors
/// `text` is no amount of work.
pub fn parse_work(text: &str) -> Result<Work, AmountError> {
    let not_work = || AmountError::NotWork { text: text.into() };
    if text.trim() == "open" {
        return Ok(Work::Open);
    }
    let mut words = text.split_whitespace();
    let amount = words.next().ok_or_else(not_work)?;
    let unit = words.next().unwrap_or("units").to_lowercase();
    if words.next().is_some() {
        return Err(not_work());
    }
    match unit.as_str() {
        "unit" | "units" | "frame" | "frames" | "segment" | "segments" | "chunk" | "chunks" => amount
            .parse()
            .ok()
            .filter(|units| *units > 0)
            .map(Work::Units)
            .ok_or_else(not_work),
        "gpu-hour" | "gpu-hours" => {
            // Thousandths of an hour are 3.6 s, so count in millionths.
            let micro = parse_decimal(amount, 6).map_err(|_| not_work())?.u128();
            let seconds = micro.checked_mul(3_600).ok_or_else(not_work)? / 1_000_000;
            u64::try_from(seconds)
                .ok()
                .filter(|s| *s > 0)
                .map(|s| Work::GpuTime(Seconds(s)))
                .ok_or_else(not_work)
        }
        _ => Err(not_work()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIX: Scale = Scale::Decimals(6);

    #[test]
    fn amounts_are_read_exactly() {
        for (text, base) in [
            ("2.50", 2_500_000),
            ("0", 0),
            ("0.000001", 1),
            ("1000000", 1_000_000_000_000),
        ] {
            assert_eq!(SIX.parse(text), Ok(Uint128::new(base)), "{text}");
        }
        assert_eq!(Scale::Raw.parse("250"), Ok(Uint128::new(250)));
    }

    #[test]
    fn nonsense_amounts_are_refused_with_the_reason() {
        for text in ["", ".", "1.", ".5", "-1", "1e6", "1,5", "1.5.5", "٣"] {
            assert_eq!(
                SIX.parse(text),
                Err(AmountError::NotAnAmount { text: text.into() }),
                "{text}"
            );
        }
        assert_eq!(
            SIX.parse("0.0000001"),
            Err(AmountError::TooFine {
                text: "0.0000001".into(),
                decimals: 6
            })
        );
        let huge = "9".repeat(40);
        assert_eq!(SIX.parse(&huge), Err(AmountError::TooLarge { text: huge }));
        assert_eq!(
            Scale::Raw.parse("1.5"),
            Err(AmountError::NotRaw { text: "1.5".into() })
        );
        let huge = "9".repeat(40);
        assert_eq!(Scale::Raw.parse(&huge), Err(AmountError::TooLarge { text: huge }));
    }

    #[test]
    fn amounts_are_written_as_they_are_read() {
        for (base, text) in [
            (2_500_000, "2.50"),
            (1, "0.000001"),
            (0, "0.00"),
            (12_345_600, "12.3456"),
        ] {
            assert_eq!(SIX.format(Uint128::new(base)), text);
            assert_eq!(SIX.parse(text), Ok(Uint128::new(base)));
        }
        assert!(SIX.format(Uint128::MAX).parse::<f64>().is_ok());
    }

    #[test]
    fn a_price_says_what_it_is_for() {
        assert_eq!(
            SIX.parse_price("2.50/h"),
            Ok(PriceTag::PerHour(Price::new(2_500_000)))
        );
        assert_eq!(
            SIX.parse_price("0.02/frame"),
            Ok(PriceTag::PerUnit(Price::new(20_000)))
        );
        for text in ["2.50", "2.50/day", "/h", "2.50/"] {
            assert!(SIX.parse_price(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_read_and_write() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("2h30m", 9_000), ("3d", 259_200)] {
            assert_eq!(parse_time(text), Ok(Seconds(seconds)), "{text}");
        }
        for text in [
            "",
            "5",
            "h",
            "5x",
            "-5s",
            "99999999999999999999d",
            "9999999999999999999d",
        ] {
            assert!(parse_time(text).is_err(), "{text}");
        }
        assert_eq!(format_time(Seconds(9_005)), "2h 30m");
        assert_eq!(format_time(Seconds(0)), "0s");
    }

    #[test]
    fn work_is_units_or_gpu_time() {
        assert_eq!(parse_work("48 frames"), Ok(Work::Units(48)));
        assert_eq!(parse_work("1.5 GPU-hours"), Ok(Work::GpuTime(Seconds(5_400))));
        assert_eq!(parse_work("open"), Ok(Work::Open));
        for text in [
            "",
            "open 3",
            "frames",
            "0 frames",
            "48 apples",
            "1 2 3",
            "-1 frames",
            "0 gpu-hours",
        ] {
            assert!(parse_work(text).is_err(), "{text}");
        }
    }
}
