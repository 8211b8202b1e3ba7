//! Answers to form submissions, which browsers show as pages although they are not GET requests.

use crate::http::{AnswerTarget, Problem, RequestContext};
use poem::http::header;
use poem::{Request, Response};

/// The answer to a rejected form: a page if the client accepts HTML.
pub(super) fn respond_with_problem(
    request: &Request,
    context: &RequestContext,
    problem: &Problem,
) -> Response {
    let accept = request.headers().get(header::ACCEPT);
    let page = accept.is_some_and(|accept| accept.to_str().is_ok_and(|a| a.contains("text/html")));
    problem.respond(&AnswerTarget {
        request: context.origin.request,
        page,
    })
}
