//! Texts with a form, so that the document names it: ids, instants, and Gitea's numbers in an address.
//!
//! They hold what was sent as it was sent; `forms` reads them into model types and says what is wrong with them.

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Display;
use std::ops::Deref;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $schema:expr) => {
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
                MetaSchemaRef::Inline(Box::new($schema))
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
    /// Gitea's numeric id, in an address.
    GiteaId,
    MetaSchema {
        minimum: Some(1.0),
        ..MetaSchema::new_with_format("integer", "int64")
    }
);

impl Id {
    /// As it is shown.
    pub(in crate::http::api) fn of(value: impl Display) -> Self {
        Self(value.to_string())
    }
}

impl Time {
    /// As it is shown.
    pub(in crate::http::api) fn of(value: impl Display) -> Self {
        Self(value.to_string())
    }
}
