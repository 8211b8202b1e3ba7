//! An upgrade turns a connection into one whose requests no proxy sees: only web sockets may.

use crate::proxies::hypercorn::Hypercorn;
use crate::proxies::stage::{BOTH, Setting, Stage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SETTINGS: &str = "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n";

/// Upgrades that are not one to a WebSocket, or not to that alone.
const ODD: [&str; 9] = [
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n",
    "Connection: upgrade,http2-settings\r\nUpgrade: H2C\r\n",
    "Connection: Upgrade\r\nUpgrade: h2c\r\n",
    "Connection: HTTP2-Settings\r\nUpgrade: h2c\r\n",
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c, websocket\r\n",
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: websocket, h2c\r\n",
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n",
    "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n",
    "Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n",
];

/// After a successful upgrade this would be the first bytes of HTTP/2.
const PREFACE: &str = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

async fn answer(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if text.contains("\r\n\r\n") || stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return text;
        }
    }
}

fn request(host: &str, path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}\r\n")
}

#[tokio::test]
async fn only_an_upgrade_to_a_websocket_passes() {
    let application = Hypercorn::start().await;
    let direct = format!("{}{SETTINGS}", ODD[0]);
    let mut stream = TcpStream::connect(application.address).await.unwrap();
    let taken = answer(&mut stream, &request("app.test", "/public/x", &direct)).await;
    assert!(
        taken.starts_with("HTTP/1.1 101"),
        "the application takes h2c: {taken}"
    );
    for proxy in BOTH {
        let setting = Setting {
            upstream: Some(application.address),
            ..Setting::default()
        };
        let stage = Stage::with(proxy, setting).await;
        for odd in ODD {
            let mut stream = stage.connect().await;
            let asked = request(
                stage.host.as_str(),
                "/public/x",
                &format!("{odd}{SETTINGS}"),
            );
            let heard = answer(&mut stream, &asked).await;
            assert!(heard.starts_with("HTTP/1.1 "), "{proxy:?} {odd}{heard}");
            assert!(!heard.starts_with("HTTP/1.1 101"), "{proxy:?} {odd}{heard}");
            // What follows is no longer a request that the application sees.
            let _ = stream.write_all(PREFACE.as_bytes()).await;
            let mut rest = Vec::new();
            let _ = stream.shutdown().await;
            let _ = stream.read_to_end(&mut rest).await;
            let rest = String::from_utf8_lossy(&rest).into_owned();
            assert!(!rest.contains('\u{0}'), "{proxy:?} {odd} frames: {rest:?}");
        }
        let seen = stage.ask("GET /public/x", SETTINGS).await.to_lowercase();
        assert!(seen.contains(r#""version": "1.1""#), "{proxy:?} {seen}");
        assert!(!seen.contains("http2-settings"), "{proxy:?} {seen}");
        assert!(!seen.contains(r#"["upgrade""#), "{proxy:?} {seen}");
    }
}

#[tokio::test]
async fn a_websocket_works_from_end_to_end() {
    let application = Hypercorn::start().await;
    for proxy in BOTH {
        let setting = Setting {
            upstream: Some(application.address),
            ..Setting::default()
        };
        let stage = Stage::with(proxy, setting).await;
        let upgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        let mut stream = stage.connect().await;
        let asked = request(stage.host.as_str(), "/public/socket", upgrade);
        let heard = answer(&mut stream, &asked).await;
        assert!(heard.starts_with("HTTP/1.1 101"), "{proxy:?} {heard}");
        // A masked text frame with `hi` (RFC 6455 section 5.2), and the same back without a mask.
        let frame = [0x81, 0x82, 1, 2, 3, 4, b'h' ^ 1, b'i' ^ 2];
        stream.write_all(&frame).await.unwrap();
        let mut back = [0; 4];
        stream.read_exact(&mut back).await.unwrap();
        assert_eq!(back, [0x81, 2, b'h', b'i'], "{proxy:?}");
    }
}

#[tokio::test]
async fn an_event_arrives_while_its_stream_is_open() {
    let application = Hypercorn::start().await;
    for proxy in BOTH {
        let setting = Setting {
            upstream: Some(application.address),
            ..Setting::default()
        };
        let stage = Stage::with(proxy, setting).await;
        let mut stream = stage.connect().await;
        let asked = request(stage.host.as_str(), "/public/events", "");
        stream.write_all(asked.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // A proxy that collects a whole buffer first would never send this: the stream has no end.
        while !String::from_utf8_lossy(&bytes).contains("data: first") {
            let read = stream.read_buf(&mut bytes).await.unwrap();
            assert!(read > 0, "{proxy:?} {}", stage.log());
        }
    }
}
