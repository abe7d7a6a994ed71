//! Passes of secrets that follow each other.

use dynamodb::{Committed, Transaction};

use super::*;
use crate::registry::key::tests::key;

fn tries() -> Tries {
    Tries::within(std::time::Duration::from_secs(1))
}

/// The digest of a key's `n`th secret.
fn nth(n: u8) -> Digest {
    Digest::try_from(vec![n; 32]).unwrap()
}

/// Replaces the first secret by the second.
async fn succeed(passes: &Passes, old: Digest, new: Digest, predecessor: Option<Digest>) -> bool {
    let succession = Succession { old, new, ends: Some(at(EDGE + 1_000)), version: 2 };
    let (close, lay_out) = passes.succeeded(&succession, predecessor.as_ref(), at(EDGE)).unwrap();
    let transaction = Transaction::new(&passes.client).with("pass", close).with("pass", lay_out);
    transaction.commit(&mut tries()).await.unwrap() == Committed::Yes
}

#[tokio::test]
async fn what_a_closed_pass_has_counted_is_taken_over_once() {
    let passes = passes().await;
    let (now, ask, versions) = (at(EDGE), once(EDGE), Versions { key: 2, org: 1 });
    let mut pass = Pass { terms: one_a_minute(), counts: Counts::default(), last_used_at: None };
    pass.terms.limits =
        vec![Limit { requests: 9.try_into().unwrap(), per: Window::Minute, sliding: false }].try_into().unwrap();
    pass.terms.until = at(EDGE + 9_000);
    assert!(passes.stamp(&nth(1), &pass, None, true, OLD, &ask).await.unwrap().is_some());
    assert!(succeed(&passes, nth(1), nth(2), None).await);

    // The old one is closed for good: it counts nothing, and no stamp opens it.
    let counted = passes.count(&nth(1), &ask, None).await.unwrap();
    assert!(
        matches!(counted, Counted::No(State::Moved { to, ends, .. }) if to == nth(2) && ends == at(EDGE + 1_000)),
        "{counted:?}"
    );
    assert!(passes.stamp(&nth(1), &pass, None, true, Versions { key: 9, org: 9 }, &ask).await.unwrap().is_none());
    // The new one waits for the old one's counts.
    let counted = passes.count(&nth(2), &ask, None).await.unwrap();
    assert!(matches!(counted, Counted::No(State::Bare { from: Some(from), .. }) if from == nth(1)), "{counted:?}");
    assert!(passes.stamp(&nth(2), &pass, None, true, versions, &ask).await.unwrap().is_none(), "not without it");
    assert_eq!(passes.last_used(&key(nth(2))).await.unwrap(), Some(now));

    let remains = passes.remains(&nth(1)).await.unwrap().unwrap();
    assert_eq!((remains.counts.get(Window::Minute, now), remains.last_used_at), (1, Some(now)));
    let heir = Pass { counts: remains.counts, last_used_at: remains.last_used_at, ..pass.clone() };
    let first = passes.stamp(&nth(2), &heir, Some(&nth(1)), true, versions, &ask).await.unwrap().unwrap();
    assert_eq!(Window::ALL.map(|window| first.counts.get(window, now)), [2; 6]);
    let second = passes.stamp(&nth(2), &heir, Some(&nth(1)), true, versions, &ask).await.unwrap();
    assert!(second.is_none(), "somebody was faster");
    let Counted::Yes(third) = passes.count(&nth(2), &ask, None).await.unwrap() else { panic!("it is not let in") };
    assert_eq!(third.counts.get(Window::Minute, now), 3);
}

/// Gives back what was used with the secret that `digest` stands for, as it was read.
async fn give_back(passes: &Passes, digest: Digest, used: &Used, version: i64) -> bool {
    let update = passes.given_back(&digest, used, version, at(EDGE)).unwrap();
    Transaction::new(&passes.client).with("pass", update).commit(&mut tries()).await.unwrap() == Committed::Yes
}

#[tokio::test]
async fn what_is_given_back_counts_from_nothing_in_every_window_under_new_terms() {
    let passes = passes().await;
    let now = at(EDGE);
    let mut pass = Pass { terms: one_a_minute(), counts: Counts::default(), last_used_at: None };
    pass.terms.until = at(EDGE + 9_000);
    assert!(passes.stamp(&nth(1), &pass, None, true, OLD, &once(EDGE)).await.unwrap().is_some());
    let used = passes.used(&nth(1), &mut tries()).await.unwrap().unwrap();
    assert_eq!(passes.shown(&used, now)[5], serde_json::json!({"per": "month", "requests": 1}));
    assert!(give_back(&passes, nth(1), &used, 2).await);
    let State::Stamped(after) = State::read(passes.item(&nth(1)).await.unwrap()).unwrap() else { panic!("no terms") };
    assert_eq!((after.counts, after.last_used_at), (Counts::default(), Some(now)));
    // A stamp that has read the key before does not get over the fence.
    assert!(passes.stamp(&nth(1), &pass, None, true, OLD, &once(EDGE)).await.unwrap().is_none());
    let stamped =
        passes.stamp(&nth(1), &pass, None, true, Versions { key: 2, org: 1 }, &once(EDGE)).await.unwrap().unwrap();
    assert_eq!(Window::ALL.map(|window| stamped.counts.get(window, now)), [1; 6]);
}

#[tokio::test]
async fn what_a_closed_pass_has_counted_is_given_back_or_taken_over_but_never_both() {
    let passes = passes().await;
    let (now, versions) = (at(EDGE), Versions { key: 3, org: 1 });
    let pass = Pass { terms: one_a_minute(), counts: Counts::default(), last_used_at: None };
    assert!(passes.stamp(&nth(1), &pass, None, true, OLD, &once(EDGE)).await.unwrap().is_some());
    assert!(succeed(&passes, nth(1), nth(2), None).await);
    let used = passes.used(&nth(2), &mut tries()).await.unwrap().unwrap();
    assert_eq!(passes.shown(&used, now)[1], serde_json::json!({"per": "minute", "requests": 1}));
    let heir = Pass { counts: passes.remains(&nth(1)).await.unwrap().unwrap().counts, ..pass.clone() };
    assert!(give_back(&passes, nth(2), &used, 3).await);
    // Whatever the stamp has read of the key by now: there is nothing left to take over.
    assert!(passes.stamp(&nth(2), &heir, Some(&nth(1)), false, versions, &once(EDGE)).await.unwrap().is_none());
    assert_eq!(passes.last_used(&key(nth(2))).await.unwrap(), Some(now));
    assert_eq!(passes.counted(&nth(2)).await.unwrap().last_used_at, Some(now));
    assert!(passes.stamp(&nth(2), &pass, None, true, versions, &once(EDGE)).await.unwrap().is_some());

    // The other way round the counters are the new pass's own by now, and have to be read again.
    assert!(succeed(&passes, nth(2), nth(3), None).await);
    let used = passes.used(&nth(3), &mut tries()).await.unwrap().unwrap();
    assert!(passes.stamp(&nth(3), &heir, Some(&nth(2)), false, versions, &once(EDGE)).await.unwrap().is_some());
    assert!(!give_back(&passes, nth(3), &used, 4).await);
    // A secret that is replaced has nothing to give.
    assert!(passes.used(&nth(2), &mut tries()).await.unwrap().is_none());
}

#[tokio::test]
async fn one_that_was_never_used_hands_on_what_it_was_to_take_over() {
    let passes = passes().await;
    assert!(succeed(&passes, nth(1), nth(2), None).await);
    assert_eq!(passes.predecessor(&nth(2), &mut tries()).await.unwrap(), Some(nth(1)));
    assert!(!succeed(&passes, nth(2), nth(3), None).await, "it has one that is yet to be taken over");
    assert!(succeed(&passes, nth(2), nth(3), Some(nth(1))).await);
    assert_eq!(passes.predecessor(&nth(3), &mut tries()).await.unwrap(), Some(nth(1)));
    // A pass that is not closed leaves nothing yet: the transaction that closes it may still be under way.
    assert!(passes.remains(&nth(3)).await.unwrap().is_none());
    assert!(passes.remains(&nth(4)).await.unwrap().is_some_and(|remains| remains.counts == Counts::default()));
}

#[tokio::test]
async fn a_closed_pass_that_is_gone_is_not_waited_for() {
    let passes = passes().await;
    assert!(succeed(&passes, nth(1), nth(2), None).await);
    let gone = passes.client.delete_item().table_name(TABLE).key("digest", bytes(*nth(1).as_bytes()));
    gone.send().await.unwrap();
    assert!(passes.remains(&nth(1)).await.unwrap().is_some());
    let cut_short = passes.cut_short(&nth(1), &nth(2), at(EDGE)).unwrap();
    let transaction = Transaction::new(&passes.client).with("pass", cut_short);
    assert_eq!(transaction.commit(&mut tries()).await.unwrap(), Committed::Yes);
    assert!(passes.remains(&nth(1)).await.unwrap().is_some(), "whoever follows it would wait for ever");
}
