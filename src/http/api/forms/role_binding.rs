//! Role bindings in and out.

use super::directory::show_user;
use super::names::Names;
use super::{Errors, count};
use crate::admin::{Impact, RoleBindingDraft};
use crate::http::Problem;
use crate::http::api::wire::texts::{GroupName, Id, Name, RepositoryGlob, Time};
use crate::http::api::wire::{Named, role_binding as wire};
use crate::model::{
    BindingSubject, ParseError, Principal, Range, RoleBinding, RoleBindingId, ServiceAccountId,
    UserId,
};

/// People that an impact names one by one.
const SHOWN: usize = 200;

/// Reads a draft, with `pointer` before every place that is wrong.
pub(in crate::http::api) fn read_at(
    errors: &mut Errors,
    pointer: &str,
    draft: &wire::RoleBindingDraft,
) -> Option<RoleBindingDraft> {
    let role = errors.read(format_args!("{pointer}/role"), &draft.role);
    let subject = read_subject(errors, &format!("{pointer}/subject"), &draft.subject);
    let range = read_range(errors, &format!("{pointer}/range"), &draft.range);
    let until = draft.until.as_deref();
    let until = until.map(|until| errors.read(format_args!("{pointer}/until"), until));
    Some(RoleBindingDraft {
        role: role?,
        subject: subject?,
        range: range?,
        until: until.flatten(),
    })
}

/// Reads a draft.
pub(in crate::http::api) fn read(
    draft: &wire::RoleBindingDraft,
) -> Result<RoleBindingDraft, Problem> {
    let mut errors = Errors::default();
    let draft = read_at(&mut errors, "", draft);
    errors.unless_any(draft)
}

/// Reads a question about a change: what it replaces, and what it is to be.
pub(in crate::http::api) fn read_question(
    question: &wire::ImpactQuestion,
) -> Result<(Option<RoleBindingId>, Option<RoleBindingDraft>), Problem> {
    let mut errors = Errors::default();
    let replaced = question.role_binding.as_deref();
    let replaced = replaced.map(|id| errors.read("/role_binding", id));
    let draft = question.draft.as_ref();
    let draft = draft.map(|draft| read_at(&mut errors, "/draft", draft));
    if replaced.is_none() && draft.is_none() {
        errors.note("", "name a `role_binding`, a `draft`, or both");
    }
    errors.unless_any(Some((replaced.flatten(), draft.flatten())))
}

fn read_subject(errors: &mut Errors, at: &str, subject: &wire::Subject) -> Option<BindingSubject> {
    let id = format!("{at}/id");
    Some(match subject {
        wire::Subject::Organization(subject) => BindingSubject::Organization {
            id: number(errors, &id, subject.id)?,
        },
        wire::Subject::OrganizationOwners(subject) => BindingSubject::OrganizationOwners {
            id: number(errors, &id, subject.id)?,
        },
        wire::Subject::Team(subject) => BindingSubject::Team {
            id: number(errors, &id, subject.id)?,
        },
        wire::Subject::User(subject) => BindingSubject::User {
            id: errors.read(id, &subject.id)?,
        },
        wire::Subject::ServiceAccount(subject) => BindingSubject::ServiceAccount {
            id: errors.read(id, &subject.id)?,
        },
        wire::Subject::ProviderGroup(subject) => {
            let provider = errors.read(format_args!("{at}/provider"), &subject.provider);
            let name = errors.read(format_args!("{at}/name"), &subject.name);
            BindingSubject::ProviderGroup {
                provider: provider?,
                name: name?,
            }
        }
    })
}

fn read_range(errors: &mut Errors, at: &str, range: &wire::Range) -> Option<Range> {
    Some(match range {
        wire::Range::Everywhere(_) => Range::Everywhere,
        wire::Range::Application(range) => Range::Application {
            id: errors.read(format_args!("{at}/id"), &range.id)?,
        },
        wire::Range::Repositories(range) => {
            let organization = number(errors, &format!("{at}/organization"), range.organization);
            let glob = errors.read(format_args!("{at}/repositories"), &range.repositories);
            Range::Repositories {
                organization: organization?,
                repositories: glob?,
            }
        }
    })
}

fn number<T: TryFrom<i64, Error = ParseError>>(
    errors: &mut Errors,
    at: &str,
    number: i64,
) -> Option<T> {
    errors.keep(at, T::try_from(number))
}

/// Shows a role binding with the present names of what it speaks of.
pub(in crate::http::api) fn show(binding: &RoleBinding, names: Names<'_>) -> wire::RoleBinding {
    let subject_name = names.subject(&binding.subject);
    wire::RoleBinding {
        id: Id::of(binding.id),
        role: names.role(binding.role),
        subject: show_subject(&binding.subject),
        subject_gone: subject_name.is_none(),
        subject_name,
        warning: warning(&binding.subject),
        range: show_range(&binding.range),
        range_name: names.range(&binding.range),
        until: binding.until.map(Time::of),
        version: binding.version,
    }
}

/// Gitea's organizations and teams are known by number; what other providers call a group can be given to another one.
fn warning(subject: &BindingSubject) -> Option<String> {
    let by_name = matches!(subject, BindingSubject::ProviderGroup { .. });
    by_name.then(|| "by name: can be taken over by a rename".to_owned())
}

/// Shows whose access would change.
pub(in crate::http::api) fn show_impact(impact: &Impact, names: Names<'_>) -> wire::Impact {
    let people = |ids: &[UserId]| {
        let known = ids.iter().filter_map(|id| names.directory.user(*id));
        let mut known: Vec<_> = known.collect();
        known.sort_by_key(|user| user.login.as_str());
        known
            .into_iter()
            .take(SHOWN)
            .map(|user| show_user(user))
            .collect()
    };
    let accounts = |ids: &[ServiceAccountId]| {
        let shown = ids.iter().map(|id| Named {
            id: Id::of(*id),
            name: names.login(Principal::ServiceAccount(*id)),
        });
        let mut shown: Vec<_> = shown.collect();
        shown.sort_by(|one: &Named, other| one.name.cmp(&other.name));
        shown
    };
    wire::Impact {
        gain_count: count(impact.gain.len()),
        gain: people(&impact.gain),
        lose_count: count(impact.lose.len()),
        lose: people(&impact.lose),
        gain_service_accounts: accounts(&impact.gaining_accounts),
        lose_service_accounts: accounts(&impact.losing_accounts),
    }
}

/// In which members the role binding that there is differs from what was sent.
pub(in crate::http::api) fn changed(
    sent: &RoleBindingDraft,
    present: &RoleBinding,
) -> Vec<&'static str> {
    let differs = [
        ("role", sent.role != present.role),
        ("subject", sent.subject != present.subject),
        ("range", sent.range != present.range),
        ("until", sent.until != present.until),
    ];
    super::those(&differs)
}

/// Shows a binding's subject.
pub(in crate::http::api) fn show_subject(subject: &BindingSubject) -> wire::Subject {
    match subject {
        BindingSubject::Organization { id } => {
            wire::Subject::Organization(wire::OrganizationSubject { id: id.get() })
        }
        BindingSubject::OrganizationOwners { id } => {
            wire::Subject::OrganizationOwners(wire::OrganizationOwnersSubject { id: id.get() })
        }
        BindingSubject::Team { id } => wire::Subject::Team(wire::TeamSubject { id: id.get() }),
        BindingSubject::ProviderGroup { provider, name } => {
            wire::Subject::ProviderGroup(wire::ProviderGroupSubject {
                provider: Name::of(provider),
                name: GroupName::of(name),
            })
        }
        BindingSubject::User { id } => wire::Subject::User(wire::UserSubject { id: Id::of(id) }),
        BindingSubject::ServiceAccount { id } => {
            wire::Subject::ServiceAccount(wire::ServiceAccountSubject { id: Id::of(id) })
        }
    }
}

fn show_range(range: &Range) -> wire::Range {
    match range {
        Range::Everywhere => wire::Range::Everywhere(wire::EverywhereRange {}),
        Range::Application { id } => {
            wire::Range::Application(wire::ApplicationRange { id: Id::of(id) })
        }
        Range::Repositories {
            organization,
            repositories,
        } => wire::Range::Repositories(wire::RepositoriesRange {
            organization: organization.get(),
            repositories: RepositoryGlob::of(repositories),
        }),
    }
}
