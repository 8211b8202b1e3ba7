//! The question to a person before a client may act for them: no script, a form to this very address alone.

use crate::access::oauth::Consent;
use crate::http::page::{escape, frame, restrict};
use poem::Response;

/// Who asks, for what, and where the answer goes. Browsers apply `form-action` to where the answer leads as well.
pub(super) fn consent(consent: &Consent, here: &str) -> Response {
    let words: Vec<String> = consent
        .scope
        .iter()
        .map(|word| format!("<li><code>{}</code></li>", escape(word.as_str())))
        .collect();
    let words = words.concat();
    let may = if words.is_empty() {
        "<p>It would be able to do nothing that needs a permission; what the application asks of your Gitea repositories \
         alone, it could.</p>"
            .to_owned()
    } else {
        format!(
            "<p>As long as you may do it yourself, it would be able to do this, and what the application asks of your Gitea \
             repositories alone:</p><ul>{words}</ul>"
        )
    };
    let inner = format!(
        "<p><strong>{client}</strong> asks to act for you in <strong>{application}</strong>.</p>{may}\
         <form method=\"post\" action=\"{here}\">\
         <button name=\"answer\" value=\"allow\">Allow</button>\
         <button class=\"quiet\" name=\"answer\" value=\"decline\">Decline</button></form>\
         <small>You are signed in as {login}. The answer goes to <code>{origin}</code>.</small>",
        client = escape(&consent.client),
        application = escape(&consent.application),
        here = escape(here),
        login = escape(&consent.login),
        origin = escape(&consent.origin),
    );
    let title = format!("Allow {}?", consent.client);
    let mut response = Response::builder()
        .content_type("text/html; charset=utf-8")
        .body(frame(&title, &inner));
    let forms = format!("'self' {}", consent.origin);
    restrict(response.headers_mut(), &forms);
    response
}
