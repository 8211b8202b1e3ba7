//! What a change changes, in words for the audit log: old → new.
//!
//! Leaves out secrets, and free text, which may name a person and could not be erased.

use crate::audit::AuditEvent;
use crate::model::{DisplayText, Timestamp};
use crate::store::Stored;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Members that are told by the event itself, or by nobody.
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

/// Characters of a value in one reason, which has 255 with what stands around it.
const LONGEST: usize = 100;

/// Members by their path, each with its values.
type Facts = BTreeMap<String, Vec<String>>;

/// The event with what is different from `before` to `after`: everything for something new, the name of what goes.
pub(super) fn with_differences<T: Stored>(
    event: AuditEvent,
    before: Option<&T>,
    after: Option<&T>,
) -> AuditEvent {
    let json = |one: Option<&T>| one.and_then(Stored::to_json);
    let lines = match (json(before), json(after)) {
        (Some(before), Some(after)) => changed(&before, &after),
        (Some(gone), None) => lines("name", "", &facts(&gone).remove("name").unwrap_or_default()),
        (None, Some(new)) => made(&new),
        (None, None) => Vec::new(),
    };
    AuditEvent {
        reasons: lines.iter().map(|line| DisplayText::lossy(line)).collect(),
        ..event
    }
}

fn made(new: &Value) -> Vec<String> {
    let facts = facts(new);
    let all = facts
        .iter()
        .flat_map(|(name, values)| lines(name, "", values));
    all.collect()
}

fn changed(before: &Value, after: &Value) -> Vec<String> {
    let (old, new) = (facts(before), facts(after));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let none = Vec::new();
    let all = names.into_iter().flat_map(|name| {
        let of = |facts: &Facts| facts.get(name).unwrap_or(&none).clone();
        member(name, &of(&old), &of(&new))
    });
    let mut all: Vec<String> = all.collect();
    if before.get("description") != after.get("description") {
        all.push("description changed".to_owned());
    }
    all
}

fn member(name: &str, old: &[String], new: &[String]) -> Vec<String> {
    let without = |these: &[String], those: &[String]| -> Vec<String> {
        let rest = these.iter().filter(|one| !those.contains(one));
        rest.cloned().collect()
    };
    let (gone, come) = (without(old, new), without(new, old));
    match (gone.as_slice(), come.as_slice()) {
        ([], []) if old != new => vec![format!("{name} in another order")],
        ([gone], [come]) if gone.len() + come.len() <= LONGEST => {
            vec![format!("{name} {} → {}", quoted(gone), quoted(come))]
        }
        (gone, come) => [lines(name, "− ", gone), lines(name, "+ ", come)].concat(),
    }
}

/// A line for each value, and for each further piece of a long one.
fn lines(name: &str, mark: &str, values: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for value in values {
        let letters: Vec<char> = value.chars().collect();
        for (place, piece) in letters.chunks(2 * LONGEST).enumerate() {
            let on = if place == 0 { "" } else { "… " };
            let piece: String = piece.iter().collect();
            lines.push(format!("{name} {mark}{on}{}", quoted(&piece)));
        }
    }
    lines
}

/// What Gitea numbers stands as a phrase, for which pages show a name.
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

fn facts(value: &Value) -> Facts {
    let mut facts = Facts::new();
    let members = value.as_object().into_iter().flatten();
    for (name, value) in members.filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
        gather(name, value, &mut facts);
    }
    facts
}

fn gather(name: &str, value: &Value, facts: &mut Facts) {
    match value {
        Value::Null => {}
        Value::Object(members) if members.contains_key("kind") => {
            facts
                .entry(name.to_owned())
                .or_default()
                .push(tagged(members));
        }
        Value::Object(members) => {
            for (inner, value) in members {
                gather(&format!("{name}.{inner}"), value, facts);
            }
        }
        Value::Array(items) => {
            let values = facts.entry(name.to_owned()).or_default();
            values.extend(items.iter().map(text));
        }
        one => {
            let of = |millis| Timestamp::from_millis(millis).to_string();
            let instant = one.as_i64().filter(|_| name == "until");
            let value = instant.map_or_else(|| text(one), of);
            facts.entry(name.to_owned()).or_default().push(value);
        }
    }
}

/// A kind, and which one of it.
fn tagged(members: &Map<String, Value>) -> String {
    let kind = members.get("kind").map(text).unwrap_or_default();
    let others = members.iter().filter(|(name, _)| *name != "kind");
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
        Value::Object(members) => {
            let mut facts = Facts::new();
            for (name, value) in members {
                gather(name, value, &mut facts);
            }
            let words = facts
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
    fn what_is_new_is_told_whole_without_secrets_and_free_text() {
        let told = [
            "first_party `false`",
            "kind `public`",
            "name `web`",
            "redirect_uris `https://a.example/`",
        ];
        assert_eq!(made(&client()), told);
    }

    #[test]
    fn a_change_is_told_as_old_and_new_and_what_stays_is_not() {
        let mut after = client();
        after["first_party"] = json!(true);
        after["redirect_uris"] = json!(["https://a.example/", "https://b.example/"]);
        after["version"] = json!(4);
        after["secrets"] = json!([]);
        after["description"] = json!("of cleo");
        let told = [
            "first_party `false` → `true`",
            "redirect_uris + `https://b.example/`",
            "description changed",
        ];
        assert_eq!(changed(&client(), &after), told);
        assert!(changed(&client(), &client()).is_empty());
    }

    #[test]
    fn entries_with_members_read_in_one_line_and_their_order_counts() {
        let trust = |repository: &str| json!({"issuer": "https://ci.example", "claims": {"repository": repository}});
        let of = |trusts: &[Value]| json!({"trusts": trusts, "owner": {"kind": "team", "id": 7}});
        let (one, two) = (trust("acme/site"), trust("acme/api"));
        let told = [
            "trusts − `claims.repository=acme/site issuer=https://ci.example`",
            "trusts + `claims.repository=acme/api issuer=https://ci.example`",
        ];
        assert_eq!(changed(&of(from_ref(&one)), &of(from_ref(&two))), told);
        let (first, second) = (of(&[one.clone(), two.clone()]), of(&[two, one]));
        assert_eq!(changed(&first, &second), ["trusts in another order"]);
        let mut other = first.clone();
        other["owner"] = json!({"kind": "team", "id": 8});
        let anywhere = json!({"range": {"kind": "everywhere"}, "until": null});
        let repositories =
            json!({"range": {"kind": "repositories", "organization": 3, "glob": "a*"}, "until": 0});
        let told = [
            "range `everywhere` → `repositories glob=a* organization=3`",
            "until + `1970-01-01T00:00:00.000Z`",
        ];
        assert_eq!(changed(&anywhere, &repositories), told);
        assert_eq!(changed(&first, &other), ["owner team 7 → team 8"]);
    }

    #[test]
    fn nothing_of_a_long_value_is_lost() {
        let long = "é".repeat(450);
        let told = made(&json!({"redirect_uris": [long]}));
        assert_eq!(told.len(), 3);
        let joined: String = told
            .iter()
            .flat_map(|line| line.chars().filter(|c| *c == 'é'))
            .collect();
        assert_eq!(joined.chars().count(), 450);
        assert!(
            told.iter()
                .all(|line| DisplayText::lossy(line).to_string() == *line)
        );
    }
}
