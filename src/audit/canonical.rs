//! Canonical JSON (RFC 8785) for the values of a leaf: no fractions, and integers that every implementation reads exactly.
//! Must never accept a value that two implementations write differently.

use serde_json::Value;

/// The largest integer that every JSON implementation reads exactly (RFC 8785 section 3.2.2.3, RFC 7493 section 2.2).
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// The canonical text; `None` if a number is a fraction or exceeds 2^53 - 1 in magnitude.
pub(super) fn canonical(value: &Value) -> Option<String> {
    let mut text = String::new();
    write(value, &mut text)?;
    Some(text)
}

fn write(value: &Value, text: &mut String) -> Option<()> {
    match value {
        Value::Number(number) => text.push_str(&integer(number)?),
        Value::Array(items) => {
            let write_item = |item, text: &mut String| write(item, text);
            list(items.iter(), ['[', ']'], text, write_item)?;
        }
        Value::Object(members) => {
            // RFC 8785 section 3.2.3 sorts names by UTF-16 code units, which is not the order of UTF-8 bytes.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            list(
                members.into_iter(),
                ['{', '}'],
                text,
                |(name, value), text| {
                    text.push_str(&Value::String(name.clone()).to_string());
                    text.push(':');
                    write(value, text)
                },
            )?;
        }
        // serde_json escapes strings as RFC 8785 section 3.2.2.2 requires.
        Value::Null | Value::Bool(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
    Some(())
}

fn list<T>(
    items: impl Iterator<Item = T>,
    [open, close]: [char; 2],
    text: &mut String,
    write_item: impl Fn(T, &mut String) -> Option<()>,
) -> Option<()> {
    text.push(open);
    for (n, item) in items.enumerate() {
        if n > 0 {
            text.push(',');
        }
        write_item(item, text)?;
    }
    text.push(close);
    Some(())
}

fn integer(number: &serde_json::Number) -> Option<String> {
    let magnitude = number
        .as_u64()
        .or_else(|| number.as_i64().map(i64::unsigned_abs))?;
    (magnitude <= MAX_INTEGER).then(|| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::canonical;
    use serde_json::json;

    #[test]
    fn names_are_sorted_and_strings_escaped_as_in_rfc_8785() {
        // The example of RFC 8785 section 3.2.3; U+1F600 sorts before U+FB33 in UTF-16 and after it in UTF-8.
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O"
        });
        let text = canonical(&value).unwrap();
        let order = [
            "Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew",
        ];
        let places: Vec<_> = order.iter().map(|word| text.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
        let string = json!("\u{20ac}$\u{f}\nA'B\"\\\\\"/");
        assert_eq!(
            canonical(&string).unwrap(),
            "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\""
        );
        assert_eq!(
            canonical(&json!({"b": [1, -2, null, true], "a": {}})).unwrap(),
            r#"{"a":{},"b":[1,-2,null,true]}"#
        );
    }

    #[test]
    fn number_that_can_be_rounded_is_not_accepted() {
        let largest = (1_i64 << 53) - 1;
        assert!(canonical(&json!([largest, -largest])).is_some());
        for invalid in [
            json!(largest + 1),
            json!(-largest - 1),
            json!(u64::MAX),
            json!(1.5),
        ] {
            assert!(canonical(&invalid).is_none(), "{invalid}");
        }
    }
}
