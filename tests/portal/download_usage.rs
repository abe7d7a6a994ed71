use serde_json::json;

use crate::portal::{call, issued, open, page};

#[tokio::test]
async fn usage_comes_as_a_table_for_spreadsheets() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    for _ in 0..3 {
        assert_eq!(call(&world, &key).await, 200);
    }
    world.stack.end_processes().await;
    let browser = world.visitor("acme").await;
    let csv = browser.get(&page(&key, "/usage.csv?range=24h")).await;
    assert_eq!((csv.status, csv.header("content-type")), (200, Some("text/csv; charset=utf-8")));
    let file = format!("attachment; filename=\"{}-24h.csv\"", key.id);
    assert_eq!(csv.header("content-disposition"), Some(file.as_str()));
    let lines: Vec<_> = csv.body.split("\r\n").collect();
    assert_eq!(lines[0], "key,name,from,to,requests,successes,client_errors,server_errors,verifications,refused");
    assert_eq!((lines.len(), lines[25]), (26, ""), "a line for each hour");
    assert_eq!(lines[24], format!("{},\"web\",2030-06-15T00:00:00Z,2030-06-15T01:00:00Z,3,3,0,0,0,0", key.id));
}

#[tokio::test]
async fn days_and_months_begin_where_the_visitor_lives() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    // In Auckland it is the 15th already, in New York it is not.
    for (zone, first, last) in [
        ("UTC", "2030-06-09T00:00:00Z", "2030-06-15T00:00:00Z"),
        ("Pacific/Auckland", "2030-06-08T12:00:00Z", "2030-06-14T12:00:00Z"),
        ("America/New_York", "2030-06-08T04:00:00Z", "2030-06-14T04:00:00Z"),
        // The counters are by the hour.
        ("Asia/Kathmandu", "2030-06-09T00:00:00Z", "2030-06-15T00:00:00Z"),
    ] {
        let browser = world.visitor_with("acme", json!({"subject": "user_42", "timeZone": zone})).await;
        let csv = browser.get(&page(&key, "/usage.csv?range=7d")).await;
        let froms: Vec<_> = csv.body.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
        assert_eq!((froms.len(), froms[0], froms[6]), (7, first, last), "{zone}");
    }
}

#[tokio::test]
async fn a_name_is_no_formula_in_a_table() {
    let world = open("fanfare").await;
    let browser = world.visitor("acme").await;
    for (name, cell) in [
        ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
        ("+1", "\"'+1\""),
        ("-1", "\"'-1\""),
        ("@SUM(1)", "\"'@SUM(1)\""),
        ("a\",\"b", "\"a\"\",\"\"b\""),
        (" =1+1", "\"' =1+1\""),
        ("\u{ff1d}1+1", "\"'\u{ff1d}1+1\""),
        ("\u{2003}=1", "\"'\u{2003}=1\""),
    ] {
        let key = issued(&world, name).await;
        let csv = browser.get(&page(&key, "/usage.csv?range=7d")).await;
        assert_eq!(csv.status, 200);
        for line in csv.body.lines().skip(1) {
            assert!(line.starts_with(&format!("{},{cell},2030-", key.id)), "{name}: {line}");
        }
    }
}
