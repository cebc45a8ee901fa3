use heedful_server::platform::auth::Role;
use serde_json::json;

use super::{PASSWORD, in_person, newest_mail, token_in};
use crate::support::{Answer, TestApp};

const MINUTE: i64 = 60_000_000;

async fn ask(app: &TestApp, email: &str) -> Answer {
    app.anonymous().post("/password-resets", json!({"email": email})).await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    app.anonymous().post(&format!("/password-resets/{token}"), json!({"password": password})).await
}

#[tokio::test]
async fn the_link_in_the_mail_sets_a_new_password_once_and_ends_sessions() {
    let app = TestApp::new().await;
    let session = in_person(&app, Role::Viewer).await;
    assert_eq!(ask(&app, "VIEWER@acme.test").await.status, 202);
    app.run_jobs().await;
    let token = token_in(&newest_mail(&app).await);
    assert_eq!(reset(&app, &token, "short").await.refused_fields(), ["password"]);
    assert_eq!(reset(&app, &token, "a new password").await.status, 204);
    reset(&app, &token, "another new password").await.refused(403);
    session.get("/session").await.refused(401);
    let sign_in = |password: &str| json!({"email": "viewer@acme.test", "password": password});
    app.anonymous().post("/session", sign_in(PASSWORD)).await.refused(422);
    app.anonymous().post("/session", sign_in("a new password")).await.ok();
}

#[tokio::test]
async fn the_answer_does_not_tell_whether_there_is_an_account() {
    let app = TestApp::new().await;
    let known = ask(&app, "owner@acme.test").await;
    let unknown = ask(&app, "nobody@acme.test").await;
    assert_eq!((known.status, known.bytes), (unknown.status, unknown.bytes));
    app.run_jobs().await;
    assert!(newest_mail(&app).await.contains("To: owner@acme.test"));
    assert_eq!(
        app.owner().get("/outbox").await.ok()["total"],
        0,
        "such a link is not for the workspace's outbox"
    );
}

#[tokio::test]
async fn asking_is_limited_and_links_grow_old() {
    let app = TestApp::new().await;
    for _ in 0..5 {
        assert_eq!(ask(&app, "owner@acme.test").await.status, 202);
    }
    ask(&app, "owner@acme.test").await.refused(429);
    app.run_jobs().await;
    let token = token_in(&newest_mail(&app).await);
    app.advance(61 * MINUTE);
    reset(&app, &token, "a new password").await.refused(403);
    assert_eq!(ask(&app, "no address").await.refused_fields(), ["email"]);
}
