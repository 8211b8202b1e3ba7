//! One secret in every place where a caller can put one, with the log at its most talkative: it appears in no log line, no
//! audit event, no byte of the state folder, and in no answer to a request whose route keeps it secret.

use crate::main_job::endpoints;
use crate::main_job::scene::Scene;
use crate::support::browser::{Browser, plain_client};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

/// Looks like a token of Gitea's, so that it goes the whole way of one.
const CANARY: &str = "c0ffee5ec4e7c0ffee5ec4e7c0ffee5ec4e7c0ff";

/// Parameters that some endpoint reads, by name.
const PARAMETERS: [&str; 22] = [
    "return_to",
    "rd",
    "browser",
    "code",
    "state",
    "error",
    "iss",
    "provider",
    "token",
    "client_id",
    "client_secret",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "subject_token",
    "device_code",
    "user_code",
    "password",
    "logout_token",
    "scope",
    "audience",
    "resource",
];

const GRANTS: [&str; 5] = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    "urn:ietf:params:oauth:grant-type:token-exchange",
];

/// The secret in every header that a caller sets; its program's name aside, which events state.
fn with_headers(request: RequestBuilder) -> [RequestBuilder; 3] {
    let all = request
        .header("referer", format!("https://elsewhere.example/{CANARY}"))
        .header("x-request-id", CANARY)
        .header("x-canary", CANARY)
        .header("if-match", format!("\"{CANARY}\""))
        .header(
            "cookie",
            format!("samovar={CANARY}; samovar-browser={CANARY}; samovar-app={CANARY}"),
        );
    let copy = |header: &str, value: String| {
        let copy = all.try_clone().unwrap();
        copy.header(header, value)
    };
    [
        copy("authorization", format!("Bearer {CANARY}")),
        copy(
            "authorization",
            "Basic YzBmZmVlNWVjNGU3YzBmZmVlNWVjNGU3YzBmZmVlNWVjNGU3YzBmZjp4".to_owned(),
        ),
        copy("samovar-token", CANARY.to_owned()),
    ]
}

fn form(more: &[(&str, &str)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(PARAMETERS.map(|name| (name, CANARY)));
    form.extend_pairs(more);
    form.finish()
}

/// Every endpoint outside the API, at each address that a caller reaches.
async fn at_endpoints(scene: &Scene) {
    let checks = scene.samovar.checks();
    let bases = [scene.samovar.url(), &scene.application, &checks];
    let unknown = "/:unknown".to_owned();
    for path in endpoints::paths().into_iter().chain([unknown]) {
        for parameter in ["gitea", CANARY] {
            let filled = fill(&path, parameter);
            for base in bases {
                at_endpoint(&format!("{base}{filled}?{}", form(&[])), &path).await;
            }
            if filled == path {
                break;
            }
        }
    }
}

/// The path with this value in the place of each `:parameter`.
fn fill(path: &str, value: &str) -> String {
    let parts = path.split('/');
    let filled: Vec<&str> = parts
        .map(|part| if part.starts_with(':') { value } else { part })
        .collect();
    filled.join("/")
}

async fn at_endpoint(url: &str, path: &str) {
    for request in with_headers(plain_client().get(url)) {
        request.send().await.unwrap();
    }
    let grants = if path == "/oauth/token" {
        &GRANTS
    } else {
        &GRANTS[..1]
    };
    for grant in grants {
        let kind = (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        );
        let request = plain_client()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&[("grant_type", grant), kind]));
        for request in with_headers(request) {
            request.send().await.unwrap();
        }
    }
}

/// Every operation of the API's document, by a stranger and by the administrator.
async fn at_operations(scene: &mut Scene) {
    let document = include_str!("../golden/openapi.json");
    let document: Value = serde_json::from_str(document).unwrap();
    let base = format!("{}/api/v1", scene.samovar.url());
    let mut count = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        let filled: Vec<&str> = path
            .split('/')
            .map(|part| if part.starts_with('{') { CANARY } else { part })
            .collect();
        for (method, operation) in operations.as_object().unwrap() {
            count += 1;
            let method: Method = method.to_uppercase().parse().unwrap();
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query: Vec<String> = parameters
                .filter(|one| one["in"] == "query")
                .map(|one| format!("{}={CANARY}", one["name"].as_str().unwrap()))
                .collect();
            let url = format!("{base}{}?{}", filled.join("/"), query.join("&"));
            let body = json!({"code": CANARY, "name": CANARY, CANARY: [CANARY]}).to_string();
            let request = plain_client().request(method.clone(), &url);
            let request = request.header("content-type", "application/json");
            for request in with_headers(request.body(body.clone())) {
                request.send().await.unwrap();
            }
            // What ends the administrator's own sessions would end the test.
            if !path.starts_with("/me") || method == Method::GET {
                let path = url.trim_start_matches(&base);
                let body: Value = serde_json::from_str(&body).unwrap();
                scene.ada.api(method.as_str(), path, Some(&body)).await;
            }
        }
    }
    assert!(count > 30, "the document was not read");
}

/// Adds routes with a secret to the application.
async fn add_secret_routes(scene: &mut Scene) {
    let list = scene.ada.get("/applications").await;
    let mut application = list["items"][0].clone();
    let route = |path: &str, requirement: Value| {
        json!({
            "methods": [], "path": path, "requirement": requirement, "encoded_slash": false,
            "secret_parameters": ["token"],
        })
    };
    let routes = application["routes"].as_array_mut().unwrap();
    let needed = json!({"kind": "permissions", "permissions": ["deployments:write"]});
    routes.push(route("/open/{token}", json!({"kind": "public"})));
    routes.push(route("/reset/{token}/{page}", json!({"kind": "signed-in"})));
    routes.push(route("/invite/{token}", needed));
    let (id, version) = (application["id"].clone(), application["version"].clone());
    for member in ["id", "version", "warnings"] {
        application.as_object_mut().unwrap().remove(member);
    }
    let path = format!("/applications/{}", id.as_str().unwrap());
    let (status, answer) = scene.ada.replace(&path, &version, &application).await;
    assert_eq!(status, 200, "{answer}");
}

/// The application, by strangers and by people, as pages and as scripts. No answer repeats the secret.
async fn at_application(scene: &Scene) {
    let paths = [
        format!("/open/{CANARY}"),
        format!("/reset/{CANARY}/1"),
        format!("/invite/{CANARY}"),
        format!("/nothing/{CANARY}"),
        format!("/reset/{CANARY};x/1"),
        format!("/reset/{CANARY}%2Fx/1"),
        format!("/reset/{CANARY}/1?x={CANARY}"),
    ];
    let mut dan = scene.browser_of("dan").await;
    let mut ben = scene.browser_of("ben").await;
    let mut stranger = Browser::new();
    for path in &paths {
        let url = format!("{}{path}", scene.application);
        let origin = scene.application.clone();
        for accept in ["text/html", "application/json"] {
            let headers = [("accept", accept), ("origin", origin.as_str())];
            for method in [Method::GET, Method::POST] {
                for browser in [&mut stranger, &mut dan, &mut ben] {
                    let page = browser.send(method.clone(), &url, &headers, None).await;
                    // What passes is the application's own answer.
                    if page.status != 200 {
                        let answer = format!("{:?} {}", page.headers, page.body);
                        assert!(!answer.contains(CANARY), "{method} {path}: {answer}");
                    }
                }
            }
        }
        for request in with_headers(plain_client().get(&url)) {
            let answer = request.send().await.unwrap();
            if answer.status() != 200 {
                let text = format!(
                    "{:?} {}",
                    answer.headers().clone(),
                    answer.text().await.unwrap()
                );
                assert!(!text.contains(CANARY), "{path}: {text}");
            }
        }
    }
}

/// Every event, as the API gives it.
async fn events(scene: &mut Scene) -> String {
    let mut all = String::new();
    let mut next = String::new();
    loop {
        let path = format!("/audit-events?limit=200{next}");
        let page = scene.ada.get(&path).await;
        all.push_str(&page["items"].to_string());
        match page["next_cursor"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn a_secret_that_a_caller_sends_is_in_no_log_event_or_file() {
    let mut scene = Scene::set_with("[log]\nlevel = 'trace'\n").await;
    add_secret_routes(&mut scene).await;
    at_application(&scene).await;
    at_endpoints(&scene).await;
    at_operations(&mut scene).await;
    let explained = json!({
        "method": "GET", "path": format!("/reset/{CANARY}/1"),
        "host": scene.application.trim_start_matches("http://"),
    });
    let explained = scene
        .ada
        .must("POST", "/decisions/explain", &explained)
        .await;
    assert!(!explained.to_string().contains(CANARY), "{explained}");
    assert!(
        explained.to_string().contains("/reset/{token}/{page}"),
        "{explained}"
    );
    let events = events(&mut scene).await;
    assert!(
        events.contains("/reset/{token}/{page}"),
        "they were recorded"
    );
    assert!(!events.contains(CANARY), "an event holds it");
    let folder = scene.samovar.state_folder();
    assert_eq!(scene.samovar.program().stop().await, Some(0));
    let store = std::fs::read(folder.join("samovar.redb")).unwrap();
    let found = store
        .windows(CANARY.len())
        .any(|part| part == CANARY.as_bytes());
    assert!(!found, "the state folder holds it");
    let log = scene.samovar.program().output();
    assert!(log.contains("TRACE"), "the log was not talkative");
    let line = log.lines().find(|line| line.contains(CANARY));
    assert!(line.is_none(), "{line:?}");
}
