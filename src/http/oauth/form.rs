//! Parameters of a form or a query, and the client credentials (RFC 6749 sections 2.3.1 and 3.2).
//!
//! A repeated parameter, or one in the query of a POST, makes the request invalid. A target may be repeated, but no token
//! has two targets. A client must use exactly one way to authenticate.

use crate::http::{Problem, ProblemCode};
use crate::model::Scope;
use crate::oauth::{ClientCredentials, ConsentDecision, OAuthError, TokenRequest};
use crate::token::MAX_TOKEN_BYTES;
use data_encoding::BASE64;
use poem::Request;
use poem::http::header;
use secrecy::SecretString;
use std::collections::{BTreeMap, BTreeSet};
use url::form_urlencoded;

/// Each parameter once; an empty one counts as missing (RFC 6749 section 3.1).
pub(super) struct FormParameters(BTreeMap<String, String>);

impl FormParameters {
    /// The parameters of a POST: `application/x-www-form-urlencoded` in the body.
    pub(super) fn of_body(request: &Request, body: &[u8]) -> Result<Self, OAuthError> {
        if !is_of_type(request, "application/x-www-form-urlencoded") {
            let sentence = "send the parameters in the body as `application/x-www-form-urlencoded`";
            return Err(invalid(sentence));
        }
        if request.uri().query().is_some() {
            return Err(invalid("send the parameters in the body, not in the query"));
        }
        Self::read(body)
    }

    /// No parameters, for a request without a form.
    pub(super) const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// The parameters of a query.
    pub(super) fn of_query(request: &Request) -> Result<Self, OAuthError> {
        Self::read(request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The parameters of a query without the repeated ones, and the error about these, so that the error can be sent to the
    /// client's redirect address.
    pub(super) fn of_query_with_error(request: &Request) -> (Self, Option<OAuthError>) {
        let query = request.uri().query().unwrap_or_default();
        Self::split_repeated(query.as_bytes())
    }

    /// The parameters of a form on one of Samovar's pages; its address may have a query.
    pub(super) fn of_page(body: &[u8]) -> Result<Self, OAuthError> {
        Self::read(body)
    }

    fn read(text: &[u8]) -> Result<Self, OAuthError> {
        match Self::split_repeated(text) {
            (form, None) => Ok(form),
            (_, Some(error)) => Err(error),
        }
    }

    fn split_repeated(text: &[u8]) -> (Self, Option<OAuthError>) {
        let (mut form, mut repeated) = (BTreeMap::new(), BTreeSet::new());
        for (name, value) in form_urlencoded::parse(text) {
            if form.insert(name.to_string(), value.to_string()).is_some() {
                repeated.insert(name.to_string());
            }
        }
        form.retain(|name, value| !value.is_empty() && !repeated.contains(name));
        (Self(form), repeated_error(&repeated))
    }

    /// The user's decision on a consent page, with the scope that the page showed; `None` without a decision.
    pub(super) fn decision(&self) -> Result<Option<ConsentDecision>, Problem> {
        let error = || {
            let detail = "invalid consent form; send the form of the page unchanged";
            Problem::new(ProblemCode::RequestMalformed, detail)
        };
        match self.get("answer") {
            None => Ok(None),
            Some("decline") => Ok(Some(ConsentDecision::No)),
            Some("allow") => {
                let shown = self.get("shown").unwrap_or_default().parse();
                Ok(Some(ConsentDecision::Yes(shown.map_err(|_| error())?)))
            }
            Some(_) => Err(error()),
        }
    }

    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The owned value of a parameter.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// The value of a required parameter.
    pub(super) fn required(&self, name: &str) -> Result<&str, OAuthError> {
        let missing =
            || OAuthError::RequestInvalid(format!("parameter `{name}` is missing; send it"));
        self.get(name).ok_or_else(missing)
    }

    /// The requested scope and target.
    pub(super) fn token_request(&self) -> Result<TokenRequest, OAuthError> {
        let scope = self.get("scope");
        if scope.is_some_and(|scope| scope.len() > MAX_TOKEN_BYTES) {
            let sentence = "the scope is longer than any token; request fewer permissions";
            return Err(OAuthError::ScopeInvalid(sentence.to_owned()));
        }
        let scope = scope.map(str::parse::<Scope>).transpose();
        Ok(TokenRequest {
            audience: self.text("audience"),
            resource: self.text("resource"),
            scope: scope.map_err(|invalid| OAuthError::ScopeInvalid(invalid.0))?,
        })
    }

    /// The client's credentials: from the header or from the body, never from both.
    pub(super) fn credentials(&self, request: &Request) -> Result<ClientCredentials, OAuthError> {
        let mut lines = request.headers().get_all(header::AUTHORIZATION).iter();
        let Some(line) = lines.next() else {
            return Ok(ClientCredentials {
                id: self.text("client_id"),
                secret: self.text("client_secret").map(SecretString::from),
            });
        };
        let repeated = lines.next().is_some() || self.get("client_secret").is_some();
        let credentials = line.to_str().ok().and_then(basic).filter(|_| !repeated);
        let credentials = credentials.ok_or_else(|| {
            invalid("authenticate the client in exactly one way: `Authorization: Basic`, or `client_id` and `client_secret` in the body")
        })?;
        match self.get("client_id") {
            Some(id) if Some(id) != credentials.id.as_deref() => Err(invalid(
                "`client_id` differs from the one in `Authorization`; send the same in both",
            )),
            _ => Ok(credentials),
        }
    }
}

/// Does `Content-Type` name this media type, with any parameters?
pub(super) fn is_of_type(request: &Request, media_type: &str) -> bool {
    let media = request.content_type().unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case(media_type)
}

/// The error about these repeated parameters. The standards allow repeated targets (RFC 8707 section 2, RFC 8693 section
/// 2.1), so these have an error of their own.
fn repeated_error(repeated: &BTreeSet<String>) -> Option<OAuthError> {
    if repeated.is_empty() {
        return None;
    }
    let targets = ["resource", "audience"];
    if !repeated.iter().all(|name| targets.contains(&name.as_str())) {
        return Some(invalid("a parameter is repeated; send each once"));
    }
    let sentence = "a token has one target; request one token for each `resource` or `audience`";
    Some(OAuthError::TargetInvalid(sentence.to_owned()))
}

fn invalid(sentence: &str) -> OAuthError {
    OAuthError::RequestInvalid(sentence.to_owned())
}

/// Parses id and secret, each of which is form-encoded (RFC 6749 section 2.3.1).
fn basic(line: &str) -> Option<ClientCredentials> {
    let (scheme, rest) = line.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = BASE64.decode(rest.trim().as_bytes()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(ClientCredentials {
        id: Some(decoded(id)),
        secret: Some(decoded(secret).into()),
    })
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(headers: &[(&str, &str)], query: &str) -> Request {
        let mut request = Request::builder()
            .uri_str(format!("/oauth/token{query}"))
            .content_type("application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.finish()
    }

    #[test]
    fn repeated_parameter_or_one_in_the_query_is_rejected() {
        for body in ["a=1&a=1", "scope=a%3Ab&scope=", "client_id=x&client%5Fid=x"] {
            let form = FormParameters::of_body(&request(&[], ""), body.as_bytes());
            assert_eq!(form.err().unwrap().code(), "invalid_request", "{body}");
        }
        for body in ["resource=a&resource=b", "audience=a&audience=b&resource=c"] {
            let error = FormParameters::of_body(&request(&[], ""), body.as_bytes());
            let error = error.err().unwrap();
            assert_eq!(error.code(), "invalid_target", "{body}");
            assert!(error.to_string().contains("one token for each"), "{error}");
        }
        let both = FormParameters::of_body(&request(&[], ""), b"resource=a&resource=b&a=1&a=1");
        assert_eq!(both.err().unwrap().code(), "invalid_request");
        assert!(FormParameters::of_body(&request(&[], "?a=1"), b"b=1").is_err());
        let json = Request::builder().content_type("application/json").finish();
        assert!(FormParameters::of_body(&json, b"{}").is_err());
    }

    #[test]
    fn scope_longer_than_any_token_is_rejected() {
        let token_request = |bytes: usize| {
            let body = format!("scope={}", "a:b+".repeat(bytes / 4));
            let form = FormParameters::of_body(&request(&[], ""), body.as_bytes());
            form.unwrap().token_request()
        };
        assert!(token_request(MAX_TOKEN_BYTES).is_ok());
        assert_eq!(
            token_request(MAX_TOKEN_BYTES + 4).err().unwrap().code(),
            "invalid_scope"
        );
    }

    #[test]
    fn header_is_decoded_and_a_second_method_is_rejected() {
        use secrecy::ExposeSecret as _;
        let line = format!("Basic {}", BASE64.encode(b"a%3Ab:c%25+d"));
        let form = FormParameters::of_body(&request(&[], ""), b"client_id=a%3Ab").unwrap();
        let credentials = form
            .credentials(&request(&[("authorization", &line)], ""))
            .unwrap();
        assert_eq!(credentials.id.as_deref(), Some("a:b"));
        assert_eq!(credentials.secret.unwrap().expose_secret(), "c% d");
        for body in ["client_secret=x", "client_id=other"] {
            let form = FormParameters::of_body(&request(&[], ""), body.as_bytes()).unwrap();
            let credentials = form.credentials(&request(&[("authorization", &line)], ""));
            assert_eq!(
                credentials.err().unwrap().code(),
                "invalid_request",
                "{body}"
            );
        }
        for odd in ["Bearer x", "Basic", "Basic ???", "Basic YQ=="] {
            let form = FormParameters::of_body(&request(&[], ""), b"").unwrap();
            let credentials = form.credentials(&request(&[("authorization", odd)], ""));
            assert!(credentials.is_err(), "{odd}");
        }
    }
}
