//! The members of a token's header or claims, each once, and the checks of registered claims (RFC 7519 section 4.1).

use super::error::WorkloadError;
use crate::model::Timestamp;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Largest accepted difference between the clocks.
const MAX_SKEW: Duration = Duration::from_secs(90);

/// A JSON object without duplicate members.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Members(BTreeMap<String, Value>);

impl Members {
    pub(super) fn read(json: &[u8]) -> Result<Self, WorkloadError> {
        serde_json::from_slice(json).map_err(|_| {
            WorkloadError::Malformed("a part of it is not a JSON object with each member once")
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Whole seconds since 1970; another type is an error.
    fn timestamp(&self, name: &'static str) -> Result<Option<Timestamp>, WorkloadError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let seconds = value
            .as_u64()
            .and_then(|seconds| u32::try_from(seconds).ok());
        let seconds = seconds.ok_or(WorkloadError::ClaimInvalid(name))?;
        Ok(Some(Timestamp::from_seconds(i64::from(seconds))))
    }

    /// Checks the types of the registered claims, and the times. Returns the expiry.
    pub(super) fn check_claims(&self, now: Timestamp) -> Result<Timestamp, WorkloadError> {
        let string = |value: &Value| value.is_string();
        let strings = |value: &Value| match value {
            Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_string),
            value => value.is_string(),
        };
        let check = |name: &'static str, valid: &dyn Fn(&Value) -> bool| match self.get(name) {
            Some(value) if !valid(value) => Err(WorkloadError::ClaimInvalid(name)),
            _ => Ok(()),
        };
        check("sub", &string)?;
        check("jti", &string)?;
        check("aud", &strings)?;
        // It restricts who may act with the token (RFC 8693 section 4.4), which the requester cannot prove here.
        check("may_act", &|_| false)?;
        for name in ["iat", "nbf"] {
            match self.timestamp(name)? {
                Some(from) if from > now.plus(MAX_SKEW) => {
                    return Err(WorkloadError::NotYetValid { from, now });
                }
                _ => {}
            }
        }
        let expiry = self.timestamp("exp")?;
        let at = expiry.ok_or(WorkloadError::ClaimInvalid("exp"))?;
        if now >= at {
            return Err(WorkloadError::Expired { at, now });
        }
        Ok(at)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with each member once")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(Members(members))
    }
}
