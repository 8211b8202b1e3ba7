//! Objects of Gitea, by numeric id. Names are for display: Gitea reuses names, never ids.

use super::{DisplayText, Login, ParseError, RepositoryName, Timestamp};

macro_rules! gitea_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(i64);

        impl $name {
            /// The number.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = ParseError;
            fn try_from(number: i64) -> Result<Self, ParseError> {
                if number > 0 {
                    Ok(Self(number))
                } else {
                    Err(ParseError::new(format!("invalid Gitea id `{number}`: ids are 1 or more")))
                }
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = ParseError;
            fn from_str(text: &str) -> Result<Self, ParseError> {
                text.parse::<i64>()
                    .ok()
                    .filter(|number| number.to_string() == text)
                    .ok_or_else(|| ParseError::new(format!("invalid Gitea id `{}`: use a decimal number", text.escape_debug())))
                    .and_then(Self::try_from)
            }
        }
    };
}

gitea_id!(
    /// A Gitea user's numeric id. Ghost (-1) and the Actions account (-2) have none.
    GiteaUserId
);
gitea_id!(
    /// A Gitea organization's numeric id (shares its number space with users).
    OrganizationId
);
gitea_id!(
    /// A Gitea team's numeric id.
    TeamId
);
gitea_id!(
    /// A Gitea repository's numeric id.
    RepositoryId
);

/// A Gitea account as a site administrator reads it; for other readers Gitea returns other flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GiteaUser {
    /// The only stable key.
    pub id: GiteaUserId,
    /// Present login.
    pub login: Login,
    /// Full name, or empty.
    pub full_name: DisplayText,
    /// E-mail address as Gitea returns it; can be a placeholder; never a key.
    pub email: DisplayText,
    /// False if the account is not activated.
    pub active: bool,
    /// True if the account is disabled.
    pub prohibit_login: bool,
    /// Site administrator.
    pub is_admin: bool,
    /// Authentication source of an external account; 0 is local.
    pub source_id: i64,
    /// Name at that source; empty if there is none or if it is not exact display text.
    pub login_name: DisplayText,
}

impl GiteaUser {
    /// True if the account may sign in.
    pub fn enabled(&self) -> bool {
        self.active && !self.prohibit_login
    }

    /// True if the account belongs to the person with this name at this authentication source. Sources are 1 or more. A name
    /// of the greatest length may have been cut, so it identifies nothing.
    pub fn is_of_source(&self, source: i64, name: &str) -> bool {
        let own = self.login_name.as_str();
        source > 0 && self.source_id == source && (1..255).contains(&own.len()) && own == name
    }
}

/// A Gitea organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// The only stable key.
    pub id: OrganizationId,
    /// Present name.
    pub name: Login,
    /// Full name, or empty.
    pub full_name: DisplayText,
}

/// A Gitea team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// The only stable key.
    pub id: TeamId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Present name.
    pub name: DisplayText,
    /// True for the owners team: its permission in Gitea is `owner` and its name is `Owners`. A renamed owners team
    /// has lost its permissions in Gitea (recording 286).
    pub owners: bool,
}

/// Access of one user to one repository, as Gitea answered a request of that user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryAccess {
    /// The repository.
    pub id: RepositoryId,
    /// Numeric id of its owner: a user, or an organization (same number space).
    pub owner_id: i64,
    /// Its present name.
    pub name: RepositoryName,
    /// May read the code.
    pub pull: bool,
    /// May write the code.
    pub push: bool,
    /// Administers it.
    pub admin: bool,
    /// The instant before the request was sent.
    pub asked_at: Timestamp,
}
