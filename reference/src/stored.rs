//! The keys of items, and their attributes, read back as the types that they were written from. An attribute that does
//! not fit is a fault: the item is not ours.

use std::collections::HashMap;
use std::fmt;

use dynamodb::{AttributeValue, Error, Item, Result, text};

use crate::moment::Moment;

/// The version of the layout of items. Those that only count, or only hold a place, have none.
pub(crate) const LAYOUT: i64 = 1;

/// The attributes that an item is found by.
pub(crate) type Key = HashMap<String, AttributeValue>;

/// The key of the item in `partition` that is called `sort`.
pub(crate) fn key(partition: impl AsRef<str>, sort: impl AsRef<str>) -> Key {
    HashMap::from([("pk".to_owned(), text(partition)), ("sk".to_owned(), text(sort))])
}

/// The attribute `name`, which must be there, as a `T`.
pub(crate) fn parsed<T, E>(item: &mut Item, name: &str) -> Result<T>
where
    T: TryFrom<String, Error = E>,
    E: fmt::Display,
{
    parsed_if(item, name)?.ok_or_else(|| Error::Fault(format!("an item lacks the attribute {name}")))
}

/// The attribute `name`, if it is there, as a `T`.
pub(crate) fn parsed_if<T, E>(item: &mut Item, name: &str) -> Result<Option<T>>
where
    T: TryFrom<String, Error = E>,
    E: fmt::Display,
{
    let wrong = |error: E| Error::Fault(format!("the attribute {name} of an item {error}"));

    item.text(name)?.map(T::try_from).transpose().map_err(wrong)
}

/// The instant so many milliseconds after 1970 began.
pub(crate) fn moment(millis: i64) -> Result<Moment> {
    Moment::from_millis(millis).ok_or_else(|| Error::Fault(format!("an item has a time that is none: {millis}")))
}
