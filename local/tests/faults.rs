//! Functions that crash, hang, fail or are called at once.

use crate::support::{builder, get, is_running, stack};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

fn is_internal_error(reply: &local::Reply) -> bool {
    reply.status == 500
        && reply.json() == json!({ "message": "Internal Server Error" })
        && reply.headers.contains_key("apigw-requestid")
}

#[tokio::test]
async fn a_crash_is_a_500_and_the_next_request_finds_a_new_process() {
    let stack = stack().await;
    for _ in 0..3 {
        assert!(is_internal_error(&get(&stack, "/crash").await));
        assert_eq!(get(&stack, "/x").await.status, 200);
    }
    let logs = stack.logs();
    assert!(logs.iter().any(|line| line.starts_with("Echo crashed: signal: 6")), "{logs:?}");
    stack.stop().await;
}

#[tokio::test]
async fn an_error_is_a_500_and_the_process_goes_on() {
    let stack = stack().await;
    assert!(is_internal_error(&get(&stack, "/error").await));
    assert_eq!(get(&stack, "/x").await.status, 200);
    assert_eq!(stack.processes(), 1);
    stack.stop().await;
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_ended() {
    let stack = stack().await;
    assert!(is_internal_error(&get(&stack, "/hang").await));
    assert!(stack.logs().contains(&"Impatient timed out after 1s".to_owned()));
    stack.stop().await;
}

#[tokio::test]
async fn a_function_that_cannot_start_is_a_500_with_its_reason_in_the_log() {
    let stack = stack().await;
    assert!(is_internal_error(&get(&stack, "/broken").await));
    let logs = stack.logs();
    assert!(logs.iter().any(|line| line == "Broken did not start: exit status: 1"), "{logs:?}");
    stack.stop().await;
}

#[tokio::test]
async fn requests_at_once_get_a_process_each_and_processes_are_used_again() {
    let stack = stack().await;
    let meeting = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let path = format!("/meet?at={}", meeting.local_addr().unwrap());
    let both = async { tokio::join!(get(&stack, &path), get(&stack, &path)) };
    let host = async {
        // Neither is let go before both are here.
        let (mut first, _) = meeting.accept().await.unwrap();
        let (mut second, _) = meeting.accept().await.unwrap();
        first.write_all(b"x").await.unwrap();
        second.write_all(b"x").await.unwrap();
    };
    let ((first, second), ()) = tokio::join!(both, host);
    assert_ne!(first.json()["pid"], second.json()["pid"]);
    assert_eq!(stack.processes(), 2);
    for _ in 0..5 {
        get(&stack, "/x").await;
    }
    assert_eq!(stack.processes(), 2);
    stack.stop().await;
}

#[tokio::test]
async fn requests_beyond_the_most_processes_wait_their_turn() {
    let stack = builder().max_instances(1).start().await.unwrap();
    let meeting = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let path = format!("/meet?at={}", meeting.local_addr().unwrap());
    let all = async { tokio::join!(get(&stack, &path), get(&stack, &path), get(&stack, &path)) };
    let host = async {
        for _ in 0..3 {
            meeting.accept().await.unwrap().0.write_all(b"x").await.unwrap();
        }
    };
    let ((first, second, third), ()) = tokio::join!(all, host);
    assert_eq!((first.json(), second.json()), (second.json(), third.json()));
    stack.stop().await;
}

#[tokio::test]
async fn an_invocation_goes_on_when_its_client_has_left() {
    let stack = builder().max_instances(1).start().await.unwrap();
    let meeting = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let path = format!("/meet?at={}", meeting.local_addr().unwrap());
    let mut guest = tokio::select! {
        _ = get(&stack, &path) => panic!("nobody let it go"),
        guest = meeting.accept() => guest.unwrap().0,
    };
    guest.write_all(b"x").await.unwrap();
    assert_eq!(get(&stack, "/x").await.status, 200);
    assert_eq!(stack.processes(), 1);
    stack.stop().await;
}

#[tokio::test]
async fn a_stack_that_stops_lets_requests_under_way_finish_and_takes_no_others() {
    let stack = stack().await;
    let meeting = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let path = format!("/meet?at={}", meeting.local_addr().unwrap());
    let (url, request) = (stack.address(), format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"));
    let mut client = TcpStream::connect(&url).await.unwrap();
    client.write_all(request.as_bytes()).await.unwrap();
    let (mut guest, _) = meeting.accept().await.unwrap();

    let stop = tokio::spawn(stack.stop());
    // The port is closed first; the request is still under way then.
    while TcpStream::connect(&url).await.is_ok() {
        tokio::task::yield_now().await;
    }
    guest.write_all(b"x").await.unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    stop.await.unwrap();
}

#[tokio::test]
async fn many_requests_at_once_are_all_answered() {
    let stack = std::sync::Arc::new(builder().max_instances(4).start().await.unwrap());
    let mut requests = tokio::task::JoinSet::new();
    for number in 0..200 {
        let stack = std::sync::Arc::clone(&stack);
        requests.spawn(async move { (number, get(&stack, &format!("/n/{number}")).await) });
    }
    while let Some(answered) = requests.join_next().await {
        let (number, reply) = answered.unwrap();
        assert_eq!(reply.json()["rawPath"], format!("/n/{number}"));
    }
    assert!((1..=4).contains(&stack.processes()));
}

#[tokio::test]
async fn a_stack_that_is_dropped_takes_its_processes_with_it() {
    let stack = stack().await;
    let pid = get(&stack, "/pid").await.json();
    assert!(is_running(&pid));
    drop(stack);
    assert!(!is_running(&pid));
}

#[tokio::test]
async fn a_stack_that_is_stopped_takes_its_processes_with_it() {
    let stack = stack().await;
    let pid = get(&stack, "/pid").await.json();
    stack.stop().await;
    assert!(!is_running(&pid));
}

#[test]
fn a_stack_outlives_the_runtime_that_it_was_started_from() {
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stack = run().block_on(stack());
    assert_eq!(run().block_on(get(&stack, "/x")).status, 200);
    assert_eq!(
        run().block_on(stack.invoke("Echo", json!({ "rawPath": "/pid" }))).unwrap(),
        run().block_on(get(&stack, "/pid")).json()
    );
    run().block_on(stack.stop());
}
