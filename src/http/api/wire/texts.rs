//! Texts with a form, so that the document names it: ids, instants, names, permissions, and Gitea's numbers in an address.
//!
//! They hold what was sent as it was sent; `forms` reads them into model types and says what is wrong with them.

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Display;
use std::ops::Deref;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $schema:expr) => {
        text!($(#[$doc])* $name, MetaSchemaRef::Inline(Box::new($schema)), |_: &mut Registry| {});
    };
    ($(#[$doc:meta])* $name:ident = $schema:expr) => {
        text!(
            $(#[$doc])* $name,
            MetaSchemaRef::Reference(stringify!($name).to_owned()),
            |registry: &mut Registry| registry.create_schema::<Self, _>(stringify!($name).to_owned(), |_| $schema)
        );
    };
    ($(#[$doc:meta])* $name:ident, $reference:expr, $register:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
        #[serde(transparent)]
        pub(in crate::http::api) struct $name(String);

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl Type for $name {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                $reference
            }

            fn register(registry: &mut Registry) {
                $register(registry);
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                let text = String::parse_from_json(value);
                text.map(Self).map_err(poem_openapi::types::ParseError::propagate)
            }
        }

        impl ParseFromParameter for $name {
            fn parse_from_parameter(value: &str) -> ParseResult<Self> {
                Ok(Self(value.to_owned()))
            }
        }

        impl ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                Some(Value::String(self.0.clone()))
            }
        }
    };
}

text!(
    /// An id of ours.
    Id,
    MetaSchema::new_with_format("string", "uuid")
);
text!(
    /// An instant (RFC 3339).
    Time,
    MetaSchema::new_with_format("string", "date-time")
);
text!(
    /// A name that people choose: 1 to 64 of `a-z 0-9 -`.
    Name,
    pattern("^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$")
);
text!(
    /// A method that a route can speak of.
    Method = MetaSchema {
        description: Some("A method that a route can speak of; HEAD is checked as GET."),
        enum_items: METHODS.map(Value::from).to_vec(),
        ..MetaSchema::new("string")
    }
);
text!(
    /// A permission, `resource:action`.
    Permission,
    pattern("^[a-z][a-z0-9._-]{0,63}:[a-z][a-z0-9._-]{0,63}$")
);
text!(
    /// A permission, or `resource:*` for every action of a resource.
    PermissionPattern,
    pattern("^[a-z][a-z0-9._-]{0,63}:(\\*|[a-z][a-z0-9._-]{0,63})$")
);
text!(
    /// A name of another provider's group.
    GroupName,
    pattern("^[^\\u0000-\\u001f\\u007f-\\u009f]{1,255}$")
);
text!(
    /// A glob over repository names.
    RepositoryGlob,
    pattern("^[A-Za-z0-9._*?-]{1,255}$")
);
text!(
    /// Gitea's numeric id, in an address.
    GiteaId,
    MetaSchema {
        minimum: Some(1.0),
        ..MetaSchema::new_with_format("integer", "int64")
    }
);

const METHODS: [&str; 7] = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

fn pattern(pattern: &str) -> MetaSchema {
    MetaSchema {
        pattern: Some(pattern.to_owned()),
        ..MetaSchema::new("string")
    }
}

macro_rules! shown {
    ($($name:ident),*) => {$(
        impl $name {
            /// As it is shown.
            pub(in crate::http::api) fn of(value: impl Display) -> Self {
                Self(value.to_string())
            }
        }
    )*};
}

shown!(
    Id,
    Time,
    Name,
    Method,
    Permission,
    GroupName,
    RepositoryGlob
);
