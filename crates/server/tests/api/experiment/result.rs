use serde_json::{Value, json};

use super::support::{add_running, plan};
use crate::support::TestApp;

fn sums(rows: &[(&str, &str, u32, u32)]) -> Value {
    let row = |(variant, metric, n, successes): &(&str, &str, u32, u32)| json!({"variant": variant, "metric": metric, "n": n, "successes": successes});
    json!({"sums": rows.iter().map(row).collect::<Vec<_>>()})
}

async fn result(app: &TestApp, path: &str, data: Value) -> Value {
    app.editor().put(&format!("{path}/sums"), data).await.ok();
    app.viewer().get(&format!("{path}/result")).await.ok()
}

fn verdict(result: &Value) -> &str {
    result["proposal"]["verdict"].as_str().unwrap()
}

#[tokio::test]
async fn the_agreed_rule_proposes_a_verdict() {
    let app = TestApp::new().await;
    let path = add_running(&app, "ab", &plan()).await;
    let empty = app.viewer().get(&format!("{path}/result")).await.ok();
    assert_eq!(verdict(&empty), "not_enough_data");
    assert_eq!(empty["metrics"][0]["comparisons"][0]["absolute"]["not_estimable"]["code"], "empty");
    let pair = |n: u32, control: u32, treatment: u32| {
        sums(&[("gate_30", "retention_7", n, control), ("gate_40", "retention_7", n, treatment)])
    };
    let confirmed = result(&app, &path, pair(5_000, 900, 1_100)).await;
    assert_eq!(verdict(&confirmed), "confirmed");
    assert_eq!(confirmed["proposal"]["action"], "Move the gate");
    assert_eq!(confirmed["proposal"]["variant"], "gate_40");
    assert_eq!(verdict(&result(&app, &path, pair(50_000, 9_000, 9_000)).await), "refuted");
    assert_eq!(verdict(&result(&app, &path, pair(100, 18, 22)).await), "inconclusive");
    assert_eq!(verdict(&result(&app, &path, pair(10, 1, 9)).await), "not_enough_data");
}

#[tokio::test]
async fn an_alarm_is_never_hidden_by_a_verdict() {
    let app = TestApp::new().await;
    let path = add_running(&app, "ab", &plan()).await;
    let uneven = sums(&[("gate_30", "retention_7", 5_000, 900), ("gate_40", "retention_7", 5_500, 1_300)]);
    let result = result(&app, &path, uneven).await;
    assert_eq!((verdict(&result), &result["proposal"]["by_rule"]), ("inconclusive", &json!("confirmed")));
    assert_eq!(result["health"][0]["code"], "sample_ratio");
    assert_eq!(result["health"][0]["status"], "alarm");
    let sentence = result["proposal"]["sentence"].as_str().unwrap();
    assert!(sentence.contains("group sizes") && sentence.contains("confirmed"), "{sentence}");
}

#[tokio::test]
async fn a_broken_guardrail_stands_in_the_way() {
    let app = TestApp::new().await;
    let mut plan = plan();
    let metric = json!({"name": "complaints", "kind": "proportion", "direction": "down"});
    plan["guardrails"] = json!([{"metric": metric, "limit": 0.01, "limit_kind": "absolute"}]);
    let path = add_running(&app, "ab", &plan).await;
    let data = sums(&[
        ("gate_30", "retention_7", 5_000, 900),
        ("gate_40", "retention_7", 5_000, 1_100),
        ("gate_30", "complaints", 5_000, 100),
        ("gate_40", "complaints", 5_000, 300),
    ]);
    let result = result(&app, &path, data).await;
    assert_eq!((verdict(&result), &result["proposal"]["by_rule"]), ("inconclusive", &json!("confirmed")));
    let guardrail = result["metrics"].as_array().unwrap().iter().find(|metric| metric["part"] == "guardrail");
    assert_eq!(guardrail.unwrap()["comparisons"][0]["guardrail"], "broken");
}

#[tokio::test]
async fn a_round_of_interviews_is_judged_by_its_level() {
    let app = TestApp::new().await;
    let mut plan = plan();
    plan["variants"] = json!([{"name": "participants"}]);
    plan["secondary"] = json!([]);
    plan["primary"]["name"] = json!("found it");
    plan["effect_kind"] = json!("level");
    plan["smallest_effect"] = json!(0.6);
    plan["sample_size"] = json!(8);
    let path = add_running(&app, "interview_round", &plan).await;
    let all = result(&app, &path, sums(&[("participants", "found it", 8, 8)])).await;
    assert_eq!(verdict(&all), "confirmed");
    let value = &all["metrics"][0]["groups"][0]["value"]["estimate"];
    assert!((value["low"].as_f64().unwrap() - 0.6277).abs() < 0.01, "{value}");
    assert_eq!(
        verdict(&result(&app, &path, sums(&[("participants", "found it", 8, 5)])).await),
        "inconclusive"
    );
    assert_eq!(verdict(&result(&app, &path, sums(&[("participants", "found it", 8, 1)])).await), "refuted");
    let design = all["health"].as_array().unwrap().iter().find(|check| check["code"] == "design").unwrap();
    assert_eq!(design["status"], "note");
}

#[tokio::test]
async fn before_and_after_is_weak_evidence() {
    let app = TestApp::new().await;
    let mut plan = plan();
    plan["variants"] = json!([{"name": "before"}, {"name": "after"}]);
    let path = add_running(&app, "before_after", &plan).await;
    let data = sums(&[("before", "retention_7", 5_000, 900), ("after", "retention_7", 9_000, 2_000)]);
    let result = result(&app, &path, data).await;
    assert_eq!(verdict(&result), "confirmed");
    let codes: Vec<&str> =
        result["health"].as_array().unwrap().iter().map(|check| check["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"design") && !codes.contains(&"sample_ratio"), "{codes:?}");
}
