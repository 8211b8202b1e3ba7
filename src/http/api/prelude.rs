//! The names that every noun uses: callers, responses, requests and the framework's types.
//!
//! Must never contain a noun.

pub use super::caller::{Authorized, SignedIn};
pub use super::services::Services;
pub use super::shared::actor::Actor;
pub use super::shared::body::Body;
pub use super::shared::decode::{Bounded, Decode, Members};
pub use super::shared::field_errors::{FieldErrors, invalid, not_found};
pub use super::shared::if_match::IfMatch;
pub use super::shared::names::{Names, Reference};
pub use super::shared::page::{Page, Paging, Search, by_name, newest_first};
pub use super::shared::problem_response::{ApiResult, OnChange, OnCreate, OnCreatePart, OnObject};
pub use super::shared::problems::of_change;
pub use super::shared::response::{Created, Issued, NoContent, Versioned, count, texts};
pub use super::shared::schema::{Raw, optional};
pub use super::shared::secret::{NewSecret, Secret, needs_attention, secrets};
pub use super::shared::tag::Tag;
pub use poem_openapi::param::{Path, Query};
pub use poem_openapi::payload::Json;
pub use poem_openapi::{Enum, OpenApi};

pub(in crate::http::api) use super::shared::decode::{request, union};
pub(in crate::http::api) use super::shared::problems::differences;
pub(in crate::http::api) use super::shared::response::{resource, response};
