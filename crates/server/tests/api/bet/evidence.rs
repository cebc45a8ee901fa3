use serde_json::json;

use super::support::{add_hypothesis, path};
use crate::support::{NOBODY, TestApp, add_signal};

#[tokio::test]
async fn evidence_moves_the_confidence_and_shows_how() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let hypothesis = add_hypothesis(&app).await;
    let path = path("hypotheses", &hypothesis);
    let said = add_signal(&app, "The gate made me quit").await;
    let did = add_signal(&app, "I never saw a gate").await;
    let evidence = format!("{path}/evidence");
    let first = json!({"signal_id": said["id"], "direction": "for", "strength": "stated_behaviour"});
    let added = editor.create(&evidence, first.clone()).await;
    assert_eq!((&added["kind"], &added["object_title"]), (&json!("signal"), &json!("The gate made me quit")));
    assert_eq!(added["n_people"], 1);
    assert_eq!(editor.post(&evidence, first).await.refused_fields(), ["signal_id"]);
    let up = app.viewer().get(&path).await.ok()["confidence"].clone();
    assert!(up["value"].as_f64().unwrap() > 0.5 && up["contributions"][0]["points"].as_f64().unwrap() > 0.0);
    let against = json!({"signal_id": did["id"], "direction": "against", "strength": "observed_behaviour", "note": "Log"});
    editor.create(&evidence, against).await;
    let read = app.viewer().get(&path).await.ok();
    assert!(read["confidence"]["value"].as_f64().unwrap() < 0.5);
    assert_eq!((&read["n_for"], &read["n_against"]), (&json!(1), &json!(1)));
    assert_eq!(app.viewer().get(&evidence).await.ok()["total"], 2);
}

#[tokio::test]
async fn evidence_points_at_exactly_one_thing_that_exists() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let hypothesis = add_hypothesis(&app).await;
    let evidence = format!("{}/evidence", path("hypotheses", &hypothesis));
    let signal = add_signal(&app, "Words").await;
    let none = json!({"direction": "for", "strength": "opinion"});
    assert_eq!(editor.post(&evidence, none).await.refused_fields(), ["object"]);
    let two = json!({"signal_id": signal["id"], "metric_id": hypothesis["metric_id"], "direction": "for", "strength": "opinion"});
    assert_eq!(editor.post(&evidence, two).await.refused_fields(), ["object"]);
    for field in ["signal_id", "insight_id", "theme_id", "metric_id", "experiment_id"] {
        let unknown = json!({field: NOBODY, "direction": "for", "strength": "opinion"});
        assert_eq!(editor.post(&evidence, unknown).await.refused_fields(), [field]);
    }
    let randomised = json!({"signal_id": signal["id"], "direction": "for", "strength": "randomised"});
    assert_eq!(editor.post(&evidence, randomised).await.refused_fields(), ["strength"]);
    let fine = json!({"signal_id": signal["id"], "direction": "for", "strength": "opinion"});
    editor.post(&format!("/hypotheses/{NOBODY}/evidence"), fine.clone()).await.refused(404);
    app.stranger().post(&evidence, fine.clone()).await.refused(404);
    app.stranger().get(&evidence).await.refused(404);
    app.viewer().post(&evidence, fine).await.refused(403);
}

#[tokio::test]
async fn evidence_is_changed_with_its_version_and_taken_away() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let hypothesis = add_hypothesis(&app).await;
    let all = format!("{}/evidence", path("hypotheses", &hypothesis));
    let input =
        json!({"metric_id": hypothesis["metric_id"], "direction": "for", "strength": "observed_behaviour"});
    let evidence = editor.create(&all, input).await;
    let one = format!("{all}/{}", evidence["id"].as_str().unwrap());
    let changed = editor.seen(1).patch(&one, json!({"direction": "against", "note": "Fell"})).await.ok();
    assert_eq!((&changed["direction"], &changed["version"]), (&json!("against"), &json!(2)));
    editor.seen(1).patch(&one, json!({"note": "Late"})).await.refused(409);
    assert_eq!(
        editor.seen(2).patch(&one, json!({"strength": "randomised"})).await.refused_fields(),
        ["strength"]
    );
    app.stranger().delete(&one).await.refused(404);
    assert_eq!(editor.delete(&one).await.status.as_u16(), 204);
    assert_eq!(editor.get(&all).await.ok()["total"], 0);
}
