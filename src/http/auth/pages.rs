//! The small pages of sign-out and break-glass: no script, forms to our own hosts alone.

use crate::http::Problem;
use crate::http::page::{escape, page, sentence};
use crate::model::DisplayText;
use crate::sign_in::ProviderSignOut;
use poem::Response;
use poem::http::{StatusCode, header};

/// Signed out, with a button to sign in again; the cookie keeps it so.
pub(super) fn signed_out(again: &str, only: Option<&DisplayText>, cookie: &str) -> Response {
    let (knows, with) = match only.map(|name| escape(name.as_str())) {
        Some(name) => (name.clone(), format!(" with {name}")),
        None => ("Where you signed in, they".to_owned(), String::new()),
    };
    let inner = format!(
        "<p>You are signed out of Samovar and of the applications behind it. \
         {knows} may still know you: sign out there as well on a shared computer.</p>\
         <p><a class=\"button\" href=\"{}\">Sign in{with}</a></p>",
        escape(again)
    );
    let mut response = page(StatusCode::OK, ("You are signed out", &inner), "'none'");
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The providers to sign in with.
pub(super) fn choose(choices: &[(DisplayText, String)]) -> Response {
    let button = |(name, path): &(DisplayText, String)| {
        let (name, path) = (escape(name.as_str()), escape(path));
        format!("<a class=\"button\" href=\"{path}\">Sign in with {name}</a>")
    };
    let buttons: String = choices.iter().map(button).collect();
    let inner = format!("<p>Choose where you are known.</p><p>{buttons}</p>");
    page(StatusCode::OK, ("Sign in", &inner), "'none'")
}

/// Signed out here, and on the way to the provider. A page and no redirect: what a form leads to must be named by the
/// page of the form, and the provider is not.
pub(super) fn onward(onward: &ProviderSignOut, cookies: Vec<String>) -> Response {
    let inner = format!(
        "<p>You are signed out of Samovar and of the applications behind it. {name} ends the sign-in there as well.</p>\
         <p><a class=\"button\" href=\"{to}\">Go on to {name}</a></p>",
        name = escape(onward.provider.as_str()),
        to = escape(&onward.to),
    );
    let mut response = page(StatusCode::OK, ("You are signed out", &inner), "'none'");
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

/// The question before a sign-out. Browsers apply `form-action` to where the answer leads as well, which is Samovar.
pub(super) fn ask_sign_out(action: &str, own_origin: &str) -> Response {
    let inner = format!(
        "<p>This ends the sign-in at Samovar and at every application behind it.</p>\
         <form method=\"post\" action=\"{}\">\
         <button>Sign out</button>\
         <button class=\"quiet\" name=\"everywhere\" value=\"true\">Sign out on all devices</button></form>",
        escape(action)
    );
    let forms = format!("'self' {own_origin}");
    page(StatusCode::OK, ("Sign out?", &inner), &forms)
}

/// The form for the password, again with what was wrong with the last one.
pub(super) fn break_glass(problem: Option<&Problem>) -> Response {
    let status = problem.map_or(StatusCode::OK, |problem| problem.status());
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
    page(status, ("Break-glass sign-in", &inner), "'self'")
}
