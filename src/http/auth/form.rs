//! Answers to forms, which browsers show as pages although they are no navigation by GET.

use crate::http::{AnswerTarget, Problem, RequestContext};
use poem::http::header;
use poem::{Request, Response};

/// The answer to a form that was not accepted: a page for whoever takes pages.
pub(super) fn refuse(request: &Request, exchange: &RequestContext, problem: &Problem) -> Response {
    let accept = request.headers().get(header::ACCEPT);
    let page = accept.is_some_and(|accept| accept.to_str().is_ok_and(|a| a.contains("text/html")));
    problem.respond(&AnswerTarget {
        request: exchange.origin.request,
        page,
    })
}
