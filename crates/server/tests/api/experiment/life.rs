use serde_json::json;

use super::support::{add_experiment, add_running, plan};
use crate::bet::support::path;
use crate::support::TestApp;

#[tokio::test]
async fn starting_freezes_the_plan_and_runs_the_bet() {
    let app = TestApp::new().await;
    let experiment = add_experiment(&app, "ab", &plan()).await;
    let path = path("experiments", &experiment);
    let editor = app.editor();
    assert!(experiment["plan_hash"].is_null());
    editor.put(&format!("{path}/sums"), json!({"sums": []})).await.refused(409);
    let started = editor.seen(1).post(&format!("{path}/start"), json!({})).await.ok();
    assert_eq!(started["state"], "running");
    assert_eq!(started["plan_hash"].as_str().unwrap().len(), 64);
    let bet = editor.get(&format!("/bets/{}", experiment["bet_id"].as_str().unwrap())).await.ok();
    assert_eq!(bet["state"], "running");
    editor.seen(2).patch(&path, json!({"plan": plan()})).await.refused(409);
    editor.seen(2).patch(&path, json!({"title": "Another name"})).await.ok();
    editor.seen(3).post(&format!("{path}/start"), json!({})).await.refused(409);
}

#[tokio::test]
async fn a_plan_with_gaps_does_not_start_and_says_which() {
    let app = TestApp::new().await;
    let mut plan = plan();
    plan["primary"] = json!(null);
    plan["sample_size"] = json!(null);
    let experiment = add_experiment(&app, "ab", &plan).await;
    let start = format!("{}/start", path("experiments", &experiment));
    let fields = app.editor().seen(1).post(&start, json!({})).await.refused_fields();
    assert_eq!(fields, ["plan.primary", "plan.sample_size"]);
}

#[tokio::test]
async fn a_bet_without_a_way_back_keeps_its_experiment_from_starting() {
    let app = TestApp::new().await;
    let experiment = add_experiment(&app, "ab", &plan()).await;
    let bet = format!("/bets/{}", experiment["bet_id"].as_str().unwrap());
    app.editor().seen(1).patch(&bet, json!({"undo_step": ""})).await.ok();
    let path = path("experiments", &experiment);
    let refused = app.editor().seen(1).post(&format!("{path}/start"), json!({})).await.refused(409);
    assert!(refused["message"].as_str().unwrap().contains("no undo step"));
    assert_eq!(app.viewer().get(&path).await.ok()["state"], "planned");
}

#[tokio::test]
async fn later_changes_are_amendments_with_a_reason() {
    let app = TestApp::new().await;
    let path = add_running(&app, "ab", &plan()).await;
    let hash = app.viewer().get(&path).await.ok()["plan_hash"].clone();
    let mut longer = plan();
    longer["duration_days"] = json!(28);
    let amendments = format!("{path}/amendments");
    let bare = app.editor().seen(2).post(&amendments, json!({"plan": longer, "reason": " "})).await;
    assert_eq!(bare.refused_fields(), ["reason"]);
    let amend = json!({"plan": longer, "reason": "A holiday fell into it"});
    let amended = app.editor().seen(2).post(&amendments, amend.clone()).await.ok();
    assert_eq!((&amended["plan"]["duration_days"], &amended["plan_hash"]), (&json!(28), &hash));
    app.editor().seen(2).post(&amendments, amend).await.refused(409);
    let result = app.viewer().get(&format!("{path}/result")).await.ok();
    assert_eq!(result["amendments"][0]["reason"], "A holiday fell into it");
    assert_eq!(result["amendments"][0]["before"]["duration_days"], 14);
    let mut regrouped = plan();
    regrouped["variants"] = json!([{"name": "a"}, {"name": "b"}]);
    let refused = app.editor().seen(3).post(&amendments, json!({"plan": regrouped, "reason": "New"})).await;
    assert_eq!(refused.refused_fields(), ["plan.variants"]);
    app.stranger().get(&amendments).await.refused(404);
}

#[tokio::test]
async fn an_ended_experiment_becomes_evidence() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let path = add_running(&app, "ab", &plan()).await;
    let sums = json!({"sums": [
        {"variant": "gate_30", "metric": "retention_7", "n": 5000, "successes": 900},
        {"variant": "gate_40", "metric": "retention_7", "n": 5000, "successes": 1100}]});
    editor.put(&format!("{path}/sums"), sums).await.ok();
    editor.post(&format!("{path}/evidence"), json!({})).await.refused(409);
    assert_eq!(
        editor.seen(2).post(&format!("{path}/stop"), json!({"reason": ""})).await.refused_fields(),
        ["reason"]
    );
    editor.seen(2).post(&format!("{path}/finish"), json!({})).await.ok();
    editor.seen(3).post(&format!("{path}/finish"), json!({})).await.refused(409);
    let evidence = editor.create(&format!("{path}/evidence"), json!({})).await;
    assert_eq!((&evidence["direction"], &evidence["strength"]), (&json!("for"), &json!("randomised")));
    assert_eq!(evidence["kind"], "experiment");
    let hypothesis = format!("/hypotheses/{}", evidence["hypothesis_id"].as_str().unwrap());
    assert_eq!(editor.get(&hypothesis).await.ok()["confidence"]["band"], "high");
    assert_eq!(editor.post(&format!("{path}/evidence"), json!({})).await.refused_fields(), ["experiment_id"]);
}
