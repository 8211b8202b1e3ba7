//! What the stand-in reads from and writes to the wire: one request and one answer, already parsed and not yet sent.
//! Knows HTTP and JSON, nothing of Gitea's state; must never decide anything.

use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

/// A request with its path split and its body read whole.
#[derive(Debug, Clone)]
pub struct Ask {
    pub method: Method,
    /// Path and query as they came, for redirects that repeat them.
    pub target: String,
    /// Decoded segments of the path.
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Ask {
    pub fn new(method: Method, target: &str, headers: HeaderMap, body: Vec<u8>) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self {
            method,
            path: path
                .trim_start_matches('/')
                .split('/')
                .map(decode)
                .collect(),
            query: url::form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
            target: target.to_owned(),
            headers,
            body,
        }
    }

    /// Path without its query.
    pub fn path_text(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// First value of a query parameter.
    pub fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the body is declared as JSON.
    pub fn is_json(&self) -> bool {
        self.header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"))
    }

    /// Body as a JSON object; an empty one when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| json!({}))
    }

    /// Body fields of a form, or the string members of a JSON object.
    pub fn fields(&self) -> Vec<(String, String)> {
        if !self.is_json() {
            return url::form_urlencoded::parse(&self.body)
                .into_owned()
                .collect();
        }
        let json = self.json();
        let members = json.as_object().into_iter().flatten();
        members
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect()
    }

    /// One body field, empty when left out.
    pub fn field(&self, name: &str) -> String {
        let found = self.fields().into_iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value).unwrap_or_default()
    }

    /// A cookie's value.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let all = self.headers.get_all("cookie").iter();
        all.filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    }

    /// User name and password of a Basic header.
    pub fn basic(&self) -> Option<(String, String)> {
        let (scheme, rest) = self.header("authorization")?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let text = String::from_utf8(BASE64.decode(rest.as_bytes()).ok()?).ok()?;
        let (name, password) = text.split_once(':')?;
        Some((name.to_owned(), password.to_owned()))
    }

    /// Token of a `token` or `Bearer` header; `None` when it is empty.
    pub fn bearer(&self) -> Option<String> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        let known = ["token", "bearer"].contains(&scheme.to_ascii_lowercase().as_str());
        (known && !token.is_empty()).then(|| token.to_owned())
    }
}

fn decode(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment)
        .decode_utf8_lossy()
        .into_owned()
}

/// An answer. Also the error type of handlers, as Gitea's refusals are answers.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// No body, no content type.
    pub fn empty(status: u16) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// JSON as the API sends it.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::typed(
            status,
            "application/json;charset=utf-8",
            &format!("{body}\n"),
        )
    }

    /// Any text with its content type.
    pub fn typed(status: u16, kind: &str, body: &str) -> Self {
        let mut answer = Self::empty(status);
        answer.headers.push(("content-type", kind.to_owned()));
        answer.body = body.as_bytes().to_vec();
        answer
    }

    /// Text as Go's `http.Error` sends it.
    pub fn text(status: u16, body: &str) -> Self {
        Self::typed(status, "text/plain; charset=utf-8", body)
    }

    /// A page.
    pub fn html(status: u16, body: &str) -> Self {
        Self::typed(status, "text/html; charset=utf-8", body)
    }

    /// A redirect as Go sends it: a small page on GET, nothing otherwise.
    pub fn redirect(ask: &Ask, status: u16, to: &str) -> Self {
        let answer = if ask.method == Method::GET {
            Self::html(status, &format!("<a href=\"{}\">See</a>.\n\n", escape(to)))
        } else {
            Self::empty(status)
        };
        answer.with("location", to)
    }

    /// The same with one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// For hyper.
    pub fn into_http(self) -> http::Response<http_body_util::Full<hyper::body::Bytes>> {
        let mut answer = http::Response::new(http_body_util::Full::new(self.body.into()));
        *answer.status_mut() = self.status;
        for (name, value) in self.headers {
            let value = HeaderValue::from_str(&value).unwrap();
            answer
                .headers_mut()
                .append(HeaderName::from_static(name), value);
        }
        answer
    }
}

/// Text made safe for HTML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
