//! The consent pages for clients and devices: no script; their forms are sent to the address of the page.

use crate::http::Problem;
use crate::http::page::{escape, page, sentence};
use crate::model::{Scope, ScopeWord};
use crate::oauth::{Consent, DeviceConsent};
use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};

/// The consent page of an authorization request. The form returns the scope that is shown. Browsers apply `form-action` to
/// the redirect that follows as well.
pub(super) fn consent(consent: &Consent, here: &str) -> Response {
    let may = may(&consent.scope);
    let inner = format!(
        "<p><strong>{client}</strong> requests access on your behalf in <strong>{application}</strong>.</p>{may}\
         <form method=\"post\" action=\"{here}\">{shown}\
         <button name=\"answer\" value=\"allow\">Allow</button>\
         <button class=\"quiet\" name=\"answer\" value=\"decline\">Decline</button></form>\
         <small>You are signed in as {login}. The answer goes to <code>{origin}</code>.</small>",
        client = escape(&consent.client),
        application = escape(&consent.application),
        here = escape(here),
        shown = shown(&consent.scope),
        login = escape(&consent.login),
        origin = escape(&consent.origin),
    );
    let title = format!("Allow {}?", consent.client);
    let forms = if can_be_form_target(&consent.origin) {
        format!("'self' {}", consent.origin)
    } else {
        "'self'".to_owned()
    };
    page(StatusCode::OK, &title, &inner, &forms)
}

/// Can `form-action` name this address? It cannot name an IPv6 address (CSP Level 3, `host-source`).
pub(super) fn can_be_form_target(address: &str) -> bool {
    !address.starts_with("http://[")
}

/// A page that refreshes to an address to which no form may redirect.
pub(super) fn onward(to: &str, title: &str) -> Response {
    let inner = format!(
        "<p>You can close this page if another one has opened.</p>\
         <p><a class=\"button\" href=\"{}\">Continue</a></p>",
        escape(to)
    );
    let mut response = page(StatusCode::OK, title, &inner, "'none'");
    if let Ok(refresh) = HeaderValue::try_from(format!("0; url={to}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

fn shown(scope: &Scope) -> String {
    let words = escape(&scope.to_string());
    format!("<input type=\"hidden\" name=\"shown\" value=\"{words}\">")
}

/// The form for a user code, with the problem of the last attempt.
pub(super) fn enter_code(code: &str, problem: Option<&Problem>) -> Response {
    let status = problem.map_or(StatusCode::OK, Problem::status);
    let wrong = problem.map_or_else(String::new, |problem| {
        format!("<p role=\"alert\">{}</p>", sentence(&problem.to_string()))
    });
    let inner = format!(
        "<p>Enter the code of ten letters that your device or command line shows.</p>{wrong}\
         <form method=\"post\" action=\"/device\">\
         <label for=\"user_code\">Code</label>\
         <input id=\"user_code\" name=\"user_code\" value=\"{}\" required maxlength=\"20\" \
         autocomplete=\"off\" autocapitalize=\"characters\" spellcheck=\"false\" placeholder=\"XXXXX-XXXXX\">\
         <button>Continue</button></form>\
         <small>If another person sent you the code or a link, do not continue: that person would get access on your behalf.</small>",
        escape(code)
    );
    let mut response = page(status, "Sign in a device", &inner, "'self'");
    if let Some(seconds) = problem.and_then(Problem::retry_after) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// The consent page of a device authorization; it shows the user code for comparison.
pub(super) fn device(consent: &DeviceConsent) -> Response {
    let may = match &consent.application {
        Some(_) => may(&consent.scope),
        None => "<p>It will be able to do everything that you can do, in every application and in Samovar itself, \
                 as long as you can do it yourself.</p>"
            .to_owned(),
    };
    let application = match &consent.application {
        Some(name) => format!(" in <strong>{}</strong>", escape(name)),
        None => String::new(),
    };
    let address = consent.address.map(|address| address.to_string());
    let agent = consent.user_agent.as_ref().map(ToString::to_string);
    let unknown = || "unknown".to_owned();
    let inner = format!(
        "<p><strong>{client}</strong> requests access on your behalf{application}.</p>\
         <p>Its code is <code>{code}</code>. The request comes from <code>{address}</code>; its user agent is <code>{agent}</code>.</p>\
         {may}<p>Approve only if you have just started this yourself, on a device that shows the same code.</p>\
         <form method=\"post\" action=\"/device\">\
         <input type=\"hidden\" name=\"user_code\" value=\"{code}\">{shown}\
         <button name=\"answer\" value=\"allow\">Approve</button>\
         <button class=\"quiet\" name=\"answer\" value=\"decline\">Decline</button></form>\
         <small>You are signed in as {login}.</small>",
        client = escape(&consent.client),
        code = consent.code,
        shown = shown(&consent.scope),
        address = escape(&address.unwrap_or_else(unknown)),
        agent = escape(&agent.unwrap_or_else(unknown)),
        login = escape(&consent.login),
    );
    let title = format!("Approve {}?", consent.client);
    page(StatusCode::OK, &title, &inner, "'self'")
}

/// The page after the decision.
pub(super) fn device_answered(client: &str, allowed: bool) -> Response {
    let client = escape(client);
    let (title, inner) = if allowed {
        let inner = format!(
            "<p><strong>{client}</strong> now has access on your behalf. Return to it; you can close this page.</p>\
             <p>You can revoke this at any time under <a href=\"/tokens\">Tokens and devices</a>.</p>"
        );
        ("Approved", inner)
    } else {
        let inner =
            format!("<p><strong>{client}</strong> was declined. You can close this page.</p>");
        ("Declined", inner)
    };
    page(StatusCode::OK, title, &inner, "'none'")
}

fn may(scope: &Scope) -> String {
    if scope.is_empty() {
        return "<p>It will learn who you are, and have no permission and no access to repositories.</p>"
            .to_owned();
    }
    let words: String = scope.words().map(|word| line(&word)).collect();
    format!(
        "<p>It will have these permissions, as long as you have them yourself:</p><ul>{words}</ul>"
    )
}

fn line(word: &ScopeWord) -> String {
    match word {
        ScopeWord::Permission(permission) => {
            format!("<li><code>{}</code></li>", escape(permission.as_str()))
        }
        ScopeWord::Repository(level) => format!(
            "<li><code>{word}</code>: everything that the application allows to people with {level} access to a Gitea repository, \
             in every repository in which you have it</li>"
        ),
    }
}
