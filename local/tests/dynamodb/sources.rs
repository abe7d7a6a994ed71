//! Where the tables are: in memory, in a file, elsewhere.

use local::dynamodb::{Dynamodb, Error, Source, create_tables};

use super::support::{WRITER, assert_denied, client, count, counted, start, tables, writer};

#[tokio::test]
async fn a_file_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dynamodb.sqlite");
    for run in 0..3 {
        let dynamodb = Dynamodb::start(Source::File(file.clone()), vec![writer()]).await.unwrap();
        create_tables(dynamodb.endpoint(), &tables()).await.unwrap();
        let before = counted(&dynamodb).await.unwrap_or_else(|| "0".to_owned());
        assert_eq!(before, run.to_string());
        count(&client(&dynamodb, WRITER)).await.unwrap();
        dynamodb.stop().await;
    }
}

#[tokio::test]
async fn tables_are_made_once_with_their_key_and_expiry() {
    let dynamodb = Dynamodb::start(Source::Memory, Vec::new()).await.unwrap();
    create_tables(dynamodb.endpoint(), &tables()).await.unwrap();
    create_tables(dynamodb.endpoint(), &tables()).await.unwrap();

    let ttl = dynamodb.client().describe_time_to_live().table_name("Counters").send().await.unwrap();
    assert_eq!(ttl.time_to_live_description.unwrap().attribute_name(), Some("ttl"));

    let mut other = tables();
    other[0].sort_key = None;
    let error = create_tables(dynamodb.endpoint(), &other).await.unwrap_err().to_string();
    let expected = format!("table Keys at {} has the key pk S HASH, sk S RANGE, not pk S HASH", dynamodb.endpoint());
    assert_eq!(error, expected);
    dynamodb.stop().await;
}

#[tokio::test]
async fn another_endpoint_serves_as_the_embedded_one_does() {
    let other = Dynamodb::start(Source::Memory, Vec::new()).await.unwrap();
    let source = Source::Endpoint(other.endpoint().to_owned());
    let dynamodb = Dynamodb::start(source, vec![writer()]).await.unwrap();
    create_tables(dynamodb.endpoint(), &tables()).await.unwrap();
    count(&client(&dynamodb, WRITER)).await.unwrap();
    let denied = client(&dynamodb, WRITER).scan().table_name("Keys").send().await;
    assert_denied(&denied, "dynamodb:Scan", "table/Keys");
    dynamodb.stop().await;
    assert_eq!(counted(&other).await, Some("1".to_owned()), "it goes on when the stack stops");
    other.stop().await;
}

#[tokio::test]
async fn an_endpoint_that_cannot_be_used_is_named() {
    for url in ["", "localhost:8000", "https://dynamodb.us-east-1.amazonaws.com", "http://user@host:1", "http://h/path"]
    {
        let error = Dynamodb::start(Source::Endpoint(url.to_owned()), Vec::new()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("dynamodb endpoint {url:?} is not of the form http://host:port"));
    }
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let error = Dynamodb::start(Source::Endpoint(closed.clone()), Vec::new()).await.unwrap_err();
    assert!(matches!(&error, Error::Unreachable { endpoint, .. } if *endpoint == closed), "{error}");
    let error = create_tables(&closed, &tables()).await.unwrap_err();
    assert!(matches!(&error, Error::Unreachable { endpoint, .. } if *endpoint == closed), "{error}");
    let nowhere = Source::File("/nowhere/at/all".into());
    let error = Dynamodb::start(nowhere, Vec::new()).await.unwrap_err();
    assert!(error.to_string().starts_with("cannot open the database /nowhere/at/all: "), "{error}");
}

#[tokio::test]
async fn many_calls_at_once_are_all_answered() {
    let dynamodb = start().await;
    let writer = client(&dynamodb, WRITER);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let writer = writer.clone();
        calls.spawn(async move { count(&writer).await.is_ok() });
    }
    assert!(calls.join_all().await.into_iter().all(|answered| answered));
    assert_eq!(counted(&dynamodb).await, Some("100".to_owned()));
    dynamodb.stop().await;
}
