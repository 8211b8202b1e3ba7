//! The stand-in's pages, which people use in the demo: home, sign-in, consent. Plain HTML, no script.

use super::state::{Pending, User};
use super::wire::{Answer, escape};

/// A whole page.
pub fn page(status: u16, title: &str, body: &str) -> Answer {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en-US\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} - Gitea (stand-in)</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}\
         <footer>A stand-in for Gitea, for tests and the demo.</footer></main></body></html>\n"
    );
    Answer::html(status, &html)
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;background:#f5f5f4;color:#1c1917;margin:0}\
main{max-width:26rem;margin:12vh auto;padding:2rem;background:#fff;border:1px solid #d6d3d1;border-radius:8px}\
h1{font-size:1.3rem;margin:0 0 1rem}label{display:block;margin:.8rem 0}\
input{display:block;width:100%;box-sizing:border-box;padding:.5rem;font:inherit;border:1px solid #a8a29e;border-radius:4px}\
button{font:inherit;padding:.5rem 1rem;margin-right:.5rem;border:1px solid #a8a29e;border-radius:4px;background:#fff}\
button.main{background:#4d7c0f;border-color:#4d7c0f;color:#fff}.error{color:#b91c1c}\
footer{margin-top:2rem;color:#78716c;font-size:.85rem}\
@media(prefers-color-scheme:dark){body{background:#1c1917;color:#f5f5f4}main,button,input{background:#292524;color:inherit}}";

/// Who is signed in, and where to go from here.
pub fn home(user: Option<&User>, links: &str) -> Answer {
    let body = match user {
        Some(user) => format!(
            "<p>Signed in as <strong>{}</strong>.</p>{links}<p><a href=\"/user/logout\">Sign out</a></p>",
            escape(&user.login)
        ),
        None => "<p><a href=\"/user/login\">Sign in</a></p>".to_owned(),
    };
    page(200, "Gitea", &body)
}

/// The sign-in form; the address to go on to travels in the query, as Gitea's does.
pub fn sign_in(to: &str, error: Option<&str>) -> Answer {
    let query: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
    let error = error.map(|text| format!("<p class=\"error\" role=\"alert\">{text}</p>"));
    let body = format!(
        "{}<form method=\"post\" action=\"/user/login?redirect_to={query}\">\
         <label>Username <input name=\"user_name\" autocomplete=\"username\" required autofocus></label>\
         <label>Password <input name=\"password\" type=\"password\" autocomplete=\"current-password\" required></label>\
         <button class=\"main\">Sign in</button></form>",
        error.unwrap_or_default()
    );
    page(200, "Sign in", &body)
}

/// The consent page.
pub fn consent(app: &str, login: &str, asked: &Pending) -> Answer {
    let fields = [
        ("client_id", &asked.client_id),
        ("state", &asked.state),
        ("scope", &asked.scope),
        ("nonce", &asked.nonce),
        ("redirect_uri", &asked.redirect_uri),
    ];
    let hidden = fields.map(|(name, value)| {
        let value = escape(value);
        format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
    });
    let hidden = hidden.concat();
    let body = format!(
        "<p><strong>{}</strong> asks for access to the account of <strong>{}</strong>:</p><p>{}</p>\
         <form method=\"post\" action=\"/login/oauth/grant\">{hidden}\
         <button class=\"main\" name=\"granted\" value=\"true\">Authorize</button>\
         <button name=\"granted\" value=\"false\">Cancel</button></form>",
        escape(app),
        escape(login),
        escape(&asked.scope)
    );
    page(200, "Authorize application", &body)
}

/// What a disabled account sees, with status 200.
pub fn prohibited() -> Answer {
    let text = "<p>This account is prohibited from signing in, please contact your site administrator.</p>";
    page(200, "Sign In Prohibited", text)
}

/// Authorize errors that must not go to an address that is not registered.
pub fn failed(text: &str) -> Answer {
    page(400, "Authorization failed", &format!("<p>{text}</p>"))
}
