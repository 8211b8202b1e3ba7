//! The addresses to which a sign-in may return: a path of Samovar's own, or an address at the host of an application.
//!
//! An accepted address is kept byte for byte. One function decides for every endpoint: hosts are compared as a whole, and
//! an address that browsers could parse differently is rejected.

use crate::model::{HostName, ParseError};
use url::Url;

/// Longest text that is kept, in bytes.
const LONGEST: usize = 8192;

/// An address that a browser may be sent to after sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ReturnTo {
    /// A path of Samovar's own, with query and fragment.
    Own(String),
    /// An address at an application's host.
    Application(HostName, String),
}

impl ReturnTo {
    /// As it stands in `Location`.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Own(text) | Self::Application(_, text) => text,
        }
    }
}

/// Reads an address; `known` says whether an application has the host.
pub(super) fn parse(
    text: &str,
    scheme: &str,
    known: impl Fn(&HostName) -> bool,
) -> Result<ReturnTo, ParseError> {
    let visible = text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic());
    let read = if text.starts_with('/') {
        own(text)
    } else {
        application(text, scheme, known)
    };
    read.filter(|_| visible).ok_or_else(|| {
        ParseError::new(
            "the address to return to is not one of Samovar or of an application; open the page again",
        )
    })
}

/// `//host` and `/\host` are other hosts to a browser.
fn own(text: &str) -> Option<ReturnTo> {
    let base = Url::parse("https://own.invalid/").ok()?;
    let joined = base.join(text).ok()?;
    let stays = joined.origin() == base.origin() && !text.starts_with("//");
    (stays && plain_path(text)).then(|| ReturnTo::Own(text.to_owned()))
}

fn application(text: &str, scheme: &str, known: impl Fn(&HostName) -> bool) -> Option<ReturnTo> {
    let rest = text.strip_prefix(scheme)?.strip_prefix("://")?;
    let (authority, _) = rest.split_at_checked(rest.find('/')?)?;
    let host: HostName = authority.parse().ok()?;
    let browser = Url::parse(text).ok()?;
    let same = browser.scheme() == scheme && browser.host_str() == Some(host.host());
    // One spelling alone: a default port or a trailing dot would be another origin to the browser.
    let fits = host.as_str() == authority && same && known(&host);
    (fits && plain_path(text)).then(|| ReturnTo::Application(host, text.to_owned()))
}

/// A browser reads a backslash before the query as a slash.
fn plain_path(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    !path.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TRICKS: &[&str] = &[
        "",
        "evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\n/evil.example",
        " /",
        "/ ",
        "https:evil.example",
        "https:/evil.example",
        "https:///evil.example",
        "https://evil.example/",
        "http://app.test/",
        "HTTPS://app.test/",
        "https://app.test",
        "https://app.test?x",
        "https://app.test@evil.example/",
        "https://app.test:443/",
        "https://app.test:80/",
        "https://app.test./",
        "https://APP.test/",
        "https://app.test\\@evil.example/",
        "https://app.test\\.evil.example/",
        "https://app.test%2eevil.example/",
        "https://app.test.evil.example/",
        "https://badapp.test/",
        "https://app.test#@evil.example/",
        "https://app.test;evil.example/",
        "https://user:pw@app.test/",
        "https://app.test:8444/",
        "https://[app.test]/",
        "https://app\u{3002}test/",
        "https://app.test/\u{202e}",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "mailto:a@app.test",
        "file:///etc/passwd",
        "ftp://app.test/",
        "https://app.test/\\evil",
        "/a\\b",
        "/\u{0}",
        "/\u{7f}",
        "/ä",
        ".",
        "..",
        "?x",
        "#x",
    ];

    fn read(text: &str) -> Result<ReturnTo, ParseError> {
        let known = |host: &HostName| ["app.test", "app.test:8443"].contains(&host.as_str());
        parse(text, "https", known)
    }

    #[test]
    fn own_paths_and_addresses_of_applications_are_kept_byte_for_byte() {
        for good in [
            "/",
            "/roles?x=%20&y=a\\b#z",
            "/a//b",
            "/a?next=https://evil.example/",
            "https://app.test/",
            "https://app.test/a/../b%2Fc?x=\\&y=%C3%A4+@",
            "https://app.test:8443/x@y",
        ] {
            assert_eq!(read(good).unwrap().into_text(), good);
        }
    }

    #[test]
    fn published_tricks_are_rejected() {
        for trick in TRICKS {
            let once: String = percent_encoding::percent_decode_str(trick)
                .decode_utf8_lossy()
                .into_owned();
            for text in [trick, once.as_str()] {
                assert!(read(text).is_err(), "{text:?}");
            }
        }
        assert!(read(&format!("/{}", "a".repeat(LONGEST))).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_stays_where_a_browser_would_go(text in "[/\\\\:@.?#a-z%0-9 \t]{0,24}|(https?:)?[/\\\\]{0,3}(app\\.test|evil\\.example)?[/\\\\:@.?#a-z0-9]{0,12}") {
            if let Ok(accepted) = read(&text) {
                let base = Url::parse("https://own.test/").unwrap();
                let went = base.join(&text).unwrap();
                let expected = match accepted {
                    ReturnTo::Own(_) => "own.test".to_owned(),
                    ReturnTo::Application(host, _) => host.host().to_owned(),
                };
                prop_assert_eq!(went.host_str().unwrap(), expected);
                prop_assert_eq!(went.scheme(), "https");
            }
        }
    }
}
