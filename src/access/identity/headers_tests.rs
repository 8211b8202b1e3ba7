//! Identity headers: what stands in them, how it is spelled, and how long it is remembered.

use super::Sources;
use super::headers::{CUT, Identities, encode, list};
use super::testing::{
    Holding, TEAM, application, directory, directory_of, disabled, granting_in, holding, known,
    machine, policy, route, user, with_team,
};
use crate::access::credentials::AuthenticatedPrincipal;
use crate::model::*;
use crate::policy::{ADMINISTRATOR, Policy, built_in_roles};
use http::HeaderValue;
use proptest::prelude::*;
use std::sync::Arc;

#[test]
fn what_is_remembered_follows_the_directory_and_the_end_of_a_role_binding() {
    let (identities, policy, application) = (Identities::default(), policy(), application());
    let ben = Principal::User(UserId::from_bytes([1; 16]));
    let known = AuthenticatedPrincipal::unlimited(ben, Some(Arc::new(user("ben"))));
    let ask = |directory: &Directory, seconds| {
        let sources = Sources {
            policy: &policy,
            directory,
            application: &application,
            now: Timestamp::from_seconds(seconds),
        };
        let headers = identities.headers(&sources, Some(&known));
        headers
            .iter()
            .map(|(_, value)| value.clone())
            .collect::<Vec<_>>()
    };
    let before = directory(1, "ben");
    assert_eq!(ask(&before, 1), ["ben", "deployer"]);
    assert_eq!(ask(&before, 99), ["ben", "deployer"], "remembered");
    assert_eq!(ask(&before, 100), ["ben", ""], "the role binding has ended");
    // What was known of the caller says `ben` still; the directory has the new name.
    assert_eq!(ask(&directory(2, "benjamin"), 1), ["benjamin", "deployer"]);
}

fn value(
    application: &Application,
    known: &AuthenticatedPrincipal,
    identities: &Identities,
) -> HeaderValue {
    let (policy, directory) = (policy(), Directory::default());
    let sources = Sources {
        policy: &policy,
        directory: &directory,
        application,
        now: Timestamp::from_seconds(1),
    };
    identities.headers(&sources, Some(known))[0].1.clone()
}

#[test]
fn no_name_that_others_choose_is_taken_for_a_login_of_gitea() {
    let application = application();
    let external = ExternalUser {
        provider: "keycloak".parse().unwrap(),
        groups: Vec::new(),
        groups_may_be_cut: false,
    };
    let stranger = DirectoryUser {
        account: UserAccount::External(external),
        ..user("ben")
    };
    let directory = Directory {
        users: [(stranger.id, Arc::new(stranger.clone()))].into(),
        ..Directory::default()
    };
    let policy = policy();
    let sources = Sources {
        policy: &policy,
        directory: &directory,
        application: &application,
        now: Timestamp::from_seconds(1),
    };
    let known =
        AuthenticatedPrincipal::unlimited(Principal::User(stranger.id), Some(Arc::new(stranger)));
    let headers = Identities::default().headers(&sources, Some(&known));
    assert_eq!(headers[0].1, "keycloak:ben");
    let named = value(&application, &machine("ben"), &Identities::default());
    assert_eq!(named, "service-account:ben");
}

#[test]
fn a_service_account_that_was_renamed_is_called_by_its_new_name_at_once() {
    let (application, identities) = (application(), Identities::default());
    let before = value(&application, &machine("ci"), &identities);
    assert_eq!(before, "service-account:ci");
    let after = value(&application, &machine("old-ci"), &identities);
    assert_eq!(after, "service-account:old-ci");
}

#[test]
fn groups_of_another_provider_stand_with_its_id_and_say_when_they_may_be_cut() {
    let okta: ProviderId = "okta".parse().unwrap();
    let name: GroupName = "acme/Owners, all".parse().unwrap();
    let binding = RoleBinding {
        id: RoleBindingId::from_bytes([6; 16]),
        role: ADMINISTRATOR,
        subject: BindingSubject::ProviderGroup {
            provider: okta.clone(),
            name: name.clone(),
        },
        range: Range::Everywhere,
        until: None,
        version: 1,
    };
    let roles = built_in_roles().unwrap();
    let policy = Policy::build(1, roles, vec![binding], Vec::new()).unwrap();
    let application = Application {
        identity_headers: [IdentityHeader::Groups].into(),
        ..application()
    };
    for (groups_may_be_cut, value) in [
        (false, "okta:acme/Owners%2C%20all"),
        (true, "okta:acme/Owners%2C%20all,..."),
    ] {
        let other: GroupName = "of no role binding".parse().unwrap();
        let groups = [name.clone(), other].map(|name| (okta.clone(), name));
        let user = DirectoryUser {
            account: UserAccount::External(ExternalUser {
                provider: okta.clone(),
                groups: groups.to_vec(),
                groups_may_be_cut,
            }),
            ..user("ana")
        };
        let sources = Sources {
            policy: &policy,
            directory: &Directory::default(),
            application: &application,
            now: Timestamp::from_seconds(1),
        };
        let principal = Principal::User(user.id);
        let headers = sources.headers(Some(&AuthenticatedPrincipal::unlimited(
            principal,
            Some(Arc::new(user)),
        )));
        assert_eq!(headers[0].1, value);
    }
}

#[test]
fn a_comma_a_percent_sign_and_what_is_not_ascii_are_encoded() {
    assert_eq!(encode("Zoë, 100%"), "Zo%C3%AB%2C%20100%25");
    assert_eq!(encode("acme"), "acme");
}

proptest! {
    #[test]
    fn every_value_is_visible_ascii_and_reads_back(text in any::<String>()) {
        let encoded = encode(&text);
        prop_assert!(encoded.bytes().all(|b| b.is_ascii_graphic()));
        let back = percent_encoding::percent_decode_str(&encoded).decode_utf8().unwrap();
        prop_assert_eq!(back.as_ref(), text.as_str());
    }

    #[test]
    fn a_list_never_exceeds_its_space_and_says_when_it_was_cut(
        entries in prop::collection::btree_set("[a-z]{1,9}", 0..20), space in 0_usize..80
    ) {
        let whole = entries.iter().cloned().collect::<Vec<_>>().join(",");
        let value = list(&entries, space, false);
        prop_assert!(value.len() <= space);
        let cut = value.ends_with(CUT) || space < CUT.len();
        prop_assert!(value == whole || (whole.len() > space && cut), "{value}");
    }
}

#[test]
fn account_that_is_not_enabled_sends_headers_of_an_anonymous_caller() {
    let (identities, policy, application) = (Identities::default(), policy(), application());
    let (enabled, disabled) = (user("ben"), disabled("ben"));
    let values = |known: &AuthenticatedPrincipal, directory: &Directory| {
        let sources = Sources {
            policy: &policy,
            directory,
            application: &application,
            now: Timestamp::from_seconds(1),
        };
        let headers = identities.headers(&sources, Some(known));
        headers
            .iter()
            .map(|(_, value)| value.clone())
            .collect::<Vec<_>>()
    };
    let (before, after) = (
        directory_of(1, enabled.clone()),
        directory_of(2, disabled.clone()),
    );
    assert_eq!(
        values(&known(enabled.clone()), &before),
        ["ben", "deployer"]
    );
    assert_eq!(
        values(&known(disabled.clone()), &before),
        ["", ""],
        "what is remembered is not used"
    );
    assert_eq!(
        values(&known(enabled), &after),
        ["", ""],
        "the directory is newer"
    );
    assert_eq!(values(&known(disabled), &after), ["", ""]);
    let off = AuthenticatedPrincipal {
        machine: Some(("ci".parse().unwrap(), false)),
        ..machine("ci")
    };
    assert_eq!(values(&machine("ci"), &before), ["service-account:ci", ""]);
    assert_eq!(
        values(&off, &before),
        ["", ""],
        "a service account without an owner"
    );
}

/// Roles of the team, and a person in it with a token of this scope: roles and groups as an application reads them.
fn under_scope(roles: &[Holding], scope: Option<&str>) -> [HeaderValue; 2] {
    let team = BindingSubject::Team {
        id: TEAM.try_into().unwrap(),
    };
    let (here, routes) = (application(), vec![route("logs:read"), route("logs:write")]);
    let here = Application {
        identity_headers: [IdentityHeader::Groups, IdentityHeader::Roles].into(),
        routes,
        ..here
    };
    let policy = granting_in(&here, roles, &team);
    let ben = DirectoryUser {
        teams: vec![TEAM.try_into().unwrap()],
        ..user("ben")
    };
    let directory = with_team(directory_of(1, ben.clone()), TEAM);
    let known = AuthenticatedPrincipal {
        scope: scope.map(|words| Arc::new(words.parse().unwrap())),
        ..known(ben)
    };
    let sources = Sources {
        policy: &policy,
        directory: &directory,
        application: &here,
        now: Timestamp::from_seconds(1),
    };
    let headers = Identities::default().headers(&sources, Some(&known));
    [headers[0].1.clone(), headers[1].1.clone()]
}

#[test]
fn scope_leaves_only_roles_and_groups_that_it_covers_whole() {
    let reader = || holding("reader", &["logs:read"]);
    let deployer = || holding("deployer", &["deployments:write", "logs:read"]);
    let label = || holding("label", &[]);
    let all = || [reader(), deployer(), label()];
    let team = "acme/Deployers".to_owned();
    assert_eq!(
        under_scope(&all(), None),
        [team.clone(), "deployer,label,reader".to_owned()]
    );
    assert_eq!(
        under_scope(&all(), Some("logs:read")),
        [String::new(), "reader".to_owned()],
        "the group stands for the other roles too"
    );
    assert_eq!(
        under_scope(&[reader()], Some("logs:read")),
        [team.clone(), "reader".to_owned()]
    );
    let both = "deployments:write logs:read";
    let whole = [team.clone(), "deployer,reader".to_owned()];
    assert_eq!(under_scope(&[reader(), deployer()], Some(both)), whole);
    assert_eq!(
        under_scope(&all(), Some("")),
        [String::new(), String::new()]
    );
}

#[test]
fn scope_covers_a_wildcard_when_it_has_all_that_routes_ask_for() {
    let logs = || [holding("logs", &["logs:*"])];
    let team = "acme/Deployers".to_owned();
    assert_eq!(
        under_scope(&logs(), Some("logs:read logs:write")),
        [team, "logs".to_owned()]
    );
    assert_eq!(
        under_scope(&logs(), Some("logs:read")),
        [String::new(), String::new()]
    );
    let unknown = [holding("other", &["other:*"])];
    assert_eq!(
        under_scope(&unknown, Some("other:read")),
        [String::new(), String::new()]
    );
}

#[test]
fn headers_of_one_scope_are_not_remembered_for_another() {
    let (identities, directory, application) =
        (Identities::default(), directory(1, "ben"), application());
    let policy = policy();
    let ask = |scope: Option<&str>| {
        let sources = Sources {
            policy: &policy,
            directory: &directory,
            application: &application,
            now: Timestamp::from_seconds(1),
        };
        let caller = AuthenticatedPrincipal {
            scope: scope.map(|words| Arc::new(words.parse().unwrap())),
            ..known(user("ben"))
        };
        identities.headers(&sources, Some(&caller))[1].1.clone()
    };
    assert_eq!(ask(None), "deployer");
    assert_eq!(ask(Some("logs:read")), "");
    assert_eq!(ask(Some("deployments:write")), "deployer");
}
