//! However full an academy gets, every request has its answer: items stay below 400 KB, and answers below 6 MB.

use std::collections::{BTreeSet, HashMap};

use dynamodb::{AttributeValue, number, text};
use local::dynamodb::Fault;
use serde_json::{Value, json};

use crate::support::{Campus, all, course_id};

const TABLE: &str = "ReferenceTable";

const SOME_TIME: i64 = 1_907_712_000_123;

type Attributes = HashMap<String, AttributeValue>;

fn emails(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("s{number}@example.com")).collect()
}

/// The item at `sort` of the academy.
async fn item(campus: &Campus, sort: &str) -> Attributes {
    campus.kept().await[&format!("org#acme {sort}")].clone()
}

/// The lists that a student's item names.
async fn named(campus: &Campus, student: &str) -> BTreeSet<String> {
    let item = item(campus, &format!("student#{student}")).await;
    item.get("lists").map(|lists| lists.as_m().unwrap().keys().cloned().collect()).unwrap_or_default()
}

async fn put(campus: &Campus, item: &Attributes) -> bool {
    let client = campus.world.stack.dynamodb().client();
    client.put_item().table_name(TABLE).set_item(Some(item.clone())).send().await.is_ok()
}

/// Makes a student's item as large as DynamoDB lets it be: `grow` adds so much to it, the first number or more, and the
/// second is too much.
async fn fill(
    campus: &Campus,
    student: &str,
    (mut fits, mut too_large): (usize, usize),
    grow: impl Fn(&mut Attributes, usize),
) {
    let item = item(campus, &format!("student#{student}")).await;
    while too_large - fits > 1 {
        let middle = usize::midpoint(fits, too_large);
        let mut larger = item.clone();
        grow(&mut larger, middle);
        if put(campus, &larger).await { fits = middle } else { too_large = middle }
    }
    let mut full = item;
    grow(&mut full, fits);
    assert!(put(campus, &full).await, "{fits}");
}

/// Adds so many lists that are gone.
fn gone_lists(item: &mut Attributes, count: usize) {
    let gone = |place| (format!("0193b5a0-7c1e-7a30-9f0b-{place:012}"), number(SOME_TIME));
    item.insert("lists".to_owned(), AttributeValue::M((0..count).map(gone).collect()));
}

#[tokio::test]
async fn a_student_whose_item_is_full_of_lists_that_are_gone_comes_to_another_one_and_holds_nobody_up() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let full = campus.student("s50@example.com").await;
    fill(&campus, &full, (8_000, 9_500), gone_lists).await;
    assert!(named(&campus, &full).await.len() >= 8_000);
    // A hundred are more than a transaction: a change is under way.
    let emails = emails(100);
    let joined = campus.join(&list, &emails.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(joined["added"].as_array().unwrap().len(), 100);
    assert_eq!(named(&campus, &full).await, BTreeSet::from([list.clone()]));
    assert_eq!((campus.total().await, campus.members(&list).await.len()), (json!(100), 100));
    campus.student("other@example.com").await;
}

#[tokio::test]
async fn lists_that_are_gone_leave_a_students_item_with_the_next_write_of_it() {
    let campus = Campus::open().await;
    let [kept, other] = [campus.list("Kept").await, campus.list("Other").await];
    let course = campus.course(1, "published", &[]).await;
    let email = "ada@example.com";
    let student = campus.student(email).await;
    campus.join(&kept, &[email]).await;
    let path = format!("/students/{student}");
    let enrollments = format!("{path}/enrollments");
    let enroll = json!({"course_id": course});
    let enrollment = campus.id(&enrollments, enroll.clone()).await;
    let report = json!({"completed_lessons": 1, "total_lessons": 2});
    let members = format!("/lists/{other}/members");
    for (method, path, body, lists) in [
        ("PUT", format!("/organizations/acme{path}/progress/{course}"), report, vec![&kept]),
        ("DELETE", format!("{enrollments}/{enrollment}"), Value::Null, vec![&kept]),
        ("POST", enrollments, enroll, vec![&kept]),
        ("POST", members.clone(), json!({"emails": [email]}), vec![&kept, &other]),
        ("DELETE", format!("{members}/{email}"), Value::Null, vec![&kept]),
        ("DELETE", path, Value::Null, vec![]),
    ] {
        let gone = campus.list("Gone").await;
        campus.join(&gone, &[email]).await;
        campus.send("DELETE", &format!("/lists/{gone}"), Value::Null).await;
        assert!(named(&campus, &student).await.contains(&gone));
        let answer = match method {
            "PUT" => campus.world.operate(method, &path, body).await,
            _ => campus.send(method, &path, body).await,
        };
        assert!(matches!(answer.status, 200 | 201), "{method} {path}: {answer:?}");
        assert_eq!(named(&campus, &student).await, lists.into_iter().cloned().collect(), "{method} {path}");
    }
    assert_eq!(campus.data(&format!("/lists/{kept}")).await["member_count"], 0);
    assert_eq!(campus.members(&kept).await, [""; 0]);
}

#[tokio::test]
async fn lists_that_are_made_while_a_student_is_written_are_not_taken_for_gone() {
    let campus = Campus::open().await;
    let email = "ada@example.com";
    let student = campus.student(email).await;
    let courses = all((0..12).map(|number| campus.course(number, "published", &[]))).await;
    // Enrollments are written without the register, and all of them want the student's item.
    let enrollments = all(courses.iter().map(|course| {
        campus.send_owned("POST", format!("/students/{student}/enrollments"), json!({"course_id": course}))
    }));
    let joins = async {
        let mut lists = BTreeSet::new();
        for number in 0..6 {
            let gone = campus.list(&format!("Gone {number}")).await;
            let list = campus.list(&format!("List {number}")).await;
            campus.join(&gone, &[email]).await;
            campus.join(&list, &[email]).await;
            campus.send("DELETE", &format!("/lists/{gone}"), Value::Null).await;
            lists.insert(list);
        }
        lists
    };
    let (enrollments, lists) = tokio::join!(enrollments, joins);
    assert!(enrollments.iter().all(|answer| answer.status == 201), "{enrollments:?}");
    let shown = campus.data(&format!("/students/{student}")).await;
    let on: BTreeSet<_> =
        shown["lists"].as_array().unwrap().iter().map(|list| list["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((on, &shown["courses_enrolled"]), (lists.clone(), &json!(12)));
    for list in lists {
        assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 1);
        assert_eq!(campus.members(&list).await, [email]);
    }
}

#[tokio::test]
async fn who_cannot_come_to_a_list_is_not_counted_and_keeps_nobody_else_from_it() {
    let campus = Campus::open().await;
    let list = campus.list("Autumn").await;
    let full = campus.student("s50@example.com").await;
    // Nothing of it can go: there is no room for a list.
    let name = |item: &mut Attributes, bytes| drop(item.insert("name".to_owned(), text("x".repeat(bytes))));
    fill(&campus, &full, (400_000, 410_000), name).await;
    let path = format!("/lists/{list}/members");
    let new = json!({"emails": emails(100)});
    let internal = r#"{"error":{"code":"internal_error","message":"An unexpected error occurred"}}"#;
    campus.send("POST", &path, new.clone()).await.is(500, &[], internal);
    // The next one, whoever it is, meets no change.
    campus.student("other@example.com").await;
    assert_eq!(campus.total().await, 101);
    let members = campus.members(&list).await;
    assert!(members.len() == 99 && !members.contains(&"s50@example.com".to_owned()), "{members:?}");
    assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 99);
    // Again: there is only the one left, who still cannot.
    campus.send("POST", &path, new).await.is(500, &[], internal);
    assert_eq!(campus.data(&format!("/lists/{list}")).await["member_count"], 99);
    assert_eq!(campus.send("DELETE", &format!("/students/{full}"), Value::Null).await.status, 200);
    assert_eq!(campus.total().await, 100);
}

#[tokio::test]
async fn a_student_who_cannot_leave_stays_whole_and_keeps_nobody_else_from_the_academy() {
    let campus = Campus::open().await;
    let names: Vec<_> = (0..70).map(|number| format!("List {number}")).collect();
    let lists = all(names.iter().map(|name| campus.list(name))).await;
    let student = campus.student("ada@example.com").await;
    for some in lists.chunks(4) {
        all(some.iter().map(|list| campus.join(list, &["ada@example.com"]))).await;
    }
    let refused = Fault::error(400, "ValidationException", "the item is too large");
    let dynamodb = campus.world.stack.dynamodb();
    dynamodb.inject(refused.times(1).on("TransactWriteItems").with(&format!("student#{student}")));
    let path = format!("/students/{student}");
    assert_eq!(campus.send("DELETE", &path, Value::Null).await.status, 500);
    campus.student("bob@example.com").await;
    assert_eq!(campus.total().await, 2);
    let shown = campus.data("/lists").await;
    assert!(shown["lists"].as_array().unwrap().iter().all(|list| list["member_count"] == 1), "{shown}");
    assert_eq!(campus.data(&path).await["lists"].as_array().unwrap().len(), 70);
    assert_eq!(campus.send("DELETE", &path, Value::Null).await.status, 200);
    assert_eq!(campus.total().await, 1);
    assert_eq!(campus.members(&lists[0]).await, [""; 0]);
}

/// Makes all students have 420 enrollments each, as if an academy of so many courses had enrolled them.
async fn enroll_all(campus: &Campus) {
    let record = |place: u32| {
        let members = [("id", text(course_id(1_000 + place))), ("at", number(SOME_TIME))];
        AttributeValue::M(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    };
    let enrollments: Attributes = (0..420).map(|place| (course_id(place), record(place))).collect();
    for (key, mut item) in campus.kept().await {
        if key.starts_with("org#acme student#") {
            item.insert("enrollments".to_owned(), AttributeValue::M(enrollments.clone()));
            assert!(put(campus, &item).await);
        } else if key == "org#acme register" {
            item.insert("courses".to_owned(), number(420));
            assert!(put(campus, &item).await);
        }
    }
}

#[tokio::test]
async fn a_page_that_would_be_too_long_for_an_answer_ends_early_and_says_where_the_next_one_begins() {
    let campus = Campus::open().await;
    let [list, other] = [campus.list("Autumn").await, campus.list("Winter").await];
    let emails = emails(100);
    campus.join(&list, &emails.iter().map(String::as_str).collect::<Vec<_>>()).await;
    enroll_all(&campus).await;
    let (mut offset, mut pages, mut seen) = (0, Vec::new(), BTreeSet::new());
    while offset < 100 {
        let answer = campus.get(&format!("/students?limit=100&offset={offset}")).await;
        assert_eq!(answer.status, 200, "{}", &answer.body[..answer.body.len().min(500)]);
        assert!(answer.body.len() < 6_000_000, "{}", answer.body.len());
        let data = answer.json()["data"].clone();
        let students = data["students"].as_array().unwrap();
        assert!(students.iter().all(|student| student["courses_enrolled"] == 420));
        seen.extend(students.iter().map(|student| student["email"].as_str().unwrap().to_owned()));
        let pagination = &data["pagination"];
        assert_eq!((&pagination["total"], &pagination["offset"]), (&json!(100), &json!(offset)));
        let limit = pagination["limit"].as_u64().unwrap();
        pages.push((students.len(), limit));
        offset += limit;
    }
    // The second page has room for all that is left, and is as long as was asked for.
    let [(first, limit), (second, 100)] = pages[..] else { panic!("{pages:?}") };
    assert!(u64::try_from(first).unwrap() == limit && first > 50 && first + second == 100, "{pages:?}");
    assert_eq!(seen, emails.iter().cloned().collect());
    // What does not show enrollments is as long as ever, and these students come to another list.
    let data = campus.data(&format!("/lists/{list}/members?limit=100")).await;
    assert_eq!((data["members"].as_array().unwrap().len(), &data["pagination"]["limit"]), (100, &json!(100)));
    campus.join(&other, &emails.iter().take(12).map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(campus.members(&other).await.len(), 12);
}
