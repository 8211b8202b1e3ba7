//! `/decisions` of the API: the explanation of a decision.
//!
//! Calls the gatekeeper. Must never decide, nor record an access.

pub mod body;
pub mod question;

use super::prelude::*;
use crate::access::DecisionsExplain;
use body::{Decision, ExplainRequest};

/// The operations.
pub(super) struct DecisionsApi;

#[OpenApi(prefix_path = "/decisions", tag = "Tag::Decisions")]
impl DecisionsApi {
    /// Explains the decision about a request of a user, a service account or an anonymous caller.
    ///
    /// The code that decides live requests makes the decision. The response lists every role binding that grants
    /// access. No access is recorded.
    #[oai(path = "/explain", method = "post", operation_id = "explain_decision")]
    async fn explain_decision(
        &self,
        call: Authorized<DecisionsExplain>,
        body: Body<ExplainRequest>,
    ) -> ApiResult<Json<Decision>, OnObject> {
        let names = call.services.names();
        let question = match question::question(body.0, &names)? {
            Ok(question) => question,
            Err(decision) => return Ok(Json(*decision)),
        };
        let gatekeeper = &call.services.gatekeeper;
        let explained = gatekeeper.explain(call.permit, &question).await?;
        Ok(Json(Decision::new(&question, &explained, &names)))
    }
}
