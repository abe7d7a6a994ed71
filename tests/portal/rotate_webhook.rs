use serde_json::json;

use crate::portal::{hook_page, issued, near};
use crate::support::{all, did};
use crate::webhooks::{Answered, Receiver, hook, send, shown};

#[tokio::test]
async fn the_new_secret_is_shown_once_and_both_sign_for_a_day() {
    let receiver = Receiver::new(&[Answered::With(200)]).await;
    let world = near(&receiver).await;
    let (id, old) = hook(&world, &receiver, json!(["key.created"])).await;
    let browser = world.visitor("acme").await;
    let (path, rotate) = (hook_page(&id, ""), hook_page(&id, "/rotate"));
    let form = browser.get(&path).await;
    form.does_not_say("An old secret still signs");
    let fields = form.form(&[]);
    // However often the form is sent, there is one new secret: a second would end the old one.
    let answers = all((0..4).map(|_| browser.post(&rotate, &fields))).await;
    let given: Vec<_> = answers.iter().filter_map(crate::support::Answer::secret).collect();
    let [new] = given.as_slice() else { panic!("{} secrets", given.len()) };
    let refused: Vec<_> = answers.iter().filter(|answer| answer.secret().is_none()).collect();
    assert!(refused.iter().all(|answer| answer.status == 409), "{refused:?}");
    refused[0].says("a secret that was shown then cannot be shown again");
    let shown_now = answers.iter().find(|answer| answer.secret().is_some()).unwrap();
    shown_now.says("Messages are signed with the old secret, too, until 16 Jun 2030, 00:00 UTC");
    assert_ne!(*new, old);
    issued(&world, "web").await;
    send(&world).await;
    let got = receiver.got();
    assert!(got[0].is_signed_with(&old) && got[0].is_signed_with(new), "{got:?}");
    assert_eq!(
        (did(&world, "webhook.rotated").await, shown(&world, &id).await["overlapEndsAt"].is_string()),
        (1, true)
    );
    let page = browser.get(&path).await;
    page.says("Old secret signs until 16 Jun 2030, 00:00 UTC");
    page.says("An old secret still signs until 16 Jun 2030, 00:00 UTC . If you make a new one now");
    assert!(!page.body.contains(&new[6..]), "{}", page.body);
}
