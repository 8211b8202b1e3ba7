//! What the gate has determined about a request, for the endpoints behind it.
//!
//! Knows types of `model` and `access`. Must never contain a header value that the gate has not checked.

use super::problem::AnswerTarget;
use crate::access::RequestOrigin;
use crate::model::HostName;
use poem::{FromRequest, Request, RequestBody};

/// The context of one request; a handler takes it as an argument.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The configured host that the request was sent to.
    pub host: HostName,
    /// The client's address behind trusted proxies, its user agent and the request id.
    pub origin: RequestOrigin,
    /// Does a browser navigate to a page?
    pub navigation: bool,
    /// Did a trusted proxy forward it?
    pub by_trusted_proxy: bool,
    /// Must a check carry the application's proxy secret? True on an address that other machines reach.
    pub secret_needed: bool,
}

impl RequestContext {
    /// The request id and the form of the answer.
    pub fn answer_target(&self) -> AnswerTarget {
        AnswerTarget {
            request: self.origin.request,
            page: self.navigation,
        }
    }
}

impl<'a> FromRequest<'a> for RequestContext {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let context = request.data::<Self>().cloned();
        context.ok_or_else(|| super::Problem::internal().into())
    }
}
