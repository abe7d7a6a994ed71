//! The sample events for `sam local invoke`: one for each function, which the function answers as it should.

use std::fs;

use serde_json::{Value, json};

use crate::support::{World, root};

#[tokio::test]
async fn every_function_answers_its_sample_event() {
    for (contract, plan, statuses) in [
        (
            "fayne",
            "pro",
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
                ("AcademyListCourses", 401),
                ("AcademyGetCourse", 401),
                ("AcademyListStudents", 401),
                ("AcademyAddStudent", 401),
                ("AcademyGetStudent", 401),
                ("AcademyRemoveStudent", 401),
                ("AcademyEnrollStudent", 401),
                ("AcademyRevokeEnrollment", 401),
                ("AcademyListLists", 401),
                ("AcademyCreateList", 401),
                ("AcademyGetList", 401),
                ("AcademyUpdateList", 401),
                ("AcademyDeleteList", 401),
                ("AcademyListMembers", 401),
                ("AcademyAddMembers", 401),
                ("AcademyRemoveMember", 401),
                ("AcademyRecordProgress", 404),
            ]
            .as_slice(),
        ),
        ("fabraix", "standard", [("AgentRunsRegister", 401), ("AgentRunsList", 200), ("AgentRunsGet", 404)].as_slice()),
        (
            "fanfare",
            "pro",
            [
                ("ExperiencesList", 401),
                ("ExperiencesGet", 401),
                ("ExperiencesCreate", 401),
                ("ConsumersList", 401),
                ("ConsumersCreate", 401),
                ("AnalyticsGet", 401),
            ]
            .as_slice(),
        ),
    ] {
        let world = World::serving(contract).await;
        world.organization("acme", json!({"plan": plan})).await;
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
