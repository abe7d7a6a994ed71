//! A page, taken apart: just enough to ask about its elements.

/// An element's start: its name and its attributes.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, Option<String>)>,
}

impl Tag {
    /// The value of an attribute; empty if it has none.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(attribute, _)| attribute == name)?;
        Some(found.1.as_deref().unwrap_or_default())
    }
}

/// The elements of a page, and its text without them, without style and script.
#[derive(Debug)]
pub(crate) struct Markup {
    pub(crate) tags: Vec<Tag>,
    pub(crate) text: String,
    /// The texts of the style and of the script.
    pub(crate) raw: Vec<String>,
}

impl Markup {
    /// Takes a page apart.
    #[track_caller]
    pub(crate) fn of(page: &str) -> Self {
        let (mut tags, mut text, mut raw) = (Vec::new(), String::new(), Vec::new());
        let mut rest = page;
        while let Some(start) = rest.find('<') {
            text.push_str(&rest[..start]);
            let end = end_of_tag(&rest[start..]) + start;
            let inside = &rest[start + 1..end];
            rest = &rest[end + 1..];
            if inside.starts_with(['/', '!']) {
                continue;
            }
            let tag = tag(inside);
            if tag.name == "style" || tag.name == "script" {
                let end = rest.find(&format!("</{}>", tag.name)).unwrap();
                raw.push(rest[..end].to_owned());
                rest = &rest[end..];
            }
            tags.push(tag);
        }
        text.push_str(rest);

        Self { tags, text, raw }
    }

    /// The elements of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tag> {
        self.tags.iter().filter(move |tag| tag.name == name)
    }
}

/// Where the tag that begins here ends: at the first `>` outside of quotes.
#[track_caller]
fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '>' if !quoted => return at,
            _ => {}
        }
    }
    panic!("a tag without an end: {text:.80}")
}

fn tag(inside: &str) -> Tag {
    let (name, mut rest) = inside.split_once([' ', '\n']).unwrap_or((inside, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start().trim_start_matches('/');
        if rest.is_empty() {
            break;
        }
        let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let attribute = rest[..end].to_owned();
        rest = &rest[end..];
        let value = rest.strip_prefix('=').map(|value| {
            let (value, after) = match value.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap(),
                None => value.split_once(' ').unwrap_or((value, "")),
            };
            rest = after;
            value.to_owned()
        });
        attributes.push((attribute, value));
    }

    Tag { name: name.trim_end_matches('/').to_owned(), attributes }
}
