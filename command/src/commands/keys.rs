//! `latchkey keys`: keys of an organization.

mod create;
mod delete;
mod export;
mod find;
mod get;
mod import;
mod index;
mod list;
mod regenerate;
mod reset;
mod update;
mod usage;

use clap::{Args, Subcommand};

use crate::client::Call;
use crate::error::{Error, Exit};
use crate::options::named;
use crate::output::{Column, Output, limits, text};
use crate::parse;
use crate::place::Target;
use crate::secret::{Destination, Reserved};
use crate::session::Session;

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    List(list::List),
    Find(find::Find),
    Get(get::Get),
    Create(create::Create),
    Update(update::Update),
    Regenerate(regenerate::Regenerate),
    Reset(reset::Reset),
    Import(import::Import),
    Export(export::Export),
    Index(index::Index),
    Delete(delete::Delete),
    Usage(usage::Usage),
}

impl Keys {
    pub(super) async fn run(self, target: Target, output: Output) -> Result<Exit, Error> {
        match self {
            Self::List(list) => list.run(&Session::open(target, output).await?).await.map_err(named),
            // The key is read before a stack is looked for.
            Self::Find(find) => find.run(target, output).await,
            Self::Get(get) => get.run(&Session::open(target, output).await?).await,
            Self::Create(create) => create.run(&Session::open(target, output).await?).await.map_err(named),
            Self::Update(update) => update.run(&Session::open(target, output).await?).await.map_err(named),
            Self::Regenerate(regenerate) => regenerate.run(&Session::open(target, output).await?).await.map_err(named),
            Self::Reset(reset) => reset.run(&Session::open(target, output).await?).await,
            // A file that is not right is no reason to look for a stack.
            Self::Import(import) => import.run(target, output).await,
            Self::Export(export) => export.run(&Session::open(target, output).await?).await,
            Self::Index(index) => index.run(&Session::open(target, output).await?).await,
            Self::Delete(delete) => delete.run(&Session::open(target, output).await?).await,
            Self::Usage(usage) => usage.run(&Session::open(target, output).await?).await,
        }
    }
}

/// Which key.
#[derive(Debug, Args)]
struct Which {
    /// The organization's slug
    #[arg(value_parser = parse::slug)]
    org: String,

    /// The key's id
    #[arg(value_parser = parse::id)]
    id: String,
}

impl Which {
    fn path(&self) -> String {
        format!("{}/{}", path(&self.org), self.id)
    }
}

/// Makes `call`, which gives a key a secret, and shows the key. The secret goes where it is wanted. Where no answer comes, nobody will
/// ever have it, and `unanswered` says what to do.
async fn with_secret(
    session: &Session,
    call: Call<'_>,
    to: Option<&Destination>,
    unanswered: &str,
) -> Result<Exit, Error> {
    let place = Reserved::at(to, &session.target, &session.client.place).await?;
    let mut key = match session.client.data(call.once()).await {
        Ok(key) => key,
        Err(error) => {
            place.give_up().await;
            if let Error::Unanswered(why) = error {
                return Err(Error::Failed(format!("{why}: {unanswered}")));
            }
            return Err(error);
        }
    };
    place.fill(&mut key).await?;
    match session.output.one(&key, COLUMNS) {
        Err(Error::Closed) if to.is_none() => {
            let id = text(&key, "/id");
            Err(Error::Failed(format!("the key {id} has a new secret, which nobody has read: regenerate it")))
        }
        shown => shown.map(|()| Exit::Done),
    }
}

/// The path of the keys of the organization `slug`.
fn path(slug: &str) -> String {
    format!("/operator/v1/organizations/{slug}/api-keys")
}

/// A key in a table.
const COLUMNS: &[Column] = &[
    ("id", |key| text(key, "/id")),
    ("name", |key| text(key, "/name")),
    ("external id", |key| text(key, "/externalId")),
    ("metadata", |key| text(key, "/metadata")),
    ("type", |key| text(key, "/type")),
    ("scopes", |key| text(key, "/scopes")),
    ("status", |key| text(key, "/status")),
    ("limits", |key| limits(key, "/limits")),
    ("addresses", |key| text(key, "/allowedAddresses")),
    ("created", |key| text(key, "/createdAt")),
    ("used", |key| text(key, "/lastUsedAt")),
    ("expires", |key| text(key, "/expiresAt")),
    ("rotated", |key| text(key, "/lastRotatedAt")),
    ("overlap ends", |key| text(key, "/overlapEndsAt")),
    ("rotates", |key| text(key, "/rotatesAt")),
    ("leaked", |key| text(key, "/leak/at")),
    ("fingerprint", |key| text(key, "/fingerprint")),
    ("hint", |key| text(key, "/hint")),
    // Of a key that was just made: its secret, or where that is.
    ("key", |key| text(key, "/key")),
];
