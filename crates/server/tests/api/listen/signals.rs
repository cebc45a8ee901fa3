use serde_json::{Value, json};

use crate::support::{NOBODY, TestApp, add_signal};

#[tokio::test]
async fn a_signal_is_kept_as_said_with_all_its_context() {
    let app = TestApp::new().await;
    let source = app.editor().create("/sources", json!({"kind": "inbox", "name": "Inbox"})).await;
    let body = "Exporting takes <b>forever</b> 😤 =HYPERLINK(\"x\")";
    let signal = app
        .editor()
        .create(
            "/signals",
            json!({"source_id": source["id"], "body": body, "score": 3, "score_kind": "nps", "tags": ["export", " export "],
                   "context": {"browser": "Firefox"}, "occurred_at": "2026-02-28T10:00:00Z"}),
        )
        .await;
    let path = format!("/signals/{}", signal["id"].as_str().unwrap());
    let read = app.viewer().get(&path).await.ok();
    assert_eq!(read, signal);
    assert_eq!(read["body"], body);
    assert_eq!(read["tags"], json!(["export"]));
    assert_eq!(read["occurred_at"], "2026-02-28T10:00:00Z");
    assert_eq!(read["context"]["browser"], "Firefox");
}

#[tokio::test]
async fn the_same_external_id_is_taken_once() {
    let app = TestApp::new().await;
    let source = app.editor().create("/sources", json!({"kind": "api", "name": "API"})).await;
    let input = json!({"source_id": source["id"], "body": "Hello", "external_id": "42"});
    app.editor().create("/signals", input.clone()).await;
    assert_eq!(app.editor().post("/signals", input).await.refused_fields(), ["external_id"]);
}

#[tokio::test]
async fn the_second_of_two_editors_is_told_with_both_versions() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "Search finds nothing").await;
    let path = format!("/signals/{}", signal["id"].as_str().unwrap());
    let editor = app.editor();
    editor.seen(1).patch(&path, json!({"usage_context": "search"})).await.ok();
    let error = editor.seen(1).patch(&path, json!({"usage_context": "browsing"})).await.refused(409);
    assert_eq!(error["current"]["usage_context"], "search");
    assert_eq!(error["current"]["version"], 2);
    editor.patch(&path, json!({})).await.refused(400);
}

#[tokio::test]
async fn null_clears_and_absence_leaves() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "Prices are unclear").await;
    let path = format!("/signals/{}", signal["id"].as_str().unwrap());
    let step = json!({"kind": "no_action", "note": "One-off", "owner_id": null, "due_at": null});
    let changed =
        app.editor().seen(1).patch(&path, json!({"usage_context": "buying", "next_step": step})).await.ok();
    assert_eq!(changed["next_step"]["kind"], "no_action");
    let cleared = app.editor().seen(2).patch(&path, json!({"next_step": null})).await.ok();
    assert_eq!((&cleared["next_step"], &cleared["usage_context"]), (&Value::Null, &json!("buying")));
}

#[tokio::test]
async fn lists_page_through_everything_once_newest_first() {
    let app = TestApp::new().await;
    for n in 0..7 {
        add_signal(&app, &format!("Signal {n}")).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.viewer().get(&format!("/signals?limit=3{cursor}")).await.ok();
        assert_eq!(page["total"], 7);
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["body"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, (0..7).rev().map(|n| format!("Signal {n}")).collect::<Vec<_>>());
    assert_eq!(app.viewer().get("/signals?limit=0").await.refused_fields(), ["limit"]);
    assert_eq!(app.viewer().get("/signals?cursor=nonsense").await.refused_fields(), ["cursor"]);
}

#[tokio::test]
async fn archiving_hides_and_restoring_brings_back() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "Spam").await;
    let path = format!("/signals/{}", signal["id"].as_str().unwrap());
    app.editor().seen(1).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/signals").await.ok()["total"], 0);
    assert_eq!(app.viewer().get("/signals?archived=true").await.ok()["total"], 1);
    app.editor().seen(2).post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(app.viewer().get("/signals").await.ok()["total"], 1);
}

#[tokio::test]
async fn bulk_changes_are_all_or_nothing_and_facets_count_them() {
    let app = TestApp::new().await;
    let first = add_signal(&app, "One").await;
    let second = add_signal(&app, "Two").await;
    let refused = json!({"ids": [first["id"], NOBODY], "add_tags": ["billing"]});
    app.editor().post("/signals/bulk", refused).await.refused(404);
    assert_eq!(app.viewer().get("/signals?tag=billing").await.ok()["total"], 0);
    let change = json!({"ids": [first["id"], second["id"]], "add_tags": ["billing"],
                        "patch": {"next_step": {"kind": "theme"}}});
    app.editor().post("/signals/bulk", change).await.ok();
    let facets = app.viewer().get("/signals/facets?next_step=theme").await.ok();
    assert_eq!(facets["tag"], json!([{"value": "billing", "n": 2}]));
    assert_eq!(facets["next_step"], json!([{"value": "theme", "n": 2}]));
    assert_eq!(app.viewer().get("/signals?next_step=missing").await.ok()["total"], 0);
}

#[tokio::test]
async fn strangers_and_viewers_are_refused() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "Private words").await;
    let path = format!("/signals/{}", signal["id"].as_str().unwrap());
    app.stranger().get(&path).await.refused(404);
    app.stranger().seen(1).patch(&path, json!({"body": "Mine"})).await.refused(404);
    app.stranger().seen(1).delete(&path).await.refused(404);
    assert_eq!(app.stranger().get("/signals").await.ok()["total"], 0);
    let foreign = json!({"source_id": signal["source_id"], "body": "Into another workspace"});
    assert_eq!(app.stranger().post("/signals", foreign).await.refused_fields(), ["reference"]);
    app.viewer().seen(1).patch(&path, json!({})).await.refused(403);
    app.anonymous().get(&path).await.refused(401);
}

#[tokio::test]
async fn broken_input_names_the_field() {
    let app = TestApp::new().await;
    let editor = app.editor();
    assert_eq!(
        editor.post("/signals", json!({"source_id": 5, "body": "x"})).await.refused_fields(),
        ["source_id"]
    );
    assert_eq!(editor.post("/signals", json!({"source_id": "x"})).await.refused_fields(), ["body"]);
    let broken = Some(("application/json", b"{\"body\":".to_vec()));
    editor.send_raw(axum::http::Method::POST, "/api/v1/signals", broken).await.refused(400);
    let huge = json!({"source_id": "x", "body": "x".repeat(3 << 20)});
    editor.post("/signals", huge).await.refused(413);
}
