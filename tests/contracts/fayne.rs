//! The page "Authenticate Requests" of Fayne's academy, from its top to its end. The dashboard is the operator's plane.

use dynamodb::text;
use serde_json::{Value, json};
use shared::contract::Contract;

use crate::support::{Answer, Campus, Key, NOBODY, World};

/// "Error response shape": these members, in this order, and no other.
fn error(code: &str, message: &str) -> String {
    format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#)
}

/// "Example request", with that `Authorization` header.
async fn curl(world: &World, authorization: Option<&str>) -> Answer {
    let header = authorization.map(|value| ("authorization", value));
    world.http.send("GET", "/api/v1/courses", header.as_slice(), None).await
}

async fn bearer(world: &World, key: &Key) -> Answer {
    curl(world, Some(&format!("Bearer {}", key.secret))).await
}

/// "Each key is scoped to a single academy … You never pass an academy identifier", "the host you call does not matter".
#[tokio::test]
async fn the_key_alone_selects_the_academy() {
    let world = World::serving("fayne").await;
    for (org, title) in [("acme", "Ours"), ("other", "Theirs")] {
        world.organization(org, json!({"plan": "pro"})).await;
        let course = json!({"title": title, "status": "published"});
        world.operate("PUT", &format!("/organizations/{org}/courses/{NOBODY}"), course).await;
    }
    for (org, title) in [("acme", "Ours"), ("other", "Theirs")] {
        let key = world.key(org, json!({"name": "demo"})).await;
        let credential = format!("Bearer {}", key.secret);
        for host in ["yourname.fayneos.com", "other.fayneos.com", "localhost"] {
            let headers = [("authorization", credential.as_str()), ("host", host)];
            let answer = world.http.send("GET", "/api/v1/courses", &headers, None).await;
            let courses = answer.json()["data"]["courses"].clone();
            assert_eq!(
                (answer.status, &courses[0]["title"], courses.as_array().unwrap().len()),
                (200, &json!(title), 1)
            );
        }
    }
}

/// "The REST API is available on Fayne's paid plans."
#[tokio::test]
async fn the_plan_decides_whether_there_is_an_api() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "trial"})).await;
    let key = world.key("acme", json!({"name": "demo"})).await;
    let refused = error("trial_api_unavailable", "API access requires a paid plan");
    bearer(&world, &key).await.is(402, &[], &refused);
    for plan in ["pro", "scale"] {
        world.organization("acme", json!({"plan": plan})).await;
        assert_eq!(bearer(&world, &key).await.status, 200);
    }
    world.organization("acme", json!({"plan": "trial"})).await;
    bearer(&world, &key).await.is(402, &[], &refused);
}

/// "Generating an API key": a name, and "it is shown only once". "Key format": `fa_live_` and 32 lowercase hex digits, 40 in
/// all.
#[tokio::test]
async fn a_key_has_a_name_and_its_form_and_is_shown_once() {
    let world = World::serving("fayne").await;
    world.organization("acme", json!({"plan": "pro"})).await;
    let path = "/organizations/acme/api-keys";
    let made = world.operate("POST", path, json!({"name": "CRM"})).await;
    assert_eq!(made.status, 201);
    let data = made.json()["data"].clone();
    let secret = data["key"].as_str().unwrap();
    let digits = secret.strip_prefix("fa_live_").unwrap();
    assert_eq!((secret.len(), digits.len()), (40, 32));
    assert!(digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{secret}");
    for path in [path.to_owned(), format!("{path}/{}", data["id"].as_str().unwrap())] {
        let shown = world.operate("GET", &path, Value::Null).await;
        assert!(shown.body.contains("CRM") && !shown.body.contains(digits), "{shown:?}");
    }
}

/// "Sending the Authorization header", and the example request.
#[tokio::test]
async fn the_example_request_is_answered() {
    let campus = Campus::open().await;
    campus.world.at("2030-06-15T09:22:00Z");
    let course = campus.course(1, "published", &[]).await;
    let time = "2030-06-15T09:22:00Z";
    let body = format!(
        r#"{{"data":{{"courses":[{{"id":"{course}","title":"Course 1","description":null,"status":"published","created_at":"{time}","updated_at":"{time}"}}],"pagination":{{"total":1,"limit":50,"offset":0}}}}}}"#
    );
    bearer(&campus.world, &campus.key).await.is(200, &[], &body);
}

/// "Requests are rate-limited per API key … a `429` response with a `Retry-After` header".
#[tokio::test]
async fn each_key_has_its_own_limit_and_is_told_how_long_to_wait() {
    let contract = Contract::load("fayne").unwrap();
    for (plan, per_minute) in [("pro", 300), ("scale", 1_200)] {
        let limits = contract.stated(plan).limits_for(None).unwrap();
        assert_eq!(limits.iter().map(|(_, requests)| u64::from(requests)).collect::<Vec<_>>(), [per_minute]);
    }
    let world = World::serving("fayne").await;
    let limits = json!([{"requests": 2, "per": "minute"}]);
    world.organization("acme", json!({"plan": "pro", "limits": limits})).await;
    let [key, other] = [world.key("acme", json!({"name": "a"})).await, world.key("acme", json!({"name": "b"})).await];
    for _ in 0..2 {
        assert_eq!(bearer(&world, &key).await.status, 200);
    }
    let limited = error("rate_limit_exceeded", "Too many requests");
    bearer(&world, &key).await.is(429, &["retry-after: 30"], &limited);
    assert_eq!(bearer(&world, &other).await.status, 200);
    world.at("2030-06-15T00:00:59.500Z");
    bearer(&world, &key).await.is(429, &["retry-after: 1"], &limited);
    world.at("2030-06-15T00:01:00Z");
    assert_eq!(bearer(&world, &key).await.status, 200);
}

/// "Error codes": the rows that come before anything is looked for, at every endpoint.
#[tokio::test]
async fn every_endpoint_refuses_who_may_not_call_it() {
    let campus = Campus::open().await;
    let world = &campus.world;
    let revoked = world.key("acme", json!({"name": "revoked"})).await;
    world.operate("DELETE", &format!("/organizations/acme/api-keys/{}", revoked.id), Value::Null).await;
    world.organization("trial", json!({"plan": "trial"})).await;
    let trial = world.key("trial", json!({"name": "a"})).await;
    world.organization("locked", json!({"plan": "pro", "status": "locked"})).await;
    let locked = world.key("locked", json!({"name": "a"})).await;
    let [reader, writer] = [
        world.key("acme", json!({"name": "r", "scopes": ["read"]})).await,
        world.key("acme", json!({"name": "w", "scopes": ["write"]})).await,
    ];
    let scheme = error("unauthorized", "The Authorization header must be: Bearer <API key>");
    let invalid = error("unauthorized", "Invalid API key");
    let forbidden = error("forbidden", "The API key is not permitted to perform this action");
    let id = NOBODY;
    for (method, path, needs) in [
        ("GET", "/courses".to_owned(), "read"),
        ("GET", format!("/courses/{id}"), "read"),
        ("GET", "/students".to_owned(), "read"),
        ("POST", "/students".to_owned(), "write"),
        ("GET", format!("/students/{id}"), "read"),
        ("DELETE", format!("/students/{id}"), "write"),
        ("POST", format!("/students/{id}/enrollments"), "write"),
        ("DELETE", format!("/students/{id}/enrollments/{id}"), "write"),
        ("GET", "/lists".to_owned(), "read"),
        ("POST", "/lists".to_owned(), "write"),
        ("GET", format!("/lists/{id}"), "read"),
        ("PATCH", format!("/lists/{id}"), "write"),
        ("DELETE", format!("/lists/{id}"), "write"),
        ("GET", format!("/lists/{id}/members"), "read"),
        ("POST", format!("/lists/{id}/members"), "write"),
        ("DELETE", format!("/lists/{id}/members/ada@example.com"), "write"),
    ] {
        let path = format!("/api/v1{path}");
        let send = async |authorization: Option<String>| {
            let header = authorization.as_ref().map(|value| ("authorization", value.as_str()));
            world.http.send(method, &path, header.as_slice(), None).await
        };
        let with = |secret: &str| Some(format!("Bearer {secret}"));
        send(None).await.is(401, &[], &error("unauthorized", "Missing API key"));
        send(Some(campus.key.secret.clone())).await.is(401, &[], &scheme);
        send(with(&campus.key.secret.replace("fa_live_", "sk_live_"))).await.is(401, &[], &invalid);
        send(with(&revoked.secret)).await.is(401, &[], &invalid);
        send(with(&format!("fa_live_{}", "0".repeat(32)))).await.is(401, &[], &invalid);
        let unpaid = error("trial_api_unavailable", "API access requires a paid plan");
        send(with(&trial.secret)).await.is(402, &[], &unpaid);
        send(with(&locked.secret)).await.is(402, &[], &error("academy_locked", "The academy is locked"));
        // The scope is looked at before the request, which could not be served here.
        for (key, scope) in [(&reader, "read"), (&writer, "write")] {
            let answer = send(with(&key.secret)).await;
            if scope == needs {
                assert!(!matches!(answer.status, 401..=403), "{method} {path} with {scope}: {answer:?}");
            } else {
                answer.is(403, &[], &forbidden);
            }
        }
    }
    assert!(campus.kept().await.is_empty());
}

/// "Error codes": the rows of what a request asks for.
#[tokio::test]
async fn every_refusal_of_a_request_reads_as_its_row_says() {
    let campus = Campus::with_room_for(1).await;
    let [published, draft] = [campus.course(1, "published", &[]).await, campus.course(2, "draft", &[]).await];
    let list = campus.list("Autumn").await;
    campus.list("Winter").await;
    let student = campus.student("ada@example.com").await;
    let new = |members: Value| {
        let mut new = json!({"email": "bob@example.com"});
        new.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        new
    };
    let enrollments = format!("/students/{student}/enrollments");
    let listed = format!("/lists/{list}");
    for (method, path, body, status, code, message) in [
        // "A plan limit was reached"
        ("POST", "/students", new(json!({})), 402, "limit_exceeded", "The plan small allows 1 students"),
        (
            "POST",
            &format!("{listed}/members"),
            json!({"emails": ["bob@example.com"]}),
            402,
            "limit_exceeded",
            "The plan small allows 1 students",
        ),
        // "A path or body value failed validation (for example, a malformed UUID)"
        ("GET", "/students/42", Value::Null, 400, "validation_error", "id must be a UUID"),
        ("POST", &enrollments, json!({"course_id": "42"}), 400, "validation_error", "course_id must be a UUID"),
        (
            "POST",
            "/students",
            json!({"email": "ada"}),
            400,
            "validation_error",
            "email must be an email address of at most 254 characters",
        ),
        // "Only published courses can be assigned"
        (
            "POST",
            &enrollments,
            json!({"course_id": draft}),
            400,
            "invalid_course",
            "Only published courses can be assigned",
        ),
        // "Some course IDs are invalid or unpublished"
        (
            "POST",
            "/students",
            new(json!({"course_ids": [published, draft]})),
            400,
            "invalid_courses",
            "Some course IDs are invalid or unpublished",
        ),
        (
            "POST",
            "/students",
            new(json!({"course_ids": [published, NOBODY]})),
            400,
            "invalid_courses",
            "Some course IDs are invalid or unpublished",
        ),
        // "Some list IDs are invalid or not in this academy"
        (
            "POST",
            "/students",
            new(json!({"list_ids": [list, NOBODY]})),
            400,
            "invalid_lists",
            "Some list IDs are invalid or not in this academy",
        ),
        // "Student, course, or list not found in this academy"
        ("GET", &format!("/students/{NOBODY}"), Value::Null, 404, "not_found", "Student not found in this academy"),
        ("GET", &format!("/courses/{NOBODY}"), Value::Null, 404, "not_found", "Course not found in this academy"),
        ("POST", &enrollments, json!({"course_id": NOBODY}), 404, "not_found", "Course not found in this academy"),
        ("GET", &format!("/lists/{NOBODY}"), Value::Null, 404, "not_found", "List not found in this academy"),
        // "The student is already a member, or a list with that name already exists"
        (
            "POST",
            "/students",
            json!({"email": "Ada@example.com"}),
            409,
            "already_exists",
            "The student is already a member of this academy",
        ),
        ("POST", "/lists", json!({"name": "autumn"}), 409, "already_exists", "A list with this name already exists"),
        ("PATCH", &listed, json!({"name": "WINTER"}), 409, "already_exists", "A list with this name already exists"),
    ] {
        campus.send(method, path, body).await.is(status, &[], &error(code, message));
    }
    // "An unexpected server error occurred": the academy's register is not valid.
    let broken = campus.world.stack.dynamodb().client().put_item().table_name("ReferenceTable");
    let broken = broken.item("pk", text("org#acme")).item("sk", text("register")).item("students", text("many"));
    broken.send().await.unwrap();
    campus.get("/students").await.is(500, &[], &error("internal_error", "An unexpected error occurred"));
}

/// "Call POST /api-reference/students to add a student and enroll them in courses in one request."
#[tokio::test]
async fn a_crm_adds_a_student_and_enrolls_them_in_one_request() {
    let campus = Campus::open().await;
    let courses = [campus.course(1, "published", &[]).await, campus.course(2, "published", &[]).await];
    let new = json!({"email": "ada@example.com", "name": "Ada Lovelace", "course_ids": courses});
    let answer = campus.send("POST", "/students", new).await;
    let data = answer.json()["data"].clone();
    let [id, first, second] = [&data["id"], &data["enrollments"][0]["id"], &data["enrollments"][1]["id"]];
    let [one, two] = &courses;
    let body = format!(
        r#"{{"data":{{"id":{id},"email":"ada@example.com","name":"Ada Lovelace","membershipStatus":"created","enrollments":[{{"id":{first},"course_id":"{one}","course_title":"Course 1"}},{{"id":{second},"course_id":"{two}","course_title":"Course 2"}}]}}}}"#
    );
    answer.is(201, &[], &body);
}

/// "Course access follows list membership (add someone in your tool and they get access; remove them and it is revoked)."
#[tokio::test]
async fn course_access_follows_list_membership() {
    let campus = Campus::open().await;
    let list = campus.list("Customers").await;
    let course = campus.course(1, "published", &[&list]).await;
    campus.join(&list, &["ada@example.com"]).await;
    let student = campus.data("/students").await["students"][0]["id"].as_str().unwrap().to_owned();
    let access = async || campus.data(&format!("/students/{student}")).await["courses"].clone();
    let courses = access().await;
    let [has] = courses.as_array().unwrap().as_slice() else { panic!("{courses}") };
    assert_eq!(
        (&has["course_id"], &has["enrolled"], &has["granted_by"]),
        (&json!(course), &json!(false), &json!([list]))
    );
    // A course that is granted later is there at once, too.
    campus.course(2, "published", &[&list]).await;
    assert_eq!(access().await.as_array().unwrap().len(), 2);
    campus.send("DELETE", &format!("/lists/{list}/members/ada@example.com"), Value::Null).await;
    assert_eq!(access().await, json!([]));
}
