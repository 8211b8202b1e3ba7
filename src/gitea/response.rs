//! A response of Gitea, read up to a size limit, and its decoding.

use super::dto::ErrorDto;
use super::error_kind::GiteaErrorKind;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

/// Well above the size of any list page or object that Samovar requests.
const MAX_BODY_BYTES: usize = 8 << 20;

/// A response with its whole body.
pub(super) struct GiteaResponse {
    /// `X-Total-Count`.
    pub(super) total: Option<u64>,
    content_type: String,
    body: Vec<u8>,
}

impl GiteaResponse {
    pub(super) async fn read(
        mut response: reqwest::Response,
    ) -> Result<Self, (GiteaErrorKind, String)> {
        let header = |name: &str| {
            let value = response.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let content_type = header(CONTENT_TYPE.as_str()).unwrap_or_default();
        let total = header("x-total-count").and_then(|total| total.parse().ok());
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > MAX_BODY_BYTES => {
                    let detail = "more than 8 MiB".to_owned();
                    return Err((GiteaErrorKind::Unreadable, detail));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => {
                    let detail = error.without_url().to_string();
                    return Err((GiteaErrorKind::Unavailable, detail));
                }
            }
        }
        Ok(Self {
            total,
            content_type,
            body,
        })
    }

    /// Decodes the JSON body. Another content type means that another server answered.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, (GiteaErrorKind, String)> {
        if !self.content_type.starts_with("application/json") {
            let detail = format!("content type `{}`", self.content_type);
            return Err((GiteaErrorKind::NotGitea, detail));
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| (GiteaErrorKind::Unreadable, error.to_string()))
    }

    /// The message of Gitea's error object, for display; empty without one.
    pub(super) fn error_message(&self) -> String {
        let error: Option<ErrorDto> = serde_json::from_slice(&self.body).ok();
        error.map_or_else(String::new, |error| {
            format!("`{}`", error.message.chars().take(160).collect::<String>())
        })
    }
}
