//! The questions to a person before a client or a device may act for them: no script, forms to this very address alone.

use crate::http::Problem;
use crate::http::page::{escape, page, sentence};
use crate::model::{Scope, ScopeWord};
use crate::oauth::{Consent, DeviceConsent};
use poem::Response;
use poem::http::{HeaderValue, StatusCode, header};

/// Who asks, for what, and where the answer goes. The words that are shown come back with the answer. Browsers apply
/// `form-action` to where the answer leads as well.
pub(super) fn consent(consent: &Consent, here: &str) -> Response {
    let may = may(&consent.scope);
    let inner = format!(
        "<p><strong>{client}</strong> asks to act for you in <strong>{application}</strong>.</p>{may}\
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
    let forms = if may_lead_to(&consent.origin) {
        format!("'self' {}", consent.origin)
    } else {
        "'self'".to_owned()
    };
    page(StatusCode::OK, (&title, &inner), &forms)
}

/// Can a policy name the place to which a form leads? None can name an IPv6 address (CSP Level 3, `host-source`).
pub(super) fn may_lead_to(address: &str) -> bool {
    !address.starts_with("http://[")
}

/// The browser goes on by itself to where no form may lead.
pub(super) fn onward(to: &str, title: &str) -> Response {
    let inner = format!(
        "<p>You can close this page if another one has taken over.</p>\
         <p><a class=\"button\" href=\"{}\">Continue</a></p>",
        escape(to)
    );
    let mut response = page(StatusCode::OK, (title, &inner), "'none'");
    if let Ok(refresh) = HeaderValue::try_from(format!("0; url={to}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

fn shown(scope: &Scope) -> String {
    let words = escape(&scope.to_string());
    format!("<input type=\"hidden\" name=\"shown\" value=\"{words}\">")
}

/// The form for a device's code, again with what was wrong with the last one.
pub(super) fn enter_code(code: &str, problem: Option<&Problem>) -> Response {
    let status = problem.map_or(StatusCode::OK, |problem| problem.status());
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
         <small>Did another person send you a code or a link? Do not continue: that person could then act for you.</small>",
        escape(code)
    );
    let mut response = page(status, ("Sign in a device", &inner), "'self'");
    if let Some(seconds) = problem.and_then(Problem::retry_after) {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// Which client asks, from where, for what; the code stands there to be compared.
pub(super) fn device(question: &DeviceConsent) -> Response {
    let may = match &question.application {
        Some(_) => may(&question.scope),
        None => "<p>As long as you may do it yourself, it would be able to do whatever you can: \
                 in every application, and in Samovar itself.</p>"
            .to_owned(),
    };
    let place = match &question.application {
        Some(name) => format!(" in <strong>{}</strong>", escape(name)),
        None => String::new(),
    };
    let address = question.address.map(|address| address.to_string());
    let agent = question.user_agent.as_ref().map(ToString::to_string);
    let unknown = || "unknown".to_owned();
    let inner = format!(
        "<p><strong>{client}</strong> asks to act for you{place}.</p>\
         <p>Its code is <code>{code}</code>. It asks from <code>{address}</code> and calls itself <code>{agent}</code>.</p>\
         {may}<p>Approve only what you have just begun yourself, on a device that shows the same code.</p>\
         <form method=\"post\" action=\"/device\">\
         <input type=\"hidden\" name=\"user_code\" value=\"{code}\">{shown}\
         <button name=\"answer\" value=\"allow\">Approve</button>\
         <button class=\"quiet\" name=\"answer\" value=\"decline\">Decline</button></form>\
         <small>You are signed in as {login}.</small>",
        client = escape(&question.client),
        code = question.code,
        shown = shown(&question.scope),
        address = escape(&address.unwrap_or_else(unknown)),
        agent = escape(&agent.unwrap_or_else(unknown)),
        login = escape(&question.login),
    );
    let title = format!("Approve {}?", question.client);
    page(StatusCode::OK, (&title, &inner), "'self'")
}

/// The answer counted.
pub(super) fn device_answered(client: &str, allowed: bool) -> Response {
    let client = escape(client);
    let (title, inner) = if allowed {
        let inner = format!(
            "<p><strong>{client}</strong> may act for you now. Go back to it; you can close this page.</p>\
             <p>You can end this at any time under <a href=\"/tokens\">Tokens and devices</a>.</p>"
        );
        ("Approved", inner)
    } else {
        let inner =
            format!("<p><strong>{client}</strong> was declined. You can close this page.</p>");
        ("Declined", inner)
    };
    page(StatusCode::OK, (title, &inner), "'none'")
}

fn may(scope: &Scope) -> String {
    if scope.is_empty() {
        return "<p>It would learn who you are, and be able to do nothing that needs a permission or access to a repository.</p>"
            .to_owned();
    }
    let words: String = scope.words().map(|word| line(&word)).collect();
    format!(
        "<p>As long as you may do it yourself, it would be able to do this:</p><ul>{words}</ul>"
    )
}

fn line(word: &ScopeWord) -> String {
    match word {
        ScopeWord::Permission(permission) => {
            format!("<li><code>{}</code></li>", escape(permission.as_str()))
        }
        ScopeWord::Repository(level) => format!(
            "<li><code>{word}</code>: what the application lets people do who have {level} access to a Gitea repository, \
             in every repository in which you have it</li>"
        ),
    }
}
