//! The keys that a provider publishes (RFC 7517). Keys that must not verify a signature are removed before the library
//! reads the set: it ignores `key_ops` and the length of a key.

use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::CoreJsonWebKeySet;
use serde::Deserialize;
use serde_json::{Value, json};

/// Shortest modulus of an RSA key, in bytes (RFC 7518 section 3.3).
const MIN_MODULUS_BYTES: usize = 256;

/// The keys of a published set that may verify a signature.
#[derive(Deserialize)]
#[serde(try_from = "PublishedKeys")]
pub(super) struct VerificationKeys(pub CoreJsonWebKeySet);

#[derive(Deserialize)]
struct PublishedKeys {
    keys: Vec<Value>,
}

impl TryFrom<PublishedKeys> for VerificationKeys {
    type Error = serde_json::Error;

    fn try_from(PublishedKeys { mut keys }: PublishedKeys) -> Result<Self, Self::Error> {
        keys.retain(|key| may_verify(key) && is_long_enough(key));
        serde_json::from_value(json!({ "keys": keys })).map(Self)
    }
}

fn may_verify(key: &Value) -> bool {
    let operations = key.get("key_ops").and_then(Value::as_array);
    operations.is_none_or(|all| all.iter().any(|operation| operation == "verify"))
}

fn is_long_enough(key: &Value) -> bool {
    let Some(modulus) = key.get("n") else {
        return true;
    };
    let bytes = modulus
        .as_str()
        .map(|n| BASE64URL_NOPAD.decode(n.as_bytes()));
    let bytes = bytes.and_then(Result::ok).unwrap_or_default();
    bytes.iter().skip_while(|byte| **byte == 0).count() >= MIN_MODULUS_BYTES
}
