use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use super::id;
use crate::support::{NOBODY, TestApp, add_signal};

/// "😤 " takes two code points, so "Export" is 2 to 8.
const BODY: &str = "😤 Export to Zürich fails";

async fn code(app: &TestApp, name: &str) -> Value {
    app.editor().create("/codes", json!({"name": name})).await
}

#[tokio::test]
async fn spans_are_counted_in_code_points_and_must_match_the_words() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, BODY).await;
    let (export, slow) = (code(&app, "Export").await, code(&app, "Slow").await);
    let input = |start: i64, end: i64, quote: &str| {
        json!({"signal_id": signal["id"], "start_char": start, "end_char": end, "quote": quote,
               "code_ids": [export["id"], slow["id"]], "note": "Loud"})
    };
    let made = app.editor().create("/highlights", input(2, 8, "Export")).await;
    assert_eq!(made["coder_id"], app.user_id(Role::Editor).await);
    assert_eq!(made["code_ids"].as_array().unwrap().len(), 2);
    let refused = async |start, end, quote: &str| {
        app.editor().post("/highlights", input(start, end, quote)).await.refused_fields()
    };
    assert_eq!(refused(3, 9, "Export").await, ["quote"]);
    assert_eq!(refused(2, 900, BODY).await, ["quote"]);
    assert_eq!(refused(8, 8, "x").await, ["end_char"]);
    assert_eq!(refused(-1, 3, "x").await, ["start_char"]);
    let list = app.viewer().get(&format!("/highlights?signal_id={}", id(&signal))).await.ok();
    assert_eq!(list["items"], json!([made]));
    assert_eq!(app.viewer().get(&format!("/highlights?code_id={}", id(&slow))).await.ok()["total"], 1);
    assert_eq!(app.viewer().get("/codes").await.ok()["items"][0]["n_highlights"], 1);
}

#[tokio::test]
async fn what_it_names_must_exist_here() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, BODY).await;
    let refused = async |input: Value| app.editor().post("/highlights", input).await.refused_fields();
    let span = |more: Value| {
        let mut input = json!({"start_char": 2, "end_char": 8, "quote": "Export"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    assert_eq!(refused(span(json!({"signal_id": NOBODY}))).await, ["signal_id"]);
    assert_eq!(refused(span(json!({"signal_id": signal["id"], "code_ids": [NOBODY]}))).await, ["code_ids"]);
    assert_eq!(refused(span(json!({}))).await, ["signal_id"]);
    assert_eq!(refused(span(json!({"interview_id": NOBODY}))).await, ["passage_position"]);
    assert_eq!(
        refused(span(json!({"interview_id": NOBODY, "passage_position": 0}))).await,
        ["passage_position"]
    );
    assert_eq!(
        app.stranger().post("/highlights", span(json!({"signal_id": signal["id"]}))).await.refused_fields(),
        ["signal_id"]
    );
}

#[tokio::test]
async fn codes_change_a_deleted_highlight_can_be_made_again_and_evidence_is_kept() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, BODY).await;
    let export = code(&app, "Export").await;
    let input = json!({"signal_id": signal["id"], "start_char": 2, "end_char": 8, "quote": "Export"});
    let made = app.editor().create("/highlights", input).await;
    let path = format!("/highlights/{}", id(&made));
    let coded = app.editor().seen(1).patch(&path, json!({"code_ids": [export["id"]]})).await.ok();
    assert_eq!((&coded["code_ids"], &coded["version"]), (&json!([export["id"]]), &json!(2)));
    app.editor().seen(1).patch(&path, json!({"note": "Late"})).await.refused(409);
    app.stranger().get(&path).await.refused(404);
    app.stranger().delete(&path).await.refused(404);
    let deleted = app.editor().delete(&path).await.ok();
    app.viewer().get(&path).await.refused(404);
    let again = app.editor().create("/highlights", deleted).await;
    let insight = json!({"statement": "Exports matter", "highlight_ids": [again["id"]]});
    app.editor().create("/insights", insight).await;
    app.editor().delete(&format!("/highlights/{}", id(&again))).await.refused(409);
}
