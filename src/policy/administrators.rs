//! Who administers Samovar: people, not role bindings.
//!
//! Pure. A binding to an empty team, to a disabled account or to a machine makes no administrator.

use super::ADMINISTRATOR;
use crate::model::{
    BindingSubject, Directory, DirectoryUser, RoleBinding, Timestamp, UserAccount, UserId,
};
use std::collections::BTreeSet;

/// How many people administer Samovar: in the directory, enabled, and with a role binding to `administrator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Administrators {
    /// Through a binding without an end date.
    pub lasting: usize,
    /// At this instant, including those with an end date.
    pub acting: usize,
}

/// Whether Samovar has administrators, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdministratorState {
    /// At least one administrator has no end date.
    Lasting,
    /// Every administrator loses the role on a date.
    Ending,
    /// There is no administrator.
    None,
}

impl Administrators {
    /// Counts the people to whom these role bindings apply at this instant.
    pub fn count<'a>(
        bindings: impl Iterator<Item = &'a RoleBinding>,
        directory: &Directory,
        now: Timestamp,
    ) -> Self {
        let (mut lasting, mut acting) = (BTreeSet::new(), BTreeSet::new());
        for binding in bindings.filter(|binding| binding.role == ADMINISTRATOR) {
            if binding.until.is_none_or(|until| now < until) {
                acting.extend(people(&binding.subject, directory));
            }
            if binding.until.is_none() {
                lasting.extend(people(&binding.subject, directory));
            }
        }
        Self {
            lasting: lasting.len(),
            acting: acting.len(),
        }
    }

    /// The state that follows from the counts.
    pub const fn state(self) -> AdministratorState {
        match self {
            Self { lasting: 1.., .. } => AdministratorState::Lasting,
            Self { acting: 1.., .. } => AdministratorState::Ending,
            _ => AdministratorState::None,
        }
    }

    /// Would the change from `self` to `next` remove the last administrator, or the last one without an end date?
    pub const fn loses_the_last(self, next: Self) -> bool {
        (self.lasting > 0 && next.lasting == 0) || (self.acting > 0 && next.acting == 0)
    }
}

/// The people of a binding subject who can sign in.
fn people(subject: &BindingSubject, directory: &Directory) -> Vec<UserId> {
    let users_with = |holds: &dyn Fn(&DirectoryUser) -> bool| -> Vec<UserId> {
        let users = directory.users.values().filter(|user| holds(user));
        users.map(|user| user.id).collect()
    };
    let mut people = match subject {
        BindingSubject::User { id } => vec![*id],
        BindingSubject::Team { id } => {
            let team = directory.teams.get(id);
            team.map_or_else(Vec::new, |team| team.members.clone())
        }
        BindingSubject::Organization { id } => users_with(&|user| user.organizations.contains(id)),
        BindingSubject::OrganizationOwners { id } => users_with(&|user| user.owner_of.contains(id)),
        BindingSubject::ProviderGroup { provider, name } => users_with(&|user| {
            let mut groups = user.groups().iter();
            groups.any(|(at, group)| at == provider && group == name)
        }),
        BindingSubject::ServiceAccount { .. } => Vec::new(),
    };
    people.retain(|id| {
        let user = directory.user(*id);
        user.is_some_and(|user| can_sign_in(user, directory))
    });
    people
}

/// A user of another provider can sign in only while that provider is configured.
fn can_sign_in(user: &DirectoryUser, directory: &Directory) -> bool {
    user.enabled
        && match &user.account {
            UserAccount::Gitea(_) => true,
            UserAccount::External(home) => directory.providers.contains(&home.provider),
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::*;
    use std::sync::Arc;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);
    const ORGANIZATION: i64 = 3;
    const TEAM: i64 = 7;

    fn user(byte: u8, enabled: bool) -> DirectoryUser {
        DirectoryUser {
            id: UserId::from_bytes([byte; 16]),
            account: UserAccount::Gitea(GiteaUserId::try_from(i64::from(byte)).unwrap()),
            login: DisplayText::lossy("ana"),
            full_name: DisplayText::lossy(""),
            email: DisplayText::lossy(""),
            enabled,
            site_administrator: false,
            teams: vec![TEAM.try_into().unwrap()],
            organizations: vec![ORGANIZATION.try_into().unwrap()],
            owner_of: vec![ORGANIZATION.try_into().unwrap()],
            freshness: Timestamp::ZERO,
        }
    }

    fn of_okta(byte: u8) -> DirectoryUser {
        let okta: ProviderId = "okta".parse().unwrap();
        DirectoryUser {
            account: UserAccount::External(ExternalUser {
                groups: vec![(okta.clone(), "admins".parse().unwrap())],
                provider: okta,
                groups_may_be_cut: false,
            }),
            teams: Vec::new(),
            organizations: Vec::new(),
            owner_of: Vec::new(),
            ..user(byte, true)
        }
    }

    fn directory(users: &[DirectoryUser]) -> Directory {
        let id = TEAM.try_into().unwrap();
        let inside = users.iter().filter(|user| user.teams.contains(&id));
        let team = DirectoryTeam {
            team: Team {
                id,
                organization: ORGANIZATION.try_into().unwrap(),
                name: DisplayText::lossy("Admins"),
                owners: false,
            },
            members: inside.map(|user| user.id).collect(),
        };
        Directory {
            users: users
                .iter()
                .map(|user| (user.id, Arc::new(user.clone())))
                .collect(),
            teams: [(id, Arc::new(team))].into(),
            providers: Arc::new(["okta".parse().unwrap()].into()),
            ..Directory::default()
        }
    }

    fn binding(subject: BindingSubject, until: Option<Timestamp>) -> RoleBinding {
        RoleBinding {
            id: RoleBindingId::from_bytes([1; 16]),
            role: ADMINISTRATOR,
            subject,
            range: Range::Everywhere,
            until,
            version: 1,
        }
    }

    fn subjects() -> Vec<BindingSubject> {
        let organization = ORGANIZATION.try_into().unwrap();
        vec![
            BindingSubject::User {
                id: UserId::from_bytes([1; 16]),
            },
            BindingSubject::Team {
                id: TEAM.try_into().unwrap(),
            },
            BindingSubject::Organization { id: organization },
            BindingSubject::OrganizationOwners { id: organization },
        ]
    }

    fn count(bindings: &[RoleBinding], directory: &Directory) -> (usize, usize) {
        let count = Administrators::count(bindings.iter(), directory, NOW);
        (count.lasting, count.acting)
    }

    #[test]
    fn enabled_people_count_through_every_kind_of_subject() {
        let here = directory(&[user(1, true)]);
        for subject in subjects() {
            let bindings = [binding(subject.clone(), None)];
            assert_eq!(count(&bindings, &here), (1, 1), "{subject:?}");
        }
        let both = [
            binding(subjects()[0].clone(), None),
            binding(subjects()[1].clone(), None),
        ];
        assert_eq!(
            count(&both, &here),
            (1, 1),
            "one person, however often bound"
        );
    }

    #[test]
    fn disabled_or_missing_people_and_machines_do_not_count() {
        for world in [directory(&[user(1, false)]), directory(&[])] {
            for subject in subjects() {
                let bindings = [binding(subject.clone(), None)];
                assert_eq!(count(&bindings, &world), (0, 0), "{subject:?}");
            }
        }
        let machine = BindingSubject::ServiceAccount {
            id: ServiceAccountId::from_bytes([1; 16]),
        };
        let here = directory(&[user(1, true)]);
        assert_eq!(count(&[binding(machine, None)], &here), (0, 0));
    }

    #[test]
    fn binding_with_an_end_counts_until_then_and_never_as_lasting() {
        let here = directory(&[user(1, true)]);
        let until = |seconds| Some(Timestamp::from_seconds(seconds));
        let subject = || subjects()[0].clone();
        assert_eq!(count(&[binding(subject(), until(1_001))], &here), (0, 1));
        assert_eq!(count(&[binding(subject(), until(1_000))], &here), (0, 0));
    }

    #[test]
    fn people_of_a_removed_provider_do_not_count() {
        let group = BindingSubject::ProviderGroup {
            provider: "okta".parse().unwrap(),
            name: "admins".parse().unwrap(),
        };
        let mut here = directory(&[of_okta(1)]);
        let bindings = [binding(group, None)];
        assert_eq!(count(&bindings, &here), (1, 1));
        here.providers = Arc::default();
        assert_eq!(count(&bindings, &here), (0, 0));
    }

    #[test]
    fn other_roles_make_no_administrator() {
        let here = directory(&[user(1, true)]);
        let other = RoleBinding {
            role: crate::policy::AUDITOR,
            ..binding(subjects()[0].clone(), None)
        };
        assert_eq!(count(&[other], &here), (0, 0));
    }

    #[test]
    fn only_losing_the_last_administrator_counts_as_loss() {
        let of = |lasting, acting| Administrators { lasting, acting };
        assert!(of(1, 1).loses_the_last(of(0, 1)) && of(0, 1).loses_the_last(of(0, 0)));
        assert!(!of(2, 2).loses_the_last(of(1, 1)) && !of(0, 2).loses_the_last(of(0, 1)));
        assert!(
            !of(0, 0).loses_the_last(of(0, 0)),
            "Gitea took the last one before"
        );
        assert_eq!(of(1, 2).state(), AdministratorState::Lasting);
        assert_eq!(of(0, 2).state(), AdministratorState::Ending);
        assert_eq!(of(0, 0).state(), AdministratorState::None);
    }
}
