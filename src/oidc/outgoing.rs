//! The one way out: bounded in size and time, no redirects, to the inner address where there is one.

use super::OidcError;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use url::Url;

/// Largest answer that is read, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Sends what `openidconnect` asks for.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub http: reqwest::Client,
    /// Public address and the inner one that calls go to.
    pub inner: Option<(Url, Url)>,
}

impl Outgoing {
    /// Sends a request and reads the whole answer.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OidcError> {
        let (parts, body) = request.into_parts();
        let asked = parts.uri.to_string();
        let url = self.target(&asked)?;
        let away = |_: reqwest::Error| OidcError::Away(origin(&asked));
        let sending = self
            .http
            .request(parts.method, url)
            .headers(parts.headers)
            .body(body);
        let mut answer = sending.send().await.map_err(away)?;
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        while let Some(chunk) = answer.chunk().await.map_err(away)? {
            if response.body().len() + chunk.len() > LARGEST {
                return Err(OidcError::Garbage(
                    origin(&asked),
                    "an answer larger than 1 MiB".to_owned(),
                ));
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }

    /// The inner address for a public one; another origin's address stays what it is.
    fn target(&self, asked: &str) -> Result<Url, OidcError> {
        let wrong = || OidcError::Garbage(origin(asked), "an address that is none".to_owned());
        let inner = self.inner.as_ref().and_then(|(public, inner)| {
            let rest = asked.strip_prefix(public.as_str().trim_end_matches('/'))?;
            rest.starts_with('/')
                .then(|| format!("{}{rest}", inner.as_str().trim_end_matches('/')))
        });
        Url::parse(inner.as_deref().unwrap_or(asked)).map_err(|_| wrong())
    }
}

impl<'c> AsyncHttpClient<'c> for Outgoing {
    type Error = OidcError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OidcError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// The same, and keeps the answer as it came: the library tells only its own reading of one.
pub(super) struct Keeping<'a> {
    outgoing: &'a Outgoing,
    body: Mutex<Vec<u8>>,
}

impl<'a> Keeping<'a> {
    pub(super) fn new(outgoing: &'a Outgoing) -> Self {
        Self {
            outgoing,
            body: Mutex::default(),
        }
    }

    /// The last answer's body.
    pub(super) fn body(self) -> Vec<u8> {
        self.body
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OidcError> {
        let answer = self.outgoing.send(request).await?;
        let body = answer.body().clone();
        *self.body.lock().unwrap_or_else(PoisonError::into_inner) = body;
        Ok(answer)
    }
}

impl<'c> AsyncHttpClient<'c> for Keeping<'_> {
    type Error = OidcError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OidcError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Scheme, host and port: never a path or a query, which may hold secrets.
fn origin(address: &str) -> String {
    Url::parse(address).map_or_else(
        |_| "the provider".to_owned(),
        |url| url.origin().ascii_serialization(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_go_to_the_inner_address_under_the_same_path_and_nowhere_else() {
        let outgoing = Outgoing {
            http: reqwest::Client::builder().build().unwrap(),
            inner: Some((
                "https://git.example.com/sub".parse().unwrap(),
                "http://10.0.0.7:3000/sub/".parse().unwrap(),
            )),
        };
        let target = |asked: &str| outgoing.target(asked).unwrap().to_string();
        assert_eq!(
            target("https://git.example.com/sub/login/oauth/keys"),
            "http://10.0.0.7:3000/sub/login/oauth/keys"
        );
        for other in [
            "https://git.example.com/subway",
            "https://evil.example/sub/x",
        ] {
            assert_eq!(target(other), other);
        }
    }
}
