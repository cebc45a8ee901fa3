use serde_json::json;

use super::names;
use crate::support::{NOBODY, TestApp};

const DAY: i64 = 86_400_000_000;

#[tokio::test]
async fn a_token_shows_its_secret_once_and_works_until_it_ends() {
    let app = TestApp::new().await;
    let input = json!({"name": "Import", "scope": "viewer", "expires_at": "2026-03-03T09:00:00Z"});
    let made = app.admin().create("/api-tokens", input).await;
    let secret = made["secret"].as_str().unwrap();
    let list = app.admin().get("/api-tokens").await;
    assert!(!list.text().contains(secret));
    assert_eq!(list.ok()["items"][0]["name"], "Import");
    let program = app.anonymous().with("authorization", &format!("Bearer {secret}"));
    program.get("/sources").await.ok();
    program.post("/sources", json!({"kind": "api", "name": "A"})).await.refused(403);
    app.advance(DAY);
    program.get("/sources").await.refused(401);
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once() {
    let app = TestApp::new().await;
    let made = app.admin().create("/api-tokens", json!({"name": "A", "scope": "editor"})).await;
    let program =
        app.anonymous().with("authorization", &format!("Bearer {}", made["secret"].as_str().unwrap()));
    let path = format!("/api-tokens/{}", made["token"]["id"].as_str().unwrap());
    app.stranger().delete(&path).await.refused(404);
    assert_eq!(app.admin().delete(&path).await.status, 204);
    program.get("/sources").await.refused(401);
    app.admin().delete(&path).await.refused(409);
    app.admin().delete(&format!("/api-tokens/{NOBODY}")).await.refused(404);
    assert!(!names(&app.admin().get("/api-tokens").await.ok(), "name").contains(&"A".to_owned()));
}

#[tokio::test]
async fn nobody_makes_a_token_that_may_more_than_they() {
    let app = TestApp::new().await;
    let owner_token = json!({"name": "All", "scope": "owner"});
    assert_eq!(app.admin().post("/api-tokens", owner_token.clone()).await.refused_fields(), ["scope"]);
    app.owner().create("/api-tokens", owner_token).await;
    let wrong = json!({"name": "", "scope": "viewer", "expires_at": "2020-01-01T00:00:00Z"});
    assert_eq!(app.admin().post("/api-tokens", wrong).await.refused_fields(), ["expires_at", "name"]);
    assert_eq!(
        app.admin().post("/api-tokens", json!({"name": "x", "scope": "god"})).await.refused_fields(),
        ["scope"]
    );
}

#[tokio::test]
async fn a_secret_is_not_kept_for_a_retry() {
    let app = TestApp::new().await;
    let admin = app.admin().with("idempotency-key", "k");
    let input = json!({"name": "Once", "scope": "viewer"});
    admin.create("/api-tokens", input.clone()).await;
    let again = admin.post("/api-tokens", input).await;
    assert!(again.refused(409)["message"].as_str().unwrap().contains("shown only once"));
    let list = app.admin().get("/api-tokens").await.ok();
    assert_eq!(names(&list, "name").iter().filter(|name| *name == "Once").count(), 1);
}
