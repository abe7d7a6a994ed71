//! What is true of every page. The pages are those of the gallery.
#![allow(clippy::string_slice, reason = "a test may panic, and these are cut where something was found")]

#[path = "../examples/gallery/alerts.rs"]
mod alerts;
#[path = "../examples/gallery/collection.rs"]
mod collection;
#[path = "../examples/gallery/fixtures.rs"]
mod fixtures;
#[path = "../examples/gallery/forms.rs"]
mod forms;
#[path = "../examples/gallery/lists.rs"]
mod lists;
#[path = "../examples/gallery/products.rs"]
mod products;
#[path = "../examples/gallery/single.rs"]
mod single;
#[path = "../examples/gallery/webhooks.rs"]
mod webhooks;

#[cfg(test)]
mod chart;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod markup;
#[cfg(test)]
mod pages;
