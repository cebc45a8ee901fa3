//! The table of a workspace: what a commit does, and that it is as it was when it is opened again.

#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use std::fs::File;

use heedful_events::Error;
use heedful_events::event::{Event, EventId, Value};
use heedful_events::scan::file::DataFile;
use heedful_events::table::delta::{Change, LogPlace, NewFile, Table};
use heedful_events::table::file;
use heedful_events::table::layout::{Kind, Layout};
use heedful_events::table::rows::RowsBuilder;

/// Writes a file of so many events with these properties beside the table.
fn write(
    table: &Table,
    name: &str,
    n: u64,
    properties: &[(&'static str, Value<'static>)],
) -> (NewFile, Layout) {
    let event = |id| Event {
        id: EventId(id),
        at: 1_785_542_400_000_000,
        distinct_id: "ada".into(),
        name: "seen".into(),
        properties: properties.iter().map(|(name, value)| ((*name).into(), value.clone())).collect(),
    };
    let events: Vec<_> = (0..n).map(event).collect();
    let mut layout = table.layout().clone();
    layout.extend(events.iter());
    let mut rows = RowsBuilder::new(&layout);
    for event in &events {
        rows.push((event.id.0 % 7).cast_signed(), event);
    }
    let out = File::create(table.dir().join(name)).unwrap();
    let metadata = file::write(&rows.finish().unwrap(), out).unwrap();
    (NewFile { name: name.to_owned(), metadata }, layout)
}

fn place(before: u64) -> LogPlace {
    LogPlace { log: "log".to_owned(), before }
}

fn n_rows(table: &Table) -> usize {
    table.files().unwrap().iter().map(|name| DataFile::open(&table.dir().join(name)).unwrap().n_rows()).sum()
}

#[tokio::test]
async fn a_commit_is_still_there_when_the_table_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut table = Table::open(dir.path()).await.unwrap();
    assert_eq!((table.files().unwrap().len(), table.brought("log").await.unwrap()), (0, None));
    let plan = ("plan", Value::Text("team".into()));
    let (first, layout) = write(&table, "a.parquet", 300, &[]);
    table
        .commit(Change { added: vec![first], layout, brought: Some(place(5)), ..Change::default() })
        .await
        .unwrap();
    let (second, layout) = write(&table, "b.parquet", 400, &[plan.clone(), ("n", Value::Number(1.5))]);
    table
        .commit(Change { added: vec![second], layout, brought: Some(place(9)), ..Change::default() })
        .await
        .unwrap();
    for table in [&table, &Table::open(dir.path()).await.unwrap()] {
        assert_eq!(n_rows(table), 700);
        assert_eq!(table.layout().columns().collect::<Vec<_>>(), [("n", Kind::Number), ("plan", Kind::Text)]);
        assert_eq!(table.brought("log").await.unwrap(), Some(9));
        assert_eq!(table.brought("another").await.unwrap(), None);
    }
    let (whole, layout) = write(&table, "c.parquet", 700, &[plan]);
    let removed = table.files().unwrap();
    table.commit(Change { added: vec![whole], removed, layout, ..Change::default() }).await.unwrap();
    let table = Table::open(dir.path()).await.unwrap();
    assert_eq!((table.files().unwrap(), n_rows(&table)), (vec!["c.parquet".to_owned()], 700));
    assert_eq!(table.brought("log").await.unwrap(), Some(9));
}

#[tokio::test]
async fn two_who_append_at_once_both_succeed_and_one_place_of_a_log_is_brought_once() {
    let dir = tempfile::tempdir().unwrap();
    let (mut one, mut other) =
        (Table::open(dir.path()).await.unwrap(), Table::open(dir.path()).await.unwrap());
    let (file, layout) = write(&one, "a.parquet", 10, &[]);
    one.commit(Change { added: vec![file], layout, brought: Some(place(1)), ..Change::default() })
        .await
        .unwrap();
    let (file, layout) = write(&other, "b.parquet", 20, &[]);
    let brought = Some(LogPlace { log: "another log".to_owned(), before: 3 });
    other.commit(Change { added: vec![file], layout, brought, ..Change::default() }).await.unwrap();
    assert_eq!(n_rows(&other), 30);
    // The first has not seen that commit, and brings the place of the other log again.
    let (file, layout) = write(&one, "c.parquet", 20, &[]);
    let brought = Some(LogPlace { log: "another log".to_owned(), before: 3 });
    let again = one.commit(Change { added: vec![file], layout, brought, ..Change::default() }).await;
    assert!(matches!(again, Err(Error::Table { .. })), "{again:?}");
    assert_eq!(n_rows(&Table::open(dir.path()).await.unwrap()), 30);
}
