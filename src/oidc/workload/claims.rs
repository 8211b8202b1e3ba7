//! Members of a token's header or claims, each once, and the checks of the registered ones (RFC 7519 section 4.1).

use super::WorkloadError;
use crate::model::Timestamp;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How far the clocks may differ.
const SKEW: Duration = Duration::from_secs(90);

/// A JSON object in which no member stands twice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Members(BTreeMap<String, Value>);

impl Members {
    pub(super) fn read(json: &[u8]) -> Result<Self, WorkloadError> {
        serde_json::from_slice(json).map_err(|_| {
            WorkloadError::Malformed("a part of it is no JSON object with each member once")
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A whole number of seconds since 1970; another form is a fault and never "absent".
    fn instant(&self, name: &'static str) -> Result<Option<Timestamp>, WorkloadError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let seconds = value
            .as_u64()
            .and_then(|seconds| u32::try_from(seconds).ok());
        let seconds = seconds.ok_or(WorkloadError::ClaimInvalid(name))?;
        Ok(Some(Timestamp::from_seconds(i64::from(seconds))))
    }

    /// The forms of the registered claims, and the times. Gives the end.
    pub(super) fn check(&self, now: Timestamp) -> Result<Timestamp, WorkloadError> {
        let string = |value: &Value| value.is_string();
        let strings = |value: &Value| match value {
            Value::Array(many) => !many.is_empty() && many.iter().all(Value::is_string),
            one => one.is_string(),
        };
        let formed = |name: &'static str, fine: &dyn Fn(&Value) -> bool| match self.get(name) {
            Some(value) if !fine(value) => Err(WorkloadError::ClaimInvalid(name)),
            _ => Ok(()),
        };
        formed("sub", &string)?;
        formed("jti", &string)?;
        formed("aud", &strings)?;
        // Who may act with the token (RFC 8693 section 4.4): nobody proves here to be that.
        formed("may_act", &|_| false)?;
        for name in ["iat", "nbf"] {
            match self.instant(name)? {
                Some(from) if from > now.plus(SKEW) => {
                    return Err(WorkloadError::NotYetValid { from, now });
                }
                _ => {}
            }
        }
        let end = self.instant("exp")?;
        let at = end.ok_or(WorkloadError::ClaimInvalid("exp"))?;
        if now >= at {
            return Err(WorkloadError::Expired { at, now });
        }
        Ok(at)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Once)
    }
}

struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with each member once")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Members(members))
    }
}
