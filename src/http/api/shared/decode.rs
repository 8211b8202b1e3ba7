//! Decoding of request bodies from JSON into the types of the lower layers, with every error at once.
//!
//! Knows no noun. Must never accept an unknown or repeated member, `null`, or a number instead of a string.

use super::field_errors::FieldErrors;
use super::json::Json;
use crate::http::Problem;
use poem_openapi::types::Type;
use serde_json::Value;
use std::collections::BTreeSet;

/// A value of a request body.
pub trait Decode: Sized {
    /// The type that describes the value in the document.
    type Schema: Type;

    /// The value of an absent member; `None` when the member is required.
    fn absent() -> Option<Self> {
        None
    }

    /// Decodes the value at this JSON pointer and notes its errors.
    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self>;
}

/// Decodes a whole body.
pub fn decode_body<T: Decode>(json: &Json) -> Result<T, Problem> {
    let mut errors = FieldErrors::default();
    let value = decode(json, "", &mut errors);
    errors.finish(value)
}

/// Decodes a value that is not `null`, which could mean "unchanged" or "removed".
fn decode<T: Decode>(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<T> {
    if *json == Json::Scalar(Value::Null) {
        errors.note(pointer, "`null` is not allowed; leave the member out");
        return None;
    }
    T::decode(json, pointer, errors)
}

/// Members of an object, each of which may occur once.
pub struct Members<'a> {
    object: &'a Json,
    pointer: &'a str,
}

impl<'a> Members<'a> {
    /// The members of an object; a member with another name is an error.
    pub fn open(
        object: &'a Json,
        pointer: &'a str,
        names: &[&str],
        errors: &mut FieldErrors,
    ) -> Option<Self> {
        let Json::Object(members) = object else {
            errors.note(pointer, "an object is required here");
            return None;
        };
        let mut seen = BTreeSet::new();
        for (name, _) in members {
            if errors.is_full() {
                break;
            }
            if !names.contains(&name.as_str()) {
                let name: String = name.chars().take(80).collect();
                let escaped = name.replace('~', "~0").replace('/', "~1");
                errors.note(format_args!("{pointer}/{escaped}"), "unknown member");
            } else if !seen.insert(name) {
                errors.note(format_args!("{pointer}/{name}"), "repeated member");
            }
        }
        Some(Self { object, pointer })
    }

    /// The value of a member, or the default if the member is absent.
    pub fn get<T: Decode>(
        &self,
        name: &str,
        default: Option<T>,
        errors: &mut FieldErrors,
    ) -> Option<T> {
        let pointer = format!("{}/{name}", self.pointer);
        match self.object.get(name) {
            Some(value) => decode(value, &pointer, errors),
            None => default.or_else(T::absent).or_else(|| {
                errors.note(pointer, format_args!("`{name}` is required"));
                None
            }),
        }
    }
}

/// Declares the object of a request that is decoded into a type: its schema and its decoding.
///
/// `Schema for Type { member: MemberType = default, … } => value` decodes the members, then evaluates `value`, which
/// may use them by name and may end with `?` on an `Option`. A member without a default is required.
macro_rules! request {
    (
        $(#[$meta:meta])+
        $schema:ident for $type:ty {
            $($(#[$member_meta:meta])+ $member:ident: $member_type:ty $(= $default:expr)?,)*
        } => $value:expr
    ) => {
        $(#[$meta])+
        #[derive(poem_openapi::Object)]
        pub struct $schema {
            $(
                $(#[$member_meta])+
                $member: $crate::http::api::shared::decode::schema!($member_type $(= $default)?),
            )*
        }

        impl $crate::http::api::shared::decode::Decode for $type {
            type Schema = $schema;

            fn decode(
                json: &$crate::http::api::shared::json::Json,
                pointer: &str,
                errors: &mut $crate::http::api::shared::field_errors::FieldErrors,
            ) -> Option<Self> {
                use $crate::http::api::shared::decode::Members;
                let members = Members::open(json, pointer, &[$(stringify!($member)),*], errors)?;
                $(
                    let default: Option<$member_type> = [$($default)?].into_iter().next();
                    let $member = members.get::<$member_type>(stringify!($member), default, errors);
                )*
                $(let $member = $member?;)*
                Some($value)
            }
        }
    };
}
pub(in crate::http::api) use request;

/// The type that describes a member in the document; with a default the member is optional.
macro_rules! schema {
    ($type:ty) => {
        <$type as $crate::http::api::shared::decode::Decode>::Schema
    };
    ($type:ty = $default:expr) => {
        Option<<$type as $crate::http::api::shared::decode::Decode>::Schema>
    };
}
pub(in crate::http::api) use schema;

/// Declares a union for an enum of the model whose variants have the same members: its schemas, its decoding from a
/// request and its conversion for a response. The member `kind` selects the case; `as` names the model's member if the
/// names differ.
macro_rules! union {
    (
        $(#[$meta:meta])+
        $union:ident for $model:ident {
            $(
                $(#[$case_meta:meta])+
                $variant:ident = $kind:literal, $case:ident {
                    $($(#[$member_meta:meta])+ $member:ident $(as $index:tt)?: $member_type:ty,)*
                }
            )*
        }
    ) => {
        $(
            $(#[$case_meta])+
            #[derive(poem_openapi::Object)]
            pub struct $case {
                $($(#[$member_meta])+ $member: $member_type,)*
            }
        )*

        $(#[$meta])+
        #[derive(poem_openapi::Union)]
        #[oai(discriminator_name = "kind", one_of, rename_all = "kebab-case")]
        pub enum $union {
            $($(#[$case_meta])+ $variant($case),)*
        }

        impl From<&$model> for $union {
            fn from(value: &$model) -> Self {
                match value {
                    $($model::$variant { $($($index:)? $member),* } => Self::$variant($case {
                        $($member: $crate::http::api::shared::decode::Show::show($member)),*
                    }),)*
                }
            }
        }

        impl $crate::http::api::shared::decode::Decode for $model {
            type Schema = $union;

            fn decode(
                json: &$crate::http::api::shared::json::Json,
                pointer: &str,
                errors: &mut $crate::http::api::shared::field_errors::FieldErrors,
            ) -> Option<Self> {
                use $crate::http::api::shared::decode::{Members, kind};
                match kind(json, pointer, &[$($kind),*], errors)? {
                    $($kind => {
                        let names = ["kind", $(stringify!($member)),*];
                        let members = Members::open(json, pointer, &names, errors)?;
                        let _ = &members;
                        $(let $member = members.get(stringify!($member), None, errors);)*
                        $(let $member = $member?;)*
                        Some(Self::$variant { $($($index:)? $member),* })
                    })*
                    _ => None,
                }
            }
        }
    };
}
pub(in crate::http::api) use union;

/// The conversion of a member of a model's enum for a response.
pub trait Show<T> {
    /// The shown value.
    fn show(&self) -> T;
}

impl<T: Clone> Show<T> for T {
    fn show(&self) -> T {
        self.clone()
    }
}

impl<T: Clone> Show<Vec<T>> for BTreeSet<T> {
    fn show(&self) -> Vec<T> {
        self.iter().cloned().collect()
    }
}

/// The `kind` of an object, which selects the case of a union.
pub fn kind<'a>(
    json: &'a Json,
    pointer: &str,
    kinds: &[&str],
    errors: &mut FieldErrors,
) -> Option<&'a str> {
    let kind = json.get("kind").and_then(Json::as_text);
    let kind = kind.filter(|kind| kinds.contains(kind));
    if kind.is_none() {
        let detail = format!("`kind` is required here: one of {}", kinds.join(", "));
        errors.note(format_args!("{pointer}/kind"), detail);
    }
    kind
}

fn decode_items<T: Decode, C: FromIterator<T>>(
    json: &Json,
    pointer: &str,
    errors: &mut FieldErrors,
) -> Option<C> {
    let Json::Array(items) = json else {
        errors.note(pointer, "a list is required here");
        return None;
    };
    let items = items.iter().enumerate();
    let items = items.map(|(at, item)| decode(item, &format!("{pointer}/{at}"), errors));
    // Decodes every item, so that an error does not hide those after it.
    let items: Vec<Option<T>> = items.collect();
    items.into_iter().collect()
}

impl<T: Decode> Decode for Vec<T> {
    type Schema = Vec<T::Schema>;

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        decode_items(json, pointer, errors)
    }
}

impl<T: Decode + Ord> Decode for BTreeSet<T> {
    type Schema = Vec<T::Schema>;

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        decode_items(json, pointer, errors)
    }
}

impl<T: Decode> Decode for Option<T> {
    type Schema = Option<T::Schema>;

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        T::decode(json, pointer, errors).map(Some)
    }
}

impl Decode for String {
    type Schema = Self;

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        let text = json.as_text().map(str::to_owned);
        errors.require(pointer, text, "a text")
    }
}

impl Decode for bool {
    type Schema = Self;

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        let value = match json {
            Json::Scalar(Value::Bool(value)) => Some(*value),
            _ => None,
        };
        errors.require(pointer, value, "`true` or `false`")
    }
}

/// A whole number within bounds.
#[derive(Debug, Clone, Copy)]
pub struct Bounded<const MIN: u32, const MAX: u32>(pub u32);

impl<const MIN: u32, const MAX: u32> Decode for Bounded<MIN, MAX> {
    type Schema = u32;

    fn decode(json: &Json, pointer: &str, errors: &mut FieldErrors) -> Option<Self> {
        let number = json
            .as_integer()
            .and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| (MIN..=MAX).contains(number));
        let required = format!("a whole number from {MIN} to {MAX}");
        errors.require(pointer, number.map(Self), required)
    }
}
