//! Doors over HTTP (step 5): they translate and never decide. May not name `store`, `gitea` or `oidc`.

pub mod api;
