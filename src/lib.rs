//! Samovar: makes a Gitea server the source of "who may do what" for every other API and web application a team runs.
//!
//! The map of the crate. A module may name only modules on lower layers (`tests/architecture` keeps it so):
//!
//! | layer | module | to change … |
//! | --- | --- | --- |
//! | 0 | [`model`] | the domain's types: ids, names, permissions, roles, role bindings, applications, routes, the directory |
//! | 0 | [`policy`] | how a request is decided and explained: canonical target, route patterns, role bindings |
//! | 0 | [`audit`] | the encoding of an audit event, its leaf and the Merkle tree, windows that count repeats |
//! | 0 | [`limits`] | limits per caller: address blocks, rate limiter, tables with a share for each owner |
//! | 1 | [`store`] | what is kept on disk and how it is committed; a new kind of record |
//! | 1 | [`gitea`] | calls of Gitea's API, paging, what each failure means, the owner of a Gitea token |
//! | 1 | [`config`] | a key of the configuration file: its meaning, range and default |
//! | 1 | [`oidc`] | sign-in at an OpenID provider: discovery, authorization request, verification; logout tokens; workload tokens and the keys of their issuers |
//! | 1 | [`outgoing`] | which certificate authorities outgoing connections trust, and the errors for the others |
//! | 2 | [`mirror`] | how the directory is kept in step with Gitea: full sync, watched-team sync, user refresh, freshness |
//! | 2 | [`session`] | the lifetime of a session, its start, hand-over and end; cookies; break-glass |
//! | 2 | [`token`] | signing keys, claims, verification, revocation; service accounts, clients and grants |
//! | 2 | [`audit_log`] | what can be asked of the audit log, and how its reading is recorded |
//! | 3 | [`access`] | credential → principal → freshness → decision → record; what applications learn of a caller (`access::identity`) |
//! | 4 | [`oauth`] | the authorization server: authorization, token, device, introspection and revocation requests |
//! | 4 | [`sign_in`] | sign-in and sign-out in browsers, and the providers for it |
//! | 4 | [`admin`] | changes to roles, role bindings, applications, clients and service accounts; the first administrator |
//! | 5 | [`http`] | the endpoints over HTTP: listener, gate, forward-auth, sign-in, OAuth, problem documents, the API |
//! | 5 | [`webui`] | how the web UI in `ui/` is served; its pages are in `ui/src/pages/` |
//! | 6 | [`cli`] | the commands and what they print |
//! | 6 | [`app`] | what is started, wired and stopped, and in which order |

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
pub mod oauth;
pub mod oidc;
pub mod outgoing;
pub mod policy;
pub mod session;
pub mod sign_in;
pub mod store;
pub mod token;
pub mod webui;
