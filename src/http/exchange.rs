//! What the gate learned about a request, for the doors behind it.
//!
//! Knows the words of `model` and `access`. Holds nothing that a stranger's header could put there unchecked.

use super::problem::Asker;
use crate::access::Remote;
use crate::model::{HostName, RequestId};
use poem::{FromRequest, Request, RequestBody};

/// One request and its answer, as the gate sees them. Doors take it as an argument.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The id that logs, problem documents and events carry.
    pub request: RequestId,
    /// At which of the configured hosts it arrived.
    pub host: HostName,
    /// Who is at the other end, behind trusted proxies.
    pub remote: Remote,
    /// A browser on its way to a page?
    pub navigation: bool,
    /// Did a trusted proxy hand it over?
    pub by_trusted_proxy: bool,
    /// Must a check carry the application's proxy secret? True on an address that other machines reach.
    pub secret_needed: bool,
}

impl Exchange {
    /// Whom an answer is for.
    pub fn asker(&self) -> Asker {
        Asker {
            request: self.request,
            page: self.navigation,
        }
    }
}

impl<'a> FromRequest<'a> for Exchange {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> poem::Result<Self> {
        let exchange = request.data::<Self>().cloned();
        exchange.ok_or_else(|| super::Problem::internal().into())
    }
}
