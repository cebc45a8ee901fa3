use axum::http::{Method, header};
use heedful_server::platform::ctx::Ctx;
use heedful_server::platform::setup;
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

const PASSWORD: &str = "correct horse battery";

/// An owner with a password and a workspace, signed in.
async fn sign_in(app: &TestApp, password: &str) -> (Client, crate::support::Answer) {
    let answer =
        app.anonymous().post("/session", json!({"email": "Ada@acme.test ", "password": password})).await;
    let cookie = answer.headers.get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned());
    let cookie = cookie.unwrap_or_default();
    (app.anonymous().with("cookie", cookie.split(';').next().unwrap()), answer)
}

async fn app_with_ada() -> TestApp {
    let app = TestApp::new().await;
    let ctx = Ctx::of(&app.app);
    let owner = setup::NewOwner {
        name: "Ada".to_owned(),
        email: "ada@acme.test".to_owned(),
        password: PASSWORD.to_owned(),
        workspace: "Ada's".to_owned(),
    };
    let hash = heedful_server::platform::password::hash(PASSWORD.to_owned()).await.unwrap();
    let mut tx = ctx.begin().await.unwrap();
    setup::create_owner(&mut tx, &ctx, owner.validate().unwrap(), hash).await.unwrap();
    ctx.commit(tx).await.unwrap();
    app
}

#[tokio::test]
async fn signing_in_and_out() {
    let app = app_with_ada().await;
    let (ada, answer) = sign_in(&app, PASSWORD).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let me = ada.get("/session").await.ok();
    assert_eq!((&me["user"]["name"], &me["role"]), (&json!("Ada"), &json!("owner")));
    assert_eq!(ada.get("/sessions").await.ok()["items"][0]["current"], true);
    ada.delete("/session").await;
    ada.get("/session").await.refused(401);
}

#[tokio::test]
async fn guessing_is_refused_and_soon_slowed_down() {
    let app = app_with_ada().await;
    for _ in 0..10 {
        let (_, answer) = sign_in(&app, "wrong").await;
        assert_eq!(answer.refused_fields(), ["password"]);
    }
    let (_, answer) = sign_in(&app, PASSWORD).await;
    answer.refused(429);
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    app.advance(16 * 60 * 1_000_000);
    sign_in(&app, PASSWORD).await.1.ok();
}

#[tokio::test]
async fn another_site_cannot_use_the_cookie() {
    let app = app_with_ada().await;
    let (ada, _) = sign_in(&app, PASSWORD).await;
    let input = json!({"kind": "inbox", "name": "Inbox"});
    ada.with("sec-fetch-site", "cross-site").post("/sources", input.clone()).await.refused(403);
    ada.with("origin", "https://evil.test").post("/sources", input.clone()).await.refused(403);
    ada.with("sec-fetch-site", "same-origin").post("/sources", input).await.ok();
}

#[tokio::test]
async fn the_header_chooses_among_own_workspaces_only() {
    let app = app_with_ada().await;
    let (ada, _) = sign_in(&app, PASSWORD).await;
    let mine = ada.get("/session").await.ok()["workspace"]["id"].as_str().unwrap().to_owned();
    ada.with("heedful-workspace", &mine).get("/sources").await.ok();
    ada.with("heedful-workspace", app.ws.as_str()).get("/sources").await.refused(403);
}

#[tokio::test]
async fn every_answer_carries_the_security_headers_and_an_id() {
    let app = TestApp::new().await;
    let answer = app.anonymous().send_raw(Method::GET, "/api/v1/nowhere", None).await;
    assert_eq!(answer.refused(404)["code"], "not_found");
    for name in ["content-security-policy", "x-content-type-options", "x-frame-options", "x-request-id"] {
        assert!(answer.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn the_first_owner_comes_by_the_link_and_only_once() {
    let app = TestApp::new().await;
    assert_eq!(app.anonymous().get("/setup").await.ok(), json!({"needed": false}));
    let input = json!({"token": "guess", "name": "Eve", "email": "eve@acme.test", "password": PASSWORD, "workspace": "E"});
    app.anonymous().post("/setup", input).await.refused(403);
    let weak: Value = json!({"token": "x", "name": "", "email": "no", "password": "short", "workspace": ""});
    let fields = app.anonymous().post("/setup", weak).await.refused_fields();
    assert_eq!(fields, ["email", "name", "password", "workspace"]);
}
