//! The target canonicaliser: one canonical form per path, or an error. Routes, endpoints and upstreams use this form.
//!
//! A target that two servers could interpret differently is rejected.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::fmt;

/// Longest target that is accepted.
const MAX_TARGET_BYTES: usize = 8 * 1024;

/// Every byte but those that stay unescaped in a segment: RFC 3986 `pchar` without `;`, at which some servers cut a path.
const ESCAPED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');

/// A canonical path: decoded segments, none of which is `.`, `..` or, except for the last, empty. Borrows the target if
/// nothing is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CanonicalPath<'a> {
    /// The decoded segments with a slash between them.
    text: Cow<'a, str>,
    ends: Ends,
    encoded_slash: bool,
    semicolon: bool,
}

/// The end of each segment in the text: a slash there is a separator, any other slash was sent as `%2F`.
type Ends = SmallVec<[u16; 16]>;

/// Why a target is rejected: two servers could interpret it differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// `*`, the absolute form, or an empty target.
    #[error("the target does not start with `/`; send the path alone")]
    NoLeadingSlash,
    /// Longer than 8 KiB.
    #[error("the target is longer than 8192 bytes; shorten it")]
    TooLong,
    /// A request target never contains `#` (RFC 9112 section 3.2).
    #[error("the target contains a fragment; leave out `#` and what follows, or write `%23`")]
    Fragment,
    /// `//`.
    #[error("the path has an empty segment (`//`); write one slash")]
    EmptySegment,
    /// `.` or `..`, plain or encoded.
    #[error("the path has a `.` or `..` segment; send it resolved")]
    DotSegment,
    /// `\` or `%5C`.
    #[error("the path contains a backslash, which some servers treat as a slash; leave it out")]
    Backslash,
    /// `;` or `%3B` at the start of a segment or after `.` or `..`: a server that cuts the segment there reads another path.
    #[error("the path has a segment that begins with `;`, `.;` or `..;`; leave the semicolon out")]
    Semicolon,
    /// A control character, a space or a byte that must be encoded.
    #[error(
        "the path contains a control character or a space; leave it out, or write a space as `%20`"
    )]
    ControlCharacter,
    /// `%` without two hexadecimal digits.
    #[error("the path has a `%` without two hexadecimal digits; write a percent sign as `%25`")]
    BadEscape,
    /// Encoded twice.
    #[error("the path is percent-encoded twice; encode it once")]
    EncodedTwice,
    /// Not UTF-8 after decoding.
    #[error("the path is not UTF-8 after decoding; encode it as UTF-8")]
    NotUtf8,
}

impl<'a> CanonicalPath<'a> {
    /// Parses the target of a request and ignores its query.
    pub fn parse(target: &'a [u8]) -> Result<Self, TargetError> {
        if target.len() > MAX_TARGET_BYTES {
            return Err(TargetError::TooLong);
        }
        if target.contains(&b'#') {
            return Err(TargetError::Fragment);
        }
        let path = target.split(|b| *b == b'?').next().unwrap_or_default();
        let raw = path.strip_prefix(b"/").ok_or(TargetError::NoLeadingSlash)?;
        if raw.iter().any(|b| *b <= b' ' || *b == 0x7f) {
            return Err(TargetError::ControlCharacter);
        }
        let (text, ends) = if raw.contains(&b'%') {
            let (bytes, ends) = decode(raw)?;
            let text = String::from_utf8(bytes).map_err(|_| TargetError::NotUtf8)?;
            (Cow::Owned(text), ends)
        } else {
            let text = std::str::from_utf8(raw).map_err(|_| TargetError::NotUtf8)?;
            (Cow::Borrowed(text), ends_of_plain(raw))
        };
        Self::checked(text, ends)
    }

    /// Rejects what two servers could interpret differently.
    fn checked(text: Cow<'a, str>, ends: Ends) -> Result<Self, TargetError> {
        check_characters(&text)?;
        let mut path = Self {
            semicolon: text.contains(';'),
            encoded_slash: false,
            text,
            ends,
        };
        let last = path.ends.len().saturating_sub(1);
        let mut encoded_slash = false;
        for (at, segment) in path.segments().enumerate() {
            check_dots(segment)?;
            if segment.is_empty() && at != last {
                return Err(TargetError::EmptySegment);
            }
            encoded_slash |= segment.contains('/');
        }
        path.encoded_slash = encoded_slash;
        Ok(path)
    }

    /// The same path with an owned text.
    pub fn into_owned(self) -> CanonicalPath<'static> {
        CanonicalPath {
            text: Cow::Owned(self.text.into_owned()),
            ends: self.ends,
            encoded_slash: self.encoded_slash,
            semicolon: self.semicolon,
        }
    }

    /// The decoded segments; an empty last one stands for a trailing slash.
    pub fn segments(&self) -> impl Iterator<Item = &str> + Clone {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let end = usize::from(*end);
            let segment = self.text.get(start..end).unwrap_or_default();
            start = end + 1;
            segment
        })
    }

    /// Does a segment contain a slash that was sent as `%2F`? Only a route that allows them matches.
    pub fn has_encoded_slash(&self) -> bool {
        self.encoded_slash
    }

    /// Does a segment contain a semicolon, plain or sent as `%3B`? Only a route that allows them matches.
    pub fn has_semicolon(&self) -> bool {
        self.semicolon
    }
}

impl fmt::Display for CanonicalPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in self.segments() {
            write!(f, "/{}", utf8_percent_encode(segment, &ESCAPED))?;
        }
        Ok(())
    }
}

/// A position in a text, which is at most `MAX_TARGET_BYTES` long.
fn place(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

fn ends_of_plain(raw: &[u8]) -> Ends {
    let bytes = raw.iter().enumerate();
    let slashes = bytes.filter(|(_, b)| **b == b'/').map(|(at, _)| place(at));
    slashes.chain(std::iter::once(place(raw.len()))).collect()
}

/// Every segment, decoded exactly once, and the end of each.
fn decode(raw: &[u8]) -> Result<(Vec<u8>, Ends), TargetError> {
    if !escapes_are_whole(raw) {
        return Err(TargetError::BadEscape);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut ends = Ends::new();
    for segment in raw.split(|b| *b == b'/') {
        if !ends.is_empty() {
            bytes.push(b'/');
        }
        bytes.extend(percent_encoding::percent_decode(segment));
        ends.push(place(bytes.len()));
    }
    if has_escape(&bytes) {
        return Err(TargetError::EncodedTwice);
    }
    Ok((bytes, ends))
}

fn check_characters(text: &str) -> Result<(), TargetError> {
    for c in text.chars() {
        match c {
            '\\' => return Err(TargetError::Backslash),
            c if c.is_control() => return Err(TargetError::ControlCharacter),
            _ => {}
        }
    }
    Ok(())
}

/// A slash inside a segment was sent as `%2F`: its parts must not become dot segments or `//` when an upstream decodes it.
fn check_dots(text: &str) -> Result<(), TargetError> {
    let misread = |part: &str| {
        let head = part.split_once(';').map(|(head, _)| head);
        matches!(head, Some("" | "." | ".."))
    };
    if text.contains(';') && text.split('/').any(misread) {
        return Err(TargetError::Semicolon);
    }
    let mut parts = text.split('/');
    if parts.clone().any(|part| part == "." || part == "..") {
        return Err(TargetError::DotSegment);
    }
    if text.contains('/') && parts.any(str::is_empty) {
        return Err(TargetError::EmptySegment);
    }
    Ok(())
}

fn is_escape(window: &[u8]) -> bool {
    matches!(window, [b'%', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

fn escapes_are_whole(raw: &[u8]) -> bool {
    raw.iter()
        .enumerate()
        .filter(|(_, b)| **b == b'%')
        .all(|(at, _)| raw.get(at..).is_some_and(is_escape))
}

fn has_escape(bytes: &[u8]) -> bool {
    bytes.windows(3).any(is_escape)
}

#[cfg(test)]
mod tests {
    use super::{CanonicalPath, TargetError as F};
    use proptest::prelude::*;

    /// Target as sent → its canonical form, or the error.
    const TABLE: [(&str, Result<&str, F>); 87] = [
        ("/", Ok("/")),
        ("/a", Ok("/a")),
        ("/a/", Ok("/a/")),
        ("/a/b", Ok("/a/b")),
        ("/A", Ok("/A")),
        ("/%61dmin", Ok("/admin")),
        ("/%61dmin/", Ok("/admin/")),
        ("/adm%69n/x", Ok("/admin/x")),
        ("/a%20b", Ok("/a%20b")),
        ("/a+b", Ok("/a+b")),
        ("/a%2Bb", Ok("/a+b")),
        ("/a%7Eb", Ok("/a~b")),
        ("/a%7eb", Ok("/a~b")),
        ("/a.b", Ok("/a.b")),
        ("/a%2eb", Ok("/a.b")),
        ("/...", Ok("/...")),
        ("/.well-known/x", Ok("/.well-known/x")),
        ("/%C3%A4", Ok("/%C3%A4")),
        ("/ä", Ok("/%C3%A4")),
        ("/100%25", Ok("/100%25")),
        ("/100%25x", Ok("/100%25x")),
        ("/@scope%2Fpkg", Ok("/@scope%2Fpkg")),
        ("/@scope%2fpkg", Ok("/@scope%2Fpkg")),
        ("/a:b", Ok("/a:b")),
        ("/a,b", Ok("/a,b")),
        ("/a=b&c", Ok("/a=b&c")),
        ("/a?x=/public/", Ok("/a")),
        ("/a?x=../b", Ok("/a")),
        ("/a?", Ok("/a")),
        ("/?a", Ok("/")),
        ("/a??b", Ok("/a")),
        ("/a?x=//;%00", Ok("/a")),
        ("/private%3f/public", Ok("/private%3F/public")),
        ("/private%23/public", Ok("/private%23/public")),
        ("/a%22b", Ok("/a%22b")),
        ("/a|b", Ok("/a%7Cb")),
        ("/a%3Cb", Ok("/a%3Cb")),
        ("", Err(F::NoLeadingSlash)),
        ("*", Err(F::NoLeadingSlash)),
        ("admin", Err(F::NoLeadingSlash)),
        ("?a", Err(F::NoLeadingSlash)),
        ("http://other/admin", Err(F::NoLeadingSlash)),
        ("%2fadmin", Err(F::NoLeadingSlash)),
        ("//admin/x", Err(F::EmptySegment)),
        ("///admin", Err(F::EmptySegment)),
        ("/a//b", Err(F::EmptySegment)),
        ("/a//", Err(F::EmptySegment)),
        ("//", Err(F::EmptySegment)),
        ("/%2fadmin", Err(F::EmptySegment)),
        ("/a%2f", Err(F::EmptySegment)),
        ("/a%2f%2fb", Err(F::EmptySegment)),
        ("/.", Err(F::DotSegment)),
        ("/..", Err(F::DotSegment)),
        ("/./a", Err(F::DotSegment)),
        ("/a/../b", Err(F::DotSegment)),
        ("/public/../admin/x", Err(F::DotSegment)),
        ("/public/%2e%2e/admin/x", Err(F::DotSegment)),
        ("/public/.%2E/admin/x", Err(F::DotSegment)),
        ("/%2e/a", Err(F::DotSegment)),
        ("/a/..%2fadmin/x", Err(F::DotSegment)),
        ("/a/%2e%2e%2fadmin", Err(F::DotSegment)),
        ("/a%2f..%2fb", Err(F::DotSegment)),
        ("/\\admin", Err(F::Backslash)),
        ("/a\\..\\b", Err(F::Backslash)),
        ("/a%5cb", Err(F::Backslash)),
        ("/a%5C..%5Cb", Err(F::Backslash)),
        ("/a;x=1/b", Ok("/a%3Bx=1/b")),
        ("/a%3bb", Ok("/a%3Bb")),
        ("/a;", Ok("/a%3B")),
        ("/..;/admin", Err(F::Semicolon)),
        ("/.;x/admin", Err(F::Semicolon)),
        ("/%2e%2e%3b/admin", Err(F::Semicolon)),
        ("/;x/admin", Err(F::Semicolon)),
        ("/a%2F..;/b", Err(F::Semicolon)),
        ("/a%2F;/b", Err(F::Semicolon)),
        ("/a#b", Err(F::Fragment)),
        ("/private#/public/", Err(F::Fragment)),
        ("/a?b#c", Err(F::Fragment)),
        ("/a b", Err(F::ControlCharacter)),
        ("/a%00b", Err(F::ControlCharacter)),
        ("/a%0d%0ab", Err(F::ControlCharacter)),
        ("/a%7f", Err(F::ControlCharacter)),
        ("/%zz", Err(F::BadEscape)),
        ("/%", Err(F::BadEscape)),
        ("/a%2", Err(F::BadEscape)),
        ("/a/%252e%252e/b", Err(F::EncodedTwice)),
        ("/a%252fb", Err(F::EncodedTwice)),
    ];

    #[test]
    fn every_target_has_one_form_or_an_error() {
        for (target, expected) in TABLE {
            let got = CanonicalPath::parse(target.as_bytes()).map(|path| path.to_string());
            assert_eq!(got, expected.map(str::to_owned), "{target}");
        }
    }

    #[test]
    fn malformed_and_overlong_utf8_is_rejected() {
        for target in [
            &b"/\xff"[..],
            b"/%ff",
            b"/%c0%af",
            b"/%e0%80%af",
            b"/%ed%a0%80",
        ] {
            assert_eq!(CanonicalPath::parse(target), Err(F::NotUtf8), "{target:?}");
        }
        assert_eq!(CanonicalPath::parse(&[b'/'; 9000]), Err(F::TooLong));
    }

    #[test]
    fn only_an_encoded_slash_or_a_semicolon_raises_its_flag() {
        assert!(CanonicalPath::parse(b"/a%2Fb").unwrap().has_encoded_slash());
        assert!(!CanonicalPath::parse(b"/a/b").unwrap().has_encoded_slash());
        for (target, has) in [("/a;b", true), ("/a%3Bb", true), ("/a/b?x;y", false)] {
            let path = CanonicalPath::parse(target.as_bytes()).unwrap();
            assert_eq!(path.has_semicolon(), has, "{target}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_of_a_canonical_form_is_itself(target in "/[ -~ä%./]{0,40}") {
            if let Ok(path) = CanonicalPath::parse(target.as_bytes()) {
                let text = path.to_string();
                prop_assert_eq!(CanonicalPath::parse(text.as_bytes()), Ok(path));
            }
        }

        #[test]
        fn each_segment_is_decoded_by_itself(target in "/[a-c%2F5;ä/.]{0,30}") {
            if let Ok(path) = CanonicalPath::parse(target.as_bytes()) {
                let sent = target[1..].split('/');
                let decoded: Vec<String> = sent
                    .map(|segment| percent_encoding::percent_decode_str(segment).decode_utf8().unwrap().into())
                    .collect();
                prop_assert_eq!(path.segments().collect::<Vec<_>>(), decoded);
            }
        }

        #[test]
        fn no_bytes_cause_a_panic(target in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = CanonicalPath::parse(&target);
        }
    }
}
