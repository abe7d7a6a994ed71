//! What is shared, given back, tidied and taken over, beside the judgement.

use dynamodb::text;

use super::super::expressions::{limit_name, shared_name, slide_names, sliding_name};
use super::*;
use crate::registry::slug::Slug;

#[tokio::test]
async fn what_all_keys_have_counted_stays_within_the_limits_of_whoever_asks() {
    let passes = passes().await;
    let acme = Slug::try_from("acme".to_owned()).unwrap();
    let limits = |requests: u32| {
        let limit = |per| Limit { requests: requests.try_into().unwrap(), per, sliding: false };
        Limits::try_from(vec![limit(Window::Second), limit(Window::Day)]).unwrap()
    };
    let count = async |requests, cost: i64, millis| {
        let ask = Ask { cost: cost.try_into().unwrap(), ..once(EDGE + millis) };
        let (yes, counts) = match passes.count_together(&acme, &limits(requests), &ask).await.unwrap() {
            Together::Yes(counts) => (true, counts),
            Together::No(counts) => (false, counts),
        };
        (yes, counts.get(Window::Second, ask.now()), counts.get(Window::Day, ask.now()))
    };
    assert_eq!(count(5, 6, 0).await, (false, 0, 0), "it could never pass");
    assert_eq!(count(5, 1, 0).await, (true, 1, 1));
    assert_eq!(count(5, 3, 999).await, (true, 4, 4));
    assert_eq!(count(5, 2, 999).await, (false, 4, 4));
    assert_eq!(count(9, 2, 999).await, (true, 6, 6));
    assert_eq!(count(5, 1, 1_000).await, (false, 0, 6), "a lower limit counts what was counted before");
    assert_eq!(count(7, 1, 1_000).await, (true, 1, 7));
    assert_eq!(passes.counted_together(&acme).await.unwrap().get(Window::Day, at(EDGE)), 7);
}

#[tokio::test]
async fn what_is_given_back_can_be_used_again_and_never_more_than_that() {
    let passes = passes().await;
    let mut pass = Pass { terms: one_a_minute(), counts: Counts::default(), last_used_at: None };
    let limit = |per, sliding| Limit { requests: 5.try_into().unwrap(), per, sliding };
    pass.terms.limits = vec![limit(Window::Minute, true), limit(Window::Hour, false)].try_into().unwrap();
    pass.terms.until = at(EDGE + 9_000_000);
    let ask = Ask { cost: 2.try_into().unwrap(), ..once(EDGE) };
    let stamped = passes.stamp(&digest(), &pass, None, true, OLD, &ask).await.unwrap().unwrap();
    let used = |pass: &Pass, ask: &Ask| pass.quotas(ask).tightest().unwrap().remaining;
    assert_eq!(used(&stamped, &ask), 3);
    let Counted::Yes(counted) = passes.count(&digest(), &ask, Some(&stamped)).await.unwrap() else { panic!("refused") };
    assert_eq!(used(&counted, &ask), 1);
    passes.give_back(&digest(), &counted, &ask).await.unwrap();
    passes.give_back(&digest(), &counted, &ask).await.unwrap();
    // There is nothing left to give back.
    passes.give_back(&digest(), &counted, &ask).await.unwrap();
    let State::Stamped(after) = State::read(passes.item(&digest()).await.unwrap()).unwrap() else { panic!("no pass") };
    assert_eq!(used(&after, &ask), 5);
}

#[tokio::test]
async fn seconds_do_not_gather_in_a_pass_that_is_used_now_and_then() {
    let passes = passes().await;
    let mut pass = Pass { terms: one_a_minute(), counts: Counts::default(), last_used_at: None };
    pass.terms.limits =
        vec![Limit { requests: 1.try_into().unwrap(), per: Window::Second, sliding: false }].try_into().unwrap();
    pass.terms.until = at(EDGE + 90_000_000);
    passes.stamp(&digest(), &pass, None, true, OLD, &once(EDGE)).await.unwrap().unwrap();
    let mut most = 0;
    for step in 1..60 {
        let ask = once(EDGE + step * 20_000);
        let Counted::Yes(counted) = passes.count(&digest(), &ask, None).await.unwrap() else { panic!("refused") };
        most = most.max(counted.counts.iter().filter(|(window, ..)| *window == Window::Second).count());
        passes.tidy(&digest(), &counted.counts, &ask).await.unwrap();
    }
    assert!(most <= LITTER + 1, "{most}");
}

#[tokio::test]
async fn what_functions_of_before_have_counted_is_part_of_a_span_that_they_do_not_know() {
    let passes = passes().await;
    let mut pass = Pass { terms: one_a_minute(), counts: Counts::default(), last_used_at: None };
    let limit = Limit { requests: 5.try_into().unwrap(), per: Window::Minute, sliding: true };
    pass.terms.limits = vec![limit].try_into().unwrap();
    pass.terms.until = at(EDGE + 90_000);
    let ask = once(EDGE);
    let stamped = passes.stamp(&digest(), &pass, None, true, OLD, &ask).await.unwrap().unwrap();
    assert_eq!(stamped.quotas(&ask).tightest().unwrap().remaining, 4);
    // A function of the layout before stamps its terms, counts three, and leaves alone what it does not know.
    let change = passes.client.update_item().table_name(TABLE).key("digest", bytes(*digest().as_bytes()));
    let change = change
        .update_expression("SET #edition = :old, #limit = :nine ADD #count :three")
        .expression_attribute_names("#edition", "edition");
    let change = change.expression_attribute_names("#count", count_name(Window::Minute, ask.number(Window::Minute)));
    let change =
        change.expression_attribute_values(":old", text("another.1")).expression_attribute_values(":three", number(3));
    let change = change.expression_attribute_names("#limit", limit_name(Window::Minute));
    change.expression_attribute_values(":nine", number(9)).send().await.unwrap();
    let State::Stamped(seen) = State::read(passes.item(&digest()).await.unwrap()).unwrap() else { panic!("no pass") };
    let again = Pass { counts: seen.counts.clone(), ..pass };
    let stamped = passes.stamp(&digest(), &again, None, true, OLD, &ask).await.unwrap().unwrap();
    assert_eq!(stamped.quotas(&ask).tightest().unwrap().remaining, 0);
}

#[tokio::test]
async fn seconds_do_not_gather_in_what_is_shared_either() {
    let passes = passes().await;
    let acme = Slug::try_from("acme".to_owned()).unwrap();
    let limit = Limit { requests: 1.try_into().unwrap(), per: Window::Second, sliding: false };
    let limits = Limits::try_from(vec![limit]).unwrap();
    let mut most = 0;
    for step in 1..60 {
        let ask = once(EDGE + step * 20_000);
        let Together::Yes(counts) = passes.count_together(&acme, &limits, &ask).await.unwrap() else {
            panic!("refused")
        };
        most = most.max(counts.iter().count());
        passes.tidy_together(&acme, &counts, &ask).await.unwrap();
    }
    assert!(most <= LITTER + 1, "{most}");
}

#[tokio::test]
async fn nothing_is_given_back_that_others_have_counted_since_and_a_span_that_went_on_keeps_its_own() {
    let passes = passes().await;
    let mut pass = Pass { terms: one_a_minute(), counts: Counts::default(), last_used_at: None };
    let limit = |per, sliding| Limit { requests: 9.try_into().unwrap(), per, sliding };
    pass.terms.limits = vec![limit(Window::Minute, true), limit(Window::Day, false)].try_into().unwrap();
    pass.terms.until = at(EDGE + 9_000_000);
    let state = async || {
        let State::Stamped(pass) = State::read(passes.item(&digest()).await.unwrap()).unwrap() else {
            panic!("no pass")
        };
        pass
    };
    let ask = once(EDGE);
    let first = passes.stamp(&digest(), &pass, None, true, OLD, &ask).await.unwrap().unwrap();
    // Another request comes in the next tenth of the minute, and then the first one is given back.
    let next = once(EDGE + 6_000);
    let Counted::Yes(_) = passes.count(&digest(), &next, Some(&first)).await.unwrap() else { panic!("refused") };
    passes.give_back(&digest(), &first, &ask).await.unwrap();
    let counts = state().await.counts;
    assert_eq!((counts.get(Window::Day, ask.now()), counts.slide(Window::Minute).unwrap().total()), (1, 2));
    // After a reset the same terms are stamped anew, from another version of the key.
    let counts = passes.counted(&digest()).await.unwrap().counts;
    let versions = Versions { key: 2, org: 1 };
    passes.stamp(&digest(), &Pass { counts, ..pass }, None, true, versions, &next).await.unwrap().unwrap();
    let before = state().await;
    passes.give_back(&digest(), &first, &ask).await.unwrap();
    assert_eq!(state().await, before);
}

#[test]
fn the_names_of_what_a_pass_has_of_a_window_end_with_its_letter() {
    for window in Window::ALL {
        let [at, latest, past] = slide_names(window);
        let names = [limit_name(window), sliding_name(window), shared_name(window), at, latest, past];
        let expected =
            ["limit", "sliding", "shared", "at", "in", "past"].map(|name| format!("{name}_{}", window.letter()));
        assert_eq!(names.map(str::to_owned), expected);
    }
}
