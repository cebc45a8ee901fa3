//! Other tools read the table as it is. They come from PyPI: `cargo xtask test` installs them where Python is; skipped, saying
//! so, elsewhere.
#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use std::process::Command;

use heedful_events::{Batch, Event, EventId, Store, StoreOptions, Value};
use serde_json::{Value as Json, json};

const WORKSPACE: [u8; 16] = [9; 16];

/// Events 0 to `n` of ten people, of which every third was something else.
fn batch(first: u64, n: u64, properties: impl Fn(u64) -> Vec<(&'static str, Value<'static>)>) -> Batch {
    let mut batch = Batch::new(WORKSPACE, 0);
    for id in first..first + n {
        batch.push(&Event {
            id: EventId(id),
            at: 1_785_542_400_000_000 + i64::try_from(id).unwrap(),
            distinct_id: format!("person {}", id % 10).into(),
            name: if id % 3 == 0 { "left" } else { "seen" }.into(),
            properties: properties(id).into_iter().map(|(name, value)| (name.into(), value)).collect(),
        });
    }
    batch
}

#[tokio::test]
async fn polars_duckdb_and_deltalake_count_what_was_taken() {
    let Some(python) = std::env::var_os("HEEDFUL_READERS") else {
        println!("skipped: HEEDFUL_READERS names no Python with duckdb, polars and deltalake");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), StoreOptions::new(|| 1_785_542_400_000_000)).unwrap();
    // Later files have columns that the first has not, and a value of another type is no harm.
    store.append(batch(0, 300, |_| Vec::new())).await.unwrap();
    store.seal().await.unwrap();
    let numbers = |id| vec![("n", if id == 300 { Value::Text("many".into()) } else { Value::Integer(2) })];
    store.append(batch(300, 301, numbers)).await.unwrap();
    store.seal().await.unwrap();
    let switches = |id: u64| vec![("n", Value::Number(0.5)), ("on", Value::Bool(id.is_multiple_of(2)))];
    store.append(batch(601, 400, switches)).await.unwrap();
    store.seal().await.unwrap();
    let table = dir.path().join("tables").join("09".repeat(16));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/readers.py");
    let output = Command::new(python).arg(script).arg(&table).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let told: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // 1,001 events of which 334 left; 300 times 2 and 400 times a half; 200 switched on.
    let expect = |reader: &str| json!([reader, 1_001, 10, 667, 800.0, 200]);
    assert_eq!(told, [expect("polars"), expect("duckdb"), expect("deltalake")]);
}
