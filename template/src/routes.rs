//! Which function a request reaches: the rules of API Gateway's HTTP APIs.

use std::collections::BTreeMap;

use crate::path::{Pattern, Rank, RequestPath};
use crate::{Function, Method, Route, Target, Template};

/// A template's routes, ready to be asked.
#[derive(Debug, Clone)]
pub struct Routes<'t> {
    /// The best first, so that the first that fits is the one.
    paths: Vec<PathRoute<'t>>,
    default: Option<(&'t Function, &'t Route)>,
}

#[derive(Debug, Clone)]
struct PathRoute<'t> {
    pattern: Pattern,
    method: &'t Method,
    function: &'t Function,
    route: &'t Route,
}

/// The function and the route that a request reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'t> {
    /// The function.
    pub function: &'t Function,
    /// The route that led to it.
    pub route: &'t Route,
    /// The values of the path's variables.
    pub path_parameters: BTreeMap<String, String>,
}

impl Template {
    /// The routes of all functions.
    pub fn routes(&self) -> Routes<'_> {
        let mut routes = Routes { paths: Vec::new(), default: None };
        for function in &self.functions {
            for route in &function.routes {
                match &route.target {
                    Target::Default => routes.default = Some((function, route)),
                    Target::Path { method, path } => {
                        // A path that was read is sound. One that was made by hand and is broken takes no request.
                        if let Ok(pattern) = Pattern::parse(path) {
                            routes.paths.push(PathRoute { pattern, method, function, route });
                        }
                    }
                }
            }
        }
        routes.paths.sort_by_cached_key(PathRoute::rank);
        routes
    }
}

impl PathRoute<'_> {
    /// Full matches before those that take the rest, then the more literal, then a method before any method.
    fn rank(&self) -> (bool, Rank, bool) {
        (self.pattern.is_greedy(), self.pattern.rank(), *self.method == Method::Any)
    }
}

impl<'t> Routes<'t> {
    /// The match for a request with this method and this path: `$default` where nothing else takes it. The path is decoded,
    /// for API Gateway decodes it first: to a route, `a%2Fb` is two segments.
    pub fn find(&self, method: &str, path: &str) -> Option<Match<'t>> {
        let path = RequestPath::new(path);
        let takes = |route: &PathRoute<'t>| match route.method {
            Method::Any => true,
            Method::Named(name) => name == method,
        };
        let found = self.paths.iter().filter(|route| takes(route)).find_map(|candidate| {
            let path_parameters = candidate.pattern.fit(&path)?;
            Some(Match { function: candidate.function, route: candidate.route, path_parameters })
        });

        found.or_else(|| {
            let (function, route) = self.default?;
            Some(Match { function, route, path_parameters: BTreeMap::new() })
        })
    }
}
