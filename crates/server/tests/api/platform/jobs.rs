use heedful_db::connect::Engine;
use heedful_db::platform::jobs::{self as rows, NewJob};
use heedful_server::jobs::{self, schedule};
use serde_json::json;

use super::names;
use crate::support::TestApp;

const HOUR: i64 = 3_600_000_000;

async fn add_unknown_job(app: &TestApp) {
    let mut tx = app.app.db.begin().await.unwrap();
    let now = app.app.now();
    let id = app.app.ids.new_id(now);
    let job = NewJob {
        id: &id,
        workspace: Some(&app.ws),
        kind: "from_the_future",
        payload: "{}",
        unique_key: None,
        run_at: now,
        created_at: now,
    };
    rows::insert(&mut tx, &job).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_is_due_much_later_is_told_apart() {
    let app = TestApp::new().await;
    add_unknown_job(&app).await;
    app.advance(-48 * HOUR);
    let listed = async |query: &str| app.admin().get(&format!("/jobs{query}")).await.ok()["total"].clone();
    assert_eq!((listed("").await, listed("?scheduled=true").await), (json!(1), json!(1)));
    assert_eq!(listed("?scheduled=false").await, 0);
    app.advance(48 * HOUR);
    assert_eq!((listed("?scheduled=true").await, listed("?scheduled=false").await), (json!(0), json!(1)));
}

#[tokio::test]
async fn a_job_that_keeps_failing_is_shown_and_can_be_started_again() {
    let app = TestApp::new().await;
    add_unknown_job(&app).await;
    for _ in 0..7 {
        app.run_jobs().await;
        app.advance(6 * HOUR);
    }
    let failed = app.admin().get("/jobs?state=failed").await.ok();
    assert_eq!((&failed["total"], &failed["items"][0]["attempts"]), (&json!(1), &json!(7)));
    assert!(failed["items"][0]["last_error"].as_str().unwrap().contains("from_the_future"));
    let path = format!("/jobs/{}/retry", failed["items"][0]["id"].as_str().unwrap());
    app.stranger().post(&path, json!({})).await.refused(404);
    assert_eq!(app.admin().post(&path, json!({})).await.ok()["state"], "queued");
    app.admin().post(&path, json!({})).await.refused(409);
    assert_eq!(app.stranger().get("/jobs").await.ok()["total"], 0);
    assert_eq!(app.admin().get("/jobs?state=lost").await.refused_fields(), ["state"]);
}

/// Kinds of jobs that happen by themselves.
const KINDS: usize = 3;

#[tokio::test]
async fn the_schedule_queues_once_in_each_period() {
    let app = TestApp::new().await;
    let ran = async || {
        schedule::queue_due(&app.app).await.unwrap();
        heedful_server::jobs::run_due(&app.app).await.unwrap()
    };
    assert_eq!(ran().await, KINDS, "clean-up, rules and digests");
    assert_eq!(ran().await, 0, "the same period again");
    app.advance(HOUR);
    assert_eq!(ran().await, KINDS);
    app.advance(5 * HOUR);
    assert_eq!(ran().await, KINDS, "what was missed is made up for once");
}

#[tokio::test]
async fn the_clean_up_forgets_what_nobody_needs() {
    let app = TestApp::new().await;
    let invitation = json!({"email": "x@new.test", "role": "viewer"});
    let source = json!({"kind": "api", "name": "A"});
    app.editor().with("idempotency-key", "k").create("/sources", source.clone()).await;
    app.admin().create("/invitations", invitation).await;
    app.run_jobs().await;
    assert_eq!(names(&app.admin().get("/jobs").await.ok(), "state"), ["done"]);
    app.advance(15 * 24 * HOUR);
    schedule::queue_due(&app.app).await.unwrap();
    app.run_jobs().await;
    assert_eq!(app.admin().get("/jobs").await.ok()["total"], 0);
    let forgotten = app.editor().with("idempotency-key", "k").post("/sources", source).await;
    assert_eq!(forgotten.refused_fields(), ["name"], "the key is free, so the request runs anew");
}

#[tokio::test]
async fn what_a_killed_process_left_half_done_is_taken_up_again() {
    let app = TestApp::new().await;
    app.run_jobs().await;
    add_unknown_job(&app).await;
    let now = app.app.now();
    let mut tx = app.app.db.begin().await.unwrap();
    assert!(rows::claim(&mut tx, now, now + HOUR / 60).await.unwrap().is_some());
    tx.commit().await.unwrap();
    assert_eq!(jobs::run_due(&app.app).await.unwrap(), 0);
    jobs::release(&app.app).await.unwrap();
    if app.app.db.engine() == Engine::Postgres {
        assert_eq!(jobs::run_due(&app.app).await.unwrap(), 0, "another worker may be at it");
        app.advance(HOUR / 60);
    }
    assert_eq!(jobs::run_due(&app.app).await.unwrap(), 1);
}
