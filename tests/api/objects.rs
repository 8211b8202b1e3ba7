//! What the operations do when all is well, and what they say when something stands in the way.

use crate::api::recipes::{application, binding, client, id_of, make, role, service_account};
use crate::api::world::{Ask, Who, World, session_of};
use serde_json::{Value, json};

#[tokio::test]
async fn the_document_is_served_to_everybody_as_it_is_pinned() {
    let world = World::start().await;
    let answer = world.call(Ask::new("GET", "/api/openapi.json")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.text, samovar::http::api::document());
}

#[tokio::test]
async fn everybody_learns_who_they_are_and_what_they_hold() {
    let world = World::start().await;
    let me = world
        .call(Ask::new("GET", "/api/v1/me").by(Who::Auditor))
        .await
        .json();
    assert_eq!(me["user"]["login"], "cid");
    assert_eq!(me["roles"][0]["name"], "auditor");
    let held = me["permissions"].as_array().unwrap();
    assert!(held.contains(&json!("samovar.audit-events:read")));
    assert_eq!(me["session"]["current"], true);
    assert_eq!(me["may_claim_administrator"], false);
    let member = Ask::new("GET", "/api/v1/me").by(Who::Member);
    let me = world.call(member.clone()).await.json();
    assert_eq!(me["user"]["teams"][0]["organization"]["name"], "acme");
    assert_eq!(me["permissions"], json!([]));
    assert_eq!(me["may_claim_administrator"], false, "there is one");
    let unclaimed = World::start_unclaimed().await;
    let me = unclaimed.call(member).await.json();
    assert_eq!(me["may_claim_administrator"], true);
}

#[tokio::test]
async fn a_wrong_code_or_the_wrong_person_does_not_claim_and_the_right_one_does_once() {
    let world = World::start_unclaimed().await;
    let claim = |who: Who, code: &str| {
        Ask::new("POST", "/api/v1/administrator/claim")
            .by(who)
            .json(&json!({"code": code}))
    };
    let code = world.claim_code().unwrap();
    let answer = world.call(claim(Who::Member, "AAAA")).await;
    answer.is_problem(400, "request_malformed", "a wrong code");
    let answer = world.call(claim(Who::Auditor, &code)).await;
    answer.is_problem(403, "permission_missing", "no site administrator");
    assert_eq!(world.call(claim(Who::Member, &code)).await.status, 204);
    let roles = world
        .call(Ask::new("GET", "/api/v1/roles").by(Who::Member))
        .await;
    assert_eq!(roles.status, 200, "the first administrator reads roles");
    let again = world.call(claim(Who::Member, &code)).await;
    again.is_problem(409, "conflict", "there is one");
}

#[tokio::test]
async fn pages_of_a_list_hold_every_object_once() {
    let world = World::start().await;
    for at in 0..7 {
        make(&world, "roles", role(&format!("role-{at}"))).await;
    }
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world
            .get(&format!("/api/v1/roles?limit=3{cursor}"))
            .await
            .json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        names.extend(
            items
                .iter()
                .map(|role| role["name"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let mut expected: Vec<String> = (0..7).map(|at| format!("role-{at}")).collect();
    expected.extend(["administrator", "auditor", "policy-editor"].map(str::to_owned));
    expected.sort();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_taken_name_or_host_is_a_conflict_that_names_the_place() {
    let world = World::start().await;
    let ask = |noun: &str, draft: &Value| {
        Ask::new("POST", &format!("/api/v1/{noun}"))
            .by(Who::Administrator)
            .json(draft)
    };
    make(&world, "roles", role("deployer")).await;
    let taken = world.call(ask("roles", &role("deployer"))).await;
    taken.is_problem(409, "conflict", "a role's name");
    assert_eq!(taken.json()["errors"][0]["pointer"], "/name");
    make(&world, "applications", application("deploy")).await;
    let mut other = application("other");
    other["hosts"] = json!(["DEPLOY.example.test."]);
    let taken = world.call(ask("applications", &other)).await;
    taken.is_problem(409, "conflict", "a host in another spelling");
    assert_eq!(taken.json()["errors"][0]["pointer"], "/hosts");
}

#[tokio::test]
async fn what_is_in_use_or_comes_with_samovar_cannot_be_deleted() {
    let world = World::start().await;
    let (given, etag) = make(&world, "roles", role("given")).await;
    make(&world, "role-bindings", binding(&world, &id_of(&given))).await;
    let delete = |at: &str, etag: &str| {
        Ask::new("DELETE", at)
            .by(Who::Administrator)
            .header("if-match", etag)
    };
    let answer = world.call(delete(&given, &etag)).await;
    answer.is_problem(409, "conflict", "a role that is given");
    let roles = world.get("/api/v1/roles").await.json();
    let built_in = roles["items"].as_array().unwrap();
    let built_in = built_in
        .iter()
        .find(|role| role["built_in"] == true)
        .unwrap();
    let at = format!("/api/v1/roles/{}", built_in["id"].as_str().unwrap());
    let answer = world.call(delete(&at, "\"1\"")).await;
    answer.is_problem(409, "conflict", "a built-in role");
}

#[tokio::test]
async fn nobody_gives_what_they_do_not_hold_and_an_unknown_subject_is_named() {
    let world = World::start().await;
    let (given, _) = make(&world, "roles", role("given")).await;
    let mut draft = binding(&world, &id_of(&given));
    let give = Ask::new("POST", "/api/v1/role-bindings");
    let answer = world.call(give.clone().by(Who::Editor).json(&draft)).await;
    answer.is_problem(
        403,
        "permission_missing",
        "an editor gives more than is held",
    );
    draft["subject"]["id"] = json!(999);
    let answer = world.call(give.by(Who::Administrator).json(&draft)).await;
    answer.is_problem(400, "request_malformed", "no such team");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/subject/id");
}

#[tokio::test]
async fn a_role_binding_shows_names_and_its_impact_before_it_is_made() {
    let world = World::start().await;
    let (given, _) = make(&world, "roles", role("given")).await;
    let draft = binding(&world, &id_of(&given));
    let question = Ask::new("POST", "/api/v1/role-bindings/impact").by(Who::Administrator);
    let before = world
        .call(question.clone().json(&json!({"draft": draft})))
        .await
        .json();
    assert_eq!(before["gain_count"], 1);
    assert_eq!(before["gain"][0]["login"], "eve");
    assert_eq!(before["lose_count"], 0);
    let (at, _) = make(&world, "role-bindings", draft).await;
    let shown = world.get(&at).await.json();
    assert_eq!(shown["role"]["name"], "given");
    assert_eq!(shown["subject_name"], "acme/Deployers");
    assert_eq!(shown["subject_gone"], false);
    let end = json!({"role_binding": id_of(&at)});
    let after = world.call(question.json(&end)).await.json();
    assert_eq!(
        (&after["gain_count"], &after["lose_count"]),
        (&json!(0), &json!(1))
    );
}

#[tokio::test]
async fn a_service_account_is_named_in_what_it_is_given_and_in_the_impact() {
    let world = World::start().await;
    let (given, _) = make(&world, "roles", role("given")).await;
    let name = service_account()["name"].clone();
    let (at, _) = make(&world, "service-accounts", service_account()).await;
    let subject = json!({"kind": "service-account", "id": id_of(&at)});
    let range = json!({"kind": "everywhere"});
    let draft = json!({"role": id_of(&given), "subject": subject, "range": range});
    let question = Ask::new("POST", "/api/v1/role-bindings/impact").by(Who::Administrator);
    let ask = question.clone().json(&json!({"draft": draft}));
    let before = world.call(ask).await.json();
    assert_eq!(before["gain_count"], 0, "no person gains");
    assert_eq!(before["gain_service_accounts"][0]["name"], name);
    let (at, _) = make(&world, "role-bindings", draft).await;
    let shown = world.get(&at).await.json();
    assert_eq!(shown["subject_name"], name);
    assert_eq!(shown["subject_gone"], false);
    let end = json!({"role_binding": id_of(&at)});
    let after = world.call(question.json(&end)).await.json();
    assert_eq!(after["lose_service_accounts"][0]["name"], name);
}

#[tokio::test]
async fn what_is_wrong_with_trusts_and_redirect_uris_is_said_at_its_place() {
    let world = World::start().await;
    let mut account = service_account();
    let claims = json!([{"name": "repository", "value": ""}]);
    account["trusts"] =
        json!([{"issuer": "https://ci.example/", "audience": "a", "claims": claims}]);
    let ask = Ask::new("POST", "/api/v1/service-accounts").by(Who::Administrator);
    let problem = world.call(ask.json(&account)).await.json();
    assert_eq!(problem["errors"][0]["pointer"], "/trusts/0/claims");
    let (at, _) = make(&world, "applications", application("app")).await;
    let mut client = client(&id_of(&at));
    client["redirect_uris"] = json!(["https://app.example"]);
    let ask = Ask::new("POST", "/api/v1/clients").by(Who::Administrator);
    let problem = world.call(ask.json(&client)).await.json();
    let said = problem["errors"][0]["detail"].as_str().unwrap();
    assert!(
        said.ends_with("write it in its normal form, `https://app.example/`"),
        "{said}"
    );
}

#[tokio::test]
async fn a_trust_names_a_listed_issuer_and_matches_no_tokens_of_another_account() {
    let world = World::start().await;
    let trust = |issuer: &str, claims: &[(&str, &str)]| {
        let claims = claims
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}));
        json!({"issuer": issuer, "audience": "a", "claims": claims.collect::<Vec<_>>()})
    };
    let account = |name: &str, trust: Value| {
        let mut account = service_account();
        account["name"] = json!(name);
        account["trusts"] = json!([trust]);
        account
    };
    let ask = |who: Who, account: &Value| {
        Ask::new("POST", "/api/v1/service-accounts")
            .by(who)
            .json(account)
    };
    let main = [("repository", "acme/api"), ("ref", "main")];
    let external = account("external", trust("https://ci.example", &main));
    let problem = world.call(ask(Who::Administrator, &external)).await;
    problem.is_problem(400, "request_malformed", "an issuer that is not listed");
    assert_eq!(problem.json()["errors"][0]["pointer"], "/trusts/0/issuer");

    let listed = "https://ci.example/";
    let (at, etag) = make(
        &world,
        "service-accounts",
        account("first", trust(listed, &main)),
    )
    .await;
    let writer = json!({"name": "writer", "permissions": ["samovar.service-accounts:write"]});
    let (writer, _) = make(&world, "roles", writer).await;
    make(&world, "role-bindings", binding(&world, &id_of(&writer))).await;
    let more = ("x", "y");
    for claims in [&main[..], &main[..1], &[main[0], main[1], more], &[more]] {
        let second = account("second", trust(listed, claims));
        for (who, named) in [(Who::Administrator, true), (Who::Member, false)] {
            let problem = world.call(ask(who, &second)).await;
            problem.is_problem(409, "conflict", "tokens of another account");
            assert_eq!(problem.json()["errors"][0]["pointer"], "/trusts/0/claims");
            assert_eq!(problem.text.contains("`first`"), named, "{}", problem.text);
        }
    }
    let other = [("repository", "acme/api"), ("ref", "release")];
    let second = account("second", trust(listed, &other));
    let (second_at, second_etag) = make(&world, "service-accounts", second).await;
    let put = |at: &str, etag: &str, account: &Value| {
        Ask::new("PUT", at)
            .by(Who::Administrator)
            .header("if-match", etag)
            .json(account)
    };
    let same = account("first", trust(listed, &main));
    assert_eq!(world.call(put(&at, &etag, &same)).await.status, 200);
    let taken = account("second", trust(listed, &main));
    let answer = world.call(put(&second_at, &second_etag, &taken)).await;
    answer.is_problem(409, "conflict", "by a change");
}

#[tokio::test]
async fn a_snippet_holds_the_applications_hosts_and_the_asked_upstream() {
    let world = World::start().await;
    let (at, _) = make(&world, "applications", application("deploy")).await;
    for dialect in ["nginx", "caddy"] {
        let path = format!("{at}/snippets/{dialect}?upstream=10.0.0.5:3000");
        let answer = world.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let text = answer.json()["text"].as_str().unwrap().to_owned();
        assert!(text.contains("deploy.example.test"), "{text}");
        assert!(text.contains("10.0.0.5:3000"), "{text}");
    }
    let odd = world
        .get(&format!("{at}/snippets/nginx?upstream=;evil"))
        .await;
    odd.is_problem(400, "request_malformed", "an upstream that is not a host");
}

#[tokio::test]
async fn a_group_of_a_provider_that_is_not_configured_is_no_subject() {
    let world = World::start().await;
    let (given, _) = make(&world, "roles", role("given")).await;
    let mut draft = binding(&world, &id_of(&given));
    draft["subject"] = json!({"kind": "provider-group", "provider": "okta", "name": "Deployers"});
    let ask = Ask::new("POST", "/api/v1/role-bindings").by(Who::Administrator);
    let answer = world.call(ask.json(&draft)).await;
    answer.is_problem(400, "request_malformed", "an unknown provider");
    let error = &answer.json()["errors"][0];
    assert_eq!(error["pointer"], "/subject/provider");
    assert!(
        error["detail"].as_str().unwrap().contains("`okta`"),
        "{error}"
    );
}

#[tokio::test]
async fn people_teams_and_organizations_are_listed_and_found() {
    let world = World::start().await;
    let users = world.get("/api/v1/users?search=EV").await.json();
    assert_eq!(users["items"][0]["login"], "eve");
    assert_eq!(users["items"].as_array().unwrap().len(), 1);
    let teams = world.get("/api/v1/teams?organization=70").await.json();
    assert_eq!(teams["items"][0]["name"], "Deployers");
    assert_eq!(teams["items"][0]["members"], 1);
    let team = world.team;
    let members = world
        .get(&format!("/api/v1/teams/{team}/members"))
        .await
        .json();
    assert_eq!(members["items"][0]["login"], "eve");
    let organizations = world.get("/api/v1/organizations?search=acm").await.json();
    assert_eq!(organizations["items"][0]["teams"], 1);
    let members = world.get("/api/v1/organizations/70/members").await.json();
    assert_eq!(members["items"].as_array().unwrap().len(), 1);
    let missing = world.get("/api/v1/teams/999").await;
    missing.is_problem(404, "not_found", "a team that is not there");
}

#[tokio::test]
async fn sessions_are_shown_without_anything_that_opens_one() {
    let world = World::start().await;
    let answer = world.get("/api/v1/sessions").await;
    let sessions = answer.json();
    assert_eq!(sessions["items"].as_array().unwrap().len(), Who::ALL.len());
    let mut members: Vec<String> = Vec::new();
    for session in sessions["items"].as_array().unwrap() {
        members.extend(session.as_object().unwrap().keys().cloned());
    }
    let secret = ["key", "secret", "hash"];
    assert!(!members.iter().any(|name| secret.contains(&name.as_str())));
    let other = session_of(Who::Administrator);
    let path = format!("/api/v1/me/sessions/{other}");
    let answer = world.call(Ask::new("DELETE", &path).by(Who::Member)).await;
    answer.is_problem(404, "not_found", "the session of another person");
}

#[tokio::test]
async fn the_audit_log_is_read_by_filter_and_page_and_the_reading_is_in_it() {
    let world = World::start().await;
    for at in 0..3 {
        make(&world, "roles", role(&format!("role-{at}"))).await;
    }
    let page = world
        .get("/api/v1/audit-events?action=role.create&limit=2")
        .await
        .json();
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["actor"]["login"], "ada");
    assert_eq!(items[0]["object"]["kind"], "role");
    let cursor = page["next_cursor"].as_str().unwrap();
    let path = format!("/api/v1/audit-events?action=role.create&limit=2&cursor={cursor}");
    let page = world.get(&path).await.json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    let readings = world
        .get("/api/v1/audit-events?action=audit-log.read")
        .await
        .json();
    assert_eq!(readings["items"].as_array().unwrap().len(), 2);
    let odd = world
        .get("/api/v1/audit-events?action=x&from=y&actor=z")
        .await;
    odd.is_problem(400, "request_malformed", "three odd filters");
    assert_eq!(odd.json()["errors"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_mirror_that_cannot_reach_gitea_says_so_in_words() {
    let world = World::start().await;
    let sync = Ask::new("POST", "/api/v1/mirror/sync").by(Who::Administrator);
    let answer = world.call(sync).await;
    answer.is_problem(503, "membership_stale", "Gitea is away");
    let state = world.get("/api/v1/mirror").await.json();
    assert!(state["away_since"].is_string(), "{state}");
    assert!(!state["problems"].as_array().unwrap().is_empty());
    assert_eq!(state["users"], Who::ALL.len());
}
