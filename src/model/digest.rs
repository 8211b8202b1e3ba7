//! SHA-256 and HMAC-SHA-256 as arrays of 32 bytes.

use aws_lc_rs::{digest, hmac};

/// SHA-256 of the parts, joined.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    array(context.finish().as_ref())
}

/// HMAC-SHA-256.
pub(super) fn hmac_sha256(key: &hmac::Key, bytes: &[u8]) -> [u8; 32] {
    array(hmac::sign(key, bytes).as_ref())
}

fn array(digest: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes
        .iter_mut()
        .zip(digest)
        .for_each(|(to, from)| *to = *from);
    bytes
}
