use std::path::Path;

use heedful_db::platform::export as tables;
use heedful_events::store::copy::Place;
use heedful_server::cli::export;
use heedful_server::jobs;
use serde_json::{Value, json};

use crate::support::{TestApp, add_signal};

fn events(app: &TestApp) -> Place {
    Place { dir: app.app.config.data_dir.join("events"), remote: None }
}

fn lines(dir: &Path, ws: &str, file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(dir.join(ws).join(file)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_workspace_leaves_with_all_that_is_its_own_and_nothing_else() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "=cmd|' /C calc'!A0").await;
    let source = app.stranger().create("/sources", json!({"kind": "api", "name": "Elsewhere"})).await;
    let foreign = json!({"source_id": source["id"], "body": "said to another team"});
    app.stranger().create("/signals", foreign).await;

    let did = |n: u32| json!({"event": format!("did {n}"), "distinct_id": "=ada", "properties": {"n": n}});
    app.editor().post("/events", json!([did(1), did(2)])).await.ok();
    jobs::events::seal(&app.app).await;
    app.editor().post("/events", json!([did(3)])).await.ok();
    app.stranger().post("/events", json!([{"event": "another team", "distinct_id": "x"}])).await.ok();

    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("mine");
    let n = export::write((&app.app.db, &events(&app)), &dir, Some(app.ws.as_str()), |_| {}).await.unwrap();
    assert!(n > 5, "{n} rows");

    let signals = lines(&dir, app.ws.as_str(), "signals.jsonl");
    assert_eq!(signals.len(), 1);
    for field in ["id", "body", "occurred_at", "context", "source_id"] {
        assert_eq!(signals[0][field], signal[field], "{field}");
    }
    let sheet = std::fs::read_to_string(dir.join(app.ws.as_str()).join("signals.csv")).unwrap();
    assert!(sheet.contains("'=cmd|") && !sheet.contains(",=cmd"), "{sheet}");
    let members = lines(&dir, app.ws.as_str(), "memberships.jsonl");
    assert!(members.iter().all(|member| member["email"].is_string() && member["password_hash"].is_null()));

    let mut deeds = lines(&dir, app.ws.as_str(), "events.jsonl");
    deeds.sort_by_key(|deed| deed["event"].to_string());
    assert_eq!(deeds.iter().map(|deed| &deed["properties"]["n"]).collect::<Vec<_>>(), [1, 2, 3]);
    let sheet = std::fs::read_to_string(dir.join(app.ws.as_str()).join("events.csv")).unwrap();
    assert!(sheet.contains(",'=ada,"), "{sheet}");

    let all: Vec<_> = std::fs::read_dir(dir.join(app.ws.as_str())).unwrap().map(Result::unwrap).collect();
    assert_eq!(all.len(), 2 * (tables::tables().count() + 1));
    for file in all {
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert!(!text.contains("another team"), "{}", file.path().display());
    }
    let schema: Value = serde_json::from_slice(&std::fs::read(dir.join("schema.json")).unwrap()).unwrap();
    assert_eq!(schema["files"]["signals"]["occurred_at"], "time");
    assert_eq!(schema["files"]["responses"]["withdrawal_hash"], Value::Null);
    assert!(schema["left_out"]["sessions"].is_string());
    // Without a name every workspace leaves.
    let everything = folder.path().join("all");
    export::write((&app.app.db, &events(&app)), &everything, None, |_| {}).await.unwrap();
    assert_eq!(std::fs::read_dir(everything).unwrap().count(), 3);
    // The server goes on as if nothing were.
    assert_eq!(app.viewer().get("/events").await.ok()["total"], 3);
}

#[tokio::test]
async fn an_export_writes_only_where_nothing_is() {
    let app = TestApp::new().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("precious"), "mine").unwrap();
    let refused = export::write((&app.app.db, &events(&app)), folder.path(), None, |_| {}).await.unwrap_err();
    assert!(refused.to_string().contains("not an empty folder"), "{refused}");
    let dir = folder.path().join("new");
    let unknown =
        export::write((&app.app.db, &events(&app)), &dir, Some("Nobody's"), |_| {}).await.unwrap_err();
    assert!(unknown.to_string().contains(app.ws.as_str()), "names those there are: {unknown}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}
