//! The frame of server-rendered pages, and the page of a problem: no script, no image, no external resource.
//!
//! Must escape every value; the content security policy allows the one style sheet by its digest.

use super::problem::{AnswerTarget, Problem};
use crate::model::sha256;
use data_encoding::BASE64;
use poem::Response;
use poem::http::{HeaderMap, HeaderValue, StatusCode, header};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0;min-height:100vh;display:grid;place-items:center;font:1rem/1.5 system-ui,sans-serif;\
background:light-dark(#f6f5f2,#191816);color:light-dark(#23211d,#eceae5)}\
main{box-sizing:border-box;width:100%;max-width:34rem;padding:1.5rem;overflow-wrap:anywhere}\
h1{font-size:1.4rem;margin:0 0 .75rem}a{color:light-dark(#93470f,#eaa765)}\
form{margin:0}[role=alert]{padding-left:.75rem;border-left:4px solid light-dark(#b3541e,#f0a06a)}label{display:block;margin:1rem 0 .25rem}\
input{box-sizing:border-box;width:100%;font:inherit;padding:.5rem;border:1px solid light-dark(#8d877b,#7d776d);\
border-radius:.375rem;background:light-dark(#fff,#211f1d);color:inherit}\
button,.button{display:inline-block;font:inherit;margin:1rem .5rem 0 0;padding:.5rem 1rem;border:0;border-radius:.375rem;\
background:light-dark(#93470f,#eaa765);color:light-dark(#fff,#2b1704);text-decoration:none;cursor:pointer}\
button.quiet{background:none;color:inherit;box-shadow:inset 0 0 0 1px light-dark(#8d877b,#7d776d)}\
a:focus-visible,button:focus-visible,input:focus-visible{outline:3px solid light-dark(#b3541e,#f0a06a);outline-offset:2px}\
code{font:.9em ui-monospace,monospace;background:light-dark(#e9e6df,#2b2926);padding:.1em .3em;border-radius:.25em}\
small{display:block;margin-top:2rem;color:light-dark(#6a655b,#a19b90)}";

/// The page of a problem.
pub(super) fn render(problem: &Problem, target: &AnswerTarget) -> String {
    let again = problem.again().map_or_else(String::new, |path| {
        format!(
            "<p><a class=\"button\" href=\"{}\">Try again</a></p>",
            escape(path)
        )
    });
    let inner = format!(
        "<p>{detail}</p>{again}\
         <small>Samovar · <code>{code}</code><br>Request <code>{request}</code></small>",
        detail = sentence(&problem.to_string()),
        code = problem.code().as_str(),
        request = target.request,
    );
    frame(problem.title(), &inner)
}

/// An answer with a page whose forms may be sent to `forms` only.
pub(super) fn page(status: StatusCode, title: &str, inner: &str, forms: &str) -> Response {
    let mut response = Response::builder()
        .status(status)
        .content_type("text/html; charset=utf-8")
        .body(frame(title, inner));
    restrict(response.headers_mut(), forms);
    response
}

/// A page with this title and markup.
fn frame(title: &str, inner: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title} · Samovar</title><style>{STYLE}</style></head><body><main>\
         <h1>{title}</h1>{inner}</main></body></html>",
        title = escape(title),
    )
}

/// Allows only the page's own style, and forms that are sent to `forms` (`'none'`, or origins).
pub(super) fn restrict(headers: &mut HeaderMap, forms: &str) {
    let digest = sha256(&[STYLE.as_bytes()]);
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action {forms}; frame-ancestors 'none'",
        BASE64.encode(&digest)
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// A message as a sentence: with a capital, a period, and text in backticks as code.
pub(super) fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let mut html = String::new();
    for (index, part) in format!("{first}{}.", letters.as_str())
        .split('`')
        .enumerate()
    {
        let code = index % 2 == 1;
        html.push_str(if code { "<code>" } else { "" });
        html.push_str(&escape(part));
        html.push_str(if code { "</code>" } else { "" });
    }
    html
}

pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_message_becomes_markup() {
        assert_eq!(
            sentence("no `<b>` & \"x\""),
            "No <code>&lt;b&gt;</code> &amp; &quot;x&quot;."
        );
    }

    #[test]
    fn unpaired_backtick_gives_closed_markup() {
        assert_eq!(sentence("a `b"), "A <code>b.</code>");
        assert_eq!(sentence(""), ".");
    }
}
