//! Samovar: makes a Gitea server the source of "who may do what" for every other API and web application a team runs.
//!
//! A newcomer's map; a room may name only rooms on lower steps (`tests/architecture.rs` keeps it so):
//!
//! | step | room | to change … |
//! | --- | --- | --- |
//! | 0 | [`model`] | what a word means: ids, names, permissions, roles, bindings, applications, routes, the directory |
//! | 0 | [`policy`] | how a request is decided and explained: canonical target, route grammar, bindings |
//! | 0 | [`audit`] | what an audit event says, its leaf and tree, how repeats are counted |
//! | 0 | [`limits`] | how much one caller may take: address blocks, the rate limiter, the table with a share for each owner |
//! | 1 | [`store`] | what is kept on disk and how it is committed; a new kind of record |
//! | 1 | [`gitea`] | what is asked of Gitea, how pages and failures are read, what each failure means, and whose a Gitea token is |
//! | 1 | [`config`] | a key of the configuration file, its meaning, range and default |
//! | 1 | [`oidc`] | sign-in at an OpenID provider: discovery, the way there, the checks of what comes back; logout tokens; workload tokens and the keys of their issuers |
//! | 1 | [`outgoing`] | whom outgoing connections trust, and what is said of a certificate from nobody of those |
//! | 2 | [`mirror`] | how the directory is kept in step with Gitea: what is read when, what an answer changes, how fresh a fact is |
//! | 2 | [`session`] | how long a session lasts, how one is started, handed over and ended; cookies; break-glass |
//! | 2 | [`token`] | keys that sign tokens, what a token says, how it is verified and revoked; service accounts, clients and grants |
//! | 3 | [`access`] | how a credential becomes a principal, and a request an answer that is recorded; what applications are told of callers in `access::identity`, the authorization server in `access::oauth`, sign-in and sign-out in `access::sign_in`, at whom in `access::providers` |
//! | 3 | [`admin`] | how roles, role bindings, applications, clients and service accounts change, and who becomes the first administrator |
//! | 3 | [`audit_log`] | what can be asked of the audit log, and how its reading is recorded |
//! | 5 | [`http`] | the doors over HTTP: listener, gate, forward-auth, sign-in, the authorization server, problem documents, the API |
//! | 5 | [`webui`] | how the web UI in `ui/` is served; what it shows is in `ui/src/pages/` |
//! | 6 | [`cli`] | what can be typed, and what it prints |
//! | 6 | [`app`] | what is started, wired to what, and stopped in which order |

pub mod access;
pub mod admin;
pub mod app;
pub mod audit;
pub mod audit_log;
pub mod cli;
pub mod config;
pub mod gitea;
pub mod http;
pub mod limits;
pub mod mirror;
pub mod model;
pub mod oidc;
pub mod outgoing;
pub mod policy;
pub mod session;
pub mod store;
pub mod token;
pub mod webui;
