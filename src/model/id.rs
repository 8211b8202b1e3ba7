//! Ids of Samovar's own objects: UUID version 7 (RFC 9562 section 5.7), which sort by the time of creation.

use super::{Clock, ParseError, Random, Timestamp};
use uuid::Uuid;

macro_rules! uuid {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}", self.0.hyphenated())
            }
        }

        impl std::str::FromStr for $name {
            type Err = ParseError;
            fn from_str(text: &str) -> Result<Self, ParseError> {
                // The display form alone: an id has one spelling.
                Uuid::try_parse(text)
                    .ok()
                    .filter(|id| text.len() == 36 && id.hyphenated().to_string() == text)
                    .map(Self)
                    .ok_or_else(|| {
                        ParseError::new(format!(
                            concat!("invalid ", $what, " id `{}`: use the form `0190a5e2-…` (36 characters, lower case)"),
                            text.escape_debug()
                        ))
                    })
            }
        }
    };
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        uuid!($(#[$doc])* $name, $what);

        impl $name {
            /// A new id.
            pub fn generate(clock: &dyn Clock, random: &dyn Random) -> Self {
                Self(uuid_v7(clock, random))
            }

            /// The id with these bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The sixteen bytes, which sort as the ids do.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }
    };
}

id!(
    /// A person's id.
    UserId, "user"
);
id!(
    /// A machine account's id.
    ServiceAccountId, "service account"
);
id!(
    /// A role's id.
    RoleId, "role"
);
id!(
    /// A role binding's id.
    RoleBindingId, "role binding"
);
id!(
    /// An application's id.
    ApplicationId, "application"
);
id!(
    /// A session's public id; not a credential.
    SessionId, "session"
);
id!(
    /// The id of a client of the authorization server (RFC 6749 section 2.2); public.
    ClientId, "client"
);
uuid!(
    /// The client id of an OAuth application of Gitea.
    GiteaClientId, "OAuth client"
);
id!(
    /// The id of a machine's secret; not a credential.
    SecretId, "secret"
);
id!(
    /// A grant's id; not a credential.
    GrantId, "grant"
);
id!(
    /// The id of an access token (`jti`, RFC 7519 section 4.1.7).
    TokenId, "token"
);
id!(
    /// The id of a signing key (`kid`, RFC 7515 section 4.1.4).
    KeyId, "signing key"
);
id!(
    /// The id of a request in logs, problem documents and audit events.
    RequestId, "request"
);

impl TokenId {
    /// The instant of creation to the millisecond, from the first bytes of the id. (`iat` has whole seconds.)
    pub fn made_at(&self) -> Timestamp {
        let bytes = self.as_bytes().iter().take(6);
        Timestamp::from_millis(bytes.fold(0, |millis, byte| millis << 8 | i64::from(*byte)))
    }
}

fn uuid_v7(clock: &dyn Clock, random: &dyn Random) -> Uuid {
    let mut noise = [0_u8; 10];
    random.fill(&mut noise);
    let millis = u64::try_from(clock.now().millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &noise).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::RoleId;

    #[test]
    fn id_has_one_spelling() {
        let id = RoleId::from_bytes([7; 16]);
        assert_eq!(id.to_string().parse::<RoleId>().unwrap(), id);
        for invalid in [
            "",
            "x",
            &id.to_string().to_uppercase().replace('0', "A"),
            &id.to_string().replace('-', ""),
        ] {
            assert!(invalid.parse::<RoleId>().is_err(), "{invalid}");
        }
    }
}
