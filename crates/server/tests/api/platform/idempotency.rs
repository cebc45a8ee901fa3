use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_retry_gets_the_first_answer_and_no_second_effect() {
    let app = TestApp::new().await;
    let editor = app.editor().with("idempotency-key", "k1");
    let input = json!({"kind": "inbox", "name": "Inbox"});
    let first = editor.post("/sources", input.clone()).await;
    let second = editor.post("/sources", input).await;
    assert_eq!((first.status, first.json()), (second.status, second.json()));
    assert_eq!(second.headers["idempotency-replayed"], "true");
    assert_eq!(app.viewer().get("/sources").await.ok()["total"], 1);
}

#[tokio::test]
async fn a_key_belongs_to_one_request_and_one_caller() {
    let app = TestApp::new().await;
    let editor = app.editor().with("idempotency-key", "k1");
    editor.post("/sources", json!({"kind": "inbox", "name": "One"})).await.ok();
    let other = editor.post("/sources", json!({"kind": "inbox", "name": "Two"})).await;
    assert_eq!(other.refused_fields(), ["Idempotency-Key"]);
    let stranger = app.stranger().with("idempotency-key", "k1");
    stranger.post("/sources", json!({"kind": "inbox", "name": "One"})).await.ok();
}

#[tokio::test]
async fn a_refused_request_may_be_corrected_under_the_same_key() {
    let app = TestApp::new().await;
    let editor = app.editor().with("idempotency-key", "k1");
    editor.post("/sources", json!({"kind": "inbox", "name": ""})).await.refused(422);
    editor.post("/sources", json!({"kind": "inbox", "name": "Inbox"})).await.ok();
}
