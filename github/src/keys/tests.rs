//! Signatures, and how often GitHub is asked for its keys, against a server that answers as GitHub does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use shared::Denial;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// The example in GitHub's documentation of its partner programme.
const ID: &str = "bcb53661c06b4728e59d897fb6165d5c9cda0fd9cdf9d09ead458168deb7518c";
const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGMWO8XgCamYKMJS6jc/qgvSlAd\nAjPuDPRcXU22YxgBrz+zoN19MzuRyW87qEt9/AmtoNP5GrobzUvQSyJFVw==\n-----END PUBLIC KEY-----\n";
const SIGNATURE: &str =
    "MEQCIQDaMKqrGnE27S0kgMrEK0eYBmyG0LeZismAEz/BgZyt7AIfXt9fErtRS4XaeSt/AO1RtBY66YcAdjxji410VQV4xg==";
const BODY: &str =
    r#"[{"source":"commit","token":"some_token","type":"some_type","url":"https://example.com/base-repo-url/"}]"#;

/// A server with these keys, and how often it was asked: in all, and with the tag of its answer.
async fn github(keys: &'static str) -> (Keys, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/meta/public_keys/secret_scanning", listener.local_addr().unwrap());
    let (asked, tagged) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, counted_tagged) = (Arc::clone(&asked), Arc::clone(&tagged));
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut request = [0; 4_096];
            let length = socket.read(&mut request).await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            let is_known = String::from_utf8_lossy(&request[..length]).contains("if-none-match: W/\"1\"");
            let answer = if is_known {
                counted_tagged.fetch_add(1, Ordering::Relaxed);
                "HTTP/1.1 304 Not Modified\r\netag: W/\"1\"\r\nconnection: close\r\n\r\n".to_owned()
            } else {
                let length = keys.len();
                format!(
                    "HTTP/1.1 200 OK\r\netag: W/\"1\"\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{keys}"
                )
            };
            socket.write_all(answer.as_bytes()).await.unwrap();
        }
    });

    (Keys::at(&url).unwrap(), asked, tagged)
}

fn published() -> &'static str {
    let keys = serde_json::json!({"public_keys": [{"key_identifier": ID, "key": PEM, "is_current": true}]});
    String::leak(keys.to_string())
}

fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_900_000_000).unwrap() + SignedDuration::from_secs(seconds)
}

fn refused(verified: Result<()>) -> Option<String> {
    let Error::Denied(Denial::InvalidRequest { violations }) = verified.unwrap_err() else { return None };

    violations.into_iter().next().map(|one| one.field)
}

#[tokio::test]
async fn the_example_of_githubs_documentation_verifies_and_with_one_byte_changed_it_does_not() {
    let (keys, ..) = github(published()).await;
    keys.verify(ID, SIGNATURE, BODY.as_bytes(), second(0)).await.unwrap();
    let name = Some("Github-Public-Key-Signature".to_owned());
    for place in 0..BODY.len() {
        let mut body = BODY.as_bytes().to_vec();
        body[place] ^= 1;
        assert_eq!(refused(keys.verify(ID, SIGNATURE, &body, second(0)).await), name, "{place}");
    }
    for signature in ["", "!", "AAAA", &SIGNATURE.replacen("MEQ", "MEU", 1)] {
        assert_eq!(refused(keys.verify(ID, signature, BODY.as_bytes(), second(0)).await), name, "{signature}");
    }
    let unknown = keys.verify("another", SIGNATURE, BODY.as_bytes(), second(0)).await;
    assert_eq!(refused(unknown).as_deref(), Some("Github-Public-Key-Identifier"));
}

#[tokio::test]
async fn keys_are_asked_for_once_an_hour_by_their_tag_and_for_a_key_that_is_new_every_five_minutes() {
    let (keys, asked, tagged) = github(published()).await;
    let counts = || [asked.load(Ordering::Relaxed), tagged.load(Ordering::Relaxed)];
    let is_known = async |id: &str, at: i64| keys.key(id, second(at)).await.unwrap().is_some();
    for (id, at, is_there, expected) in [
        (ID, 0, true, [1, 0]),
        (ID, 3_599, true, [1, 0]),
        (ID, 3_600, true, [2, 1]),
        ("new", 3_899, false, [2, 1]),
        ("new", 3_900, false, [3, 2]),
        ("other", 4_199, false, [3, 2]),
        (ID, 4_200, true, [3, 2]),
    ] {
        assert_eq!(is_known(id, at).await, is_there, "{id} {at}");
        assert_eq!(counts(), expected, "{id} {at}");
    }
}

#[tokio::test]
async fn while_github_does_not_say_its_keys_nothing_is_believed_and_it_is_not_asked_all_the_time() {
    let (keys, asked, _) = github("{}").await;
    for (at, expected) in [(0, 1), (9, 1), (10, 2)] {
        let error = keys.verify(ID, SIGNATURE, BODY.as_bytes(), second(at)).await.unwrap_err();
        assert!(matches!(error.denial(), Denial::Unavailable { .. }), "{error:?}");
        assert_eq!(asked.load(Ordering::Relaxed), expected, "{at}");
    }
}

#[tokio::test]
async fn keys_that_were_known_are_believed_for_a_day_while_github_does_not_answer() {
    let (mut keys, ..) = github(published()).await;
    keys.verify(ID, SIGNATURE, BODY.as_bytes(), second(0)).await.unwrap();
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    keys.uri = format!("http://{dead}/").parse().unwrap();
    // One that is new may be GitHub's: that is no reason to refuse the message for good.
    let error = keys.verify("new", SIGNATURE, BODY.as_bytes(), second(301)).await.unwrap_err();
    assert!(matches!(error.denial(), Denial::Unavailable { .. }), "{error:?}");
    keys.verify(ID, SIGNATURE, BODY.as_bytes(), second(86_399)).await.unwrap();
    let error = keys.verify(ID, SIGNATURE, BODY.as_bytes(), second(86_400)).await.unwrap_err();
    assert!(matches!(error.denial(), Denial::Unavailable { .. }), "{error:?}");
}
