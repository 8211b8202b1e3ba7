//! Messages in and out: everything that is wrong is named, and what is shown reads back as what it was.

use super::names::Names;
use super::{Search, application, directory, role, role_binding};
use crate::http::Problem;
use crate::http::api::wire;
use crate::model::{
    Application, Directory, DirectoryUser, DisplayText, ExternalUser, IdentityHeader, Principal,
    RepositoryLevel, RepositoryRequirement, Requirement, Role, RoleBinding, Route, Timestamp,
    UserAccount, UserId,
};
use crate::policy::Policy;
use poem::error::ResponseError;
use poem_openapi::types::ToJSON;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;

const ID: &str = "0190a5e2-0000-7000-8000-000000000001";

fn message<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn pointers(problem: &Problem) -> Vec<String> {
    let body = problem.as_response().into_body();
    let bytes = read_whole(body);
    let document: Value = serde_json::from_slice(&bytes).unwrap();
    let errors = document["errors"].as_array().unwrap();
    let pointer = |error: &Value| error["pointer"].as_str().unwrap().to_owned();
    errors.iter().map(pointer).collect()
}

fn read_whole(body: poem::Body) -> Vec<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(body.into_vec()).unwrap()
}

#[test]
fn everything_that_is_wrong_with_an_application_is_named_at_once() {
    let draft: wire::application::ApplicationDraft = message(json!({
        "name": "Bad Name",
        "hosts": ["ok.example", "not a host"],
        "routes": [
            {"path": "no-slash", "requirement": {"kind": "public"}, "methods": ["get"]},
            {"path": "/x", "requirement": {"kind": "permissions", "permissions": ["a:b", "C"]}},
        ],
        "origins": ["https://a.example/path", "ftp://a.example", "https://a.example"],
    }));
    let problem = application::read(&draft, true).unwrap_err();
    assert_eq!(
        pointers(&problem),
        [
            "/name",
            "/hosts/1",
            "/routes/0/methods",
            "/routes/0/path",
            "/routes/1/requirement/permissions/1",
            "/origins/0",
            "/origins/1",
        ]
    );
}

#[test]
fn everything_that_is_wrong_with_a_role_binding_is_named_at_once() {
    let draft: wire::role_binding::RoleBindingDraft = message(json!({
        "role": "deployer",
        "subject": {"kind": "team", "id": 0},
        "range": {"kind": "repositories", "organization": -1, "repositories": "a/b"},
        "until": "tomorrow",
    }));
    let problem = role_binding::read(&draft).unwrap_err();
    assert_eq!(
        pointers(&problem),
        [
            "/role",
            "/subject/id",
            "/range/organization",
            "/range/repositories",
            "/until"
        ]
    );
}

#[test]
fn a_number_is_no_text_and_an_unknown_or_repeated_member_is_refused() {
    for odd in [
        r#"{"name": 1, "permissions": []}"#,
        r#"{"name": true, "permissions": []}"#,
        r#"{"name": "a", "permissions": [], "admin": true}"#,
        r#"{"name": "a", "name": "b", "permissions": []}"#,
        r#"{"name": "a"}"#,
        r#"{"name": "a", "permissions": [1]}"#,
        r"[]",
        "",
    ] {
        let read = serde_json::from_str::<wire::role::RoleDraft>(odd);
        assert!(read.is_err(), "{odd}");
    }
    for odd in [
        r#"{"kind": "team", "id": "7"}"#,
        r#"{"kind": "team", "id": 7, "id": 8}"#,
        r#"{"kind": "team", "id": 7, "name": "x"}"#,
        r#"{"kind": "team", "kind": "user", "id": 7}"#,
        r#"{"kind": "TEAM", "id": 7}"#,
        r#"{"id": 7}"#,
        r#"{"kind": "everybody"}"#,
    ] {
        let read = serde_json::from_str::<wire::role_binding::Subject>(odd);
        assert!(read.is_err(), "{odd}");
    }
}

fn subjects() -> [Value; 6] {
    [
        json!({"kind": "organization", "id": 7}),
        json!({"kind": "organization-owners", "id": 7}),
        json!({"kind": "team", "id": 7}),
        json!({"kind": "provider-group", "provider": "keycloak", "name": "/ops"}),
        json!({"kind": "user", "id": ID}),
        json!({"kind": "service-account", "id": ID}),
    ]
}

#[test]
fn every_subject_and_range_is_shown_as_it_was_sent() {
    let keycloak = "keycloak".parse().unwrap();
    let directory = Directory {
        providers: Arc::new([keycloak].into()),
        ..Directory::default()
    };
    let policy = Policy::build(1, vec![], vec![], vec![]).unwrap();
    let names = Names {
        directory: &directory,
        policy: &policy,
        accounts: &[],
    };
    let ranges = [
        json!({"kind": "everywhere"}),
        json!({"kind": "application", "id": ID}),
        json!({"kind": "repositories", "organization": 7, "repositories": "deploy-*"}),
    ];
    for (at, subject) in subjects().iter().enumerate() {
        let range = &ranges[at % 3];
        let sent = json!({"role": ID, "subject": subject, "range": range, "until": "2027-01-31T12:00:00.000Z"});
        let draft = role_binding::read(&message(sent)).unwrap();
        let binding = RoleBinding {
            id: ID.parse().unwrap(),
            role: draft.role,
            subject: draft.subject.clone(),
            range: draft.range.clone(),
            until: draft.until,
            version: 3,
        };
        assert!(role_binding::changed(&draft, &binding).is_empty());
        let shown = role_binding::show(&binding, names).to_json().unwrap();
        assert_eq!(shown["subject"], *subject);
        assert_eq!(shown["range"], *range);
        assert_eq!(shown["until"], "2027-01-31T12:00:00.000Z");
        assert_eq!(shown["role"], json!({"id": ID}));
        let group = subject["kind"] == "provider-group";
        assert_eq!(shown["subject_gone"], json!(!group), "{subject}");
        let warning = group.then_some("by name: can be taken over by a rename");
        assert_eq!(shown.get("warning").and_then(Value::as_str), warning);
    }
}

fn person(number: u8, login: &str, provider: Option<&str>) -> Arc<DirectoryUser> {
    let elsewhere = |provider: &str| {
        UserAccount::External(ExternalUser {
            provider: provider.parse().unwrap(),
            groups: Vec::new(),
            groups_may_be_cut: false,
        })
    };
    let gitea = || UserAccount::Gitea(i64::from(number).try_into().unwrap());
    Arc::new(DirectoryUser {
        id: UserId::from_bytes([number; 16]),
        account: provider.map_or_else(gitea, elsewhere),
        login: DisplayText::lossy(login),
        full_name: DisplayText::lossy(""),
        email: DisplayText::lossy(""),
        enabled: true,
        site_administrator: false,
        teams: Vec::new(),
        organizations: Vec::new(),
        owner_of: Vec::new(),
        freshness: Timestamp::from_seconds(1),
    })
}

#[test]
fn people_of_one_login_are_called_apart_and_found_before_all_whose_logins_hold_it() {
    let mut people: Vec<_> = (10..90)
        .map(|n| person(n, &format!("alina-{n}"), None))
        .collect();
    people.push(person(1, "Li", Some("keycloak")));
    people.push(person(2, "li", Some("okta")));
    people.push(person(3, "li", None));
    let found = |text: &str| {
        let wanted = Search::new(Some(text));
        let mut found: Vec<_> = people
            .iter()
            .filter(|user| wanted.finds(&user.qualified_login()))
            .map(|user| (directory::found_key(user, &wanted), user.qualified_login()))
            .collect();
        found.sort();
        found.into_iter().map(|(_, called)| called).take(3)
    };
    assert!(found("li").eq(["li", "keycloak:Li", "okta:li"]));
    assert!(found("LI").eq(["li", "keycloak:Li", "okta:li"]));
    assert!(found("okta:li").eq(["okta:li"]));
    let all = Directory {
        users: people.iter().map(|user| (user.id, user.clone())).collect(),
        ..Directory::default()
    };
    let policy = Policy::build(1, vec![], vec![], vec![]).unwrap();
    let names = Names {
        directory: &all,
        policy: &policy,
        accounts: &[],
    };
    let principal = |number: u8| Principal::User(UserId::from_bytes([number; 16]));
    assert_eq!(names.login(principal(2)).as_deref(), Some("okta:li"));
    assert_eq!(names.login(principal(3)).as_deref(), Some("li"));
    let before = DisplayText::lossy("lia");
    assert_eq!(names.login_then(principal(2), &before), "okta:lia");
    assert_eq!(names.login_then(principal(3), &before), "lia");
    assert_eq!(names.login_then(Principal::Anonymous, &before), "lia");
}

fn route(path: &str, requirement: Requirement) -> Route {
    Route {
        methods: "GET,POST".parse().unwrap(),
        path: path.parse().unwrap(),
        requirement,
        repository: None,
        encoded_slash: false,
        secret_parameters: std::collections::BTreeSet::new(),
        semicolon: false,
    }
}

#[test]
fn a_shown_application_reads_back_as_the_same() {
    let deploy = Requirement::Permissions(["deployments:write".parse().unwrap()].into());
    let mut guarded = route("/deploy/{owner}/{repo}", deploy);
    guarded.repository = Some(RepositoryRequirement {
        level: RepositoryLevel::Write,
    });
    let application = Application {
        id: ID.parse().unwrap(),
        name: "deploy".parse().unwrap(),
        hosts: ["deploy.example".parse().unwrap()].into(),
        routes: vec![
            route("/static/**", Requirement::Public),
            route("/", Requirement::SignedIn),
            guarded,
        ],
        identity_headers: [IdentityHeader::User, IdentityHeader::Roles].into(),
        authorization: crate::model::AuthorizationOwner::Application,
        origins: [url::Url::parse("https://ui.example:8443").unwrap()].into(),
        audit: crate::model::AuditMode::Denials,
        tokens: crate::model::TokenSettings {
            signing: crate::model::SigningAlgorithm::Es256,
            lifetime: 600,
            gitea_tokens: crate::model::GiteaTokens {
                personal: true,
                oauth_clients: [ID.parse().unwrap()].into(),
            },
            exchange_from: [ID.parse().unwrap()].into(),
            assertion: true,
        },
        named_at: crate::model::Timestamp::ZERO,
        proxy_secret: crate::model::ProxySecret::default(),
        version: 5,
    };
    let mut shown = application::show(&application).to_json().unwrap();
    let members = shown.as_object_mut().unwrap();
    members.remove("id");
    members.remove("warnings");
    members.remove("version");
    let draft = application::read(&message(shown), true).unwrap();
    assert!(application::changed(&draft, &application).is_empty());
    let renamed = Application {
        name: "other".parse().unwrap(),
        ..application
    };
    assert_eq!(application::changed(&draft, &renamed), ["name"]);
}

#[test]
fn a_role_counts_who_has_it_and_says_in_what_it_differs() {
    let role = Role {
        id: ID.parse().unwrap(),
        name: "deployer".parse().unwrap(),
        description: "deploys".parse().unwrap(),
        permissions: ["deployments:*".parse().unwrap()].into(),
        built_in: false,
        version: 2,
    };
    let policy = Policy::build(1, vec![role.clone()], vec![], vec![]).unwrap();
    let shown = role::show(&role, &policy).to_json().unwrap();
    assert_eq!(shown["permissions"], json!(["deployments:*"]));
    assert_eq!(shown["bindings"], 0);
    let sent = json!({"name": "deployer", "permissions": ["deployments:read"]});
    let draft = role::read(&message(sent)).unwrap();
    assert_eq!(role::changed(&draft, &role), ["description", "permissions"]);
}
