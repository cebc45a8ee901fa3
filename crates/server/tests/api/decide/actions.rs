use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use crate::support::{NOBODY, TestApp};
use crate::support_rows::hypothesis;

async fn action(app: &TestApp, title: &str, due: &str) -> Value {
    let owner = app.user_id(Role::Editor).await;
    app.editor().create("/actions", json!({"title": title, "owner_id": owner, "due_at": due})).await
}

fn path(action: &Value) -> String {
    format!("/actions/{}", action["id"].as_str().unwrap())
}

#[tokio::test]
async fn actions_come_in_the_order_they_are_due_and_overdue_ones_say_so() {
    let app = TestApp::new().await;
    action(&app, "Later", "2026-03-20T00:00:00Z").await;
    action(&app, "Late", "2026-02-20T00:00:00Z").await;
    action(&app, "Soon", "2026-03-03T00:00:00Z").await;
    let first = app.viewer().get("/actions?limit=2").await.ok();
    let next = first["next"].as_str().unwrap();
    let second = app.viewer().get(&format!("/actions?limit=2&cursor={next}")).await.ok();
    let titles: Vec<_> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| item["title"].clone())
        .collect();
    assert_eq!(titles, ["Late", "Soon", "Later"]);
    assert_eq!(first["items"][0]["overdue"], true);
    assert_eq!(app.viewer().get("/actions?state=overdue").await.ok()["total"], 1);
}

#[tokio::test]
async fn done_is_done_until_it_is_undone() {
    let app = TestApp::new().await;
    let late = action(&app, "Late", "2026-02-20T00:00:00Z").await;
    let done = app.editor().seen(1).post(&format!("{}/done", path(&late)), json!({})).await.ok();
    assert_eq!((&done["done_at"], &done["overdue"]), (&json!("2026-03-02T09:00:00Z"), &json!(false)));
    assert_eq!(app.viewer().get("/actions?state=overdue").await.ok()["total"], 0);
    assert_eq!(app.viewer().get("/actions?state=done").await.ok()["total"], 1);
    app.editor().seen(1).post(&format!("{}/undone", path(&late)), json!({})).await.refused(409);
    app.editor().seen(2).post(&format!("{}/undone", path(&late)), json!({})).await.ok();
    assert_eq!(app.viewer().get("/actions?state=open").await.ok()["total"], 1);
}

#[tokio::test]
async fn actions_are_tied_to_what_exists() {
    let app = TestApp::new().await;
    let owner = app.user_id(Role::Editor).await;
    let hypothesis = hypothesis(&app, "A wizard doubles activation").await;
    let tied = json!({"title": "Ask five people", "owner_id": owner, "due_at": "2026-03-09T00:00:00Z", "hypothesis_id": hypothesis});
    let action = app.editor().create("/actions", tied).await;
    assert_eq!(action["about"][0]["title"], "A wizard doubles activation");
    assert_eq!(app.viewer().get(&format!("/actions?hypothesis_id={hypothesis}")).await.ok()["total"], 1);
    let nowhere = json!({"title": " ", "owner_id": owner, "due_at": "2026-03-09T00:00:00Z"});
    assert_eq!(app.editor().post("/actions", nowhere).await.refused_fields(), ["title"]);
    let nothing =
        json!({"title": "x", "owner_id": owner, "due_at": "2026-03-09T00:00:00Z", "decision_id": NOBODY});
    assert_eq!(app.editor().post("/actions", nothing).await.refused_fields(), ["decision_id"]);
    let nobody = json!({"title": "x", "owner_id": NOBODY, "due_at": "2026-03-09T00:00:00Z"});
    assert_eq!(app.editor().post("/actions", nobody).await.refused_fields(), ["owner_id"]);
    let when = json!({"title": "x", "owner_id": owner, "due_at": "tomorrow"});
    assert_eq!(app.editor().post("/actions", when).await.refused_fields(), ["due_at"]);
}

#[tokio::test]
async fn strangers_and_viewers_are_refused() {
    let app = TestApp::new().await;
    let action = action(&app, "Secret", "2026-03-20T00:00:00Z").await;
    app.stranger().get(&path(&action)).await.refused(404);
    app.stranger().seen(1).post(&format!("{}/done", path(&action)), json!({})).await.refused(404);
    app.viewer().seen(1).post(&format!("{}/done", path(&action)), json!({})).await.refused(403);
    assert_eq!(app.stranger().get("/actions").await.ok()["total"], 0);
    app.editor().seen(1).patch(&path(&action), json!({"due_at": "2026-03-01T00:00:00Z"})).await.ok();
    app.editor().seen(2).delete(&path(&action)).await.ok();
    app.editor().seen(3).post(&format!("{}/restore", path(&action)), json!({})).await.ok();
}
