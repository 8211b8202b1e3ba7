//! `/decisions` of the API.

use super::Noun;
use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfOne};
use super::problem::Problem;
use super::wire::decision::{Decision, Question};
use crate::access::DecisionsExplain;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/decisions", tag = "Noun::Decisions")]
impl Api {
    /// May this person make this request, and why? The same code as the door's, with every witness; nothing is recorded as an access.
    #[oai(path = "/explain", method = "post", operation_id = "explain_decision")]
    async fn explain_decision(
        &self,
        _permit: Allowed<DecisionsExplain>,
        _body: Body<Question>,
    ) -> Result<Json<Decision>, Failure<OfOne>> {
        Err(Problem::new("store_unavailable", "").into())
    }
}
