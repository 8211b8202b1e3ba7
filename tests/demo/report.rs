//! What the demo tells about itself, to a person and to a script.

use super::people::PEOPLE;
use crate::support::world::GiteaWorld;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Where everything is.
pub struct Report {
    pub gitea: String,
    pub samovar: String,
    pub application: String,
    pub state_folder: PathBuf,
}

impl Report {
    pub fn print(&self) {
        println!("\n  Application  {}/deployments", self.application);
        println!("  Samovar      {}", self.samovar);
        println!("  Gitea        {}\n", self.gitea);
        println!("  login   password          team             who");
        for person in PEOPLE {
            let password = GiteaWorld::password(person.login);
            let teams = person.teams.join(", ");
            let login = person.login;
            println!("  {login:<7} {password:<17} {teams:<16} {}", person.note);
        }
        println!(
            "\nOpen the application, sign in as ben, deploy something; then, as ada in another browser, take ben"
        );
        println!(
            "out of Deployers at {}/org/acme/teams and watch the access end within seconds.",
            self.gitea
        );
        println!("Ctrl-C ends everything.");
    }

    /// Written whole and then put in place, so that a reader that waits for the file gets all of it.
    pub fn write(&self, file: &str) {
        let person = |login: &str| json!({"login": login, "password": GiteaWorld::password(login)});
        let people = PEOPLE.map(|each| {
            let mut one = person(each.login);
            one["teams"] = json!(each.teams);
            one
        });
        let text = json!({
            "gitea": self.gitea,
            "samovar": self.samovar,
            "application": self.application,
            "administrator": person(PEOPLE[0].login),
            "people": people,
            "state_dir": self.state_folder,
        });
        let draft = Path::new(file).with_extension("part");
        std::fs::write(&draft, format!("{text:#}\n")).unwrap();
        std::fs::rename(&draft, file).unwrap();
    }
}
