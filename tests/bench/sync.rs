//! The first full sync beside Gitea's own answer time: the same requests, as many at a time, with their answers thrown away.
//!
//! Gitea is the stand-in, on a core of its own.

use crate::part::pinned;
use crate::support::gitea::state::{Org, Team, User};
use crate::support::gitea::{StandIn, log::Seen};
use crate::support::world::GiteaWorld;
use samovar::app::Capabilities;
use samovar::gitea::{self, GiteaClient};
use samovar::mirror::{self, Mirror};
use samovar::store::Store;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const USERS: i64 = 5_000;
const ORGANIZATIONS: i64 = 200;
const TEAMS_PER_ORGANIZATION: i64 = 5;
const MEMBERS: i64 = 20;
/// As by default.
const CONCURRENCY: usize = 4;

/// Starts Gitea, a first sync and the reference on their cores, and prints both.
pub fn compare() {
    assert!(pinned("1", &["gitea"]).status().unwrap().success());
}

/// The part that is Gitea: it starts the two others one after another.
pub fn gitea() {
    runtime().block_on(async {
        let stand_in = StandIn::start().await;
        let world = GiteaWorld::around(stand_in).await;
        let token = world
            .service_identity("http://127.0.0.2:9/callback")
            .await
            .token;
        let stand_in = world.stand_in().unwrap();
        fill(stand_in);
        stand_in.log().take();
        let first = part(&["first-sync", world.url(), &token]).await;
        let requests = requests(&stand_in.log().take());
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), requests).unwrap();
        let path = file.path().to_str().unwrap();
        let reference = part(&["same-requests", world.url(), &token, path]).await;
        println!(
            "\nfirst full sync: {ORGANIZATIONS} organizations, {USERS} users\n{first}\n{reference}"
        );
    });
}

async fn part(words: &[&str]) -> String {
    let mut command = tokio::process::Command::from(pinned("0", words));
    let output = command.output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    text.trim().to_owned()
}

fn fill(stand_in: &StandIn) {
    stand_in.with_state(|state| {
        let people: Vec<i64> = (1..=USERS)
            .map(|number| {
                state.insert_user(User {
                    login: format!("person-{number}"),
                    email: format!("person-{number}@bench.test"),
                    active: true,
                    ..User::default()
                })
            })
            .collect();
        let mut people = people.iter().copied().cycle();
        for number in 1..=ORGANIZATIONS {
            let org = Org {
                name: format!("organization-{number}"),
                visibility: "public".to_owned(),
                ..Org::default()
            };
            let owner = people.next().unwrap();
            let org = state.insert_org(org, owner);
            for team in 1..TEAMS_PER_ORGANIZATION {
                state.insert_team(Team {
                    org,
                    name: format!("team-{team}"),
                    permission: "read".to_owned(),
                    members: people.by_ref().take(MEMBERS.try_into().unwrap()).collect(),
                    ..Team::default()
                });
            }
        }
    });
}

/// The part that syncs into a new store.
pub fn first_sync(url: &str, token: &str) {
    let folder = tempfile::tempdir().unwrap();
    runtime().block_on(async {
        let capabilities = Capabilities::real();
        let store = Store::open(folder.path(), Arc::clone(&capabilities.random)).unwrap();
        let settings = gitea::Settings {
            base_url: url.parse().unwrap(),
            public_url: url.parse().unwrap(),
            token: token.to_owned().into(),
            timeout: Duration::from_secs(30),
            retry_pause: Duration::from_secs(1),
            http: http(),
        };
        let (clock, random) = (&capabilities.clock, &capabilities.random);
        let client = GiteaClient::new(settings, Arc::clone(clock), Arc::clone(random));
        let settings = mirror::Settings {
            full_sync_interval: Duration::from_secs(300),
            freshness_bound: Duration::from_secs(30),
            grace: Duration::from_secs(900),
            concurrency: CONCURRENCY,
        };
        let snapshot = store.load().unwrap();
        let mirror = Mirror::new(client, store.clone(), capabilities, settings, &snapshot);
        let began = Instant::now();
        let report = mirror.sync_now().await.unwrap();
        assert_eq!(report.problems, [] as [String; 0]);
        println!(
            "{:<44}{:>9.0} ms  {} calls, {} changes",
            "first full sync",
            began.elapsed().as_secs_f64() * 1000.0,
            report.calls,
            report.changes
        );
    });
}

/// What was asked, a line each: `u` for the pages of the list of users, `o` for what comes before any organization, `n` for
/// the rest; path and query.
fn requests(seen: &[Seen]) -> String {
    let mut lines = String::new();
    for request in seen {
        let kind = match request.path.as_str() {
            "/api/v1/admin/users" => 'u',
            "/api/v1/version" | "/api/v1/admin/orgs" => 'o',
            _ => 'n',
        };
        let query: Vec<String> = request
            .query
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        writeln!(lines, "{kind} {}?{}", request.path, query.join("&")).unwrap();
    }
    lines
}

/// The reference: the same requests with as many at a time and in the same order (one page of a list after the other, users
/// beside organizations); answers are read whole and thrown away.
pub fn same_requests(url: &str, token: &str, file: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| line.split_once(' ').unwrap());
    let lines: Vec<_> = lines.collect();
    let of = |wanted: &str| -> Addresses {
        let own = lines.iter().filter(|(kind, _)| *kind == wanted);
        let addresses = own.map(|(_, path)| format!("{url}{path}"));
        Arc::new(Mutex::new(addresses.collect()))
    };
    let (users, organizations, rest) = (of("u"), of("o"), of("n"));
    runtime().block_on(async {
        let http = http();
        let began = Instant::now();
        let beside = async {
            ask(&http, token, &organizations, 1).await;
            ask(&http, token, &rest, CONCURRENCY - 1).await;
        };
        let first = async {
            ask(&http, token, &users, 1).await;
            ask(&http, token, &rest, 1).await;
        };
        tokio::join!(first, beside);
        println!(
            "{:<44}{:>9.0} ms  {} calls",
            "the same requests, answers thrown away",
            began.elapsed().as_secs_f64() * 1000.0,
            lines.len()
        );
    });
}

type Addresses = Arc<Mutex<VecDeque<String>>>;

async fn ask(http: &reqwest::Client, token: &str, addresses: &Addresses, at_once: usize) {
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..at_once {
        let (http, addresses) = (http.clone(), Arc::clone(addresses));
        let header = format!("token {token}");
        workers.spawn(async move {
            loop {
                let Some(address) = addresses.lock().unwrap().pop_front() else {
                    return;
                };
                let request = http.get(address).header("authorization", &header);
                let answer = request.send().await.unwrap().error_for_status().unwrap();
                answer.bytes().await.unwrap();
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
}

fn http() -> reqwest::Client {
    let none = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(none).build().unwrap()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
}
