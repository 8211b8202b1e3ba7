//! Every request to providers and issuers: bounded in size and time, without redirects, to the internal address if set.

use super::OidcError;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use url::Url;

/// Largest response body that is read.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Sends requests, those of `openidconnect` included.
#[derive(Debug, Clone)]
pub(super) struct HttpClient {
    pub http: reqwest::Client,
    /// The public address, and the internal one that replaces it in requests.
    pub inner: Option<(Url, Url)>,
}

impl HttpClient {
    /// Sends a request and reads the whole response.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OidcError> {
        let (parts, body) = request.into_parts();
        let address = parts.uri.to_string();
        let url = self.target(&address)?;
        let unreachable = |_: reqwest::Error| OidcError::Unreachable(origin(&address));
        let request = self
            .http
            .request(parts.method, url)
            .headers(parts.headers)
            .body(body);
        let mut received = request.send().await.map_err(unreachable)?;
        let mut response = HttpResponse::new(Vec::new());
        *response.status_mut() = received.status();
        *response.headers_mut() = received.headers().clone();
        while let Some(chunk) = received.chunk().await.map_err(unreachable)? {
            if response.body().len() + chunk.len() > MAX_BODY_BYTES {
                let what = "a response larger than 1 MiB".to_owned();
                return Err(OidcError::InvalidResponse(origin(&address), what));
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }

    /// The internal address for a public one; the address of another origin is unchanged.
    fn target(&self, address: &str) -> Result<Url, OidcError> {
        let invalid = |_| OidcError::InvalidResponse(origin(address), "invalid address".to_owned());
        let inner = self.inner.as_ref().and_then(|(public, inner)| {
            let rest = address.strip_prefix(public.as_str().trim_end_matches('/'))?;
            rest.starts_with('/')
                .then(|| format!("{}{rest}", inner.as_str().trim_end_matches('/')))
        });
        Url::parse(inner.as_deref().unwrap_or(address)).map_err(invalid)
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = OidcError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OidcError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Also keeps the body of the last response, of which the library returns only its own types.
pub(super) struct RecordingHttpClient<'a> {
    http: &'a HttpClient,
    body: Mutex<Vec<u8>>,
}

impl<'a> RecordingHttpClient<'a> {
    pub(super) fn new(http: &'a HttpClient) -> Self {
        Self {
            http,
            body: Mutex::default(),
        }
    }

    /// The body of the last response.
    pub(super) fn body(self) -> Vec<u8> {
        self.body
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OidcError> {
        let response = self.http.send(request).await?;
        let body = response.body().clone();
        *self.body.lock().unwrap_or_else(PoisonError::into_inner) = body;
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for RecordingHttpClient<'_> {
    type Error = OidcError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OidcError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Scheme, host and port, without path and query, which may contain secrets.
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
    fn only_requests_to_the_public_address_go_to_the_internal_one() {
        let http = HttpClient {
            http: reqwest::Client::builder().build().unwrap(),
            inner: Some((
                "https://git.example.com/sub".parse().unwrap(),
                "http://10.0.0.7:3000/sub/".parse().unwrap(),
            )),
        };
        let target = |address: &str| http.target(address).unwrap().to_string();
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
