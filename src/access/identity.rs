//! Identity headers: who calls, in the words that an application behind a proxy reads.
//!
//! Everything is visible ASCII by one reversible encoding: percent-encoded UTF-8, `,` between entries, a comma inside a
//! name encoded. No decision may depend on what fits into a header.

use super::facts::Known;
use crate::model::{
    Application, BindingSubject, Directory, IdentityHeader, OrganizationId, Principal, TeamId,
    Timestamp,
};
use crate::policy::{Holdings, Policy};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::collections::BTreeSet;

/// What is encoded beside all that is not ASCII: what separates, what escapes, and blanks.
const ENCODED: AsciiSet = CONTROLS.add(b' ').add(b'%').add(b',');

/// Most bytes of all header values together (design section 10).
const LONGEST: usize = 4 * 1024;

/// Stands last in a list that did not fit; no organization, team or role is spelled so.
const CUT: &str = "...";

/// Who calls, as an application reads it: every header that the application chose, empty if unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IdentityHeaders(Vec<(IdentityHeader, String)>);

impl IdentityHeaders {
    /// In the order of [`IdentityHeader::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (IdentityHeader, &str)> {
        self.0
            .iter()
            .map(|(header, value)| (*header, value.as_str()))
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
    pub(super) fn headers(&self, known: Option<&Known>) -> IdentityHeaders {
        let mut room = LONGEST;
        let chosen = IdentityHeader::ALL
            .into_iter()
            .filter(|h| self.application.identity_headers.contains(h));
        let value = |header| {
            let value = known.map_or_else(String::new, |known| self.value(header, known, room));
            room = room.saturating_sub(value.len());
            (header, value)
        };
        IdentityHeaders(chosen.map(value).collect())
    }

    fn value(&self, header: IdentityHeader, known: &Known, room: usize) -> String {
        let user = known.user.as_deref();
        let one = |text: &str| single(text, room);
        match header {
            IdentityHeader::User => one(user.map_or("", |u| u.login.as_str())),
            IdentityHeader::UserId => match known.principal {
                Principal::User(id) => one(&id.to_string()),
                _ => String::new(),
            },
            IdentityHeader::Name => one(user.map_or("", |u| u.full_name.as_str())),
            IdentityHeader::Email => one(user.map_or("", |u| u.email.as_str())),
            IdentityHeader::Groups => list(&self.groups(known), room),
            IdentityHeader::Roles => list(&self.roles(known), room),
        }
    }

    /// Organizations and teams of the caller that the application's bindings speak of.
    fn groups(&self, known: &Known) -> BTreeSet<String> {
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
    fn roles(&self, known: &Known) -> BTreeSet<String> {
        let facts = known.facts();
        let holdings = Holdings {
            policy: self.policy,
            subject: &facts,
            application: Some(self.application.id),
            repository: None,
            now: self.now,
        };
        let roles = holdings.roles().into_iter();
        roles
            .filter_map(|id| self.policy.role(id).filter(|role| !role.built_in))
            .map(|role| role.name.to_string())
            .collect()
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, &ENCODED).to_string()
}

/// As many entries as fit; a list that was cut ends in [`CUT`].
fn list(entries: &BTreeSet<String>, room: usize) -> String {
    let whole: usize = entries.iter().map(|entry| entry.len() + 1).sum();
    if whole <= room + 1 {
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
    use proptest::prelude::*;

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
            let value = list(&entries, room);
            prop_assert!(value.len() <= room);
            let cut = value.ends_with(CUT) || room < CUT.len();
            prop_assert!(value == whole || (whole.len() > room && cut), "{value}");
        }
    }
}
