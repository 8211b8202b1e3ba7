//! `Samovar-Assertion` for allowed requests: signed again when its claims may have changed, and every 30 s.
//!
//! The header stays below 8 KiB whatever the names of people and teams are. Long names displace only claims
//! for display: permissions take precedence over all of them but the login.

use super::LONGEST;
use super::memory::Memory;
use super::sources::Sources;
use crate::access::credentials::AuthenticatedPrincipal;
use crate::model::{ApplicationId, DirectoryUser, DisplayText, KeyId, Principal, Scope, Timestamp};
use crate::token::{Assertion, KeyError, ListClaim, Tokens};
use http::HeaderValue;
use std::sync::Arc;
use std::time::Duration;

/// Half of its lifetime, so that a recipient has at least the other half to verify it.
const REMEMBERED: Duration = Duration::from_secs(30);

/// Principal, application and scope.
type Key = (Principal, ApplicationId, Option<Arc<Scope>>);

/// Assertions of recent callers.
pub(in crate::access) struct Assertions {
    tokens: Arc<Tokens>,
    remembered: Memory<Key, Remembered>,
}

#[derive(Clone)]
struct Remembered {
    key: KeyId,
    made_at: Timestamp,
    value: HeaderValue,
}

impl Assertions {
    pub(in crate::access) fn new(tokens: Arc<Tokens>) -> Self {
        Self {
            tokens,
            remembered: Memory::default(),
        }
    }

    /// The header's value, when the application wants one: empty for an anonymous caller and for an account that is not
    /// enabled, so that a header sent by the client never reaches the application.
    pub(in crate::access) fn of(
        &self,
        sources: &Sources<'_>,
        known: Option<&AuthenticatedPrincipal>,
    ) -> Result<Option<HeaderValue>, KeyError> {
        let settings = &sources.application.tokens;
        if !settings.assertion {
            return Ok(None);
        }
        let Some(known) = known.filter(|known| known.enabled()) else {
            return Ok(Some(HeaderValue::from_static("")));
        };
        let key = (known.principal, sources.application.id, known.scope.clone());
        let before = self.remembered.get(&key, sources, known);
        if let Some(before) = before.filter(|before| self.is_fresh(before, sources.now)) {
            return Ok(Some(before.value));
        }
        let Some(caller) = sources.caller(known) else {
            return Ok(Some(HeaderValue::from_static("")));
        };
        let assertion = sources.assertion(&caller);
        let (signed_by, text) = self.tokens.assert(settings.signing, &assertion)?;
        // A signed assertion is ASCII. Without a value the client's own header could reach the application.
        let value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
        let entry = Remembered {
            key: signed_by,
            made_at: sources.now,
            value: value.clone(),
        };
        self.remembered.keep(key, sources, known, entry);
        Ok(Some(value))
    }

    /// Recent, and signed by a key that is still published: a replaced key may have been copied.
    fn is_fresh(&self, before: &Remembered, now: Timestamp) -> bool {
        // An assertion issued after `now` would not be valid yet.
        let young = now >= before.made_at && now.since(before.made_at) < REMEMBERED;
        young && self.tokens.keys().contains(before.key)
    }
}

impl Sources<'_> {
    /// The claims that fit, by precedence.
    pub(super) fn assertion(&self, known: &AuthenticatedPrincipal) -> Assertion {
        let user = known.user.as_deref();
        let mut remaining = RemainingBytes(LONGEST);
        let login = known.login();
        let preferred_username = remaining.text(login.as_ref().map_or("", DisplayText::as_str));
        let permissions = self.permissions(known).into_iter();
        let permissions = remaining.all(permissions.map(|pattern| pattern.to_string()).collect());
        let scope = known.scope.as_deref().map(ToString::to_string);
        let scope = scope.map(|words| remaining.text(&words));
        let name = remaining.text(user.map_or("", |user| user.full_name.as_str()));
        let email = remaining.text(user.map_or("", |user| user.email.as_str()));
        let groups = remaining.some(self.groups(known));
        let may_be_cut = user.is_some_and(DirectoryUser::groups_may_be_cut);
        Assertion {
            principal: known.principal,
            audience: self.application.name.to_string(),
            provider: user.map(DirectoryUser::provider),
            preferred_username,
            name,
            email,
            groups: ListClaim {
                cut: groups.cut || may_be_cut,
                ..groups
            },
            roles: remaining.some(self.roles(known)),
            permissions,
            scope,
        }
    }
}

/// The bytes of JSON that are still free.
struct RemainingBytes(usize);

impl RemainingBytes {
    /// The whole text, or nothing when it does not fit.
    fn text(&mut self, text: &str) -> String {
        if self.take(cost(text)) {
            text.to_owned()
        } else {
            String::new()
        }
    }

    /// All entries, or none.
    fn all(&mut self, entries: Vec<String>) -> Option<Vec<String>> {
        let whole = entries.iter().map(|entry| cost(entry)).sum();
        self.take(whole).then_some(entries)
    }

    /// As many entries as fit.
    fn some(&mut self, entries: impl IntoIterator<Item = String>) -> ListClaim {
        let mut entries = entries.into_iter().peekable();
        let mut fitting = Vec::new();
        while let Some(entry) = entries.next_if(|entry| self.take(cost(entry))) {
            fitting.push(entry);
        }
        ListClaim {
            entries: fitting,
            cut: entries.peek().is_some(),
        }
    }

    fn take(&mut self, bytes: usize) -> bool {
        let left = self.0.checked_sub(bytes);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// Length as JSON in bytes, with a comma: at most six for a byte of the text, so that the sum cannot overflow.
fn cost(text: &str) -> usize {
    serde_json::Value::from(text).to_string().len() + 1
}
