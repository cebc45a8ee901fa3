use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use crate::support::{TestApp, add_signal};
use crate::support_rows::{add, bet, experiment, hypothesis, metric, put_in_theme, reading, theme};

const DAY: i64 = 86_400_000_000;

/// A workspace in which one thing of each kind waits.
async fn busy() -> TestApp {
    let app = TestApp::new().await;
    let theme = theme(&app, "Slow export").await;
    for n in 0..12 {
        let signal = add_signal(&app, &format!("Export {n}")).await;
        put_in_theme(&app, &theme, signal["id"].as_str().unwrap()).await;
    }
    let expires = app.app.now() + 3 * DAY;
    let columns = "title, state, expires_at";
    add(&app, "hypotheses", columns, &["It expires".into(), "open".into(), expires.into()]).await;
    let hypothesis = hypothesis(&app, "A wizard doubles activation").await;
    let bet = bet(&app, &hypothesis, "Ship the wizard").await;
    experiment(&app, &bet, "Wizard A/B", "finished").await;
    add(&app, "insights", "statement", &["People export on Mondays".into()]).await;
    let metric = metric(&app, "Churn", "manual").await;
    reading(&app, &metric, 9.0).await;
    let editor = app.editor();
    editor
        .create(
            "/rules",
            json!({"name": "Churn", "kind": "metric_threshold", "metric_id": metric, "threshold": 5}),
        )
        .await;
    editor.create("/decisions", json!({"question": "Raise prices?", "due_at": "2026-03-01T00:00:00Z"})).await;
    let owner = app.user_id(Role::Editor).await;
    editor
        .create("/actions", json!({"title": "Call Ada", "owner_id": owner, "due_at": "2026-03-01T00:00:00Z"}))
        .await;
    app.run_jobs().await;
    app.advance(DAY);
    app
}

fn item<'a>(review: &'a Value, section: &str) -> &'a Value {
    review["agenda"].as_array().unwrap().iter().find(|item| item["section"] == section).unwrap()
}

fn minutes(review: &Value, section: &str) -> String {
    let (id, item) = (review["id"].as_str().unwrap(), item(review, section)["id"].as_str().unwrap());
    format!("/reviews/{id}/minutes/{item}")
}

#[tokio::test]
async fn the_agenda_names_everything_that_changed_or_waits_and_stays_as_it_was() {
    let app = busy().await;
    let review = app.editor().create("/reviews", json!({})).await;
    let found: Vec<_> = review["agenda"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["section"].as_str().unwrap(), item["title"].as_str().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            ("new_signals", "12 new signals"),
            ("themes", "Slow export is rising"),
            ("rules", "Churn"),
            ("tests", "Wizard A/B"),
            ("decisions", "Raise prices?"),
            ("actions", "Call Ada"),
            ("expiring", "It expires"),
            ("next_steps", "People export on Mondays"),
            ("next_steps", "12 signals without a next step"),
        ]
    );
    assert_eq!(review["agenda"][0]["parts"][1]["name"], "Slow export");
    add_signal(&app, "One more").await;
    let path = format!("/reviews/{}", review["id"].as_str().unwrap());
    assert_eq!(app.viewer().get(&path).await.ok()["agenda"], review["agenda"]);
    let error = app.editor().post("/reviews", json!({})).await.refused(409);
    assert_eq!(error["current"]["id"], review["id"]);
}

#[tokio::test]
async fn minutes_write_back_to_what_they_are_about() {
    let app = busy().await;
    let review = app.editor().create("/reviews", json!({})).await;
    let (editor, owner) = (app.editor(), app.user_id(Role::Editor).await);
    let decision = json!({"outcome": "decision", "note": "We ask first", "decision": {"question": "Act on churn?", "owner_id": owner}});
    let after = editor.seen(1).put(&minutes(&review, "rules"), decision).await.ok();
    let made = after["minutes"][0]["created"][0].clone();
    assert_eq!(made["title"], "Act on churn?");
    let made = editor.get(&format!("/decisions/{}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(made["rule_firing_id"], item(&review, "rules")["object_id"]);
    assert_eq!(editor.get("/firings?open=true").await.ok()["total"], 0);

    let action = json!({"outcome": "action", "action": {"title": "Test it again", "owner_id": owner, "due_at": "2026-03-09T00:00:00Z"}});
    editor.seen(2).put(&minutes(&review, "expiring"), action).await.ok();
    let made = editor.get("/actions?state=open").await.ok()["items"][1].clone();
    assert_eq!((&made["title"], &made["review_id"]), (&json!("Test it again"), &review["id"]));
    assert_eq!(made["hypothesis_id"], item(&review, "expiring")["object_id"]);

    let step = json!({"outcome": "next_step", "next_step": {"kind": "ask_more", "owner_id": owner}});
    editor.seen(3).put(&minutes(&review, "next_steps"), step).await.ok();
    let skipped = editor.seen(4).put(&minutes(&review, "themes"), json!({"outcome": "skipped"})).await.ok();
    assert_eq!(skipped["minutes"].as_array().unwrap().len(), 4);
    let closed = editor
        .seen(5)
        .post(&format!("/reviews/{}/close", review["id"].as_str().unwrap()), json!({"summary": "Good week"}))
        .await
        .ok();
    assert_eq!((&closed["state"], &closed["summary"]), (&json!("closed"), &json!("Good week")));
    editor.seen(6).put(&minutes(&review, "tests"), json!({"outcome": "noted"})).await.refused(409);

    app.advance(7 * DAY);
    let next = editor.create("/reviews", json!({})).await;
    assert_eq!(next["period_from"], review["period_to"]);
    let titles: Vec<_> =
        next["agenda"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert!(!titles.contains(&"Churn") && !titles.contains(&"People export on Mondays"), "{titles:?}");
    assert_eq!(editor.get("/reviews").await.ok()["items"][1]["n_walked"], 4);
}

#[tokio::test]
async fn looking_twice_keeps_what_was_created_and_bad_minutes_are_refused() {
    let app = busy().await;
    let review = app.editor().create("/reviews", json!({})).await;
    let (editor, owner) = (app.editor(), app.user_id(Role::Editor).await);
    let path = minutes(&review, "themes");
    let decision = json!({"outcome": "decision", "decision": {"question": "Fix export?", "owner_id": owner}});
    editor.seen(1).put(&path, decision).await.ok();
    let again = editor.seen(2).put(&path, json!({"outcome": "noted", "note": "Ada will tell us"})).await.ok();
    assert_eq!(
        (again["minutes"].as_array().unwrap().len(), &again["minutes"][0]["created"][0]["title"]),
        (1, &json!("Fix export?"))
    );

    let refused = async |body: Value| editor.seen(3).put(&path, body).await.refused_fields();
    assert_eq!(refused(json!({"outcome": "action"})).await, ["action"]);
    assert_eq!(refused(json!({"outcome": "noted", "decision": {"question": "x"}})).await, ["decision"]);
    assert_eq!(
        refused(json!({"outcome": "decision", "decision": {"question": " "}})).await,
        ["decision.question"]
    );
    assert_eq!(
        refused(json!({"outcome": "next_step", "next_step": {"kind": "ask_more"}})).await,
        ["outcome"]
    );
    let error = editor.seen(2).put(&path, json!({"outcome": "noted"})).await.refused(409);
    assert_eq!(error["current"]["version"], 3);
    let nothing = format!("/reviews/{}/minutes/nothing", review["id"].as_str().unwrap());
    editor.seen(3).put(&nothing, json!({"outcome": "noted"})).await.refused(404);
}

#[tokio::test]
async fn strangers_and_viewers_are_refused_and_a_quiet_week_has_an_empty_agenda() {
    let app = TestApp::new().await;
    let review = app.editor().create("/reviews", json!({})).await;
    assert_eq!(review["agenda"], json!([]));
    let path = format!("/reviews/{}", review["id"].as_str().unwrap());
    app.stranger().get(&path).await.refused(404);
    app.stranger().seen(1).post(&format!("{path}/close"), json!({})).await.refused(404);
    app.viewer().post("/reviews", json!({})).await.refused(403);
    app.viewer().seen(1).post(&format!("{path}/close"), json!({})).await.refused(403);
    assert_eq!(app.editor().post("/reviews", json!({"kind": "yearly"})).await.refused_fields(), ["kind"]);
}
