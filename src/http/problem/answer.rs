//! How a problem is answered: as a document, as a page, as what a proxy takes.

use super::{AnswerTarget, Problem, ProblemCode};
use crate::http::page;
use crate::model::RequestId;
use poem::error::ResponseError;
use poem::http::{StatusCode, header};
use poem::{IntoResponse, Response};
use serde_json::{Value, json};

impl Problem {
    /// The answer in the form that fits the caller.
    pub fn respond(&self, asker: &AnswerTarget) -> Response {
        let (kind, body) = if asker.page {
            ("text/html; charset=utf-8", page::render(self, asker))
        } else {
            (
                "application/problem+json",
                self.document(Some(asker.request)).to_string(),
            )
        };
        let mut response = self.head(kind).body(body);
        if asker.page {
            page::restrict(response.headers_mut(), "'none'");
        }
        response
    }

    /// Only what nginx takes from a check: 401 or 403, and no body; the rest is fetched by its second question.
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

    /// RFC 9110 section 15.5.2 wants one on every 401; RFC 6750 section 3.1 says which error it names.
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

/// What a quoted description may hold (RFC 6750 section 3).
fn in_quotes(text: &str) -> String {
    let fine = |c: &char| matches!(c, ' ' | '!' | '#'..='[' | ']'..='~');
    text.chars().filter(fine).take(300).collect()
}
