//! `Samovar-Assertion` for whoever passes: made anew when what it says may have changed, and every half minute.

use super::facts::Known;
use super::identity::Sources;
use crate::model::{ApplicationId, Name, Principal, Timestamp};
use crate::token::{Assertion, KeyError, Tokens, scope_text};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Half its life: whoever gets one has at least as long to look at it.
const REMEMBERED: Duration = Duration::from_secs(30);

/// Assertions that are remembered at a time; beyond it all are made anew.
const MOST: usize = 20_000;

/// Who, where, with which scope; and a service account's name, which neither policy nor directory knows.
type Key = (Principal, ApplicationId, Option<String>, Option<Name>);

/// Assertions of those who came lately.
pub(super) struct Assertions {
    tokens: Arc<Tokens>,
    remembered: Mutex<HashMap<Key, Remembered>>,
}

struct Remembered {
    versions: (u64, u64),
    made_at: Timestamp,
    text: Arc<str>,
}

impl Assertions {
    pub(super) fn new(tokens: Arc<Tokens>) -> Self {
        Self {
            tokens,
            remembered: Mutex::default(),
        }
    }

    /// The header's value, when the application wants one: empty for nobody, so that no client's own stands there.
    pub(super) async fn of(
        &self,
        sources: &Sources<'_>,
        known: Option<&Known>,
    ) -> Result<Option<Arc<str>>, KeyError> {
        let settings = &sources.application.tokens;
        let Some(known) = known.filter(|_| settings.assertion) else {
            return Ok(settings.assertion.then(|| Arc::from("")));
        };
        let scope = known.scope.as_deref().map(scope_text);
        let name = known.machine.as_ref().map(|(name, _)| name.clone());
        let key = (known.principal, sources.application.id, scope, name);
        let versions = (sources.policy.version(), sources.directory.version);
        if let Some(text) = self.fresh(&key, versions, sources.now) {
            return Ok(Some(text));
        }
        let assertion = sources.assertion(known, key.2.clone());
        let text = self.tokens.assert(settings.signing, &assertion).await?;
        let text: Arc<str> = text.into();
        let entry = Remembered {
            versions,
            made_at: sources.now,
            text: Arc::clone(&text),
        };
        let mut remembered = self.lock();
        if remembered.len() >= MOST {
            remembered.clear();
        }
        remembered.insert(key, entry);
        Ok(Some(text))
    }

    fn fresh(&self, key: &Key, versions: (u64, u64), now: Timestamp) -> Option<Arc<str>> {
        let remembered = self.lock();
        let entry = remembered.get(key)?;
        let young = now >= entry.made_at && now.since(entry.made_at) < REMEMBERED;
        (entry.versions == versions && young).then(|| Arc::clone(&entry.text))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Remembered>> {
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sources<'_> {
    fn assertion(&self, known: &Known, scope: Option<String>) -> Assertion {
        let user = known.user.as_deref();
        let login = known.login();
        let plain = |names: std::collections::BTreeSet<String>| names.into_iter().collect();
        Assertion {
            principal: known.principal,
            audience: self.application.name.to_string(),
            preferred_username: login.map_or_else(String::new, |login| login.to_string()),
            name: user.map_or_else(String::new, |user| user.full_name.to_string()),
            email: user.map_or_else(String::new, |user| user.email.to_string()),
            groups: plain(self.groups(known)),
            roles: plain(self.roles(known)),
            scope,
        }
    }
}
