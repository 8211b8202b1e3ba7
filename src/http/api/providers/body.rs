//! Identity providers in responses: never a secret.

use crate::http::api::prelude::*;
use crate::model::{GroupName, Timestamp};
use crate::sign_in::providers::ProviderReport;

response! {
    /// Every provider.
    ProviderList(reports: &[ProviderReport]) {
        /// Gitea, then the others as configured.
        items: Vec<Provider> = reports.iter().map(Provider::new).collect(),
    }
}

/// Kinds of providers.
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
        /// Its fixed id.
        id: String = report.settings.id.to_string(),
        /// Its name on the sign-in page.
        name: String = report.settings.name.to_string(),
        /// Its kind.
        kind: ProviderKind = match report.settings.groups {
            None => ProviderKind::Gitea,
            Some(_) => ProviderKind::Openid,
        },
        /// The issuer as configured.
        issuer: String = report.state.issuer.clone(),
        /// Samovar's `client_id` at the provider.
        client_id: String = report.settings.client_id.clone(),
        /// The redirect URI to register at the provider.
        redirect_uri: String = report.settings.redirect_uri.to_string(),
        /// Its discovery document is reachable and has the configured issuer.
        reachable: bool = report.state.reachable,
        /// When its discovery document was last requested.
        asked_at: Option<Timestamp> = report.state.asked_at,
        /// The last error of discovery or a sign-in, and what to do.
        last_error: Option<String> = report.state.last_error.as_ref().map(|(_, error)| error.clone()),
        /// When that was.
        last_error_at: Option<Timestamp> = report.state.last_error.as_ref().map(|(at, _)| *at),
        /// Sign-out of Samovar also signs out of the provider.
        signs_out: bool = report.state.signs_out,
        /// It can notify Samovar of a sign-out.
        tells_sign_out: bool = report.state.tells_sign_out,
        /// The authentication source of Gitea for this provider: its people are the Gitea accounts of that source.
        gitea_source_id: Option<i64> = report.settings.gitea_source,
        /// People who are known at it alone; 0 for Gitea, whose people are mirrored.
        people: u32 = count(report.people),
        /// The groups of its claim; absent for Gitea, whose teams count.
        groups: Option<ProviderGroups> = report.settings.groups.as_ref().map(|groups| {
            ProviderGroups::new(groups.claim.clone(), groups.cap.map(count), report)
        }),
    }
}

response! {
    /// The groups of a claim.
    ProviderGroups(claim: String, cap: Option<u32>, report: &ProviderReport) {
        /// Name of the claim, or a JSON pointer.
        claim: String = claim,
        /// The last sign-in since the start had the claim; absent before the first.
        found: Option<bool> = report.state.groups_found,
        /// Most groups that the provider lists.
        cap: Option<u32> = cap,
        /// People whose list the provider may have cut.
        perhaps_cut: u32 = count(report.perhaps_cut),
        /// The first 500 groups, by name, as of the last sign-in of each person.
        names: Vec<ProviderGroup> = report.groups.iter().map(ProviderGroup::new).collect(),
    }
}

response! {
    /// A group of a provider: a name, which a rename can give to another group.
    ProviderGroup(group: &(GroupName, usize)) {
        /// Its name in the claim.
        name: String = group.0.to_string(),
        /// How many people are in it, of those who have signed in.
        people: u32 = count(group.1),
    }
}
