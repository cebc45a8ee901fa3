use serde_json::json;

use super::id;
use crate::support::{NOBODY, TestApp};

#[tokio::test]
async fn a_codebook_is_a_tree_without_circles() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let top = editor
        .create("/codes", json!({"name": "Trust", "definition": "Doubts about us", "color": "blue"}))
        .await;
    let below = editor
        .create("/codes", json!({"name": "Data loss", "parent_id": top["id"], "include_rule": "Lost work"}))
        .await;
    let path = format!("/codes/{}", id(&top));
    let circle = json!({"parent_id": below["id"]});
    assert_eq!(editor.seen(1).patch(&path, circle).await.refused_fields(), ["parent_id"]);
    assert_eq!(
        editor.post("/codes", json!({"name": "X", "parent_id": NOBODY})).await.refused_fields(),
        ["parent_id"]
    );
    editor.seen(1).delete(&path).await.refused(409);
    let moved =
        editor.seen(1).patch(&format!("/codes/{}", id(&below)), json!({"parent_id": null})).await.ok();
    assert!(moved["parent_id"].is_null());
    editor.seen(1).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/codes").await.ok()["total"], 1);
    assert_eq!(app.viewer().get("/codes?archived=true").await.ok()["items"][0]["name"], "Trust");
    editor.seen(2).post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(app.viewer().get("/codes").await.ok()["total"], 2);
}

#[tokio::test]
async fn what_is_not_acceptable_is_refused_by_field() {
    let app = TestApp::new().await;
    let editor = app.editor();
    editor.create("/codes", json!({"name": "Price"})).await;
    assert_eq!(editor.post("/codes", json!({"name": "Price"})).await.refused_fields(), ["name"]);
    let bad = json!({"name": " ", "color": "puce", "definition": "x".repeat(2_001)});
    assert_eq!(editor.post("/codes", bad).await.refused_fields(), ["color", "definition", "name"]);
}

#[tokio::test]
async fn the_second_editor_is_told_and_strangers_see_nothing() {
    let app = TestApp::new().await;
    let code = app.editor().create("/codes", json!({"name": "Price"})).await;
    let path = format!("/codes/{}", id(&code));
    app.editor().seen(1).patch(&path, json!({"definition": "First"})).await.ok();
    let error = app.editor().seen(1).patch(&path, json!({"definition": "Second"})).await.refused(409);
    assert_eq!(error["current"]["definition"], "First");
    app.stranger().get(&path).await.refused(404);
    app.stranger().seen(2).delete(&path).await.refused(404);
    assert_eq!(app.stranger().get("/codes").await.ok()["total"], 0);
    app.viewer().post("/codes", json!({"name": "Mine"})).await.refused(403);
}
