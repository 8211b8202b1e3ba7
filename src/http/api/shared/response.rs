//! The response of an operation that succeeds: an object with its version, a new object, or no content.
//!
//! Knows no noun. Must never carry a problem: see `problem_response`.

use poem::http::{StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};
use std::fmt::Display;

/// Declares an object of a response: each member with its documentation, its type and the expression that fills it.
/// `new` takes the named arguments.
macro_rules! response {
    (
        $(#[$meta:meta])*
        $name:ident($($argument:ident: $type:ty),+) {
            $($(#[$member_meta:meta])* $member:ident: $member_type:ty = $value:expr,)*
        }
    ) => {
        #[derive(poem_openapi::Object)]
        $(#[$meta])*
        #[oai(skip_serializing_if_is_none)]
        pub struct $name {
            $($(#[$member_meta])* pub $member: $member_type,)*
        }

        impl $name {
            /// The object that shows these values.
            pub fn new($($argument: $type),+) -> Self {
                Self { $($member: $value,)* }
            }
        }
    };
}
pub(in crate::http::api) use response;

/// An object with an id, a version and a path.
pub trait Resource: ToJSON {
    /// Path of its collection below `/api/v1/`.
    const COLLECTION: &'static str;

    /// Its id.
    fn id(&self) -> String;

    /// Its version.
    fn version(&self) -> u64;
}

/// Implements [`Resource`] for a response with the members `id` and `version`.
macro_rules! resource {
    ($type:ty, $collection:literal) => {
        impl $crate::http::api::shared::response::Resource for $type {
            const COLLECTION: &'static str = $collection;

            fn id(&self) -> String {
                self.id.to_string()
            }

            fn version(&self) -> u64 {
                self.version
            }
        }
    };
}
pub(in crate::http::api) use resource;

/// A number of objects in a response.
pub fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The values as strings.
pub fn texts<T: Display>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

/// An object with its version as `ETag`.
pub struct Versioned<T>(pub T);

/// A new object, with its version as `ETag` and its path as `Location`.
pub struct Created<T>(pub T);

/// A new part of an object, such as a secret, without a path.
pub struct Issued<T>(pub T);

/// The operation succeeded; the response has no content.
pub struct NoContent;

/// The description of a successful response in the document.
pub const SUCCESS: &str = "The request succeeded.";

fn meta(status: StatusCode, content: Vec<MetaMediaType>, names: &[(&str, &str)]) -> MetaResponses {
    let headers = names.iter().map(|(name, description)| MetaHeader {
        name: (*name).to_owned(),
        description: Some((*description).to_owned()),
        required: true,
        deprecated: false,
        schema: String::schema_ref(),
    });
    MetaResponses {
        responses: vec![MetaResponse {
            description: SUCCESS,
            status: Some(status.as_u16()),
            status_range: None,
            content,
            headers: headers.collect(),
        }],
    }
}

fn json<T: ToJSON>() -> Vec<MetaMediaType> {
    vec![MetaMediaType {
        content_type: Json::<T>::CONTENT_TYPE,
        schema: T::schema_ref(),
    }]
}

const ETAG: (&str, &str) = (
    "ETag",
    "The version of the object; send it as `If-Match` to change or delete the object.",
);
const LOCATION: (&str, &str) = ("Location", "The path of the new object.");

/// Implements the framework's response: how the document shows it, and how it is sent.
macro_rules! api_response {
    ([$($generics:tt)*] $type:ty, $register:expr, $meta:expr, $self:ident => $send:expr) => {
        impl<$($generics)*> ApiResponse for $type {
            fn meta() -> MetaResponses {
                $meta
            }

            fn register(registry: &mut Registry) {
                ($register)(registry);
            }
        }

        impl<$($generics)*> IntoResponse for $type {
            fn into_response($self) -> Response {
                $send.into_response()
            }
        }
    };
}

api_response!(
    [T: Resource] Versioned<T>,
    T::register,
    meta(StatusCode::OK, json::<T>(), &[ETAG]),
    self => {
        let etag = format!("\"{}\"", self.0.version());
        Json(self.0).with_header(header::ETAG, etag)
    }
);

api_response!(
    [T: Resource] Created<T>,
    T::register,
    meta(StatusCode::CREATED, json::<T>(), &[ETAG, LOCATION]),
    self => {
        let location = format!("/api/v1/{}/{}", T::COLLECTION, self.0.id());
        let response = Versioned(self.0).with_status(StatusCode::CREATED);
        response.with_header(header::LOCATION, location)
    }
);

api_response!(
    [T: ToJSON] Issued<T>,
    T::register,
    meta(StatusCode::CREATED, json::<T>(), &[]),
    self => Json(self.0).with_status(StatusCode::CREATED)
);

api_response!(
    [] NoContent,
    |_: &mut Registry| (),
    meta(StatusCode::NO_CONTENT, vec![], &[]),
    self => StatusCode::NO_CONTENT
);
