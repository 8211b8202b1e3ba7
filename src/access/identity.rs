//! Identity headers: who calls, in the words that an application behind a proxy reads.
//!
//! Everything is visible ASCII by one reversible encoding: percent-encoded UTF-8, `,` between entries, a comma inside a
//! name encoded. No decision may depend on what fits into a header.

use super::facts::Known;
use crate::model::{
    Application, ApplicationId, BindingSubject, Directory, DirectoryUser, DisplayText,
    IdentityHeader, Name, OrganizationId, Principal, TeamId, Timestamp,
};
use crate::policy::{Holdings, Policy};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is encoded beside all that is not ASCII: what separates, what escapes, and blanks.
const ENCODED: AsciiSet = CONTROLS.add(b' ').add(b'%').add(b',');

/// Most bytes of all header values together (design section 10).
const LONGEST: usize = 4 * 1024;

/// Stands last in a list that did not fit; no organization, team or role is spelled so.
const CUT: &str = "...";

/// Who calls, as an application reads it: every header that the application chose, empty if unknown; in the order of
/// [`IdentityHeader::ALL`].
pub type IdentityHeaders = Arc<[(IdentityHeader, String)]>;

/// Identities that are remembered at a time; beyond it all are made anew.
const REMEMBERED: usize = 20_000;

/// Identity headers of those who came lately. A memory of a pure function: an entry counts only for the very policy,
/// directory and name that it was made from, and until the next role binding ends.
#[derive(Default)]
pub(super) struct Identities(Mutex<HashMap<(Principal, ApplicationId), Remembered>>);

struct Remembered {
    versions: (u64, u64),
    /// Of a service account, which the directory does not know.
    name: Option<Name>,
    until: Option<Timestamp>,
    headers: IdentityHeaders,
}

impl Identities {
    /// The headers for somebody known, or for nobody.
    pub(super) fn headers(&self, sources: &Sources<'_>, known: Option<&Known>) -> IdentityHeaders {
        let Some(known) = known else {
            return sources.headers(None);
        };
        let key = (known.principal, sources.application.id);
        let versions = (sources.policy.version(), sources.directory.version);
        let name = known.machine.as_ref().map(|(name, _)| name);
        if let Some(entry) = self.lock().get(&key)
            && entry.versions == versions
            && entry.name.as_ref() == name
            && entry.until.is_none_or(|until| sources.now < until)
        {
            return Arc::clone(&entry.headers);
        }
        // Made of the very directory that the entry names: what is known of the caller may be a moment older.
        let user = match known.principal {
            Principal::User(id) => sources.directory.user(id).cloned(),
            _ => None,
        };
        let principal = known.principal;
        let headers = sources.headers(Some(&Known {
            machine: known.machine.clone(),
            ..Known::unlimited(principal, user)
        }));
        let entry = Remembered {
            versions,
            name: name.cloned(),
            until: sources.policy.next_end(sources.now),
            headers: Arc::clone(&headers),
        };
        let mut all = self.lock();
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(key, entry);
        headers
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(Principal, ApplicationId), Remembered>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What identity headers are made of.
pub(super) struct Sources<'a> {
    pub policy: &'a Policy,
    pub directory: &'a Directory,
    pub application: &'a Application,
    pub now: Timestamp,
}

impl Sources<'_> {
    /// The headers for somebody known, or for nobody.
    fn headers(&self, known: Option<&Known>) -> IdentityHeaders {
        let mut room = LONGEST;
        let chosen = IdentityHeader::ALL
            .into_iter()
            .filter(|h| self.application.identity_headers.contains(h));
        let value = |header| {
            let value = known.map_or_else(String::new, |known| self.value(header, known, room));
            room = room.saturating_sub(value.len());
            (header, value)
        };
        chosen.map(value).collect()
    }

    fn value(&self, header: IdentityHeader, known: &Known, room: usize) -> String {
        let user = known.user.as_deref();
        let one = |text: &str| single(text, room);
        match header {
            IdentityHeader::User => one(&called(known)),
            IdentityHeader::UserId => match known.principal {
                Principal::User(id) => one(&id.to_string()),
                Principal::ServiceAccount(id) => one(&id.to_string()),
                _ => String::new(),
            },
            IdentityHeader::Name => one(user.map_or("", |u| u.full_name.as_str())),
            IdentityHeader::Email => one(user.map_or("", |u| u.email.as_str())),
            IdentityHeader::Groups => {
                let cut = user.and_then(DirectoryUser::elsewhere);
                let cut = cut.is_some_and(|elsewhere| elsewhere.groups_may_be_cut);
                list(&self.groups(known), room, cut)
            }
            IdentityHeader::Roles => list(&self.roles(known), room, false),
        }
    }

    /// Organizations and teams of the caller that the application's bindings speak of.
    pub(super) fn groups(&self, known: &Known) -> BTreeSet<String> {
        let Some(user) = known.user.as_deref() else {
            return BTreeSet::new();
        };
        let spoken = |subject: &BindingSubject| self.policy.speaks_of(subject, self.application.id);
        let mut groups = BTreeSet::new();
        for id in user.organizations.iter().copied() {
            if spoken(&BindingSubject::Organization { id }) {
                groups.extend(self.organization(id));
            }
        }
        for id in user.owner_of.iter().copied() {
            if spoken(&BindingSubject::OrganizationOwners { id }) {
                groups.extend(self.organization(id).map(|name| format!("{name}/Owners")));
            }
        }
        for id in user.teams.iter().copied() {
            if spoken(&BindingSubject::Team { id }) {
                groups.extend(self.team(id));
            }
        }
        // With the provider before it: `acme/Owners` alone is always Gitea's. No organization's name has a colon.
        for (provider, name) in user.groups() {
            let (provider, name) = (provider.clone(), name.clone());
            let text = format!("{provider}:{}", encode(name.as_str()));
            if spoken(&BindingSubject::ProviderGroup { provider, name }) {
                groups.insert(text);
            }
        }
        groups
    }

    fn organization(&self, id: OrganizationId) -> Option<String> {
        let organization = self.directory.organizations.get(&id)?;
        Some(encode(organization.name.as_str()))
    }

    fn team(&self, id: TeamId) -> Option<String> {
        let team = &self.directory.teams.get(&id)?.team;
        let organization = self.organization(team.organization)?;
        Some(format!("{organization}/{}", encode(team.name.as_str())))
    }

    /// Names of the roles held in the application, Samovar's own not among them.
    pub(super) fn roles(&self, known: &Known) -> BTreeSet<String> {
        let facts = known.facts();
        let holdings = Holdings {
            policy: self.policy,
            subject: &facts,
            application: Some(self.application.id),
            repository: None,
            now: self.now,
        };
        holdings.role_names().collect()
    }
}

/// A login alone is always Gitea's: the names of others stand behind a word and a colon, which no login of Gitea's has, so
/// that nobody is taken for somebody else by choosing a name.
fn called(known: &Known) -> String {
    let name = known.login();
    let name = name.as_ref().map_or("", DisplayText::as_str);
    if known.machine.is_some() {
        return format!("service-account:{name}");
    }
    match known.user.as_deref().and_then(DirectoryUser::elsewhere) {
        Some(elsewhere) => format!("{}:{name}", elsewhere.provider),
        None => name.to_owned(),
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

/// As many entries as fit; a list that was cut, here or before, ends in [`CUT`].
fn list(entries: &BTreeSet<String>, room: usize, cut: bool) -> String {
    let whole: usize = entries.iter().map(|entry| entry.len() + 1).sum();
    if whole <= room + 1 && !cut {
        return entries.iter().cloned().collect::<Vec<_>>().join(",");
    }
    let mut left = room.saturating_sub(CUT.len());
    let fitting = entries.iter().take_while(|entry| {
        let fits = entry.len() < left;
        left = left.saturating_sub(entry.len() + 1);
        fits
    });
    let mut kept: Vec<&str> = fitting.map(String::as_str).collect();
    kept.push(if room < CUT.len() { "" } else { CUT });
    kept.join(",")
}

/// A single value that does not fit is left out whole.
fn single(text: &str, room: usize) -> String {
    Some(encode(text))
        .filter(|value| value.len() <= room)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::*;
    use crate::policy::{ADMINISTRATOR, built_in_roles};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn user(login: &str) -> DirectoryUser {
        DirectoryUser {
            id: UserId::from_bytes([1; 16]),
            home: Home::Gitea(GiteaUserId::try_from(7).unwrap()),
            login: DisplayText::lossy(login),
            full_name: DisplayText::lossy(""),
            email: DisplayText::lossy(""),
            enabled: true,
            site_administrator: false,
            teams: Vec::new(),
            organizations: Vec::new(),
            owner_of: Vec::new(),
            freshness: Timestamp::ZERO,
        }
    }

    fn directory(version: u64, login: &str) -> Directory {
        let user = user(login);
        Directory {
            version,
            users: [(user.id, Arc::new(user))].into(),
            ..Directory::default()
        }
    }

    /// One role, given to the person until 100 s.
    fn policy() -> Policy {
        let role = Role {
            id: RoleId::from_bytes([5; 16]),
            name: "deployer".parse().unwrap(),
            description: DisplayText::lossy(""),
            permissions: ["deployments:write".parse().unwrap()].into(),
            built_in: false,
            version: 1,
        };
        let binding = RoleBinding {
            id: RoleBindingId::from_bytes([6; 16]),
            role: role.id,
            subject: BindingSubject::User {
                id: UserId::from_bytes([1; 16]),
            },
            range: Range::Everywhere,
            until: Some(Timestamp::from_seconds(100)),
            version: 1,
        };
        let mut roles = built_in_roles().unwrap();
        roles.push(role);
        Policy::build(1, roles, vec![binding], Vec::new()).unwrap()
    }

    fn application() -> Application {
        Application {
            id: ApplicationId::from_bytes([2; 16]),
            name: "deploy-api".parse().unwrap(),
            hosts: BTreeSet::new(),
            routes: Vec::new(),
            identity_headers: [IdentityHeader::User, IdentityHeader::Roles].into(),
            authorization: AuthorizationOwner::Samovar,
            origins: BTreeSet::new(),
            audit: AuditMode::FirstInWindow,
            tokens: crate::model::TokenSettings::default(),
            version: 1,
        }
    }

    #[test]
    fn what_is_remembered_follows_the_directory_and_the_end_of_a_role_binding() {
        let (identities, policy, application) = (Identities::default(), policy(), application());
        let ben = Principal::User(UserId::from_bytes([1; 16]));
        let known = Known::unlimited(ben, Some(Arc::new(user("ben"))));
        let ask = |directory: &Directory, seconds| {
            let sources = Sources {
                policy: &policy,
                directory,
                application: &application,
                now: Timestamp::from_seconds(seconds),
            };
            let headers = identities.headers(&sources, Some(&known));
            headers
                .iter()
                .map(|(_, value)| value.clone())
                .collect::<Vec<_>>()
        };
        let before = directory(1, "ben");
        assert_eq!(ask(&before, 1), ["ben", "deployer"]);
        assert_eq!(ask(&before, 99), ["ben", "deployer"], "remembered");
        assert_eq!(ask(&before, 100), ["ben", ""], "the role binding has ended");
        // What was known of the caller says `ben` still; the directory has the new name.
        assert_eq!(ask(&directory(2, "benjamin"), 1), ["benjamin", "deployer"]);
    }

    fn value(application: &Application, known: &Known, identities: &Identities) -> String {
        let (policy, directory) = (policy(), Directory::default());
        let sources = Sources {
            policy: &policy,
            directory: &directory,
            application,
            now: Timestamp::from_seconds(1),
        };
        identities.headers(&sources, Some(known))[0].1.clone()
    }

    fn machine(name: &str) -> Known {
        let id = ServiceAccountId::from_bytes([8; 16]);
        Known {
            machine: Some((name.parse().unwrap(), true)),
            ..Known::unlimited(Principal::ServiceAccount(id), None)
        }
    }

    #[test]
    fn no_name_that_others_choose_is_taken_for_a_login_of_gitea() {
        let application = application();
        let elsewhere = Elsewhere {
            provider: "keycloak".parse().unwrap(),
            groups: Vec::new(),
            groups_may_be_cut: false,
        };
        let stranger = DirectoryUser {
            home: Home::Elsewhere(elsewhere),
            ..user("ben")
        };
        let directory = Directory {
            users: [(stranger.id, Arc::new(stranger.clone()))].into(),
            ..Directory::default()
        };
        let policy = policy();
        let sources = Sources {
            policy: &policy,
            directory: &directory,
            application: &application,
            now: Timestamp::from_seconds(1),
        };
        let known = Known::unlimited(Principal::User(stranger.id), Some(Arc::new(stranger)));
        let headers = Identities::default().headers(&sources, Some(&known));
        assert_eq!(headers[0].1, "keycloak:ben");
        let named = value(&application, &machine("ben"), &Identities::default());
        assert_eq!(named, "service-account:ben");
    }

    #[test]
    fn a_service_account_that_was_renamed_is_called_by_its_new_name_at_once() {
        let (application, identities) = (application(), Identities::default());
        let before = value(&application, &machine("ci"), &identities);
        assert_eq!(before, "service-account:ci");
        let after = value(&application, &machine("old-ci"), &identities);
        assert_eq!(after, "service-account:old-ci");
    }

    #[test]
    fn groups_of_another_provider_stand_with_its_id_and_say_when_they_may_be_cut() {
        let okta: ProviderId = "okta".parse().unwrap();
        let name: GroupName = "acme/Owners, all".parse().unwrap();
        let binding = RoleBinding {
            id: RoleBindingId::from_bytes([6; 16]),
            role: ADMINISTRATOR,
            subject: BindingSubject::ProviderGroup {
                provider: okta.clone(),
                name: name.clone(),
            },
            range: Range::Everywhere,
            until: None,
            version: 1,
        };
        let roles = built_in_roles().unwrap();
        let policy = Policy::build(1, roles, vec![binding], Vec::new()).unwrap();
        let application = Application {
            identity_headers: [IdentityHeader::Groups].into(),
            ..application()
        };
        for (groups_may_be_cut, value) in [
            (false, "okta:acme/Owners%2C%20all"),
            (true, "okta:acme/Owners%2C%20all,..."),
        ] {
            let other: GroupName = "of no role binding".parse().unwrap();
            let groups = [name.clone(), other].map(|name| (okta.clone(), name));
            let user = DirectoryUser {
                home: Home::Elsewhere(Elsewhere {
                    provider: okta.clone(),
                    groups: groups.to_vec(),
                    groups_may_be_cut,
                }),
                ..user("ana")
            };
            let sources = Sources {
                policy: &policy,
                directory: &Directory::default(),
                application: &application,
                now: Timestamp::from_seconds(1),
            };
            let principal = Principal::User(user.id);
            let headers = sources.headers(Some(&Known::unlimited(principal, Some(Arc::new(user)))));
            assert_eq!(headers[0].1, value);
        }
    }

    #[test]
    fn a_comma_a_percent_sign_and_what_is_not_ascii_are_encoded() {
        assert_eq!(encode("Zoë, 100%"), "Zo%C3%AB%2C%20100%25");
        assert_eq!(encode("acme"), "acme");
    }

    proptest! {
        #[test]
        fn every_value_is_visible_ascii_and_reads_back(text in any::<String>()) {
            let encoded = encode(&text);
            prop_assert!(encoded.bytes().all(|b| b.is_ascii_graphic()));
            let back = percent_encoding::percent_decode_str(&encoded).decode_utf8().unwrap();
            prop_assert_eq!(back.as_ref(), text.as_str());
        }

        #[test]
        fn a_list_never_exceeds_its_room_and_says_when_it_was_cut(
            entries in prop::collection::btree_set("[a-z]{1,9}", 0..20), room in 0_usize..80
        ) {
            let whole = entries.iter().cloned().collect::<Vec<_>>().join(",");
            let value = list(&entries, room, false);
            prop_assert!(value.len() <= room);
            let cut = value.ends_with(CUT) || room < CUT.len();
            prop_assert!(value == whole || (whole.len() > room && cut), "{value}");
        }
    }
}
