//! An answer's body, read up to a bound, and what it says.

use super::error::Kind;
use super::wire::Complaint;
use http::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

/// No list page or object of Gitea's that we ask for comes near this.
const LARGEST_BODY: usize = 8 << 20;

/// An answer read whole.
pub(super) struct Answer {
    /// `X-Total-Count`.
    pub(super) total: Option<u64>,
    json: bool,
    content_type: String,
    body: Vec<u8>,
}

impl Answer {
    /// Reads the body up to the bound.
    pub(super) async fn read(mut response: reqwest::Response) -> Result<Self, (Kind, String)> {
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
                Ok(Some(chunk)) if body.len() + chunk.len() > LARGEST_BODY => {
                    return Err((Kind::Garbage, "more than 8 MiB".to_owned()));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => return Err((Kind::Away, error.without_url().to_string())),
            }
        }
        Ok(Self {
            total,
            json: content_type.starts_with("application/json"),
            content_type,
            body,
        })
    }

    /// As this type; a page or JSON of another form is none.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, (Kind, String)> {
        if !self.json {
            let seen = format!("content type `{}`", self.content_type);
            return Err((Kind::NotGitea, seen));
        }
        serde_json::from_slice(&self.body).map_err(|error| (Kind::Garbage, error.to_string()))
    }

    /// Gitea's own words in an error, for display; empty when there are none.
    pub(super) fn complaint(&self) -> String {
        let complaint: Option<Complaint> = serde_json::from_slice(&self.body).ok();
        complaint.map_or_else(String::new, |complaint| {
            format!(
                "`{}`",
                complaint.message.chars().take(160).collect::<String>()
            )
        })
    }
}
