//! The proxy, Samovar and the application read a target alike, or the request is denied.

use crate::proxies::people::{ada, ben};
use crate::proxies::stage::{BOTH, Stage, cookie};
use samovar::policy::CanonicalPath;

/// Targets with which other products were talked past their rules.
const TARGETS: [&str; 40] = [
    "/public/x",
    "/public/../admin/x",
    "/public/%2e%2e/admin/x",
    "/public/.%2E/admin/x",
    "/public/..%2fadmin/x",
    "/public/%2e%2e%2fadmin%2fx",
    "/public/..;/admin/x",
    "/public;/../admin/x",
    "/public/..\\admin\\x",
    "/public/..%5cadmin%5cx",
    "/public/%252e%252e/admin/x",
    "/public%2f..%2fadmin/x",
    "/public/x/../../admin/x",
    "/public/./x",
    "/public//x",
    "//admin/x",
    "///admin/x",
    "/\\admin/x",
    "/%2fadmin/x",
    "/./admin/x",
    "/%2e/admin/x",
    "/%61dmin/x",
    "/ADMIN/x",
    "/admin%2fx",
    "/admin",
    "/admin/",
    "/admin/x",
    "/admin/x?x=/public/",
    "/admin/x#/public/",
    "/admin/x%3f/public",
    "/admin/x%23/public/",
    "/admin/x%00/public",
    "/admin/x%0d%0aX-A:b",
    "/admin/x;y=/public/",
    "/public/%c0%ae%c0%ae/admin/x",
    "/public/%ff",
    "http://evil.test/admin/x",
    "http://evil.test/public/../admin/x",
    "*",
    "admin/x",
];

fn path_of(line: &str) -> String {
    let target = line.split(' ').nth(1).unwrap_or_default();
    let path = CanonicalPath::parse(target.as_bytes());
    path.map_or_else(|error| format!("?{error}"), |path| path.to_string())
}

fn is_below(path: &str, folder: &str) -> bool {
    path == folder || path.starts_with(&format!("{folder}/"))
}

#[tokio::test]
async fn nothing_but_public_paths_reaches_the_application_for_nobody() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        for target in TARGETS {
            let answer = stage.ask(&format!("GET {target}"), "").await;
            for line in stage.echo.take() {
                assert!(
                    is_below(&path_of(&line), "/public"),
                    "{proxy:?} `{target}` reached the application as `{line}`"
                );
            }
            assert!(
                !answer.starts_with("HTTP/1.1 5"),
                "{proxy:?} `{target}`: {answer}\n{}",
                stage.log()
            );
        }
    }
}

#[tokio::test]
async fn nothing_that_needs_the_permission_reaches_the_application_for_who_lacks_it() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        for target in TARGETS {
            stage.ask(&format!("GET {target}"), &cookie(&ben())).await;
            for line in stage.echo.take() {
                let path = path_of(&line);
                assert!(
                    !path.starts_with('?') && !is_below(&path, "/admin"),
                    "{proxy:?} `{target}` reached the application as `{line}`"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_reaches_the_application_is_what_was_checked() {
    for proxy in BOTH {
        let stage = Stage::start(proxy).await;
        for target in TARGETS {
            stage.ask(&format!("GET {target}"), &cookie(&ada())).await;
            let checks = std::mem::take(&mut *stage.knows.checks.lock().unwrap());
            for line in stage.echo.take() {
                let checked = checks.first().map(|check| path_of(check));
                assert_eq!(Some(path_of(&line)), checked, "{proxy:?} {target}");
            }
        }
    }
}
