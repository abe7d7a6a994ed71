//! Rules that every page keeps.

use std::collections::{BTreeMap, BTreeSet};

use crate::collection::pages;
use crate::markup::Markup;
use crate::products::Product;

/// Every page of the gallery by its name, taken apart.
fn all() -> Vec<(String, String, Markup)> {
    let apart = |(name, page): (String, Result<String, portal::Error>)| {
        let page = page.unwrap();
        let markup = Markup::of(&page);
        (name, page, markup)
    };
    pages().into_iter().map(apart).collect()
}

#[test]
fn a_page_is_at_most_40_kilobytes() {
    for (name, page, _) in all() {
        assert!(page.len() <= 40_000, "{name} has {} bytes", page.len());
    }
}

#[test]
fn nothing_comes_from_elsewhere() {
    for (name, _, markup) in all() {
        for tag in &markup.tags {
            for attribute in ["src", "srcset", "data", "poster", "background", "xlink:href"] {
                let source = tag.get(attribute).unwrap_or("data:");
                assert!(source.starts_with("data:"), "{name} has {attribute}={source}");
            }
            let fetches = ["iframe", "object", "embed", "base", "audio", "video", "frame", "applet"];
            assert!(!fetches.contains(&tag.name.as_str()), "{name} has {}", tag.name);
        }
        let links: Vec<_> = markup.all("link").map(|link| (link.get("rel"), link.get("href"))).collect();
        assert_eq!(links, [(Some("icon"), Some("data:,"))], "{name}");
    }
}

#[test]
fn style_and_script_are_those_of_the_policy_and_stand_nowhere_else() {
    let brands: BTreeMap<_, _> = Product::ALL.map(|product| (product.slug(), product.brand())).into();
    for (name, _, markup) in all() {
        let brand = &brands[name.split('-').next().unwrap()];
        assert_eq!(markup.raw, [brand.style(), brand.script()], "{name}");
        for tag in &markup.tags {
            for (attribute, _) in &tag.attributes {
                assert!(attribute != "style" && !attribute.starts_with("on"), "{name} has {attribute} on {}", tag.name);
            }
        }
    }
}

#[test]
fn every_link_and_form_is_relative_and_stays_below_the_organization() {
    for (name, _, markup) in all() {
        let actions: Vec<_> = markup.all("form").map(|form| form.get("action").unwrap()).collect();
        let base = actions.iter().find_map(|action| action.strip_suffix("../leave"));
        let ways = markup.all("a").filter_map(|link| link.get("href")).chain(actions.iter().copied());
        for way in ways {
            // The last one is the list of the organization that somebody has switched to.
            let outside = ["https://app.example.com/settings", "https://acme.example", "enter", "../zenith/keys"];
            let inside = base.is_some_and(|base| {
                way.strip_prefix(base).is_some_and(|rest| {
                    let first = rest.split(['/', '?']).next().unwrap();
                    ["keys", "activity", "alerts", "webhooks", "identify"].contains(&first) || rest == "../leave"
                })
            });
            assert!(inside || way.starts_with('#') || outside.contains(&way), "{name} leads to {way:?}");
        }
    }
}

#[test]
fn every_form_that_changes_something_can_be_sent_once() {
    for (name, page, markup) in all() {
        let posts = markup.all("form").filter(|form| form.get("method") == Some("post")).count();
        let once = markup.all("input").filter(|input| matches!(input.get("name"), Some("once" | "code")));
        let filled = once.filter(|input| input.get("type") == Some("hidden") && input.get("value") != Some("")).count();
        assert_eq!(posts, filled, "{name}");
        assert!(!page.contains("method=\"get\"") && !page.contains("formaction"), "{name}");
    }
}

#[test]
fn a_page_has_one_heading_one_main_part_and_a_language() {
    for (name, _, markup) in all() {
        let count = |tag: &str| markup.all(tag).count();
        for tag in ["h1", "main", "header", "style", "script"] {
            assert_eq!(count(tag), 1, "{name} and {tag}");
        }
        let language = markup.all("html").next().unwrap().get("lang").unwrap();
        assert!(name.contains(&format!("-{language}-")), "{name}");
        assert_eq!(
            markup.all("a").next().unwrap().get("href"),
            Some("#main"),
            "{name} begins with the way past its head"
        );
    }
}

#[test]
fn ids_are_unique_and_whatever_refers_to_one_finds_it() {
    for (name, _, markup) in all() {
        let ids: Vec<_> = markup.tags.iter().filter_map(|tag| tag.get("id")).collect();
        let unique: BTreeSet<_> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name} has an id twice");
        for tag in &markup.tags {
            for attribute in ["for", "aria-describedby", "aria-labelledby"] {
                for id in tag.get(attribute).unwrap_or_default().split_whitespace() {
                    assert!(unique.contains(id), "{name} refers to {id}");
                }
            }
            let within = tag.get("href").and_then(|way| way.strip_prefix('#'));
            assert!(within.is_none_or(|id| unique.contains(id)), "{name} leads to {within:?}");
        }
    }
}

#[test]
fn every_field_has_a_label() {
    for (name, _, markup) in all() {
        let labelled: BTreeSet<_> = markup.all("label").filter_map(|label| label.get("for")).collect();
        for field in markup.all("input").chain(markup.all("select")) {
            if field.get("type") != Some("hidden") {
                assert!(labelled.contains(field.get("id").unwrap()), "{name}: {field:?}");
            }
        }
    }
}

#[test]
fn no_phrase_is_left_unfinished() {
    for (name, _, markup) in all() {
        assert!(!markup.text.contains('{'), "{name} says {:?}", markup.text.split('{').nth(1));
        for tag in &markup.tags {
            for (attribute, value) in &tag.attributes {
                let unfinished = value.as_ref().is_some_and(|value| value.contains('{'));
                assert!(!unfinished || attribute == "data-zone", "{name} has {attribute}={value:?}");
            }
        }
    }
}

#[test]
fn a_secret_is_on_the_page_that_is_for_it_and_nowhere_else() {
    for (name, page, _) in all() {
        let product = Product::ALL.into_iter().find(|product| name.starts_with(product.slug())).unwrap();
        let shows = name.contains("created") || name.contains("regenerated");
        assert_eq!(page.contains(product.secret()), shows, "{name}");
    }
    assert_eq!(format!("{:?}", portal::Secret::new("sk_live_1".to_owned())), "Secret(…)");
}

#[test]
fn the_contracts_own_words_are_on_the_buttons() {
    let pages: BTreeMap<_, _> = all().into_iter().map(|(name, page, _)| (name, page)).collect();
    let says = |page: &str, words: &str| assert!(pages[page].contains(&format!(">{words}<")), "{page}: {words}");
    says("fayne-en-keys", "Create API key");
    says("fabraix-en-keys", "Create New Key");
    says("thefaq-en-keys", "Create key");
    says("fanfare-en-keys", "Create API Key");
    says("thefaq-en-key", "Revoke");
    says("thefaq-en-delete", "Revoke");
    says("fanfare-en-keys", "Last Used");
    says("fanfare-de-keys", "Schlüssel erstellen");
    for verb in ["Edit", "Regenerate", "Deactivate", "Delete"] {
        says("fanfare-en-key", verb);
    }
    for verb in ["Edit", "Regenerate", "Deactivate"] {
        assert!(!pages["fayne-en-key"].contains(&format!(">{verb}<")), "Fayne's contract does not open {verb}");
    }
    assert!(pages["fayne-en-keys"].contains("Academy: "));
    assert!(pages["fayne-en-created"].contains("<title>Key created – copy it now</title>"));
}

#[test]
fn no_template_has_words_of_its_own() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let mut text = std::fs::read_to_string(&path).unwrap();
        for (start, end) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}"), ("<", ">")] {
            while let Some(at) = text.find(start) {
                let length = text[at..].find(end).unwrap() + end.len();
                text.replace_range(at..at + length, " ");
            }
        }
        // Attributes that a macro writes stand outside of an element.
        let words = text.split_whitespace().filter(|word| !word.contains('=') && !word.starts_with('-'));
        let words: Vec<_> = words.filter(|word| word.contains(char::is_alphabetic)).collect();
        assert!(words.is_empty(), "{}: {words:?}", path.display());
    }
}
