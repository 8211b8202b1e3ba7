//! What a client writes itself never reaches the application as ours, and never changes a decision.

use crate::proxies::people::ada;
use crate::proxies::stage::{BOTH, Stage, cookie};

/// Identity headers in every spelling, with a value that must not be seen.
const FORGED: &str = "Remote-User: forged\r\nREMOTE-USER: forged\r\nRemote_User: forged\r\nremote-groups: forged\r\n\
    Remote_Groups: forged\r\nRemote-Email: forged\r\nRemote-Roles: forged\r\nRemote-User-Id: forged\r\n\
    Remote_User-Id: forged\r\nRemote-Name: forged\r\nSamovar-Assertion: forged\r\nSamovar_Assertion: forged\r\n";

#[tokio::test]
async fn forged_identity_headers_reach_nobody() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        let signed_in = stage
            .ask("GET /admin/x", &format!("{FORGED}{}", cookie(&ada())))
            .await;
        assert!(
            signed_in.starts_with("HTTP/1.1 200"),
            "{proxy:?} {signed_in}"
        );
        assert!(!signed_in.contains("forged"), "{proxy:?} {signed_in}");
        assert!(
            signed_in
                .to_lowercase()
                .contains("\r\nremote-user: ada\r\n"),
            "{proxy:?} {signed_in}"
        );
        let public = stage.ask("GET /public/x", FORGED).await;
        assert!(public.starts_with("HTTP/1.1 200"), "{proxy:?} {public}");
        assert!(!public.contains("forged"), "{proxy:?} {public}");
    }
}

#[tokio::test]
async fn naming_an_identity_header_in_connection_never_removes_it() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        for named in [
            "Remote-User",
            "remote-user, Remote-Groups",
            "close, Remote_User",
        ] {
            let headers = format!("Connection: close, {named}\r\n{FORGED}{}", cookie(&ada()));
            let answer = stage.send("GET /admin/x", &headers, "").await;
            let ours = answer.to_lowercase().contains("\r\nremote-user: ada\r\n");
            assert!(
                ours || answer.starts_with("HTTP/1.1 400"),
                "{proxy:?} {answer}"
            );
            assert!(!answer.contains("forged"), "{proxy:?} {answer}");
        }
    }
}

#[tokio::test]
async fn no_other_header_and_no_query_changes_a_decision() {
    let stories = "X-Original-URI: /public/x\r\nX-Original-Method: OPTIONS\r\nX-Original-Host: other.test\r\n\
        X-Original-URL: /public/x\r\nX-Rewrite-URL: /public/x\r\nX-Forwarded-Uri: /public/x\r\n\
        X-Forwarded-Method: OPTIONS\r\nX-Forwarded-Host: other.test\r\nX-Forwarded-Prefix: /public\r\n\
        X-Forwarded-Proto: gopher\r\nForwarded: for=127.0.0.1;host=other.test\r\nX-Real-IP: 9.9.9.9\r\n\
        X-HTTP-Method-Override: OPTIONS\r\nUser-Agent: GoogleHC/1.0\r\n";
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        for target in [
            "/admin/x",
            "/admin/x?rd=/public/x&policy=public&uri=/public/x",
        ] {
            let answer = stage.ask(&format!("GET {target}"), stories).await;
            assert!(answer.starts_with("HTTP/1.1 401"), "{proxy:?} {answer}");
        }
        let checks = stage.knows.checks.lock().unwrap().clone();
        let expected = [
            "GET /admin/x 127.0.0.1",
            "GET /admin/x?rd=/public/x&policy=public&uri=/public/x 127.0.0.1",
        ];
        assert_eq!(checks, expected, "{proxy:?}");
        assert!(stage.echo.take().is_empty());
    }
}
