//! A store whose process is killed at any instant has everything that it acknowledged, once.
#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, thread};

use heedful_events::log::LogOptions;
use heedful_events::scan::file::DataFile;
use heedful_events::{Batch, Event, EventId, Store, StoreOptions};

const DIR: &str = "HEEDFUL_CRASH_DIR";
const FIRST_ID: &str = "HEEDFUL_CRASH_FIRST_ID";
/// Small segments, so that the end of one is met often, and a time so late that files are removed as soon as they are not needed.
const OPTIONS: StoreOptions = StoreOptions {
    log: LogOptions { segment_bytes: 2_000 },
    waiting_bytes_max: 1 << 20,
    seal_bytes: 1 << 20,
    recent_bytes_max: 8 << 20,
    holds_marked: false,
    clock: || 4_000_000_000_000_000,
};
const KILLS: u64 = 200;
/// The bit of a guest's events.
const GUEST: u64 = 1 << 40;
/// Batches of one process in flight at once.
const SENDERS: u64 = 4;

/// The process that is killed: takes batches as fast as it can and prints the id of each that was acknowledged.
#[test]
fn a_process_that_takes_events_until_it_is_killed() {
    let Some(dir) = env::var_os(DIR).map(PathBuf::from) else { return };
    let first: u64 = env::var(FIRST_ID).unwrap().parse().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let store = std::sync::Arc::new(Store::open(&dir, OPTIONS).unwrap());
        let senders = (0..SENDERS).map(|sender| {
            let store = std::sync::Arc::clone(&store);
            tokio::spawn(async move {
                for id in (first + sender..).step_by(usize::try_from(SENDERS).unwrap()) {
                    store.append(batch(id)).await.unwrap();
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "acknowledged {id}").unwrap();
                    out.flush().unwrap();
                }
            })
        });
        let senders: Vec<_> = senders.collect();
        // All the while what was taken is sealed, its files are merged, and the guest is erased.
        while !senders.iter().all(tokio::task::JoinHandle::is_finished) {
            store.seal().await.unwrap();
            store.compact().await.unwrap();
            store.erase([1; 16], &["guest"]).await.unwrap();
        }
    });
}

/// Two events, of which the second is also in the next batch of the same sender: a client that sends again. And one of somebody
/// who is erased all the time.
fn batch(id: u64) -> Batch {
    let mut batch = Batch::new([1; 16], 0);
    for id in [id, id + SENDERS] {
        batch.push(&Event { id: EventId(id), distinct_id: "somebody".into(), ..Event::default() });
    }
    batch.push(&Event { id: EventId(id | GUEST), distinct_id: "guest".into(), ..Event::default() });
    batch
}

#[test]
fn nothing_acknowledged_is_lost_or_there_twice_however_often_the_process_is_killed() {
    let dir = tempfile::tempdir().unwrap();
    let mut acknowledged: Vec<u64> = Vec::new();
    for kill in 0..KILLS {
        // What was on its way when the process died is sent again.
        let first = acknowledged.iter().max().map_or(0, |last| last.saturating_sub(SENDERS));
        // Sometimes before the store is open, sometimes in full swing.
        let alive_for = Duration::from_millis(5 + kill * 37 % 90);
        acknowledged.extend(run_and_kill(dir.path(), first, alive_for));
        let found = contents(dir.path());
        for id in &acknowledged {
            assert_eq!(found.get(id), Some(&1), "event {id} after {kill} kills");
        }
        assert!(found.values().all(|n| *n == 1), "{found:?}");
    }
    println!("{} batches were acknowledged", acknowledged.len());
    erase_the_guest(dir.path());
    assert!(contents(dir.path()).keys().all(|id| id & GUEST == 0));
    assert!(!acknowledged.is_empty());
}

fn run_and_kill(dir: &Path, first: u64, alive_for: Duration) -> Vec<u64> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_process_that_takes_events_until_it_is_killed", "--nocapture"])
        .env(DIR, dir)
        .env(FIRST_ID, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let reader = thread::spawn(move || {
        let lines = output.lines().map_while(Result::ok);
        lines.filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok()).collect::<Vec<u64>>()
    });
    thread::sleep(alive_for);
    // SIGKILL: nothing in the process gets another turn.
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

fn erase_the_guest(dir: &Path) {
    let store = Store::open(dir, OPTIONS).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.erase([1; 16], &["guest"])).unwrap();
}

/// How often each event is in the store.
fn contents(dir: &Path) -> BTreeMap<u64, usize> {
    let store = Store::open(dir, OPTIONS).unwrap();
    let mut found = BTreeMap::new();
    for group in store.view([1; 16]).unwrap().files().into_iter().flat_map(DataFile::groups) {
        let mut ids = Vec::new();
        group.read_integers("event_id", &mut ids).unwrap();
        for id in ids {
            *found.entry(id.cast_unsigned()).or_default() += 1;
        }
    }
    found
}
