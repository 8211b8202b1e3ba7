//! What a change changes, as text for the audit log: old → new. Pure.
//!
//! Leaves out secrets, and free text, which may name a person and could not be erased.

use crate::audit::AuditEvent;
use crate::model::{DisplayText, Timestamp};
use crate::store::Stored;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Members that the event states itself, and secret ones.
const LEFT_OUT: [&str; 8] = [
    "id",
    "version",
    "built_in",
    "created_at",
    "named_at",
    "proxy_secret",
    "secrets",
    "description",
];

/// Characters of a value in one reason, which has at most 255 with its name and marks.
const MAX_VALUE_CHARS: usize = 100;

/// The values of each member, by its path.
type Members = BTreeMap<String, Vec<String>>;

/// The event with the differences: all members of an object that is created, or deleted without a name; otherwise the name
/// of a deleted object.
pub(super) fn with_differences<T: Stored>(
    event: AuditEvent,
    before: Option<&T>,
    after: Option<&T>,
) -> AuditEvent {
    let json = |object: Option<&T>| object.and_then(Stored::to_json);
    let lines = match (json(before), json(after)) {
        (Some(before), Some(after)) => changed(&before, &after),
        (Some(object), None) => match members(&object).get("name") {
            Some(name) => lines("name", "", name),
            None => all(&object),
        },
        (None, Some(object)) => all(&object),
        (None, None) => Vec::new(),
    };
    AuditEvent {
        reasons: lines.iter().map(|line| DisplayText::lossy(line)).collect(),
        ..event
    }
}

fn all(object: &Value) -> Vec<String> {
    let members = members(object);
    let lines = members
        .iter()
        .flat_map(|(name, values)| lines(name, "", values));
    lines.collect()
}

fn changed(before: &Value, after: &Value) -> Vec<String> {
    let (old, new) = (members(before), members(after));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let none = Vec::new();
    let lines = names.into_iter().flat_map(|name| {
        let values = |members: &Members| members.get(name).unwrap_or(&none).clone();
        changed_member(name, &values(&old), &values(&new))
    });
    let mut lines: Vec<String> = lines.collect();
    if before.get("description") != after.get("description") {
        lines.push("description changed".to_owned());
    }
    lines
}

fn changed_member(name: &str, old: &[String], new: &[String]) -> Vec<String> {
    let without = |these: &[String], those: &[String]| -> Vec<String> {
        let rest = these.iter().filter(|value| !those.contains(value));
        rest.cloned().collect()
    };
    let (removed, added) = (without(old, new), without(new, old));
    match (removed.as_slice(), added.as_slice()) {
        ([], []) if old != new => vec![format!("{name} in another order")],
        ([removed], [added]) if removed.len() + added.len() <= MAX_VALUE_CHARS => {
            vec![format!("{name} {} → {}", quoted(removed), quoted(added))]
        }
        (removed, added) => [lines(name, "− ", removed), lines(name, "+ ", added)].concat(),
    }
}

/// A line for each value, and for each further piece of a long one.
fn lines(name: &str, mark: &str, values: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for value in values {
        let letters: Vec<char> = value.chars().collect();
        for (place, piece) in letters.chunks(2 * MAX_VALUE_CHARS).enumerate() {
            let continued = if place == 0 { "" } else { "… " };
            let piece: String = piece.iter().collect();
            lines.push(format!("{name} {mark}{continued}{}", quoted(&piece)));
        }
    }
    lines
}

/// A team or an organization is not quoted: the UI shows its name in place of the number.
fn quoted(value: &str) -> String {
    let numbered = value.split_once(' ').is_some_and(|(kind, id)| {
        matches!(kind, "team" | "organization") && id.bytes().all(|b| b.is_ascii_digit())
    });
    if numbered {
        value.to_owned()
    } else {
        format!("`{value}`")
    }
}

fn members(object: &Value) -> Members {
    let mut members = Members::new();
    let all = object.as_object().into_iter().flatten();
    for (name, value) in all.filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        collect(name, value, &mut members);
    }
    members
}

fn collect(name: &str, value: &Value, members: &mut Members) {
    match value {
        Value::Null => {}
        Value::Object(object) if object.contains_key("kind") => {
            let values = members.entry(name.to_owned()).or_default();
            values.push(tagged(object));
        }
        Value::Object(object) => {
            for (inner, value) in object {
                collect(&format!("{name}.{inner}"), value, members);
            }
        }
        Value::Array(items) => {
            let values = members.entry(name.to_owned()).or_default();
            values.extend(items.iter().map(text));
        }
        scalar => {
            let instant = |millis| Timestamp::from_millis(millis).to_string();
            let millis = scalar.as_i64().filter(|_| name == "until");
            let value = millis.map_or_else(|| text(scalar), instant);
            members.entry(name.to_owned()).or_default().push(value);
        }
    }
}

/// The kind, and the other members.
fn tagged(object: &Map<String, Value>) -> String {
    let kind = object.get("kind").map(text).unwrap_or_default();
    let others = object.iter().filter(|(name, _)| *name != "kind");
    let others = others.map(|(name, value)| match name.as_str() {
        "id" => text(value),
        name => format!("{name}={}", text(value)),
    });
    let words: Vec<String> = [kind].into_iter().chain(others).collect();
    words.join(" ")
}

/// An entry of a list in one line.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(object) => {
            let mut members = Members::new();
            for (name, value) in object {
                collect(name, value, &mut members);
            }
            let words = members
                .iter()
                .map(|(name, values)| format!("{name}={}", values.join(",")));
            words.collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::slice::from_ref;

    fn client() -> Value {
        json!({
            "id": "1", "name": "web", "kind": "public", "first_party": false, "version": 3,
            "redirect_uris": ["https://a.example/"], "secrets": [{"key": "geheim"}],
            "description": "of ben",
        })
    }

    #[test]
    fn a_new_object_is_listed_without_secrets_and_free_text() {
        let expected = [
            "first_party `false`",
            "kind `public`",
            "name `web`",
            "redirect_uris `https://a.example/`",
        ];
        assert_eq!(all(&client()), expected);
    }

    #[test]
    fn a_changed_member_is_listed_with_its_old_and_new_value() {
        let mut after = client();
        after["first_party"] = json!(true);
        after["redirect_uris"] = json!(["https://a.example/", "https://b.example/"]);
        after["version"] = json!(4);
        after["secrets"] = json!([]);
        after["description"] = json!("of cleo");
        let expected = [
            "first_party `false` → `true`",
            "redirect_uris + `https://b.example/`",
            "description changed",
        ];
        assert_eq!(changed(&client(), &after), expected);
        assert!(changed(&client(), &client()).is_empty());
    }

    #[test]
    fn a_list_entry_with_members_is_one_line() {
        let trust = |repository: &str| json!({"issuer": "https://ci.example", "claims": {"repository": repository}});
        let of = |trusts: &[Value]| json!({"trusts": trusts, "owner": {"kind": "team", "id": 7}});
        let (site, api) = (trust("acme/site"), trust("acme/api"));
        let expected = [
            "trusts − `claims.repository=acme/site issuer=https://ci.example`",
            "trusts + `claims.repository=acme/api issuer=https://ci.example`",
        ];
        assert_eq!(changed(&of(from_ref(&site)), &of(from_ref(&api))), expected);
        let (first, second) = (of(&[site.clone(), api.clone()]), of(&[api, site]));
        assert_eq!(changed(&first, &second), ["trusts in another order"]);
        let mut other = first.clone();
        other["owner"] = json!({"kind": "team", "id": 8});
        let anywhere = json!({"range": {"kind": "everywhere"}, "until": null});
        let repositories =
            json!({"range": {"kind": "repositories", "organization": 3, "glob": "a*"}, "until": 0});
        let expected = [
            "range `everywhere` → `repositories glob=a* organization=3`",
            "until + `1970-01-01T00:00:00.000Z`",
        ];
        assert_eq!(changed(&anywhere, &repositories), expected);
        assert_eq!(changed(&first, &other), ["owner team 7 → team 8"]);
    }

    #[test]
    fn a_long_value_is_listed_in_pieces() {
        let long = "é".repeat(450);
        let lines = all(&json!({"redirect_uris": [long]}));
        assert_eq!(lines.len(), 3);
        let joined: String = lines
            .iter()
            .flat_map(|line| line.chars().filter(|c| *c == 'é'))
            .collect();
        assert_eq!(joined.chars().count(), 450);
        assert!(
            lines
                .iter()
                .all(|line| DisplayText::lossy(line).to_string() == *line)
        );
    }
}
