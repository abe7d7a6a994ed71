//! The pages, a file for each: what a page is given, and its title.
//!
//! [`page`] ties a page to its template. In a template `page` is what the page was given, `frame` the frame, `v` the
//! voice and `w` the words.

use crate::form::Problem;
use crate::frame::Tab;
use crate::html::Html;
use crate::voice::Voice;

pub(crate) mod activity;
pub(crate) mod alerts;
pub(crate) mod delete;
pub(crate) mod edit;
pub(crate) mod end;
pub(crate) mod enter;
pub(crate) mod identify;
pub(crate) mod issued;
pub(crate) mod key;
pub(crate) mod keys;
pub(crate) mod message;
pub(crate) mod new_key;
pub(crate) mod regenerate;
pub(crate) mod secret;
pub(crate) mod status;
pub(crate) mod webhook;
pub(crate) mod webhook_secret;
pub(crate) mod webhooks;

/// The page of the navigation that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// The list, and nothing below it.
    Keys,
    /// Something below the list.
    BelowKeys,
    /// The activity.
    Activity,
    /// The alerts.
    Alerts,
    /// The webhooks.
    Webhooks,
    /// One of them.
    BelowWebhooks,
    /// None of them.
    Nowhere,
}

impl Section {
    /// What `aria-current` says of `tab`, if the page belongs to it.
    pub(crate) const fn is_at(self, tab: Tab) -> Option<&'static str> {
        match (self, tab) {
            (Self::Activity, Tab::Activity) | (Self::Alerts, Tab::Alerts) | (Self::Webhooks, Tab::Webhooks) => {
                Some("page")
            }
            (Self::BelowWebhooks, Tab::Webhooks) => Some("true"),
            _ => None,
        }
    }
}

/// A problem, as it is shown: what it says, and the element that it leads to.
#[derive(Debug)]
pub(crate) struct Trouble {
    /// The id of the element.
    pub(crate) id: &'static str,
    /// What it says.
    pub(crate) sentence: Html,
}

impl Trouble {
    /// Whether something is wrong with the element of that id.
    pub(crate) fn is_at(troubles: &[Self], id: &str) -> bool {
        troubles.iter().any(|trouble| trouble.id == id)
    }
}

/// The id of an element of a group: that of the group for the first, so that an error leads to it.
pub(crate) fn numbered(group: &str, at: usize) -> String {
    if at == 0 { group.to_owned() } else { format!("{group}-{at}") }
}

/// The way to something that is done with a key.
pub(crate) fn joined(base: &str, id: &str, way: &str) -> String {
    format!("{base}keys/{id}/{way}")
}

/// Problems, as they are shown.
pub(crate) fn troubles(voice: &Voice<'_>, problems: &[Problem]) -> Vec<Trouble> {
    problems.iter().map(|problem| Trouble { id: problem.field().id(), sentence: voice.problem(problem) }).collect()
}

/// Gives a page its `render`: a template, where it belongs, its title, and its problems.
macro_rules! page {
    ($page:ident, $path:tt, $place:ident, |$this:ident, $voice:ident| $title:expr) => {
        crate::pages::page!($page, $path, $place, |$this, $voice| $title, &[]);
    };
    ($page:ident, $path:tt, $place:ident, |$this:ident, $voice:ident| $title:expr, $problems:expr) => {
        impl $page {
            /// The whole page.
            pub fn render(&self) -> Result<String, crate::Error> {
                #[allow(unused_imports, reason = "not every template names all of them")]
                use crate::key::Notice;
                #[allow(unused_imports, reason = "not every template names all of them")]
                use crate::pages::{Section, Trouble};

                #[derive(askama::Template)]
                #[template(path = $path)]
                struct View<'a> {
                    page: &'a $page,
                    frame: &'a crate::frame::Frame,
                    v: crate::voice::Voice<'a>,
                    w: &'static crate::words::Words,
                    title: String,
                    place: Section,
                    base: &'static str,
                    troubles: Vec<Trouble>,
                }
                let $this = self;
                let $voice = &crate::voice::Voice::new(&self.frame);
                let view = View {
                    page: self,
                    frame: &self.frame,
                    v: crate::voice::Voice::new(&self.frame),
                    w: $voice.words(),
                    title: $title,
                    place: Section::$place,
                    base: self.frame.base(),
                    troubles: crate::pages::troubles($voice, $problems),
                };

                Ok(crate::pages::tidied(&askama::Template::render(&view)?))
            }
        }
    };
}
pub(crate) use page;

/// Takes out the indentation and the empty lines between elements. Text is left as it is: in it there is no `>` or `<`.
pub(crate) fn tidied(page: &str) -> String {
    let mut tidied = String::with_capacity(page.len());
    let mut pieces = page.split('>').peekable();
    while let Some(piece) = pieces.next() {
        let (space, rest) = piece.split_at(piece.len() - piece.trim_start().len());
        if space.contains('\n') && rest.starts_with('<') {
            tidied.push('\n');
            tidied.push_str(rest);
        } else {
            tidied.push_str(piece);
        }
        if pieces.peek().is_some() {
            tidied.push('>');
        }
    }

    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_elements_is_tidied() {
        let page = "<p>\n\n   <b>a\n  b</b> <i>c</i>\n</p>\n\n<style>a > b\n{}</style>";
        assert_eq!(tidied(page), "<p>\n<b>a\n  b</b> <i>c</i>\n</p>\n<style>a > b\n{}</style>");
    }
}
