//! What the proxy remembers of a call.

use serde_json::Value;

use super::request;

/// One call to `DynamoDB`.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function that made it; none for anyone else.
    pub function: Option<String>,
    /// The action, without the service: `UpdateItem`.
    pub action: String,
    /// The tables that it names, each once, sorted; `Table/index/Index` for an index.
    pub tables: Vec<String>,
    /// How many items it names: the members of a transaction or batch, else one.
    pub items: usize,
    /// Write units of the answer. A failed call reports none, though AWS bills a failed condition: zero here.
    pub write_units: f64,
    /// Read units of the answer.
    pub read_units: f64,
    /// The error's type, where it failed: `ConditionalCheckFailedException`; `dropped` where no answer was given.
    pub failed: Option<String>,
}

impl Call {
    pub(super) fn new(function: Option<&str>, action: &str, body: &Value) -> Self {
        let mut tables: Vec<_> = request::members(action, body).into_iter().filter_map(|member| member.table).collect();
        tables.sort();
        tables.dedup();
        Self {
            function: function.map(str::to_owned),
            action: action.to_owned(),
            tables,
            items: request::items(action, body),
            write_units: 0.0,
            read_units: 0.0,
            failed: None,
        }
    }

    /// The same call, with its outcome.
    pub(super) fn answered(self, status: http::StatusCode, body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        if !status.is_success() {
            let kind = body.get("__type").and_then(Value::as_str).unwrap_or_default();
            let kind = kind.rsplit_once('#').map_or(kind, |(_, kind)| kind);
            let failed = if kind.is_empty() { status.to_string() } else { kind.to_owned() };
            return self.failed(&failed);
        }
        let (mut read_units, mut write_units) = (0.0, 0.0);
        for capacity in consumed(&body) {
            let units = |key: &str| capacity.get(key).and_then(Value::as_f64);
            match (units("ReadCapacityUnits"), units("WriteCapacityUnits")) {
                // A transaction's answer has both kinds of units; other actions have one kind, by their name.
                (None, None) if reads(&self.action) => read_units += units("CapacityUnits").unwrap_or_default(),
                (None, None) => write_units += units("CapacityUnits").unwrap_or_default(),
                (read, write) => {
                    read_units += read.unwrap_or_default();
                    write_units += write.unwrap_or_default();
                }
            }
        }
        Self { write_units, read_units, ..self }
    }

    pub(super) fn failed(self, kind: &str) -> Self {
        Self { failed: Some(kind.to_owned()), ..self }
    }
}

fn consumed(body: &Value) -> &[Value] {
    match body.get("ConsumedCapacity") {
        Some(Value::Array(tables)) => tables,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    }
}

fn reads(action: &str) -> bool {
    matches!(action, "GetItem" | "BatchGetItem" | "TransactGetItems" | "Query" | "Scan")
}

/// The call with a wish for its units. None where it has one already, or where its action takes none.
pub(super) fn with_capacity(action: &str, body: &Value) -> Option<Vec<u8>> {
    let takes = reads(action)
        || matches!(action, "PutItem" | "UpdateItem" | "DeleteItem" | "BatchWriteItem" | "TransactWriteItems");
    let mut body = body.as_object().filter(|body| takes && !body.contains_key("ReturnConsumedCapacity"))?.clone();
    body.insert("ReturnConsumedCapacity".to_owned(), Value::from("TOTAL"));
    serde_json::to_vec(&body).ok()
}
