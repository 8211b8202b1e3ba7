//! Parsers of the parameters of a query of the audit log.
//!
//! Must never run the query.

use crate::model::{ParseError, Principal, SystemJob};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Parses the position before which the page begins.
pub fn before(place: &str) -> Result<u64, ParseError> {
    let error = |_| ParseError::new("invalid `cursor`: send the `next_cursor` of this list");
    place.parse().map_err(error)
}

/// Parses the id of a user, or a principal as events spell it.
pub fn actor(text: &str) -> Result<Principal, ParseError> {
    let jobs = [
        SystemJob::Mirror,
        SystemJob::Housekeeping,
        SystemJob::Server,
        SystemJob::BackChannelLogout,
    ];
    let others = [Principal::LocalOperator, Principal::Anonymous];
    let mut named = jobs.map(Principal::System).into_iter().chain(others);
    if let Some(principal) = named.find(|principal| principal.to_string() == text) {
        return Ok(principal);
    }
    match text.split_once(':') {
        Some(("service-account", id)) => id.parse().map(Principal::ServiceAccount),
        Some((_, id)) => id.parse().map(Principal::User),
        None => text.parse().map(Principal::User),
    }
}

/// Parses an action or kind of object, such as `role.create`.
pub fn word<T: DeserializeOwned>(text: &str) -> Result<T, ParseError> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(|_| {
        let shown: String = text.chars().take(80).collect();
        ParseError::new(format!(
            "invalid value `{}`: copy one from an event",
            shown.escape_debug()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::super::body::spelling;
    use super::*;
    use crate::audit::Action;

    #[test]
    fn principals_are_parsed_as_events_spell_them() {
        let id = "0190a5e2-0000-7000-8000-000000000001";
        let user = Principal::User(id.parse().unwrap());
        for principal in [
            user,
            Principal::ServiceAccount(id.parse().unwrap()),
            Principal::LocalOperator,
            Principal::Anonymous,
            Principal::System(SystemJob::Mirror),
        ] {
            assert_eq!(actor(&principal.to_string()).unwrap(), principal);
        }
        assert_eq!(actor(id).unwrap(), user);
        assert!(actor("robert").is_err() && actor("system:x").is_err());
    }

    #[test]
    fn actions_are_parsed_as_events_spell_them() {
        let action = word::<Action>(&spelling(Action::RoleCreate));
        assert_eq!(action.unwrap(), Action::RoleCreate);
        assert!(word::<Action>("role.burn").is_err());
    }
}
