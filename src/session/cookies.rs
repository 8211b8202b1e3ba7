//! Names and attributes of the cookies that Samovar sets.
//!
//! Over https: `__Host-`, `Secure`. Plain http is for loopback alone, where browsers refuse both. Always `HttpOnly`,
//! `SameSite=Lax`, `Path=/`, never a `Domain`: each cookie belongs to one host.

use std::time::Duration;

/// A cookie that Samovar sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The session at Samovar.
    Session,
    /// A sign-in flow, sealed; from 0 below [`FLOW_COOKIES`].
    Flow(usize),
    /// The session at an application's host.
    ApplicationSession,
    /// The browser, during the hand-over to an application's host.
    ApplicationBrowser,
    /// The person has signed out: the next sign-in waits for a click.
    SignedOut,
}

/// Sign-in flows that one browser may have at a time.
pub const FLOW_COOKIES: usize = 5;

const FLOWS: [(&str, &str); FLOW_COOKIES] = [
    ("__Host-samovar-flow-0", "samovar-flow-0"),
    ("__Host-samovar-flow-1", "samovar-flow-1"),
    ("__Host-samovar-flow-2", "samovar-flow-2"),
    ("__Host-samovar-flow-3", "samovar-flow-3"),
    ("__Host-samovar-flow-4", "samovar-flow-4"),
];

const fn flow_name(slot: usize, https: bool) -> &'static str {
    let [first, second, third, fourth, fifth] = FLOWS;
    let (secure, plain) = match slot {
        0 => first,
        1 => second,
        2 => third,
        3 => fourth,
        _ => fifth,
    };
    if https { secure } else { plain }
}

/// Formats cookies.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    https: bool,
}

impl Cookies {
    /// For an external URL with this scheme.
    pub const fn new(https: bool) -> Self {
        Self { https }
    }

    /// The name of a cookie.
    pub const fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.https) {
            (Cookie::Session, true) => "__Host-samovar",
            (Cookie::Session, false) => "samovar",
            (Cookie::Flow(slot), https) => flow_name(slot, https),
            (Cookie::ApplicationSession, true) => "__Host-samovar-app",
            (Cookie::ApplicationSession, false) => "samovar-app",
            (Cookie::ApplicationBrowser, true) => "__Host-samovar-app-browser",
            (Cookie::ApplicationBrowser, false) => "samovar-app-browser",
            (Cookie::SignedOut, true) => "__Host-samovar-signed-out",
            (Cookie::SignedOut, false) => "samovar-signed-out",
        }
    }

    /// A `Set-Cookie` value. Without an age the cookie ends with the browser.
    pub fn set(self, cookie: Cookie, value: &str, age: Option<Duration>) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        let age = age.map_or_else(String::new, |age| format!("; Max-Age={}", age.as_secs()));
        let name = self.name(cookie);
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
    }

    /// A `Set-Cookie` value that removes the cookie.
    pub fn clear(self, cookie: Cookie) -> String {
        self.set(cookie, "", Some(Duration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_host_only_and_hidden_from_scripts() {
        for https in [true, false] {
            let cookies = Cookies::new(https);
            let text = cookies.set(Cookie::Session, "x", Some(Duration::from_secs(60)));
            assert_eq!(text.starts_with("__Host-samovar=x"), https);
            assert_eq!(text.contains("; Secure"), https);
            assert!(
                text.contains("; Path=/; HttpOnly; SameSite=Lax") && text.ends_with("; Max-Age=60")
            );
            assert!(!text.contains("Domain"));
        }
        assert!(
            Cookies::new(true)
                .clear(Cookie::Flow(4))
                .ends_with("Max-Age=0")
        );
    }
}
