//! Bodies that arrive late, too slowly, or too many at a time. Limits are short, so that the tests are fast.

use super::*;
use poem::Body;
use std::sync::Arc;
use tokio::io::{AsyncWriteExt as _, DuplexStream, duplex};

fn block(number: u8) -> AddressBlock {
    AddressBlock::of([192, 0, 2, number].into())
}

/// A request whose body is written into the other end.
fn request() -> (Request, DuplexStream) {
    let (client, server) = duplex(64 * 1024);
    let body = Body::from_async_read(server);
    (Request::builder().body(body), client)
}

fn bodies(silence: u64, whole: u64) -> Arc<RequestBodies> {
    Arc::new(RequestBodies::new(BodyLimits {
        silence: Duration::from_millis(silence),
        whole: Duration::from_millis(whole),
        ..BodyLimits::default()
    }))
}

/// Longer than any test waits.
const LONG: u64 = 600_000;

async fn code(bodies: &RequestBodies, mut request: Request) -> ProblemCode {
    let read = bodies.read(&mut request, 100, Some(block(1))).await;
    read.unwrap_err().code()
}

#[tokio::test]
async fn complete_body_is_put_back() {
    let bodies = bodies(LONG, LONG);
    let (mut request, mut client) = request();
    let sending = tokio::spawn(async move {
        for part in ["one ", "two ", "three"] {
            client.write_all(part.as_bytes()).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    bodies.read(&mut request, 13, Some(block(1))).await.unwrap();
    assert_eq!(
        request.take_body().into_string().await.unwrap(),
        "one two three"
    );
    sending.await.unwrap();
}

#[tokio::test]
async fn silent_client_times_out() {
    let (request, _client) = request();
    assert_eq!(
        code(&bodies(50, LONG), request).await,
        ProblemCode::RequestTimeout
    );
}

#[tokio::test]
async fn client_that_sends_a_byte_at_a_time_times_out() {
    let (request, mut client) = request();
    tokio::spawn(async move {
        while client.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    assert_eq!(
        code(&bodies(LONG, 200), request).await,
        ProblemCode::RequestTimeout
    );
}

#[tokio::test]
async fn too_many_bodies_cancel_the_oldest_of_their_block() {
    let bodies = bodies(LONG, LONG);
    let (mut other, mut other_client) = request();
    let ours = Arc::clone(&bodies);
    let other = tokio::spawn(async move { ours.read(&mut other, 2, Some(block(2))).await });
    tokio::task::yield_now().await;
    let mut clients = Vec::new();
    let mut reading = Vec::new();
    for _ in 0..=MAX_SHORT_OF_ONE {
        let (mut request, client) = request();
        clients.push(client);
        let ours = Arc::clone(&bodies);
        reading.push(tokio::spawn(async move {
            ours.read(&mut request, 2, Some(block(1))).await
        }));
        tokio::task::yield_now().await;
    }
    let oldest = reading.remove(0).await.unwrap();
    assert_eq!(oldest.unwrap_err().code(), ProblemCode::TooManyRequests);
    for mut client in clients.drain(1..) {
        client.write_all(b"hi").await.unwrap();
    }
    for read in reading {
        assert_eq!(read.await.unwrap(), Ok(()));
    }
    other_client.write_all(b"hi").await.unwrap();
    drop(other_client);
    assert_eq!(other.await.unwrap(), Ok(()));
    assert_eq!(bodies.short.lock().values().count(), 0);
}

#[test]
fn long_bodies_are_for_known_callers() {
    let bodies = RequestBodies::new(BodyLimits::default());
    let never = || -> bool { panic!("asked although it does not matter") };
    assert_eq!(bodies.check(16 * 1024, never), Ok(()));
    assert_eq!(bodies.check(1024 * 1024, || true), Ok(()));
    for refused in [
        bodies.check(16 * 1024 + 1, || false),
        bodies.check(1024 * 1024 + 1, || true),
        bodies.check(u64::MAX, never),
    ] {
        assert_eq!(refused.unwrap_err().code(), ProblemCode::BodyTooLarge);
    }
}
