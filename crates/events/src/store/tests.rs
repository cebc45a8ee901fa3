use std::collections::BTreeMap;

use tempfile::TempDir;

use super::*;
use crate::batch::BatchView;
use crate::event::{Event, EventId};

const WORKSPACE: [u8; 16] = [1; 16];

fn open(dir: &TempDir) -> Store {
    Store::open(dir.path(), StoreOptions::default()).unwrap()
}

fn batch(ids: &[(&str, u64)]) -> Batch {
    let mut batch = Batch::new(WORKSPACE, 0);
    for (person, id) in ids {
        batch.push(&Event { id: EventId(*id), distinct_id: (*person).into(), ..Event::default() });
    }
    batch
}

/// How often each event is there, by person and id.
fn contents(store: &Store) -> BTreeMap<(String, u64), usize> {
    let mut found = BTreeMap::new();
    for batch in store.recent() {
        for event in BatchView::new(batch.as_bytes()).unwrap().events().map(Option::unwrap) {
            *found.entry((event.distinct_id.into_owned(), event.id.0)).or_default() += 1;
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
    let options = StoreOptions { waiting_bytes_max: 10, ..StoreOptions::default() };
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
    let options = StoreOptions { log: LogOptions { segment_bytes: 1 }, ..StoreOptions::default() };
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
