use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn sources_have_unique_names_and_can_be_put_away() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let source = editor.create("/sources", json!({"kind": "inbox", "name": "Support inbox"})).await;
    let again = editor.post("/sources", json!({"kind": "inbox", "name": "Support inbox"})).await;
    assert_eq!(again.refused_fields(), ["name"]);
    let path = format!("/sources/{}", source["id"].as_str().unwrap());
    let renamed = editor.seen(1).patch(&path, json!({"name": "Help desk"})).await.ok();
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("Help desk"), &json!(2)));
    editor.seen(2).delete(&path).await.ok();
    assert_eq!(editor.get("/sources").await.ok()["total"], 0);
    assert_eq!(editor.get("/sources?archived=true").await.ok()["items"][0]["name"], "Help desk");
    let restore = format!("{path}/restore");
    app.viewer().seen(3).post(&restore, json!({})).await.refused(403);
    let back = editor.seen(3).post(&restore, json!({})).await.ok();
    assert_eq!(back["archived_at"], json!(null));
    assert_eq!(editor.get("/sources").await.ok()["total"], 1);
    app.stranger().get(&path).await.refused(404);
}

#[tokio::test]
async fn unknown_kinds_are_refused() {
    let app = TestApp::new().await;
    let answer = app.editor().post("/sources", json!({"kind": "rumour", "name": ""})).await;
    assert_eq!(answer.refused_fields(), ["kind", "name"]);
}
