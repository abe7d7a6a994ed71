//! `latchkey portal`.

use crate::support::SHARED;

#[test]
fn a_link_is_one_line_and_nothing_else() {
    SHARED.organization("portal-link");
    let ran =
        SHARED.run(&["portal", "url", "portal-link", "--subject", "user_42", "--operation", "list", "--lasts", "15m"]);
    assert_eq!((ran.code, ran.err.as_str(), ran.out.lines().count()), (0, "", 1), "{ran:?}");
    assert!(ran.out.starts_with(&format!("{}/portal/enter?code=", SHARED.url())), "{ran:?}");
    let link = SHARED.json(&["portal", "url", "portal-link", "--subject", "user_42"]);
    assert_eq!(link["seconds"], 3_600);
}

#[test]
fn a_link_to_nowhere_is_not_made() {
    SHARED.run(&["portal", "url", "portal-none", "--subject", "user_42"]).failed(3, "404");
}
