//! The route index: finds the first matching route of an application without walking through all of them.

use super::target::CanonicalPath;
use crate::model::{Route, Segment};
use foldhash::HashMap;
use smallvec::SmallVec;
use std::sync::Arc;

/// The values of a route's parameters, in the order of its pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Parameters(SmallVec<[(Arc<str>, Box<str>); 1]>);

impl Parameters {
    /// The value of the parameter of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut all = self.iter();
        all.find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// A tree over path segments; each node has the positions of the routes that end there.
#[derive(Debug, Default)]
pub(super) struct RouteIndex {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<String, Node>,
    parameter: Option<Box<Node>>,
    ends: Vec<usize>,
    rests: Vec<usize>,
}

impl RouteIndex {
    pub(super) fn build(routes: &[Route]) -> Self {
        let mut index = Self::default();
        for (place, route) in routes.iter().enumerate() {
            let mut node = &mut index.root;
            for segment in route.path.segments() {
                node = match segment {
                    Segment::Literal(text) => node.literals.entry(text.clone()).or_default(),
                    Segment::Parameter(_) => node.parameter.get_or_insert_default(),
                };
            }
            let list = if route.path.matches_rest() {
                &mut node.rests
            } else {
                &mut node.ends
            };
            list.push(place);
        }
        index
    }

    /// The position of the first route that matches this method and path.
    pub(super) fn first(
        &self,
        routes: &[Route],
        method: &str,
        path: &CanonicalPath<'_>,
    ) -> Option<usize> {
        self.first_of(routes, method, path.segments())
    }

    /// [`RouteIndex::first`] for segments that come from no request.
    pub(super) fn first_of<'s>(
        &self,
        routes: &[Route],
        method: &str,
        segments: impl Iterator<Item = &'s str> + Clone,
    ) -> Option<usize> {
        let has_method = |place: &usize| {
            routes
                .get(*place)
                .is_some_and(|route| route.methods.contains(method))
        };
        let mut best = None;
        self.root.walk(segments, &mut |places| {
            let first = places.iter().copied().find(|place| has_method(place));
            best = first.into_iter().chain(best).min();
        });
        best
    }
}

impl Node {
    /// Visits every list of routes that the path reaches. Depth is bounded by the longest pattern of the application.
    fn walk<'s>(
        &self,
        mut path: impl Iterator<Item = &'s str> + Clone,
        visit: &mut impl FnMut(&[usize]),
    ) {
        visit(&self.rests);
        let Some(head) = path.next() else {
            visit(&self.ends);
            return;
        };
        if let Some(next) = self.literals.get(head) {
            next.walk(path.clone(), visit);
        }
        if let Some(next) = self.parameter.as_deref().filter(|_| !head.is_empty()) {
            next.walk(path, visit);
        }
    }
}

/// The values of the route's parameters in the path; a secret one has the value `{name}`, so that no secret leaves this
/// function.
pub(super) fn parameters(route: &Route, path: &CanonicalPath<'_>) -> Parameters {
    let pairs = route.path.segments().iter().zip(path.segments());
    let values = pairs.filter_map(|(segment, value)| match segment {
        Segment::Parameter(name) if route.secret_parameters.contains(&**name) => {
            Some((Arc::clone(name), format!("{{{name}}}").into()))
        }
        Segment::Parameter(name) => Some((Arc::clone(name), value.into())),
        Segment::Literal(_) => None,
    });
    Parameters(values.collect())
}

#[cfg(test)]
mod tests {
    use super::{CanonicalPath, RouteIndex};
    use crate::model::{Requirement, Route, Segment};
    use proptest::prelude::*;

    fn route(methods: &str, path: &str) -> Route {
        Route {
            methods: methods.parse().unwrap(),
            path: path.parse().unwrap(),
            requirement: Requirement::Public,
            repository: None,
            encoded_slash: false,
            secret_parameters: std::collections::BTreeSet::new(),
            semicolon: false,
        }
    }

    fn first(routes: &[Route], method: &str, path: &str) -> Option<usize> {
        let path = CanonicalPath::parse(path.as_bytes()).unwrap();
        RouteIndex::build(routes).first(routes, method, &path)
    }

    /// A direct implementation of the route grammar: the reference for the index.
    fn slow(route: &Route, method: &str, path: &CanonicalPath<'_>) -> bool {
        let pattern = route.path.segments();
        let length = path.segments().count();
        let enough =
            pattern.len() == length || (route.path.matches_rest() && pattern.len() <= length);
        let same = pattern
            .iter()
            .zip(path.segments())
            .all(|(segment, value)| match segment {
                Segment::Literal(text) => text == value,
                Segment::Parameter(_) => !value.is_empty(),
            });
        route.methods.contains(method) && enough && same
    }

    #[test]
    fn rest_matches_its_root_the_slash_and_everything_below() {
        let routes = [route("*", "/a/**")];
        for path in ["/a", "/a/", "/a/b", "/a/b/c/"] {
            assert_eq!(first(&routes, "GET", path), Some(0), "{path}");
        }
        for path in ["/", "/ab", "/b/a"] {
            assert_eq!(first(&routes, "GET", path), None, "{path}");
        }
        assert_eq!(first(&[route("*", "/**")], "GET", "/"), Some(0));
    }

    #[test]
    fn the_first_matching_route_is_the_route() {
        let routes = [
            route("POST", "/a/{x}"),
            route("*", "/a/{x}"),
            route("GET", "/a/b"),
        ];
        assert_eq!(first(&routes, "POST", "/a/b"), Some(0));
        assert_eq!(first(&routes, "GET", "/a/b"), Some(1));
        assert_eq!(first(&routes, "BREW", "/a/b"), None);
    }

    #[test]
    fn a_parameter_is_one_segment_that_is_not_empty() {
        let routes = [route("*", "/a/{x}")];
        assert_eq!(first(&routes, "GET", "/a/"), None);
        assert_eq!(first(&routes, "GET", "/a/b/c"), None);
        assert_eq!(first(&routes, "GET", "/a/b"), Some(0));
    }

    #[test]
    fn secret_parameter_has_its_name_as_value() {
        let mut route = route("GET", "/reset/{token}/{page}");
        route.secret_parameters = ["token".to_owned()].into();
        let path = CanonicalPath::parse(b"/reset/hunter2/1").unwrap();
        let shown = super::parameters(&route, &path);
        assert_eq!(
            (shown.get("token"), shown.get("page")),
            (Some("{token}"), Some("1"))
        );
    }

    proptest! {
        #[test]
        fn the_index_finds_what_walking_the_list_finds(
            patterns in proptest::collection::vec(("GET|POST|\\*", "(/(a|b|\\{x\\})){1,1}(/(a|b|\\{y\\})){0,2}(/\\*\\*)?"), 0..8),
            target in "(/(a|b|c)){1,4}/?",
            method in "GET|HEAD|POST|PUT",
        ) {
            let routes: Vec<Route> = patterns
                .iter()
                .filter(|(_, path)| path.parse::<crate::model::PathPattern>().is_ok())
                .map(|(methods, path)| route(methods, path))
                .collect();
            let path = CanonicalPath::parse(target.as_bytes()).unwrap();
            let expected = routes.iter().position(|r| slow(r, &method, &path));
            prop_assert_eq!(RouteIndex::build(&routes).first(&routes, &method, &path), expected);
        }
    }
}
