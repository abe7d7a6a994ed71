use local::dynamodb::Fault;
use serde_json::{Value, json};

use crate::portal::{KEYS, NEW, create, open, typed};
use crate::support::{Browser, CONTRACTS, Key, World, all, did};

#[tokio::test]
async fn a_key_that_was_made_on_a_page_works_and_its_example_can_be_pasted() {
    for (contract, prefix, method, path) in [
        ("fayne", "fa_live_", "GET", "/api/v1/courses"),
        ("fabraix", "fbx_res_", "POST", "/v1/register-agent-run"),
        ("thefaq", "faq_", "GET", "/api/v1/acme/api-keys"),
        ("fanfare", "sk_live_", "GET", "/api/experiences"),
    ] {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        let page = browser.submit(NEW, KEYS, &typed(contract)).await;
        let secret = page.secret().unwrap();
        assert!(page.status == 200 && secret.starts_with(prefix), "{contract}: {page:?}");
        assert!(page.body.contains("<title>Key created – copy it now</title>"), "{}", page.body);
        assert_eq!(world.verdict(&secret).await, "valid");
        let (header, credential) = world.credential(&secret);
        let example = page.words();
        let (_, example) = example.split_once("curl ").unwrap();
        assert!(example.starts_with(&format!("-X {method} '{}{path}'", world.stack.url())), "{example}");
        assert!(example.to_lowercase().contains(&format!("-h '{header}: {credential}'").to_lowercase()), "{example}");
        if let Some((_, body)) = example.split_once("-d '") {
            let body = body.split('\'').next().unwrap();
            let body = Some(serde_json::from_str(body).unwrap());
            assert_eq!(world.call(method, path, &secret, body).await.status, 200);
        } else {
            assert_eq!(world.call(method, path, &secret, None).await.status, 200, "{contract}");
        }
        assert_eq!((did(&world, "key.created").await, world.trail("acme").await.len()), (1, 2), "{contract}");
    }
}

#[tokio::test]
async fn a_form_that_is_sent_again_makes_nothing_and_shows_no_secret() {
    for contract in CONTRACTS {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        let once = browser.once(NEW).await;
        let mut fields = typed(contract);
        fields.push(("once", &once));
        let first = browser.post(KEYS, &fields).await;
        let secret = first.secret().unwrap();
        // Reloaded, and sent again with something else typed into it.
        let place = fields.iter().position(|(name, _)| *name == "name").unwrap();
        for name in ["web", "another"] {
            fields[place].1 = name;
            let again = browser.post(KEYS, &fields).await;
            assert_eq!((again.status, again.secret()), (200, None), "{contract}");
            assert!(!again.body.contains(&secret));
            again.says("This form was already sent");
            again.says("The key web was created then");
            let regenerate = again.link("Regenerate", KEYS).is_some();
            assert_eq!(regenerate, ["fabraix", "fanfare", "standard"].contains(&contract), "{contract}");
        }
        assert_eq!(world.key_ids("acme").await.len(), 1);
        assert_eq!(did(&world, "key.created").await, 1);
    }
}

#[tokio::test]
async fn eight_times_the_same_form_at_once_is_one_key_and_one_secret() {
    for (contract, plan) in [("fanfare", "pro"), ("thefaq", "free")] {
        let world = World::serving(contract).await;
        world.organization("acme", json!({"plan": plan})).await;
        let browser = world.visitor("acme").await;
        // The second time on a plan for two, the form takes the last place.
        for expected in 1..=2 {
            let once = browser.once(NEW).await;
            let mut fields = typed(contract);
            fields.push(("once", &once));
            let answers = all((0..8).map(|_| browser.post(KEYS, &fields))).await;
            let secrets: Vec<_> = answers.iter().filter_map(crate::support::Answer::secret).collect();
            assert_eq!(secrets.len(), 1, "{contract}");
            for answer in answers.iter().filter(|answer| answer.secret().is_none()) {
                assert_eq!(answer.status, 200, "{contract}: {}", answer.words());
                answer.says("This form was already sent");
            }
            assert_eq!(world.key_ids("acme").await.len(), expected);
            assert_eq!(world.verdict(&secrets[0]).await, "valid");
        }
    }
}

#[tokio::test]
async fn the_form_that_took_the_last_place_says_so_when_it_is_sent_again() {
    let world = World::serving("thefaq").await;
    world.organization("acme", json!({"plan": "free"})).await;
    world.key("acme", json!({"name": "a"})).await;
    let browser = world.visitor("acme").await;
    let once = browser.once(NEW).await;
    let mut fields = typed("thefaq");
    fields.push(("once", &once));
    assert!(browser.post(KEYS, &fields).await.secret().is_some());
    let again = browser.post(KEYS, &fields).await;
    again.says("This form was already sent");
    assert_eq!(world.key_ids("acme").await.len(), 2);
}

#[tokio::test]
async fn an_answer_of_the_store_that_was_lost_makes_no_second_key() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let once = browser.once(NEW).await;
    let mut fields = typed("fanfare");
    fields.push(("once", &once));
    world.stack.dynamodb().inject(Fault::DropAfter.times(2).on("TransactWriteItems"));
    let page = browser.post(KEYS, &fields).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(world.key_ids("acme").await.len(), 1);
    assert_eq!(world.verdict(&page.secret().unwrap()).await, "valid");
}

/// Sends a form of Fanfare's with one field changed: the page that comes back.
async fn with(browser: &Browser<'_>, changes: &[(&'static str, &'static str)]) -> crate::support::Answer {
    let mut fields = typed("fanfare");
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes.iter().filter(|(_, value)| *value != "left out"));

    browser.submit(NEW, KEYS, &fields).await
}

#[tokio::test]
async fn a_form_with_mistakes_keeps_what_was_typed_and_names_each_of_them() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let long = "x".repeat(101).leak();
    for (changes, place, sentence) in [
        (&[("name", "")][..], "name", "Enter a name"),
        (&[("name", "   ")], "name", "Enter a name"),
        (&[("name", "left out")], "name", "Enter a name"),
        (&[("name", long)], "name", "The name must have at most 100 characters"),
        (&[("name", "a\u{7}b")], "name", "The name has characters that cannot be seen"),
        (&[("type", "left out")], "type", "Choose a type"),
        (&[("type", "nonsense")], "type", "Choose a type"),
        (&[("scope", "left out")], "scope", "Choose at least one permission"),
        (&[("scope", "write:everything")], "scope", "Keys of type Secret cannot have write:everything"),
        (&[("type", "public"), ("scope", "admin")], "scope", "Keys of type Public cannot have admin"),
        (&[("expires", "left out")], "expires", "Choose when the key expires"),
        (&[("expires", "keep me")], "expires", "Choose when the key expires"),
        (&[("expires", "keep")], "expires", "Choose when the key expires"),
        (&[("expires", "date")], "date", "Choose the last day"),
        (&[("expires", "date"), ("date", "20310101")], "date", "Enter a real date"),
        (&[("expires", "date"), ("date", "2031-01-01T00:00")], "date", "Enter a real date"),
        (&[("expires", "date"), ("date", "2031-02-30")], "date", "Enter a real date"),
        (&[("expires", "date"), ("date", "2030-06-14")], "date", "The last day is over already"),
        (&[("expires", "date"), ("date", "2040-06-16")], "date", "The last day must be"),
    ] {
        let page = with(&browser, changes).await;
        assert_eq!((page.status, page.secret()), (422, None), "{changes:?}");
        page.says("There is a problem");
        page.says(sentence);
        assert!(page.body.contains("<title>Error: "), "{changes:?}");
        assert!(page.body.contains(&format!("<a href=\"#{place}\">")), "{changes:?}: {}", page.body);
        assert!(page.body.contains(&format!("id=\"{place}-wrong\"")), "{changes:?}");
        let kept = |name: &str| changes.iter().find(|(changed, _)| *changed == name).map(|(_, value)| *value);
        let name = kept("name").unwrap_or("web").trim().replace("left out", "");
        assert!(page.body.contains(&format!("name=\"name\" value=\"{name}\"")), "{changes:?}: {}", page.body);
        for scope in ["read:experiences", "admin"] {
            let is_ticked = page.body.contains(&format!("value=\"{scope}\" checked"));
            assert_eq!(is_ticked, kept("scope").unwrap_or("read:experiences") == scope, "{changes:?}: {scope}");
        }
        if let Some(date) = kept("date").filter(|date| date.len() == 10 && date.parse::<jiff::civil::Date>().is_ok()) {
            assert!(page.body.contains(&format!("type=\"date\" value=\"{date}\"")), "{changes:?}: {}", page.body);
        }
    }
    assert!(world.key_ids("acme").await.is_empty());
    // The form that came back is a form as well.
    let page = with(&browser, &[("name", "")]).await;
    let once = page.once();
    let mut fields = typed("fanfare");
    fields.push(("once", &once));
    assert_eq!(browser.post(KEYS, &fields).await.status, 200);
    assert_eq!(world.key_ids("acme").await.len(), 1);
}

#[tokio::test]
async fn a_key_gets_what_was_chosen_for_it() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    for (changes, scopes, expires) in [
        (&[("name", "a")][..], json!(["read:experiences"]), Value::Null),
        (&[("expires", "7d")], json!(["read:experiences"]), json!("2030-06-22T00:00:30Z")),
        (&[("expires", "1y")], json!(["read:experiences"]), json!("2031-06-15T00:00:30Z")),
        (&[("expires", "date"), ("date", "2030-06-15")], json!(["read:experiences"]), json!("2030-06-15T23:59:59Z")),
        (&[("scope", "admin")], json!(["admin"]), Value::Null),
        (&[("type", "public")], json!(["read:experiences"]), Value::Null),
        (&[("name", "  web  ")], json!(["read:experiences"]), Value::Null),
    ] {
        let page = with(&browser, changes).await;
        assert_eq!(page.status, 200, "{changes:?}: {}", page.words());
        let id = world.key_ids("acme").await.into_iter().find(|id| page.body.contains(id.as_str()));
        let id = id.unwrap_or_default();
        let shown = match id.as_str() {
            "" => world.operate("GET", "/organizations/acme/api-keys?limit=1", Value::Null).await.json()["data"][0]
                .clone(),
            id => world.operate("GET", &format!("/organizations/acme/api-keys/{id}"), Value::Null).await.json()["data"]
                .clone(),
        };
        assert_eq!((&shown["scopes"], &shown["expiresAt"]), (&scopes, &expires), "{changes:?}");
        assert_eq!(shown["name"].as_str().unwrap().trim(), shown["name"].as_str().unwrap());
        let delete = format!("/organizations/acme/api-keys/{}", shown["id"].as_str().unwrap());
        world.operate("DELETE", &delete, Value::Null).await;
    }
}

#[tokio::test]
async fn where_there_is_no_room_the_answer_says_why_and_nothing_is_made() {
    for (contract, plan, keys, status, said) in [
        ("fayne", "trial", 0, 402, "API access requires a paid plan"),
        ("thefaq", "free", 2, 402, "The plan free allows 2 API keys"),
    ] {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        let once = browser.once(NEW).await;
        for _ in 0..keys {
            world.key("acme", json!({"name": "a"})).await;
        }
        world.organization("acme", json!({"plan": plan})).await;
        let mut fields = typed(contract);
        fields.push(("once", &once));
        let page = browser.post(KEYS, &fields).await;
        assert_eq!((page.status, page.secret()), (status, None), "{contract}");
        page.says(said);
        assert_eq!(world.key_ids("acme").await.len(), keys);
    }
}

#[tokio::test]
async fn a_key_made_in_a_session_outlives_it() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let key: Key = create(&browser, "fanfare").await;
    assert_eq!(browser.submit(KEYS, "/portal/leave", &[]).await.status, 200);
    assert_eq!(world.verdict(&key.secret).await, "valid");
}

#[tokio::test]
async fn mistakes_are_listed_in_the_order_of_the_form() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let page = with(&browser, &[("name", ""), ("type", "left out"), ("expires", "date")]).await;
    page.says("There is a problem Choose a type Enter a name Choose the last day");
}

#[tokio::test]
async fn a_form_that_was_sent_before_leads_to_its_key() {
    let world = open("fayne").await;
    let browser = world.visitor("acme").await;
    let once = browser.once(NEW).await;
    let fields = [("name", "web"), ("once", once.as_str())];
    assert!(browser.post(KEYS, &fields).await.secret().is_some());
    let id = world.key_ids("acme").await.remove(0);
    assert_eq!(browser.post(KEYS, &fields).await.link("See this key", KEYS), Some(format!("{KEYS}/{id}")));
}

#[tokio::test]
async fn a_key_that_could_do_nothing_is_not_made() {
    let world = open("fabraix").await;
    let browser = world.visitor("acme").await;
    let page = browser.submit(NEW, KEYS, &[("type", "restricted"), ("name", "web")]).await;
    assert!(page.secret().is_none());
    page.says("Choose at least one permission");
    assert_eq!(world.key_ids("acme").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_key_that_may_not_make_the_example_is_shown_none() {
    for (contract, fields) in [
        ("fabraix", vec![("type", "restricted"), ("scope", "keys:manage"), ("name", "web")]),
        ("fanfare", vec![("type", "secret"), ("name", "web"), ("scope", "read:analytics"), ("expires", "never")]),
    ] {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        let page = browser.submit(NEW, KEYS, &fields).await;
        assert!(page.secret().is_some(), "{contract}: {}", page.words());
        page.does_not_say("curl ");
    }
    // Scopes that are more than the one that is needed will do, and so does a type that always has it.
    for (contract, fields) in [
        ("fabraix", vec![("type", "production"), ("name", "web")]),
        ("fanfare", vec![("type", "secret"), ("name", "web"), ("scope", "admin"), ("expires", "never")]),
    ] {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        browser.submit(NEW, KEYS, &fields).await.says("curl ");
    }
}
