//! The paths of a stack and their methods, without the functions behind them: what a stack needs to know of its template
//! when it runs. A build script writes it down as a table, so that no function reads the template.

use crate::path::{Pattern, RequestPath};
use crate::{Error, Target, Template};

/// Routes that lead somewhere, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Paths(Vec<Path>);

#[derive(Debug, Clone)]
struct Path {
    pattern: Pattern,
    method: String,
    key: String,
}

impl Paths {
    /// The paths with these keys: `GET /api/v1/courses/{id}`. A text that is not a key takes no request.
    pub fn new<'k>(keys: impl IntoIterator<Item = &'k str>) -> Self {
        let paths = keys.into_iter().filter_map(|key| {
            let (method, path) = key.split_once(' ')?;
            let pattern = Pattern::parse(path).ok()?;

            Some(Path { pattern, method: method.to_owned(), key: key.to_owned() })
        });

        Self(paths.collect())
    }

    /// The methods that `path` takes by routes whose keys are `open`, sorted; `ANY` for a route that takes all.
    pub fn methods(&self, path: &str, open: impl Fn(&str) -> bool) -> Vec<String> {
        let path = RequestPath::new(path);
        let fitting = self.0.iter().filter(|known| known.pattern.fit(&path).is_some() && open(&known.key));
        let mut methods: Vec<String> = fitting.map(|known| known.method.clone()).collect();
        methods.sort();
        methods.dedup();

        methods
    }
}

impl Template {
    /// The keys of all routes but `$default`, sorted.
    pub fn route_keys(&self) -> Vec<String> {
        let routes = self.functions.iter().flat_map(|function| &function.routes);
        let mut keys: Vec<_> = routes.filter(|route| route.target != Target::Default).map(crate::Route::key).collect();
        keys.sort();

        keys
    }

    /// The values that `parameter` may have, by the list that the template `yaml` gives.
    pub fn allowed_values(yaml: &str, parameter: &str) -> Result<Vec<String>, Error> {
        let root = crate::node::Node::parse(yaml)?;
        let values = root.need("Parameters")?.need(parameter)?.need("AllowedValues")?;

        values.list()?.iter().map(|value| value.text().map(str::to_owned)).collect()
    }
}
