//! The state of a provider, for administrators.

use super::OidcProvider;
use crate::model::Timestamp;
use std::time::Duration;

/// The state is read from the provider again when it is older.
const STATE_LIFETIME: Duration = Duration::from_secs(60);

/// The state of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderState {
    /// The configured issuer.
    pub issuer: String,
    /// The provider answers with valid metadata.
    pub reachable: bool,
    /// When the metadata was last requested.
    pub asked_at: Option<Timestamp>,
    /// The last error of discovery, or of a sign-in that the person did not cause.
    pub last_error: Option<(Timestamp, String)>,
    /// Sign-out here also ends the session at the provider.
    pub signs_out: bool,
    /// The provider sends logout tokens.
    pub tells_sign_out: bool,
    /// The last sign-in had the groups claim; `None` before the first.
    pub groups_found: Option<bool>,
}

impl OidcProvider {
    /// The state, with metadata that is at most a minute old.
    pub async fn state(&self) -> ProviderState {
        let metadata = self.discovery.younger_than(STATE_LIFETIME).await.ok();
        let discovery = self.discovery.status();
        let error = discovery.error.zip(discovery.at);
        let error = error.map(|(error, at)| (at, error.to_string()));
        let sign_in = self.sign_in_status().clone();
        let additional = metadata
            .as_ref()
            .map(|metadata| metadata.additional_metadata());
        ProviderState {
            issuer: self.discovery.issuer(),
            reachable: metadata.is_some(),
            asked_at: discovery.at,
            last_error: error.max(sign_in.error),
            signs_out: additional.is_some_and(|members| members.end_session_endpoint.is_some()),
            tells_sign_out: additional.is_some_and(|members| members.backchannel_logout_supported),
            groups_found: sign_in.groups_found,
        }
    }
}
