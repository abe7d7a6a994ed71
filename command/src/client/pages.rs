//! A list, page by page.

use serde_json::Value;

use super::{Call, Client};
use crate::error::Error;

/// The most rows of a page.
const PAGE: usize = 100;

/// A list of the stack's.
#[derive(Debug)]
pub(crate) struct Pages<'c> {
    client: &'c Client,
    path: String,
    filter: Vec<(&'static str, String)>,
    /// How many rows are still wanted; all where it is `None`.
    left: Option<usize>,
    cursor: Option<String>,
    is_over: bool,
}

impl<'c> Pages<'c> {
    /// The list at `path`, up to `most` rows.
    pub(crate) fn new(client: &'c Client, path: impl Into<String>, most: Option<usize>) -> Self {
        Self { client, path: path.into(), filter: Vec::new(), left: most, cursor: None, is_over: most == Some(0) }
    }

    /// Those rows of it alone of which these parameters are true.
    pub(crate) fn filtered(self, filter: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Self {
        let filter = filter.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();

        Self { filter, ..self }
    }

    /// The next page; nothing after the last one.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Value>>, Error> {
        if self.is_over {
            return Ok(None);
        }
        let limit = self.left.unwrap_or(PAGE).min(PAGE);
        let call = Call::get(&*self.path).with("cursor", self.cursor.as_ref()).with("limit", Some(limit));
        let call = self.filter.iter().fold(call, |call, (name, value)| call.with(name, Some(value)));
        let mut page = self.client.json(call).await?;
        let Some(Value::Array(mut rows)) = page.get_mut("data").map(Value::take) else {
            return Err(Error::Failed("the stack's answer is no list".to_owned()));
        };
        self.cursor = page.pointer("/meta/pagination/cursor").and_then(Value::as_str).map(str::to_owned);
        if let Some(left) = &mut self.left {
            rows.truncate(*left);
            *left = left.saturating_sub(rows.len());
        }
        self.is_over = self.cursor.is_none() || self.left == Some(0);

        Ok(Some(rows))
    }

    /// Every row.
    pub(crate) async fn all(mut self) -> Result<Vec<Value>, Error> {
        let mut rows = Vec::new();
        while let Some(page) = self.next().await? {
            rows.extend(page);
        }

        Ok(rows)
    }
}
