//! Schemas of the model's types: ids, instants, names and enums, which requests and responses contain unchanged.
//!
//! The document has the pattern or format of a type that the model parses. Knows no noun. Must never accept a value
//! that the model refuses.

use super::decode::Decode;
use super::field_errors::{FieldErrors, invalid};
use super::json::Json;
use crate::audit::Outcome;
use crate::http::Problem;
use crate::model::{
    ApplicationId, AuditMode, AuthorizationOwner, ClientId, ClientKind, DisplayText, GiteaClientId,
    GrantId, GroupName, HostName, IdentityHeader, Issuer, KeyId, MethodSet, Name, OrganizationId,
    ParseError, PathPattern, Permission, PermissionPattern, ProviderId, RedirectUri,
    RepositoryGlob, RepositoryLevel, RequestId, RoleBindingId, RoleId, ScopeWord, SecretAttention,
    SecretId, ServiceAccountId, ServiceAccountState as AccountState, SessionId, SigningAlgorithm,
    TeamId, Timestamp, UserId,
};
use crate::policy::AdministratorState;
use crate::token::KeyState;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Display;
use std::marker::PhantomData;
use std::str::FromStr;

/// A type of the model without members.
trait FromJson: Sized {
    fn from_json(json: &Json) -> Result<Self, ParseError>;
}

/// Implements the framework's type, its JSON and [`Decode`] for a type of the model.
macro_rules! model_type {
    (
        $type:ident: $schema:expr,
        register($registry:pat) $register:expr,
        to_json($value:ident) $to_json:expr,
        from_json($json:ident) $from_json:expr
    ) => {
        impl Type for $type {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                $schema
            }

            fn register($registry: &mut Registry) {
                $register
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl FromJson for $type {
            fn from_json($json: &Json) -> Result<Self, ParseError> {
                $from_json
            }
        }

        impl ToJSON for $type {
            fn to_json(&self) -> Option<Value> {
                let $value = self;
                Some(Value::from($to_json))
            }
        }

        impl ParseFromJSON for $type {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                Ok(Self::from_json(&Json::Scalar(value.unwrap_or_default()))?)
            }
        }

        impl Decode for $type {
            type Schema = Self;

            fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
                errors.keep(pointer, Self::from_json(json))
            }
        }
    };
}

fn inline(schema: MetaSchema) -> MetaSchemaRef {
    MetaSchemaRef::Inline(Box::new(schema))
}

fn format(format: &'static str) -> MetaSchema {
    MetaSchema::new_with_format("string", format)
}

fn pattern(pattern: &str) -> MetaSchema {
    MetaSchema {
        pattern: Some(pattern.to_owned()),
        ..MetaSchema::new("string")
    }
}

fn gitea_id() -> MetaSchema {
    MetaSchema {
        minimum: Some(1.0),
        ..MetaSchema::new_with_format("integer", "int64")
    }
}

fn text(json: &Json) -> Result<&str, ParseError> {
    let text = json.as_text();
    text.ok_or_else(|| ParseError::new("a text is required here"))
}

/// Types that are strings in JSON.
macro_rules! texts {
    ($($($type:ident),+ => $schema:expr;)*) => {$($(
        model_type! {
            $type: inline($schema),
            register(_) {},
            to_json(value) value.to_string(),
            from_json(json) text(json)?.parse()
        }
    )+)*};
}

texts! {
    ApplicationId, ClientId, GiteaClientId, GrantId, KeyId, RequestId, RoleBindingId, RoleId, SecretId,
        ServiceAccountId, SessionId, UserId => format("uuid");
    Timestamp => format("date-time");
    Name, ProviderId => pattern(Name::PATTERN);
    Permission, ScopeWord => pattern(Permission::PATTERN);
    PermissionPattern => pattern(PermissionPattern::PATTERN);
    GroupName => pattern(GroupName::PATTERN);
    RepositoryGlob => pattern(RepositoryGlob::PATTERN);
    DisplayText, HostName, Issuer, PathPattern, RedirectUri => MetaSchema::new("string");
}

/// Types that are Gitea's numeric ids.
macro_rules! gitea_ids {
    ($($type:ident),*) => {$(
        model_type! {
            $type: inline(gitea_id()),
            register(_) {},
            to_json(value) value.get(),
            from_json(json) json.as_integer().ok_or_else(no_integer)?.try_into()
        }
    )*};
}

gitea_ids!(OrganizationId, TeamId);

fn no_integer() -> ParseError {
    ParseError::new("a whole number is required here")
}

fn reference(name: &str) -> MetaSchemaRef {
    MetaSchemaRef::Reference(name.to_owned())
}

/// Registers an enum of strings.
fn register_words<T: Type>(registry: &mut Registry, description: &'static str, words: &[&str]) {
    registry.create_schema::<T, _>(T::name().into_owned(), |_| MetaSchema {
        description: Some(description.trim()),
        enum_items: words.iter().map(|word| Value::from(*word)).collect(),
        ..MetaSchema::new("string")
    });
}

fn unknown_word(words: &[&str]) -> ParseError {
    ParseError::new(format!("one of {} is required here", words.join(", ")))
}

/// Enums of the model with the string of each variant in the API.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $type:ident { $($variant:ident = $word:literal),+ $(,)? })*) => {$(
        model_type! {
            $type: reference(stringify!($type)),
            register(registry) register_words::<$type>(registry, concat!($($doc),+), &[$($word),+]),
            to_json(value) match value { $($type::$variant => $word,)+ },
            from_json(json) match json.as_text() {
                $(Some($word) => Ok(Self::$variant),)+
                _ => Err(unknown_word(&[$($word),+])),
            }
        }
    )*};
}

words! {
    /// Whether a service account can act: `active`, `disabled`, or not because its owner is gone or disabled
    /// (`owner-gone`) or no member of its owner team is enabled (`team-empty`).
    AccountState {
        Active = "active", Disabled = "disabled", OwnerGone = "owner-gone",
        TeamEmpty = "team-empty",
    }
    /// Whether Samovar has enabled administrators: at least one without an end date (`lasting`), only some with an end
    /// date (`ending`), or `none`.
    AdministratorState { Lasting = "lasting", Ending = "ending", None = "none" }
    /// Which decisions are written to the audit log: `every` one, the first of each kind in a window with a count of
    /// repeats (`first-in-window`), or denials and unsafe requests only (`refusals`).
    AuditMode { Every = "every", FirstInWindow = "first-in-window", Denials = "refusals" }
    /// Which server uses the `Authorization` header: `samovar` for its own tokens, or the `application` alone, with
    /// Samovar's token in `Samovar-Token`.
    AuthorizationOwner { Samovar = "samovar", Application = "application" }
    /// Whether a client can keep a secret.
    ClientKind { Public = "public", Confidential = "confidential" }
    /// A header with the identity of the caller for the upstream.
    IdentityHeader {
        User = "Remote-User", UserId = "Remote-User-Id", Name = "Remote-Name",
        Email = "Remote-Email", Groups = "Remote-Groups", Roles = "Remote-Roles",
    }
    /// The use of a signing key: published and not signing yet (`next`), signing (`current`), or only for verification
    /// (`retired`).
    KeyState { Next = "next", Current = "current", Retired = "retired" }
    /// The outcome of an action.
    Outcome { Allowed = "allowed", Denied = "denied", Failed = "failed" }
    /// A level of access to a Gitea repository: `write` includes `read`, and `admin` includes `write`.
    RepositoryLevel { Read = "read", Write = "write", Admin = "admin" }
    /// Why a secret needs attention: it expires within 14 days (`expires-soon`), has expired (`expired`), or was not
    /// used for at least a day after its creation (`never-used`).
    SecretAttention { ExpiresSoon = "expires-soon", Expired = "expired", NeverUsed = "never-used" }
    /// The algorithm that signs tokens.
    SigningAlgorithm { EdDsa = "EdDSA", Es256 = "ES256", Rs256 = "RS256" }
}

impl ParseFromParameter for Outcome {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        Self::parse_from_json(Some(value.into()))
    }
}

/// The id of an object of Samovar, of any kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(String);

impl Id {
    /// The id of an object.
    pub fn new(id: impl Display) -> Self {
        Self(id.to_string())
    }
}

model_type! {
    Id: inline(format("uuid")),
    register(_) {},
    to_json(value) &*value.0,
    from_json(json) text(json).map(Self::new)
}

/// A method of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method(pub &'static str);

model_type! {
    Method: reference("Method"),
    register(registry) {
        let description = "An HTTP method of a route; HEAD is checked as GET.";
        register_words::<Self>(registry, description, &MethodSet::NAMES);
    },
    to_json(value) value.0,
    from_json(json) {
        let known = MethodSet::static_name(text(json)?).map(Self);
        known.ok_or_else(|| unknown_word(&MethodSet::NAMES))
    }
}

/// A parameter of the path or the query as it was sent; the document shows the schema of `T`.
#[derive(Debug)]
pub struct Raw<T> {
    text: String,
    parsed: PhantomData<fn() -> T>,
}

impl<T: FromStr<Err = ParseError>> Raw<T> {
    /// Parses the value of the parameter of this name.
    pub fn parse(&self, name: &str) -> Result<T, Problem> {
        self.text.parse().map_err(|error| invalid(name, error))
    }

    /// Parses the id in the path.
    pub fn id(&self) -> Result<T, Problem> {
        self.parse("id")
    }
}

/// Parses an optional parameter of the query.
pub fn optional<T: FromStr<Err = ParseError>>(
    name: &str,
    raw: Option<&Raw<T>>,
) -> Result<Option<T>, Problem> {
    raw.map(|raw| raw.parse(name)).transpose()
}

/// Parses an optional parameter of the query; `None` if it is absent, or after noting its error.
pub fn keep<T: FromStr<Err = ParseError>>(
    name: &str,
    raw: Option<&Raw<T>>,
    errors: &mut FieldErrors,
) -> Option<T> {
    errors.keep(name, raw?.text.parse())
}

impl<T: Type> Type for Raw<T> {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl<T: Type> ParseFromParameter for Raw<T> {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        Ok(Self {
            text: value.to_owned(),
            parsed: PhantomData,
        })
    }
}
