//! The person that an ID token and userinfo speak of. Pure: everything was checked before it comes here.
//!
//! What is a key (the subject) must have its form; what is for display is shortened to it. A group that has no form of a
//! group is left out, and the list marked.

use super::OidcError;
use crate::model::{DisplayText, GroupName, Subject};
use secrecy::SecretString;
use serde_json::Value;
use std::collections::BTreeSet;

/// Groups of one person that are kept; a longer list is cut and marked.
const MOST: usize = 500;

/// The claim that names an address, and the one that says whether it was verified (OpenID Core 5.1).
const ADDRESS: (&str, &str) = ("email", "email_verified");

/// Longest name of a session at the provider that is kept, in bytes.
const LONGEST_SID: usize = 255;

/// Where a provider lists groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupsClaim {
    /// Name of the claim, or a JSON pointer (RFC 6901) into the claims.
    pub claim: String,
    /// Which claims.
    pub from: GroupsFrom,
    /// So many are told at most: a list that long may lack some.
    pub cap: Option<usize>,
}

/// Which claims list the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupsFrom {
    /// Those of the ID token.
    Token,
    /// Those of userinfo.
    Userinfo,
    /// Those of userinfo when the ID token has none.
    TokenOrUserinfo,
}

/// Groups of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    /// As the claim spells them.
    pub names: BTreeSet<GroupName>,
    /// Some may be missing.
    pub may_be_cut: bool,
    /// The claim was there, empty or not.
    pub found: bool,
}

/// Who signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The provider's never-reassigned name for the person.
    pub subject: Subject,
    /// Present login, for display; the subject where none is told.
    pub login: DisplayText,
    /// Full name, or empty.
    pub full_name: DisplayText,
    /// Address that the provider says it has verified, or empty; for display alone.
    pub email: DisplayText,
    /// Groups, where the provider is to tell them.
    pub groups: Groups,
    /// The provider's name for the sign-in there.
    pub sid: Option<String>,
    /// For the provider alone, when the person signs out there.
    pub id_token: SecretString,
}

/// Claims of both places.
pub(super) struct Claims<'a> {
    pub token: &'a Value,
    pub userinfo: Option<&'a Value>,
}

impl Claims<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        let of = |claims: &'_ Value| claims.get(name).and_then(Value::as_str).is_some();
        let place = [Some(self.token), self.userinfo].into_iter().flatten();
        let mut having = place.filter(|claims| of(claims));
        having.next()?.get(name)?.as_str()
    }

    /// The address, where the very claims that name it say it is verified. OpenID Core 5.1 has a JSON boolean there: the
    /// text `"true"`, which some providers send, is none, and says as little as nothing.
    fn address(&self) -> Option<&str> {
        let places = [Some(self.token), self.userinfo].into_iter().flatten();
        let mut verified =
            places.filter(|claims| claims.get(ADDRESS.1) == Some(&Value::Bool(true)));
        verified.find_map(|claims| claims.get(ADDRESS.0)?.as_str())
    }

    /// The person. Without groups asked for it is Gitea that tells, which always names the login.
    pub(super) fn person(
        &self,
        groups: Option<&GroupsClaim>,
        id_token: SecretString,
    ) -> Result<SignedIn, OidcError> {
        let subject = self.token.get("sub").and_then(Value::as_str);
        let subject = subject.and_then(|text| text.parse::<Subject>().ok());
        let subject = subject.ok_or_else(|| {
            OidcError::TokenInvalid("claim `sub` has a form that is not allowed".to_owned())
        })?;
        let login = match (self.text("preferred_username"), groups) {
            (Some(login), _) => login,
            (None, None) => return Err(OidcError::GrantTooNarrow),
            (None, Some(_)) => self.text("name").unwrap_or(subject.as_str()),
        };
        let shown = |text: Option<&str>| DisplayText::lossy(text.unwrap_or_default());
        let sid = self.token.get("sid").and_then(Value::as_str);
        Ok(SignedIn {
            login: DisplayText::lossy(login),
            full_name: shown(self.text("name")),
            email: shown(self.address()),
            groups: groups.map(|rule| self.groups(rule)).unwrap_or_default(),
            sid: sid
                .filter(|sid| sid.len() <= LONGEST_SID)
                .map(str::to_owned),
            subject,
            id_token,
        })
    }

    fn groups(&self, rule: &GroupsClaim) -> Groups {
        let token = || at(self.token, &rule.claim);
        let userinfo = || at(self.userinfo?, &rule.claim);
        let found = match rule.from {
            GroupsFrom::Token => token(),
            GroupsFrom::Userinfo => userinfo(),
            GroupsFrom::TokenOrUserinfo => token().or_else(userinfo),
        };
        found.map_or_else(Groups::default, |value| read(value, rule.cap))
    }
}

fn at<'v>(claims: &'v Value, claim: &str) -> Option<&'v Value> {
    let value = if claim.starts_with('/') {
        claims.pointer(claim)
    } else {
        claims.get(claim)
    };
    value.filter(|value| !value.is_null())
}

/// A list of texts; a single text is a list of one. Whatever else stands there is left out, and the list marked.
fn read(value: &Value, cap: Option<usize>) -> Groups {
    let one;
    let list: &[Value] = match value {
        Value::Array(list) => list,
        Value::String(_) => {
            one = [value.clone()];
            &one
        }
        _ => {
            return Groups {
                may_be_cut: true,
                found: true,
                ..Groups::default()
            };
        }
    };
    let texts = list.iter().map(|value| value.as_str()?.parse().ok());
    let read: Vec<Option<GroupName>> = texts.collect();
    let whole = read.iter().all(Option::is_some) && list.len() <= MOST;
    Groups {
        names: read.into_iter().flatten().take(MOST).collect(),
        may_be_cut: !whole || cap.is_some_and(|cap| list.len() >= cap),
        found: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rule(claim: &str, from: GroupsFrom, cap: Option<usize>) -> GroupsClaim {
        let claim = claim.to_owned();
        GroupsClaim { claim, from, cap }
    }

    fn person(token: Value, userinfo: Option<Value>, rule: &GroupsClaim) -> SignedIn {
        let claims = Claims {
            token: &token,
            userinfo: userinfo.as_ref(),
        };
        claims.person(Some(rule), "t".into()).unwrap()
    }

    fn names(groups: &Groups) -> Vec<&str> {
        groups.names.iter().map(GroupName::as_str).collect()
    }

    #[test]
    fn groups_come_from_the_token_and_from_userinfo_only_where_the_token_has_none() {
        let token = json!({"sub": "u", "groups": ["a"]});
        let bare = json!({"sub": "u"});
        let info = Some(json!({"sub": "u", "groups": ["b"]}));
        for (from, both, info_alone) in [
            (GroupsFrom::Token, vec!["a"], vec![]),
            (GroupsFrom::Userinfo, vec!["b"], vec!["b"]),
            (GroupsFrom::TokenOrUserinfo, vec!["a"], vec!["b"]),
        ] {
            let rule = rule("groups", from, None);
            let groups = person(token.clone(), info.clone(), &rule).groups;
            assert_eq!(names(&groups), both, "{from:?}");
            let groups = person(bare.clone(), info.clone(), &rule).groups;
            assert_eq!(names(&groups), info_alone, "{from:?}");
            assert!(!groups.may_be_cut);
        }
    }

    #[test]
    fn a_claim_is_named_as_it_is_or_by_a_json_pointer() {
        let token = json!({"sub": "u", "https://acme.example/groups": "one", "realm_access": {"roles": ["x", "y"]}});
        let of = |claim: &str| {
            let rule = rule(claim, GroupsFrom::Token, None);
            let groups = person(token.clone(), None, &rule).groups;
            (names(&groups).join(","), groups.found)
        };
        assert_eq!(of("https://acme.example/groups"), ("one".to_owned(), true));
        assert_eq!(of("/realm_access/roles"), ("x,y".to_owned(), true));
        assert_eq!(of("groups"), (String::new(), false));
        assert_eq!(of("realm_access.roles"), (String::new(), false));
    }

    #[test]
    fn a_list_at_the_cap_or_with_odd_entries_is_marked_as_perhaps_cut() {
        let of = |groups: Value, cap| {
            let rule = rule("groups", GroupsFrom::Token, cap);
            person(json!({"sub": "u", "groups": groups}), None, &rule).groups
        };
        let many = |n: usize| json!((0..n).map(|n| format!("g{n:04}")).collect::<Vec<_>>());
        assert!(!of(many(99), Some(100)).may_be_cut);
        assert!(of(many(100), Some(100)).may_be_cut);
        assert!(!of(many(100), None).may_be_cut);
        let longest = of(many(MOST + 1), None);
        assert!(longest.may_be_cut && longest.names.len() == MOST);
        for odd in [
            json!([1, "a"]),
            json!(["a", "b\n"]),
            json!(["a", ""]),
            json!({"a": 1}),
            json!(7),
        ] {
            let groups = of(odd.clone(), None);
            assert!(groups.may_be_cut && groups.names.len() <= 1, "{odd}");
        }
    }

    #[test]
    fn an_address_counts_where_the_claims_that_name_it_say_it_is_verified() {
        let rule = rule("groups", GroupsFrom::Token, None);
        let of = |token, info| person(token, info, &rule).email.to_string();
        let told = |verified: Value| json!({"sub": "u", "email": "a@acme.example", "email_verified": verified});
        let bare = json!({"sub": "u", "email": "b@acme.example"});
        assert_eq!(of(told(json!(true)), None), "a@acme.example");
        assert_eq!(of(bare.clone(), Some(told(json!(true)))), "a@acme.example");
        for none in [
            json!(false),
            json!("true"),
            json!(1),
            json!(null),
            json!([true]),
        ] {
            assert_eq!(of(told(none.clone()), None), "", "{none}");
            assert_eq!(
                of(json!({"sub": "u"}), Some(told(none.clone()))),
                "",
                "{none}"
            );
        }
        assert_eq!(of(bare.clone(), Some(bare.clone())), "");
        let word_alone = json!({"sub": "u", "email_verified": true});
        assert_eq!(
            of(bare, Some(word_alone)),
            "",
            "said of another place's address"
        );
    }

    #[test]
    fn a_login_is_for_display_and_never_missing() {
        let rule = rule("groups", GroupsFrom::Token, None);
        let login =
            |token: Value, info: Option<Value>| person(token, info, &rule).login.to_string();
        let info = json!({"sub": "u", "preferred_username": "ana@acme.example"});
        assert_eq!(login(json!({"sub": "u"}), Some(info)), "ana@acme.example");
        assert_eq!(login(json!({"sub": "u", "name": "Ana"}), None), "Ana");
        assert_eq!(login(json!({"sub": "u"}), None), "u");
        let token = json!({"sub": "7"});
        let claims = Claims {
            token: &token,
            userinfo: None,
        };
        assert_eq!(
            claims.person(None, "t".into()).unwrap_err(),
            OidcError::GrantTooNarrow
        );
    }
}
