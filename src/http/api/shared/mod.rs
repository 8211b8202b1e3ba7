//! The code that several nouns of the API share: decoding of request bodies, schemas, responses, pages, names.
//!
//! May name the model and the modules below `http`. Must never name a noun.

pub mod actor;
pub mod body;
pub mod decode;
pub mod field_errors;
pub mod if_match;
pub mod json;
pub mod names;
pub mod page;
pub mod problem_response;
pub mod problems;
pub mod response;
pub mod schema;
pub mod secret;
pub mod tag;
