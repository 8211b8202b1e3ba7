//! Warnings about routes that an upstream could interpret differently, because it ignores case or a trailing slash, or
//! takes the method from a header.
//!
//! Pure, and advice only: no decision may depend on it. Examines one example path of each route, so it can miss a case
//! that needs a certain value of a parameter.

use super::routes::RouteIndex;
use crate::model::{Requirement, Route, Segment};
use std::collections::BTreeSet;

/// The placeholder for a parameter's value and for a path below `/**`; no pattern is expected to contain it.
const ANY_VALUE: &str = "samovar-any-value";

/// Methods that can be sent as POST with a header that overrides the method.
const OVERRIDDEN: [&str; 3] = ["DELETE", "PATCH", "PUT"];

/// The behaviour of an upstream that the warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RouteWarningKind {
    /// It treats `/Admin` as `/admin`, as Express, ASP.NET and case-insensitive file systems do.
    Case,
    /// It treats `/admin/` as `/admin`, or the reverse, as Express, Django and Flask do.
    TrailingSlash,
    /// It treats a POST as the method in `X-HTTP-Method-Override`, as Rails, Laravel and Spring can.
    MethodOverride,
}

/// A request that requires less than another one, though an upstream may treat both as the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteWarning {
    /// The behaviour of the upstream.
    pub kind: RouteWarningKind,
    /// The stricter route: its position in the list, counted from 1.
    pub route: usize,
    /// The route that requires less, counted from 1.
    pub other: usize,
    /// A request that matches `other` and that an upstream may treat as one of `route`: method and path, `…` for any value.
    pub example: String,
}

/// Every pair of routes with such a request, with one example each.
pub fn route_warnings(routes: &[Route]) -> Vec<RouteWarning> {
    let examiner = Examiner {
        routes,
        index: RouteIndex::build(routes),
        literals: literals(routes),
    };
    let mut found = Vec::new();
    for (place, route) in routes.iter().enumerate() {
        for path in examples(route) {
            examiner.examine(place, route, &path, &mut found);
        }
    }
    let mut seen = BTreeSet::new();
    found
        .retain(|warning: &RouteWarning| seen.insert((warning.route, warning.other, warning.kind)));
    found
}

struct Examiner<'a> {
    routes: &'a [Route],
    index: RouteIndex,
    literals: BTreeSet<&'a str>,
}

/// A path by its segments.
type Path = Vec<String>;

impl Examiner<'_> {
    fn examine(&self, place: usize, route: &Route, path: &Path, found: &mut Vec<RouteWarning>) {
        let variants = [
            (RouteWarningKind::Case, self.other_cases(path)),
            (RouteWarningKind::TrailingSlash, vec![other_slash(path)]),
        ];
        for method in methods(route) {
            if self
                .index
                .first_of(self.routes, method, path.iter().map(String::as_str))
                != Some(place)
            {
                continue;
            }
            for (kind, variants) in &variants {
                for variant in variants {
                    found.extend(self.weaker(*kind, place, method, variant));
                }
            }
            if OVERRIDDEN.contains(&method) {
                let kind = RouteWarningKind::MethodOverride;
                found.extend(self.weaker(kind, place, "POST", path));
            }
        }
    }

    /// A warning when this request matches a route other than that at `place`, and that route requires less.
    fn weaker(
        &self,
        kind: RouteWarningKind,
        place: usize,
        method: &str,
        path: &Path,
    ) -> Option<RouteWarning> {
        let other = self
            .index
            .first_of(self.routes, method, path.iter().map(String::as_str))?;
        let (protecting, answering) = (self.routes.get(place)?, self.routes.get(other)?);
        (other != place && !requires_as_much(answering, protecting)).then(|| RouteWarning {
            kind,
            route: place + 1,
            other: other + 1,
            example: format!("{method} /{}", path.join("/").replace(ANY_VALUE, "…")),
        })
    }

    /// The path with one segment in another case: as other patterns spell it, in capitals, and in lower case.
    fn other_cases(&self, path: &Path) -> Vec<Path> {
        let mut variants = Vec::new();
        for (at, segment) in path.iter().enumerate() {
            if segment == ANY_VALUE {
                continue;
            }
            let folded = segment.to_lowercase();
            let alike = self
                .literals
                .iter()
                .filter(|text| text.to_lowercase() == folded);
            let spelled = alike.map(|text| (*text).to_owned());
            let swapped = [segment.to_uppercase(), folded.clone()];
            for other in spelled.chain(swapped).filter(|other| other != segment) {
                let mut variant = path.clone();
                if let Some(place) = variant.get_mut(at) {
                    *place = other;
                }
                variants.push(variant);
            }
        }
        variants
    }
}

/// The path with its trailing slash added or removed.
fn other_slash(path: &Path) -> Path {
    let mut other = path.clone();
    if other.len() > 1 && other.last().is_some_and(String::is_empty) {
        other.pop();
    } else if other.last().is_some_and(|last| !last.is_empty()) {
        other.push(String::new());
    }
    other
}

/// A path that matches the pattern; for a pattern that ends in `/**`, also a path below it.
fn examples(route: &Route) -> Vec<Path> {
    let segments = route.path.segments().iter().map(|segment| match segment {
        Segment::Literal(text) => text.clone(),
        Segment::Parameter(_) => ANY_VALUE.to_owned(),
    });
    let path: Path = segments.collect();
    let mut examples = Vec::new();
    if route.path.matches_rest() {
        let mut below = path.clone();
        below.push(ANY_VALUE.to_owned());
        examples.push(below);
    }
    if !path.is_empty() {
        examples.push(path);
    }
    examples
}

fn literals(routes: &[Route]) -> BTreeSet<&str> {
    let segments = routes.iter().flat_map(|route| route.path.segments());
    let literals = segments.filter_map(|segment| match segment {
        Segment::Literal(text) => Some(text.as_str()),
        Segment::Parameter(_) => None,
    });
    literals.collect()
}

fn methods(route: &Route) -> impl Iterator<Item = &'static str> {
    let all = ["GET", "POST", "DELETE", "PATCH", "PUT", "OPTIONS"];
    let methods = route.methods;
    all.into_iter()
        .filter(move |method| methods.contains(method))
}

/// Does `one` require at least what `other` requires?
fn requires_as_much(one: &Route, other: &Route) -> bool {
    use Requirement as R;
    let level = |route: &Route| route.repository.map(|needed| needed.level);
    let asks = match (&one.requirement, &other.requirement) {
        (_, R::Public) => true,
        (R::Public, _) => false,
        (_, R::SignedIn) => true,
        (R::SignedIn, R::Permissions(needed)) => needed.is_empty(),
        (R::Permissions(held), R::Permissions(needed)) => held.is_superset(needed),
    };
    asks && level(one) >= level(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::testing::route;

    fn warnings(texts: &[&str]) -> Vec<String> {
        let routes: Vec<Route> = texts.iter().map(|text| route(text)).collect();
        let all = route_warnings(&routes).into_iter();
        all.map(|w| format!("{:?} {} {} {}", w.kind, w.route, w.other, w.example))
            .collect()
    }

    #[test]
    fn twins_in_case_or_last_slash_are_named() {
        assert_eq!(
            warnings(&["GET /admin admin:read", "GET /Admin public"]),
            ["Case 1 2 GET /Admin"]
        );
        assert_eq!(
            warnings(&["GET /admin admin:read", "GET /admin/ signed-in"]),
            ["TrailingSlash 1 2 GET /admin/"]
        );
        assert_eq!(
            warnings(&["GET /a/{id}/ a:read", "GET /a/{id} public"]),
            ["TrailingSlash 1 2 GET /a/…"]
        );
    }

    #[test]
    fn catch_all_that_asks_less_takes_other_spellings() {
        assert_eq!(
            warnings(&["GET /admin/** admin:read", "GET /** signed-in"]),
            ["Case 1 2 GET /ADMIN/…"]
        );
        assert_eq!(
            warnings(&["GET /admin admin:read", "GET /** signed-in"]),
            ["Case 1 2 GET /ADMIN", "TrailingSlash 1 2 GET /admin/"]
        );
    }

    #[test]
    fn weaker_post_beside_other_methods_can_be_overridden() {
        assert_eq!(
            warnings(&["DELETE /a/{id} a:delete", "POST /a/{id} a:write"]),
            ["MethodOverride 1 2 POST /a/…"]
        );
        assert!(warnings(&["DELETE /a/{id} a:write", "POST /a/{id} a:write"]).is_empty());
    }

    #[test]
    fn denied_or_equally_strict_requests_give_no_warning() {
        assert!(warnings(&["GET /admin admin:read"]).is_empty());
        assert!(warnings(&["GET /admin/** admin:read", "GET /ADMIN/** admin:read"]).is_empty());
        assert!(warnings(&["GET /a public", "GET /** signed-in"]).is_empty());
        assert!(warnings(&["* /** signed-in"]).is_empty());
    }
}
