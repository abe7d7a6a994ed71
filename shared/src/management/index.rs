//! Noting the ids of keys that were made before ids were noted.

use std::fmt;
use std::str::FromStr;

use crate::gate::app::App;
use crate::registry::error::Result;
use crate::registry::key::Id;
use crate::registry::slug::Slug;
use crate::store::Keys;

/// How many organizations are read at once.
const ORGANIZATIONS: u32 = 100;

/// How far one has come, going through organizations by their slugs, and through the keys of each from the newest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// All up to this organization are done.
    After(Slug),
    /// All before this organization are, and of its own keys those from this one on.
    Within(Slug, Id),
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(org) => write!(f, "{org}"),
            Self::Within(org, id) => write!(f, "{org}/{id}"),
        }
    }
}

impl FromStr for Cursor {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text.split_once('/') {
            None => Ok(Self::After(text.to_owned().try_into()?)),
            Some((org, id)) => Ok(Self::Within(org.to_owned().try_into()?, id.to_owned().try_into()?)),
        }
    }
}

/// What one call has done.
#[derive(Clone, Debug)]
pub struct Indexed {
    /// How many keys it has noted.
    pub count: usize,
    /// Where the next call goes on, if there is more.
    pub goes_on: Option<Cursor>,
}

/// Notes the ids of the keys that come after `place`, as many as there is time for. Doing that again does no harm.
///
/// # Errors
/// The store does not answer, and nothing was done. Where something was, that is the answer, and the next call goes on from there.
pub async fn index(app: &App, place: Option<Cursor>) -> Result<Indexed> {
    let mut way = Way { app, tries: app.keys.tries(), count: 0, place };
    match way.go().await {
        Ok(is_done) => Ok(Indexed { count: way.count, goes_on: way.place.filter(|_| !is_done) }),
        Err(error) if way.count == 0 => Err(error),
        Err(error) => {
            tracing::warn!(error = ?error, "noting the ids of keys has stopped, and goes on when it is asked for again");
            Ok(Indexed { count: way.count, goes_on: way.place })
        }
    }
}

struct Way<'a> {
    app: &'a App,
    tries: dynamodb::Tries,
    count: usize,
    /// How far it has come; `None` at the beginning.
    place: Option<Cursor>,
}

impl Way<'_> {
    /// Goes on until all is done, which is `true`, or the time is over.
    async fn go(&mut self) -> Result<bool> {
        if let Some(Cursor::Within(org, id)) = self.place.clone()
            && !self.through(org, Some(id)).await?
        {
            return Ok(false);
        }
        loop {
            let after = match &self.place {
                Some(Cursor::After(org) | Cursor::Within(org, _)) => Some(org),
                None => None,
            };
            let (slugs, has_more) = self.app.keys.slugs(ORGANIZATIONS, after).await?;
            for slug in slugs {
                if !self.through(slug, None).await? {
                    return Ok(false);
                }
            }
            if !has_more {
                return Ok(true);
            }
        }
    }

    /// Goes through the keys of `org` that are older than `after`. `false`: the time is over.
    async fn through(&mut self, org: Slug, mut after: Option<Id>) -> Result<bool> {
        loop {
            let (ids, has_more) = self.app.keys.ids(&org, Keys::NOTED_AT_ONCE, after.as_ref()).await?;
            let is_noted = ids.is_empty() || self.app.keys.note_ids(&org, &ids, &mut self.tries.beside()).await?;
            if is_noted {
                self.count = self.count.saturating_add(ids.len());
            }
            after = ids.last().filter(|_| has_more && is_noted).cloned();
            self.place = Some(match &after {
                Some(id) => Cursor::Within(org.clone(), id.clone()),
                None => Cursor::After(org.clone()),
            });
            if self.tries.are_over() {
                return Ok(false);
            }
            if after.is_none() {
                return Ok(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for text in ["acme", "acme/key_00000000000000000000000000"] {
            assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
        }
        for text in ["", "/", "acme/", "acme/x", "ACME", "acme/key_00000000000000000000000000/"] {
            assert!(text.parse::<Cursor>().is_err(), "{text}");
        }
    }
}
