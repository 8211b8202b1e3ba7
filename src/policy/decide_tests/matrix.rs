//! The golden policy matrix: the verdict for every role, route and kind of principal.

use super::world::*;
use crate::model::*;
use crate::policy::{Policy, SubjectFacts, Verdict};
use std::fmt::Write as _;

/// A user and a service account have each role in turn, in each range in which the policy distinguishes verdicts.
fn roles_in_ranges() -> Vec<(&'static str, Option<(u8, Range)>)> {
    let here = Range::Application {
        id: ApplicationId::from_bytes([1; 16]),
    };
    vec![
        ("no role", None),
        ("reader", Some((1, Range::Everywhere))),
        ("deployer", Some((2, here))),
        ("deployer of site-*", Some((2, acme_sites()))),
        ("owner", Some((3, Range::Everywhere))),
    ]
}

/// Method and path, and whether Gitea lets the principal write the repository in the path.
const REQUESTS: [(&str, Option<bool>); 15] = [
    ("GET /health", None),
    ("HEAD /health", None),
    ("GET /me", None),
    ("GET /deployments/1", None),
    ("POST /deployments", None),
    ("DELETE /deployments/1", None),
    ("POST /deploy/acme/site-eu", None),
    ("POST /deploy/acme/site-eu", Some(false)),
    ("POST /deploy/acme/site-eu", Some(true)),
    ("GET /code/acme/site-eu", None),
    ("GET /code/acme/site-eu", Some(false)),
    ("GET /packages/@a%2Fb", None),
    ("GET /deployments/a%2Fb", None),
    ("GET /elsewhere", None),
    ("BREW /health", None),
];

fn policy(role: Option<(u8, Range)>, subject: &DirectoryUser) -> Policy {
    let user = BindingSubject::User { id: subject.id };
    let account = BindingSubject::ServiceAccount {
        id: ServiceAccountId::from_bytes([8; 16]),
    };
    let bind = |(role, range): (u8, Range)| {
        vec![
            binding(1, role, user, range.clone()),
            binding(2, role, account, range),
        ]
    };
    policy_with(role.map(bind).unwrap_or_default())
}

fn verdict(policy: &Policy, who: &SubjectFacts<'_>, request: (&str, Option<bool>)) -> &'static str {
    let access = request.1.map(|push| repository("site-eu", 9, push));
    match ask(policy, who, request.0, access.as_ref()).outcome {
        Verdict::Allow => "allow",
        Verdict::Deny(code) => code.as_str(),
    }
}

fn section(request: (&str, Option<bool>), subject: &DirectoryUser) -> String {
    let scope = "deployments:read gitea.repository:read".parse().unwrap();
    let user = facts(subject);
    let principals = [
        ("anonymous", ANONYMOUS),
        ("user", user),
        (
            "read-only token",
            SubjectFacts {
                scope: Some(&scope),
                ..user
            },
        ),
        (
            "disabled user",
            SubjectFacts {
                enabled: false,
                ..user
            },
        ),
        (
            "service account",
            SubjectFacts {
                principal: Principal::ServiceAccount(ServiceAccountId::from_bytes([8; 16])),
                user: None,
                ..user
            },
        ),
    ];
    let gitea = match request.1 {
        None => "",
        Some(true) => " (Gitea allows writing)",
        Some(false) => " (Gitea allows reading)",
    };
    let mut text = format!("{}{gitea}\n{:<20}", request.0, "");
    for (name, _) in &principals {
        write!(text, "{name:<27}").unwrap();
    }
    for (name, role) in roles_in_ranges() {
        let policy = policy(role, subject);
        write!(text, "\n{name:<20}").unwrap();
        for (_, who) in &principals {
            write!(text, "{:<27}", verdict(&policy, who, request)).unwrap();
        }
    }
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[test]
fn every_role_route_and_principal_has_its_golden_verdict() {
    let subject = person(7, "fay", &[], &[], &[]);
    let sections: Vec<String> = REQUESTS
        .into_iter()
        .map(|request| section(request, &subject))
        .collect();
    let matrix = sections.join("\n");
    let golden = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/golden/policy-matrix.txt"
    );
    if std::env::var_os("SAMOVAR_BLESS").is_some() {
        std::fs::write(golden, &matrix).unwrap();
    }
    assert_eq!(
        matrix,
        std::fs::read_to_string(golden).unwrap(),
        "run with SAMOVAR_BLESS=1 and read the difference"
    );
}
