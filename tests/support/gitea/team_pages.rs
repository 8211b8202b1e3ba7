//! Pages of an organization's teams, where its owners put people in and take them out: for people who try the demo. At
//! Gitea's own addresses, but simpler than Gitea's pages; recordings speak of none of them.

use super::pages::page;
use super::state::{Org, State, Team, User};
use super::web::Web;
use super::wire::{Answer, escape};
use http::Method;

/// `GET /org/{org}/teams` and `POST /org/{org}/teams/{team}/action/{add|remove}`.
pub fn answer(web: &mut Web<'_>) -> Answer {
    match reply(web) {
        Ok(answer) | Err(answer) => answer,
    }
}

fn reply(web: &mut Web<'_>) -> Result<Answer, Answer> {
    let actor = web.signed_in()?;
    let path: Vec<&str> = web.ask.path.iter().map(String::as_str).collect();
    let org = path.get(1).and_then(|name| web.state.org_named(name));
    let org = org.cloned().ok_or_else(|| Answer::empty(404))?;
    if !may_change(web.state, &org, actor) {
        return Err(page(403, "Teams", "<p>Only owners may do this.</p>"));
    }
    match (&web.ask.method, path.as_slice()) {
        (&Method::GET, [_, _, "teams"]) => Ok(list(web.state, &org)),
        (&Method::POST, [_, _, "teams", team, "action", action]) => {
            web.same_origin()?;
            let (team, add) = ((*team).to_owned(), *action == "add");
            change(web, &org, &team, add)?;
            let to = format!("/org/{}/teams", org.name);
            Ok(Answer::redirect(web.ask, 303, &to))
        }
        _ => Err(Answer::empty(404)),
    }
}

/// Links to the teams of every organization that the user may change.
pub fn links(state: &State, user: &User) -> String {
    let orgs = state.orgs.values();
    let own = orgs.filter(|org| may_change(state, org, user.id));
    let link = |org: &Org| {
        let name = escape(&org.name);
        format!("<p><a href=\"/org/{name}/teams\">Teams of {name}</a></p>")
    };
    own.map(link).collect::<Vec<_>>().concat()
}

fn may_change(state: &State, org: &Org, user: i64) -> bool {
    let admin = state.users.get(&user).is_some_and(|user| user.is_admin);
    admin || state.is_owner(org.id, user)
}

fn change(web: &mut Web<'_>, org: &Org, team: &str, add: bool) -> Result<(), Answer> {
    let login = web.ask.field("uname");
    let user = web.state.user_named(&login).map(|user| user.id);
    let teams = web.state.teams_of(org.id);
    let mut named = teams
        .iter()
        .filter(|row| row.name.eq_ignore_ascii_case(team));
    let id = named.next().map(|row| row.id);
    let (Some(user), Some(id)) = (user, id) else {
        return Err(page(404, "Teams", "<p>Not found.</p>"));
    };
    let members = &mut web.state.teams.get_mut(&id).unwrap().members;
    if add {
        members.insert(user);
    } else {
        members.remove(&user);
    }
    Ok(())
}

fn list(state: &State, org: &Org) -> Answer {
    let teams = state.teams_of(org.id);
    let body: String = teams.iter().map(|row| team(state, org, row)).collect();
    page(200, &format!("Teams of {}", escape(&org.name)), &body)
}

fn team(state: &State, org: &Org, team: &Team) -> String {
    let members = team.members.iter().filter_map(|id| state.users.get(id));
    let rows: String = members
        .map(|user| {
            let login = escape(&user.login);
            let hidden =
                format!("{login} <input type=\"hidden\" name=\"uname\" value=\"{login}\">");
            form(org, team, "remove", &hidden, "Remove")
        })
        .collect();
    let label = "<label>Username <input name=\"uname\" required></label>";
    let add = form(org, team, "add", label, "Add");
    format!("<h2>{}</h2>{rows}{add}", escape(&team.name))
}

fn form(org: &Org, team: &Team, action: &str, fields: &str, button: &str) -> String {
    let to = format!("/org/{}/teams/{}/action/{action}", org.name, team.name);
    format!(
        "<form method=\"post\" action=\"{}\"><p>{fields} <button>{button}</button></p></form>",
        escape(&to)
    )
}
