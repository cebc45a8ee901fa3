use serde_json::json;

use super::support::{add_experiment, plan};
use crate::bet::support::{add_bet, path};
use crate::support::{NOBODY, TestApp};

#[tokio::test]
async fn power_answers_what_it_can_and_says_what_is_missing() {
    let app = TestApp::new().await;
    let input = json!({"metric_kind": "proportion", "baseline": 0.2, "smallest_effect": 0.02, "effect_kind": "absolute",
                       "n_groups": 2, "people_per_week": 500, "sample_size": 6510});
    let power = app.viewer().post("/experiments/power", input.clone()).await.ok();
    let n = power["sample_size"]["value"].as_u64().unwrap();
    assert!((6_400..6_600).contains(&n), "{n}");
    assert_eq!(power["weeks"]["value"].as_u64().unwrap(), (2 * n).div_ceil(500));
    assert!(power["advice"].as_array().unwrap().len() >= 2);
    let mut unknown = input;
    unknown["baseline"] = json!(null);
    let power = app.viewer().post("/experiments/power", unknown).await.ok();
    assert_eq!(power["sample_size"]["not_estimable"]["code"], "missing");
}

#[tokio::test]
async fn a_plan_is_checked_before_there_is_an_experiment() {
    let app = TestApp::new().await;
    let check =
        app.viewer().post("/experiments/plan-check", json!({"kind": "ab", "plan": plan()})).await.ok();
    let findings = check["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["blocking"] == false), "{findings:?}");
    assert!(check["power"]["sample_size"]["value"].is_u64());
    let empty = app.viewer().post("/experiments/plan-check", json!({"kind": "ab", "plan": {}})).await.ok();
    assert!(empty["findings"].as_array().unwrap().len() >= 7);
    let mut broken = plan();
    broken["smallest_effect"] = json!(-1);
    let refused = app.viewer().post("/experiments/plan-check", json!({"kind": "ab", "plan": broken})).await;
    assert_eq!(refused.refused_fields(), ["plan.smallest_effect"]);
}

#[tokio::test]
async fn a_first_plan_is_drawn_up_from_the_hypothesis() {
    let app = TestApp::new().await;
    let bet = add_bet(&app).await;
    let input = json!({"bet_id": bet["id"], "title": "Gate", "kind": "ab"});
    let experiment = app.editor().create("/experiments", input).await;
    let plan = &experiment["plan"];
    assert_eq!((&plan["population"], &plan["smallest_effect"]), (&json!("New players"), &json!(0.01)));
    assert_eq!((&plan["primary"]["name"], &plan["duration_days"]), (&json!("Kept after 7 days"), &json!(14)));
    assert_eq!(plan["decision_rule"]["refuted"], "Leave it");
    let nowhere = json!({"bet_id": NOBODY, "title": "Gate", "kind": "ab"});
    assert_eq!(app.editor().post("/experiments", nowhere).await.refused_fields(), ["bet_id"]);
}

#[tokio::test]
async fn strangers_and_viewers_are_refused() {
    let app = TestApp::new().await;
    let experiment = add_experiment(&app, "ab", &plan()).await;
    let path = path("experiments", &experiment);
    app.stranger().get(&path).await.refused(404);
    app.stranger().get(&format!("{path}/result")).await.refused(404);
    app.stranger().get(&format!("{path}/sums")).await.refused(404);
    app.stranger().seen(1).patch(&path, json!({"title": "Mine"})).await.refused(404);
    app.stranger().seen(1).post(&format!("{path}/start"), json!({})).await.refused(404);
    assert_eq!(app.stranger().get("/experiments").await.ok()["total"], 0);
    app.viewer().seen(1).patch(&path, json!({"title": "X"})).await.refused(403);
    let foreign = json!({"bet_id": experiment["bet_id"], "title": "T", "kind": "ab", "plan": plan()});
    assert_eq!(app.stranger().post("/experiments", foreign).await.refused_fields(), ["reference"]);
}
