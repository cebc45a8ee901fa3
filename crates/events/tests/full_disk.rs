//! A full disk refuses, loses nothing, and is forgotten as soon as there is room. Needs a small disk of its own, which only
//! root can make; skipped, saying so, elsewhere.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use std::path::Path;
use std::process::Command;

use heedful_events::log::LogOptions;
use heedful_events::{Appended, Batch, Event, EventId, Refused, Store, StoreOptions};

const OPTIONS: StoreOptions = StoreOptions {
    log: LogOptions { segment_bytes: 20_000 },
    waiting_bytes_max: 1 << 20,
    seal_bytes: 1 << 20,
    recent_bytes_max: 8 << 20,
    holds_marked: false,
    clock: || 0,
};

/// A disk of 256 kB, mounted until this is dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).arg(dir.path()).output();
        let is_mounted = mount.is_ok_and(|mount| mount.status.success());
        is_mounted.then_some(Self(dir))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a test that fails may still have files open.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

fn batch(id: u64) -> Batch {
    let mut batch = Batch::new([1; 16], 0);
    let name = "x".repeat(1_000);
    batch.push(&Event {
        id: EventId(id),
        distinct_id: "somebody".into(),
        name: name.into(),
        ..Event::default()
    });
    batch
}

#[tokio::test]
async fn a_full_disk_refuses_and_is_forgotten_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: no small disk can be mounted here");
        return;
    };
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![1; 100_000]).unwrap();
    let dir = disk.path().join("events");
    let store = Store::open(&dir, OPTIONS).unwrap();
    let mut n_taken = 0;
    let refused = loop {
        match store.append(batch(n_taken)).await {
            Ok(_) => n_taken += 1,
            Err(refused) => break refused,
        }
    };
    let Refused::Failed(error) = refused else { panic!("refused for another reason: {refused}") };
    assert!(error.is_disk_full(), "{error}");
    assert!(n_taken > 0, "the first events found room");
    assert!(store.append(batch(n_taken)).await.is_err(), "still full");
    assert!(matches!(store.seal().await, Err(Refused::Failed(_))), "sealed on a full disk");

    std::fs::remove_file(ballast).unwrap();
    assert_eq!(store.append(batch(n_taken)).await.unwrap(), Appended { n_new: 1, n_known: 0 });
    drop(store);
    let store = Store::open(&dir, OPTIONS).unwrap();
    assert_eq!(store.view([1; 16]).unwrap().n_events(), usize::try_from(n_taken + 1).unwrap());
    assert_eq!(store.append(batch(0)).await.unwrap(), Appended { n_new: 0, n_known: 1 });
    assert_eq!(store.seal().await.unwrap(), usize::try_from(n_taken + 1).unwrap());
    assert_eq!(store.append(batch(1)).await.unwrap(), Appended { n_new: 0, n_known: 1 });
}
