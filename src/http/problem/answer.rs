//! The answers of a problem: a document, a page, or a status that nginx understands.

use super::{AnswerTarget, Problem, ProblemCode};
use crate::http::page;
use crate::model::RequestId;
use poem::error::ResponseError;
use poem::http::{StatusCode, header};
use poem::{IntoResponse, Response};
use serde_json::{Value, json};

impl Problem {
    /// The answer in the form that fits the caller.
    pub fn respond(&self, target: &AnswerTarget) -> Response {
        let (kind, body) = if target.page {
            ("text/html; charset=utf-8", page::render(self, target))
        } else {
            (
                "application/problem+json",
                self.document(Some(target.request)).to_string(),
            )
        };
        let mut response = self.head(kind).body(body);
        if target.page {
            page::restrict(response.headers_mut(), "'none'");
        }
        response
    }

    /// The answer to nginx's check: 401 or 403 without a body; nginx fetches the complete answer with a second request.
    pub fn respond_to_nginx(&self) -> Response {
        let status = if self.asks_for_sign_in() {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::FORBIDDEN
        };
        status.into_response()
    }

    fn head(&self, kind: &'static str) -> poem::ResponseBuilder {
        let mut head = Response::builder()
            .status(self.status())
            .header(header::CONTENT_TYPE, kind)
            .header(header::CACHE_CONTROL, "no-store");
        if let Some(challenge) = self.challenge() {
            head = head.header(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after() {
            head = head.header(header::RETRY_AFTER, seconds);
        }
        head
    }

    /// RFC 9110 section 15.5.2 requires a challenge on every 401; RFC 6750 section 3.1 defines its error.
    fn challenge(&self) -> Option<String> {
        let realm = "Bearer realm=\"samovar\"";
        if self.code == ProblemCode::ScopeInsufficient {
            let scope = self.scope.as_deref().unwrap_or_default();
            return Some(format!(
                "{realm}, error=\"insufficient_scope\", scope=\"{scope}\""
            ));
        }
        let unauthorized = self.status() == StatusCode::UNAUTHORIZED;
        if unauthorized && self.of_bearer {
            let description = in_quotes(&self.detail);
            return Some(format!(
                "{realm}, error=\"invalid_token\", error_description=\"{description}\""
            ));
        }
        unauthorized.then(|| realm.to_owned())
    }

    fn document(&self, request: Option<RequestId>) -> Value {
        let mut document = self.members.clone();
        let code = self.code.as_str();
        let status = self.status();
        document.insert("type".to_owned(), json!("about:blank"));
        document.insert("code".to_owned(), json!(code));
        document.insert("title".to_owned(), json!(status.canonical_reason()));
        document.insert("status".to_owned(), json!(status.as_u16()));
        document.insert("detail".to_owned(), json!(self.detail));
        if let Some(request) = request {
            document.insert("request_id".to_owned(), json!(request.to_string()));
        }
        Value::Object(document)
    }
}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.status()
    }

    fn as_response(&self) -> Response {
        self.head("application/problem+json")
            .body(self.document(None).to_string())
    }
}

/// Removes characters that `error_description` must not contain (RFC 6750 section 3).
fn in_quotes(text: &str) -> String {
    let allowed = |c: &char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
    text.chars().filter(allowed).take(300).collect()
}
