use serde_json::{Value, json};

use super::names;
use crate::support::TestApp;

fn view(name: &str, shared: bool) -> Value {
    json!({"page": "signals", "name": name, "query": "next_step=missing", "shared": shared})
}

#[tokio::test]
async fn own_views_are_private_and_shared_ones_everybodys() {
    let app = TestApp::new().await;
    app.editor().create("/saved-views", view("Mine", false)).await;
    app.editor().create("/saved-views", view("Ours", true)).await;
    app.viewer().create("/saved-views", view("Mine", false)).await;
    assert_eq!(names(&app.editor().get("/saved-views?page=signals").await.ok(), "name"), ["Mine", "Ours"]);
    assert_eq!(names(&app.admin().get("/saved-views?page=signals").await.ok(), "name"), ["Ours"]);
    assert_eq!(app.admin().get("/saved-views?page=themes").await.ok()["total"], 0);
    assert_eq!(app.stranger().get("/saved-views?page=signals").await.ok()["total"], 0);
    assert_eq!(app.editor().get("/saved-views").await.refused_fields(), ["page"]);
}

#[tokio::test]
async fn names_are_unique_and_input_is_checked() {
    let app = TestApp::new().await;
    app.editor().create("/saved-views", view("Mine", false)).await;
    assert_eq!(app.editor().post("/saved-views", view("Mine", false)).await.refused_fields(), ["name"]);
    let wrong = json!({"page": "No Page", "name": "", "query": "x".repeat(5_000)});
    assert_eq!(app.editor().post("/saved-views", wrong).await.refused_fields(), ["name", "page", "query"]);
    assert_eq!(app.viewer().post("/saved-views", view("All", true)).await.refused_fields(), ["shared"]);
}

#[tokio::test]
async fn only_who_saved_a_view_or_an_admin_changes_it() {
    let app = TestApp::new().await;
    let ours = app.editor().create("/saved-views", view("Ours", true)).await;
    let path = format!("/saved-views/{}", ours["id"].as_str().unwrap());
    app.viewer().seen(1).patch(&path, json!({"name": "Theirs"})).await.refused(403);
    app.stranger().delete(&path).await.refused(404);
    let renamed = app.admin().seen(1).patch(&path, json!({"name": "Everybody's"})).await.ok();
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("Everybody's"), &json!(2)));
    app.editor().seen(1).patch(&path, json!({"query": ""})).await.refused(409);
    app.editor().seen(2).patch(&path, json!({"shared": false})).await.ok();
    app.admin().delete(&path).await.refused(404);
    assert_eq!(app.editor().delete(&path).await.status, 204);
    assert_eq!(app.editor().get("/saved-views?page=signals").await.ok()["total"], 0);
}
