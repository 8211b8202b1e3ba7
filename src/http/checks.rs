//! Answers the checks of proxies directly on hyper, without poem: a check is only a head, and every request to every
//! application waits for it.
//!
//! Knows hyper. Must never read a body or inspect a head.

use super::check_stream::{self, CheckConnection, CheckStream};
use super::client_stream::ClientStream;
use super::listener::{AcceptedConnection, Answer, ConnectionHandler, Ends};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use poem::Response;
use poem::http::request::Parts;
use std::sync::Arc;

/// Answers a check.
pub trait CheckEndpoint: Send + Sync + 'static {
    /// The answer to a request with this head.
    fn answer(&self, head: &Parts, ends: &Ends) -> impl Future<Output = Response> + Send;
}

/// Answers with this check endpoint.
pub struct Checks<C>(pub C);

impl<C: CheckEndpoint> ConnectionHandler for Checks<C> {
    async fn handle(&self, stream: TokioIo<ClientStream>, connection: AcceptedConnection<'_>) {
        let state = Arc::new(CheckConnection::default());
        let mut stream = CheckStream::new(stream, Arc::clone(&state));
        loop {
            let service = |request| self.answer(request, &connection, &state);
            connection.requests(&mut stream, service).await;
            if !state.release() {
                return;
            }
        }
    }
}

impl<C: CheckEndpoint> Checks<C> {
    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        connection: &AcceptedConnection<'_>,
        state: &CheckConnection,
    ) -> Answer {
        let (head, body) = request.into_parts();
        let answer = self.0.answer(&head, &connection.ends);
        let mut response = connection.serving(answer).await;
        if check_stream::announces_body(&head.headers) {
            check_stream::settle_body(body, &mut response, state).await;
        }
        state.answer();
        Ok(hyper::Response::from(response))
    }
}
