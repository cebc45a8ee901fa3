//! Files of events on their way in, and the real ones beside the checkout.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use axum::http::Method;
use flate2::Compression;
use flate2::write::GzEncoder;
use heedful_db::listen::event_imports;
use heedful_server::jobs;
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

use crate::listen::capture::rejected;
use crate::support::{Answer, Client, NOBODY, TestApp};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");

async fn upload(client: &Client, name: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1/events/imports?file_name={name}");
    client.send_raw(Method::POST, &path, Some(("application/octet-stream", bytes.to_vec()))).await
}

fn path(import: &Value) -> String {
    format!("/events/imports/{}", import["id"].as_str().unwrap())
}

fn version(import: &Value) -> i64 {
    import["version"].as_i64().unwrap()
}

async fn start(app: &TestApp, import: &Value) -> Value {
    let started =
        app.editor().seen(version(import)).post(&format!("{}/start", path(import)), json!({})).await;
    assert_eq!(started.ok()["state"], "queued");
    jobs::events::work_off_imports(&app.app).await;
    app.viewer().get(&path(import)).await.ok()
}

/// Uploads, changes the proposed mapping, and waits for the end.
async fn run(app: &TestApp, name: &str, bytes: &[u8], change: Value) -> Value {
    let import = upload(&app.editor(), name, bytes).await.ok()["import"].clone();
    let mut mapping = import["mapping"].clone();
    mapping.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let mapped = app.editor().seen(version(&import));
    let mapped = mapped.put(&format!("{}/mapping", path(&import)), json!({"mapping": mapping})).await.ok();
    start(app, &mapped["import"]).await
}

fn counts(import: &Value) -> [i64; 4] {
    ["n_rows", "n_taken", "n_known", "n_rejected"].map(|field| import[field].as_i64().unwrap())
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

async fn events(app: &TestApp) -> Vec<Value> {
    app.viewer().get("/events?limit=100").await.ok()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_table_is_previewed_mapped_imported_and_undone() {
    let app = TestApp::new().await;
    let known = json!({"event": "bought", "distinct_id": "007", "timestamp": "2026-01-31T09:00:00Z"});
    app.editor().post("/events", known).await.ok();
    let text = "Customer ID;Date;Amount;Paid;Note\n\
        007;31/01/2026 10:00;11.5;true;first\n\
        8;01/02/2026 10:00;3;false;\n\
        8;01/02/2026 10:00;3;false;\n\
        ;01/02/2026 10:00;3;false;nobody\n\
        9;yesterday;3;false;when\n";
    let preview = upload(&app.editor(), "purchases.csv", text.as_bytes()).await.ok();
    let import = &preview["import"];
    assert_eq!((&import["state"], &import["delimiter"]), (&json!("previewed"), &json!(";")));
    assert_eq!(import["mapping"]["distinct_id"], json!(["Customer ID"]));
    assert_eq!(import["mapping"]["date_format"], Value::Null, "yesterday is in no format");
    assert_eq!(preview["rows"][0]["refusal"], "the event has no name");
    assert!(preview["rows"][1]["refusal"].as_str().unwrap().contains("day or the month first"), "{preview}");

    let mapping_path = format!("{}/mapping", path(import));
    let incomplete =
        json!({"mapping": {"event": "Customer", "date_format": "soon", "left_out": ["Note", "Nothing"]}});
    let refused = app.editor().seen(1).put(&mapping_path, incomplete).await.refused_fields();
    assert_eq!(
        refused,
        [
            "mapping.date_format",
            "mapping.distinct_id",
            "mapping.event",
            "mapping.left_out",
            "mapping.timestamp"
        ]
    );
    let mapping = json!({"mapping": {"event_name": "bought", "distinct_id": ["Customer ID"], "timestamp": "Date",
        "date_format": "dmy", "time_zone": "Europe/Berlin", "left_out": ["Note"]}});
    app.viewer().seen(1).put(&mapping_path, mapping.clone()).await.refused(403);
    let preview = app.editor().seen(1).put(&mapping_path, mapping).await.ok();
    let row = &preview["rows"][0];
    assert_eq!((&row["event"], &row["distinct_id"]), (&json!("bought"), &json!("007")));
    assert_eq!(row["timestamp"], "2026-01-31T09:00:00Z");
    assert_eq!(row["properties"], json!({"Amount": 11.5, "Paid": true}));

    app.stranger().get(&path(import)).await.refused(404);
    app.viewer().seen(2).post(&format!("{}/start", path(import)), json!({})).await.refused(403);
    let done = start(&app, &preview["import"]).await;
    assert_eq!((&done["state"], counts(&done)), (&json!("done"), [5, 3, 0, 2]));
    assert_eq!(done["bytes_done"], done["file_bytes"]);
    let rejects = done["rejects"].as_array().unwrap();
    assert_eq!(rejects.len(), 2);
    assert_eq!(
        (&rejects[1]["row_number"], &rejects[1]["sample"]),
        (&json!(5), &json!("9, yesterday, 3, false, when"))
    );
    assert_eq!(rejected(&app).await.len(), 2);
    // Two that say the same are two, and nobody's is none.
    assert_eq!(events(&app).await.len(), 4);
    let brought = format!("/events?import_id={}", import["id"].as_str().unwrap());
    assert_eq!(app.viewer().get(&brought).await.ok()["total"], 3);
    app.editor().seen(version(&done)).put(&mapping_path, json!({"mapping": {}})).await.refused(409);

    let undo =
        app.editor().seen(version(&done)).post(&format!("{}/undo", path(import)), json!({})).await.ok();
    assert_eq!(undo["state"], "undoing");
    jobs::events::work_off_imports(&app.app).await;
    let undone = app.viewer().get(&path(import)).await.ok();
    assert_eq!((&undone["state"], &undone["n_removed"]), (&json!("undone"), &json!(3)));
    assert_eq!(events(&app).await.len(), 1, "what was there before stays");
    let list = app.viewer().get("/events/imports").await.ok();
    assert_eq!((&list["total"], &list["items"][0]["state"]), (&json!(1), &json!("undone")));
}

const PEOPLE: [&str; 3] = ["ada", "bob", "cyd"];

/// The same three events in the words of PostHog.
fn posthog_rows() -> Vec<Value> {
    let row = |(n, person): (usize, &&str)| {
        json!({"uuid": format!("id-{n}"), "event": "opened", "distinct_id": person, "team_id": 7, "site_url": "x",
            "timestamp": format!("2026-01-0{}T10:00:00.5Z", n + 1), "properties": {"plan": "team", "n": n, "$ip": "1.2.3.4"}})
    };
    PEOPLE.iter().enumerate().map(row).collect()
}

fn parquet_of(rows: &[Value]) -> Vec<u8> {
    let texts = |name: &str| -> ArrayRef {
        Arc::new(rows.iter().map(|row| row[name].as_str()).collect::<StringArray>())
    };
    let properties: StringArray = rows.iter().map(|row| Some(row["properties"].to_string())).collect();
    let at = rows
        .iter()
        .map(|row| row["timestamp"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_microsecond());
    let batch = RecordBatch::try_from_iter([
        ("uuid", texts("uuid")),
        ("event", texts("event")),
        ("distinct_id", texts("distinct_id")),
        (
            "timestamp",
            Arc::new(TimestampMicrosecondArray::from_iter_values(at).with_timezone("UTC")) as ArrayRef,
        ),
        ("properties", Arc::new(properties)),
        ("score", Arc::new(Float64Array::from(vec![Some(0.5), None, Some(1.5)]))),
    ]);
    let batch = batch.unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

#[tokio::test]
async fn the_same_events_are_the_same_in_every_format() {
    let app = TestApp::new().await;
    let rows = posthog_rows();
    let lines = rows.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let list = serde_json::to_vec_pretty(&rows).unwrap();
    let utf16: Vec<u8> = format!("\u{feff}{lines}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files = [
        ("jsonl", lines.as_bytes().to_vec()),
        ("jsonl", gzipped(lines.as_bytes())),
        ("jsonl", utf16),
        ("json", list),
        ("parquet", parquet_of(&rows)),
    ];
    for (index, (format, bytes)) in files.iter().enumerate() {
        let import = upload(&app.editor(), "export", bytes).await.ok()["import"].clone();
        assert_eq!(
            (&import["file_format"], &import["mapping"]["event"]),
            (&json!(format), &json!("event")),
            "{index}"
        );
        let done = start(&app, &import).await;
        let expect = if index == 0 { [3, 3, 0, 0] } else { [3, 0, 3, 0] };
        assert_eq!(counts(&done), expect, "{index} {done}");
    }
    let kept = events(&app).await;
    assert_eq!(kept[0]["timestamp"], "2026-01-03T10:00:00.5Z");
    let properties = kept[0]["properties"].as_object().unwrap();
    assert_eq!((&properties["plan"], &properties["n"]), (&json!("team"), &json!(2)));
    assert!(!properties.contains_key("team_id") && !properties.contains_key("$ip"), "{properties:?}");
    // Undoing the second import takes nothing of the first.
    let second = app.viewer().get("/events/imports").await.ok()["items"][3].clone();
    app.editor().seen(version(&second)).post(&format!("{}/undo", path(&second)), json!({})).await.ok();
    jobs::events::work_off_imports(&app.app).await;
    assert_eq!(events(&app).await.len(), 3);
}

#[tokio::test]
async fn what_is_no_file_of_events_is_refused_and_leaves_nothing() {
    let app = TestApp::new().await;
    let editor = app.editor();
    for (name, bytes) in [
        ("empty.csv", Vec::new()),
        ("book.xlsx", b"PK\x03\x04rest".to_vec()),
        ("picture.png", b"\x89PNG\r\n".to_vec()),
        ("cut.parquet", b"PAR1 and nothing more".to_vec()),
        ("cut.gz", gzipped(&[b'x'; 100])[..12].to_vec()),
        ("header.csv", b"event,distinct_id\n".to_vec()),
        ("numbers.json", b"[1, 2, 3]".to_vec()),
    ] {
        assert_eq!(upload(&editor, name, &bytes).await.refused_fields(), ["file"], "{name}");
    }
    assert_eq!(upload(&editor, "%20", b"x").await.refused_fields(), ["file_name"]);
    upload(&app.viewer(), "a.csv", b"x").await.refused(403);
    assert_eq!(app.viewer().get("/events/imports").await.ok()["total"], 0);
    let uploads = app.app.config.data_dir.join("uploads");
    assert_eq!(std::fs::read_dir(&uploads).map_or(0, Iterator::count), 0);

    let import =
        upload(&editor, "a.csv", b"event,user_id,time\na,1,2026-01-01\n").await.ok()["import"].clone();
    editor.post(&format!("{}/cancel", path(&import)), json!({})).await.ok();
    assert_eq!(std::fs::read_dir(&uploads).unwrap().count(), 0, "a file that is not wanted is gone");
    editor.post(&format!("{}/cancel", path(&import)), json!({})).await.refused(409);
    editor.get(&format!("{}/preview", path(&import))).await.refused(409);
    editor.post(&format!("/events/imports/{NOBODY}/cancel"), json!({})).await.refused(404);
}

#[tokio::test]
async fn only_so_many_files_wait_and_one_that_is_lost_keeps_none_from_running() {
    let app = TestApp::new().await;
    let file = b"event,user_id,time\na,1,2026-01-01\n";
    let mut imports = Vec::new();
    for n in 0..20 {
        let import = upload(&app.editor(), &format!("{n}.csv"), file).await.ok()["import"].clone();
        imports.push(import);
    }
    assert_eq!(upload(&app.editor(), "more.csv", file).await.refused_fields(), ["file"]);
    let lost = app.app.config.data_dir.join("uploads").join(imports[0]["id"].as_str().unwrap());
    std::fs::remove_file(lost).unwrap();
    app.editor().seen(1).post(&format!("{}/start", path(&imports[0])), json!({})).await.ok();
    let done = start(&app, &imports[1]).await;
    assert_eq!((&done["state"], &done["n_taken"]), (&json!("done"), &json!(1)));
    let failed = app.viewer().get(&path(&imports[0])).await.ok();
    assert_eq!(
        (&failed["state"], &failed["error"]),
        (&json!("failed"), &json!("The file is no longer here."))
    );
}

#[tokio::test]
async fn rows_that_break_off_are_told_and_the_others_taken() {
    let app = TestApp::new().await;
    let line =
        |n: u32| format!("{{\"event\":\"a\",\"distinct_id\":\"p{n}\",\"timestamp\":{}}}", 1_767_225_600 + n);
    let mut lines: Vec<String> = (0..5_000).map(line).collect();
    lines[17] = "{\"event\": \"a\", \"dist".to_owned();
    lines[4_321] = "[]".to_owned();
    let done = run(&app, "log.jsonl", lines.join("\n").as_bytes(), json!({})).await;
    assert_eq!((&done["state"], counts(&done)), (&json!("done"), [5_000, 4_998, 0, 2]));
    let places: Vec<&Value> =
        done["rejects"].as_array().unwrap().iter().map(|reject| &reject["row_number"]).collect();
    assert_eq!(places, [&json!(18), &json!(4_322)]);
    assert_eq!(app.viewer().get("/events").await.ok()["total"], 4_998);
}

#[tokio::test]
async fn an_import_that_was_broken_off_goes_on_where_it_was() {
    let app = TestApp::new().await;
    let lines: Vec<String> = (0..5_000).map(|n| format!("a,p{n},2026-01-01")).collect();
    let file = format!("event,user_id,time\n{}", lines.join("\n"));
    let import = upload(&app.editor(), "log.csv", file.as_bytes()).await.ok()["import"].clone();
    app.editor().seen(1).post(&format!("{}/start", path(&import)), json!({})).await.ok();
    // As a server leaves it that ends in the middle: two batches were taken.
    let mut tx = app.app.db.begin().await.unwrap();
    let mut row = event_imports::get(&mut tx, &app.ws, import["id"].as_str().unwrap()).await.unwrap();
    (row.n_rows, row.n_taken) = (4_000, 4_000);
    event_imports::update_progress(&mut tx, &app.ws, &row).await.unwrap();
    tx.commit().await.unwrap();
    jobs::events::work_off_imports(&app.app).await;
    let done = app.viewer().get(&path(&import)).await.ok();
    assert_eq!((&done["state"], counts(&done)), (&json!("done"), [5_000, 5_000, 0, 0]));
    assert_eq!(app.viewer().get("/events").await.ok()["total"], 1_000, "the first rows are not taken again");
}

/// An import of real data; none when the data folder is not there.
async fn real(app: &TestApp, file: &str, change: Value) -> Option<Value> {
    let path = format!("{DATA}/events/{file}");
    if !Path::new(&path).exists() {
        return None;
    }
    let done = run(app, file, &std::fs::read(&path).unwrap(), change).await;
    assert_eq!(done["state"], "done");
    Some(done)
}

fn reference() -> Value {
    serde_json::from_slice(&std::fs::read(format!("{DATA}/reference_results.json")).unwrap()).unwrap()
}

#[tokio::test]
async fn seventy_thousand_purchases_give_the_known_retention() {
    let app = TestApp::new().await;
    let Some(done) = real(&app, "cdnow_master.csv.gz", json!({"event_name": "purchase"})).await else {
        return;
    };
    let reference = reference();
    assert_eq!(done["n_taken"], reference["cdnow"]["transactions"], "{done}");
    let question = json!({"kind": "retention", "start": "purchase", "interval": "month",
        "from": "1997-01-01", "to": "1998-06-30"});
    let answer = app.viewer().post("/analytics/query", question).await.ok();
    let cohorts = answer["groups"][0]["cohorts"].as_array().unwrap();
    for (index, (month, expect)) in
        reference["cdnow_monthly_retention"].as_object().unwrap().iter().enumerate()
    {
        for (after, people) in expect.as_object().unwrap() {
            let after: usize = after.parse().unwrap();
            assert_eq!(&cohorts[index][after], people, "{month} after {after} months");
        }
    }
    let revenue = json!({"kind": "trend", "interval": "all", "from": "1997-01-01", "to": "1998-06-30",
        "series": [{"event": "purchase", "aggregate": "sum", "property": "dollar_value"}]});
    let revenue = app.viewer().post("/analytics/query", revenue).await.ok();
    let total = revenue["series"][0]["values"][0].as_f64().unwrap();
    assert!((total - reference["cdnow"]["revenue"].as_f64().unwrap()).abs() < 0.01, "{total}");
}

#[tokio::test]
async fn a_quarter_of_a_million_steps_of_loans_give_the_known_funnel() {
    let app = TestApp::new().await;
    let Some(done) = real(&app, "bpic2012_loan_applications.csv.gz", json!({})).await else {
        eprintln!("left out: there is no real data beside the project");
        return;
    };
    let reference = &reference()["bpic2012"];
    assert_eq!(done["n_taken"], reference["events"], "{done}");
    let steps = ["A_SUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "A_FINALIZED", "A_APPROVED"];
    let question = json!({"kind": "funnel", "steps": steps, "window_s": 400 * 86_400,
        "from": "2011-09-30", "to": "2012-03-31"});
    let answer = app.viewer().post("/analytics/query", question).await.ok();
    for (step, name) in answer["steps"].as_array().unwrap().iter().zip(steps) {
        assert_eq!(step["people"], reference["cases_reaching"][name], "{name}");
    }
}
