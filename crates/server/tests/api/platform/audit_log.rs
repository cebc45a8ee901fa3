use serde_json::json;

use super::names;
use crate::support::{TestApp, add_signal};

#[tokio::test]
async fn every_change_is_told_with_before_and_after() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "Slow").await;
    let id = signal["id"].as_str().unwrap();
    app.editor().seen(1).patch(&format!("/signals/{id}"), json!({"body": "Very slow"})).await.ok();
    let list = app.admin().get(&format!("/audit-entries?object_id={id}")).await.ok();
    assert_eq!(names(&list, "action"), ["update", "create"]);
    let change = &list["items"][0];
    assert_eq!((&change["before"]["body"], &change["after"]["body"]), (&json!("Slow"), &json!("Very slow")));
    assert_eq!((&change["actor_kind"], &change["actor_name"]), (&json!("token"), &json!("editor")));
    assert!(change["request_id"].is_string());
}

#[tokio::test]
async fn filters_narrow_and_pages_go_on() {
    let app = TestApp::new().await;
    for n in 0..3 {
        add_signal(&app, &format!("{n}")).await;
    }
    let first = app.admin().get("/audit-entries?object_kind=signal&action=create&limit=2").await.ok();
    assert_eq!((&first["total"], first["items"].as_array().unwrap().len()), (&json!(3), 2));
    let next = first["next"].as_str().unwrap();
    let path = format!("/audit-entries?object_kind=signal&action=create&limit=2&cursor={next}");
    let second = app.admin().get(&path).await.ok();
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next"]), (1, &json!(null)));
    let later = app.admin().get("/audit-entries?from=2026-03-03T00:00:00Z").await.ok();
    assert_eq!(later["total"], 0);
    assert_eq!(app.stranger().get("/audit-entries?object_kind=signal").await.ok()["total"], 0);
    assert_eq!(app.admin().get("/audit-entries?from=yesterday").await.refused_fields(), ["from"]);
}

#[tokio::test]
async fn the_export_is_csv_that_no_spreadsheet_runs() {
    let app = TestApp::new().await;
    let evil = app.editor().with("x-request-id", "=HYPERLINK(0)");
    evil.post("/sources", json!({"kind": "inbox", "name": "Inbox"})).await.ok();
    for n in 0..2 {
        add_signal(&app, &format!("{n}")).await;
    }
    let answer = app.admin().get("/audit-entries/export?object_kind=source").await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let text = answer.text();
    let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert!(lines[0].starts_with("at,actor_kind,"), "{text}");
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[1].ends_with(",'=HYPERLINK(0)"), "{text}");
    app.editor().get("/audit-entries/export").await.refused(403);
}
