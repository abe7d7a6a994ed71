//! Passes of secrets that follow each other.

use std::collections::HashMap;

use dynamodb::{Committed, Transaction};

use super::*;

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
    assert!(matches!(counted, Counted::No(State::Bare { from: Some(from) }) if from == nth(1)), "{counted:?}");
    assert!(passes.stamp(&nth(2), &pass, None, true, versions, &ask).await.unwrap().is_none(), "not without it");
    assert_eq!(passes.last_used([nth(2)].iter()).await.unwrap(), HashMap::from([(nth(2), now)]));

    let legacy = passes.legacy(&nth(1)).await.unwrap().unwrap();
    assert_eq!((legacy.counts.get(Window::Minute, now), legacy.last_used_at), (1, Some(now)));
    let heir = Pass { counts: legacy.counts, last_used_at: legacy.last_used_at, ..pass.clone() };
    let first = passes.stamp(&nth(2), &heir, Some(&nth(1)), true, versions, &ask).await.unwrap().unwrap();
    assert_eq!(Window::ALL.map(|window| first.counts.get(window, now)), [2; 6]);
    let second = passes.stamp(&nth(2), &heir, Some(&nth(1)), true, versions, &ask).await.unwrap();
    assert!(second.is_none(), "somebody was faster");
    let Counted::Yes(third) = passes.count(&nth(2), &ask, None).await.unwrap() else { panic!("it is not let in") };
    assert_eq!(third.counts.get(Window::Minute, now), 3);
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
    assert!(passes.legacy(&nth(3)).await.unwrap().is_none());
    assert!(passes.legacy(&nth(4)).await.unwrap().is_some_and(|legacy| legacy.counts == Counts::default()));
}

#[tokio::test]
async fn a_closed_pass_that_is_gone_is_not_waited_for() {
    let passes = passes().await;
    assert!(succeed(&passes, nth(1), nth(2), None).await);
    let gone = passes.client.delete_item().table_name(TABLE).key("digest", bytes(*nth(1).as_bytes()));
    gone.send().await.unwrap();
    assert!(passes.legacy(&nth(1)).await.unwrap().is_some());
    let cut_short = passes.cut_short(&nth(1), &nth(2), at(EDGE)).unwrap();
    let transaction = Transaction::new(&passes.client).with("pass", cut_short);
    assert_eq!(transaction.commit(&mut tries()).await.unwrap(), Committed::Yes);
    assert!(passes.legacy(&nth(1)).await.unwrap().is_some(), "whoever follows it would wait for ever");
}
