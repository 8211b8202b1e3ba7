//! The stream of a connection over which a proxy sends checks, adapted to nginx's `auth_request`.
//!
//! hyper answers a malformed head with a status that nginx turns into 500; this stream replaces that answer by 403.
//! nginx passes on the client's `Content-Length` but not the body; hyper would close such a connection, and this stream
//! keeps it open for the next request. Must do so only for a proxy that sends no body: a body would be parsed as a request.

use hyper::body::{Body as _, Incoming};
use hyper::rt::{Read, ReadBufCursor, Write};
use poem::Response;
use poem::http::{HeaderMap, HeaderValue, header};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

/// Marks the answer to a request whose announced body is never sent, so that its connection can be reused.
#[derive(Debug, Clone, Copy)]
pub(super) struct BodyNeverComes;

/// The state that stream and service of one connection share; both run in one task.
#[derive(Debug, Default)]
pub(super) struct CheckConnection {
    /// The endpoint has answered, and the answer is not written yet.
    answered: AtomicBool,
    /// The next bytes are a new request, which the current hyper connection must not read.
    held: AtomicBool,
}

impl CheckConnection {
    /// Marks the next written head as the endpoint's.
    pub(super) fn answer(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// Stops reading and keeps the stream open.
    pub(super) fn hold(&self) {
        self.held.store(true, Ordering::Relaxed);
    }

    /// Ends the hold; returns whether there was one.
    pub(super) fn release(&self) -> bool {
        self.held.swap(false, Ordering::Relaxed)
    }

    fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }
}

/// Does the head announce a body?
pub(super) fn announces_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    let has_length = length.is_some_and(|length| length != "0");
    has_length || headers.contains_key(header::TRANSFER_ENCODING)
}

/// After the answer to a request that announced a body: keeps the connection if the endpoint expects no body and none has
/// arrived, and closes it with the answer if a part has arrived.
pub(super) async fn settle_body(
    mut body: Incoming,
    response: &mut Response,
    check: &CheckConnection,
) {
    if response.data::<BodyNeverComes>().is_none() {
        return;
    }
    let mut nothing_arrived = true;
    // The first poll makes hyper read the body, the second returns what has arrived.
    for _ in 0..2 {
        tokio::task::yield_now().await;
        nothing_arrived = std::future::poll_fn(|context| {
            Poll::Ready(Pin::new(&mut body).poll_frame(context).is_pending())
        })
        .await;
    }
    if nothing_arrived {
        check.hold();
    } else {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
}

/// Replaces every answer that is not the endpoint's.
const DENIAL: &[u8] = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// The stream of one connection.
pub(super) struct CheckStream<S> {
    stream: S,
    connection: Arc<CheckConnection>,
    /// The bytes of [`DENIAL`] that are still to be written.
    denial: Option<&'static [u8]>,
}

impl<S> CheckStream<S> {
    /// Wraps this stream.
    pub(super) fn new(stream: S, connection: Arc<CheckConnection>) -> Self {
        Self {
            stream,
            connection,
            denial: None,
        }
    }

    /// Is this the head of an answer by hyper, not by the endpoint?
    fn is_foreign(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"HTTP/1.") && !self.connection.answered.swap(false, Ordering::Relaxed)
    }
}

impl<S: Write + Unpin> CheckStream<S> {
    /// Writes [`DENIAL`]; the `length` bytes that it replaces count as written.
    fn poll_deny(&mut self, context: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
        while let Some(rest) = self.denial.filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.denial = rest.get(written..);
        }
        self.denial = None;
        Poll::Ready(Ok(length))
    }
}

impl<S: Read + Unpin> Read for CheckStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.connection.is_held() {
            return Poll::Pending;
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: Write + Unpin> Write for CheckStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.denial.is_none() && self.is_foreign(bytes) {
            self.denial = Some(DENIAL);
        }
        if self.denial.is_some() {
            return self.poll_deny(context, bytes.len());
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.connection.is_held() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
