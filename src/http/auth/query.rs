//! Parameters of a query or a form. A repeated parameter is an error: two servers could read different values.

use crate::http::{Problem, ProblemCode};
use poem::Request;
use std::borrow::Cow;
use url::form_urlencoded;

/// The parameters of a query or a form.
pub(super) struct QueryParameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> QueryParameters<'a> {
    /// The parameters of the query.
    pub(super) fn of(request: &'a Request) -> Self {
        Self::read(request.uri().query().unwrap_or_default().as_bytes())
    }

    /// The parameters of a form's body.
    pub(super) fn read(text: &'a [u8]) -> Self {
        Self(form_urlencoded::parse(text).collect())
    }

    /// The value of a parameter, which must not be repeated.
    pub(super) fn get(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(key, _)| key == name);
        let first = values.next().map(|(_, value)| value.as_ref());
        if values.next().is_some() {
            let detail = format!("parameter `{name}` is repeated; send it once");
            return Err(Problem::new(ProblemCode::RequestMalformed, detail));
        }
        Ok(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_parameter_is_an_error_and_others_are_decoded_once() {
        let parameters = QueryParameters::read(b"a=%2541&b=1&b=1&%61b=x");
        assert_eq!(parameters.get("a").unwrap(), Some("%41"));
        assert_eq!(parameters.get("ab").unwrap(), Some("x"));
        assert_eq!(parameters.get("c").unwrap(), None);
        assert_eq!(
            parameters.get("b").unwrap_err().code(),
            ProblemCode::RequestMalformed
        );
    }
}
