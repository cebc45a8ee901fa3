use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use crate::support::{NOBODY, TestApp, add_signal};
use crate::support_rows::{bet, experiment, hypothesis, theme};

struct Case {
    app: TestApp,
    hypothesis: String,
    bet: String,
    experiment: String,
    owner: String,
}

async fn case() -> Case {
    let app = TestApp::new().await;
    let hypothesis = hypothesis(&app, "A wizard doubles activation").await;
    let bet = bet(&app, &hypothesis, "Ship the wizard").await;
    let experiment = experiment(&app, &bet, "Wizard A/B", "finished").await;
    let owner = app.user_id(Role::Editor).await;
    Case { app, hypothesis, bet, experiment, owner }
}

async fn decision(case: &Case) -> (Value, String) {
    let input = json!({"question": "Keep the wizard?", "bet_id": case.bet, "experiment_id": case.experiment,
                       "hypothesis_id": case.hypothesis, "owner_id": case.owner,
                       "options": [{"name": "Keep"}, {"name": "Remove", "note": "and say so"}],
                       "rule_text": "Keep it if activation rises by 5 points"});
    let decision = case.app.editor().create("/decisions", input).await;
    let path = format!("/decisions/{}", decision["id"].as_str().unwrap());
    (decision, path)
}

/// The title and state of an object, as the chain tells them.
async fn state(app: &TestApp, kind: &str, id: &str) -> String {
    app.viewer().get(&format!("/chain/{kind}/{id}")).await.ok()["object"]["state"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_decision_is_kept_with_everything_it_rests_on() {
    let case = case().await;
    let signal = add_signal(&case.app, "The wizard saved me an hour").await;
    let theme = theme(&case.app, "Onboarding").await;
    let (decision, path) = decision(&case).await;
    assert_eq!(decision["about"].as_array().unwrap().len(), 3);
    let evidence =
        json!([{"kind": "signal", "id": signal["id"], "note": "typical"}, {"kind": "theme", "id": theme}]);
    let changed = case.app.editor().seen(1).patch(&path, json!({"evidence": evidence})).await.ok();
    assert_eq!(changed["evidence"][0]["object"]["title"], "The wizard saved me an hour");
    assert_eq!(changed["evidence"][1]["object"]["title"], "Onboarding");
    assert_eq!(case.app.viewer().get(&path).await.ok(), changed);
    let missing = json!({"evidence": [{"kind": "theme", "id": NOBODY}]});
    assert_eq!(case.app.editor().seen(2).patch(&path, missing).await.refused_fields(), ["evidence[0].id"]);
    let rumour = json!({"question": "?", "evidence": [{"kind": "rumour", "id": "x"}]});
    assert_eq!(case.app.editor().post("/decisions", rumour).await.refused_fields(), ["evidence[0].kind"]);
    let foreign = json!({"question": "?", "bet_id": case.bet});
    assert_eq!(case.app.stranger().post("/decisions", foreign).await.refused_fields(), ["bet_id"]);
}

#[tokio::test]
async fn a_verdict_needs_a_reason_and_an_owner_and_moves_what_it_is_about() {
    let case = case().await;
    let (_, path) = decision(&case).await;
    let editor = case.app.editor();
    let decide = format!("{path}/decide");
    let blank = json!({"verdict": "maybe", "conclusive": true, "why": " "});
    assert_eq!(editor.seen(1).post(&decide, blank).await.refused_fields(), ["verdict", "why"]);
    let unsure =
        json!({"verdict": "stop", "conclusive": false, "why": "Noise", "hypothesis_state": "refuted"});
    assert_eq!(editor.seen(1).post(&decide, unsure).await.refused_fields(), ["hypothesis_state"]);
    let verdict = json!({"verdict": "persevere", "conclusive": true, "why": "Activation rose by 7 points",
                         "hypothesis_state": "confirmed", "dissent": [{"who": "Ada", "text": "Only one week"}],
                         "review_at": "2026-06-01T00:00:00Z"});
    let decided = editor.seen(1).post(&decide, verdict.clone()).await.ok();
    assert_eq!(
        (&decided["verdict"], &decided["decided_at"]),
        (&json!("persevere"), &json!("2026-03-02T09:00:00Z"))
    );
    assert_eq!(state(&case.app, "bet", &case.bet).await, "decided");
    assert_eq!(state(&case.app, "hypothesis", &case.hypothesis).await, "confirmed");
    editor.seen(2).post(&decide, verdict).await.refused(409);
    editor.seen(2).patch(&path, json!({"question": "Another?"})).await.refused(409);
    let dissent = json!({"dissent": [{"who": "Bob", "text": "Too soon"}]});
    editor.seen(2).patch(&path, dissent).await.ok();
}

#[tokio::test]
async fn reopening_takes_back_what_the_verdict_moved() {
    let case = case().await;
    let (_, path) = decision(&case).await;
    let editor = case.app.editor();
    let verdict =
        json!({"verdict": "stop", "conclusive": true, "why": "No effect", "hypothesis_state": "refuted"});
    editor.seen(1).post(&format!("{path}/decide"), verdict).await.ok();
    assert_eq!(editor.get("/decisions?state=decided&verdict=stop").await.ok()["total"], 1);
    let open = editor.seen(2).post(&format!("{path}/reopen"), json!({})).await.ok();
    assert_eq!(
        (&open["verdict"], &open["decided_at"], &open["why"]),
        (&Value::Null, &Value::Null, &json!("No effect"))
    );
    assert_eq!(open["reopened_at"], "2026-03-02T09:00:00Z");
    assert_eq!(state(&case.app, "bet", &case.bet).await, "running");
    assert_eq!(state(&case.app, "hypothesis", &case.hypothesis).await, "open");
    editor.seen(3).post(&format!("{path}/reopen"), json!({})).await.refused(409);
}

#[tokio::test]
async fn extending_lets_the_bet_run() {
    let case = case().await;
    let (_, path) = decision(&case).await;
    let verdict = json!({"verdict": "extend", "conclusive": false, "why": "Two more weeks"});
    case.app.editor().seen(1).post(&format!("{path}/decide"), verdict).await.ok();
    assert_eq!(state(&case.app, "bet", &case.bet).await, "running");
}

#[tokio::test]
async fn a_decision_without_an_owner_is_not_decided() {
    let app = TestApp::new().await;
    let decision = app.editor().create("/decisions", json!({"question": "Raise prices?"})).await;
    let path = format!("/decisions/{}/decide", decision["id"].as_str().unwrap());
    let verdict = json!({"verdict": "stop", "conclusive": true, "why": "Nobody wants it"});
    assert_eq!(app.editor().seen(1).post(&path, verdict).await.refused_fields(), ["owner_id"]);
    let hypothesis = json!({"verdict": "stop", "conclusive": true, "why": "x", "hypothesis_state": "refuted",
                            "owner_id": app.user_id(Role::Admin).await});
    assert_eq!(app.editor().seen(1).post(&path, hypothesis).await.refused_fields(), ["hypothesis_state"]);
}

#[tokio::test]
async fn overdue_decisions_are_found_and_strangers_see_none() {
    let app = TestApp::new().await;
    let input = json!({"question": "Raise prices?", "due_at": "2026-03-01T00:00:00Z"});
    let late = app.editor().create("/decisions", input).await;
    app.editor().create("/decisions", json!({"question": "Later", "due_at": "2026-04-01T00:00:00Z"})).await;
    let overdue = app.viewer().get("/decisions?state=overdue").await.ok();
    assert_eq!((&overdue["total"], &overdue["items"][0]["id"]), (&json!(1), &late["id"]));
    assert_eq!(overdue["items"][0]["overdue"], true);
    assert_eq!(app.viewer().get("/decisions?state=late").await.refused_fields(), ["state"]);
    let path = format!("/decisions/{}", late["id"].as_str().unwrap());
    app.stranger().get(&path).await.refused(404);
    app.stranger().seen(1).post(&format!("{path}/reopen"), json!({})).await.refused(404);
    app.viewer().seen(1).patch(&path, json!({})).await.refused(403);
    let error = app.editor().seen(9).patch(&path, json!({"rule_text": "x"})).await.refused(409);
    assert_eq!(error["current"]["question"], "Raise prices?");
    app.editor().seen(1).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/decisions").await.ok()["total"], 1);
    app.editor().seen(2).post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(app.viewer().get("/decisions?limit=1").await.ok()["total"], 2);
}
