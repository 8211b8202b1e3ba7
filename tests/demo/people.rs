//! The sample people of the demo: one organization, three teams, two repositories. Knows the test world alone.

use crate::support::world::GiteaWorld;

/// A person to sign in as.
pub struct Person {
    pub login: &'static str,
    /// What the demo says about the person.
    pub note: &'static str,
    /// Teams as `organization/Team`.
    pub teams: &'static [&'static str],
}

/// The first of them is the administrator.
pub const PEOPLE: [Person; 4] = [
    Person {
        login: "ada",
        note: "site administrator of Gitea, administrator of Samovar",
        teams: &["acme/Owners"],
    },
    Person {
        login: "ben",
        note: "may look and deploy",
        teams: &["acme/Deployers"],
    },
    Person {
        login: "cleo",
        note: "may look",
        teams: &["acme/Readers"],
    },
    Person {
        login: "dan",
        note: "may do nothing yet",
        teams: &[],
    },
];

/// Starts a stand-in Gitea and fills it.
pub async fn world() -> GiteaWorld {
    let gitea = GiteaWorld::start_stand_in().await;
    for person in PEOPLE {
        gitea.user(person.login).await;
    }
    gitea.promote_user(PEOPLE[0].login).await;
    gitea.organization("acme", PEOPLE[0].login).await;
    gitea.repository("acme", "api", true).await;
    gitea.repository("acme", "site", false).await;
    for (team, level) in [("Deployers", "write"), ("Readers", "read")] {
        let team = gitea.team("acme", team, &[("repo.code", level)]).await;
        for repository in ["api", "site"] {
            gitea.add_repository(team, "acme", repository).await;
        }
    }
    for person in PEOPLE.iter().skip(1) {
        for team in person.teams {
            let (organization, name) = team.split_once('/').unwrap();
            let team = gitea.team_id(organization, name).await;
            gitea.add_member(team, person.login).await;
        }
    }
    gitea
}
