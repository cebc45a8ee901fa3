use axum::http::Method;
use heedful_db::types::{DAY, HOUR};
use heedful_server::jobs;
use serde_json::{Value, json};

use super::{first_key, rejected, send};
use crate::support::TestApp;

fn batch(names: std::ops::Range<usize>) -> Value {
    let event = |n| json!({"event": format!("e{n}"), "distinct_id": "ada"});
    json!({"events": names.map(event).collect::<Vec<_>>()})
}

#[tokio::test]
async fn what_arrives_is_counted_and_shown_also_what_is_refused() {
    let app = TestApp::new().await;
    let nothing = app.viewer().get("/events/ingestion").await.ok();
    assert_eq!((&nothing["last_at"], &nothing["n_today"]), (&Value::Null, &json!(0)));
    assert_eq!(nothing["slots"].as_array().unwrap().len(), 48);

    let late = json!({"event": "old", "distinct_id": "ada", "id": "1", "timestamp": "2020-01-01T00:00:00Z"});
    app.editor().post("/events", json!([late, late, {"event": ""}])).await.ok();
    app.editor().post("/events", batch(0..4)).await.ok();
    let now = app.viewer().get("/events/ingestion").await.ok();
    let day = &now["day"];
    assert_eq!(
        (&day["n_taken"], &day["n_duplicates"], &day["n_rejected"], &day["n_late"]),
        (&json!(5), &json!(1), &json!(1), &json!(2)),
        "of the late ones both arrived"
    );
    assert_eq!(now["n_today"], 5);
    assert!(now["per_second"].as_f64().unwrap() > 0.0 && day["wait_ms"].is_number());
    let last = now["slots"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["n_taken"], &last["n_rejected"]), (&json!(5), &json!(1)));

    app.advance(2 * HOUR);
    let later = app.viewer().get("/events/ingestion").await.ok();
    assert_eq!((&later["per_second"], &later["day"]["n_taken"]), (&json!(0.0), &json!(5)));
    assert_eq!(app.stranger().get("/events/ingestion").await.ok()["day"]["n_taken"], 0);
    let metrics = app.anonymous().send_raw(Method::GET, "/metrics", None).await.text();
    assert!(metrics.contains("heedful_event_batch_seconds_count 2"), "{metrics}");

    app.advance(9 * DAY);
    jobs::clean_up::run(&app.app).await.unwrap();
    let silent = app.viewer().get("/events/ingestion").await.ok();
    assert_eq!(
        silent["last_at"], now["last_at"],
        "that nothing came for long is no reason to forget when it did"
    );
    assert_eq!(silent["day"]["n_taken"], 0);
}

#[tokio::test]
async fn a_full_day_is_told_to_each_client_in_its_words_and_ends_at_midnight() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let workspace = app.admin().get("/workspace").await.ok();
    let version = workspace["version"].as_i64().unwrap();
    let bound = json!({"events_per_day_max": 3, "time_zone": "Asia/Kolkata"});
    app.editor().seen(version).patch("/workspace", bound.clone()).await.refused(403);
    for wrong in [json!({"events_per_day_max": 0}), json!({"events_kept_days": -1})] {
        app.admin().seen(version).patch("/workspace", wrong).await.refused(422);
    }
    app.admin().seen(version).patch("/workspace", bound).await.ok();
    // A batch that begins below the bound is taken whole.
    app.editor().post("/events", batch(0..5)).await.ok();

    app.editor().post("/events", batch(5..6)).await.refused(429);
    let body = json!({"api_key": key, "batch": [{"event": "a", "distinct_id": "ada"}]}).to_string();
    let answer = send(&app.anonymous(), "/batch/", body.as_bytes()).await.ok();
    assert_eq!(answer, json!({"status": "Ok", "quota_limited": ["events"]}));
    let body =
        json!({"writeKey": key, "batch": [{"type": "track", "event": "a", "userId": "ada"}]}).to_string();
    send(&app.anonymous(), "/v1/batch", body.as_bytes()).await.refused(429);
    let reasons = rejected(&app).await;
    assert_eq!(reasons.iter().map(|(_, n)| n).sum::<i64>(), 3);
    assert!(reasons.iter().all(|(reason, _)| reason.contains("as many events today")), "{reasons:?}");

    app.advance(DAY);
    app.editor().post("/events", batch(6..7)).await.ok();
    let version = app.admin().get("/workspace").await.ok()["version"].as_i64().unwrap();
    app.admin().seen(version).patch("/workspace", json!({"events_per_day_max": null})).await.ok();
    assert_eq!(app.viewer().get("/events/ingestion").await.ok()["events_per_day_max"], Value::Null);
}

#[tokio::test]
async fn events_are_kept_as_long_as_the_workspace_says() {
    let app = TestApp::new().await;
    let event = |day: u32| json!({"event": "a", "distinct_id": "ada", "timestamp": format!("2026-02-{day:02}T10:00:00Z")});
    let days = |app: &TestApp| {
        let viewer = app.viewer();
        async move { viewer.get("/events").await.ok()["total"].as_i64().unwrap() }
    };
    app.editor().post("/events", json!([event(1), event(10), event(20)])).await.ok();
    jobs::events::forget_old(&app.app).await;
    assert_eq!(days(&app).await, 3, "without a bound they stay for ever");
    let version = app.admin().get("/workspace").await.ok()["version"].as_i64().unwrap();
    app.admin().seen(version).patch("/workspace", json!({"events_kept_days": 15})).await.ok();
    // The clock of the tests stands at the first of March.
    jobs::events::forget_old(&app.app).await;
    assert_eq!(days(&app).await, 1);
}
