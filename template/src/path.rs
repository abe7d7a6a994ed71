//! A route's path, in segments: what fits it, and which of two fits better.

use std::collections::BTreeMap;

/// The segments of a route's path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    segments: Vec<Segment>,
}

/// In the order of precedence: the first beats the second beats the third.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Variable(String),
    /// `{proxy+}`: this segment and all that follow.
    Greedy(String),
}

/// How well a path fits; less is better, from the left. Where one ends in `{proxy+}`, the other fits better.
pub(crate) type Rank = Vec<u8>;

impl Pattern {
    pub(crate) fn parse(path: &str) -> Result<Self, String> {
        let inner = path.strip_prefix('/').ok_or_else(|| format!("path {path:?} does not start with /"))?;
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let mut segments = Vec::new();
        for text in inner.split('/').filter(|_| path != "/") {
            if segments.iter().any(|segment| matches!(segment, Segment::Greedy(_))) {
                return Err(format!("path {path:?} goes on after a variable that takes the rest"));
            }
            let segment = segment(text).ok_or_else(|| format!("path {path:?} has a broken segment {text:?}"))?;
            if segment.name().is_some() && segments.iter().any(|other: &Segment| other.name() == segment.name()) {
                return Err(format!("path {path:?} has two variables of one name"));
            }
            segments.push(segment);
        }
        Ok(Self { segments })
    }

    /// A text that is the same for all paths that take the same requests, whatever their variables are called.
    pub(crate) fn shape(&self) -> String {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(text) => format!("/{text}"),
                Segment::Variable(_) => "/{}".to_owned(),
                Segment::Greedy(_) => "/{+}".to_owned(),
            })
            .collect()
    }

    pub(crate) fn rank(&self) -> Rank {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Literal(_) => 0,
                Segment::Variable(_) => 1,
                Segment::Greedy(_) => 2,
            })
            .collect()
    }

    /// Whether the last segment takes the rest of a path.
    pub(crate) fn is_greedy(&self) -> bool {
        matches!(self.segments.last(), Some(Segment::Greedy(_)))
    }

    /// The variables' values, if the path fits.
    pub(crate) fn fit(&self, path: &RequestPath<'_>) -> Option<BTreeMap<String, String>> {
        let mut parameters = BTreeMap::new();
        let mut rest = path.segments.as_slice();
        for segment in &self.segments {
            let (first, others) = rest.split_first()?;
            match segment {
                Segment::Literal(text) if text == first => {}
                Segment::Literal(_) => return None,
                Segment::Variable(_) if first.is_empty() => return None,
                Segment::Variable(name) => {
                    parameters.insert(name.clone(), (*first).to_owned());
                }
                Segment::Greedy(name) => {
                    parameters.insert(name.clone(), rest.join("/"));
                    return Some(parameters);
                }
            }
            rest = others;
        }
        rest.is_empty().then_some(parameters)
    }
}

impl Segment {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Literal(_) => None,
            Self::Variable(name) | Self::Greedy(name) => Some(name),
        }
    }
}

fn segment(text: &str) -> Option<Segment> {
    let name_is_fine = |name: &str| {
        !name.is_empty() && name.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.'))
    };
    match text.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
        Some(inner) => match inner.strip_suffix('+') {
            Some(name) => name_is_fine(name).then(|| Segment::Greedy(name.to_owned())),
            None => name_is_fine(inner).then(|| Segment::Variable(inner.to_owned())),
        },
        None => (!text.is_empty() && !text.contains(['{', '}'])).then(|| Segment::Literal(text.to_owned())),
    }
}

/// A request's path, decoded, in segments. A slash at the end makes no difference.
#[derive(Debug)]
pub(crate) struct RequestPath<'r> {
    segments: Vec<&'r str>,
}

impl<'r> RequestPath<'r> {
    pub(crate) fn new(path: &'r str) -> Self {
        let inner = path.strip_prefix('/').unwrap_or(path);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        Self { segments: if inner.is_empty() { Vec::new() } else { inner.split('/').collect() } }
    }
}
