//! The content and the form of problem answers.

use super::*;
use crate::access::{Denial, RouteName};
use crate::model::{PathPattern, Permission, RequestId, Timestamp};
use poem::Response;
use poem::http::{HeaderMap, Method, StatusCode};
use std::collections::BTreeSet;

const REQUEST: RequestId = RequestId::from_bytes([7; 16]);
const SCRIPT: AnswerTarget = AnswerTarget {
    request: REQUEST,
    page: false,
};
const PERSON: AnswerTarget = AnswerTarget {
    request: REQUEST,
    page: true,
};

async fn read(response: Response) -> (u16, HeaderMap, String) {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    (
        status,
        headers,
        response.into_body().into_string().await.unwrap(),
    )
}

fn route() -> RouteName {
    RouteName {
        methods: "POST".parse().unwrap(),
        path: "/deploy/{x}".parse::<PathPattern>().unwrap(),
    }
}

fn permissions() -> Vec<Permission> {
    vec!["deployments:write".parse().unwrap()]
}

#[test]
fn every_denial_keeps_the_code_that_access_gave_it() {
    let denials = [
        Denial::HostUnknown,
        Denial::TargetAmbiguous(crate::policy::TargetError::DotSegment),
        Denial::EncodedSlash(route()),
        Denial::Semicolon(route()),
        Denial::CredentialsMissing,
        Denial::SessionEnded,
        Denial::PrincipalDisabled,
        Denial::RouteUnknown,
        Denial::PermissionMissing {
            route: Some(route()),
            permissions: permissions(),
        },
        Denial::OwnPermissionMissing("samovar.roles:write"),
        Denial::ScopeInsufficient {
            route: Some(route()),
            scope: "deployments:write".parse().unwrap(),
        },
        Denial::RepositoryAccessMissing {
            route: route(),
            needed: crate::model::RepositoryLevel::Write,
        },
        Denial::MembershipStale {
            since: Timestamp::ZERO,
        },
        Denial::StoreUnavailable,
    ];
    for denial in denials {
        let code = denial.code();
        assert_eq!(Problem::from(denial).code(), code);
    }
}

#[test]
fn no_two_codes_share_a_text() {
    let texts: BTreeSet<&str> = ProblemCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(texts.len(), ProblemCode::ALL.len());
}

#[tokio::test]
async fn script_gets_a_document_with_route_and_permission() {
    let denial = Denial::PermissionMissing {
        route: Some(route()),
        permissions: permissions(),
    };
    let (status, headers, body) = read(Problem::from(denial).respond(&SCRIPT)).await;
    let document: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 403);
    assert_eq!(headers["content-type"], "application/problem+json");
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(document["code"], "permission_missing");
    assert_eq!(document["status"], 403);
    assert_eq!(document["request_id"], REQUEST.to_string());
    assert_eq!(
        document["detail"],
        "route `POST /deploy/{x}` needs permission `deployments:write`; ask for a role with it"
    );
}

#[tokio::test]
async fn every_401_has_a_challenge_and_names_a_missing_scope() {
    let missing = Problem::from(Denial::CredentialsMissing);
    let (status, headers, _) = read(missing.respond(&SCRIPT)).await;
    assert_eq!(
        (status, headers["www-authenticate"].as_bytes()),
        (401, &b"Bearer realm=\"samovar\""[..])
    );
    let ended = Problem::from(Denial::SessionEnded);
    let (_, headers, _) = read(ended.respond(&SCRIPT)).await;
    assert_eq!(headers["www-authenticate"], "Bearer realm=\"samovar\"");
    for denial in [Denial::SessionEnded, Denial::PrincipalDisabled] {
        let of_bearer = Problem::from(denial).of_bearer(true);
        let (status, headers, _) = read(of_bearer.respond(&SCRIPT)).await;
        let challenge = headers["www-authenticate"].to_str().unwrap();
        let invalid = "Bearer realm=\"samovar\", error=\"invalid_token\", error_description=\"";
        assert_eq!(status, 401);
        assert!(challenge.starts_with(invalid), "{challenge}");
    }
    let narrow = Problem::from(Denial::ScopeInsufficient {
        route: Some(route()),
        scope: "deployments:write".parse().unwrap(),
    });
    let (status, headers, _) = read(narrow.respond(&SCRIPT)).await;
    assert_eq!(status, 403);
    assert_eq!(
        headers["www-authenticate"],
        "Bearer realm=\"samovar\", error=\"insufficient_scope\", scope=\"deployments:write\""
    );
}

#[tokio::test]
async fn page_has_no_script_and_allows_only_its_style() {
    let problem = Problem::new(ProblemCode::RouteUnknown, "no `<script>alert(1)</script>`");
    let (status, headers, body) = read(problem.respond(&PERSON)).await;
    assert_eq!(status, 403);
    assert_eq!(headers["content-type"], "text/html; charset=utf-8");
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"));
    assert!(!body.contains("<script"), "{body}");
    assert!(body.contains(&REQUEST.to_string()) && body.contains("route_unknown"));
}

#[test]
fn nginx_gets_401_or_403_for_every_problem() {
    for code in ProblemCode::ALL {
        let status = Problem::new(*code, "x")
            .respond_to_nginx()
            .status()
            .as_u16();
        assert!(status == 401 || status == 403, "{}", code.as_str());
    }
}

#[test]
fn the_frameworks_errors_become_problems() {
    let not_found: poem::Error = poem::error::NotFoundError.into();
    assert_eq!(
        Problem::from_error(&not_found).code(),
        ProblemCode::NotFound
    );
    let internal = poem::Error::from_string("secret path /var/lib", StatusCode::BAD_GATEWAY);
    assert_eq!(Problem::from_error(&internal), Problem::internal());
    let bad = poem::Error::from_string("parse error.", StatusCode::BAD_REQUEST);
    assert_eq!(
        Problem::from_error(&bad),
        Problem::new(ProblemCode::RequestMalformed, "parse error")
    );
}

#[test]
fn only_a_browser_navigation_counts_as_one() {
    let headers = |pairs: &[(&'static str, &str)]| -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    };
    let browser = headers(&[("accept", "text/html,*/*")]);
    assert!(is_navigation(&Method::GET, &browser));
    assert!(is_navigation(
        &Method::GET,
        &headers(&[("sec-fetch-mode", "navigate")])
    ));
    assert!(!is_navigation(&Method::POST, &browser) && !is_navigation(&Method::HEAD, &browser));
    for script in [
        headers(&[]),
        headers(&[("accept", "*/*")]),
        headers(&[("accept", "text/html"), ("sec-fetch-mode", "cors")]),
        headers(&[
            ("accept", "text/html"),
            ("x-requested-with", "XMLHttpRequest"),
        ]),
        headers(&[
            ("sec-fetch-mode", "navigate"),
            ("sec-purpose", "prefetch;prerender"),
        ]),
    ] {
        assert!(!is_navigation(&Method::GET, &script), "{script:?}");
        assert!(!is_shown_as_page(&Method::GET, &script), "{script:?}");
    }
    let submits = headers(&[("sec-fetch-mode", "navigate")]);
    assert!(is_shown_as_page(&Method::POST, &submits) && !is_navigation(&Method::POST, &submits));
    assert!(
        !is_shown_as_page(&Method::POST, &browser),
        "a script, perhaps"
    );
}
