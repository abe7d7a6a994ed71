//! Noting the ids of keys that were made before ids were noted.

use std::fmt;
use std::str::FromStr;

use crate::gate::app::App;
use crate::registry::error::Result;
use crate::registry::key::Id;
use crate::registry::slug::Slug;

/// How many keys are read at once.
const KEYS: u32 = 500;

/// How many organizations are.
const ORGANIZATIONS: u32 = 25;

/// How far one has come, going through organizations by their slugs, and through the keys of each from the newest on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// All up to this organization are done.
    After(Slug),
    /// All before this organization are, and of its own keys those from this one on.
    Within(Slug, Id),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::After(org) => write!(f, "{org}"),
            Self::Within(org, id) => write!(f, "{org}/{id}"),
        }
    }
}

impl FromStr for Place {
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
    pub goes_on: Option<Place>,
}

/// Notes the ids of the keys that come after `place`, as many as there is time for, and at least a page of them. Doing that again does
/// no harm.
///
/// # Errors
/// The store does not answer.
pub async fn index(app: &App, place: Option<Place>) -> Result<Indexed> {
    let tries = app.keys.tries();
    let (mut count, mut after) = (0_usize, None);
    match place {
        Some(Place::Within(org, id)) => {
            if let Some(id) = note(app, &org, Some(id), &tries, &mut count).await? {
                return Ok(Indexed { count, goes_on: Some(Place::Within(org, id)) });
            }
            after = Some(org);
        }
        Some(Place::After(org)) => after = Some(org),
        None => (),
    }
    loop {
        let (slugs, goes_on) = app.keys.slugs(ORGANIZATIONS, after.as_ref()).await?;
        for slug in slugs {
            if tries.are_over() {
                return Ok(Indexed { count, goes_on: after.map(Place::After) });
            }
            if let Some(id) = note(app, &slug, None, &tries, &mut count).await? {
                return Ok(Indexed { count, goes_on: Some(Place::Within(slug, id)) });
            }
            after = Some(slug);
        }
        if !goes_on {
            return Ok(Indexed { count, goes_on: None });
        }
    }
}

/// Notes the ids of the keys of `org` that are older than `after`. Returns the last one that it has come to, where there are more and
/// the time is over.
async fn note(
    app: &App,
    org: &Slug,
    mut after: Option<Id>,
    tries: &dynamodb::Tries,
    count: &mut usize,
) -> Result<Option<Id>> {
    loop {
        let (keys, has_more) = app.keys.list(org, KEYS, after.as_ref()).await?;
        app.keys.note_ids(&keys).await?;
        *count = count.saturating_add(keys.len());
        after = keys.last().map(|key| key.id.clone()).filter(|_| has_more);
        if after.is_none() || tries.are_over() {
            return Ok(after);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for text in ["acme", "acme/key_00000000000000000000000000"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        for text in ["", "/", "acme/", "acme/x", "ACME", "acme/key_00000000000000000000000000/"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }
}
