//! Which requests match another route when one list of routes replaces another: exact over the grammar of routes.
//!
//! Pure. Must never miss a request: lists that are too large to compare yield [`TooLarge`], never "unchanged".

use crate::model::{PathPattern, Route, Segment};
use std::collections::{BTreeSet, HashSet};

/// Steps after which two lists count as too large to compare: about a tenth of a second.
const MOST_STEPS: usize = 5_000_000;

/// Every method that a route can have; HEAD is checked as GET.
const METHODS: [&str; 6] = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"];

/// Some request matched `before` and now matches `after`; `None` means that no route matches and the request is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteChange<'a> {
    /// The first match among the old routes.
    pub before: Option<&'a Route>,
    /// The first match among the new ones.
    pub after: Option<&'a Route>,
}

/// The lists are too large to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// Every pair of different routes between which at least one request moves.
///
/// # Errors
/// When the lists are too large to compare.
pub fn route_changes<'a>(
    before: &'a [Route],
    after: &'a [Route],
) -> Result<Vec<RouteChange<'a>>, TooLarge> {
    if before == after {
        return Ok(Vec::new());
    }
    let mut search = Search {
        before,
        after,
        found: BTreeSet::new(),
        seen: HashSet::new(),
        steps: 0,
    };
    search.run()?;
    let pairs = search.found.iter().map(|(old, new)| RouteChange {
        before: old.and_then(|place| before.get(place)),
        after: new.and_then(|place| after.get(place)),
    });
    Ok(pairs.filter(|pair| pair.before != pair.after).collect())
}

/// Positions in the old list followed by the new list.
type Places = Vec<usize>;

/// A search over all paths: a node stands for all prefixes that match the same routes.
struct Search<'a> {
    before: &'a [Route],
    after: &'a [Route],
    found: BTreeSet<(Option<usize>, Option<usize>)>,
    seen: HashSet<(usize, Places)>,
    steps: usize,
}

/// The next segment of a path.
#[derive(Clone, Copy)]
enum Next<'a> {
    /// A text that some pattern has at this depth.
    Literal(&'a str),
    /// Any other text.
    Other,
}

impl<'a> Search<'a> {
    fn run(&mut self) -> Result<(), TooLarge> {
        let all = (0..self.before.len() + self.after.len()).collect();
        let mut open = vec![(0, all)];
        while let Some((depth, active)) = open.pop() {
            self.expand(depth, &active, &mut open)?;
        }
        Ok(())
    }

    fn expand(
        &mut self,
        depth: usize,
        active: &Places,
        open: &mut Vec<(usize, Places)>,
    ) -> Result<(), TooLarge> {
        // An empty last segment: the path ends in a slash.
        let slash = self.following(depth, active, Next::Literal(""))?;
        self.record(depth + 1, &slash);
        for next in self.nexts(depth, active) {
            let following = self.following(depth, active, next)?;
            self.record(depth + 1, &following);
            let differs = |place: &usize| {
                let pattern = self.pattern(*place);
                pattern.is_some_and(|pattern| differs_below(pattern, depth + 1))
            };
            if following.iter().any(differs) && self.seen.insert((depth + 1, following.clone())) {
                open.push((depth + 1, following));
            }
        }
        Ok(())
    }

    /// The literals of the patterns at this depth, and any other text.
    fn nexts(&self, depth: usize, active: &Places) -> Vec<Next<'a>> {
        let texts = active.iter().filter_map(|place| {
            match self.pattern(*place)?.segments().get(depth)? {
                Segment::Literal(text) if !text.is_empty() => Some(text.as_str()),
                _ => None,
            }
        });
        let texts: BTreeSet<&str> = texts.collect();
        let literals = texts.into_iter().map(Next::Literal);
        literals.chain([Next::Other]).collect()
    }

    fn following(
        &mut self,
        depth: usize,
        active: &Places,
        next: Next<'_>,
    ) -> Result<Places, TooLarge> {
        self.steps += active.len() + 1;
        if self.steps > MOST_STEPS {
            return Err(TooLarge);
        }
        let still_matches = |place: &usize| {
            let pattern = self.pattern(*place);
            pattern.is_some_and(|pattern| match (pattern.segments().get(depth), next) {
                (None, _) => pattern.matches_rest(),
                (Some(Segment::Literal(text)), Next::Literal(next)) => text == next,
                (Some(Segment::Literal(_)), Next::Other) => false,
                (Some(Segment::Parameter(_)), Next::Literal(next)) => !next.is_empty(),
                (Some(Segment::Parameter(_)), Next::Other) => true,
            })
        };
        Ok(active.iter().copied().filter(still_matches).collect())
    }

    /// Records, for a path that ends here, the first match in both lists for each method.
    fn record(&mut self, length: usize, active: &Places) {
        let ends = |place: &&usize| {
            let pattern = self.pattern(**place);
            pattern.is_some_and(|p| {
                p.segments().len() == length || (p.matches_rest() && p.segments().len() < length)
            })
        };
        let ending: Places = active.iter().filter(ends).copied().collect();
        for method in METHODS {
            let has = |place: &&usize| {
                let route = self.route(**place);
                route.is_some_and(|route| route.methods.contains(method))
            };
            let of = |old: bool| {
                let mine = |place: &&usize| (**place < self.before.len()) == old;
                ending.iter().filter(mine).find(has).copied()
            };
            let new = of(false).map(|place| place - self.before.len());
            let pair = (of(true), new);
            self.found.insert(pair);
        }
    }

    fn route(&self, place: usize) -> Option<&'a Route> {
        match place.checked_sub(self.before.len()) {
            None => self.before.get(place),
            Some(place) => self.after.get(place),
        }
    }

    fn pattern(&self, place: usize) -> Option<&'a PathPattern> {
        self.route(place).map(|route| &route.path)
    }
}

/// Do the segments from this depth on determine whether the pattern matches? Not when the depth is inside `/**`.
fn differs_below(pattern: &PathPattern, depth: usize) -> bool {
    let length = pattern.segments().len();
    length > depth || (length == depth && !pattern.matches_rest())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::CanonicalPath;
    use crate::policy::routes::RouteIndex;
    use crate::policy::testing::route;
    use proptest::prelude::*;

    fn routes(texts: &[&str]) -> Vec<Route> {
        texts.iter().map(|text| route(text)).collect()
    }

    fn name(route: Option<&Route>) -> String {
        route.map_or("none".to_owned(), |r| format!("{} {}", r.methods, r.path))
    }

    fn changes(before: &[&str], after: &[&str]) -> Vec<String> {
        let (before, after) = (routes(before), routes(after));
        let changes = route_changes(&before, &after).unwrap();
        let shown = changes
            .iter()
            .map(|c| format!("{} → {}", name(c.before), name(c.after)));
        shown.collect()
    }

    const ADMIN: &str = "* /admin/** admin:write";
    const REST: &str = "* /** signed-in";

    #[test]
    fn equal_lists_move_no_request() {
        assert!(changes(&[ADMIN, REST], &[ADMIN, REST]).is_empty());
        let unrelated = ["GET /a a:read", "GET /b b:read"];
        let swapped = ["GET /b b:read", "GET /a a:read"];
        assert!(changes(&unrelated, &swapped).is_empty());
    }

    #[test]
    fn new_first_route_moves_what_it_shadows() {
        let shadowed = changes(&[ADMIN, REST], &["GET /admin/x public", ADMIN, REST]);
        assert_eq!(shadowed, ["* /admin/** → GET /admin/x"]);
        assert_eq!(
            changes(&[ADMIN, REST], &[REST, ADMIN]),
            ["* /admin/** → * /**"],
            "another order"
        );
        assert!(
            changes(&[ADMIN, REST], &[ADMIN, REST, "GET /admin/x public"]).is_empty(),
            "a route that no request reaches"
        );
    }

    #[test]
    fn removed_route_moves_its_requests_to_the_next_or_none() {
        assert_eq!(changes(&[ADMIN, REST], &[REST]), ["* /admin/** → * /**"]);
        assert_eq!(changes(&[ADMIN], &[]), ["* /admin/** → none"]);
        assert_eq!(changes(&[], &[ADMIN]), ["none → * /admin/**"]);
    }

    #[test]
    fn broader_pattern_or_method_moves_what_no_route_had() {
        let before = ["GET /a/{x} a:read"];
        assert_eq!(
            changes(&before, &["GET /a/** a:read"]),
            ["none → GET /a/**", "GET /a/{x} → GET /a/**"]
        );
        assert_eq!(
            changes(&before, &["GET,POST /a/{x} a:read"]),
            ["none → GET,POST /a/{x}", "GET /a/{x} → GET,POST /a/{x}"]
        );
    }

    #[test]
    fn rest_added_to_a_pattern_moves_everything_below_it() {
        for (before, after) in [("/b", "/b/**"), ("/b/{x}", "/b/{x}/**"), ("/b/", "/b/**")] {
            let [before, after] = [before, after].map(|path| format!("POST {path}"));
            let [open, wide] = [&before, &after].map(|route| format!("{route} public"));
            let moved = changes(&[&open], &[&wide]);
            let all = [format!("none → {after}"), format!("{before} → {after}")];
            assert_eq!(moved, all);
            let back = changes(&[&wide], &[&open]);
            assert!(back.contains(&format!("{after} → none")), "{back:?}");
        }
    }

    #[test]
    fn too_large_lists_are_named_as_such() {
        // Patterns of which every subset matches some path.
        let pattern = |at: usize| {
            let segment = |place: usize| {
                if place == at {
                    "/a".to_owned()
                } else {
                    format!("/{{p{place}}}")
                }
            };
            let path: String = (0..24).map(segment).collect();
            route(&format!("GET {path} a:read"))
        };
        let many: Vec<Route> = (0..24).map(pattern).collect();
        assert_eq!(route_changes(&many, &[]), Err(TooLarge));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]
        #[test]
        fn no_request_that_moves_is_missed(
            old in proptest::collection::vec(("GET|POST|\\*", "(/(a|b|\\{x\\})){1,1}(/(a|b|\\{y\\})){0,2}(/\\*\\*|/)?", "public|signed-in|a:b"), 0..6),
            new in proptest::collection::vec(("GET|POST|\\*", "(/(a|b|\\{x\\})){1,1}(/(a|b|\\{y\\})){0,2}(/\\*\\*|/)?", "public|signed-in|a:b"), 0..6),
            targets in proptest::collection::vec(("(/(a|b|c)){1,4}/?", "GET|POST|PUT"), 1..20),
        ) {
            let list = |texts: &[(String, String, String)]| -> Vec<Route> {
                let valid = texts.iter().filter(|(_, path, _)| path.parse::<PathPattern>().is_ok());
                valid.map(|(m, p, r)| route(&format!("{m} {p} {r}"))).collect()
            };
            let (old, new) = (list(&old), list(&new));
            let changes = route_changes(&old, &new).unwrap();
            for (target, method) in targets {
                let path = CanonicalPath::parse(target.as_bytes()).unwrap();
                let of = |routes: &[Route]| RouteIndex::build(routes).first(routes, &method, &path);
                let before = of(&old).map(|place| &old[place]);
                let after = of(&new).map(|place| &new[place]);
                let moved = RouteChange { before, after };
                prop_assert!(before == after || changes.contains(&moved), "{method} {target}");
            }
        }
    }
}
