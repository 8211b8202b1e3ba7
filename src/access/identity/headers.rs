//! Identity headers: the caller, for an application that trusts its proxy.
//!
//! Everything is visible ASCII by one reversible encoding: percent-encoded UTF-8, `,` between entries, a comma inside a
//! name encoded. No decision may depend on what fits into a header.

use super::LONGEST;
use super::memory::Memory;
use super::sources::Sources;
use crate::access::credentials::AuthenticatedPrincipal;
use crate::model::{ApplicationId, DirectoryUser, IdentityHeader, Principal, Scope};
use http::HeaderValue;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Encoded beside everything outside of ASCII: separators, the escape character and blanks.
const ENCODED: AsciiSet = CONTROLS.add(b' ').add(b'%').add(b',');

/// The last entry of a list that did not fit; it cannot be the name of an organization, team or role.
pub(super) const CUT: &str = "...";

/// The caller, as an application reads it: every header that the application chose, empty if unknown; in the order of
/// [`IdentityHeader::ALL`]. Values are made once and shared by every answer.
pub type IdentityHeaders = Arc<[(IdentityHeader, HeaderValue)]>;

/// Principal, application and scope.
type Key = (Principal, ApplicationId, Option<Arc<Scope>>);

/// Identity headers of recent callers.
#[derive(Default)]
pub(in crate::access) struct Identities(Memory<Key, IdentityHeaders>);

impl Identities {
    /// The headers of an enabled caller; of any other caller those of an anonymous one.
    pub(in crate::access) fn headers(
        &self,
        sources: &Sources<'_>,
        known: Option<&AuthenticatedPrincipal>,
    ) -> IdentityHeaders {
        let Some(known) = known.filter(|known| known.enabled()) else {
            return sources.headers(None);
        };
        let key = (known.principal, sources.application.id, known.scope.clone());
        if let Some(headers) = self.0.get(&key, sources, known) {
            return headers;
        }
        let Some(caller) = sources.caller(known) else {
            return sources.headers(None);
        };
        let headers = sources.headers(Some(&caller));
        self.0.keep(key, sources, known, Arc::clone(&headers));
        headers
    }
}

impl Sources<'_> {
    /// The headers of a principal, or of an anonymous caller.
    pub(super) fn headers(&self, known: Option<&AuthenticatedPrincipal>) -> IdentityHeaders {
        let mut space = LONGEST;
        let chosen = IdentityHeader::ALL
            .into_iter()
            .filter(|h| self.application.identity_headers.contains(h));
        let value = |header| {
            let value = known.map_or_else(String::new, |known| self.value(header, known, space));
            space = space.saturating_sub(value.len());
            // An encoded value is visible ASCII, which every header can hold; otherwise it is left out.
            let value = HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static(""));
            (header, value)
        };
        chosen.map(value).collect()
    }

    fn value(
        &self,
        header: IdentityHeader,
        known: &AuthenticatedPrincipal,
        space: usize,
    ) -> String {
        let user = known.user.as_deref();
        let one = |text: &str| single(text, space);
        match header {
            IdentityHeader::User => one(&called(known)),
            IdentityHeader::UserId => match known.principal {
                Principal::User(id) => one(&id.to_string()),
                Principal::ServiceAccount(id) => one(&id.to_string()),
                _ => String::new(),
            },
            IdentityHeader::Name => one(user.map_or("", |u| u.full_name.as_str())),
            IdentityHeader::Email => one(user.map_or("", |u| u.email.as_str())),
            IdentityHeader::Groups => {
                let cut = user.is_some_and(DirectoryUser::groups_may_be_cut);
                list(&self.groups(known), space, cut)
            }
            IdentityHeader::Roles => list(&self.roles(known), space, false),
        }
    }
}

/// A bare login is always Gitea's: the names of machines and of other providers' users have a prefix and a colon, so that
/// a chosen name never stands for another principal.
fn called(known: &AuthenticatedPrincipal) -> String {
    if let Some((name, _)) = &known.machine {
        return format!("service-account:{name}");
    }
    let user = known.user.as_deref();
    user.map_or_else(String::new, DirectoryUser::qualified_login)
}

pub(super) fn encode(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

/// As many entries as fit; a list that was cut, here or before, ends in [`CUT`].
pub(super) fn list(entries: &BTreeSet<String>, space: usize, cut: bool) -> String {
    let entries: Vec<String> = entries.iter().map(|entry| encode(entry)).collect();
    let whole: usize = entries.iter().map(|entry| entry.len() + 1).sum();
    if whole <= space + 1 && !cut {
        return entries.join(",");
    }
    let mut left = space.saturating_sub(CUT.len());
    let fitting = entries.iter().take_while(|entry| {
        let fits = entry.len() < left;
        left = left.saturating_sub(entry.len() + 1);
        fits
    });
    let mut kept: Vec<&str> = fitting.map(String::as_str).collect();
    kept.push(if space < CUT.len() { "" } else { CUT });
    kept.join(",")
}

/// A single value that does not fit is left out whole.
fn single(text: &str, space: usize) -> String {
    Some(encode(text))
        .filter(|value| value.len() <= space)
        .unwrap_or_default()
}
