//! What a verification costs in the process itself, without DynamoDB: `cargo bench --bench verdict`.

use divan::{Bencher, black_box};
use jiff::Timestamp;
use shared::contract::Contract;
use shared::contract::denial::Denial;
use shared::contract::envelope;
use shared::contract::limit::{Limits, Window};
use shared::contract::placeholder::Told;
use shared::registry::addresses::Addresses;
use shared::registry::ask::Ask;
use shared::registry::counts::Counts;
use shared::registry::pass::{Pass, Standing, Terms, judge};

const KEY: &[u8] = b"fbx_prod_0123456789ABCDEFabcdef0123456789";

fn main() {
    divan::main();
}

#[expect(clippy::expect_used, reason = "a bench may end by panicking")]
fn contract() -> Contract {
    Contract::load("fabraix").expect("the contract that comes with the build")
}

#[expect(clippy::expect_used, reason = "a bench may end by panicking")]
fn pass() -> (Pass, Timestamp) {
    let now = Timestamp::from_second(1_907_712_030).expect("an instant");
    let mut counts = Counts::default();
    for window in [Window::Minute, Window::Hour] {
        counts.set(window, window.number(now), 10);
    }
    let limits = r#"[{"requests": 600, "per": "minute"}, {"requests": 10000, "per": "hour"}]"#;
    let limits: Limits = serde_json::from_str(limits).expect("limits");
    let terms = Terms {
        org: "acme".to_owned().try_into().expect("a slug"),
        key: "key_00000000000000000000000000".to_owned().try_into().expect("an id"),
        key_version: 1,
        external_id: None,
        kind: Some("production".to_owned()),
        standing: Standing::Open,
        expires_at: None,
        scopes: ["runs:write"].into_iter().collect(),
        limits,
        shared: Limits::default(),
        addresses: Addresses::default(),
        until: Timestamp::MAX,
        edition: "edition".to_owned(),
    };

    (Pass { terms, counts, last_used_at: None }, now)
}

#[divan::bench]
fn read_a_contract() -> Contract {
    contract()
}

#[divan::bench]
fn parse_a_key(bencher: Bencher<'_, '_>) {
    let contract = contract();
    bencher.bench(|| contract.parse(black_box(KEY)).is_some());
}

#[divan::bench]
fn parse_and_digest_a_key(bencher: Bencher<'_, '_>) {
    let contract = contract();
    bencher.bench(|| contract.parse(black_box(KEY)).map(|(_, presented)| presented.digest()));
}

#[divan::bench]
fn judge_a_pass(bencher: Bencher<'_, '_>) {
    let (pass, now) = pass();
    bencher.bench(|| judge(black_box(&pass), &Ask::once(now)));
}

#[divan::bench]
fn render_a_denial(bencher: Bencher<'_, '_>) {
    let contract = contract();
    let denial = Denial::RateLimited { retry_after: 30, windows: vec![Window::Minute] };
    bencher.bench(|| envelope::render(&contract, &Told::new(black_box(&denial), "JKJaXmPLvHcESHA=")));
}
