//! Mixed traffic with faults, for as many minutes as are asked for, and a reckoning: nothing is lost, and nobody is in.
//! `cargo build --bins && cargo bench --bench soak --profile dev -- 20`.
//!
//! DynamoDB throttles, answers late, twice or not at all; functions are killed; the whole stack is ended, every other time without a
//! word, and started over its data folder; a day goes by now and then. It ends with 1 if something is wrong.

#![allow(clippy::indexing_slicing, reason = "what is not there in an answer is null")]

mod caller;
mod ledger;
mod receiver;
mod reckoning;
mod traffic;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use local::Stack;
use local::dynamodb::{Fault, FaultRule, Throttling};
use serde_json::json;
use tempfile::TempDir;

use crate::caller::Caller;
use crate::ledger::{Ledger, Org};
use crate::receiver::Receiver;
use crate::traffic::{Dice, Scene, order, pause};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const ORGANIZATIONS: usize = 3;

/// How often something goes wrong.
const FAULT_EVERY: Duration = Duration::from_secs(4);

/// How many faults come between two ends of the stack, and between two days.
const FAULTS_TO_END: usize = 20;

const DAY: Duration = Duration::from_hours(25);

/// Functions that are killed.
const KILLED: [&str; 12] = [
    "KeysCreate",
    "KeysUpdate",
    "KeysRegenerate",
    "KeysDelete",
    "KeysImport",
    "GateVerify",
    "OrganizationsPut",
    "EventsDeliver",
    "WebhooksDeliver",
    "AlertsWatch",
    "KeysRotate",
    "OrganizationsPurge",
];

#[expect(clippy::print_stdout, reason = "a bench is for people")]
fn print(line: &str) {
    println!("{line}");
}

/// The stack, which is ended and started again over its folder.
struct House {
    folder: TempDir,
    hooks: String,
    /// How far its clock is ahead.
    ahead: Duration,
}

impl House {
    fn told(&self) -> PathBuf {
        self.folder.path().join("events.jsonl")
    }

    async fn start(&self) -> Result<Stack, Failure> {
        let binaries = Path::new(env!("CARGO_BIN_EXE_gate-verify")).parent().ok_or("no folder of binaries")?;
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("template.yaml");
        let builder = Stack::builder(template).contract("standard").stage("local").binaries(binaries).quiet();
        let builder = builder.parameter("StoreTimeout", "2000").parameter("Rotation", "on");
        let builder = builder.parameter("WebhookTestHosts", &self.hooks).events_file(self.told());
        let builder = builder.run_schedules(Some(Duration::from_secs(3))).data_dir(self.folder.path().join("data"));
        let stack = builder.start().await?;
        stack.clock().advance(self.ahead);

        Ok(stack)
    }

    /// Ends the stack, in good order or not, and starts it anew.
    async fn restart(&self, stack: Stack, orderly: bool, caller: &Caller) -> Result<Stack, Failure> {
        caller.moves_to("127.0.0.1:9");
        if orderly {
            stack.stop().await;
        } else {
            drop(stack);
        }
        let mut tries = 0;
        loop {
            match self.start().await {
                Ok(stack) => {
                    caller.moves_to(&stack.address());
                    return Ok(stack);
                }
                // What was dropped may have its folder for a moment longer.
                Err(error) if tries > 50 => return Err(error),
                Err(_) => pause(Duration::from_millis(200)).await,
            }
            tries += 1;
        }
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let minutes = std::env::args().find_map(|argument| argument.parse::<u64>().ok()).unwrap_or(20);
    let receiver = Receiver::default();
    let mut house = House { folder: tempfile::tempdir()?, hooks: receiver.start().await?, ahead: Duration::ZERO };
    let mut stack = house.start().await?;
    let began = day(&stack, -1)?;
    let ledger = Arc::new(std::sync::Mutex::new(Ledger::default()));
    let scene = Scene { caller: Caller::new(stack.operator().clone()), ledger, over: Arc::new(AtomicBool::new(false)) };
    scene.caller.moves_to(&stack.address());
    let rotating = furnish(&scene, &house.hooks).await;

    let workers = work(&scene);
    let (start, mut dice) = (Instant::now(), Dice::new(minutes.wrapping_add(77)));
    let mut ends = 0_usize;
    for number in 1_usize.. {
        if start.elapsed() >= Duration::from_secs(minutes.saturating_mul(60)) {
            break;
        }
        misfortune(&stack, &mut dice);
        pause(FAULT_EVERY).await;
        stack.dynamodb().clear_faults();
        pause(Duration::from_secs(1)).await;
        if number.checked_rem(FAULTS_TO_END) == Some(0) {
            ends = ends.saturating_add(1);
            stack = house.restart(stack, ends.checked_rem(2) == Some(0), &scene.caller).await?;
        }
        if number.checked_rem(FAULTS_TO_END) == Some(FAULTS_TO_END / 2) {
            house.ahead = house.ahead.saturating_add(DAY);
            stack.clock().advance(DAY);
        }
    }
    scene.over.store(true, Ordering::Relaxed);
    for worker in workers {
        worker.await?;
    }
    print(&format!("{} minutes, {ends} ends of the stack, {} days", minutes, house.ahead.as_secs().div_euclid(86_400)));

    reckon(&scene, stack, &mut house, (&receiver, &rotating, &began)).await
}

/// Organizations with a webhook each, and a key that rotates.
async fn furnish(scene: &Scene, hooks: &str) -> Vec<(String, String)> {
    let mut rotating = Vec::new();
    for number in 0..ORGANIZATIONS {
        let slug = format!("org-{number}");
        let path = format!("/organizations/{slug}");
        let terms = json!({"plan": "pro", "sharedLimits": [{"requests": 10_000, "per": "minute"}]});
        scene.insist("PUT", &path, terms).await;
        scene.insist("POST", &format!("{path}/webhooks"), json!({"url": format!("http://{hooks}/{slug}")})).await;
        let mut wanted = order("rotating");
        wanted["rotateEvery"] = 86_400.into();
        let key = scene.insist("POST", &format!("{path}/api-keys"), wanted).await;
        rotating.push((slug.clone(), key.text("id")));
        scene.ledger().orgs.push(Org { slug, ..Org::default() });
    }

    rotating
}

/// Sets everybody to work.
fn work(scene: &Scene) -> Vec<tokio::task::JoinHandle<()>> {
    let mut workers = Vec::new();
    for org in 0..ORGANIZATIONS {
        let seed = u64::try_from(org).unwrap_or_default();
        workers.push(tokio::spawn(scene.clone().change(org, seed.wrapping_add(1))));
    }
    for seed in 0..4 {
        workers.push(tokio::spawn(scene.clone().verify(seed + 100)));
    }
    workers.push(tokio::spawn(scene.clone().meddle(200)));
    workers.push(tokio::spawn(scene.clone().visit(300)));
    workers.push(tokio::spawn(scene.clone().come_and_go()));

    workers
}

/// Something goes wrong.
fn misfortune(stack: &Stack, dice: &mut Dice) {
    let rule: FaultRule = match dice.roll(8) {
        0 => Fault::hot(Throttling::Throttling).each(1, 6).on("UpdateItem"),
        1 => Fault::busy(Throttling::Throughput).each(1, 4).on("TransactWriteItems"),
        2 => Fault::DropAfter.each(1, 10),
        3 => Fault::Drop.each(1, 10),
        4 => Fault::CutShort.each(1, 10),
        5 => Fault::Delay(Duration::from_millis(2_500)).each(1, 15),
        6 => Fault::error(500, "InternalServerError", "no").each(1, 8),
        _ => {
            let function = KILLED.get(dice.roll(KILLED.len())).copied().unwrap_or("GateVerify");
            // One that does not run cannot be killed.
            drop(stack.kill(function));
            return;
        }
    };
    stack.dynamodb().inject(rule);
}

/// The day that is so many days from the stack's, as usage is asked for.
fn day(stack: &Stack, days: i64) -> Result<String, Failure> {
    let millis = stack.clock().now_millis().saturating_add(days.saturating_mul(86_400_000));

    Ok(jiff::Timestamp::from_millisecond(millis)?.strftime("%Y-%m-%dT00:00:00Z").to_string())
}

/// Waits until all is handed on, and holds the stack to everything. The stack is started once more before.
async fn reckon(
    scene: &Scene,
    stack: Stack,
    house: &mut House,
    (receiver, rotating, began): (&Receiver, &[(String, String)], &str),
) -> Result<ExitCode, Failure> {
    let stack = house.restart(stack, true, &scene.caller).await?;
    receiver.takes_all();
    // What webhooks have not taken is tried again for days.
    for _ in 0..8 {
        for function in ["KeysRotate", "OrganizationsPurge", "AlertsWatch", "EventsDeliver", "WebhooksDeliver"] {
            stack.fire(function).await?;
        }
        stack.clock().advance(Duration::from_hours(6));
    }
    reckoning::changes(scene).await;
    let rows = reckoning::trails(scene).await;
    for _ in 0..3 {
        stack.fire("EventsDeliver").await?;
        stack.fire("WebhooksDeliver").await?;
    }
    let events = reckoning::events(scene, &house.told(), &rows)?;
    let hooked = events.iter().filter(|(org, _)| rows.contains_key(*org)).flat_map(|(_, ids)| ids);
    let waiting = reckoning::untaken(scene, &stack, receiver, hooked).await?;
    print(&format!("  {waiting} events wait for webhooks"));
    let rotated = reckoning::rotated(scene, &stack, rotating).await;
    stack.end_processes().await;
    let (counted, asked) = reckoning::usage(scene, began, &day(&stack, 1)?).await;
    let ledger = scene.ledger();
    for (what, count) in &ledger.counts {
        print(&format!("  {count} {what}"));
    }
    let told: usize = events.values().map(std::collections::BTreeSet::len).sum();
    print(&format!("  {} rows, {told} events", rows.values().sum::<usize>()));
    print(&format!("  {rotated} keys have rotated; usage has {counted} of {asked} requests of keys that are there"));
    for wrong in ledger.wrong.iter().take(40) {
        print(&format!("WRONG {wrong}"));
    }
    print(&format!("{} things are wrong", ledger.wrong.len()));

    Ok(if ledger.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
