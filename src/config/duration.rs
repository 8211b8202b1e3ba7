//! Durations as people write them: `30s`, `5m`, `12h`, `7d`.

use std::time::Duration;

pub(super) const MINUTE: u64 = 60;
pub(super) const HOUR: u64 = 60 * MINUTE;
pub(super) const DAY: u64 = 24 * HOUR;

/// Longest duration, in seconds: ten years.
const MAX_SECONDS: u64 = 3650 * DAY;

/// Parses a whole number and one of `s`, `m`, `h`, `d`.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(['s', 'm', 'h', 'd']);
    let unit = match text.strip_prefix(digits) {
        Some("s") => Some(1),
        Some("m") => Some(MINUTE),
        Some("h") => Some(HOUR),
        Some("d") => Some(DAY),
        _ => None,
    };
    let number = digits.bytes().all(|b| b.is_ascii_digit()).then_some(digits);
    let number = number.and_then(|digits| digits.parse::<u64>().ok());
    let Some((number, unit)) = number.zip(unit) else {
        return Err(format!(
            "`{}` is not a duration; write a whole number with `s`, `m`, `h` or `d`, such as `30s`",
            text.escape_debug()
        ));
    };
    let seconds = number.checked_mul(unit);
    let seconds = seconds.filter(|seconds| *seconds <= MAX_SECONDS);
    let seconds = seconds.ok_or_else(|| format!("`{text}` is longer than ten years"))?;
    Ok(Duration::from_secs(seconds))
}

/// Writes a duration in its largest whole unit.
pub(super) fn display(seconds: u64) -> String {
    match seconds {
        s if s >= DAY && s % DAY == 0 => format!("{}d", s / DAY),
        s if s >= HOUR && s % HOUR == 0 => format!("{}h", s / HOUR),
        s if s >= MINUTE && s % MINUTE == 0 => format!("{}m", s / MINUTE),
        s => format!("{s}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::time::Duration;

    #[test]
    fn duration_is_a_whole_number_and_a_unit() {
        assert_eq!(parse("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(parse("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(parse("7d"), Ok(Duration::from_secs(604_800)));
        for bad in [
            "",
            "s",
            "30",
            "-1s",
            "1.5h",
            "30 s",
            "30ß",
            "30ms",
            "99999999999d",
            "+3s",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
