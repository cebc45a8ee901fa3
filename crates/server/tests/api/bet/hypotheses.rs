use serde_json::{Value, json};

use super::support::{add_hypothesis, path};
use crate::support::{NOBODY, TestApp};

fn codes(hypothesis: &Value) -> Vec<&str> {
    let findings = hypothesis["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn gaps_are_explained_and_go_away_when_filled() {
    let app = TestApp::new().await;
    let weak = app.editor().create("/hypotheses", json!({"title": "Add a dark mode"})).await;
    for code in
        ["feature_as_need", "no_metric", "no_threshold", "no_expiry", "no_rule_refuted", "no_population"]
    {
        assert!(codes(&weak).contains(&code), "{code}");
    }
    assert!(weak["findings"][0]["why"].as_str().unwrap().len() > 20);
    let whole = add_hypothesis(&app).await;
    assert_eq!(codes(&whole), Vec::<&str>::new());
    assert_eq!(whole["metric_name"], "Kept after 7 days");
}

#[tokio::test]
async fn a_confidence_of_ones_own_needs_a_note() {
    let app = TestApp::new().await;
    let hypothesis = add_hypothesis(&app).await;
    let path = path("hypotheses", &hypothesis);
    let editor = app.editor();
    assert_eq!(hypothesis["confidence"]["value"], 0.5);
    let bare = editor.seen(1).patch(&path, json!({"confidence_override": 0.9})).await;
    assert_eq!(bare.refused_fields(), ["confidence_note"]);
    let noted = json!({"confidence_override": 0.9, "confidence_note": "Seen it work elsewhere"});
    let set = editor.seen(1).patch(&path, noted).await.ok();
    assert_eq!((&set["confidence_override"], &set["confidence"]["value"]), (&json!(0.9), &json!(0.5)));
    let cleared = editor.seen(2).patch(&path, json!({"confidence_override": null})).await.ok();
    assert_eq!((&cleared["confidence_override"], &cleared["confidence_note"]), (&Value::Null, &json!("")));
}

#[tokio::test]
async fn hypotheses_expire_and_can_be_listed_by_it() {
    let app = TestApp::new().await;
    let hypothesis = add_hypothesis(&app).await;
    assert_eq!(hypothesis["expired"], false);
    assert_eq!(app.viewer().get("/hypotheses?expired=true").await.ok()["total"], 0);
    app.advance(100 * 86_400_000_000);
    let expired = app.viewer().get("/hypotheses?expired=true").await.ok();
    assert_eq!((&expired["total"], &expired["items"][0]["expired"]), (&json!(1), &json!(true)));
    let path = path("hypotheses", &hypothesis);
    app.editor().seen(1).patch(&path, json!({"state": "refuted"})).await.ok();
    assert_eq!(app.viewer().get("/hypotheses?expired=true").await.ok()["total"], 0);
    assert_eq!(app.viewer().get("/hypotheses?state=refuted").await.ok()["total"], 1);
}

#[tokio::test]
async fn bad_input_and_strangers_are_refused() {
    let app = TestApp::new().await;
    let hypothesis = add_hypothesis(&app).await;
    let path = path("hypotheses", &hypothesis);
    let editor = app.editor();
    assert_eq!(editor.post("/hypotheses", json!({"title": ""})).await.refused_fields(), ["title"]);
    let unknown = json!({"title": "T", "metric_id": NOBODY});
    assert_eq!(editor.post("/hypotheses", unknown).await.refused_fields(), ["reference"]);
    let word = json!({"title": "T", "state": "proved"});
    assert_eq!(editor.post("/hypotheses", word).await.refused_fields(), ["state"]);
    let stale = editor.seen(9).patch(&path, json!({"title": "X"})).await.refused(409);
    assert_eq!(stale["current"]["version"], 1);
    app.stranger().get(&path).await.refused(404);
    app.stranger().seen(1).patch(&path, json!({"title": "Mine"})).await.refused(404);
    app.stranger().seen(1).delete(&path).await.refused(404);
    assert_eq!(app.stranger().get("/hypotheses").await.ok()["total"], 0);
    let foreign = json!({"title": "T", "metric_id": hypothesis["metric_id"]});
    assert_eq!(app.stranger().post("/hypotheses", foreign).await.refused_fields(), ["reference"]);
}
