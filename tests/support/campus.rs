//! An academy with room for what tests do, and those who work in it.

use std::collections::{BTreeMap, HashMap};

use dynamodb::AttributeValue;
use serde_json::{Value, json};

use super::{Answer, Key, World, own_contract};

/// The academy `acme`, and a key that may do everything in it as often as it likes.
pub(crate) struct Campus {
    pub(crate) world: World,
    pub(crate) key: Key,
    /// Functions read it whenever they start.
    _contract: Option<tempfile::NamedTempFile>,
}

/// An id that nothing has, and nothing is going to have.
pub(crate) const NOBODY: &str = "ffffffff-ffff-4fff-8fff-ffffffffffff";

/// The id of a test's course number `number`.
pub(crate) fn course_id(number: u32) -> String {
    format!("0193b5a0-7c1e-7a30-9f0a-{number:012}")
}

impl Campus {
    pub(crate) async fn open() -> Self {
        Self::of(World::serving("fayne").await, "scale", None).await
    }

    /// One on the plan `small`, which has so much room for students.
    pub(crate) async fn with_room_for(students: u32) -> Self {
        let plan = format!(
            "[plans.small]\nlimits = [{{ requests = 1, per = \"minute\" }}]\nkeys = 10\nquotas = {{ students = {students} }}\n\n[plans.trial]"
        );
        let file = own_contract("fayne", |text| text.replace("[plans.trial]", &plan));
        let api = |builder: local::Builder| builder.parameter("ReferenceApi", "academy");
        let world = World::build(file.path().to_str().unwrap(), api).await;

        Self::of(world, "small", Some(file)).await
    }

    async fn of(world: World, plan: &str, contract: Option<tempfile::NamedTempFile>) -> Self {
        let limits = json!([{"requests": 1_000_000, "per": "minute"}]);
        world.organization("acme", json!({"plan": plan, "limits": limits})).await;
        let key = world.key("acme", json!({"name": "demo"})).await;

        Self { world, key, _contract: contract }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, Value::Null).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(body);
        self.world.call(method, &format!("/api/v1{path}"), &self.key.secret, body).await
    }

    /// The same, for requests that are made at once.
    pub(crate) async fn send_owned(&self, method: &str, path: String, body: Value) -> Answer {
        self.send(method, &path, body).await
    }

    /// What `GET path` has under `data`; it must work.
    pub(crate) async fn data(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["data"].clone()
    }

    /// Authors the course of that number, which must work.
    pub(crate) async fn course(&self, number: u32, status: &str, lists: &[&str]) -> String {
        let id = course_id(number);
        let course = json!({"title": format!("Course {number}"), "status": status, "granted_lists": lists});
        let answer = self.world.operate("PUT", &format!("/organizations/acme/courses/{id}"), course).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        id
    }

    /// Makes a list, which must work.
    pub(crate) async fn list(&self, name: &str) -> String {
        self.id("/lists", json!({"name": name})).await
    }

    /// Adds a student, which must work.
    pub(crate) async fn student(&self, email: &str) -> String {
        self.id("/students", json!({"email": email})).await
    }

    /// Posts what must make something, and returns the id of it.
    pub(crate) async fn id(&self, path: &str, body: Value) -> String {
        let answer = self.send("POST", path, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["data"]["id"].as_str().unwrap().to_owned()
    }

    /// Puts people on a list, which must work.
    pub(crate) async fn join(&self, list: &str, emails: &[&str]) -> Value {
        let answer = self.send("POST", &format!("/lists/{list}/members"), json!({"emails": emails})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["data"].clone()
    }

    /// The emails of a list's members, as its first page shows them.
    pub(crate) async fn members(&self, list: &str) -> Vec<String> {
        emails(&self.data(&format!("/lists/{list}/members?limit=100")).await["members"])
    }

    /// The emails of the students, as the first page shows them.
    pub(crate) async fn students(&self) -> Vec<String> {
        emails(&self.data("/students?limit=100").await["students"])
    }

    /// How many students the academy says it has.
    pub(crate) async fn total(&self) -> Value {
        self.data("/students?limit=1").await["pagination"]["total"].clone()
    }

    /// What the academies keep, by its keys.
    pub(crate) async fn kept(&self) -> BTreeMap<String, HashMap<String, AttributeValue>> {
        let scan = self.world.stack.dynamodb().client().scan().table_name("ReferenceTable");
        let mut pages = scan.into_paginator().items().send();
        let mut items = BTreeMap::new();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            let [pk, sk] = ["pk", "sk"].map(|name| item[name].as_s().unwrap().as_str());
            items.insert(format!("{pk} {sk}"), item);
        }
        items
    }

    /// Sends each request, and checks that it is refused with these words and leaves nothing behind.
    pub(crate) async fn refuses(&self, method: &str, path: &str, cases: Vec<(Value, u16, &str, &str)>) {
        let before = self.kept().await;
        for (body, status, code, message) in cases {
            let answer = self.send(method, path, body.clone()).await;
            let expected = json!({"error": {"code": code, "message": message}}).to_string();
            assert_eq!((answer.status, &answer.body), (status, &expected), "{method} {path} {body}");
        }
        assert_eq!(self.kept().await, before);
    }
}

fn emails(people: &Value) -> Vec<String> {
    people.as_array().unwrap().iter().map(|person| person["email"].as_str().unwrap().to_owned()).collect()
}
