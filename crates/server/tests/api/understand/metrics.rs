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

/// Four sign up on the first of February, two of them make a project within a week, one after it; one only looks around.
async fn with_deeds() -> TestApp {
    let app = TestApp::new().await;
    let event = |(person, event, day): (&str, &str, u32)| json!({"event": event, "distinct_id": person, "timestamp": format!("2026-02-{day:02}T10:00:00Z")});
    let deeds = [
        ("ada", "sign up", 2),
        ("ada", "project", 3),
        ("ada", "visit", 9),
        ("bob", "sign up", 2),
        ("bob", "project", 4),
        ("cyd", "sign up", 3),
        ("cyd", "project", 20),
        ("cyd", "visit", 10),
        ("dee", "sign up", 3),
        ("eve", "visit", 10),
    ];
    app.editor().post("/events", json!(deeds.map(event))).await.ok();
    app
}

#[tokio::test]
async fn a_metric_is_one_number_of_what_people_did_with_its_interval() {
    let app = with_deeds().await;
    let of = async |template: Value| {
        let name = template["name"].as_str().unwrap_or_default().to_owned();
        let metric = app.editor().create("/metrics", json!({"template": template, "name": name})).await;
        assert_eq!((&metric["kind"], &metric["unit"]), (&json!("question"), &json!("%")));
        metric
    };
    let activation = of(json!({"kind": "activation", "begin": "sign up", "done": "project"})).await;
    assert_eq!((&activation["name"], &activation["direction"]), (&json!("Activation"), &json!("up")));
    let read = app.viewer().get(&format!("/metrics/{}", id(&activation))).await.ok();
    assert_eq!((&read["current"]["value"], &read["current"]["n"]), (&json!(50.0), &json!(4)));
    let (low, high) = (read["current"]["low"].as_f64().unwrap(), read["current"]["high"].as_f64().unwrap());
    // Wilson's interval of 2 of 4.
    assert!((low - 15.0).abs() < 0.1 && (high - 85.0).abs() < 0.1, "{low} {high}");
    let weeks = series(&app, &activation, "interval=week&points=5").await;
    let values: Vec<&Value> = weeks.iter().map(|point| &point["value"]).collect();
    assert_eq!(values, [&json!(50.0), &Value::Null, &Value::Null, &Value::Null, &Value::Null]);
    assert_eq!(weeks[1]["reason_code"], "empty");

    let drop_off = of(json!({"kind": "onboarding_drop_off", "steps": ["sign up", "project", "visit"]})).await;
    assert_eq!(drop_off["direction"], "down");
    let current = async |metric: &Value| {
        app.viewer().get(&format!("/metrics/{}", id(metric))).await.ok()["current"].clone()
    };
    assert_eq!(current(&drop_off).await["value"], 75.0, "only ada comes through within a week");
    let adoption = of(json!({"kind": "adoption", "feature": "project"})).await;
    assert_eq!(
        (&current(&adoption).await["value"], &current(&adoption).await["n"]),
        (&json!(60.0), &json!(5))
    );
    let expansion = of(json!({"kind": "expansion", "more": "project", "active": "visit"})).await;
    assert_eq!(current(&expansion).await["n"], 4, "who visits, and who takes more: bob did not visit");
    let retention =
        of(json!({"kind": "retention", "begin": "sign up", "return": "visit", "after_weeks": 1})).await;
    let weeks = series(&app, &retention, "interval=week&points=5").await;
    assert_eq!(
        (&weeks[1]["value"], &weeks[1]["n"]),
        (&json!(50.0), &json!(4)),
        "ada and cyd of four, a week later"
    );
    assert_eq!(weeks[0]["value"], Value::Null, "nobody had begun a week before");

    let anything = of(json!({"kind": "retention", "begin": "sign up", "after_weeks": 2, "name": "x"})).await;
    let weeks = series(&app, &anything, "interval=week&points=5").await;
    assert_eq!(
        (&weeks[2]["value"], &weeks[2]["n"]),
        (&json!(25.0), &json!(4)),
        "cyd makes a project after two weeks"
    );

    // The same as the question answers itself.
    let counted = json!({"name": "Visits", "kind": "question", "definition": {
        "question": {"kind": "trend", "series": [{"event": "sign up"}, {"event": "visit"}], "interval": "day"}, "part": {"series": 1}}});
    let counted = app.editor().create("/metrics", counted).await;
    assert_eq!(current(&counted).await["value"], 3.0);
    let stages = json!({"name": "New", "kind": "question", "definition": {
        "question": {"kind": "lifecycle", "interval": "week"}, "part": {"stage": "new"}}});
    let stages = app.editor().create("/metrics", stages).await;
    assert_eq!(series(&app, &stages, "interval=week&points=5").await[1]["value"], 1.0, "eve");
    let sticky = json!({"name": "Days", "kind": "question", "definition": {
        "question": {"kind": "stickiness", "interval": "day"}}});
    let sticky = app.editor().create("/metrics", sticky).await;
    assert_eq!(current(&sticky).await["value"], 2.0, "ten days of five people");
    let list = app.viewer().get("/metrics").await.ok();
    assert_eq!(list["total"], 9);
    assert_eq!(app.stranger().get("/metrics").await.ok()["total"], 0);
}

#[tokio::test]
async fn a_definition_has_versions_and_what_is_no_number_is_refused() {
    let app = with_deeds().await;
    let template = json!({"kind": "activation", "begin": "sign up", "done": "project"});
    let metric = app.editor().create("/metrics", json!({"template": template, "name": "Activated"})).await;
    assert_eq!((&metric["name"], &metric["definition_version"]), (&json!("Activated"), &json!(1)));
    let path = format!("/metrics/{}", id(&metric));
    let renamed = app.editor().seen(1).patch(&path, json!({"name": "Active"})).await.ok();
    assert_eq!(renamed["definition_version"], 1, "another name is no other number");
    let mut definition = metric["definition"].clone();
    definition["question"]["window_s"] = json!(30 * 86_400);
    let changed = app.editor().seen(2).patch(&path, json!({"definition": definition})).await.ok();
    assert_eq!(changed["definition_version"], 2);
    let read = app.viewer().get(&path).await.ok();
    assert_eq!(read["current"]["value"], 75.0, "within a month cyd comes too");
    let versions = app.viewer().get(&format!("{path}/definitions")).await.ok();
    let window = |index: usize| versions["items"][index]["definition"]["question"]["window_s"].clone();
    assert_eq!((window(0), window(1)), (json!(2_592_000), json!(604_800)));
    assert!(versions["items"][0]["created_by"].is_string());
    app.stranger().get(&format!("{path}/definitions")).await.refused(404);

    let refused = async |definition: Value| {
        let input = json!({"name": "No number", "kind": "question", "definition": definition});
        app.editor().post("/metrics", input).await.refused_fields()
    };
    assert_eq!(refused(json!({})).await, ["definition.question"]);
    assert_eq!(refused(json!({"question": {"kind": "paths"}})).await, ["definition.question.kind"]);
    let broken_down = json!({"kind": "trend", "series": [{}], "breakdown": {"property": "plan"}});
    let part = json!({"series": 3});
    assert_eq!(
        refused(json!({"question": broken_down, "part": part})).await,
        ["definition.part.series", "definition.question.breakdown"]
    );
    let funnel = json!({"kind": "funnel", "steps": ["sign up"], "window_s": -1});
    assert_eq!(
        refused(json!({"question": funnel, "part": {"step": 1}})).await,
        ["definition.part.step", "definition.question.steps", "definition.question.window_s"]
    );
    let endless = json!({"kind": "retention", "start": "visit", "interval": "all"});
    assert!(refused(json!({"question": endless})).await.contains(&"definition.question.interval".to_owned()));
    let score = json!({"name": "S", "kind": "nps", "definition": {"question": {"kind": "lifecycle"}}});
    assert_eq!(app.editor().post("/metrics", score).await.refused_fields(), ["definition.question"]);
    app.viewer()
        .post("/metrics", json!({"template": {"kind": "adoption", "feature": "x"}}))
        .await
        .refused(403);
}

#[tokio::test]
async fn a_rule_watches_what_people_do() {
    let app = with_deeds().await;
    let template = json!({"kind": "activation", "begin": "sign up", "done": "project"});
    let metric = app.editor().create("/metrics", json!({"template": template})).await;
    let rule = json!({"name": "Activation is low", "kind": "metric_threshold", "metric_id": metric["id"], "op": "lt", "threshold": 60});
    let rule = app.editor().create("/rules", rule).await;
    app.run_jobs().await;
    let rule = app.viewer().get(&format!("/rules/{}", id(&rule))).await.ok();
    assert_eq!(rule["last_value"], 50.0, "{rule}");
    assert_eq!(app.viewer().get("/firings").await.ok()["total"], 1);
}
