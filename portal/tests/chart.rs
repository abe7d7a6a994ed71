//! Numbers: the picture, the words beside it and the table say the same.

use portal::{Depth, Language, Range};

use crate::fixtures::usage;
use crate::markup::Markup;
use crate::products::Product;

fn page(range: Range) -> String {
    let name = match range {
        Range::Day => "fanfare-en-key-day",
        Range::Week => "fanfare-en-key-locked",
        Range::Days30 => "fanfare-en-key",
        Range::Months13 => "fanfare-en-key-months",
    };
    let pages = crate::single::pages(Product::Fanfare, Language::English);
    pages.into_iter().find(|(page, _)| page == name).unwrap().1.unwrap()
}

#[test]
fn totals_are_said_in_words() {
    for range in Range::ALL {
        let totals = usage(range, 13).totals();
        let markup = Markup::of(&page(range));
        let grouped = |n: u64| {
            let digits = n.to_string();
            if digits.len() > 3 {
                format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..])
            } else {
                digits
            }
        };
        let said = format!(
            "{} requests, Successful: {}, Verified: {}, Failed: {}, Refused: {}",
            grouped(totals.requests()),
            grouped(totals.successes),
            grouped(totals.verifications),
            grouped(totals.client_errors + totals.server_errors),
            grouped(totals.refused),
        );
        assert!(markup.text.contains(&said), "{range:?}: {said}");
    }
}

#[test]
fn bars_stand_on_each_other_and_within_the_picture() {
    for range in Range::ALL {
        let markup = Markup::of(&page(range));
        let number = |tag: &crate::markup::Tag, name: &str| tag.get(name).unwrap().parse::<u64>().unwrap();
        let width: u64 = markup
            .all("svg")
            .find(|svg| svg.get("role") == Some("img"))
            .and_then(|svg| svg.get("viewBox")?.split(' ').nth(2)?.parse().ok())
            .unwrap();
        let bars: Vec<_> = markup.all("rect").filter(|rect| rect.get("y").is_some()).collect();
        assert!(!bars.is_empty());
        for bar in &bars {
            assert!(number(bar, "x") + number(bar, "width") <= width);
            assert!(number(bar, "y") + number(bar, "height") <= 200);
        }
        for two in bars.windows(2) {
            if number(two[0], "x") == number(two[1], "x") {
                assert_eq!(number(two[0], "y"), number(two[1], "y") + number(two[1], "height"));
            }
        }
    }
}

#[test]
fn the_last_part_is_not_over_and_none_is_in_the_future() {
    let page = page(Range::Day);
    assert_eq!(page.matches("26 Nov 17:40, so far").count(), 3, "in the picture, below it and in the table");
    assert!(!page.contains("26 Nov 18:40"));
}

#[test]
fn nothing_used_is_said_and_not_drawn() {
    let mut frame = crate::fixtures::frame(Product::Fanfare, Language::German, Depth::Key);
    frame.zone = None;
    let key = crate::fixtures::key(Product::Fanfare, 0);
    let unused = portal::Usage { range: Range::Week, buckets: Vec::new(), refusals: Vec::new(), is_utc: false };
    let page = portal::KeyPage {
        frame,
        notice: None,
        key,
        refused: None,
        exposure: None,
        expiring: false,
        limits: Vec::new(),
        rotation: None,
        replacement: None,
        usage: Some(unused),
        alerts: None,
        actions: portal::Actions::default(),
    };
    let page = page.render().unwrap();
    assert!(page.contains("Keine Anfragen in diesem Zeitraum.") && page.contains("keine Daten"));
    assert!(!page.contains("class=\"chart\""));
}
