//! Other OpenID providers: each `[[provider]]` of the file.

use super::meant::{GroupsFrom, Provider};
use super::raw::Raw;
use super::sections::{base, certificates, loopback};
use super::{Environment, secrets};
use crate::model::ProviderId;
use std::collections::BTreeSet;
use url::Url;

/// What stands before a name that is a service account's.
const MACHINES: &str = "service-account";

/// Those that are whole; the problems of the others are in `raw`.
pub(super) fn providers(raw: &mut Raw, environment: Environment<'_>) -> Vec<Provider> {
    let places = raw.places("provider");
    check_ids(raw, &places);
    check_sources(raw, &places);
    let places = places.iter();
    places
        .filter_map(|place| provider(raw, place, environment))
        .collect()
}

fn check_ids(raw: &mut Raw, places: &[String]) {
    let mut ids = BTreeSet::new();
    for key in places.iter().map(|place| format!("{place}.id")) {
        let Some(id) = raw.peek(&key).map(str::to_owned) else {
            continue;
        };
        if id == ProviderId::GITEA {
            raw.problem(&key, "`gitea` is Gitea itself; choose another id");
        } else if id == MACHINES {
            let what =
                "stands before the names of service accounts in `Remote-User`; choose another id";
            raw.problem(&key, what);
        } else if !ids.insert(id) {
            raw.problem(&key, "is the id of another provider; choose one of its own");
        }
    }
}

fn check_sources(raw: &mut Raw, places: &[String]) {
    let mut sources = BTreeSet::new();
    for key in places
        .iter()
        .map(|place| format!("{place}.gitea_source_id"))
    {
        let source = raw.whole(&key);
        if source.is_some_and(|source| !sources.insert(source)) {
            raw.problem(
                &key,
                "is said of another provider too; one of them is not that source",
            );
        }
    }
}

fn provider(raw: &mut Raw, place: &str, environment: Environment<'_>) -> Option<Provider> {
    let key = |name: &str| format!("{place}.{name}");
    let id = raw.read(&key("id"), str::parse::<ProviderId>);
    let name = raw.read(&key("name"), display_name);
    let issuer = raw.read(&key("issuer"), |text| {
        issuer(text).map(|url| (text.to_owned(), url))
    });
    let internal_url = raw.read(&key("internal_url"), base);
    let client_id = raw.read(&key("client_id"), |text| match text.trim() {
        "" => Err("must not be empty; copy it from the client at the provider"),
        _ => Ok(text.to_owned()),
    });
    let secret = id
        .as_ref()
        .and_then(|id| secrets::of_provider(raw, (place, id.as_str()), environment));
    let scopes = raw.list::<Scope>(&key("scopes"), "a scope, a word without blanks");
    let groups_claim = raw.read(&key("groups_claim"), claim);
    let groups_from = raw.read(&key("groups_from"), groups_from);
    let groups_cap = optional(raw, &key("groups_cap"), 1..=500);
    let source = optional(raw, &key("gitea_source_id"), 1..=i64::MAX);
    let ca_file = raw.read(&key("ca_file"), certificates);
    let id = id?;
    let (issuer, url) = issuer?;
    Some(Provider {
        name: name.unwrap_or_else(|| id.to_string()),
        id,
        issuer,
        url,
        internal_url,
        client_id: client_id?,
        client_secret: secret?,
        scopes: scopes?.into_iter().map(|scope| scope.0).collect(),
        groups_claim: groups_claim?,
        groups_from: groups_from?,
        groups_cap: groups_cap.and_then(|cap| usize::try_from(cap).ok()),
        gitea_source_id: source,
        ca_file,
    })
}

fn optional(raw: &mut Raw, key: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
    raw.holds(key).then(|| raw.number(key, range)).flatten()
}

/// Discovery is believed by its address, so that address must be proved: https, or this very machine.
fn issuer(text: &str) -> Result<Url, String> {
    let url = base(text)?;
    if url.scheme() == "https" || loopback(&url) {
        Ok(url)
    } else {
        Err("must be https; for calls inside a network there is internal_url".to_owned())
    }
}

fn display_name(text: &str) -> Result<String, &'static str> {
    let fits = (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
        .ok_or("must be 1 to 64 characters without control characters")
}

fn claim(text: &str) -> Result<String, &'static str> {
    let fits = !text.is_empty() && text != "/";
    fits.then(|| text.to_owned())
        .ok_or("must name a claim, or be a JSON pointer such as `/realm_access/roles`")
}

fn groups_from(text: &str) -> Result<GroupsFrom, &'static str> {
    match text {
        "token" => Ok(GroupsFrom::Token),
        "userinfo" => Ok(GroupsFrom::Userinfo),
        "token-or-userinfo" => Ok(GroupsFrom::TokenOrUserinfo),
        _ => Err("must be `token`, `userinfo` or `token-or-userinfo`"),
    }
}

/// A word of RFC 6749 section 3.3.
struct Scope(String);

impl std::str::FromStr for Scope {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let ok = |b: u8| b.is_ascii_graphic() && b != b'"' && b != b'\\';
        let fits = !text.is_empty() && text.bytes().all(ok);
        fits.then(|| Self(text.to_owned())).ok_or(())
    }
}
