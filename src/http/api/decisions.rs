//! `/decisions` of the API: questions to the policy.

use super::body::Body;
use super::caller::Allowed;
use super::failure::{Failure, OfOne};
use super::wire::decision::{Decision, Question};
use super::{Noun, forms};
use crate::access::DecisionsExplain;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;

/// The operations.
pub(super) struct Api;

#[OpenApi(prefix_path = "/decisions", tag = "Noun::Decisions")]
impl Api {
    /// May this person, this service account or a stranger make this request, and why? The same code as the door's, with every witness; nothing is
    /// recorded as an access.
    #[oai(path = "/explain", method = "post", operation_id = "explain_decision")]
    async fn explain_decision(
        &self,
        call: Allowed<DecisionsExplain>,
        body: Body<Question>,
    ) -> Result<Json<Decision>, Failure<OfOne>> {
        let sources = call.services.sources();
        let names = sources.names();
        let question = match forms::decision::read(&body.0, names)? {
            Ok(question) => question,
            Err(answer) => return Ok(Json(*answer)),
        };
        let explained = call
            .services
            .gatekeeper
            .explain(call.permit, &question)
            .await?;
        Ok(Json(forms::decision::show(&question, &explained, names)))
    }
}
