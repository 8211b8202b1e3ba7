//! Parameters of an address or a form. One sent twice is none: two parties could take different ones.

use crate::http::{Problem, ProblemCode};
use poem::Request;
use std::borrow::Cow;
use url::form_urlencoded;

/// The parameters of one request.
pub(super) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    /// Those of the address.
    pub(super) fn of(request: &'a Request) -> Self {
        Self::read(request.uri().query().unwrap_or_default().as_bytes())
    }

    /// Those of a form's body.
    pub(super) fn read(text: &'a [u8]) -> Self {
        Self(form_urlencoded::parse(text).collect())
    }

    /// The value of a parameter.
    pub(super) fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let first = values.next().map(|(_, value)| value.as_ref());
        if values.next().is_some() {
            let detail = format!("parameter `{name}` is there twice; send it once");
            return Err(Problem::new(ProblemCode::RequestMalformed, detail));
        }
        Ok(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_sent_twice_is_refused_and_others_are_decoded_once() {
        let parameters = Parameters::read(b"a=%2541&b=1&b=1&%61b=x");
        assert_eq!(parameters.one("a").unwrap(), Some("%41"));
        assert_eq!(parameters.one("ab").unwrap(), Some("x"));
        assert_eq!(parameters.one("c").unwrap(), None);
        assert_eq!(
            parameters.one("b").unwrap_err().code(),
            ProblemCode::RequestMalformed
        );
    }
}
