//! Compares a response with the recorded one: status, headers that recordings list, body member by member.

use super::placeholder::Bindings;
use super::recording::Recording;
use crate::support::browser::Page;
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

/// Headers that every recording lists when the response has them.
const LISTED: [&str; 5] = [
    "content-type",
    "location",
    "link",
    "x-total-count",
    "www-authenticate",
];

/// The first difference, or none.
pub fn compare(recording: &Recording, page: &Page, bindings: &mut Bindings) -> Result<(), String> {
    let recorded = &recording.response;
    if recorded["status"] != page.status {
        return Err(format!(
            "status {} instead of {}: {}",
            page.status, recorded["status"], page.body
        ));
    }
    headers(recording, page, bindings)?;
    let body = body_of(page);
    let cut = recorded["body_items"].as_u64();
    let body = match (body, cut) {
        (Value::Array(mut items), Some(total)) => {
            if items.len() as u64 != total {
                return Err(format!("{} items instead of {total}", items.len()));
            }
            items.truncate(recorded["body"].as_array().map_or(0, Vec::len));
            Value::Array(items)
        }
        (body, _) => body,
    };
    json("body", &recorded["body"], &body, bindings)?;
    let decoded = recording.decoded.as_object().into_iter().flatten();
    for (token, parts) in decoded {
        let actual = decode(body[token].as_str().unwrap_or_default());
        json(token, parts, &actual, bindings)?;
    }
    Ok(())
}

fn headers(recording: &Recording, page: &Page, bindings: &mut Bindings) -> Result<(), String> {
    let recorded = recording.response["headers"].as_object().unwrap();
    for name in LISTED {
        let expected = recorded.get(name).and_then(Value::as_str);
        let actual = page.headers.get(name).map(|value| value.to_str().unwrap());
        match (expected, actual) {
            (Some(expected), Some(actual)) => bindings
                .matches(expected, actual)
                .map_err(|error| format!("{name}: {error}"))?,
            (None, None) => {}
            _ => return Err(format!("{name}: {actual:?} instead of {expected:?}")),
        }
    }
    for (name, value) in recorded {
        let actual = page.headers.get(name).and_then(|value| value.to_str().ok());
        let plain = !LISTED.contains(&name.as_str()) && name != "set-cookie";
        if plain && actual != value.as_str() {
            return Err(format!("{name}: {actual:?} instead of {value}"));
        }
    }
    cookies(recording, page)
}

/// Compares the names alone. Recordings without a request of their own list no cookies.
fn cookies(recording: &Recording, page: &Page) -> Result<(), String> {
    if recording.request["body"]
        .as_str()
        .is_some_and(|text| text.starts_with("as in"))
    {
        return Ok(());
    }
    let expected = recording.response["headers"]["set-cookie"].as_array();
    let expected: Vec<&str> = expected
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let lines = page.headers.get_all("set-cookie").iter();
    let mut actual: Vec<&str> = lines
        .filter_map(|line| line.to_str().ok()?.split('=').next())
        .collect();
    actual.sort_unstable();
    if actual == expected {
        return Ok(());
    }
    Err(format!("set-cookie: {actual:?} instead of {expected:?}"))
}

fn body_of(page: &Page) -> Value {
    let kind = page.headers.get("content-type");
    let json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if json {
        return serde_json::from_str(&page.body).unwrap();
    }
    if page.body.is_empty() {
        return Value::Null;
    }
    if page.body.starts_with('<') {
        return Value::from("<html page>");
    }
    Value::from(page.body.as_str())
}

/// Equal member names, types and values, placeholders aside.
fn json(at: &str, expected: &Value, actual: &Value, bindings: &mut Bindings) -> Result<(), String> {
    match (expected, actual) {
        (Value::String(expected), Value::Number(_)) if expected == "<unix seconds>" => Ok(()),
        (Value::String(expected), Value::String(actual)) => bindings
            .matches(expected, actual)
            .map_err(|error| format!("{at}: {error}")),
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            let mut pairs = expected.iter().zip(actual).enumerate();
            pairs.try_for_each(|(i, (expected, actual))| {
                json(&format!("{at}[{i}]"), expected, actual, bindings)
            })
        }
        (Value::Object(expected), Value::Object(actual)) => {
            let names: Vec<_> = actual.keys().collect();
            if expected.len() != actual.len()
                || !expected.keys().all(|name| actual.contains_key(name))
            {
                return Err(format!(
                    "{at}: members {names:?} instead of {:?}",
                    expected.keys()
                ));
            }
            let mut members = expected.iter();
            members.try_for_each(|(name, expected)| {
                json(&format!("{at}.{name}"), expected, &actual[name], bindings)
            })
        }
        (expected, actual) if expected == actual => Ok(()),
        (expected, actual) => Err(format!("{at}: {actual} instead of {expected}")),
    }
}

fn decode(token: &str) -> Value {
    let part = |at: usize| -> Value {
        let text = token.split('.').nth(at).unwrap_or_default();
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).unwrap();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    };
    serde_json::json!({"header": part(0), "claims": part(1)})
}
