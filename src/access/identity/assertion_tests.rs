//! The assertion: what it says, that it fits whatever people call themselves, and how long it is remembered.

use super::LONGEST;
use super::assertion::Assertions;
use super::testing::{
    Holding, Keys, NOW, application, directory, directory_of, disabled, granting, holding, known,
    machine, person, sources, stranger, user,
};
use crate::access::credentials::AuthenticatedPrincipal;
use crate::access::identity::Sources;
use crate::model::*;
use crate::policy::Policy;
use data_encoding::BASE64URL_NOPAD;
use http::HeaderValue;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What an application reads.
fn claims(assertion: &HeaderValue) -> Value {
    let payload = assertion.to_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}

fn told(keys: &Keys, sources: &Sources<'_>, known: &AuthenticatedPrincipal) -> Value {
    let assertions = Assertions::new(Arc::clone(&keys.tokens));
    claims(&assertions.of(sources, Some(known)).unwrap().unwrap())
}

#[tokio::test]
async fn one_that_a_replaced_key_signed_is_not_sent_again_and_one_of_another_key_is() {
    let keys = Keys::open().await;
    let (policy, directory, application) =
        (super::testing::policy(), directory(1, "ben"), application());
    let sources = sources(&policy, &directory, &application);
    let assertions = Assertions::new(Arc::clone(&keys.tokens));
    let ben = known(user("ben"));
    let ask = || assertions.of(&sources, Some(&ben)).unwrap().unwrap();
    let first = ask();
    keys.replace(SigningAlgorithm::Es256).await;
    assert_eq!(ask(), first, "its key still counts");
    keys.replace(SigningAlgorithm::EdDsa).await;
    let second = ask();
    let head = |assertion: &HeaderValue| {
        let text = assertion.to_str().unwrap().to_owned();
        text.split_once('.').unwrap().0.to_owned()
    };
    assert_ne!(head(&second), head(&first), "another `kid`");
    assert_eq!(ask(), second);
}

#[tokio::test]
async fn what_is_remembered_ends_with_the_directory_the_policy_a_role_binding_and_half_a_minute() {
    let keys = Keys::open().await;
    let (application, ben) = (application(), known(user("ben")));
    let (first, later) = (directory(1, "ben"), directory(2, "benjamin"));
    let end = NOW.plus(std::time::Duration::from_secs(10));
    let given = |version| {
        granting(
            version,
            &[holding("deployer", &["a:write"])],
            &[person()],
            Some(end),
        )
    };
    let (policy, newer) = (given(1), given(2));
    let assertions = Assertions::new(Arc::clone(&keys.tokens));
    let ask = |policy: &Policy, directory: &Directory, seconds: u64| {
        let sources = Sources {
            now: NOW.plus(std::time::Duration::from_secs(seconds)),
            ..sources(policy, directory, &application)
        };
        claims(&assertions.of(&sources, Some(&ben)).unwrap().unwrap())
    };
    let before = ask(&policy, &first, 0);
    assert_eq!(
        (&before["permissions"], &before["roles"]),
        (&json!(["a:write"]), &json!(["deployer"]))
    );
    assert_eq!(ask(&policy, &first, 9), before, "remembered");
    let ended = ask(&policy, &first, 10);
    assert_eq!(
        (&ended["permissions"], &ended["roles"]),
        (&json!([]), &json!([]))
    );
    assert_eq!(ask(&policy, &first, 39), ended, "remembered");
    assert_ne!(ask(&policy, &first, 40)["jti"], ended["jti"]);
    // What was known of the caller says `ben` still; what is remembered of the newer directory must not.
    assert_eq!(ask(&policy, &later, 41)["preferred_username"], "benjamin");
    let other = ask(&newer, &later, 42);
    assert_ne!(other["jti"], ask(&policy, &later, 41)["jti"]);
}

#[tokio::test]
async fn it_says_of_which_provider_a_person_is_and_nothing_of_the_kind_of_a_machine() {
    let keys = Keys::open().await;
    let (policy, application) = (super::testing::policy(), application());
    for (user, provider) in [
        (user("ben"), "gitea"),
        (stranger("okta", "ben", &[]), "okta"),
    ] {
        let directory = directory_of(1, user.clone());
        let told = told(
            &keys,
            &sources(&policy, &directory, &application),
            &known(user),
        );
        assert_eq!(
            (&told["provider"], &told["preferred_username"]),
            (&json!(provider), &json!("ben"))
        );
    }
    let directory = Directory::default();
    let told = told(
        &keys,
        &sources(&policy, &directory, &application),
        &machine("ci"),
    );
    assert_eq!(
        (told.get("provider"), &told["principal_kind"]),
        (None, &json!("service-account"))
    );
}

#[tokio::test]
async fn permissions_are_what_is_held_there_narrowed_by_the_scope_that_came() {
    let keys = Keys::open().await;
    let held = holding(
        "deployer",
        &["deployments:*", "logs:read", "samovar.roles:read"],
    );
    let policy = granting(1, &[held], &[person()], None);
    let (directory, application) = (directory(1, "ben"), application());
    let sources = sources(&policy, &directory, &application);
    let session = known(user("ben"));
    let told_session = told(&keys, &sources, &session);
    assert_eq!(
        told_session["permissions"],
        json!(["logs:read", "deployments:*"])
    );
    assert_eq!(
        (
            told_session.get("scope"),
            told_session.get("permissions_cut")
        ),
        (None, None)
    );
    let scope: Scope = "deployments:write logs:write samovar.roles:read"
        .parse()
        .unwrap();
    let token = AuthenticatedPrincipal {
        scope: Some(Arc::new(scope)),
        ..session
    };
    let told_token = told(&keys, &sources, &token);
    assert_eq!(told_token["permissions"], json!(["deployments:write"]));
    assert_eq!(
        told_token["scope"],
        "deployments:write logs:write samovar.roles:read"
    );
}

#[tokio::test]
async fn no_assertion_is_signed_or_sent_again_for_a_disabled_account() {
    let keys = Keys::open().await;
    let (policy, application) = (super::testing::policy(), application());
    let (before, after) = (directory(1, "ben"), directory_of(2, disabled("ben")));
    let assertions = Assertions::new(Arc::clone(&keys.tokens));
    let ask = |directory: &Directory, caller: &AuthenticatedPrincipal| {
        let sources = sources(&policy, directory, &application);
        assertions.of(&sources, Some(caller)).unwrap().unwrap()
    };
    assert!(!ask(&before, &known(user("ben"))).is_empty());
    assert_eq!(
        ask(&before, &known(disabled("ben"))),
        "",
        "remembered of before"
    );
    assert_eq!(
        ask(&after, &known(user("ben"))),
        "",
        "the directory is newer"
    );
    let off = AuthenticatedPrincipal {
        machine: Some(("ci".parse().unwrap(), false)),
        ..machine("ci")
    };
    assert!(!ask(&before, &machine("ci")).is_empty());
    assert_eq!(ask(&before, &off), "");
}

#[tokio::test]
async fn permissions_that_do_not_fit_are_left_out_and_it_is_said_so() {
    let keys = Keys::open().await;
    let words: Vec<String> = (0..200)
        .map(|n| format!("resource-{n}:a-long-action"))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let policy = granting(1, &[holding("all", &words)], &[person()], None);
    let (directory, application) = (directory(1, "ben"), application());
    let sources = sources(&policy, &directory, &application);
    let scope = words.iter().map(|word| word.parse().unwrap()).collect();
    let ben = AuthenticatedPrincipal {
        scope: Some(Arc::new(scope)),
        ..known(user("ben"))
    };
    let told = told(&keys, &sources, &ben);
    assert_eq!(
        (told.get("permissions"), &told["permissions_cut"]),
        (None, &json!(true))
    );
    assert_eq!(
        told["scope"], "",
        "nothing rather than a part or the lack of a bound"
    );
    assert_eq!(
        (&told["roles"], told.get("roles_cut")),
        (&json!(["all"]), None)
    );
}

/// A caller whose header is as long as possible.
#[derive(Debug)]
struct Longest {
    texts: [String; 3],
    groups: BTreeSet<String>,
    external: bool,
    roles: Vec<Holding>,
    scope: bool,
}

fn text() -> impl Strategy<Value = String> {
    let same = prop::sample::select(vec!["a", "\"", "\\", "é", "\u{1f600}"]);
    prop_oneof![
        any::<String>(),
        (same, 0_usize..256).prop_map(|(text, times)| text.repeat(times)),
    ]
}

fn longest() -> impl Strategy<Value = Longest> {
    let texts = [text(), text(), text()];
    let groups = prop::collection::btree_set(text(), 0..40);
    let roles = prop::collection::vec((0_usize..55, 0_usize..12, 0_usize..60), 1..60);
    let all = (texts, groups, any::<bool>(), roles, any::<bool>());
    all.prop_map(|(texts, groups, external, roles, scope)| Longest {
        texts,
        groups,
        external,
        roles: roles.into_iter().enumerate().map(role).collect(),
        scope,
    })
}

fn role((at, (name, held, word)): (usize, (usize, usize, usize))) -> Holding {
    let words = (0..held).map(|n| format!("r{}{at}:a{n}", "x".repeat(word)));
    let held = words.map(|word| word.parse().unwrap());
    (format!("r{at}-{}z", "y".repeat(name)), held.collect())
}

impl Longest {
    /// The person, the directory, and what role bindings speak of.
    fn world(&self) -> (AuthenticatedPrincipal, Directory, Vec<BindingSubject>) {
        let mut subjects = vec![person()];
        let mut directory = Directory::default();
        let [login, name, email] = self.texts.each_ref().map(|text| DisplayText::lossy(text));
        let caller = DirectoryUser {
            full_name: name,
            email,
            ..user(login.as_str())
        };
        let user = if self.external {
            let names: Vec<GroupName> = self.groups.iter().filter_map(|g| g.parse().ok()).collect();
            let account = stranger("okta", "", &names).account;
            for name in names {
                let provider = "okta".parse().unwrap();
                subjects.push(BindingSubject::ProviderGroup { provider, name });
            }
            DirectoryUser { account, ..caller }
        } else {
            self.teams(&mut directory, &mut subjects);
            let organizations = directory.organizations.keys().copied().collect();
            let teams = directory.teams.keys().copied().collect();
            DirectoryUser {
                teams,
                organizations,
                ..caller
            }
        };
        let known = known(user.clone());
        directory.users = [(user.id, Arc::new(user))].into();
        let held = self.roles.iter().flat_map(|(_, held)| held);
        let exact = held.filter_map(|pattern| match pattern {
            PermissionPattern::Exact(word) => Some(word.clone()),
            PermissionPattern::EveryAction(_) => None,
        });
        let scope = self.scope.then(|| Arc::new(Scope::new(exact, None)));
        (
            AuthenticatedPrincipal { scope, ..known },
            directory,
            subjects,
        )
    }

    /// A team of every name, each in an organization of its own.
    fn teams(&self, directory: &mut Directory, subjects: &mut Vec<BindingSubject>) {
        for (number, name) in (1..).zip(&self.groups) {
            let name = DisplayText::lossy(name);
            let (id, organization) = (
                TeamId::try_from(number).unwrap(),
                number.try_into().unwrap(),
            );
            let entry = Organization {
                id: organization,
                name: format!("o{number}").parse().unwrap(),
                full_name: name.clone(),
            };
            directory
                .organizations
                .insert(organization, Arc::new(entry));
            let team = Team {
                id,
                organization,
                name,
                owners: false,
            };
            let members = Vec::new();
            directory
                .teams
                .insert(id, Arc::new(DirectoryTeam { team, members }));
            subjects.push(BindingSubject::Organization { id: organization });
            subjects.push(BindingSubject::Team { id });
        }
    }
}

/// Signs what is said of them by the algorithm with the longest signature; what is wrong with it.
fn check(keys: &Keys, longest: &Longest) -> Result<usize, TestCaseError> {
    let application = Application {
        identity_headers: IdentityHeader::ALL.into(),
        name: "a".repeat(64).parse().unwrap(),
        ..application()
    };
    let (known, directory, subjects) = longest.world();
    let policy = granting(1, &longest.roles, &subjects, None);
    let sources = sources(&policy, &directory, &application);
    let assertion = sources.assertion(&known);
    let signed = keys.tokens.assert(SigningAlgorithm::Rs256, &assertion);
    let (_, text) = signed.unwrap();
    let header = "Samovar-Assertion: ".len() + text.len();
    prop_assert!(header < 8000, "{header}");
    let told = claims(&HeaderValue::try_from(text).unwrap());
    let entries = |name: &str| told[name].as_array().map_or(0, Vec::len);
    let cut = |name: &str| told.get(name) == Some(&json!(true));
    prop_assert_eq!(
        cut("groups_cut"),
        entries("groups") < sources.groups(&known).len()
    );
    prop_assert_eq!(
        cut("roles_cut"),
        entries("roles") < sources.roles(&known).len()
    );
    let held = sources.permissions(&known);
    let held: Vec<String> = held.iter().map(ToString::to_string).collect();
    match told.get("permissions") {
        Some(whole) => prop_assert!(!cut("permissions_cut") && *whole == json!(held)),
        None => prop_assert!(cut("permissions_cut") && !held.is_empty()),
    }
    let headers = sources.headers(Some(&known));
    let headers: usize = headers.iter().map(|(_, value)| value.len()).sum();
    prop_assert!(headers <= LONGEST, "{headers}");
    Ok(header)
}

#[tokio::test]
async fn whatever_names_there_are_the_header_stays_below_8_kb_and_says_what_is_missing() {
    let keys = Keys::open().await;
    let full = Longest {
        texts: ["\u{1f600}"; 3].map(|face| face.repeat(255)),
        groups: (0..300).map(|n| format!("group-{n}")).collect(),
        external: true,
        roles: (0..60).map(|at| role((at, (50, 1, 0)))).collect(),
        scope: true,
    };
    assert!(check(&keys, &full).unwrap() > 6500, "all bytes are used");
    proptest!(ProptestConfig::with_cases(96), |(longest in longest())| {
        check(&keys, &longest)?;
    });
}
