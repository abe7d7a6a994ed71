//! `latchkey keys export`: an organization's keys, as `import` takes them.

use clap::Args;

use super::path;
use crate::client::pages::Pages;
use crate::error::{Error, Exit};
use crate::parse;
use crate::session::Session;
use crate::talk;

/// Print an organization's keys with their SHA-256, as lines of JSON that `import` takes, also into another stack
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  latchkey keys export acme > keys.jsonl\n  \
                        latchkey --stack new keys import acme keys.jsonl\n\n\
                        Nobody has a secret to export: keys go on working because their SHA-256 is taken over. A secret that was\n\
                        replaced, and works beside the new one for a while, is not exported. The export is whole if the exit code is 0.")]
pub(crate) struct Export {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,
}

impl Export {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Error> {
        let mut pages = Pages::new(&session.client, format!("{}/export", path(&self.org)), None);
        let output = session.output.lines();
        let mut rows = output.rows(&[]);
        let progress = talk::counting("keys", output);
        let mut count = 0_usize;
        while let Some(page) = pages.next().await? {
            count = count.saturating_add(page.len());
            progress.inc(u64::try_from(page.len()).unwrap_or_default());
            page.into_iter().try_for_each(|key| rows.push(key)).map_err(cut_short)?;
        }
        progress.finish_and_clear();
        rows.end().map_err(cut_short)?;
        talk::note(&format!("{count} keys"));

        Ok(Exit::Done)
    }
}

/// Half of an export passes for a whole one, unless the exit code says otherwise.
fn cut_short(error: Error) -> Error {
    if matches!(error, Error::Closed) {
        return Error::Failed("the export is not whole: nobody reads the rest".to_owned());
    }

    error
}
