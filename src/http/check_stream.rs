//! The stream of a connection over which a proxy asks for checks: refusals and bodies that nginx's `auth_request` can live with.
//!
//! hyper itself answers a head that it cannot read, with a status that nginx turns into 500; here that answer becomes 403.
//! nginx passes the client's `Content-Length` on and never the body; hyper would close such a connection, and here the
//! next request may come over it. Must only be told so of a proxy that sends no body: a body would be read as a request.

use hyper::body::{Body as _, Incoming};
use hyper::rt::{Read, ReadBufCursor, Write};
use poem::Response;
use poem::http::{HeaderMap, HeaderValue, header};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

/// Set on an answer to a request whose announced body never comes, so that its connection can be used again.
#[derive(Debug, Clone, Copy)]
pub(super) struct BodyNeverComes;

/// What stream and service know of one connection; both run in one task.
#[derive(Debug, Default)]
pub(super) struct CheckConnection {
    /// The endpoint has answered, and its answer has not been written yet.
    answered: AtomicBool,
    /// The next bytes are a new request, which this use of the stream must not read.
    held: AtomicBool,
}

impl CheckConnection {
    /// The next head that is written is the endpoint's.
    pub(super) fn answer(&self) {
        self.answered.store(true, Ordering::Relaxed);
    }

    /// From here on nothing is read, and the stream stays open.
    pub(super) fn hold(&self) {
        self.held.store(true, Ordering::Relaxed);
    }

    /// Ends the hold; says whether there was one.
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
    let some = length.is_some_and(|length| length != "0");
    some || headers.contains_key(header::TRANSFER_ENCODING)
}

/// After the answer to a request that announced a body: the connection goes on if its endpoint expects no body and none
/// has come, and ends with the answer if a part of one has.
pub(super) async fn settle_body(
    mut body: Incoming,
    response: &mut Response,
    check: &CheckConnection,
) {
    if response.data::<BodyNeverComes>().is_none() {
        return;
    }
    let mut nothing_yet = true;
    // The first look asks hyper for the body, the second finds what has come.
    for _ in 0..2 {
        tokio::task::yield_now().await;
        nothing_yet = std::future::poll_fn(|context| {
            Poll::Ready(Pin::new(&mut body).poll_frame(context).is_pending())
        })
        .await;
    }
    if nothing_yet {
        check.hold();
    } else {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
}

/// In the place of any answer that is not the endpoint's.
const DENIAL: &[u8] = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// The stream.
pub(super) struct CheckStream<S> {
    stream: S,
    connection: Arc<CheckConnection>,
    /// Bytes of the refusal that are still to be written.
    denial: Option<&'static [u8]>,
}

impl<S> CheckStream<S> {
    /// Over this stream.
    pub(super) fn new(stream: S, connection: Arc<CheckConnection>) -> Self {
        Self {
            stream,
            connection,
            denial: None,
        }
    }

    /// A head that the endpoint did not give.
    fn is_foreign(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(b"HTTP/1.") && !self.connection.answered.swap(false, Ordering::Relaxed)
    }
}

impl<S: Write + Unpin> CheckStream<S> {
    /// Writes the refusal; the bytes in whose place it stands count as written.
    fn refuse(&mut self, context: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
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
            return self.refuse(context, bytes.len());
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
