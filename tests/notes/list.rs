use serde_json::json;

use super::create::{NOTES, desks, noted};

#[tokio::test]
async fn notes_are_listed_newest_first_page_by_page() {
    let (world, key, others) = desks().await;
    let mut notes = Vec::new();
    for second in 0..5 {
        world.at(&format!("2030-06-15T00:00:3{second}Z"));
        noted(&world, &others, "theirs").await;
        notes.insert(0, noted(&world, &key, &format!("Note {second}")).await);
    }
    for limit in 1..=6 {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.get(&format!("{NOTES}?{cursor}limit={limit}"), &key).await.json();
            let pagination = &page["meta"]["pagination"];
            seen.extend(page["data"].as_array().unwrap().clone());
            assert_eq!(pagination["hasMore"], json!(pagination["cursor"].is_string()), "{page}");
            let Some(next) = pagination["cursor"].as_str() else { break };
            cursor = format!("cursor={next}&");
        }
        assert_eq!(seen, notes, "by {limit}");
    }
    let answer = world.get(&format!("{NOTES}?cursor=nonsense"), &key).await;
    assert_eq!(
        (answer.status, answer.json()["detail"].as_str()),
        (400, Some("cursor must be one that this list gave"))
    );
}

#[tokio::test]
async fn a_page_of_the_longest_notes_fits_into_an_answer() {
    let (world, key, _) = desks().await;
    // A control character is six in JSON, and seven in the JSON that has that for its body.
    let text = "\u{1}".repeat(4_000);
    for _ in 0..100 {
        let made = world.post(NOTES, &key, json!({"title": "a", "text": text})).await;
        assert_eq!(made.status, 201);
    }
    let page = world.get(&format!("{NOTES}?limit=100"), &key).await;
    assert_eq!((page.status, page.json()["data"].as_array().unwrap().len()), (200, 100));
}
