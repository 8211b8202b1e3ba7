//! Decisions over the example policy and directory.

mod matrix;
mod world;

use super::*;
use crate::model::*;
use world::*;

#[test]
fn roles_are_held_through_organization_team_and_owners() {
    let (policy, people) = (policy_with(bindings()), people());
    let lines = [
        "GET /deployments/1",
        "POST /deployments",
        "DELETE /deployments/1",
    ];
    let allowed = people.iter().map(|user| {
        let allowed = lines.map(|line| outcome(&policy, &facts(user), line) == Verdict::Allow);
        (user.login.as_str(), allowed)
    });
    let expected = [
        ("root", [false, false, false]),
        ("ana", [true, true, true]),
        ("ben", [true, true, false]),
        ("cleo", [true, false, false]),
        ("eli", [false, false, false]),
        ("dan", [false, false, false]),
    ];
    assert_eq!(allowed.collect::<Vec<_>>(), expected);
}

#[test]
fn denial_names_the_route_and_every_missing_permission() {
    let people = people();
    let decision = ask(
        &policy_with(bindings()),
        &facts(&people[3]),
        "DELETE /deployments/1",
        None,
    );
    assert_eq!(
        decision.outcome,
        Verdict::Deny(ProblemCode::PermissionMissing)
    );
    assert!(matches!(
        &decision.reasons[0],
        Reason::Route { place: 5, .. }
    ));
    let missing: Vec<String> = decision.reasons[1..]
        .iter()
        .map(|r| format!("{r:?}"))
        .collect();
    assert_eq!(
        missing,
        [
            "Missing(Permission(\"deployments:delete\"))",
            "Missing(Permission(\"deployments:write\"))"
        ]
    );
}

#[test]
fn witness_has_the_lowest_id_and_explain_gives_all() {
    let policy = policy_with(bindings());
    let ben = &people()[2];
    let path = CanonicalPath::parse(b"/deployments/1").unwrap();
    let application = ApplicationId::from_bytes([1; 16]);
    let request = RouteRequest {
        application,
        method: "GET",
        path: &path,
        repository: None,
    };
    let of = |decision: Decision| -> Vec<RoleBindingId> {
        let grant = |reason: &Reason| {
            if let Reason::Granted(g) = reason {
                Some(g.binding)
            } else {
                None
            }
        };
        decision.reasons.iter().filter_map(grant).collect()
    };
    let (one, two) = (
        RoleBindingId::from_bytes([1; 16]),
        RoleBindingId::from_bytes([2; 16]),
    );
    assert_eq!(of(decide(&policy, &facts(ben), &request, NOW)), [one]);
    assert_eq!(of(explain(&policy, &facts(ben), &request, NOW)), [one, two]);
}

#[test]
fn a_repository_range_holds_by_owner_id_and_present_name() {
    let policy = policy_with(bindings());
    let eli = &people()[4];
    let with = |access: &RepositoryAccess| {
        ask(
            &policy,
            &facts(eli),
            "POST /deploy/acme/site-eu",
            Some(access),
        )
        .outcome
    };
    assert_eq!(with(&repository("site-eu", 9, true)), Verdict::Allow);
    assert_eq!(with(&repository("Site-EU", 9, true)), Verdict::Allow);
    assert_eq!(
        with(&repository("api", 9, true)),
        Verdict::Deny(ProblemCode::PermissionMissing)
    );
    assert_eq!(
        with(&repository("site-eu", 8, true)),
        Verdict::Deny(ProblemCode::PermissionMissing)
    );
    assert_eq!(
        with(&repository("site-eu", 9, false)),
        Verdict::Deny(ProblemCode::RepositoryAccessMissing)
    );
}

#[test]
fn a_repository_that_gitea_does_not_show_gives_nothing() {
    let policy = policy_with(bindings());
    let ben = &people()[2];
    assert_eq!(
        outcome(&policy, &facts(ben), "POST /deploy/acme/api"),
        Verdict::Deny(ProblemCode::RepositoryAccessMissing)
    );
    let issues_only = RepositoryAccess {
        pull: false,
        ..repository("api", 9, false)
    };
    let decision = ask(
        &policy,
        &facts(ben),
        "GET /code/acme/api",
        Some(&issues_only),
    );
    assert_eq!(
        decision.outcome,
        Verdict::Deny(ProblemCode::RepositoryAccessMissing)
    );
    let read = ask(
        &policy,
        &facts(ben),
        "GET /code/acme/api",
        Some(&repository("api", 9, false)),
    );
    assert_eq!(read.outcome, Verdict::Allow);
    assert_eq!(read.parameters.get("repo"), Some("api"));
}

#[test]
fn a_binding_gives_nothing_from_its_end_date_on() {
    let ben = &people()[2];
    let until = |instant| {
        let mut list = bindings();
        list[1].until = Some(instant);
        outcome(&policy_with(list), &facts(ben), "POST /deployments")
    };
    assert_eq!(until(Timestamp::from_millis(1_000_001)), Verdict::Allow);
    assert_eq!(until(NOW), Verdict::Deny(ProblemCode::PermissionMissing));
}

#[test]
fn scope_limits_repository_access() {
    let policy = policy_with(bindings());
    let ben = &people()[2];
    let with = |scope: &str, line: &str| {
        let scope = scope.parse().unwrap();
        let limited = SubjectFacts {
            scope: Some(&scope),
            ..facts(ben)
        };
        ask(&policy, &limited, line, Some(&repository("api", 9, true))).outcome
    };
    let (read, write) = ("GET /code/acme/api", "POST /deploy/acme/api");
    let too_narrow = Verdict::Deny(ProblemCode::ScopeInsufficient);
    assert_eq!(with("gitea.repository:read", read), Verdict::Allow);
    assert_eq!(with("deployments:write", read), too_narrow);
    assert_eq!(
        with("deployments:write gitea.repository:read", write),
        too_narrow
    );
    assert_eq!(
        with("deployments:write gitea.repository:admin", write),
        Verdict::Allow
    );
    assert_eq!(with("gitea.repository:write", write), too_narrow);
    assert_eq!(with("", "GET /me"), Verdict::Allow);
}

#[test]
fn a_scope_narrows_and_never_widens() {
    let policy = policy_with(bindings());
    let people = people();
    let scope = "deployments:read deployments:delete".parse().unwrap();
    let limited = |user| SubjectFacts {
        scope: Some(&scope),
        ..facts(user)
    };
    assert_eq!(
        outcome(&policy, &limited(&people[2]), "GET /deployments/1"),
        Verdict::Allow
    );
    assert_eq!(
        outcome(&policy, &limited(&people[2]), "POST /deployments"),
        Verdict::Deny(ProblemCode::ScopeInsufficient)
    );
    assert_eq!(
        outcome(&policy, &limited(&people[2]), "DELETE /deployments/1"),
        Verdict::Deny(ProblemCode::PermissionMissing)
    );
}

#[test]
fn site_administrator_of_gitea_holds_no_permission_by_that() {
    let root = &people()[0];
    assert_eq!(
        outcome(&policy_with(bindings()), &facts(root), "GET /deployments/1"),
        Verdict::Deny(ProblemCode::PermissionMissing)
    );
}

#[test]
fn every_error_of_a_policy_is_reported_at_once() {
    let mut bad = application();
    bad.id = ApplicationId::from_bytes([2; 16]);
    bad.routes = vec![
        route("GET", "/a", permissions(&[]), None),
        route(
            "GET",
            "/b",
            Requirement::SignedIn,
            Some(RepositoryLevel::Read),
        ),
        route(
            "GET",
            "/{owner}/{repo}",
            Requirement::Public,
            Some(RepositoryLevel::Read),
        ),
        route("GET", "/packages/**", Requirement::SignedIn, None),
    ];
    let own = role(4, "administrator", &["samovar.roles:write"]);
    let nowhere = Range::Application {
        id: ApplicationId::from_bytes([9; 16]),
    };
    let subject = BindingSubject::Team { id: team(3) };
    let wrong = vec![
        binding(1, 9, subject.clone(), Range::Everywhere),
        binding(2, 1, subject.clone(), nowhere),
        binding(3, 4, subject, acme_sites()),
    ];
    let twin = role(5, "reader", &[]);
    let roles: Vec<Role> = roles().into_iter().chain([own, twin]).collect();
    let errors = Policy::build(1, roles, wrong, vec![application(), bad]).unwrap_err();
    assert_eq!(errors.len(), 10, "{errors:#?}");
    assert!(
        errors.iter().all(|error| error.to_string().contains(';')),
        "each says what to do next"
    );
}

#[test]
fn a_permission_is_decided_as_a_route_that_needs_it_would_be() {
    let policy = policy_with(bindings());
    let application = ApplicationId::from_bytes([1; 16]);
    let narrow = "deployments:read".parse().unwrap();
    let people = people();
    let whole = people.iter().map(facts).chain([ANONYMOUS]);
    let narrowed = people.iter().map(|user| SubjectFacts {
        scope: Some(&narrow),
        ..facts(user)
    });
    for who in whole.chain(narrowed) {
        for (line, needed) in [
            ("GET /deployments/1", &["deployments:read"][..]),
            ("POST /deployments", &["deployments:write"]),
            (
                "DELETE /deployments/1",
                &["deployments:write", "deployments:delete"],
            ),
        ] {
            let by_route = ask(&policy, &who, line, None);
            let needed = needed.iter().map(|word| word.parse().unwrap()).collect();
            let alone = decide_permissions(&policy, &who, application, &needed, NOW);
            assert_eq!(
                alone.outcome, by_route.outcome,
                "{line} {:?}",
                who.principal
            );
            assert_eq!(alone.reasons, by_route.reasons[1..]);
        }
    }
    let other_application = ApplicationId::from_bytes([9; 16]);
    let needed = ["deployments:write".parse().unwrap()].into();
    let ben = facts(&people[2]);
    let alone = decide_permissions(&policy, &ben, other_application, &needed, NOW);
    assert_eq!(alone.outcome, Verdict::Deny(ProblemCode::PermissionMissing));
}

/// Does a decision about this request need Gitea's answer about the repository?
fn needs_gitea(who: &SubjectFacts<'_>, line: &str) -> bool {
    let policy = policy_with(bindings());
    let (method, path) = line.split_once(' ').unwrap();
    let path = CanonicalPath::parse(path.as_bytes()).unwrap();
    let request = RouteRequest {
        application: ApplicationId::from_bytes([1; 16]),
        method,
        path: &path,
        repository: None,
    };
    needs_repository(&policy, who, &request, NOW)
}

const DEPLOY: &str = "POST /deploy/acme/site-1";
const CODE: &str = "GET /code/acme/site-1";

#[test]
fn gitea_is_not_called_for_a_request_denied_anyway() {
    let people = people();
    let [root, _, ben, cleo, eli, dan] = &people[..] else {
        panic!("six people");
    };
    assert!(
        needs_gitea(&facts(ben), DEPLOY),
        "holds the permission everywhere"
    );
    assert!(
        needs_gitea(&facts(eli), DEPLOY),
        "may hold it in that repository"
    );
    assert!(!needs_gitea(&facts(cleo), DEPLOY) && !needs_gitea(&facts(root), DEPLOY));
    assert!(
        needs_gitea(&facts(cleo), CODE),
        "signed in, and the route asks for access"
    );
    for ambiguous in ["POST /deploy/acme/site;1", "POST /deploy/acme/site%2F1"] {
        assert!(!needs_gitea(&facts(ben), ambiguous), "{ambiguous}");
    }
    for line in [DEPLOY, CODE] {
        assert!(
            !needs_gitea(&ANONYMOUS, line) && !needs_gitea(&facts(dan), line),
            "{line}"
        );
    }
    assert!(
        !needs_gitea(&facts(ben), "GET /deployments/1"),
        "held without any repository"
    );
    assert!(!needs_gitea(&facts(ben), "GET /health") && !needs_gitea(&facts(ben), "GET /none"));
}

#[test]
fn gitea_is_not_called_beyond_the_scope() {
    let people = people();
    let ben = &people[2];
    let limited = |words: &str, line: &str| {
        let scope: Scope = words.parse().unwrap();
        let who = SubjectFacts {
            scope: Some(&scope),
            ..facts(ben)
        };
        needs_gitea(&who, line)
    };
    assert!(limited("deployments:write gitea.repository:write", DEPLOY));
    assert!(!limited("deployments:write", DEPLOY) && !limited("gitea.repository:write", DEPLOY));
    assert!(limited("gitea.repository:read", CODE) && !limited("deployments:read", CODE));
}

#[test]
fn disabled_account_is_anonymous_on_a_public_route() {
    let policy = policy_with(bindings());
    let people = people();
    let decision = ask(&policy, &facts(&people[5]), "GET /health", None);
    assert_eq!(decision.outcome, Verdict::Allow);
    assert_eq!(
        decision.reasons[1..],
        [Reason::Public, Reason::SeenAsAnonymous]
    );
    for who in [ANONYMOUS, facts(&people[2])] {
        let decision = ask(&policy, &who, "GET /health", None);
        assert_eq!(decision.reasons[1..], [Reason::Public]);
    }
}
