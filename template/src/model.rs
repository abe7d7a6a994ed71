//! A template's content, in the words of whoever executes it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// A template, every reference in it resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The functions, in the template's order.
    pub functions: Vec<Function>,
    /// The tables, in the template's order.
    pub tables: Vec<Table>,
    /// The values of the parameters: the given ones, and the defaults of the others.
    pub parameters: BTreeMap<String, String>,
}

/// One Lambda function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The logical id: `KeysCreate`.
    pub name: String,
    /// The binary that it runs: `keys-create`.
    pub binary: String,
    /// The requests that reach it.
    pub routes: Vec<Route>,
    /// When it runs by itself.
    pub schedules: Vec<Schedule>,
    /// Its environment variables, those of `Globals` included.
    pub environment: BTreeMap<String, String>,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// How much memory it has, in megabytes.
    pub memory_mb: u32,
    /// Whether its log lines are JSON.
    pub json_logs: bool,
    /// The least severe level that it logs; INFO where nothing is said.
    pub log_level: String,
    /// What it may do to the tables.
    pub statements: Vec<Statement>,
}

/// A function's schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The name of the function's event: `EachMinute`.
    pub name: String,
    /// The time between two runs.
    pub rate: Duration,
}

/// A kind of request that reaches a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Which requests.
    pub target: Target,
    /// Who may send them.
    pub auth: Auth,
}

impl Route {
    /// The route's key, as API Gateway writes it: `GET /api/v1/courses/{id}`, `$default`.
    pub fn key(&self) -> String {
        match &self.target {
            Target::Default => "$default".to_owned(),
            Target::Path { method, path } => format!("{method} {path}"),
        }
    }
}

/// The requests that a route takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Every request that no other route takes.
    Default,
    /// Requests of one method, or of any, to one path.
    Path {
        /// The method.
        method: Method,
        /// The path with its variables: `/api/v1/courses/{id}`.
        path: String,
    },
}

/// The method that a route asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Whichever method.
    Any,
    /// This method, in capitals.
    Named(String),
}

impl fmt::Display for Method {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Any => "ANY",
            Self::Named(name) => name,
        })
    }
}

/// Who may send a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// Anyone: the gateway lets every request through.
    Open,
    /// Whoever signs it with credentials of the account.
    Iam,
}

/// What a function may do to which tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The actions, as the template writes them: `dynamodb:GetItem`, perhaps with `*`.
    pub actions: Vec<String>,
    /// The names of the tables.
    pub tables: Vec<String>,
}

/// A `DynamoDB` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name: the logical id, if the template gives no other.
    pub name: String,
    /// The partition key.
    pub partition_key: KeyAttribute,
    /// The sort key, if it has one.
    pub sort_key: Option<KeyAttribute>,
    /// The attribute that says when an item expires, if any.
    pub ttl_attribute: Option<String>,
}

/// An attribute of a table's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: KeyKind,
}

/// The type of a key attribute, as `DynamoDB` abbreviates it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// Text.
    S,
    /// A number.
    N,
    /// Bytes.
    B,
}
