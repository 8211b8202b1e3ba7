//! The same random changes on the stand-in and on a real Gitea, then the same requests: answers may differ in addresses,
//! times and hashes alone. Only where `SAMOVAR_TEST_GITEA` names a real one.

use crate::support::browser::plain_client;
use crate::support::world::GiteaWorld;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A linear congruential generator (Knuth), so that a run can be repeated from its seed.
struct Generator(u64);

impl Generator {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const USERS: [&str; 5] = ["ana", "ben", "cleo", "Dan", "eli"];
const ORGS: [&str; 3] = ["acme", "vault", "brew"];
const TEAMS: [&str; 3] = ["Deployers", "readers", "Triage"];
const REPOS: [&str; 2] = ["api", "site"];
const UNITS: [&str; 3] = ["repo.code", "repo.issues", "repo.pulls"];

/// One call to the API as the administrator.
type Call = (Method, String, Option<Value>);

/// A call may fail (a taken name, a missing team): then both must fail with one status.
fn change(generator: &mut Generator) -> Call {
    let (user, org) = (generator.pick(&USERS), generator.pick(&ORGS));
    let (repo, team) = (generator.pick(&REPOS), generator.below(9) + 1);
    match generator.below(16) {
        0 | 1 => new_user(user),
        2 => new_org(user, org, generator.pick(&["public", "limited", "private"])),
        3 | 4 => new_team(org, generator),
        5..=7 => (Method::PUT, format!("/teams/{team}/members/{user}"), None),
        8 => (
            Method::DELETE,
            format!("/teams/{team}/members/{user}"),
            None,
        ),
        9 => post(
            format!("/orgs/{org}/repos"),
            json!({"name": repo, "private": generator.below(2) == 0, "auto_init": true}),
        ),
        10 | 11 => (
            Method::PUT,
            format!("/teams/{team}/repos/{org}/{repo}"),
            None,
        ),
        12 => post(
            format!("/admin/users/{user}/rename"),
            json!({"new_username": generator.pick(&USERS)}),
        ),
        13 => post(
            format!("/orgs/{org}/rename"),
            json!({"new_name": generator.pick(&ORGS)}),
        ),
        14 => edit_user(user, generator),
        // Not an Owners team: deleting one leaves rights behind in Gitea's own tables.
        _ => (Method::DELETE, format!("/teams/{}", team.max(4)), None),
    }
}

fn post(path: String, body: Value) -> Call {
    (Method::POST, path, Some(body))
}

fn new_user(login: &str) -> Call {
    let body = json!({
        "username": login,
        "email": format!("{}@acme.test", login.to_lowercase()),
        "password": GiteaWorld::password(login),
        "must_change_password": false,
    });
    post("/admin/users".to_owned(), body)
}

fn new_org(owner: &str, name: &str, visibility: &str) -> Call {
    let body = json!({"username": name, "visibility": visibility});
    post(format!("/admin/users/{owner}/orgs"), body)
}

fn new_team(org: &str, generator: &mut Generator) -> Call {
    let mut units = json!({});
    for _ in 0..=generator.below(2) {
        units[generator.pick(&UNITS)] = json!(generator.pick(&["none", "read", "write"]));
    }
    let body = json!({
        "name": generator.pick(&TEAMS),
        "permission": generator.pick(&["read", "read", "admin"]),
        "includes_all_repositories": generator.below(3) == 0,
        "units_map": units,
    });
    post(format!("/orgs/{org}/teams"), body)
}

fn edit_user(login: &str, generator: &mut Generator) -> Call {
    let flag = generator.pick(&["prohibit_login", "active", "admin", "restricted"]);
    let mut body = json!({"login_name": login, "source_id": 0});
    body[flag] = json!(generator.below(2) == 0);
    let path = format!("/admin/users/{login}");
    (Method::PATCH, path, Some(body))
}

/// Requests of the mirror and of decisions, as the administrator or as a user by `Sudo`.
fn requests() -> Vec<(String, Option<&'static str>)> {
    let mut list = vec![
        ("/admin/users?limit=50".to_owned(), None),
        ("/admin/orgs?limit=50".to_owned(), None),
        ("/orgs?limit=50".to_owned(), None),
    ];
    for org in ORGS {
        for tail in ["", "/teams", "/members"] {
            list.push((format!("/orgs/{org}{tail}"), None));
        }
    }
    for team in 1..=9 {
        for tail in ["", "/members", "/repos"] {
            list.push((format!("/teams/{team}{tail}"), None));
        }
    }
    for user in USERS {
        list.push((format!("/users/{user}"), None));
        for path in ["/user", "/user/teams", "/user/orgs"] {
            list.push((path.to_owned(), Some(user)));
        }
        for (org, repo) in ORGS.iter().flat_map(|org| REPOS.map(|repo| (org, repo))) {
            list.push((format!("/repos/{org}/{repo}"), Some(user)));
        }
    }
    list
}

async fn get(gitea: &GiteaWorld, path: &str, sudo: Option<&str>) -> (u16, Option<String>, Value) {
    let mut request = plain_client()
        .get(format!("{}/api/v1{path}", gitea.url()))
        .header("authorization", format!("token {}", gitea.admin_token()));
    if let Some(login) = sudo {
        request = request.header("sudo", login);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let total = answer.headers().get("x-total-count");
    let total = total.map(|value| value.to_str().unwrap().to_owned());
    let text = answer.text().await.unwrap();
    let body = text.replace(gitea.url(), "");
    let mut body = comparable(serde_json::from_str(&body).unwrap_or_default());
    if path == "/user/teams" && status == 200 {
        // Gitea does not sort teams of one name.
        let teams = body.as_array_mut().unwrap();
        teams.sort_by_key(|team| {
            (
                team["name"].as_str().unwrap().to_lowercase(),
                team["id"].as_i64(),
            )
        });
    }
    (status, total, body)
}

/// Removes members that may differ: times, hashes, sizes on disk, and messages.
fn comparable(body: Value) -> Value {
    let ignored = BTreeSet::from([
        "created",
        "created_at",
        "updated_at",
        "last_login",
        "avatar_url",
        "size",
        "message",
        "errors",
        "default_branch_head",
        "archived_at",
        "mirror_updated",
        "language",
        "languages_url",
        "ssh_url",
        "watchers_count",
    ]);
    match body {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| !ignored.contains(name.as_str()))
            .map(|(name, mut value)| {
                if name == "owner" && value.is_object() {
                    // A placeholder for users who have their right from a team alone.
                    value["email"] = Value::Null;
                }
                (name, comparable(value))
            })
            .collect(),
        Value::Array(mut items) => {
            // Gitea does not sort units.
            items.sort_by_key(|item| item.as_str().map(str::to_owned));
            items.into_iter().map(comparable).collect()
        }
        other => other,
    }
}

/// Where an answer of the stand-in and one of a real Gitea differ.
fn differences(at: &str, stand_in: &Value, real: &Value) -> Vec<String> {
    match (stand_in, real) {
        (Value::Array(one), Value::Array(two)) if one.len() == two.len() => {
            let pairs = one.iter().zip(two).enumerate();
            pairs
                .flat_map(|(i, (one, two))| differences(&format!("{at}/{i}"), one, two))
                .collect()
        }
        (Value::Object(one), Value::Object(two)) if one.keys().eq(two.keys()) => one
            .iter()
            .flat_map(|(name, one)| differences(&format!("{at}/{name}"), one, &two[name]))
            .collect(),
        _ if stand_in == real => Vec::new(),
        _ => vec![format!("{at}: stand-in {stand_in}, Gitea {real}")],
    }
}

/// Every difference after the changes of one seed.
async fn compare(seed: u64, stand_in: &GiteaWorld, real: &GiteaWorld) -> Vec<String> {
    let mut generator = Generator(seed);
    let mut wrong = Vec::new();
    let opening = ORGS.map(|org| new_org("ana", org, "public"));
    let mut calls: Vec<Call> = USERS.map(new_user).into_iter().chain(opening).collect();
    calls.extend((0..150).map(|_| change(&mut generator)));
    for (method, path, body) in calls {
        let (expected, _) = stand_in.api(method.clone(), &path, body.clone()).await;
        let (status, answer) = real.api(method.clone(), &path, body.clone()).await;
        if expected != status {
            let body = body.unwrap_or_default();
            wrong.push(format!(
                "{method} {path} {body}: stand-in {expected}, Gitea {status}: {answer}"
            ));
        }
    }
    for (path, sudo) in requests() {
        let from_stand_in = get(stand_in, &path, sudo).await;
        let from_real = get(real, &path, sudo).await;
        let unequal = differences("", &json!([from_stand_in]), &json!([from_real]));
        wrong.extend(
            unequal
                .iter()
                .map(|what| format!("{path} {sudo:?}: {what}")),
        );
    }
    wrong
}

#[tokio::test]
async fn the_stand_in_answers_like_a_real_gitea() {
    for seed in 1..=3 {
        let real = GiteaWorld::start().await;
        if real.stand_in().is_some() {
            return;
        }
        let stand_in = GiteaWorld::start_stand_in().await;
        let wrong = compare(seed, &stand_in, &real).await;
        let count = wrong.len();
        assert!(
            wrong.is_empty(),
            "seed {seed}, {count} differ:\n{}",
            wrong.join("\n")
        );
    }
}
