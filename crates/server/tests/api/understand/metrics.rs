use serde_json::{Value, json};

use super::{add_theme, id};
use crate::support::{NOBODY, TestApp};

async fn answers(app: &TestApp, kind: &str, scores: &[i64], at: &str) {
    let sources = app.editor().get("/sources").await.ok();
    let source = match sources["items"].as_array().and_then(|items| items.first()) {
        Some(source) => source.clone(),
        None => app.editor().create("/sources", json!({"kind": "survey", "name": "NPS"})).await,
    };
    for score in scores {
        let input = json!({"source_id": source["id"], "body": "An answer", "score": score, "score_kind": kind, "occurred_at": at});
        app.editor().create("/signals", input).await;
    }
}

async fn series(app: &TestApp, metric: &Value, query: &str) -> Vec<Value> {
    let answer = app.viewer().get(&format!("/metrics/{}/series?{query}", id(metric))).await.ok();
    answer["points"].as_array().unwrap().clone()
}

#[tokio::test]
async fn nps_is_computed_by_week_with_its_interval_or_the_reason_why_not() {
    let app = TestApp::new().await;
    answers(&app, "nps", &[10, 9, 8, 3], "2026-02-24T12:00:00Z").await;
    answers(&app, "pmf", &[2], "2026-02-24T12:00:00Z").await;
    let metric = app.editor().create("/metrics", json!({"name": "NPS", "kind": "nps"})).await;
    let points = series(&app, &metric, "interval=week&points=3").await;
    assert_eq!(points[1]["from"], "2026-02-23T00:00:00Z");
    assert_eq!((&points[1]["value"], &points[1]["n"]), (&json!(25.0), &json!(4)));
    assert!(points[1]["low"].as_f64().unwrap() < 25.0 && points[1]["high"].as_f64().unwrap() > 25.0);
    assert_eq!((&points[2]["value"], &points[2]["reason_code"]), (&Value::Null, &json!("empty")));
    assert!(points[2]["reason"].as_str().unwrap().contains("no data yet"));
    let read = app.viewer().get(&format!("/metrics/{}", id(&metric))).await.ok();
    assert_eq!(read["current"]["value"], 25.0);
    let months = series(&app, &metric, "interval=month&points=2").await;
    assert_eq!((&months[0]["from"], &months[0]["n"]), (&json!("2026-02-01T00:00:00Z"), &json!(4)));
}

#[tokio::test]
async fn pmf_csat_and_counts_have_their_own_makings() {
    let app = TestApp::new().await;
    answers(&app, "pmf", &[2, 2, 1, 0], "2026-03-02T08:00:00Z").await;
    answers(&app, "csat", &[5, 4, 2], "2026-03-02T08:00:00Z").await;
    let (theme, _) = add_theme(&app, "Exports", &["One", "Two"]).await;
    let current = async |input: Value| {
        let metric = app.editor().create("/metrics", input).await;
        app.viewer().get(&format!("/metrics/{}", id(&metric))).await.ok()["current"].clone()
    };
    assert_eq!(current(json!({"name": "PMF", "kind": "pmf"})).await["value"], 50.0);
    let csat = current(json!({"name": "CSAT", "kind": "csat"})).await;
    assert!((csat["value"].as_f64().unwrap() - 66.666).abs() < 0.01);
    let count = json!({"name": "Export signals", "kind": "count", "definition": {"theme_id": theme["id"]}});
    assert_eq!(current(count).await["value"], 2.0);
    assert_eq!(app.viewer().get("/metrics").await.ok()["items"][2]["current"]["n"], 2);
}

#[tokio::test]
async fn manual_metrics_take_readings_that_can_be_corrected_and_others_do_not() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let metric = editor
        .create("/metrics", json!({"name": "Churn", "kind": "manual", "unit": "%", "direction": "down"}))
        .await;
    let path = format!("/metrics/{}/readings", id(&metric));
    let first = editor
        .create(&path, json!({"value": 4.5, "at": "2026-02-24T00:00:00Z", "low": 4.0, "high": 5.0, "n": 800}))
        .await;
    editor.create(&path, json!({"value": 4.1})).await;
    let points = series(&app, &metric, "points=3").await;
    assert_eq!(
        (&points[1]["value"], &points[1]["low"], &points[1]["n"]),
        (&json!(4.5), &json!(4.0), &json!(800))
    );
    assert_eq!(points[0]["reason_code"], "no_reading");
    let corrected = editor.seen(1).put(&format!("{path}/{}", id(&first)), json!({"value": 4.6})).await.ok();
    assert_eq!((&corrected["value"], &corrected["at"]), (&json!(4.6), &json!("2026-02-24T00:00:00Z")));
    editor.seen(1).put(&format!("{path}/{}", id(&first)), json!({"value": 1})).await.refused(409);
    assert_eq!(
        editor.post(&path, json!({"value": 1, "low": 2, "high": 0, "n": -1})).await.refused_fields(),
        ["high", "low", "n"]
    );
    editor.delete(&format!("{path}/{}", id(&first))).await.ok();
    assert_eq!(app.viewer().get(&path).await.ok()["total"], 1);
    let nps = editor.create("/metrics", json!({"name": "NPS", "kind": "nps"})).await;
    editor.post(&format!("/metrics/{}/readings", id(&nps)), json!({"value": 1})).await.refused(409);
}

#[tokio::test]
async fn definitions_are_checked_and_strangers_refused() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let refused = async |input: Value| editor.post("/metrics", input).await.refused_fields();
    assert_eq!(refused(json!({"name": "X", "kind": "weather"})).await, ["kind"]);
    assert_eq!(refused(json!({"name": "X", "kind": "count"})).await, ["definition.theme_id"]);
    assert_eq!(
        refused(json!({"name": "X", "kind": "count", "definition": {"theme_id": NOBODY}})).await,
        ["definition.theme_id"]
    );
    assert_eq!(
        refused(json!({"name": "X", "kind": "nps", "definition": {"segment_id": NOBODY}})).await,
        ["definition.segment_id"]
    );
    let metric = editor.create("/metrics", json!({"name": "NPS", "kind": "nps"})).await;
    assert_eq!(refused(json!({"name": "NPS", "kind": "nps"})).await, ["name"]);
    let path = format!("/metrics/{}", id(&metric));
    let changed = editor.seen(1).patch(&path, json!({"definition": {"window_days": 90}})).await.ok();
    assert_eq!(changed["definition"]["window_days"], 90);
    editor.seen(1).patch(&path, json!({"name": "Late"})).await.refused(409);
    assert_eq!(app.viewer().get(&format!("{path}/series?points=0")).await.refused_fields(), ["points"]);
    editor.seen(2).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/metrics").await.ok()["total"], 0);
    editor.seen(3).post(&format!("{path}/restore"), json!({})).await.ok();
    app.stranger().get(&path).await.refused(404);
    app.stranger().get(&format!("{path}/series")).await.refused(404);
    app.stranger().get(&format!("{path}/readings")).await.refused(404);
    app.stranger().seen(4).patch(&path, json!({})).await.refused(404);
}
