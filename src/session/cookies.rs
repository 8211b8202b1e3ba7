//! Names and attributes of every cookie that we set.
//!
//! Over https: `__Host-`, `Secure`. Plain http is for loopback alone, where browsers refuse both. Always `HttpOnly`,
//! `SameSite=Lax`, `Path=/`, never a `Domain`: a cookie of ours belongs to one host.

use std::time::Duration;

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The session at Samovar.
    Session,
    /// A sign-in that is under way, sealed; from 0 below [`FLOW_COOKIES`].
    Flow(usize),
    /// The session at an application's host.
    ApplicationSession,
    /// The browser, while it is handed over to an application's host.
    ApplicationBrowser,
    /// Says that the person has signed out, so that sign-in waits for a click.
    SignedOut,
}

/// Sign-ins that one browser may have under way.
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

/// How cookies are written here.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    https: bool,
}

impl Cookies {
    /// As the outside address demands.
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

    /// A `Set-Cookie` value. Without an age it goes when the browser closes.
    pub fn set(self, cookie: Cookie, value: &str, age: Option<Duration>) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        let age = age.map_or_else(String::new, |age| format!("; Max-Age={}", age.as_secs()));
        let name = self.name(cookie);
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
    }

    /// A `Set-Cookie` value that takes the cookie away.
    pub fn clear(self, cookie: Cookie) -> String {
        self.set(cookie, "", Some(Duration::ZERO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cookie_is_host_only_and_out_of_reach_of_scripts() {
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
