use std::collections::BTreeMap;

use tempfile::TempDir;

use super::*;
use crate::event::{Event, EventId, Value};
use crate::scan::file::DataFile;
use crate::scan::people::fold;
use crate::scan::source::{Limits, Source};
use crate::scan::strip::Reading;
use crate::table::layout::{EVENT_ID, PERSON};

const WORKSPACE: [u8; 16] = [1; 16];

fn open(dir: &TempDir) -> Store {
    Store::open(dir.path(), StoreOptions::new(|| 0)).unwrap()
}

fn batch(ids: &[(&str, u64)]) -> Batch {
    let mut batch = Batch::new(WORKSPACE, 0);
    for (person, id) in ids {
        batch.push(&Event { id: EventId(*id), distinct_id: (*person).into(), ..Event::default() });
    }
    batch
}

/// How often each event is there, by person and id.
fn contents(store: &Store) -> BTreeMap<(i64, i64), usize> {
    let mut found = BTreeMap::new();
    for group in store.view(WORKSPACE).unwrap().files().into_iter().flat_map(DataFile::groups) {
        let (mut person, mut id) = (Vec::new(), Vec::new());
        group.read_integers(PERSON, &mut person).unwrap();
        group.read_integers(EVENT_ID, &mut id).unwrap();
        for key in person.into_iter().zip(id) {
            *found.entry(key).or_default() += 1;
        }
    }
    found
}

#[tokio::test]
async fn an_event_that_is_sent_again_is_kept_once_even_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let first = store.append(batch(&[("a", 1), ("a", 2), ("a", 1), ("b", 1)])).await.unwrap();
    assert_eq!(first, Appended { n_new: 3, n_known: 1 });
    let again = store.append(batch(&[("a", 2), ("b", 1), ("c", 1)])).await.unwrap();
    assert_eq!(again, Appended { n_new: 1, n_known: 2 });
    let all = contents(&store);
    assert!(all.len() == 4 && all.values().all(|n| *n == 1), "{all:?}");
    drop(store);
    let store = open(&dir);
    assert_eq!(contents(&store), all);
    assert_eq!(store.append(batch(&[("c", 1)])).await.unwrap(), Appended { n_new: 0, n_known: 1 });
    assert_eq!(contents(&store), all);
}

#[tokio::test]
async fn many_senders_at_once_share_waits_and_all_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&dir));
    let senders = (0..64).map(|id| {
        let store = Arc::clone(&store);
        // Each twice, at the same time.
        tokio::spawn(async move { store.append(batch(&[("a", id / 2), ("b", id)])).await })
    });
    let mut n_new = 0;
    for sender in senders.collect::<Vec<_>>() {
        n_new += sender.await.unwrap().unwrap().n_new;
    }
    assert_eq!((n_new, contents(&store).len()), (96, 96));
}

#[tokio::test]
async fn what_does_not_fit_into_memory_is_refused_and_can_be_sent_again() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions { waiting_bytes_max: 10, ..StoreOptions::new(|| 0) };
    let store = Store::open(dir.path(), options).unwrap();
    assert!(matches!(store.append(batch(&[("a", 1)])).await, Err(Refused::Busy)));
    drop(store);
    let store = open(&dir);
    assert!(contents(&store).is_empty());
    assert_eq!(store.append(batch(&[("a", 1)])).await.unwrap().n_new, 1);
}

#[tokio::test]
async fn what_could_not_be_written_is_not_known() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions { log: LogOptions { segment_bytes: 1 }, ..StoreOptions::new(|| 0) };
    let store = Store::open(dir.path(), options).unwrap();
    store.append(batch(&[("a", 1)])).await.unwrap();
    // Without its folder the log cannot begin the next segment.
    let (log, aside) = (dir.path().join("log"), dir.path().join("aside"));
    std::fs::rename(&log, &aside).unwrap();
    assert!(matches!(store.append(batch(&[("a", 1), ("a", 2)])).await, Err(Refused::Failed(_))));
    assert_eq!(contents(&store).len(), 1);
    std::fs::rename(&aside, &log).unwrap();
    let appended = store.append(batch(&[("a", 1), ("a", 2)])).await.unwrap();
    assert_eq!(appended, Appended { n_new: 1, n_known: 1 });
    drop(store);
    assert_eq!(contents(&open(&dir)).len(), 2);
}

#[tokio::test]
async fn what_is_sealed_stays_known_and_is_there_once_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.append(batch(&[("a", 1), ("a", 2), ("b", 1)])).await.unwrap();
    assert_eq!(store.seal().await.unwrap(), 3);
    assert_eq!(store.seal().await.unwrap(), 0);
    let again = store.append(batch(&[("a", 2), ("c", 1), ("b", 1)])).await.unwrap();
    assert_eq!(again, Appended { n_new: 1, n_known: 2 });
    let all = contents(&store);
    assert!(all.len() == 4 && all.values().all(|n| *n == 1), "{all:?}");
    drop(store);
    // Without its filters the store makes them anew.
    let filters = dir.path().join("tables").join("01".repeat(16)).join("_filters");
    assert_eq!(std::fs::read_dir(&filters).unwrap().count(), 1);
    for keeps_filters in [true, false] {
        if !keeps_filters {
            std::fs::remove_dir_all(&filters).unwrap();
        }
        let store = open(&dir);
        assert_eq!(contents(&store), all);
        let again = store.append(batch(&[("a", 1), ("b", 1), ("c", 1)])).await.unwrap();
        assert_eq!(again, Appended { n_new: 0, n_known: 3 });
        assert_eq!(store.workspaces(), [WORKSPACE]);
    }
    let store = open(&dir);
    assert_eq!(store.seal().await.unwrap(), 1);
    assert_eq!(contents(&store), all);
    drop(store);
    // The log does not keep what the table has.
    let segments = std::fs::read_dir(dir.path().join("log")).unwrap();
    let log: u64 = segments.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    assert!(log < 100, "{log} bytes are still in the log");
}

#[tokio::test]
async fn a_log_that_is_lost_is_not_taken_for_the_one_that_follows_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    for id in 1..3 {
        store.append(batch(&[("a", id)])).await.unwrap();
        store.seal().await.unwrap();
    }
    drop(store);
    std::fs::remove_dir_all(dir.path().join("log")).unwrap();
    std::fs::remove_file(dir.path().join("log-name")).unwrap();
    let store = open(&dir);
    store.append(batch(&[("a", 3)])).await.unwrap();
    drop(store);
    assert_eq!(contents(&open(&dir)).len(), 3);
}

#[tokio::test]
async fn workspaces_have_tables_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let mut other = Batch::new([2; 16], 0);
    other.push(&Event { id: EventId(1), distinct_id: "a".into(), ..Event::default() });
    store.append(batch(&[("a", 1)])).await.unwrap();
    assert_eq!(store.append(other).await.unwrap().n_new, 1);
    for _ in 0..2 {
        assert_eq!(store.workspaces(), [WORKSPACE, [2; 16]]);
        let n_events = |workspace| store.view(workspace).unwrap().n_events();
        assert_eq!((n_events(WORKSPACE), n_events([2; 16]), n_events([3; 16])), (1, 1, 0));
        store.seal().await.unwrap();
    }
}

#[tokio::test]
async fn many_small_files_become_one_with_the_same_events() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let people = ["a", "b", "c", "d"];
    for round in 0..8_u64 {
        let mut batch = Batch::new(WORKSPACE, 0);
        for id in 0..200 {
            let person = people[usize::try_from(id).unwrap() % 4];
            // Some rounds have a column that others have not.
            let value = if round % 2 == 0 { Value::Integer(1) } else { Value::Text("one".into()) };
            let properties = if round < 3 { Vec::new() } else { vec![("n".into(), value)] };
            let id = EventId(round * 1_000 + id);
            batch.push(&Event { id, distinct_id: person.into(), properties, ..Event::default() });
        }
        store.append(batch).await.unwrap();
        store.seal().await.unwrap();
    }
    let before = contents(&store);
    let view = store.view(WORKSPACE).unwrap();
    assert_eq!((view.files().len(), before.len()), (8, 1_600));
    assert_eq!((store.compact().await.unwrap(), store.compact().await.unwrap()), (1, 0));
    assert_eq!(store.view(WORKSPACE).unwrap().files().len(), 1);
    // Who asked before still has its files, and who opens the store later finds the same.
    assert_eq!(view.n_events(), 1_600);
    assert_eq!(contents(&store), before);
    drop(store);
    let store = open(&dir);
    assert_eq!(contents(&store), before);
    let (view, limits) = (store.view(WORKSPACE).unwrap(), Limits::none());
    let all = fold(
        Source { files: &view.files(), moved: &[], n_threads: 2, limits: &limits },
        &numbers(),
        || (0, 0),
        |(n, n_numbers), _, run| {
            *n += run.at.len();
            *n_numbers += run.numbers.iter().filter(|number| !number.is_nan()).count();
        },
    );
    let sum = all.unwrap().into_iter().fold((0, 0), |(n, m), (part, of_part)| (n + part, m + of_part));
    assert_eq!(sum, (1_600, 400));
    let again = store.append(batch(&[("a", 0), ("d", 7_199)])).await.unwrap();
    assert_eq!(again, Appended { n_new: 0, n_known: 2 });
}

fn numbers() -> Reading {
    let number = Some("n".to_owned());
    Reading { with_others: true, number, from: Micros::MIN, to: Micros::MAX, ..Reading::default() }
}

#[tokio::test]
async fn who_is_erased_is_nowhere_on_the_disk() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let everything = || {
        let mut folders = vec![dir.path().to_owned()];
        let mut bytes = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() {
                    folders.push(entry);
                } else {
                    bytes.extend(std::fs::read(entry).unwrap());
                }
            }
        }
        bytes
    };
    let is_found = |word: &str| everything().windows(word.len()).any(|part| part == word.as_bytes());
    let (erased, other) = ("erased-person", "another-person");
    store.append(batch(&[(erased, 1), (erased, 2), (other, 3)])).await.unwrap();
    store.seal().await.unwrap();
    store.append(batch(&[(erased, 4)])).await.unwrap();
    store.seal().await.unwrap();
    store.append(batch(&[(erased, 5), (other, 6)])).await.unwrap();
    assert_eq!(store.view(WORKSPACE).unwrap().n_events(), 6);
    assert!(is_found(erased) && is_found(other));
    assert_eq!(store.erase(WORKSPACE, &[erased, "nobody"]).await.unwrap(), 4);
    assert!(!is_found(erased) && is_found(other));
    assert_eq!(store.erase(WORKSPACE, &[erased]).await.unwrap(), 0);
    assert_eq!(store.erase([8; 16], &[other]).await.unwrap(), 0);
    let left = contents(&store);
    assert_eq!(left.len(), 2);
    drop(store);
    let store = open(&dir);
    assert_eq!(contents(&store), left);
    // What they do from now on is taken, and what others did is still known.
    let again = store.append(batch(&[(erased, 1), (other, 3), (other, 6)])).await.unwrap();
    assert_eq!(again, Appended { n_new: 1, n_known: 2 });
}

/// An event of one of few people at a time; `brought` is a property.
fn told(n: u64, at: i64, brought: Option<&'static str>) -> Event<'static> {
    let brought = brought.map(|name| ("brought".into(), Value::Text(name.into())));
    let distinct_id = format!("p{}", n % 7).into();
    Event { id: EventId(n), at, distinct_id, properties: brought.into_iter().collect(), ..Event::default() }
}

async fn keep(store: &Store, events: impl Iterator<Item = Event<'static>>) {
    let mut batch = Batch::new(WORKSPACE, 0);
    events.for_each(|event| batch.push(&event));
    store.append(batch).await.unwrap();
}

fn ids(store: &Store) -> Vec<i64> {
    let mut ids: Vec<i64> = contents(store).into_iter().flat_map(|((_, id), n)| vec![id; n]).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn what_is_old_or_came_from_one_place_is_removed_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    // Many of one place, so that the property has a column in the first file; few in the second; and an unsealed rest.
    let of = |n: u64| [Some("a.csv"), Some("b.csv"), None][usize::try_from(n % 3).unwrap()];
    let at = |n: u64| i64::try_from(n * 37 % 1_000).unwrap();
    keep(&store, (0..900).map(|n| told(n, at(n), of(n)))).await;
    store.seal().await.unwrap();
    keep(&store, (900..1_000).map(|n| told(n, at(n), of(n).filter(|_| n % 30 == 0)))).await;
    store.seal().await.unwrap();
    keep(&store, (1_000..1_050).map(|n| told(n, at(n), of(n)))).await;

    let mut left: Vec<u64> = (0..1_050).collect();
    let mut check = |n_removed: usize, is_kept: &dyn Fn(u64) -> bool, store: &Store| {
        let n_before = left.len();
        left.retain(|n| is_kept(*n));
        assert_eq!(n_removed, n_before - left.len());
        assert_eq!(ids(store), left.iter().map(|n| i64::try_from(*n).unwrap()).collect::<Vec<_>>());
    };
    let is_of = |n: u64| of(n).filter(|_| !(900..1_000).contains(&n) || n.is_multiple_of(30));
    check(
        store.remove_with(WORKSPACE, "brought", "a.csv").await.unwrap(),
        &|n| is_of(n) != Some("a.csv"),
        &store,
    );
    check(store.remove_with(WORKSPACE, "brought", "c.csv").await.unwrap(), &|_| true, &store);
    check(store.remove_before(WORKSPACE, 400).await.unwrap(), &|n| at(n) >= 400, &store);
    check(store.remove_before(WORKSPACE, 400).await.unwrap(), &|_| true, &store);
    drop(store);
    let store = open(&dir);
    check(store.remove_before(WORKSPACE, 1_000).await.unwrap(), &|_| false, &store);
    assert!(store.view(WORKSPACE).unwrap().files().is_empty(), "a file of nothing is no file");
}

#[tokio::test]
async fn sealing_begins_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions { seal_bytes: 2_000, ..StoreOptions::new(|| 0) };
    let store = Store::open(dir.path(), options).unwrap();
    let mut n_taken = 0;
    while store.view(WORKSPACE).unwrap().sealed.files.is_empty() {
        assert!(n_taken < 10_000, "nobody sealed");
        store.append(batch(&[("somebody", n_taken)])).await.unwrap();
        n_taken += 1;
    }
    assert!(n_taken > 20, "a few events are no reason to seal");
    assert_eq!(contents(&store).len(), usize::try_from(n_taken).unwrap());
}

#[tokio::test]
async fn who_comes_while_memory_is_full_is_refused_and_taken_later() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions { recent_bytes_max: 6_000, ..StoreOptions::new(|| 0) };
    let store = Store::open(dir.path(), options).unwrap();
    let mut n_taken = 0;
    loop {
        match store.append(batch(&[("somebody", n_taken)])).await {
            Ok(_) => n_taken += 1,
            Err(Refused::Busy) => break,
            Err(other) => panic!("{other}"),
        }
        assert!(store.contents.recent_bytes() < 6_000 + 100);
    }
    // Whoever is refused first has it sealed.
    store.seal().await.unwrap();
    assert_eq!(store.contents.recent_bytes(), 0);
    assert_eq!(store.append(batch(&[("somebody", n_taken)])).await.unwrap().n_new, 1);
    assert_eq!(contents(&store).len(), usize::try_from(n_taken + 1).unwrap());
}

#[tokio::test]
async fn a_table_that_cannot_be_written_keeps_no_other_from_being() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    // A file stands where the first workspace's folder would be.
    let in_the_way = dir.path().join("tables").join("01".repeat(16));
    std::fs::write(&in_the_way, "").unwrap();
    let mut other = Batch::new([2; 16], 0);
    other.push(&Event { id: EventId(1), distinct_id: "a".into(), ..Event::default() });
    store.append(batch(&[("a", 1)])).await.unwrap();
    store.append(other.clone()).await.unwrap();
    assert!(matches!(store.seal().await, Err(Refused::Failed(_))));
    let n_sealed = |workspace| store.view(workspace).unwrap().sealed.files.len();
    assert_eq!((n_sealed(WORKSPACE), n_sealed([2; 16])), (0, 1));
    assert_eq!(store.append(other).await.unwrap(), Appended { n_new: 0, n_known: 1 });
    std::fs::remove_file(in_the_way).unwrap();
    assert_eq!(store.seal().await.unwrap(), 1);
    assert_eq!((n_sealed(WORKSPACE), contents(&store).len()), (1, 1));
}
