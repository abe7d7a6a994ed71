//! The sample events for `sam local invoke`: one for each function, which the function answers as it should. Their keys
//! are let in, so that the rest of the request is read as well. A 404 is about something that is not there.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dynamodb::AttributeValue;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{World, root};

#[tokio::test]
async fn every_function_answers_its_sample_event() {
    for (contract, plan, secret, key, statuses) in [
        (
            "fayne",
            "pro",
            "fa_live_00000000000000000000000000000000",
            json!({"name": "samples", "scopes": ["read", "write"]}),
            [
                ("OrganizationsPut", 200),
                // It is not locked.
                ("OrganizationsDelete", 409),
                ("OrganizationsList", 200),
                ("OrganizationsGet", 200),
                ("OrganizationsAudit", 200),
                ("OrganizationsUsage", 200),
                ("PlansPut", 200),
                ("PlansList", 200),
                ("PlansGet", 200),
                ("PlansAudit", 200),
                ("PlansDelete", 200),
                ("UsageGet", 200),
                ("EventsDeadLetters", 200),
                ("WebhooksList", 200),
                ("WebhooksCreate", 201),
                ("WebhooksGet", 404),
                ("WebhooksUpdate", 404),
                ("WebhooksRotate", 404),
                ("WebhooksTest", 404),
                ("WebhooksDelete", 404),
                ("KeysList", 200),
                ("KeysGet", 404),
                ("KeysUsage", 404),
                ("KeysCreate", 201),
                ("KeysUpdate", 404),
                ("KeysRegenerate", 404),
                ("KeysReset", 404),
                ("OrganizationsReset", 200),
                ("KeysExport", 200),
                ("KeysFind", 404),
                ("KeysIndex", 200),
                ("KeysImport", 200),
                ("KeysDelete", 404),
                ("PortalSessionsCreate", 201),
                ("PortalSessionsList", 200),
                ("PortalSessionsEnd", 404),
                ("PortalSessionsEndAll", 200),
                ("GateVerify", 200),
                ("GateForwardAuth", 200),
                // There is no such path where the template's parameter names nobody who may ask.
                ("GateIntrospect", 404),
                ("GateHealth", 200),
                // Nor is this one where the template does not say with which keys GitHub signs.
                ("LeaksGithub", 404),
                ("LeaksReport", 202),
                ("GateOpenapi", 200),
                ("GateOperatorOpenapi", 200),
                ("GateFallback", 404),
                ("AcademyAuthorCourse", 201),
                ("AcademyListCourses", 200),
                ("AcademyGetCourse", 200),
                ("AcademyListStudents", 200),
                ("AcademyAddStudent", 201),
                ("AcademyGetStudent", 404),
                ("AcademyRemoveStudent", 404),
                ("AcademyEnrollStudent", 404),
                ("AcademyRevokeEnrollment", 404),
                ("AcademyListLists", 200),
                ("AcademyCreateList", 201),
                ("AcademyGetList", 404),
                ("AcademyUpdateList", 404),
                ("AcademyDeleteList", 404),
                ("AcademyListMembers", 404),
                ("AcademyAddMembers", 404),
                ("AcademyRemoveMember", 404),
                ("AcademyRecordProgress", 404),
            ]
            .as_slice(),
        ),
        (
            "standard",
            "pro",
            "lk_live_0123456789ABCDEFGHIJKLMNOPQRST4Y2ocH",
            json!({"name": "samples", "type": "live"}),
            [("NotesList", 200), ("NotesGet", 404), ("NotesCreate", 201)].as_slice(),
        ),
        (
            "fabraix",
            "standard",
            "fbx_prod_00000000000000000000000000000000",
            json!({"name": "samples", "type": "production"}),
            [("AgentRunsRegister", 200), ("AgentRunsList", 200), ("AgentRunsGet", 404)].as_slice(),
        ),
        (
            "fanfare",
            "pro",
            "sk_live_00000000000000000000000000000000",
            json!({"name": "samples", "type": "secret"}),
            [
                ("ExperiencesList", 200),
                ("ExperiencesGet", 404),
                ("ExperiencesCreate", 201),
                ("ConsumersList", 200),
                ("ConsumersCreate", 201),
                ("AnalyticsGet", 200),
                ("AlertsGet", 200),
                ("AlertsUpdate", 200),
                ("AlertsHistory", 200),
            ]
            .as_slice(),
        ),
    ] {
        let world = World::serving(contract).await;
        world.organization("acme", json!({"plan": plan})).await;
        let mut key = key;
        key["sha256"] = json!(STANDARD.encode(Sha256::digest(secret)));
        let import = json!({"keys": [key]});
        let imported = world.operate("POST", "/organizations/acme/api-keys/import", import).await.json();
        assert_eq!(imported["data"]["imported"], 1, "{imported}");
        for (function, status) in statuses {
            let answer = world.stack.invoke(function, sample(function)).await.unwrap();
            assert_eq!(answer["statusCode"], *status, "{function}: {answer}");
        }
        let logs = world.stack.logs();
        let complaints: Vec<_> = logs.iter().filter(|line| line.contains("connecting to DynamoDB")).collect();
        assert!(complaints.is_empty(), "a function starts without a word: {complaints:?}");
    }
}

/// The sample event of a function.
fn sample(function: &str) -> Value {
    let binary = function.chars().fold(String::new(), |name, letter| {
        let hyphen = letter.is_uppercase() && !name.is_empty();
        name + if hyphen { "-" } else { "" } + &letter.to_lowercase().to_string()
    });
    let file = fs::read_to_string(root().join(format!("events/{binary}.json"))).unwrap();

    serde_json::from_str(&file).unwrap()
}

/// Puts the item by which a code or a cookie reaches its session under the digest of `token` instead: a sample's.
async fn reach(world: &World, kind: &str, token: &str) {
    let digest = Sha256::digest(token);
    let name = digest.iter().fold("portal#".to_owned(), |name, byte| name + &format!("{byte:02x}"));
    let client = world.stack.dynamodb().client();
    let items = client.scan().table_name("KeysTable").send().await.unwrap().items().to_vec();
    for mut item in items {
        if item["sk"].as_s().unwrap() == kind {
            item.insert("pk".to_owned(), AttributeValue::S(name.clone()));
        } else if item["pk"].as_s().unwrap() == "portal-sessions#acme" {
            item.insert("reached".to_owned(), AttributeValue::B(digest.to_vec().into()));
        } else {
            continue;
        }
        client.put_item().table_name("KeysTable").set_item(Some(item)).send().await.unwrap();
    }
}

#[tokio::test]
async fn every_page_answers_its_sample_event() {
    let world = World::serving("fanfare").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    world.link("acme", json!({"subject": "user_42"})).await;
    reach(&world, "code", &"B".repeat(43)).await;
    for (function, status) in [
        ("PortalShowEntrance", 200),
        ("PortalEnter", 303),
        ("PortalListKeys", 200),
        ("PortalNewKey", 200),
        ("PortalCreateKey", 200),
        ("PortalShowKey", 404),
        ("PortalDownloadUsage", 404),
        ("PortalEditKey", 404),
        ("PortalUpdateKey", 404),
        ("PortalConfirmRegenerate", 404),
        ("PortalRegenerateKey", 404),
        ("PortalConfirmStatus", 404),
        ("PortalSetStatus", 404),
        ("PortalConfirmDelete", 404),
        ("PortalDeleteKey", 404),
        ("PortalIdentifyKey", 200),
        ("PortalListActivity", 200),
        ("PortalShowAlerts", 200),
        ("PortalUpdateAlerts", 303),
        ("PortalMuteKey", 404),
        ("PortalListWebhooks", 200),
        ("PortalCreateWebhook", 200),
        ("PortalShowWebhook", 404),
        ("PortalUpdateWebhook", 404),
        ("PortalRotateWebhook", 404),
        ("PortalTestWebhook", 404),
        ("PortalDeleteWebhook", 303),
        ("PortalLeave", 200),
    ] {
        let answer = world.stack.invoke(function, sample(function)).await.unwrap();
        assert_eq!(answer["statusCode"], status, "{function}: {answer}");
        if function == "PortalEnter" {
            let cookies = answer["cookies"].as_array().unwrap();
            let begins = |cookie: &Value| cookie.as_str().unwrap().starts_with("__Host-latchkey=");
            assert!(cookies.iter().any(begins), "behind TLS it is the host's alone: {cookies:?}");
            reach(&world, "session", &"A".repeat(43)).await;
        }
    }
}

#[tokio::test]
async fn whatever_runs_on_a_schedule_answers_its_sample_event() {
    let world = World::build("fanfare", |builder| builder.parameter("Rotation", "on")).await;
    world.organization("acme", json!({"plan": "pro"})).await;
    for (function, delivered) in [
        ("EventsDeliver", json!(1)),
        ("WebhooksDeliver", json!(0)),
        ("AlertsWatch", json!(null)),
        ("OrganizationsPurge", json!(null)),
        ("KeysRotate", json!(null)),
    ] {
        let answer = world.stack.invoke(function, sample(function)).await.unwrap();
        assert!(answer.is_object() && answer["errorMessage"].is_null(), "{function}: {answer}");
        assert_eq!(answer["delivered"], delivered, "{function}");
    }
}

#[test]
fn every_function_is_invoked_here() {
    let here = include_str!("sample_events.rs");
    let functions = crate::layout::deployed().into_iter().map(|function| function.name);
    let missing: Vec<_> = functions.filter(|name| !here.contains(&format!("\"{name}\""))).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[tokio::test]
async fn the_authorizer_answers_a_sample_event_of_each_kind() {
    let (world, key) = World::academy("pro").await;
    let answer = async |kind: &str, secret: &str| {
        let file = fs::read_to_string(root().join(format!("events/gate-authorize{kind}.json"))).unwrap();
        let event = file.replace("fa_live_0123456789abcdef0123456789abcdef", secret);
        world.stack.invoke("GateAuthorize", serde_json::from_str(&event).unwrap()).await.unwrap()
    };
    let stranger = "fa_live_0123456789abcdef0123456789abcdef";
    let refused = answer("", stranger).await;
    assert_eq!((&refused["isAuthorized"], &refused["context"]["refused"]), (&json!(false), &json!("unknown_key")));
    assert_eq!(answer("", &key.secret).await["isAuthorized"], true);
    for kind in [".http-1.0", ".rest-request", ".rest-token"] {
        for (secret, effect) in [(stranger, "Deny"), (key.secret.as_str(), "Allow")] {
            let answer = answer(kind, secret).await;
            assert_eq!(answer["policyDocument"]["Statement"][0]["Effect"], effect, "{kind}: {answer}");
        }
    }
}
