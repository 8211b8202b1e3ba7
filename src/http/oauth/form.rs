//! Parameters of a form or a query, and the proof of the client (RFC 6749 sections 2.3.1 and 3.2).
//!
//! A parameter that stands twice, or in the query of a POST, makes the request invalid; a target may stand twice, and no
//! token is for two. One way to prove who asks, never two.

use crate::http::{Problem, ProblemCode};
use crate::model::Scope;
use crate::oauth::{ClientCredentials, ConsentDecision, OAuthError, TokenRequest};
use crate::token::LONGEST_TOKEN;
use data_encoding::BASE64;
use poem::Request;
use poem::http::header;
use secrecy::SecretString;
use std::collections::{BTreeMap, BTreeSet};
use url::form_urlencoded;

/// Each parameter once; an empty one is none (RFC 6749 section 3.1).
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Of a POST: `application/x-www-form-urlencoded` in the body.
    pub(super) fn of_body(request: &Request, body: &[u8]) -> Result<Self, OAuthError> {
        if !is_of_type(request, "application/x-www-form-urlencoded") {
            let sentence = "send the parameters in the body as `application/x-www-form-urlencoded`";
            return Err(invalid(sentence));
        }
        if request.uri().query().is_some() {
            return Err(invalid(
                "send the parameters in the body, and none in the address",
            ));
        }
        Self::read(body)
    }

    /// Where nothing is sent in a form.
    pub(super) const fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Of an address.
    pub(super) fn of_query(request: &Request) -> Result<Self, OAuthError> {
        Self::read(request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The same, with what is wrong beside it: whoever stands once can be told so. What stands twice is left out.
    pub(super) fn of_query_with_error(request: &Request) -> (Self, Option<OAuthError>) {
        let query = request.uri().query().unwrap_or_default();
        Self::sort(query.as_bytes())
    }

    /// Of a page of ours, which keeps the address that led to it.
    pub(super) fn of_page(body: &[u8]) -> Result<Self, OAuthError> {
        Self::read(body)
    }

    fn read(text: &[u8]) -> Result<Self, OAuthError> {
        match Self::sort(text) {
            (form, None) => Ok(form),
            (_, Some(error)) => Err(error),
        }
    }

    fn sort(text: &[u8]) -> (Self, Option<OAuthError>) {
        let (mut form, mut twice) = (BTreeMap::new(), BTreeSet::new());
        for (name, value) in form_urlencoded::parse(text) {
            if form.insert(name.to_string(), value.to_string()).is_some() {
                twice.insert(name.to_string());
            }
        }
        form.retain(|name, value| !value.is_empty() && !twice.contains(name));
        (Self(form), repeated(&twice))
    }

    /// A person's answer on a page of ours, with the words that it showed; none when there is none yet.
    pub(super) fn said(&self) -> Result<Option<ConsentDecision>, Problem> {
        let error = || {
            let detail = "send the form of the page as it is";
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

    /// The same, owned.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// The value of a parameter that must be there.
    pub(super) fn must(&self, name: &str) -> Result<&str, OAuthError> {
        let missing = || OAuthError::RequestInvalid(format!("`{name}` is missing; send it"));
        self.get(name).ok_or_else(missing)
    }

    /// Scope and target.
    pub(super) fn wanted(&self) -> Result<TokenRequest, OAuthError> {
        let asked = self.get("scope");
        if asked.is_some_and(|scope| scope.len() > LONGEST_TOKEN) {
            let sentence = "the scope is longer than any token; ask for less";
            return Err(OAuthError::ScopeInvalid(sentence.to_owned()));
        }
        let scope = asked.map(str::parse::<Scope>).transpose();
        Ok(TokenRequest {
            audience: self.text("audience"),
            resource: self.text("resource"),
            scope: scope.map_err(|invalid| OAuthError::ScopeInvalid(invalid.0))?,
        })
    }

    /// Who asks: in the header or in the body, never in both.
    pub(super) fn proof(&self, request: &Request) -> Result<ClientCredentials, OAuthError> {
        let mut lines = request.headers().get_all(header::AUTHORIZATION).iter();
        let Some(line) = lines.next() else {
            return Ok(ClientCredentials {
                id: self.text("client_id"),
                secret: self.text("client_secret").map(SecretString::from),
            });
        };
        let twice = lines.next().is_some() || self.get("client_secret").is_some();
        let proof = line.to_str().ok().and_then(basic).filter(|_| !twice);
        let proof = proof.ok_or_else(|| {
            invalid("prove who you are in one way: `Authorization: Basic`, or `client_id` and `client_secret` in the body")
        })?;
        match self.get("client_id") {
            Some(id) if Some(id) != proof.id.as_deref() => Err(invalid(
                "`client_id` differs from the one in `Authorization`",
            )),
            _ => Ok(proof),
        }
    }
}

/// Is the body said to be of this media type, with any parameters?
pub(super) fn is_of_type(request: &Request, media_type: &str) -> bool {
    let said = request.content_type().unwrap_or_default();
    let said = said.split(';').next().unwrap_or_default().trim();
    said.eq_ignore_ascii_case(media_type)
}

/// What is wrong when these parameters stand twice. Targets may (RFC 8707 section 2, RFC 8693 section 2.1).
fn repeated(twice: &BTreeSet<String>) -> Option<OAuthError> {
    if twice.is_empty() {
        return None;
    }
    let targets = ["resource", "audience"];
    if !twice.iter().all(|name| targets.contains(&name.as_str())) {
        return Some(invalid("a parameter stands twice; send each once"));
    }
    let sentence = "a token is for one target; ask for one token for each `resource` or `audience`";
    Some(OAuthError::TargetInvalid(sentence.to_owned()))
}

fn invalid(sentence: &str) -> OAuthError {
    OAuthError::RequestInvalid(sentence.to_owned())
}

/// Id and secret, each form-encoded before they were joined (RFC 6749 section 2.3.1).
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
    fn a_parameter_that_stands_twice_or_in_the_address_is_refused() {
        for body in ["a=1&a=1", "scope=a%3Ab&scope=", "client_id=x&client%5Fid=x"] {
            let form = Form::of_body(&request(&[], ""), body.as_bytes());
            assert_eq!(form.err().unwrap().code(), "invalid_request", "{body}");
        }
        for body in ["resource=a&resource=b", "audience=a&audience=b&resource=c"] {
            let error = Form::of_body(&request(&[], ""), body.as_bytes());
            let error = error.err().unwrap();
            assert_eq!(error.code(), "invalid_target", "{body}");
            assert!(error.to_string().contains("one token for each"), "{error}");
        }
        let both = Form::of_body(&request(&[], ""), b"resource=a&resource=b&a=1&a=1");
        assert_eq!(both.err().unwrap().code(), "invalid_request");
        assert!(Form::of_body(&request(&[], "?a=1"), b"b=1").is_err());
        let json = Request::builder().content_type("application/json").finish();
        assert!(Form::of_body(&json, b"{}").is_err());
    }

    #[test]
    fn a_scope_that_no_token_holds_is_kept_nowhere() {
        let wanted = |bytes: usize| {
            let body = format!("scope={}", "a:b+".repeat(bytes / 4));
            let form = Form::of_body(&request(&[], ""), body.as_bytes());
            form.unwrap().wanted()
        };
        assert!(wanted(LONGEST_TOKEN).is_ok());
        assert_eq!(
            wanted(LONGEST_TOKEN + 4).err().unwrap().code(),
            "invalid_scope"
        );
    }

    #[test]
    fn id_and_secret_in_the_header_are_decoded_and_a_second_way_is_refused() {
        use secrecy::ExposeSecret as _;
        let line = format!("Basic {}", BASE64.encode(b"a%3Ab:c%25+d"));
        let form = Form::of_body(&request(&[], ""), b"client_id=a%3Ab").unwrap();
        let proof = form
            .proof(&request(&[("authorization", &line)], ""))
            .unwrap();
        assert_eq!(proof.id.as_deref(), Some("a:b"));
        assert_eq!(proof.secret.unwrap().expose_secret(), "c% d");
        for body in ["client_secret=x", "client_id=other"] {
            let form = Form::of_body(&request(&[], ""), body.as_bytes()).unwrap();
            let proof = form.proof(&request(&[("authorization", &line)], ""));
            assert_eq!(proof.err().unwrap().code(), "invalid_request", "{body}");
        }
        for odd in ["Bearer x", "Basic", "Basic ???", "Basic YQ=="] {
            let form = Form::of_body(&request(&[], ""), b"").unwrap();
            let proof = form.proof(&request(&[("authorization", odd)], ""));
            assert!(proof.is_err(), "{odd}");
        }
    }
}
