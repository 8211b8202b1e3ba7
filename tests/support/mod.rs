//! The test world: Gitea, Samovar, proxies and browsers, which tests start and use.
//!
//! Start with [`world::GiteaWorld`]: a Gitea to test against, built through its HTTP API alone, so that one scenario
//! runs against the stand-in and against a real Gitea (`SAMOVAR_TEST_GITEA` = path of a `gitea` binary,
//! `SAMOVAR_TEST_GITEA_ROOT` = folder with its `templates/` and `options/`).
//!
//! ```text
//! let gitea = GiteaWorld::start().await;                  // stand-in, or the real one when the variable is set
//! let ben = gitea.user("ben").await;                      // id; his password is GiteaWorld::password("ben")
//! gitea.organization("acme", "root").await;
//! let team = gitea.team("acme", "Deployers", &[("repo.code", "write")]).await;
//! gitea.add_member(team, "ben").await;
//! let own = gitea.service_identity("http://127.0.0.2:9/auth/callback").await; // client_id, client_secret, token
//! let callback = Browser::new().sign_in_at_gitea(&authorize_url, "ben").await; // address with code and state
//! gitea.remove_member(team, "ben").await;
//! gitea.go_away().await; gitea.come_back().await;         // an outage
//! ```
//!
//! What only the stand-in can do is behind `gitea.stand_in()` (`None` on a real one):
//!
//! ```text
//! let stand_in = gitea.stand_in().unwrap();               // or StandIn::start().await
//! stand_in.faults().plant(At::path("/api/v1/teams/3/members"), Fault::Null);
//! stand_in.faults().plant_times(At::api(), Fault::TooManyRequests { retry_after: 1 }, 2);
//! let hold = stand_in.faults().hold_answer(At::path("/api/v1/teams/3/members"));
//! hold.reached().await; /* change the world */ hold.release();
//! stand_in.clock().skew(300);                             // `Date`, `iat` and `exp` go five minutes ahead
//! stand_in.configure(|settings| settings.version = "1.27.0+rc0".to_owned());
//! stand_in.log().count("GET", "/api/v1/teams/");          // requests so far
//! stand_in.replace_key(); stand_in.forget_sessions();
//! ```
//!
//! Beside Gitea there can be other OpenID providers: `openid::Openid` is a stand-in of Okta's shape,
//! `keycloak::Keycloak` a real Keycloak.
//!
//! The product itself is met from outside: `samovar` starts the real binary, `nginx` and `caddy` real proxies, `upstream`
//! is an application behind them:
//!
//! ```text
//! let samovar = Samovar::start(folder.path(), &gitea).await;
//! let mut ada = samovar.claim(&gitea, "ada").await;       // administrator; ada.get("/roles"), ada.must("POST", …)
//! let page = Browser::new().visit(&url, &gitea, "ben").await; // signs in on the way when asked
//! ```
//!
//! Must never name a module of Samovar, so that the world does not share its errors.
#![allow(dead_code, reason = "every binary uses a part of it")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test world that meets what it does not expect must end the test"
)]

pub mod browser;
pub mod caddy;
pub mod certificates;
pub mod gitea;
pub mod keycloak;
pub mod nginx;
pub mod openid;
pub mod process;
mod real_gitea;
pub mod samovar;
pub mod tools;
pub mod upstream;
pub mod workloads;
pub mod world;
