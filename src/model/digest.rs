//! SHA-256 as an array, so that whatever keeps a digest need not know how long the library says it is.

use aws_lc_rs::{digest, hmac};

/// SHA-256 of these bytes, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    array(context.finish().as_ref())
}

/// HMAC-SHA-256 under a key that was made for it.
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
