//! What an operation answers when all went well: an object with its version, a new object, or nothing.

use poem::http::{StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};

/// One object with its version as `ETag`.
pub(super) struct Versioned<T> {
    /// The object.
    pub object: T,
    /// Its version.
    pub version: u64,
}

/// An object that was just made, with its version as `ETag` and its address as `Location`.
pub(super) struct Created<T> {
    /// The object.
    pub object: T,
    /// Its version.
    pub version: u64,
    /// Its address below `/api/v1`.
    pub location: String,
}

/// Something new that is shown this once and has no address.
pub(super) struct Shown<T>(pub T);

/// It is done and there is nothing to say.
pub(super) struct Done;

/// The `ETag` of a version.
pub(super) fn etag(version: u64) -> String {
    format!("\"{version}\"")
}

fn meta<T: ToJSON>(status: u16, names: &[(&str, &str)]) -> MetaResponses {
    let header = |(name, meaning): &(&str, &str)| MetaHeader {
        name: (*name).to_owned(),
        description: Some((*meaning).to_owned()),
        required: true,
        deprecated: false,
        schema: String::schema_ref(),
    };
    MetaResponses {
        responses: vec![MetaResponse {
            description: "done",
            status: Some(status),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: Json::<T>::CONTENT_TYPE,
                schema: T::schema_ref(),
            }],
            headers: names.iter().map(header).collect(),
        }],
    }
}

const ETAG: (&str, &str) = (
    "ETag",
    "send it as `If-Match` to change or delete the object",
);

impl<T: ToJSON> ApiResponse for Versioned<T> {
    fn meta() -> MetaResponses {
        meta::<T>(StatusCode::OK.as_u16(), &[ETAG])
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ToJSON> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        Json(self.object)
            .with_header(header::ETAG, etag(self.version))
            .into_response()
    }
}

impl<T: ToJSON> ApiResponse for Created<T> {
    fn meta() -> MetaResponses {
        let location = ("Location", "address of the new object");
        meta::<T>(StatusCode::CREATED.as_u16(), &[ETAG, location])
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ToJSON> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        Json(self.object)
            .with_header(header::ETAG, etag(self.version))
            .with_header(header::LOCATION, format!("/api/v1/{}", self.location))
            .with_status(StatusCode::CREATED)
            .into_response()
    }
}

impl<T: ToJSON> ApiResponse for Shown<T> {
    fn meta() -> MetaResponses {
        meta::<T>(StatusCode::CREATED.as_u16(), &[])
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ToJSON> IntoResponse for Shown<T> {
    fn into_response(self) -> Response {
        Json(self.0)
            .with_status(StatusCode::CREATED)
            .into_response()
    }
}

impl ApiResponse for Done {
    fn meta() -> MetaResponses {
        MetaResponses {
            responses: vec![MetaResponse {
                description: "done",
                status: Some(StatusCode::NO_CONTENT.as_u16()),
                status_range: None,
                content: vec![],
                headers: vec![],
            }],
        }
    }

    fn register(_: &mut Registry) {}
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}
