//! What a command works with: a stack that can be called, and how to print what it says.

use crate::client::Client;
use crate::client::pages::Pages;
use crate::error::{Error, Exit};
use crate::output::{Column, Output};
use crate::place::Target;
use crate::talk;
use crate::wire::Http;

/// A stack, and where what it says goes.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) target: Target,
    pub(crate) client: Client,
    pub(crate) output: Output,
}

impl Session {
    /// Finds the stack.
    pub(crate) async fn open(target: Target, output: Output) -> Result<Self, Error> {
        let http = Http::new();
        let place = target.find(&http).await?;
        // Nobody has asked for this one.
        if place.is_found_here {
            talk::note(&format!("using {}", place.how));
        }

        Ok(Self { target, client: Client::new(place, http), output })
    }

    /// Prints the list at `path`, up to `most` rows, as its pages come.
    pub(crate) async fn list(&self, path: String, most: Option<usize>, columns: &[Column]) -> Result<Exit, Error> {
        self.show(Pages::new(&self.client, path, most), columns).await
    }

    /// Prints `pages`, as they come.
    pub(crate) async fn show(&self, mut pages: Pages<'_>, columns: &[Column]) -> Result<Exit, Error> {
        let mut rows = self.output.rows(columns);
        let mut is_empty = true;
        while let Some(page) = pages.next().await? {
            is_empty &= page.is_empty();
            page.into_iter().try_for_each(|row| rows.push(row))?;
        }
        rows.end()?;
        if is_empty && self.output.is_table() {
            talk::note("there are none");
        }

        Ok(Exit::Done)
    }
}
