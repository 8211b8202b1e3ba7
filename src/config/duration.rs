//! Spans of time as people write them: `30s`, `5m`, `12h`, `7d`.

use std::time::Duration;

/// Reads a span: a whole number and one of `s`, `m`, `h`, `d`.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || {
        format!(
            "`{}` is no span of time; write a whole number with `s`, `m`, `h` or `d`, such as `30s`",
            text.escape_debug()
        )
    };
    let (number, unit) = text
        .char_indices()
        .last()
        .map(|(at, _)| text.split_at(at))
        .ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let number: u64 = digits
        .then(|| number.parse().ok())
        .flatten()
        .ok_or_else(wrong)?;
    number
        .checked_mul(seconds)
        .filter(|seconds| *seconds <= 3650 * 24 * 60 * 60)
        .map(Duration::from_secs)
        .ok_or_else(|| format!("`{text}` is longer than ten years"))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::time::Duration;

    #[test]
    fn a_span_is_a_whole_number_and_a_unit() {
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
            "99999999999d",
            "+3s",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
