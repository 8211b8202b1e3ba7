//! Request bodies are decoded strictly, with every error at its place, and responses show what requests hold.

use super::applications::body::{Application, ApplicationBody};
use super::role_bindings::body::{ImpactRequest, RoleBinding};
use super::roles::body::Role;
use super::shared::decode::{Decode, decode_body};
use super::shared::json::Json;
use super::shared::names::Names;
use super::shared::page::Search;
use super::shared::problems::differences;
use super::shared::schema::Raw;
use super::users::search_key;
use crate::admin::{RoleBindingDraft, RoleDraft};
use crate::http::Problem;
use crate::model::{
    self, Directory, DirectoryUser, DisplayText, ExternalUser, GroupName, IdentityHeader, Name,
    ParseError, Permission, PermissionPattern, Principal, RepositoryGlob, RepositoryLevel,
    RepositoryRequirement, Requirement, Route, Timestamp, UserAccount, UserId,
};
use crate::policy::Policy;
use poem::error::ResponseError;
use poem_openapi::types::ToJSON;
use serde_json::{Value, json};
use std::str::FromStr;
use std::sync::Arc;

const ID: &str = "0190a5e2-0000-7000-8000-000000000001";

fn decode<T: Decode>(body: &str) -> Result<T, Problem> {
    let json: Json = serde_json::from_str(body).unwrap();
    decode_body(&json)
}

/// The JSON pointers of the errors, in their order.
async fn pointers<T: Decode>(body: &Value) -> Vec<String> {
    let problem = decode::<T>(&body.to_string()).err().unwrap();
    let document = problem.as_response().into_body().into_vec().await.unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    let errors = document["errors"].as_array().unwrap();
    let pointer = |error: &Value| error["pointer"].as_str().unwrap().to_owned();
    errors.iter().map(pointer).collect()
}

#[tokio::test]
async fn every_error_of_an_application_is_reported() {
    let body = json!({
        "name": "Bad Name",
        "hosts": ["ok.example", "not a host"],
        "routes": [
            {"path": "no-slash", "requirement": {"kind": "public"}, "methods": ["get"]},
            {"path": "/x", "requirement": {"kind": "permissions", "permissions": ["a:b", "C"]}},
        ],
        "origins": ["https://a.example/path", "ftp://a.example", "https://a.example"],
        "tokens": {"lifetime": 10},
    });
    let expected = [
        "/name",
        "/hosts/1",
        "/routes/0/methods",
        "/routes/0/path",
        "/routes/1/requirement/permissions/1",
        "/origins/0",
        "/origins/1",
        "/tokens/lifetime",
    ];
    assert_eq!(pointers::<ApplicationBody>(&body).await, expected);
}

#[tokio::test]
async fn every_error_of_a_role_binding_is_reported() {
    let draft = json!({
        "role": "deployer",
        "subject": {"kind": "team", "id": 0},
        "range": {"kind": "repositories", "organization": -1, "repositories": "a/b"},
        "until": "tomorrow",
    });
    let expected = [
        "/role",
        "/subject/id",
        "/range/organization",
        "/range/repositories",
        "/until",
    ];
    assert_eq!(pointers::<RoleBindingDraft>(&draft).await, expected);
    let question = json!({"draft": draft});
    let nested = expected.map(|pointer| format!("/draft{pointer}"));
    assert_eq!(pointers::<ImpactRequest>(&question).await, nested);
}

#[tokio::test]
async fn a_body_of_another_shape_is_refused_at_its_place() {
    let role = |body: Value, pointer: &'static str| (body, pointer);
    for (body, pointer) in [
        role(json!({"name": 1, "permissions": []}), "/name"),
        role(json!({"name": true, "permissions": []}), "/name"),
        role(json!({"name": null, "permissions": []}), "/name"),
        role(
            json!({"name": "a", "permissions": [], "admin": true}),
            "/admin",
        ),
        role(
            json!({"name": "a", "permissions": [], "a/b~": 1}),
            "/a~1b~0",
        ),
        role(json!({"name": "a"}), "/permissions"),
        role(json!({"name": "a", "permissions": "a:b"}), "/permissions"),
        role(json!({"name": "a", "permissions": [1]}), "/permissions/0"),
        role(json!(["a", []]), ""),
        role(json!(null), ""),
    ] {
        assert_eq!(pointers::<RoleDraft>(&body).await, [pointer], "{body}");
    }
    for (subject, pointer) in [
        (json!({"kind": "team", "id": "7"}), "/subject/id"),
        (json!({"kind": "team", "id": 7.5}), "/subject/id"),
        (
            json!({"kind": "team", "id": 7, "name": "x"}),
            "/subject/name",
        ),
        (json!({"kind": "TEAM", "id": 7}), "/subject/kind"),
        (json!({"id": 7}), "/subject/kind"),
        (json!({"kind": ["team"], "id": 7}), "/subject/kind"),
        (json!(["team", {"id": 7}]), "/subject/kind"),
        (json!(null), "/subject"),
    ] {
        let body = json!({"role": ID, "subject": subject, "range": {"kind": "everywhere"}});
        assert_eq!(
            pointers::<RoleBindingDraft>(&body).await,
            [pointer],
            "{body}"
        );
    }
}

#[test]
fn repeated_members_are_refused() {
    for body in [
        r#"{"name": "a", "name": "b", "permissions": []}"#,
        r#"{"name": "a", "name": "a", "permissions": []}"#,
    ] {
        let problem = decode::<RoleDraft>(body).unwrap_err();
        assert_eq!(problem.to_string(), "repeated member", "{body}");
    }
    let body = format!(
        r#"{{"role": "{ID}", "range": {{"kind": "everywhere"}},
            "subject": {{"kind": "team", "kind": "user", "id": 7}}}}"#
    );
    assert!(decode::<RoleBindingDraft>(&body).is_err());
}

#[test]
fn a_whole_number_may_have_a_fraction_of_zero() {
    let body = r#"{"role": "ID", "range": {"kind": "everywhere"}, "subject": {"kind": "team", "id": 7.0}}"#;
    assert!(decode::<RoleBindingDraft>(&body.replace("ID", ID)).is_ok());
}

/// Whether a pattern of the document accepts what the type parses.
fn agree<T: FromStr<Err = ParseError>>(pattern: &str, texts: &[&str]) {
    let ecma = pattern.replace("\\u00", "\\x");
    let regex = regex::Regex::new(&ecma).unwrap();
    for text in texts {
        assert_eq!(
            regex.is_match(text),
            text.parse::<T>().is_ok(),
            "{pattern} {text}"
        );
    }
}

#[test]
fn patterns_of_the_document_accept_what_the_types_parse() {
    let long = "a".repeat(64);
    let longer = format!("{long}a");
    agree::<Name>(
        Name::PATTERN,
        &["a", "a-b", "a-", "-a", "A", "", &long, &longer],
    );
    agree::<GroupName>(GroupName::PATTERN, &["a b", "", "a\nb", "a\u{85}b", "/ops"]);
    let permissions = ["a:b", "a.b-c:d_e", "a:*", "*:a", "a", "a:b:c", "A:b", ""];
    agree::<Permission>(Permission::PATTERN, &permissions);
    agree::<PermissionPattern>(PermissionPattern::PATTERN, &permissions);
    agree::<RepositoryGlob>(RepositoryGlob::PATTERN, &["a*", "?", "a/b", "", "a b"]);
}

#[test]
fn a_parameter_is_reported_by_its_name() {
    use poem_openapi::types::ParseFromParameter;
    let raw = Raw::<model::RoleId>::parse_from_parameter("x").unwrap();
    assert!(raw.id().unwrap_err().to_string().contains("`x`"));
    let raw = Raw::<model::RoleId>::parse_from_parameter(ID).unwrap();
    assert_eq!(raw.id().unwrap(), ID.parse().unwrap());
}

fn names(directory: Directory) -> Names {
    Names {
        directory: Arc::new(directory),
        policy: Arc::new(Policy::build(1, vec![], vec![], vec![]).unwrap()),
        accounts: vec![],
    }
}

#[test]
fn every_subject_and_range_is_shown_as_it_was_sent() {
    let names = names(Directory {
        providers: Arc::new(["keycloak".parse().unwrap()].into()),
        ..Directory::default()
    });
    let subjects = [
        json!({"kind": "organization", "id": 7}),
        json!({"kind": "organization-owners", "id": 7}),
        json!({"kind": "team", "id": 7}),
        json!({"kind": "provider-group", "provider": "keycloak", "name": "/ops"}),
        json!({"kind": "user", "id": ID}),
        json!({"kind": "service-account", "id": ID}),
    ];
    let ranges = [
        json!({"kind": "everywhere"}),
        json!({"kind": "application", "id": ID}),
        json!({"kind": "repositories", "organization": 7, "repositories": "deploy-*"}),
    ];
    for (at, subject) in subjects.iter().enumerate() {
        let range = &ranges[at % 3];
        let sent = json!({"role": ID, "subject": subject, "range": range, "until": "2027-01-31T12:00:00.000Z"});
        let draft = decode::<RoleBindingDraft>(&sent.to_string()).unwrap();
        let binding = model::RoleBinding {
            id: ID.parse().unwrap(),
            role: draft.role,
            subject: draft.subject,
            range: draft.range,
            until: draft.until,
            version: 3,
        };
        let shown = RoleBinding::new(&binding, &names).to_json().unwrap();
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
    let external = |provider: &str| {
        UserAccount::External(ExternalUser {
            provider: provider.parse().unwrap(),
            groups: Vec::new(),
            groups_may_be_cut: false,
        })
    };
    let gitea = || UserAccount::Gitea(i64::from(number).try_into().unwrap());
    Arc::new(DirectoryUser {
        id: UserId::from_bytes([number; 16]),
        account: provider.map_or_else(gitea, external),
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
fn exact_logins_are_found_first_with_their_provider() {
    let mut people: Vec<_> = (10..90)
        .map(|n| person(n, &format!("alina-{n}"), None))
        .collect();
    people.push(person(1, "Li", Some("keycloak")));
    people.push(person(2, "li", Some("okta")));
    people.push(person(3, "li", None));
    let found = |text: &str| {
        let search = Search::new(Some(text));
        let mut found: Vec<_> = people
            .iter()
            .filter(|user| search.is_in(&user.qualified_login()))
            .map(|user| (search_key(user, &search), user.qualified_login()))
            .collect();
        found.sort();
        found.into_iter().map(|(_, called)| called).take(3)
    };
    assert!(found("li").eq(["li", "keycloak:Li", "okta:li"]));
    assert!(found("LI").eq(["li", "keycloak:Li", "okta:li"]));
    assert!(found("okta:li").eq(["okta:li"]));
    let names = names(Directory {
        users: people.iter().map(|user| (user.id, user.clone())).collect(),
        ..Directory::default()
    });
    let principal = |number: u8| Principal::User(UserId::from_bytes([number; 16]));
    assert_eq!(names.login(principal(2)).as_deref(), Some("okta:li"));
    assert_eq!(names.login(principal(3)).as_deref(), Some("li"));
    let earlier = DisplayText::lossy("lia");
    assert_eq!(names.earlier_login(principal(2), &earlier), "okta:lia");
    assert_eq!(names.earlier_login(principal(3), &earlier), "lia");
    assert_eq!(names.earlier_login(Principal::Anonymous, &earlier), "lia");
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
fn an_application_is_decoded_from_its_response() {
    let deploy = Requirement::Permissions(["deployments:write".parse().unwrap()].into());
    let mut guarded = route("/deploy/{owner}/{repo}", deploy);
    guarded.repository = Some(RepositoryRequirement {
        level: RepositoryLevel::Write,
    });
    let application = model::Application {
        id: ID.parse().unwrap(),
        name: "deploy".parse().unwrap(),
        hosts: ["deploy.example".parse().unwrap()].into(),
        routes: vec![
            route("/static/**", Requirement::Public),
            route("/", Requirement::SignedIn),
            guarded,
        ],
        identity_headers: [IdentityHeader::User, IdentityHeader::Roles].into(),
        authorization: model::AuthorizationOwner::Application,
        origins: [url::Url::parse("https://ui.example:8443").unwrap()].into(),
        audit: model::AuditMode::Denials,
        tokens: model::TokenSettings {
            signing: model::SigningAlgorithm::Es256,
            lifetime: 600,
            gitea_tokens: model::GiteaTokens {
                personal: true,
                oauth_clients: [ID.parse().unwrap()].into(),
            },
            exchange_from: [ID.parse().unwrap()].into(),
            assertion: true,
        },
        named_at: Timestamp::ZERO,
        proxy_secret: model::ProxySecret::default(),
        version: 5,
    };
    let mut shown = Application::new(&application).to_json().unwrap();
    let members = shown.as_object_mut().unwrap();
    for name in ["id", "warnings", "version"] {
        members.remove(name);
    }
    let body = decode::<ApplicationBody>(&shown.to_string()).unwrap();
    let draft = body.checked(true).unwrap();
    let changed = |now: &model::Application| {
        differences!(
            draft, now;
            name, hosts, routes, identity_headers, authorization, origins, audit, tokens
        )
    };
    assert_eq!(changed(&application), [""; 0]);
    let renamed = model::Application {
        name: "other".parse().unwrap(),
        ..application
    };
    assert_eq!(changed(&renamed), ["name"]);
}

#[test]
fn a_role_shows_how_many_bindings_assign_it() {
    let role = model::Role {
        id: ID.parse().unwrap(),
        name: "deployer".parse().unwrap(),
        description: "deploys".parse().unwrap(),
        permissions: ["deployments:*".parse().unwrap()].into(),
        built_in: false,
        version: 2,
    };
    let policy = Policy::build(1, vec![role.clone()], vec![], vec![]).unwrap();
    let shown = Role::new(&role, &policy).to_json().unwrap();
    assert_eq!(shown["permissions"], json!(["deployments:*"]));
    assert_eq!(shown["bindings"], 0);
    let sent = r#"{"name": "deployer", "permissions": ["deployments:read"]}"#;
    let draft = decode::<RoleDraft>(sent).unwrap();
    let changed = differences!(draft, role; name, description, permissions);
    assert_eq!(changed, ["description", "permissions"]);
}
