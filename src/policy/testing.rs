//! Helpers for the tests of the policy.

use crate::model::{Requirement, Route};

/// Parses `METHODS PATH REQUIREMENT`; the requirement is `public`, `signed-in` or a permission.
pub(super) fn route(text: &str) -> Route {
    let mut words = text.split(' ');
    let mut word = || words.next().unwrap();
    let (methods, path) = (word(), word());
    Route {
        methods: methods.parse().unwrap(),
        path: path.parse().unwrap(),
        requirement: match word() {
            "public" => Requirement::Public,
            "signed-in" => Requirement::SignedIn,
            permission => Requirement::Permissions([permission.parse().unwrap()].into()),
        },
        repository: None,
        encoded_slash: false,
        secret_parameters: std::collections::BTreeSet::new(),
        semicolon: false,
    }
}
