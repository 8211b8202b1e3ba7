//! A socket with limited waiting for a client that does not read, and a close that lets the last answer arrive.
//!
//! Knows sockets and time, no HTTP. `tokio-io-timeout` limits each write on its own, so a client that reads one byte at a
//! time could keep its connection without limit.

use super::sockets::Connection;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// How long writes may wait for the client.
#[derive(Debug, Clone, Copy)]
pub struct WriteLimits {
    /// Total waiting that a client may cause before it has read anything.
    pub patience: Duration,
    /// Each time a client has read this many bytes, it may cause another second of waiting, up to `patience`.
    pub bytes_per_second: u32,
    /// How long, after the last byte of the answer, bytes from the client are read and dropped, so that a TCP reset does not
    /// overtake the answer.
    pub linger: Duration,
}

impl Default for WriteLimits {
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(10),
            bytes_per_second: 1024,
            linger: Duration::from_secs(2),
        }
    }
}

/// The stream of one client.
pub struct ClientStream {
    stream: Connection,
    limits: WriteLimits,
    /// Remaining waiting that the client may cause.
    patience: Duration,
    waiting_since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    half_closed: bool,
    client_closed: bool,
}

impl ClientStream {
    /// Wraps an accepted connection.
    pub(super) const fn new(stream: Connection, limits: WriteLimits) -> Self {
        Self {
            stream,
            limits,
            patience: limits.patience,
            waiting_since: None,
            timer: None,
            half_closed: false,
            client_closed: false,
        }
    }

    /// Updates the patience after a successful write; otherwise waits within the patience.
    fn paced(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            if let Some(since) = self.waiting_since.take() {
                self.patience = self.patience.saturating_sub(since.elapsed());
            }
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            let earned = Duration::from_secs(1) * bytes / self.limits.bytes_per_second.max(1);
            self.patience = self
                .patience
                .saturating_add(earned)
                .min(self.limits.patience);
        }
        if written.is_ready() {
            return written;
        }
        let since = *self.waiting_since.get_or_insert_with(Instant::now);
        ready!(self.wait_until(since + self.patience, context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn wait_until(&mut self, end: Instant, context: &mut Context<'_>) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if timer.deadline() != end {
            timer.as_mut().reset(end);
        }
        timer.as_mut().poll(context)
    }

    /// Reads and drops until the client closes.
    fn drain(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut space = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {}
                _ => return Poll::Ready(()),
            }
        }
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() && buffer.filled().len() == before {
            self.client_closed = true;
        }
        read
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.paced(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.paced(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.half_closed {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.half_closed = true;
            self.waiting_since = Some(Instant::now());
        }
        if self.client_closed || self.drain(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let since = self.waiting_since.unwrap_or_else(Instant::now);
        let end = since + self.limits.linger;
        ready!(self.wait_until(end, context));
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
#[path = "client_stream_tests.rs"]
mod tests;
