//! Identity providers in responses.
//!
//! May read the state of the providers. Must never show a client secret.

use crate::http::api::prelude::*;
use crate::model::{GroupName, Timestamp};
use crate::sign_in::providers::ProviderReport;

response! {
    /// The identity providers.
    ProviderList(reports: &[ProviderReport]) {
        /// Gitea, then the other providers in the order of the configuration.
        items: Vec<Provider> = reports.iter().map(Provider::new).collect(),
    }
}

/// The kind of an identity provider.
#[derive(Enum)]
#[oai(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// The Gitea server itself.
    Gitea,
    /// Another OpenID provider.
    Openid,
}

response! {
    /// An identity provider.
    Provider(report: &ProviderReport) {
        /// The configured id of the provider.
        id: String = report.settings.id.to_string(),
        /// The name of the provider on the sign-in page.
        name: String = report.settings.name.to_string(),
        /// The kind of the provider.
        kind: ProviderKind = match report.settings.groups {
            None => ProviderKind::Gitea,
            Some(_) => ProviderKind::Openid,
        },
        /// The configured issuer.
        issuer: String = report.state.issuer.clone(),
        /// Samovar's `client_id` at the provider.
        client_id: String = report.settings.client_id.clone(),
        /// The redirect URI to register at the provider.
        redirect_uri: String = report.settings.redirect_uri.to_string(),
        /// True if the discovery document is reachable and has the configured issuer.
        reachable: bool = report.state.reachable,
        /// When the discovery document was last requested; absent before the first request.
        asked_at: Option<Timestamp> = report.state.asked_at,
        /// The last error of discovery or a sign-in, and what to do about it; absent if there was none.
        last_error: Option<String> = report.state.last_error.as_ref().map(|(_, error)| error.clone()),
        /// When the last error happened; absent if there was none.
        last_error_at: Option<Timestamp> = report.state.last_error.as_ref().map(|(at, _)| *at),
        /// True if a sign-out from Samovar also ends the session at the provider.
        signs_out: bool = report.state.signs_out,
        /// True if the provider can notify Samovar of a sign-out (OpenID Connect Back-Channel Logout).
        tells_sign_out: bool = report.state.tells_sign_out,
        /// The id of Gitea's authentication source for the provider, whose users are the Gitea accounts of that source;
        /// absent if none is configured.
        gitea_source_id: Option<i64> = report.settings.gitea_source,
        /// The number of users with an account at this provider and none at Gitea; 0 for Gitea itself.
        people: u32 = count(report.people),
        /// The groups of the provider; absent for Gitea, which has teams instead.
        groups: Option<ProviderGroups> = report.settings.groups.as_ref().map(|groups| {
            ProviderGroups::new(groups.claim.clone(), groups.cap.map(count), report)
        }),
    }
}

response! {
    /// The groups in a claim of a provider.
    ProviderGroups(claim: String, cap: Option<u32>, report: &ProviderReport) {
        /// The name of the claim, or a JSON pointer to it (RFC 6901).
        claim: String = claim,
        /// True if the last sign-in had the claim; absent until the first sign-in after the server started.
        found: Option<bool> = report.state.groups_found,
        /// The configured maximum number of groups that the provider lists; absent if none is configured.
        cap: Option<u32> = cap,
        /// The number of users for whom the provider may have omitted groups.
        perhaps_cut: u32 = count(report.perhaps_cut),
        /// The first 500 groups, in the order of their names, as of the last sign-in of each user.
        names: Vec<ProviderGroup> = report.groups.iter().map(ProviderGroup::new).collect(),
    }
}

response! {
    /// A group of a provider, identified by its name: after a rename, another group can have the name.
    ProviderGroup(group: &(GroupName, usize)) {
        /// The name of the group in the claim.
        name: String = group.0.to_string(),
        /// The number of users in the group, among those who have signed in.
        people: u32 = count(group.1),
    }
}
