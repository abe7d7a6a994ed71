use serde_json::{Value, json};

use crate::portal::{ACTIVITY, ALERTS, open};
use crate::support::{World, all, did, own_contract};

/// The form as it is at first, without what is named.
fn fields_but<'a>(fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    const KINDS: [&str; 10] = [
        "limit.approaching",
        "limit.reached",
        "errors.high",
        "activity.unusual",
        "activity.woke",
        "activity.probing",
        "key.unused",
        "key.expiring",
        "key.exposed",
        "rotation.lingering",
    ];
    let mut all: Vec<_> = KINDS.into_iter().map(|kind| ("on", kind)).collect();
    all.extend([("thresholds", "80, 95"), ("rate", "5"), ("of", "server"), ("days", "90")]);
    for (name, value) in fields {
        match *name {
            "off" => all.retain(|(_, known)| known != value),
            name => all.iter_mut().filter(|(known, _)| *known == name).for_each(|(_, known)| *known = value),
        }
    }

    all
}

async fn settings(world: &World) -> Value {
    world.operate("GET", "/organizations/acme/alerts", Value::Null).await.json()["data"].clone()
}

#[tokio::test]
async fn what_is_changed_holds_and_is_in_the_trail() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let fields = [("thresholds", "60 90%"), ("rate", "2,5"), ("of", "all"), ("days", "30"), ("off", "activity.woke")];
    let answer = browser.submit(ALERTS, ALERTS, &fields_but(&fields)).await;
    assert_eq!(answer.status, 303, "{}", answer.words());
    let kinds = settings(&world).await["kinds"].clone();
    assert_eq!(kinds["limit.approaching"]["thresholds"], json!([60, 90]));
    assert_eq!(kinds["errors.high"], json!({"enabled": true, "changeable": true, "rate": 0.025, "of": "all"}));
    assert_eq!(kinds["key.unused"]["days"], 30);
    assert_eq!((&kinds["activity.woke"]["enabled"], &kinds["limit.reached"]["enabled"]), (&json!(false), &json!(true)));
    assert_eq!(did(&world, "alerts.changed").await, 1);
    let shown = browser.get(&answer.leads_to(ALERTS)).await;
    shown.says("Your changes are saved.");
    assert!(shown.body.contains("value=\"60, 90\"") && shown.body.contains("value=\"2.5\""), "{}", shown.body);
    browser
        .get(ACTIVITY)
        .await
        .says("Alert settings changed Changed: Near its limit, Many errors, Used after a long silence, Unused keys");
    // The same again is no change.
    let again = browser.post(ALERTS, &shown.form(&fields_but(&fields))).await;
    browser.get(&again.leads_to(ALERTS)).await.says("Nothing was changed.");
    assert_eq!(did(&world, "alerts.changed").await, 1);
}

#[tokio::test]
async fn one_button_goes_back_to_the_contracts_rules_whatever_else_is_typed() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let before = settings(&world).await;
    let fields = [("thresholds", "60 90%"), ("rate", "2,5"), ("off", "activity.woke")];
    assert_eq!(browser.submit(ALERTS, ALERTS, &fields_but(&fields)).await.status, 303);
    let shown = browser.get(ALERTS).await;
    assert!(shown.body.contains("name=\"defaults\" value=\"1\">Back to the defaults<"), "{}", shown.body);
    let back = [("defaults", "1"), ("rate", "much")];
    let answer = browser.post(ALERTS, &shown.form(&back)).await;
    browser.get(&answer.leads_to(ALERTS)).await.says("Your changes are saved.");
    assert_eq!(settings(&world).await, before);
    assert_eq!(did(&world, "alerts.changed").await, 2);
    // What somebody has changed since the form was made stays.
    let shown = browser.get(ALERTS).await;
    let theirs = json!({"kinds": {"key.unused": {"days": 60}}});
    assert_eq!(world.operate("PUT", "/organizations/acme/alerts", theirs).await.status, 200);
    let refused = browser.post(ALERTS, &shown.form(&back)).await;
    assert_eq!(refused.status, 409);
    refused.says("Somebody has changed these settings meanwhile");
    assert!(refused.body.contains("name=\"days\" value=\"60\""), "what there is now: {}", refused.body);
    assert_eq!(settings(&world).await["kinds"]["key.unused"]["days"], 60);
    assert_eq!(browser.submit(ALERTS, ALERTS, &back).await.status, 303);
    // There is nothing left to go back from.
    let again = browser.submit(ALERTS, ALERTS, &back).await;
    browser.get(&again.leads_to(ALERTS)).await.says("Nothing was changed.");
    assert_eq!((settings(&world).await, did(&world, "alerts.changed").await), (before, 3));
}

#[tokio::test]
async fn going_back_takes_away_also_what_only_repeats_the_contract() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let same = json!({"kinds": {"key.unused": {"days": 90}}});
    assert_eq!(world.operate("PUT", "/organizations/acme/alerts", same).await.status, 200);
    let kept = async || {
        let get = world.stack.dynamodb().client().get_item().table_name("KeysTable");
        let get = get.key("pk", dynamodb::text("org#acme")).key("sk", dynamodb::text("alerts"));
        get.send().await.unwrap().item.unwrap()["state"].as_s().unwrap().clone()
    };
    assert!(kept().await.contains("90"));
    let back = browser.submit(ALERTS, ALERTS, &[("defaults", "1")]).await;
    browser.get(&back.leads_to(ALERTS)).await.says("Your changes are saved.");
    assert!(!kept().await.contains("90"));
    browser.get(ACTIVITY).await.says("Alert settings changed Nothing is different");
    let again = browser.submit(ALERTS, ALERTS, &[("defaults", "1")]).await;
    browser.get(&again.leads_to(ALERTS)).await.says("Nothing was changed.");
}

#[tokio::test]
async fn of_forms_that_were_made_from_the_same_settings_one_is_saved_however_many_are_sent_at_once() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    for round in 0..3 {
        let form = browser.get(ALERTS).await;
        let days = (0..6).map(|form| (100 + 10 * round + form).to_string()).collect::<Vec<_>>();
        let answers = all(days.iter().map(async |days| {
            let fields = fields_but(&[("days", days)]);
            browser.post(ALERTS, &form.form(&fields)).await
        }));
        let answers = answers.await;
        let saved: Vec<_> = days.iter().zip(&answers).filter(|(_, answer)| answer.status == 303).collect();
        let [(days, _)] = saved.as_slice() else { panic!("{saved:?}") };
        assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 5);
        assert_eq!(settings(&world).await["kinds"]["key.unused"]["days"].to_string(), **days);
        assert_eq!(did(&world, "alerts.changed").await, round + 1);
    }
}

#[tokio::test]
async fn what_is_out_of_range_is_said_at_its_field_and_nothing_is_kept() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let before = settings(&world).await;
    for (field, value, said) in [
        ("thresholds", "49", "Enter one to three whole numbers from 50 to 100"),
        ("thresholds", "95, 80", "Enter one to three whole numbers from 50 to 100"),
        ("thresholds", "", "Enter one to three whole numbers from 50 to 100"),
        ("rate", "51", "Enter a share from 1 to 50 percent"),
        ("rate", "NaN", "Enter a share from 1 to 50 percent"),
        ("of", "none", "Choose which failures count"),
        ("days", "29", "Enter a whole number of days from 30 to 365"),
        ("days", "\"><b>", "Enter a whole number of days from 30 to 365"),
    ] {
        let fields = fields_but(&[(field, value), ("off", "limit.reached")]);
        let answer = browser.submit(ALERTS, ALERTS, &fields).await;
        assert_eq!(answer.status, 422, "{field}={value}");
        assert_eq!(answer.words().matches(said).count(), 2, "{}", answer.words());
        assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{}", answer.body);
        assert!(!answer.body.contains("<b>"), "{value}");
        // What was typed is still there.
        assert_eq!(answer.body.matches(" checked").count(), if field == "of" { 9 } else { 10 }, "{field}={value}");
    }
    assert_eq!(settings(&world).await, before);
    assert_eq!(did(&world, "alerts.changed").await, 0);
}

#[tokio::test]
async fn a_form_undoes_nobodys_change() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let form = browser.get(ALERTS).await;
    let theirs = json!({"kinds": {"key.unused": {"days": 60}}});
    assert_eq!(world.operate("PUT", "/organizations/acme/alerts", theirs).await.status, 200);
    let answer = browser.post(ALERTS, &form.form(&fields_but(&[("rate", "7")]))).await;
    assert_eq!(answer.status, 409);
    answer.says("Somebody has changed these settings meanwhile");
    assert!(answer.body.contains("value=\"7\""), "{}", answer.body);
    answer.says("Unused keys Watched for After how many days without use: 60");
    // Also where there is something wrong with it.
    let wrong = browser.post(ALERTS, &form.form(&fields_but(&[("rate", "much")]))).await;
    assert_eq!(wrong.status, 409);
    wrong.says("Somebody has changed these settings meanwhile");
    wrong.says("Enter a share from 1 to 50 percent");
    let kinds = settings(&world).await["kinds"].clone();
    assert_eq!((&kinds["errors.high"]["rate"], &kinds["key.unused"]["days"]), (&json!(0.05), &json!(60)));
    let again = browser.post(ALERTS, &answer.form(&fields_but(&[("rate", "7"), ("days", "60")]))).await;
    assert_eq!(again.status, 303);
    assert_eq!(settings(&world).await["kinds"]["errors.high"]["rate"], 0.07);
}

#[tokio::test]
async fn what_only_the_team_can_change_is_shown_and_stays() {
    let fixed = |text: &str| text.replacen("{ days = 90 }", "{ days = 90, changeable = false }", 1);
    let file = own_contract("fanfare", fixed);
    let on = |builder: local::Builder| builder.parameter("Portal", "on").parameter("ReferenceApi", "experiences");
    let world = World::build(file.path().to_str().unwrap(), on).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let browser = world.visitor("acme").await;
    let shown = browser.get(ALERTS).await;
    shown.says("It is watched for. Fanfare decides this. After how many days without use: 90");
    assert!(!shown.body.contains("name=\"days\"") && !shown.body.contains("value=\"key.unused\""), "{}", shown.body);
    let fields = fields_but(&[("days", "30"), ("off", "key.unused"), ("rate", "7")]);
    assert_eq!(browser.submit(ALERTS, ALERTS, &fields).await.status, 303);
    let kinds = settings(&world).await["kinds"].clone();
    assert_eq!(kinds["key.unused"], json!({"enabled": true, "changeable": false, "days": 90}));
    assert_eq!(kinds["errors.high"]["rate"], 0.07);
}

#[tokio::test]
async fn a_locked_organization_looks_and_changes_nothing() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    let once = browser.once(ALERTS).await;
    world.organization("acme", json!({"status": "locked"})).await;
    let before = settings(&world).await;
    let shown = browser.get(ALERTS).await;
    assert_eq!(shown.status, 200);
    shown.says("Not while this organization is locked.");
    shown.does_not_say("Save changes");
    let mut fields = fields_but(&[("days", "30")]);
    fields.push(("once", &once));
    assert_eq!(browser.post(ALERTS, &fields).await.status, 403);
    assert_eq!(settings(&world).await, before);
}
