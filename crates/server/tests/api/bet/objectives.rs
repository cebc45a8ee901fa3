use serde_json::json;

use super::support::path;
use crate::support::{NOBODY, TestApp};

#[tokio::test]
async fn objectives_opportunities_and_hypotheses_make_a_tree() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let objective = editor.create("/objectives", json!({"title": "People stay", "quarter": "2026-Q1"})).await;
    let below = json!({"objective_id": objective["id"], "title": "Finding the way back is hard"});
    let opportunity = editor.create("/opportunities", below).await;
    let placed = json!({"title": "Reminders bring people back", "opportunity_id": opportunity["id"]});
    editor.create("/hypotheses", placed).await;
    editor.create("/hypotheses", json!({"title": "Add a dark mode"})).await;
    let tree = app.viewer().get("/objectives/tree").await.ok();
    let branch = &tree["objectives"][0];
    assert_eq!(branch["objective"]["title"], "People stay");
    let leaf = &branch["opportunities"][0]["hypotheses"][0];
    assert_eq!((&leaf["title"], &leaf["state"]), (&json!("Reminders bring people back"), &json!("draft")));
    assert_eq!(tree["unplaced"][0]["title"], "Add a dark mode");
    assert_eq!(tree["n_hypotheses"], 2);
    let other = app.stranger().get("/objectives/tree").await.ok();
    assert_eq!((other["n_hypotheses"].clone(), other["objectives"].clone()), (json!(0), json!([])));
}

#[tokio::test]
async fn changes_need_the_version_seen_and_can_be_taken_back() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let objective = editor.create("/objectives", json!({"title": "People stay"})).await;
    let path = path("objectives", &objective);
    let changed = editor.seen(1).patch(&path, json!({"target": 0.4, "quarter": "2026-Q2"})).await.ok();
    assert_eq!((&changed["target"], &changed["version"]), (&json!(0.4), &json!(2)));
    assert_eq!(editor.seen(1).patch(&path, json!({})).await.refused(409)["current"]["version"], 2);
    assert_eq!(editor.seen(2).patch(&path, json!({"quarter": "soon"})).await.refused_fields(), ["quarter"]);
    editor.seen(2).delete(&path).await.ok();
    assert_eq!(editor.get("/objectives").await.ok()["total"], 0);
    editor.seen(3).post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(editor.get("/objectives").await.ok()["total"], 1);
}

#[tokio::test]
async fn strangers_see_and_change_nothing() {
    let app = TestApp::new().await;
    let objective = app.editor().create("/objectives", json!({"title": "People stay"})).await;
    let below = json!({"objective_id": objective["id"], "title": "A need"});
    let opportunity = app.editor().create("/opportunities", below.clone()).await;
    for path in [path("objectives", &objective), path("opportunities", &opportunity)] {
        app.stranger().get(&path).await.refused(404);
        app.stranger().seen(1).patch(&path, json!({"title": "Mine"})).await.refused(404);
        app.stranger().seen(1).delete(&path).await.refused(404);
        app.viewer().seen(1).delete(&path).await.refused(403);
    }
    assert_eq!(app.stranger().post("/opportunities", below).await.refused_fields(), ["reference"]);
    let unknown = json!({"objective_id": objective["id"], "title": "A need", "theme_ids": [NOBODY]});
    assert_eq!(app.editor().post("/opportunities", unknown).await.refused_fields(), ["reference"]);
}
