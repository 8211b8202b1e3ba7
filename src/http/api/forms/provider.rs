//! Providers out.

use super::count;
use crate::http::api::wire::provider as wire;
use crate::http::api::wire::texts::Time;
use crate::sign_in::providers::ProviderReport;

/// Shows every provider.
pub(in crate::http::api) fn show(reports: &[ProviderReport]) -> wire::ProviderList {
    wire::ProviderList {
        items: reports.iter().map(show_one).collect(),
    }
}

fn show_one(report: &ProviderReport) -> wire::Provider {
    let (settings, state) = (&report.settings, &report.state);
    let (error_at, error) = state.last_error.clone().unzip();
    wire::Provider {
        id: settings.id.to_string(),
        name: settings.name.to_string(),
        kind: match settings.groups {
            None => wire::ProviderKind::Gitea,
            Some(_) => wire::ProviderKind::Openid,
        },
        issuer: state.issuer.clone(),
        client_id: settings.client_id.clone(),
        redirect_uri: settings.redirect_uri.to_string(),
        reachable: state.reachable,
        asked_at: state.asked_at.map(Time::of),
        last_error: error,
        last_error_at: error_at.map(Time::of),
        signs_out: state.signs_out,
        tells_sign_out: state.tells_sign_out,
        gitea_source_id: settings.gitea_source,
        people: count(report.people),
        groups: settings.groups.as_ref().map(|rule| wire::ProviderGroups {
            claim: rule.claim.clone(),
            found: state.groups_found,
            cap: rule.cap.map(count),
            perhaps_cut: count(report.perhaps_cut),
            names: show_groups(report),
        }),
    }
}

fn show_groups(report: &ProviderReport) -> Vec<wire::ProviderGroup> {
    let groups = report.groups.iter();
    groups
        .map(|(name, people)| wire::ProviderGroup {
            name: name.to_string(),
            people: count(*people),
        })
        .collect()
}
