use heedful_db::query::Sql;
use serde_json::json;

use crate::support::TestApp;

const SECOND: i64 = 1_000_000;

/// Changes a row behind the server's back, so that nothing counts the change.
async fn archive_unseen(app: &TestApp, archived: bool) {
    let mut tx = app.app.db.begin().await.unwrap();
    let mut sql = Sql::new("UPDATE signals SET archived_at = ");
    sql.push(if archived { "1" } else { "NULL" });
    sql.execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn total(app: &TestApp) -> i64 {
    app.viewer().get("/signals").await.ok()["total"].as_i64().unwrap()
}

#[tokio::test]
async fn an_answer_is_kept_until_something_changes_or_a_minute_passes() {
    let app = TestApp::new().await;
    let source = app.editor().create("/sources", json!({"kind": "inbox", "name": "Calls"})).await;
    app.editor().create("/signals", json!({"source_id": source["id"], "body": "Too slow"})).await;
    assert_eq!(total(&app).await, 1);
    archive_unseen(&app, true).await;
    assert_eq!(total(&app).await, 1, "nothing was counted as changed");
    app.advance(-SECOND);
    assert_eq!(total(&app).await, 1, "one who waited for the answer came before it was made");
    app.advance(SECOND);
    app.editor().create("/sources", json!({"kind": "inbox", "name": "Mail"})).await;
    assert_eq!(total(&app).await, 0, "any change makes every answer old");

    archive_unseen(&app, false).await;
    app.advance(59 * SECOND);
    assert_eq!(total(&app).await, 0);
    app.advance(SECOND);
    assert_eq!(total(&app).await, 1, "what looks at the clock is made anew after a minute");
}

#[tokio::test]
async fn each_workspace_and_each_question_has_an_answer_of_its_own() {
    let app = TestApp::new().await;
    let source = app.editor().create("/sources", json!({"kind": "inbox", "name": "Calls"})).await;
    app.editor().create("/signals", json!({"source_id": source["id"], "body": "Too slow"})).await;
    assert_eq!(total(&app).await, 1);
    assert_eq!(app.stranger().get("/signals").await.ok()["total"], 0);
    assert_eq!(app.viewer().get("/signals?archived=true").await.ok()["total"], 0);
    let home = app.viewer().get("/home").await.ok();
    assert_eq!(home["signals"]["n"], 1);
    assert_eq!(app.stranger().get("/home").await.ok()["signals"]["n"], 0);
}
