//! The state of a pass, read from its item in one place. `docs/architecture.md` has the states as a table.

use dynamodb::{AttributeValue, Error, Item, Result};
use jiff::Timestamp;

use super::expressions::{GUARDED, limit_name, shared_name, slide_names, sliding_name};
use crate::contract::has_this_layout;
use crate::contract::limit::{Limit, Limits, Window};
use crate::contract::secret::Digest;
use crate::contract::slide::Slide;
use crate::registry::counts::Counts;
use crate::registry::pass::{Pass, Standing, Terms};
use crate::store::{optional, optional_digest, parsed, read_addresses, time};

/// The fence of a key that is gone: it stops every stamp.
pub(super) const GONE: i64 = i64::MAX;

/// The state of a pass.
#[derive(Debug)]
pub enum State {
    /// No terms: nobody has used the secret yet, there is only a fence, or TTL has removed it.
    Bare {
        /// The pass of the secret before this one, if its counters are still to be taken over.
        from: Option<Digest>,
        /// When the key was last used, with the secret before this one, if those counters were given back.
        last_used_at: Option<Timestamp>,
    },
    /// Terms to judge by, as long as they are current.
    Stamped(Box<Pass>),
    /// The secret was replaced, and its pass closed: its requests count on the pass of the new one.
    Moved {
        /// The new one.
        to: Digest,
        /// When the old one stops working.
        ends: Timestamp,
        /// What it leaves to the pass of the new one.
        left: Box<Remains>,
    },
    /// The key is gone for good.
    Gone,
}

/// What a closed pass leaves to the one after it.
#[derive(Clone, Debug, Default)]
pub struct Remains {
    /// What it has counted.
    pub counts: Counts,
    /// When its secret was last used.
    pub last_used_at: Option<Timestamp>,
}

impl From<Pass> for Remains {
    fn from(pass: Pass) -> Self {
        Self { counts: pass.counts, last_used_at: pass.last_used_at }
    }
}

impl State {
    /// The state that `item` is in. The first that applies here wins, whatever else the item has.
    ///
    /// # Errors
    /// It is not as it should be.
    pub(super) fn read(item: Option<Item>) -> Result<Self> {
        let Some(mut item) = item else { return Ok(Self::Bare { from: None, last_used_at: None }) };
        if item.number("fence")? == Some(GONE) {
            return Ok(Self::Gone);
        }
        if let Some(to) = optional_digest(&mut item, "moved_to")? {
            let ends = time(item.need("ends", Item::number)?)?;
            let last_used_at = item.number("used")?.map(time).transpose()?;
            // A pass that was never stamped has no terms.
            let edition = item.text("edition")?.unwrap_or_default();
            let left = Box::new(Remains { counts: counts_by(&edition, item)?, last_used_at });
            return Ok(Self::Moved { to, ends, left });
        }
        let Some(standing) = item.text("standing")? else {
            let last_used_at = item.number("used")?.map(time).transpose()?;
            return Ok(Self::Bare { from: optional_digest(&mut item, "from")?, last_used_at });
        };
        let standing = Standing::ALL.into_iter().find(|known| known.name() == standing);
        let edition = item.need("edition", Item::text)?;
        // Without that mark nothing slides: what there is of it was left behind.
        let may_slide = edition.ends_with(GUARDED);
        let edition = edition.trim_end_matches(GUARDED).to_owned();
        let terms = Terms {
            org: parsed(&mut item, "org")?,
            key: parsed(&mut item, "key")?,
            key_version: item.number("key_fence")?.unwrap_or_default(),
            external_id: optional(&mut item, "external")?,
            kind: item.text("kind")?,
            standing: standing.ok_or_else(|| Error::Fault("a pass has an unknown standing".to_owned()))?,
            expires_at: item.number("expires")?.map(time).transpose()?,
            scopes: item.text_set("scopes")?.into_iter().collect(),
            limits: read_limits(&mut item, may_slide && has_this_layout(&edition))?,
            shared: read_shared(&mut item)?,
            addresses: read_addresses(&mut item)?,
            until: time(item.need("until", Item::number)?)?,
            edition,
        };
        let last_used_at = item.number("used")?.map(time).transpose()?;
        let counts = if may_slide { counts_by(&terms.edition, item)? } else { read_windows(item)? };

        Ok(Self::Stamped(Box::new(Pass { terms, counts, last_used_at })))
    }
}

/// What the item of a pass of `edition` has counted. Whoever has stamped one of another layout has counted in no span.
fn counts_by(edition: &str, item: Item) -> Result<Counts> {
    let mut counts = read_counts(item)?;
    if !has_this_layout(edition.trim_end_matches(GUARDED)) {
        counts.forget_slides();
    }

    Ok(counts)
}

/// What the item of a pass, or of what is shared, has counted.
pub(super) fn read_counts(mut item: Item) -> Result<Counts> {
    let slides = Window::ALL.into_iter().map(|window| Ok(read_slide(&mut item, window)?.map(|slide| (window, slide))));
    let slides = slides.collect::<Result<Vec<_>>>()?;
    let mut counts = read_windows(item)?;
    for (window, slide) in slides.into_iter().flatten() {
        counts.set_slide(window, slide);
    }

    Ok(counts)
}

/// The same, where nothing slides.
fn read_windows(item: Item) -> Result<Counts> {
    let mut counts = Counts::default();
    for (name, value) in item.rest() {
        let window = Window::ALL.into_iter().find(|window| name.starts_with(window.letter()));
        let number = name.get(1..).and_then(|number| number.parse().ok());
        if let (Some(window), Some(number), AttributeValue::N(count)) = (window, number, value) {
            let wrong = || Error::Fault(format!("the counter {name} of a pass is no whole number"));
            counts.set(window, number, count.parse().ok().ok_or_else(wrong)?);
        }
    }

    Ok(counts)
}

/// The limits of a pass. One that was stamped by functions of before may have some that slide beside its own, which they do not know.
fn read_limits(item: &mut Item, may_slide: bool) -> Result<Limits> {
    let mut limits = Vec::new();
    for window in Window::ALL {
        limits.extend(read_limit(item, limit_name(window), window, false)?);
        if may_slide {
            limits.extend(read_limit(item, sliding_name(window), window, true)?);
        }
    }

    together(limits)
}

fn read_shared(item: &mut Item) -> Result<Limits> {
    let limits = Window::ALL.into_iter().map(|window| read_limit(item, shared_name(window), window, false));
    let limits = limits.collect::<Result<Vec<_>>>()?;

    together(limits.into_iter().flatten().collect())
}

fn together(limits: Vec<Limit>) -> Result<Limits> {
    Limits::try_from(limits).map_err(|error| Error::Fault(format!("the limits of a pass {error}")))
}

fn read_limit(item: &mut Item, name: &str, per: Window, sliding: bool) -> Result<Option<Limit>> {
    let Some(limit) = item.number(name)? else { return Ok(None) };
    let requests = u32::try_from(limit).ok().and_then(std::num::NonZeroU32::new);
    let requests = requests.ok_or_else(|| Error::Fault("a pass has a limit that is none".to_owned()))?;

    Ok(Some(Limit { requests, per, sliding }))
}

fn read_slide(item: &mut Item, window: Window) -> Result<Option<Slide>> {
    let [at, count, past] = slide_names(window);
    let Some(at) = item.number(at)? else { return Ok(None) };
    let counts = item.need(past, Item::text)?;
    let counts = counts.split(' ').map(str::parse).collect::<std::result::Result<Vec<i64>, _>>().ok();
    let past = counts.and_then(|counts| counts.try_into().ok());
    let past = past.ok_or_else(|| Error::Fault("the span of a pass cannot be read".to_owned()))?;

    Ok(Some(Slide { at, count: item.need(count, Item::number)?, past }))
}
