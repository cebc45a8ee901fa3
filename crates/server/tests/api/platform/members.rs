use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestApp};

async fn member(app: &TestApp, role: Role) -> Value {
    let id = app.user_id(role).await;
    let list = app.viewer().get("/members").await.ok();
    list["items"].as_array().unwrap().iter().find(|member| member["id"] == id.as_str()).unwrap().clone()
}

async fn change(by: &Client, member: &Value, patch: Value) -> Answer {
    let url = format!("/members/{}", member["id"].as_str().unwrap());
    by.seen(member["version"].as_i64().unwrap()).patch(&url, patch).await
}

async fn remove(by: &Client, member: &Value) -> Answer {
    let path = format!("/members/{}", member["id"].as_str().unwrap());
    by.seen(member["version"].as_i64().unwrap()).delete(&path).await
}

#[tokio::test]
async fn a_changed_role_counts_at_once() {
    let app = TestApp::new().await;
    let editor = member(&app, Role::Editor).await;
    let changed = change(&app.admin(), &editor, json!({"role": "viewer", "lens": "design"})).await.ok();
    assert_eq!((&changed["role"], &changed["lens"]), (&json!("viewer"), &json!("design")));
    app.editor().post("/sources", json!({"kind": "inbox", "name": "Inbox"})).await.refused(403);
    change(&app.admin(), &editor, json!({"role": "editor"})).await.refused(409);
    assert_eq!(change(&app.admin(), &changed, json!({"lens": "astrology"})).await.refused_fields(), ["lens"]);
}

#[tokio::test]
async fn somebody_always_owns_the_workspace() {
    let app = TestApp::new().await;
    let owner = member(&app, Role::Owner).await;
    assert_eq!(change(&app.owner(), &owner, json!({"role": "admin"})).await.refused_fields(), ["role"]);
    assert_eq!(remove(&app.owner(), &owner).await.refused_fields(), ["role"]);
    let admin = member(&app, Role::Admin).await;
    change(&app.owner(), &admin, json!({"role": "owner"})).await.ok();
    change(&app.owner(), &owner, json!({"role": "admin"})).await.ok();
}

#[tokio::test]
async fn admins_neither_touch_nor_make_owners() {
    let app = TestApp::new().await;
    let owner = member(&app, Role::Owner).await;
    change(&app.admin(), &owner, json!({"lens": "sales"})).await.refused(403);
    remove(&app.admin(), &owner).await.refused(403);
    let admin = member(&app, Role::Admin).await;
    change(&app.admin(), &admin, json!({"role": "owner"})).await.refused(403);
}

#[tokio::test]
async fn who_is_removed_is_out_but_keeps_their_name() {
    let app = TestApp::new().await;
    let editor = member(&app, Role::Editor).await;
    assert_eq!(remove(&app.admin(), &editor).await.status, 204);
    app.editor().get("/sources").await.refused(401);
    let left = member(&app, Role::Editor).await;
    assert_eq!((&left["state"], &left["name"]), (&json!("removed"), &json!("editor")));
    change(&app.admin(), &left, json!({"role": "viewer"})).await.refused(404);
    change(&app.stranger(), &left, json!({"role": "viewer"})).await.refused(404);
}
