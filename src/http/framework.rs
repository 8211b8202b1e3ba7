//! Passes the requests of a connection to a poem endpoint.
//!
//! Knows the request types of hyper and poem. Must never inspect a request.

use super::client_stream::ClientStream;
use super::listener::{AcceptedConnection, Answer, ConnectionHandler};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use poem::Endpoint;
use poem::http::uri::Scheme;

/// Answers with this poem endpoint.
pub struct Framework<E>(pub E);

impl<E: Endpoint + 'static> ConnectionHandler for Framework<E> {
    async fn handle(&self, stream: TokioIo<ClientStream>, connection: AcceptedConnection<'_>) {
        let service = |request| self.answer(request, &connection);
        connection.requests(stream, service).await;
    }
}

impl<E: Endpoint> Framework<E> {
    async fn answer(
        &self,
        request: hyper::Request<Incoming>,
        connection: &AcceptedConnection<'_>,
    ) -> Answer {
        let (local, remote) = (
            connection.ends.local.clone(),
            connection.ends.remote.clone(),
        );
        let request = (request, local, remote, Scheme::HTTP).into();
        let response = connection.serving(self.0.get_response(request)).await;
        Ok(hyper::Response::from(response))
    }
}
