//! Looking for the keys of an organization that fit a filter, page by page.

use dynamodb::Result;
use jiff::Timestamp;

use crate::environment::clock::Moment;
use crate::registry::key::{Filter, Id, Key};
use crate::registry::slug::Slug;
use crate::store::{Keys, Passes};

/// How many keys one search looks at: some 200 KB, 25 read units.
const SEARCHED: u32 = 500;

/// How many it reads at once at least, after the first.
const READ_AT_ONCE: u32 = 25;

/// How far a search looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Until its page is full.
    Page,
    /// On, to count how many fit in all.
    All,
}

/// How many keys a search for `limit` reads next that has `found` so many among those that it has `looked_at`: as many as its page needs
/// if as many of the next fit. What is read past the end of a page is read once more for the next one.
fn reading(limit: u32, looked_at: u32, found: usize) -> u32 {
    if looked_at == 0 {
        return limit;
    }
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    let missing = limit.saturating_sub(found);
    let needed = missing.saturating_mul(looked_at).checked_div(found).unwrap_or(u32::MAX).saturating_add(1);

    // A quarter more each time: where the next fit less often, there are few calls all the same.
    needed.max(looked_at.div_euclid(4)).max(READ_AT_ONCE)
}

/// A page of the keys that were looked for.
#[derive(Clone, Debug)]
pub struct Found {
    /// The keys, newest first.
    pub keys: Vec<Key>,
    /// The key after which the search goes on, if there are more to look at.
    pub goes_on: Option<Id>,
    /// How many fit in all, where this call has looked at all of them.
    pub total: Option<usize>,
}

impl Keys {
    /// At most `limit` keys of `org` that fit `filter` at `now` and are older than `after`, newest first. One call looks at
    /// 500 keys at most, so that a page may have fewer than there are; and no further than `reach` says.
    pub async fn search(
        &self,
        org: &Slug,
        filter: &Filter,
        (limit, after): (u32, Option<&Id>),
        reach: Reach,
        now: Timestamp,
    ) -> Result<Found> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut keys, mut place, mut looked_at) = (Vec::new(), after.cloned(), 0_u32);
        loop {
            let at_once = match reach {
                Reach::Page => reading(limit, looked_at, keys.len()).min(SEARCHED.saturating_sub(looked_at)),
                Reach::All => SEARCHED,
            };
            let (mut some, has_more) = self.list(org, at_once, place.as_ref()).await?;
            looked_at = looked_at.saturating_add(at_once);
            place = some.last().map(|key| key.id.clone()).filter(|_| has_more);
            some.retain(|key| filter.fits(key, now));
            if let Some(Moment(since)) = filter.unused_since {
                some = self.unused(some, since).await?;
            }
            keys.extend(some);
            if keys.len() >= most || place.is_none() || looked_at >= SEARCHED {
                break;
            }
        }
        let total = if place.is_some() || after.is_some() { None } else { Some(keys.len()) };
        let is_cut = keys.len() > most;
        keys.truncate(most);
        let goes_on = if is_cut { keys.last().map(|key| key.id.clone()) } else { place };

        Ok(Found { keys, goes_on, total })
    }

    /// Those of `keys` that were not used since.
    async fn unused(&self, keys: Vec<Key>, since: Timestamp) -> Result<Vec<Key>> {
        let mut unused = Vec::new();
        for some in keys.chunks(Passes::AT_ONCE) {
            let used = self.passes.last_used_of(some).await?;
            let is_unused = |key: &&Key| used.get(&key.digest).is_none_or(|at| *at < since);
            unused.extend(some.iter().filter(is_unused).cloned());
        }

        Ok(unused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_reads_on_as_far_as_its_page_needs_and_with_few_calls() {
        assert_eq!(reading(100, 0, 0), 100);
        // Nearly all fit, a half, one, none.
        for (found, next) in [(99, 25), (50, 101), (1, 9_901), (0, u32::MAX)] {
            assert_eq!(reading(100, 100, found), next, "{found}");
        }
        // Of what is looked at at first all fit, and then nothing more.
        let (mut looked_at, mut calls) = (0, 0);
        while looked_at < SEARCHED {
            looked_at += reading(100, looked_at, looked_at.min(99).try_into().unwrap());
            calls += 1;
        }
        assert!(calls < 10, "{calls}");
    }
}
