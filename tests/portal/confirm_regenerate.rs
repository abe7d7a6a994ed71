use crate::portal::{issued, open, page};

#[tokio::test]
async fn the_page_offers_four_overlaps_and_a_day_at_first() {
    for (contract, overlaps) in [("fanfare", "24h"), ("fabraix", "24h")] {
        let world = open(contract).await;
        let browser = world.visitor("acme").await;
        let key = super::create(&browser, contract).await;
        let before = world.authority().await;
        let form = browser.get(&page(&key, "/regenerate")).await;
        let values: Vec<_> = form.body.split("name=\"overlap\" value=\"").skip(1).collect();
        let offered: Vec<_> = values.iter().map(|value| value.split('"').next().unwrap()).collect();
        assert_eq!(offered, ["0", "1h", "24h", "7d"]);
        let chosen = values.iter().filter(|value| value.split('>').next().unwrap().contains(" checked"));
        assert_eq!(chosen.map(|value| value.split('"').next().unwrap()).collect::<Vec<_>>(), [overlaps]);
        assert_eq!(world.authority().await, before, "looking changes nothing");
    }
}

#[tokio::test]
async fn a_key_that_is_off_or_over_can_still_be_given_a_new_secret() {
    let world = open("fanfare").await;
    let key = issued(&world, "web").await;
    let browser = world.visitor("acme").await;
    let path = page(&key, "/status");
    assert_eq!(browser.submit(&path, &path, &[("status", "inactive")]).await.status, 303);
    assert_eq!(browser.get(&page(&key, "/regenerate")).await.status, 200);
}
