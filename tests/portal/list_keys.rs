use serde_json::json;

use crate::portal::{KEYS, issued, open, terms, typed};
use crate::support::{Answer, START, World};

/// The ids of the keys on a page, in its order, each once.
fn listed(page: &Answer) -> Vec<String> {
    let links = page.body.split("href=\"keys/key_").skip(1);
    links.map(|rest| format!("key_{}", &rest[..26])).collect()
}

/// The headings of the table.
fn headings(page: &Answer) -> Vec<&str> {
    let cells = page.body.split("<th scope=\"col\">").skip(1);
    cells.map(|rest| rest.split("</th>").next().unwrap()).collect()
}

#[tokio::test]
async fn a_list_has_the_columns_and_words_of_its_contract() {
    for (contract, title, create, columns) in [
        ("fayne", "API Keys", "Create API key", &["Name", "Created", "Last used"][..]),
        ("fabraix", "API Keys", "Create New Key", &["Name", "Type", "Permissions", "Created", "Last used", "Status"]),
        ("thefaq", "API keys", "Create key", &["Name", "Permissions", "Fingerprint", "Created", "Last used"]),
        ("fanfare", "API Keys", "Create API Key", &["Name", "Type", "Created", "Last Used", "Status"]),
    ] {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        let page = browser.get(KEYS).await;
        page.says("No keys yet");
        assert!(page.body.contains(&format!("<h1>{title}</h1>")), "{contract}");
        assert_eq!(page.link(create, KEYS).as_deref(), Some("/portal/acme/keys/new"), "{contract}");
        super::create(&browser, contract).await;
        let page = browser.get(KEYS).await;
        page.does_not_say("No keys yet");
        page.says("Showing 1 key");
        assert_eq!(headings(&page), columns, "{contract}");
    }
}

#[tokio::test]
async fn keys_are_found_by_name_id_and_fingerprint_and_filtered_by_type_and_status() {
    let world = open("fanfare").await;
    let web = issued(&world, "Production web").await;
    world.at("2030-06-15T00:00:31Z");
    let worker = issued(&world, "production worker").await;
    world.at("2030-06-15T00:00:32Z");
    let public = world.key("acme", json!({"name": "widget", "type": "public"})).await;
    world.at("2030-06-15T00:00:33Z");
    let order = json!({"name": "soon over", "type": "secret", "expiresAt": "2030-06-15T00:00:40Z"});
    let expired = world.key("acme", order).await;
    let path = format!("/organizations/acme/api-keys/{}", worker.id);
    let changed = world.operate("PATCH", &path, json!({"status": "inactive"})).await.json();
    let fingerprint = changed["data"]["fingerprint"].as_str().unwrap().to_owned();
    world.at("2030-06-15T00:00:40Z");
    let browser = world.visitor("acme").await;
    let [web, worker, public, expired] = [&web.id, &worker.id, &public.id, &expired.id];
    for (query, found) in [
        ("", vec![expired, public, worker, web]),
        ("q=PRODUCTION", vec![worker, web]),
        ("q=production+WEB", vec![web]),
        (&format!("q={web}"), vec![web]),
        (&format!("q={fingerprint}").replace('…', "%E2%80%A6"), vec![worker]),
        ("q=%20%20", vec![expired, public, worker, web]),
        ("q=nothing", vec![]),
        ("type=public", vec![public]),
        ("type=secret", vec![expired, worker, web]),
        ("type=&status=", vec![expired, public, worker, web]),
        ("status=active", vec![public, web]),
        ("status=inactive", vec![worker]),
        ("status=expired", vec![expired]),
        ("type=secret&status=active&q=prod", vec![web]),
        ("type=nonsense&status=nonsense", vec![expired, public, worker, web]),
    ] {
        let page = browser.get(&format!("{KEYS}?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert_eq!(listed(&page).iter().collect::<Vec<_>>(), found, "{query}");
        if found.is_empty() {
            page.says("No key matches");
            page.does_not_say("No keys yet");
        } else {
            page.says(&format!("Showing {} key", found.len()));
        }
    }
}

/// A stack of theFAQ with sixty keys of `acme`, oldest first, and one of `other`.
async fn sixty() -> (World, Vec<String>) {
    let world = open("thefaq").await;
    for org in ["acme", "other"] {
        world.organization(org, json!({"plan": "enterprise", "limits": [{"requests": 9, "per": "minute"}]})).await;
    }
    let mut keys = Vec::new();
    for number in 0..60 {
        world.at(&format!("2030-06-15T00:00:{number:02}Z"));
        keys.push(world.key("acme", json!({"name": format!("key {number} of {}", number % 2)})).await.id);
    }
    for number in 0..30 {
        world.key("other", json!({"name": format!("other {number}")})).await;
    }
    world.at(START);

    (world, keys)
}

#[tokio::test]
async fn a_long_list_comes_by_pages_newest_first_and_each_key_once() {
    let (world, keys) = sixty().await;
    let browser = world.visitor("acme").await;
    let newest_first: Vec<_> = keys.iter().rev().cloned().collect();
    let odd: Vec<_> = newest_first.iter().step_by(2).cloned().collect();
    for (query, expected, sizes) in [("", newest_first, &[25, 25, 10][..]), ("?q=of+1", odd, &[25, 5])] {
        let mut path = format!("{KEYS}{query}");
        let (mut seen, mut pages) = (Vec::new(), Vec::new());
        loop {
            let page = browser.get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            pages.push(listed(&page).len());
            if query.is_empty() && pages.len() == 2 {
                page.says("Showing 26 to 50 of 60 keys");
            }
            seen.extend(listed(&page));
            assert_eq!(page.link("Newest first", &path).is_some(), pages.len() > 1, "{path}");
            let Some(older) = page.link("Older", &path) else { break };
            path = older;
        }
        assert_eq!((seen, pages.as_slice()), (expected, sizes), "{query}");
    }
    browser.get(KEYS).await.says("Showing 25 of 60 keys");
}

#[tokio::test]
async fn a_cursor_cannot_be_made_up_or_taken_elsewhere() {
    let (world, _) = sixty().await;
    let browser = world.visitor("acme").await;
    let other = world.visitor("other").await;
    let theirs = other.get("/portal/other/keys").await.link("Older", "/portal/other/keys").unwrap();
    let theirs = theirs.split_once("cursor=").unwrap().1.to_owned();
    let api = world.operate("GET", "/organizations/acme/api-keys?limit=1", json!(null)).await.json();
    let api = api["meta"]["pagination"]["cursor"].as_str().unwrap().to_owned();
    let older = browser.get("/portal/acme/activity").await.link("Older", "/portal/acme/activity").unwrap();
    let of_activity = older.split_once("cursor=").unwrap().1.to_owned();
    for cursor in [theirs, api, of_activity, "x".to_owned(), "%00".to_owned(), "A".repeat(3_000)] {
        let page = browser.get(&format!("{KEYS}?cursor={cursor}")).await;
        assert_eq!(page.status, 400, "{cursor}: {}", page.words());
        assert!(listed(&page).is_empty());
    }
}

#[tokio::test]
async fn a_page_says_that_a_key_is_gone_only_where_we_have_said_so() {
    let world = open("fanfare").await;
    terms(&world, "fanfare", "other").await;
    let browser = world.visitor("acme").await;
    let key = super::create(&browser, "fanfare").await;
    let delete = super::page(&key, "/delete");
    let answer = browser.submit(&delete, &delete, &[]).await;
    let gone = answer.leads_to(&delete);
    browser.get(&gone).await.says("The key web is gone.");
    let sealed = gone.split_once("deleted=").unwrap().1.to_owned();
    let stranger = world.visitor("other").await;
    stranger.get(&format!("/portal/other/keys?deleted={sealed}")).await.does_not_say("is gone");
    for forged in ["web", "Call+0800+1234", "%3Cb%3E", &sealed[1..], ""] {
        let page = browser.get(&format!("{KEYS}?deleted={forged}")).await;
        assert_eq!(page.status, 200, "{forged}");
        page.does_not_say("is gone");
        page.does_not_say("0800");
    }
}

#[tokio::test]
async fn last_used_is_exact_and_never_is_said() {
    let world = open("fanfare").await;
    let used = issued(&world, "used").await;
    world.at("2030-06-15T00:00:31Z");
    let unused = issued(&world, "unused").await;
    world.at("2030-06-15T00:10:00Z");
    assert_eq!(super::call(&world, &used).await, 200);
    world.at("2030-06-15T00:15:00Z");
    let browser = world.visitor("acme").await;
    let page = browser.get(KEYS).await;
    let (_, row) = page.body.split_once(&format!("keys/{}", unused.id)).unwrap();
    let (unused_row, used_row) = row.split_once(&format!("keys/{}", used.id)).unwrap();
    assert!(unused_row.contains("Never"), "{unused_row}");
    assert!(used_row.contains("datetime=2030-06-15T00:10:00Z") && used_row.contains("5 minutes ago"), "{used_row}");
    assert!(used_row.contains("title=\"15 Jun 2030, 00:10 UTC\""), "{used_row}");
}

#[tokio::test]
async fn a_full_or_shut_organization_is_told_so_before_anything_is_filled_in() {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "free"})).await;
    let browser = world.visitor("acme").await;
    assert!(browser.get(KEYS).await.link("Create key", KEYS).is_some());
    for _ in 0..2 {
        let page = browser.submit(super::NEW, KEYS, &typed("thefaq")).await;
        assert_eq!(page.status, 200, "{page:?}");
    }
    let list = browser.get(KEYS).await;
    assert_eq!(list.link("Create key", KEYS), None);
    list.says("2 of 2 keys used");
    list.says("The plan free allows 2 API keys");
}

#[tokio::test]
async fn a_secret_that_is_searched_for_is_not_looked_for_and_not_shown_again() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    for pasted in [key.secret.clone(), format!("Bearer {}", key.secret), key.secret[..20].to_owned()] {
        let search = crate::support::encoded(&[("q", &pasted), ("type", "secret")]);
        let page = browser.get(&format!("{KEYS}?{search}")).await;
        page.says("What you searched for looks like a key.");
        page.does_not_say("No key matches");
        assert!(!page.body.contains(&pasted), "{}", page.body);
        assert!(page.body.contains("<details class=\"fold\" open>"), "the way to ask is at hand");
    }
    let page = browser.get(&format!("{KEYS}?q=sk_live")).await;
    page.does_not_say("What you searched for");
    assert!(page.body.contains("data-secrets=\"(pk_live_|sk_live_|sk_test_)\\w"), "{}", page.body);
}

#[tokio::test]
async fn a_search_looks_at_so_many_keys_a_call_and_goes_on_from_there() {
    let world = open("fanfare").await;
    let terms = json!({"plan": "enterprise", "limits": [{"requests": 9, "per": "minute"}]});
    world.organization("acme", terms).await;
    // The one that is looked for is the oldest of 501.
    for batch in 0..6 {
        world.at(&format!("2030-06-15T00:00:{}Z", 30 + batch));
        let keys = (0..if batch == 0 { 1 } else { 100 }).map(|number| {
            let name = if batch == 0 { "needle".to_owned() } else { format!("hay {batch} {number}") };
            json!({"sha256": format!("{:064x}", batch * 1_000 + number + 1), "name": name, "type": "secret"})
        });
        let order = json!({"keys": keys.collect::<Vec<_>>()});
        let answer = world.operate("POST", "/organizations/acme/api-keys/import", order).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let browser = world.visitor("acme").await;
    browser.get(KEYS).await.says("501 of 1,000 keys used");
    let asked = world.asked(async { browser.get(&format!("{KEYS}?q=needle")).await.says("Older") }).await;
    assert!(asked.len() <= 4, "{asked:?}");
    let first = browser.get(&format!("{KEYS}?q=needle")).await;
    assert!(!first.body.contains(">needle<") && !first.body.contains("<bdi>needle</bdi></a>"), "{}", first.words());
    let next = first.link("Older", KEYS).unwrap_or_else(|| panic!("{}", first.words()));
    browser.get(&next).await.says("needle");
}
