//! The identity in the claims of an ID token and of userinfo, which were verified before. Pure.
//!
//! The subject is a key and must be valid. Texts for display are shortened. An invalid group name is left out, and the
//! list is marked.

use super::OidcError;
use crate::model::{DisplayText, GroupName, GroupsSource, Subject};
use secrecy::SecretString;
use serde_json::Value;
use std::collections::BTreeSet;

/// Most groups of one person; a longer list is cut and marked.
const MAX_GROUPS: usize = 500;

/// The claim with the e-mail address.
const ADDRESS_CLAIM: &str = "email";

/// The claim that states whether the provider has verified the address.
const VERIFIED_CLAIM: &str = "email_verified";

/// Longest session id of the provider that is kept.
const MAX_SID_BYTES: usize = 255;

/// Where a provider lists groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupsClaim {
    /// Name of the claim, or a JSON pointer (RFC 6901) into the claims.
    pub claim: String,
    /// The claims that have it.
    pub from: GroupsSource,
    /// Most groups that the provider lists: a list of that length may be incomplete.
    pub cap: Option<usize>,
}

/// Groups of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    /// As the claim spells them.
    pub names: BTreeSet<GroupName>,
    /// Some may be missing.
    pub may_be_cut: bool,
    /// The claim was present, empty or not.
    pub found: bool,
}

/// The verified identity of a person at a provider.
#[derive(Debug, Clone)]
pub struct AuthenticatedIdentity {
    /// The person's identifier at the provider, never reassigned.
    pub subject: Subject,
    /// Current login, for display; the subject by default.
    pub login: DisplayText,
    /// Full name, or empty.
    pub full_name: DisplayText,
    /// E-mail address that the provider has verified, or empty; for display only.
    pub email: DisplayText,
    /// Groups; empty for Gitea.
    pub groups: Groups,
    /// The provider's session id.
    pub sid: Option<String>,
    /// Sent to the provider to end the session there.
    pub id_token: SecretString,
}

/// The claims of the ID token and of userinfo.
pub(super) struct IdentityClaims<'a> {
    pub token: &'a Value,
    pub userinfo: Option<&'a Value>,
}

impl IdentityClaims<'_> {
    fn sources(&self) -> impl Iterator<Item = &Value> {
        [Some(self.token), self.userinfo].into_iter().flatten()
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.sources().find_map(|claims| claims.get(name)?.as_str())
    }

    /// The e-mail address, if the claim beside it states that it is verified (OpenID Core 5.1). It must be a JSON boolean: the text
    /// `"true"`, which some providers send, does not count.
    fn email(&self) -> Option<&str> {
        let verified = |claims: &&Value| claims.get(VERIFIED_CLAIM) == Some(&Value::Bool(true));
        let mut verified = self.sources().filter(verified);
        verified.find_map(|claims| claims.get(ADDRESS_CLAIM)?.as_str())
    }

    /// The identity. No groups claim is configured for Gitea, which always names the login.
    pub(super) fn identity(
        &self,
        groups: Option<&GroupsClaim>,
        id_token: SecretString,
    ) -> Result<AuthenticatedIdentity, OidcError> {
        let subject = self.token.get("sub").and_then(Value::as_str);
        let subject = subject.and_then(|text| text.parse::<Subject>().ok());
        let subject = subject.ok_or_else(|| {
            OidcError::TokenInvalid("claim `sub` has a form that is not allowed".to_owned())
        })?;
        let login = match (self.text("preferred_username"), groups) {
            (Some(login), _) => login,
            (None, None) => return Err(OidcError::ScopeInsufficient),
            (None, Some(_)) => self.text("name").unwrap_or(subject.as_str()),
        };
        let shown = |text: Option<&str>| DisplayText::lossy(text.unwrap_or_default());
        let sid = self.token.get("sid").and_then(Value::as_str);
        Ok(AuthenticatedIdentity {
            login: DisplayText::lossy(login),
            full_name: shown(self.text("name")),
            email: shown(self.email()),
            groups: groups.map(|claim| self.groups(claim)).unwrap_or_default(),
            sid: sid
                .filter(|sid| sid.len() <= MAX_SID_BYTES)
                .map(str::to_owned),
            subject,
            id_token,
        })
    }

    fn groups(&self, claim: &GroupsClaim) -> Groups {
        let token = || value_of(self.token, &claim.claim);
        let userinfo = || value_of(self.userinfo?, &claim.claim);
        let found = match claim.from {
            GroupsSource::Token => token(),
            GroupsSource::Userinfo => userinfo(),
            GroupsSource::TokenOrUserinfo => token().or_else(userinfo),
        };
        found.map_or_else(Groups::default, |value| parse(value, claim.cap))
    }
}

fn value_of<'v>(claims: &'v Value, claim: &str) -> Option<&'v Value> {
    let value = if claim.starts_with('/') {
        claims.pointer(claim)
    } else {
        claims.get(claim)
    };
    value.filter(|value| !value.is_null())
}

/// A list of texts, or a single text. Other values are left out, and the list is marked.
fn parse(value: &Value, cap: Option<usize>) -> Groups {
    let list: &[Value] = match value {
        Value::Array(list) => list,
        Value::String(_) => std::slice::from_ref(value),
        _ => {
            return Groups {
                may_be_cut: true,
                found: true,
                ..Groups::default()
            };
        }
    };
    let texts = list.iter().map(|value| value.as_str()?.parse().ok());
    let parsed: Vec<Option<GroupName>> = texts.collect();
    let whole = parsed.iter().all(Option::is_some) && list.len() <= MAX_GROUPS;
    Groups {
        names: parsed.into_iter().flatten().take(MAX_GROUPS).collect(),
        may_be_cut: !whole || cap.is_some_and(|cap| list.len() >= cap),
        found: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn groups_claim(claim: &str, from: GroupsSource, cap: Option<usize>) -> GroupsClaim {
        let claim = claim.to_owned();
        GroupsClaim { claim, from, cap }
    }

    fn identity(
        token: Value,
        userinfo: Option<Value>,
        claim: &GroupsClaim,
    ) -> AuthenticatedIdentity {
        let claims = IdentityClaims {
            token: &token,
            userinfo: userinfo.as_ref(),
        };
        claims.identity(Some(claim), "t".into()).unwrap()
    }

    fn names(groups: &Groups) -> Vec<&str> {
        groups.names.iter().map(GroupName::as_str).collect()
    }

    #[test]
    fn userinfo_lists_groups_only_if_the_token_has_no_claim() {
        let token = json!({"sub": "u", "groups": ["a"]});
        let bare = json!({"sub": "u"});
        let info = Some(json!({"sub": "u", "groups": ["b"]}));
        for (from, both, info_alone) in [
            (GroupsSource::Token, vec!["a"], vec![]),
            (GroupsSource::Userinfo, vec!["b"], vec!["b"]),
            (GroupsSource::TokenOrUserinfo, vec!["a"], vec!["b"]),
        ] {
            let claim = groups_claim("groups", from, None);
            let groups = identity(token.clone(), info.clone(), &claim).groups;
            assert_eq!(names(&groups), both, "{from:?}");
            let groups = identity(bare.clone(), info.clone(), &claim).groups;
            assert_eq!(names(&groups), info_alone, "{from:?}");
            assert!(!groups.may_be_cut);
        }
    }

    #[test]
    fn claim_is_a_name_or_a_json_pointer() {
        let token = json!({"sub": "u", "https://acme.example/groups": "one", "realm_access": {"roles": ["x", "y"]}});
        let of = |claim: &str| {
            let claim = groups_claim(claim, GroupsSource::Token, None);
            let groups = identity(token.clone(), None, &claim).groups;
            (names(&groups).join(","), groups.found)
        };
        assert_eq!(of("https://acme.example/groups"), ("one".to_owned(), true));
        assert_eq!(of("/realm_access/roles"), ("x,y".to_owned(), true));
        assert_eq!(of("groups"), (String::new(), false));
        assert_eq!(of("realm_access.roles"), (String::new(), false));
    }

    #[test]
    fn full_list_or_invalid_entry_marks_the_groups() {
        let of = |groups: Value, cap| {
            let claim = groups_claim("groups", GroupsSource::Token, cap);
            identity(json!({"sub": "u", "groups": groups}), None, &claim).groups
        };
        let many = |n: usize| json!((0..n).map(|n| format!("g{n:04}")).collect::<Vec<_>>());
        assert!(!of(many(99), Some(100)).may_be_cut);
        assert!(of(many(100), Some(100)).may_be_cut);
        assert!(!of(many(100), None).may_be_cut);
        let longest = of(many(MAX_GROUPS + 1), None);
        assert!(longest.may_be_cut && longest.names.len() == MAX_GROUPS);
        for invalid in [
            json!([1, "a"]),
            json!(["a", "b\n"]),
            json!(["a", ""]),
            json!({"a": 1}),
            json!(7),
        ] {
            let groups = of(invalid.clone(), None);
            assert!(groups.may_be_cut && groups.names.len() <= 1, "{invalid}");
        }
    }

    #[test]
    fn email_counts_only_with_email_verified_beside_it() {
        let claim = groups_claim("groups", GroupsSource::Token, None);
        let of = |token, info| identity(token, info, &claim).email.to_string();
        let stated = |verified: Value| json!({"sub": "u", "email": "a@acme.example", "email_verified": verified});
        let bare = json!({"sub": "u", "email": "b@acme.example"});
        assert_eq!(of(stated(json!(true)), None), "a@acme.example");
        assert_eq!(
            of(bare.clone(), Some(stated(json!(true)))),
            "a@acme.example"
        );
        for unverified in [
            json!(false),
            json!("true"),
            json!(1),
            json!(null),
            json!([true]),
        ] {
            assert_eq!(of(stated(unverified.clone()), None), "", "{unverified}");
            assert_eq!(
                of(json!({"sub": "u"}), Some(stated(unverified.clone()))),
                "",
                "{unverified}"
            );
        }
        assert_eq!(of(bare.clone(), Some(bare.clone())), "");
        let without_email = json!({"sub": "u", "email_verified": true});
        assert_eq!(of(bare, Some(without_email)), "", "not beside the address");
    }

    #[test]
    fn login_is_for_display_and_never_missing() {
        let claim = groups_claim("groups", GroupsSource::Token, None);
        let login =
            |token: Value, info: Option<Value>| identity(token, info, &claim).login.to_string();
        let info = json!({"sub": "u", "preferred_username": "ana@acme.example"});
        assert_eq!(login(json!({"sub": "u"}), Some(info)), "ana@acme.example");
        assert_eq!(login(json!({"sub": "u", "name": "Ana"}), None), "Ana");
        assert_eq!(login(json!({"sub": "u"}), None), "u");
        let token = json!({"sub": "7"});
        let claims = IdentityClaims {
            token: &token,
            userinfo: None,
        };
        assert_eq!(
            claims.identity(None, "t".into()).unwrap_err(),
            OidcError::ScopeInsufficient
        );
    }
}
