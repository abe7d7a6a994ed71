use super::create::{NOTES, desks, noted};

#[tokio::test]
async fn a_note_is_its_organizations_alone() {
    let (world, key, others) = desks().await;
    let note = noted(&world, &key, "Milk").await;
    let path = format!("{NOTES}/{}", note["id"].as_str().unwrap());
    assert_eq!(world.get(&path, &key).await.json()["data"], note);
    let answer = world.get(&path, &others).await;
    assert_eq!((answer.status, answer.json()["code"].as_str()), (404, Some("resource_not_found")));
    let answer = world.get(&format!("{NOTES}/7"), &key).await;
    assert_eq!((answer.status, answer.json()["detail"].as_str()), (400, Some("id must be a UUID")));
}
