//! Keys as a provider publishes them (RFC 7517). What nothing should be verified by is left out before the library sees it:
//! it looks neither at what a key is for (`key_ops`) nor at how long it is.

use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::CoreJsonWebKeySet;
use serde::Deserialize;
use serde_json::{Value, json};

/// Shortest modulus of an RSA key, in bytes (RFC 7518 section 3.3).
const SHORTEST: usize = 256;

/// Those keys of a published set by which a signature may be verified.
#[derive(Deserialize)]
#[serde(try_from = "Published")]
pub(super) struct Usable(pub CoreJsonWebKeySet);

#[derive(Deserialize)]
struct Published {
    keys: Vec<Value>,
}

impl TryFrom<Published> for Usable {
    type Error = serde_json::Error;
    fn try_from(Published { mut keys }: Published) -> Result<Self, Self::Error> {
        keys.retain(|key| is_to_verify(key) && is_long(key));
        serde_json::from_value(json!({ "keys": keys })).map(Self)
    }
}

fn is_to_verify(key: &Value) -> bool {
    let operations = key.get("key_ops").and_then(Value::as_array);
    operations.is_none_or(|all| all.iter().any(|one| one == "verify"))
}

fn is_long(key: &Value) -> bool {
    let Some(modulus) = key.get("n") else {
        return true;
    };
    let bytes = modulus
        .as_str()
        .map(|n| BASE64URL_NOPAD.decode(n.as_bytes()));
    let bytes = bytes.and_then(Result::ok).unwrap_or_default();
    bytes.iter().skip_while(|byte| **byte == 0).count() >= SHORTEST
}
