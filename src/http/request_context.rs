//! What the gate learned about a request, for the doors behind it.
//!
//! Knows the words of `model` and `access`. Holds nothing that a stranger's header could put there unchecked.

use super::problem::AnswerTarget;
use crate::access::RequestOrigin;
use crate::model::HostName;
use poem::{FromRequest, Request, RequestBody};

/// One request and its answer, as the gate sees them. Doors take it as an argument.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// At which of the configured hosts it arrived.
    pub host: HostName,
    /// Where it came from, behind trusted proxies, and its id.
    pub origin: RequestOrigin,
    /// A browser on its way to a page?
    pub navigation: bool,
    /// Did a trusted proxy hand it over?
    pub by_trusted_proxy: bool,
    /// Must a check carry the application's proxy secret? True on an address that other machines reach.
    pub secret_needed: bool,
}

impl RequestContext {
    /// Whom an answer is for.
    pub fn asker(&self) -> AnswerTarget {
        AnswerTarget {
            request: self.origin.request,
            page: self.navigation,
        }
    }
}

impl<'a> FromRequest<'a> for RequestContext {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let exchange = request.data::<Self>().cloned();
        exchange.ok_or_else(|| super::Problem::internal().into())
    }
}
