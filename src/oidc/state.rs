//! How well a provider is got on with, for whoever looks after Samovar.

use super::Provider;
use crate::model::Timestamp;
use std::time::Duration;

/// An answer that is younger tells whether the provider is there.
const YOUNG: Duration = Duration::from_secs(60);

/// The state of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderState {
    /// The issuer as configured.
    pub issuer: String,
    /// It answers, and as the one that is configured.
    pub reachable: bool,
    /// When it was last asked about itself.
    pub asked_at: Option<Timestamp>,
    /// What went wrong last, and when: with discovery, or with a sign-in for a reason that is not the person's.
    pub last_error: Option<(Timestamp, String)>,
    /// Somebody who signs out here is signed out there as well.
    pub signs_out: bool,
    /// It says when a person signs out there.
    pub tells_sign_out: bool,
    /// The last sign-in had the groups claim; `None` before the first.
    pub groups_found: Option<bool>,
}

impl Provider {
    /// Asks the provider about itself unless that was done a moment ago.
    pub async fn state(&self) -> ProviderState {
        let read = self.discovery.younger_than(YOUNG).await.ok();
        let noted = self.discovery.noted();
        let of_discovery = noted.error.zip(noted.at);
        let of_discovery = of_discovery.map(|(error, at)| (at, error.to_string()));
        let of_sign_in = self.last_error();
        let beside = read.as_ref().map(|metadata| metadata.additional_metadata());
        ProviderState {
            issuer: self.discovery.issuer(),
            reachable: read.is_some(),
            asked_at: noted.at,
            last_error: of_discovery.max(of_sign_in),
            signs_out: beside.is_some_and(|beside| beside.end_session_endpoint.is_some()),
            tells_sign_out: beside.is_some_and(|beside| beside.backchannel_logout_supported),
            groups_found: self.groups_found(),
        }
    }
}
