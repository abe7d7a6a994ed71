#![expect(clippy::arithmetic_side_effects, reason = "tests count in small numbers")]

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// That many seconds after midnight.
fn second(seconds: i64) -> Timestamp {
    Timestamp::from_second(at("2030-01-01T00:00:00Z").as_second() + seconds).unwrap()
}

fn holder(number: usize) -> Holder {
    let key = crate::registry::key::Id::try_from(format!("key_{number:026}")).unwrap();
    Holder { org: "acme".to_owned().try_into().unwrap(), key }
}

fn record(batch: &mut Batch, holder: Holder, outcome: Outcome, is_old: bool, now: Timestamp) {
    batch.record(Use { holder, is_old, is_awake: false, peaks: Vec::new() }, outcome, now);
}

fn success(batch: &mut Batch, number: usize, now: Timestamp) {
    record(batch, holder(number), Outcome::Success, false, now);
}

/// Writes all that is due, as the meter does, and returns how many writes there were: of keys, and of sums.
fn write(batch: &mut Batch) -> (usize, usize) {
    let mut writes = (0, 0);
    loop {
        let entries = batch.take_due();
        if entries.is_empty() {
            return writes;
        }
        let sums = entries.iter().filter(|entry| entry.account.is_sum()).count();
        writes = (writes.0 + entries.len() - sums, writes.1 + sums);
        batch.sum(entries);
    }
}

/// The requests that have been noted and not written, of keys.
fn waiting(batch: &mut Batch) -> i64 {
    let entries = batch.take();
    entries.iter().filter(|entry| !entry.account.is_sum()).map(Entry::requests).sum()
}

#[test]
fn ten_requests_in_a_row_are_each_written_at_once_and_their_sums_with_every_second_budget() {
    let mut batch = Batch::default();
    for number in 0..10 {
        success(&mut batch, 1, second(number));
        assert_eq!(write(&mut batch).0, 1, "{number}");
    }
    success(&mut batch, 1, second(10));
    assert_eq!(write(&mut batch), (0, 0));
    // A write comes back after twenty seconds.
    success(&mut batch, 1, second(19));
    assert_eq!(write(&mut batch), (0, 0));
    success(&mut batch, 1, second(20));
    assert_eq!(write(&mut batch).0, 1);
    success(&mut batch, 1, second(20));
    assert_eq!((write(&mut batch), waiting(&mut batch)), ((0, 0), 1));
}

#[test]
fn the_sums_of_five_requests_in_a_row_are_written_with_them() {
    let mut batch = Batch::default();
    let writes: Vec<_> = (0..7)
        .map(|number| {
            success(&mut batch, 1, second(number));
            write(&mut batch)
        })
        .collect();
    assert_eq!(writes, [(1, 2), (1, 2), (1, 2), (1, 2), (1, 2), (1, 0), (1, 0)]);
    // A minute later at the latest, with whatever comes then.
    success(&mut batch, 1, second(65));
    assert_eq!(write(&mut batch), (1, 2));
}

#[test]
fn a_thousand_requests_of_a_busy_key_cost_at_most_thirty_writes() {
    for seconds in [1, 10, 60, 100] {
        let mut batch = Batch::default();
        let mut writes = 0;
        for number in 0..1_000 {
            success(&mut batch, 1, second(number * seconds / 1_000));
            let (keys, sums) = write(&mut batch);
            writes += keys + sums;
        }
        assert!((20..=30).contains(&writes), "{writes} in {seconds} seconds");
    }
}

#[test]
fn a_key_in_steady_use_costs_five_writes_a_minute_at_most() {
    let mut batch = Batch::default();
    for number in 0..10_000 {
        success(&mut batch, 1, second(number / 10));
        write(&mut batch);
    }
    let mut writes = 0;
    for number in 0..6_000 {
        success(&mut batch, 1, second(1_000 + number / 10));
        let (keys, sums) = write(&mut batch);
        writes += keys + sums;
    }
    assert!((40..=50).contains(&writes), "{writes} in ten minutes");
}

#[test]
fn where_there_are_more_keys_than_writes_the_oldest_outcome_waits_half_a_minute() {
    let mut batch = Batch::default();
    for _ in 0..10 {
        success(&mut batch, 0, second(0));
        write(&mut batch);
    }
    for (now, number) in [(1, 1), (2, 2), (3, 3), (30, 4)] {
        success(&mut batch, number, second(now));
        assert_eq!(write(&mut batch), (0, 0), "{now}");
    }
    success(&mut batch, 5, second(31));
    assert_eq!(write(&mut batch).0, 5);
}

#[test]
fn a_batch_of_many_keys_is_due_at_once() {
    let mut batch = Batch::default();
    for number in 0..10 {
        success(&mut batch, number, second(0));
        assert_eq!(write(&mut batch).0, 1);
    }
    for number in 0..KEYS.many {
        assert_eq!(write(&mut batch).0, 0, "{number}");
        success(&mut batch, number, second(0));
    }
    assert_eq!(write(&mut batch).0, KEYS.many);
}

#[test]
fn an_entry_is_one_day_of_one_key_by_hours_and_a_sum_has_the_whole_day() {
    let mut batch = Batch::default();
    success(&mut batch, 1, at("2030-01-01T22:59:59.999Z"));
    success(&mut batch, 1, at("2030-01-01T23:00:00Z"));
    record(&mut batch, holder(1), Outcome::Refused(Kind::RateLimited), false, at("2030-01-01T23:59:59Z"));
    success(&mut batch, 1, at("2030-01-02T00:00:00Z"));
    let mut entries = batch.take();
    entries.sort_by_key(|entry| entry.day);
    let parts: Vec<_> = entries.iter().map(|entry| entry.parts.keys().copied().collect::<Vec<_>>()).collect();
    assert_eq!(parts, [vec![Part::Hour(22), Part::Hour(23)], vec![Part::Hour(0)]]);
    let [refused, first] = [Outcome::Refused(Kind::RateLimited), Outcome::Success];
    assert_eq!((entries[0].requests(), entries[0].parts[&Part::Hour(23)].get(refused)), (3, 1));

    batch.sum(entries);
    let sums = batch.take();
    assert_eq!(sums.len(), 4, "{sums:?}");
    for account in [Account::Organization(holder(1).org), Account::Stack] {
        let mut days: Vec<_> = sums.iter().filter(|sum| sum.account == account).collect();
        days.sort_by_key(|sum| sum.day);
        let [one, two] = days.as_slice() else { panic!("{days:?}") };
        assert_eq!((one.parts.len(), one.parts[&Part::Whole].get(refused)), (1, 1));
        assert_eq!([one.parts[&Part::Whole].get(first), two.requests()], [2, 1]);
    }
}

#[test]
fn what_could_not_be_written_rests_and_is_due_again() {
    let mut batch = Batch::default();
    success(&mut batch, 1, second(10));
    let entries = batch.take_due();
    batch.keep(entries);
    batch.rest();
    success(&mut batch, 1, second(39));
    assert!(batch.take_due().is_empty());
    success(&mut batch, 1, second(40));
    let entries = batch.take_due();
    assert_eq!((entries.len(), entries[0].requests()), (1, 3));
}

#[test]
fn memory_is_bounded_and_known_keys_go_on_counting() {
    let mut batch = Batch::default();
    for number in 0..MAX + 7 {
        success(&mut batch, number, second(0));
    }
    success(&mut batch, 0, second(0));
    assert_eq!((batch.turned_away(), batch.turned_away()), (7, 0));
    assert_eq!(waiting(&mut batch), i64::try_from(MAX).unwrap() + 1);
}

#[test]
fn the_first_use_of_an_old_secret_is_written_at_once_and_then_one_in_half_a_minute() {
    let mut batch = Batch::default();
    for _ in 0..10 {
        success(&mut batch, 1, second(-1));
        write(&mut batch);
    }
    for (number, now, is_old, due) in
        [(1, 0, true, 1), (1, 5, true, 0), (1, 10, false, 0), (2, 11, false, 0), (2, 12, true, 2), (1, 31, true, 1)]
    {
        record(&mut batch, holder(number), Outcome::Success, is_old, second(now));
        let written: Vec<_> = batch.take_due().into_iter().filter(|entry| !entry.account.is_sum()).collect();
        assert_eq!(written.len(), due, "{number} {now}");
        let is_told = written.iter().any(|entry| entry.last.old == Some(second(now)));
        assert_eq!(is_told, due > 0, "{number} {now}");
    }
}

#[test]
fn the_last_use_of_each_of_two_secrets_is_noted_and_a_refusal_is_no_use() {
    let mut batch = Batch::default();
    for (now, outcome, is_old) in [
        (0, Outcome::Success, true),
        (2, Outcome::Success, false),
        (1, Outcome::ServerError, true),
        (3, Outcome::Refused(Kind::RateLimited), false),
    ] {
        record(&mut batch, holder(1), outcome, is_old, second(now));
    }
    let entry = batch.take().remove(0);
    assert_eq!((entry.requests(), entry.last), (4, LastUses { current: Some(second(2)), old: Some(second(1)) }));
}

proptest! {
    #[test]
    fn every_request_is_written_once_of_its_key_and_once_in_each_sum(
        requests in prop::collection::vec((0_usize..40, 0_i64..100_000, any::<bool>()), 1..400),
        failures in prop::collection::vec(any::<bool>(), 400),
    ) {
        let mut batch = Batch::default();
        let mut written = [0_i64; 3];
        let mut count = |entries: &[Entry]| {
            for entry in entries {
                let place = match entry.account {
                    Account::Key(_) => 0,
                    Account::Organization(_) => 1,
                    Account::Stack => 2,
                };
                written[place] += entry.requests();
            }
        };
        let mut now = 0;
        for ((number, later, is_old), fails) in requests.iter().zip(&failures) {
            now += later / 1_000;
            record(&mut batch, holder(*number), Outcome::Success, *is_old, second(now));
            loop {
                let entries = batch.take_due();
                if entries.is_empty() {
                    break;
                }
                if *fails {
                    batch.keep(entries);
                    batch.rest();
                    break;
                }
                count(&entries);
                batch.sum(entries);
            }
        }
        for _ in 0..2 {
            let entries = batch.take();
            count(&entries);
            batch.sum(entries);
        }
        let all = i64::try_from(requests.len()).unwrap();
        prop_assert_eq!(written, [all; 3]);
        prop_assert!(batch.take().is_empty());
    }
}

#[test]
fn a_clock_that_goes_back_holds_up_nothing() {
    let mut batch = Batch::default();
    for _ in 0..10 {
        success(&mut batch, 1, second(10_000));
        write(&mut batch);
    }
    success(&mut batch, 1, second(10_000));
    batch.rest();
    success(&mut batch, 1, second(0));
    success(&mut batch, 1, second(20));
    assert_eq!(write(&mut batch).0, 1);
}

#[test]
fn the_sums_of_many_organizations_wait_for_their_minute() {
    let mut batch = Batch::default();
    let mut sums = 0;
    for number in 0..600 {
        let key = holder(number % 40).key;
        let org = format!("org-{}", number % 40).try_into().unwrap();
        record(&mut batch, Holder { org, key }, Outcome::Success, false, second(i64::try_from(number).unwrap() / 10));
        sums += write(&mut batch).1;
    }
    assert!(sums <= 10 + 2 + 41, "{sums} writes of sums in a minute");
}
