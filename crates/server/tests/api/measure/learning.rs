use heedful_db::query::Sql;
use heedful_db::types::DAY;
use serde_json::json;

use crate::support::{NOW, TestApp, add_signal};

/// Runs one INSERT whose values are given as text or numbers.
macro_rules! insert {
    ($tx:expr, $text:literal => $($value:expr),+) => {{
        let mut sql = Sql::new($text);
        sql.push(" VALUES (");
        let mut separator = "";
        $( sql.push(separator).bind($value); separator = ", "; )+
        let _ = separator;
        sql.push(")");
        sql.execute(&mut $tx).await.unwrap();
    }};
}

/// From a word heard forty days ago to a verdict five days ago.
async fn tell_story(app: &TestApp) {
    let ws = app.ws.as_str();
    let signal = add_signal(app, "Export is slow").await;
    let (id, said) = (signal["id"].as_str().unwrap(), NOW - 40 * DAY);
    let day = |days: i64| NOW - days * DAY;
    let mut tx = app.app.db.begin().await.unwrap();
    let mut move_signal = Sql::new("UPDATE signals SET occurred_at = ");
    move_signal.bind(said).push(" WHERE id = ").bind(id);
    move_signal.execute(&mut tx).await.unwrap();
    insert!(
        tx,
        "INSERT INTO hypotheses (workspace_id, id, created_at, updated_at, title, required_strength, state)"
            => ws, "h1", day(30), day(30), "Background export", "randomised", "confirmed"
    );
    insert!(
        tx,
        "INSERT INTO evidence (workspace_id, id, created_at, updated_at, hypothesis_id, signal_id, direction, strength, added_by)"
            => ws, "e1", day(30), day(30), "h1", id, "for", "opinion", "somebody"
    );
    insert!(
        tx,
        "INSERT INTO bets (workspace_id, id, created_at, updated_at, hypothesis_id, title, forecast, state, started_at)"
            => ws, "b1", day(28), day(28), "h1", "Ship it", 0.8, "decided", day(20)
    );
    insert!(
        tx,
        "INSERT INTO experiments (workspace_id, id, created_at, updated_at, bet_id, title, kind, plan, state, started_at, ended_at)"
            => ws, "x1", day(21), day(21), "b1", "Export test", "ab", "{}", "finished", day(20), day(6)
    );
    insert!(
        tx,
        "INSERT INTO evidence (workspace_id, id, created_at, updated_at, hypothesis_id, experiment_id, direction, strength, added_by)"
            => ws, "e2", day(6), day(6), "h1", "x1", "for", "randomised", "somebody"
    );
    insert!(
        tx,
        "INSERT INTO decisions (workspace_id, id, created_at, updated_at, question, bet_id, experiment_id, hypothesis_id, verdict, conclusive, decided_at)"
            => ws, "d1", day(6), day(5), "Ship the export?", "b1", "x1", "h1", "persevere", 1, day(5)
    );
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_way_from_the_first_word_to_the_verdict_is_measured() {
    let app = TestApp::new().await;
    tell_story(&app).await;
    let report = app.viewer().get("/measures").await.ok();
    let ways = &report["time_to_learning"];
    assert_eq!(ways["total"]["median_days"]["value"], 25.0);
    assert_eq!(ways["hearing"]["median_days"]["value"], 10.0);
    assert_eq!(ways["testing"]["p80_days"]["value"], 14.0);
    assert_eq!(report["decision_latency"]["median_days"]["value"], 1.0);
    assert_eq!(report["coverage"]["with_test"]["value"], 1.0);
    assert!((report["calibration"]["brier"]["value"].as_f64().unwrap() - 0.04).abs() < 1e-9);
    let verdicts: u64 =
        report["throughput"].as_array().unwrap().iter().map(|w| w["n_conclusive"].as_u64().unwrap()).sum();
    assert_eq!(verdicts, 1);
    let other = app.stranger().get("/measures").await.ok();
    assert_eq!(other["time_to_learning"]["total"]["median_days"]["value"], json!(null));
    let backwards = "/measures?from=2026-03-01T00:00:00Z&to=2026-02-01T00:00:00Z";
    assert_eq!(app.viewer().get(backwards).await.refused_fields(), ["from"]);
}

#[tokio::test]
async fn scores_count_each_answer_once_and_say_how_sure_they_are() {
    let app = TestApp::new().await;
    let source = app.editor().create("/sources", json!({"kind": "inbox", "name": "Inbox"})).await;
    for score in [10, 9, 9, 7, 3] {
        let signal = json!({"source_id": source["id"], "body": "x", "score": score, "score_kind": "nps",
                            "occurred_at": "2026-02-10T12:00:00Z"});
        app.editor().create("/signals", signal).await;
    }
    let scores = app.viewer().get("/measures/scores?kind=nps").await.ok();
    assert_eq!((&scores["whole"]["value"], &scores["whole"]["n"]), (&json!(40.0), &json!(5)));
    assert!(scores["whole"]["low"].as_f64().unwrap() < 40.0);
    let february =
        scores["over_time"].as_array().unwrap().iter().find(|point| point["start"] == "2026-02-01").unwrap();
    assert_eq!(february["score"]["n"], 5);
    let empty = app.viewer().get("/measures/scores?kind=pmf").await.ok();
    assert_eq!(empty["whole"]["value"], json!(null));
    assert!(empty["whole"]["reason"].as_str().unwrap().len() > 10);
    app.viewer().get("/measures/scores?kind=luck").await.refused(422);
}

#[tokio::test]
async fn scores_by_plan_count_who_belongs_to_two_accounts_of_a_plan_once() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let mut accounts = Vec::new();
    for (name, plan) in [("Acme", "Team"), ("Bolt", "Team"), ("Core", "Free"), ("Dune", "Free")] {
        let account = editor.create("/accounts", json!({"name": name, "plan": plan})).await;
        accounts.push(account["id"].as_str().unwrap().to_owned());
    }
    let source = editor.create("/sources", json!({"kind": "inbox", "name": "Inbox"})).await;
    let (both, free, nowhere) = (&accounts[..3], &accounts[3..], &accounts[..0]);
    for (name, of, score) in [("Ada", both, 9), ("Bea", free, 3), ("Cem", nowhere, 5)] {
        let person = editor.create("/people", json!({"name": name, "account_ids": of})).await;
        let signal = json!({"source_id": source["id"], "body": "x", "score": score, "score_kind": "nps",
                            "occurred_at": "2026-02-10T12:00:00Z", "person_id": person["id"]});
        editor.create("/signals", signal).await;
    }
    let scores = app.viewer().get("/measures/scores?kind=nps").await.ok();
    let by_plan: Vec<_> = scores["by_plan"].as_array().unwrap().iter().collect();
    let found: Vec<_> = by_plan
        .iter()
        .map(|of| (of["plan"].as_str().unwrap(), of["score"]["n"].as_i64().unwrap(), &of["score"]["value"]))
        .collect();
    assert_eq!(found, [("Free", 2, &json!(0.0)), ("Team", 1, &json!(100.0))]);
    assert_eq!(scores["whole"]["n"], 3);
}
