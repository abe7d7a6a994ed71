//! What is to be done so that the stack is as the file says. Nothing is changed here.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::difference::difference;
use super::file::Wanted;
use super::judge::{Change, check};
use crate::client::pages::Pages;
use crate::client::{Call, Client};
use crate::deletion::{Trail, delete};
use crate::error::Error;
use crate::output::text;

const ORGANIZATIONS: &str = "/operator/v1/organizations";
const DELETED: &str = "deleted";

/// What is to be done about one organization.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) slug: String,
    /// `created`, `changed`, `continued`, `locked`, `deleted` or `unchanged`.
    pub(crate) result: &'static str,
    /// Each member that differs, with what it is and what it is to be.
    pub(crate) changes: Map<String, Value>,
    /// What the stack is to be told.
    terms: Map<String, Value>,
}

impl Step {
    /// Whether there is something to do.
    pub(crate) fn differs(&self) -> bool {
        self.result != "unchanged"
    }

    /// Does it. Once the stack has said that it deletes, `has_begun` is set: it goes on by itself then.
    pub(crate) async fn carry_out(&self, client: &Client, has_begun: &Cell<bool>) -> Result<(), Error> {
        // What is locked already is deleted as it is.
        if self.result != DELETED || !self.terms.is_empty() {
            let terms = Value::Object(self.terms.clone());
            client.data(Call::put(format!("{ORGANIZATIONS}/{}", self.slug), terms)).await?;
        }
        if self.result == DELETED {
            delete(client, &self.slug, Trail::Keep, has_begun).await?;
        }

        Ok(())
    }

    /// As a row of output.
    pub(crate) fn row(&self) -> Value {
        json!({"slug": self.slug, "result": self.result, "changes": self.changes})
    }

    /// What of it is to be judged.
    fn change(&self) -> Change<'_> {
        Change { slug: &self.slug, is_new: self.result == "created", terms: &self.terms }
    }

    /// What makes `present` as it is `wanted`.
    fn toward(wanted: &Wanted, present: Option<&Value>) -> Result<Self, Error> {
        let changes = difference(present, &wanted.terms()?);
        let is_pending = present.is_some_and(is_pending);
        let result = match present {
            None => "created",
            Some(_) if !changes.is_empty() => "changed",
            // The same call once more goes on where an earlier one had no time left.
            Some(_) if is_pending => "continued",
            Some(_) => "unchanged",
        };
        let after = |(member, change): (&String, &Value)| (member.clone(), change["after"].clone());
        let terms = changes.iter().map(after).collect();

        Ok(Self { slug: wanted.slug().to_owned(), result, changes, terms })
    }

    /// What locks an organization that the file does not have.
    fn lock(slug: &str, present: &Value) -> Self {
        let terms = Map::from_iter([("status".to_owned(), json!("locked"))]);
        let changes = difference(Some(present), &terms);
        let result = match (changes.is_empty(), is_pending(present)) {
            (false, _) => "locked",
            (true, true) => "continued",
            (true, false) => "unchanged",
        };

        Self { slug: slug.to_owned(), result, changes, terms }
    }

    /// What deletes such an organization, once it is locked.
    fn delete(slug: &str, present: &Value) -> Self {
        let lock = Self::lock(slug, present);
        // A lock that is in force already is not made again.
        let terms = if lock.differs() { lock.terms } else { Map::new() };

        Self { result: DELETED, terms, slug: lock.slug, changes: lock.changes }
    }
}

/// Whether an earlier change of `present` is not in force for all of its keys: the same call once more goes on with it.
fn is_pending(present: &Value) -> bool {
    present.get("pending").is_some_and(Value::is_object)
}

/// What becomes of organizations that the file lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// They stay as they are.
    Stays,
    /// They are locked.
    IsLocked,
    /// They are locked and deleted.
    IsDeleted,
}

/// What is to be done, in the order of the file; then what is done to the `rest`, which the file lacks.
pub(crate) async fn plan(client: &Client, wanted: &[Wanted], rest: Rest) -> Result<Vec<Step>, Error> {
    let prunes = rest != Rest::Stays;
    if prunes && wanted.is_empty() {
        let what = if rest == Rest::IsDeleted { "delete" } else { "lock" };
        return Err(Error::Usage(format!("the file has no organization: --prune would {what} all that there are")));
    }
    let mut present = present(client, wanted, prunes).await?;
    let mut steps = Vec::new();
    for wanted in wanted {
        steps.push(Step::toward(wanted, present.remove(wanted.slug()).as_ref())?);
    }
    let changes = steps.iter().map(Step::change).collect::<Vec<_>>();
    check(client, &changes).await?;
    match rest {
        Rest::Stays => (),
        Rest::IsLocked => steps.extend(present.iter().map(|(slug, org)| Step::lock(slug, org))),
        Rest::IsDeleted => steps.extend(present.iter().map(|(slug, org)| Step::delete(slug, org))),
    }

    Ok(steps)
}

/// The organizations that are there: all of them, or those that are wanted.
async fn present(client: &Client, wanted: &[Wanted], all: bool) -> Result<BTreeMap<String, Value>, Error> {
    let mut present = BTreeMap::new();
    if all {
        for org in Pages::new(client, ORGANIZATIONS, None).all().await? {
            present.insert(text(&org, "/slug"), org);
        }
        return Ok(present);
    }
    for wanted in wanted {
        match client.data(Call::get(format!("{ORGANIZATIONS}/{}", wanted.slug()))).await {
            Ok(org) => drop(present.insert(wanted.slug().to_owned(), org)),
            Err(Error::NotFound(_)) => (),
            Err(error) => return Err(error),
        }
    }

    Ok(present)
}
