use heedful_server::platform::auth::Role;
use serde_json::json;

use super::{add_theme, id};
use crate::support::{NOBODY, TestApp, add_signal};

#[tokio::test]
async fn an_insight_owes_three_tags_and_is_counted_until_it_has_them() {
    let app = TestApp::new().await;
    let (theme, _) = add_theme(&app, "Exports", &[]).await;
    let made = app
        .editor()
        .create("/insights", json!({"statement": "Exports block month-end", "theme_id": theme["id"]}))
        .await;
    assert_eq!(made["owed"], json!(["segment", "context", "next_step"]));
    let facets = app.viewer().get("/insights/facets").await.ok();
    assert_eq!(facets["n_tags_missing"], 1);
    assert_eq!(facets["theme"], json!([{"value": theme["id"], "n": 1}]));
    let owner = app.user_id(Role::Editor).await;
    let step =
        json!({"kind": "hypothesis", "note": null, "owner_id": owner, "due_at": "2026-04-01T00:00:00Z"});
    let path = format!("/insights/{}", id(&made));
    let tagged = app
        .editor()
        .seen(1)
        .patch(&path, json!({"usage_context": "closing the books", "next_step": step}))
        .await
        .ok();
    assert_eq!((&tagged["owed"], &tagged["next_step"]), (&json!(["segment"]), &step));
    assert_eq!(app.viewer().get("/insights?tags=missing").await.ok()["total"], 1);
    assert_eq!(app.viewer().get("/insights?next_step=hypothesis").await.ok()["total"], 1);
    assert_eq!(app.viewer().get(&format!("/insights?owner_id={owner}")).await.ok()["total"], 1);
    assert_eq!(app.viewer().get("/insights?tags=all").await.refused_fields(), ["tags"]);
}

#[tokio::test]
async fn evidence_is_added_once_and_can_be_taken_out() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "Export took an hour").await;
    let span = json!({"signal_id": signal["id"], "start_char": 0, "end_char": 6, "quote": "Export"});
    let highlight = app.editor().create("/highlights", span).await;
    let insight =
        app.editor().create("/insights", json!({"statement": "Slow", "signal_ids": [signal["id"]]})).await;
    assert_eq!(insight["n_evidence"], 1);
    let path = format!("/insights/{}/evidence", id(&insight));
    let more = json!({"signal_ids": [signal["id"]], "highlight_ids": [highlight["id"]]});
    assert_eq!(app.editor().post(&path, more.clone()).await.ok()["n_added"], 1);
    assert_eq!(app.editor().post(&path, more).await.ok()["n_added"], 0);
    let evidence = app.viewer().get(&path).await.ok();
    assert_eq!(evidence["items"][1]["quote"], "Export");
    assert_eq!(evidence["items"][1]["signal_id"], signal["id"]);
    assert_eq!(app.viewer().get(&format!("/insights?signal_id={}", id(&signal))).await.ok()["total"], 1);
    let first = evidence["items"][0]["id"].as_str().unwrap();
    app.editor().delete(&format!("{path}/{first}")).await.ok();
    assert_eq!(app.viewer().get(&path).await.ok()["total"], 1);
    let unknown = json!({"highlight_ids": [NOBODY]});
    assert_eq!(app.editor().post(&path, unknown).await.refused_fields(), ["highlight_ids"]);
    assert_eq!(app.editor().post(&path, json!({})).await.refused_fields(), ["signal_ids"]);
}

#[tokio::test]
async fn bad_input_stale_edits_and_strangers_are_refused() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let bad = json!({"statement": "", "next_step": {"kind": "no_action"}});
    assert_eq!(editor.post("/insights", bad).await.refused_fields(), ["next_step.note", "statement"]);
    let unknown = json!({"statement": "x", "signal_ids": [NOBODY]});
    assert_eq!(editor.post("/insights", unknown).await.refused_fields(), ["signal_ids"]);
    assert_eq!(app.viewer().get("/insights").await.ok()["total"], 0);
    let made = editor.create("/insights", json!({"statement": "Slow"})).await;
    let path = format!("/insights/{}", id(&made));
    editor.seen(1).patch(&path, json!({"detail": "First"})).await.ok();
    assert_eq!(
        editor.seen(1).patch(&path, json!({"detail": "Second"})).await.refused(409)["current"]["detail"],
        "First"
    );
    editor.seen(2).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/insights?archived=true").await.ok()["total"], 1);
    editor.seen(3).post(&format!("{path}/restore"), json!({})).await.ok();
    app.stranger().get(&path).await.refused(404);
    app.stranger().get(&format!("{path}/evidence")).await.refused(404);
    app.stranger().post(&format!("{path}/evidence"), json!({"signal_ids": [NOBODY]})).await.refused(404);
    app.viewer().post("/insights", json!({"statement": "Mine"})).await.refused(403);
}
