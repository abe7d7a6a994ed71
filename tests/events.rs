//! The sample events for `sam local invoke`: one for each function, which the function answers as it should. Their keys
//! are let in, so that the rest of the request is read as well. A 404 is about something that is not there.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::{World, root};

#[tokio::test]
async fn every_function_answers_its_sample_event() {
    for (contract, plan, prefix, key, statuses) in [
        (
            "fayne",
            "pro",
            "fa_live_",
            json!({"name": "samples", "scopes": ["read", "write"]}),
            [
                ("OrganizationsPut", 200),
                ("OrganizationsList", 200),
                ("OrganizationsGet", 200),
                ("OrganizationsAudit", 200),
                ("KeysList", 200),
                ("KeysGet", 404),
                ("KeysUsage", 404),
                ("KeysCreate", 201),
                ("KeysUpdate", 404),
                ("KeysRegenerate", 404),
                ("KeysImport", 200),
                ("KeysDelete", 404),
                ("GateVerify", 200),
                ("GateHealth", 200),
                ("GateOpenapi", 200),
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
            "fabraix",
            "standard",
            "fbx_prod_",
            json!({"name": "samples", "type": "production"}),
            [("AgentRunsRegister", 200), ("AgentRunsList", 200), ("AgentRunsGet", 404)].as_slice(),
        ),
        (
            "fanfare",
            "pro",
            "sk_live_",
            json!({"name": "samples", "type": "secret"}),
            [
                ("ExperiencesList", 200),
                ("ExperiencesGet", 404),
                ("ExperiencesCreate", 201),
                ("ConsumersList", 200),
                ("ConsumersCreate", 201),
                ("AnalyticsGet", 200),
            ]
            .as_slice(),
        ),
    ] {
        let world = World::serving(contract).await;
        world.organization("acme", json!({"plan": plan})).await;
        let mut key = key;
        key["sha256"] = json!(STANDARD.encode(Sha256::digest(format!("{prefix}{}", "0".repeat(32)))));
        let import = json!({"keys": [key]});
        let imported = world.operate("POST", "/organizations/acme/api-keys/import", import).await.json();
        assert_eq!(imported["data"]["imported"], 1, "{imported}");
        for (function, status) in statuses {
            let binary = function.chars().fold(String::new(), |name, letter| {
                let hyphen = letter.is_uppercase() && !name.is_empty();
                name + if hyphen { "-" } else { "" } + &letter.to_lowercase().to_string()
            });
            let file = fs::read_to_string(root().join(format!("events/{binary}.json"))).unwrap();
            let event: Value = serde_json::from_str(&file).unwrap();
            let answer = world.stack.invoke(function, event).await.unwrap();
            assert_eq!(answer["statusCode"], *status, "{function}: {answer}");
        }
    }
}

#[tokio::test]
async fn the_authorizer_answers_its_sample_event() {
    let world = World::serving("fayne").await;
    let file = fs::read_to_string(root().join("events/gate-authorize.json")).unwrap();
    let answer = world.stack.invoke("GateAuthorize", serde_json::from_str(&file).unwrap()).await.unwrap();
    assert_eq!((&answer["isAuthorized"], &answer["context"]["refused"]), (&json!(false), &json!("unknown_key")));
}
