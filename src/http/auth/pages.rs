//! The pages of sign-in, sign-out and break-glass: no script; forms are sent to Samovar's own host only.

use crate::http::Problem;
use crate::http::page::{escape, page, sentence};
use crate::model::DisplayText;
use crate::sign_in::ProviderSignOut;
use poem::Response;
use poem::http::{StatusCode, header};

/// The page after sign-out, with a button to sign in again; the cookie prevents an automatic sign-in.
pub(super) fn signed_out(again: &str, only: Option<&DisplayText>, cookie: &str) -> Response {
    let (provider, with) = match only.map(|name| escape(name.as_str())) {
        Some(name) => (name.clone(), format!(" with {name}")),
        None => ("your provider".to_owned(), String::new()),
    };
    let inner = format!(
        "<p>You are signed out of Samovar and of the applications behind it. \
         You may still be signed in at {provider}: on a shared computer, sign out there as well.</p>\
         <p><a class=\"button\" href=\"{}\">Sign in{with}</a></p>",
        escape(again)
    );
    let mut response = page(StatusCode::OK, "You are signed out", &inner, "'none'");
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The choice of a provider.
pub(super) fn choose(choices: &[(DisplayText, String)]) -> Response {
    let button = |(name, path): &(DisplayText, String)| {
        let (name, path) = (escape(name.as_str()), escape(path));
        format!("<a class=\"button\" href=\"{path}\">Sign in with {name}</a>")
    };
    let buttons: String = choices.iter().map(button).collect();
    let inner = format!("<p>Choose an account to sign in with.</p><p>{buttons}</p>");
    page(StatusCode::OK, "Sign in", &inner, "'none'")
}

/// The page after sign-out that continues to the provider's. Not a redirect: the `form-action` of the form's page does not
/// name the provider.
pub(super) fn onward(onward: &ProviderSignOut, cookies: Vec<String>) -> Response {
    let inner = format!(
        "<p>You are signed out of Samovar and of the applications behind it. Continue to {name} to sign out there as well.</p>\
         <p><a class=\"button\" href=\"{to}\">Continue to {name}</a></p>",
        name = escape(onward.provider.as_str()),
        to = escape(&onward.to),
    );
    let mut response = page(StatusCode::OK, "You are signed out", &inner, "'none'");
    let headers = response.headers_mut();
    if let Ok(refresh) = format!("0; url={}", onward.to).parse() {
        headers.insert(header::REFRESH, refresh);
    }
    for cookie in cookies {
        headers.extend(
            cookie
                .parse()
                .ok()
                .map(|cookie| (header::SET_COOKIE, cookie)),
        );
    }
    response
}

/// The form that confirms a sign-out. Browsers apply `form-action` to the redirect that follows as well, which leads to
/// Samovar.
pub(super) fn ask_sign_out(action: &str, own_origin: &str) -> Response {
    let inner = format!(
        "<p>You will be signed out of Samovar and of every application behind it.</p>\
         <form method=\"post\" action=\"{}\">\
         <button>Sign out</button>\
         <button class=\"quiet\" name=\"everywhere\" value=\"true\">Sign out on all devices</button></form>",
        escape(action)
    );
    let forms = format!("'self' {own_origin}");
    page(StatusCode::OK, "Sign out?", &inner, &forms)
}

/// The form for the break-glass password, with the problem of the last attempt.
pub(super) fn break_glass(problem: Option<&Problem>) -> Response {
    let status = problem.map_or(StatusCode::OK, Problem::status);
    let wrong = problem.map_or_else(String::new, |problem| {
        format!("<p role=\"alert\">{}</p>", sentence(&problem.to_string()))
    });
    let inner = format!(
        "<p>Emergency access to Samovar when sign-in with Gitea does not work. Every attempt is recorded.</p>{wrong}\
         <form method=\"post\" action=\"/auth/break-glass\">\
         <label for=\"password\">Break-glass password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" required autocomplete=\"off\">\
         <button>Sign in as local operator</button></form>"
    );
    page(status, "Break-glass sign-in", &inner, "'self'")
}
