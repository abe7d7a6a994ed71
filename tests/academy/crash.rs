//! Wherever deleting a list is killed, the list is gone or there, and nothing of it is left for good.

use local::dynamodb::{Fault, Latch};
use serde_json::{Value, json};

use crate::support::{Campus, Http};

const FUNCTION: &str = "AcademyDeleteList";

/// Deletes `list`. The process is killed after the call that `step` is about was made, before its answer has come.
async fn kill(campus: &Campus, list: &str, (action, text): (&str, &str)) {
    let latch = Latch::default();
    let dynamodb = campus.world.stack.dynamodb();
    dynamodb.inject(Fault::Hold(latch.clone()).times(1).on(action).with(text));
    // No document announces how API Gateway answers for a function that died.
    let http = Http::new(&campus.world.stack, "");
    let (header, credential) = campus.world.credential(&campus.key.secret);
    let headers = [(&*header, &*credential)];
    let path = format!("/api/v1/lists/{list}");
    let killing = async {
        latch.reached().await;
        campus.world.stack.kill(FUNCTION).unwrap();
    };
    let (answer, ()) = tokio::join!(http.send("DELETE", &path, &headers, None), killing);
    assert_eq!(answer.status, 500, "{answer:?}");
    latch.open();
    dynamodb.clear_faults();
}

/// What is left of `list`: its places, and the note in the register that it may have some.
async fn left(campus: &Campus, list: &str) -> Vec<String> {
    let kept = campus.kept().await;
    let notes = kept["org#acme register"].keys().filter(|name| name.contains(list)).cloned();
    let places = kept.keys().filter(|key| key.contains(&format!("member#{list}"))).cloned();

    notes.chain(places).collect()
}

#[tokio::test]
async fn what_a_killed_deletion_leaves_behind_is_swept_up_by_whoever_makes_or_deletes_a_list_next() {
    let campus = Campus::open().await;
    let emails: Vec<_> = (0..60).map(|number| format!("s{number}@example.com")).collect();
    let emails: Vec<_> = emails.iter().map(String::as_str).collect();
    let other = campus.list("Other").await;
    campus.join(&other, &emails[..2]).await;
    for (turn, step) in
        [("TransactWriteItems", "gone#"), ("Query", "member#"), ("BatchWriteItem", "member#"), ("UpdateItem", "gone#")]
            .into_iter()
            .enumerate()
    {
        for next in ["the same", "another", "none", "new"] {
            let list = campus.list("Autumn").await;
            campus.join(&list, &emails).await;
            kill(&campus, &list, step).await;
            if step.0 != "UpdateItem" {
                assert!(!left(&campus, &list).await.is_empty(), "{step:?}: nothing is left to be swept up");
            }
            let status = match next {
                "the same" => campus.send("DELETE", &format!("/lists/{list}"), Value::Null).await.status,
                "another" => {
                    let another = campus.list("Another").await;
                    campus.send("DELETE", &format!("/lists/{another}"), Value::Null).await.status
                }
                "none" => campus.send("DELETE", &format!("/lists/{other}"), Value::Null).await.status,
                _ => campus.send("POST", "/lists", json!({"name": format!("New {turn}")})).await.status,
            };
            assert!(matches!(status, 200 | 201 | 404), "{step:?} {next}: {status}");
            assert_eq!(left(&campus, &list).await, [""; 0], "{step:?} {next}");
        }
    }
    assert_eq!(campus.total().await, 60);
}
