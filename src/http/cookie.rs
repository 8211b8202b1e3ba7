//! Reads one cookie from the head of a request.
//!
//! Knows the grammar of `Cookie` (RFC 6265 section 4.2.1). Must never choose between two values of one name.

use poem::http::{HeaderMap, header};

/// The value of the cookie with this name; none when it is absent or sent twice with different values.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim_ascii().split_once('='))
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value);
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(lines: &[&'static str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("cookie", line.parse().unwrap());
        }
        cookie(&headers, "s").map(str::to_owned)
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name_in_any_line() {
        assert_eq!(find(&["a=1; s=x; b=2"]).as_deref(), Some("x"));
        assert_eq!(find(&["a=1", "s=x=y"]).as_deref(), Some("x=y"));
        assert_eq!(find(&["xs=1; S=2; s"]), None);
        assert_eq!(find(&[]), None);
    }

    #[test]
    fn two_values_of_one_name_yield_none() {
        assert_eq!(find(&["s=x; s=y"]), None);
        assert_eq!(find(&["s=x", "s=x"]).as_deref(), Some("x"));
    }
}
