use axum::http::Method;
use heedful_db::query::Sql;
use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

async fn add(app: &TestApp) -> Value {
    app.editor().create("/interviews", json!({"title": "Ada, on exporting", "may_show": "link"})).await
}

fn path_of(interview: &Value) -> String {
    format!("/interviews/{}", interview["id"].as_str().unwrap())
}

async fn put(app: &TestApp, interview: &Value, version: i64, query: &str, bytes: &[u8]) -> Answer {
    let path = format!("/api/v1{}/transcript{query}", path_of(interview));
    let body = Some(("application/octet-stream", bytes.to_vec()));
    app.editor().seen(version).send_raw(Method::PUT, &path, body).await
}

#[tokio::test]
async fn an_interview_is_kept_with_what_was_agreed() {
    let app = TestApp::new().await;
    let interview = add(&app).await;
    assert_eq!(
        (&interview["may_show"], &interview["held_at"]),
        (&json!("link"), &json!("2026-03-02T09:00:00Z"))
    );
    let path = path_of(&interview);
    let changed =
        app.editor().seen(1).patch(&path, json!({"notes": "Calm", "may_show": "public"})).await.ok();
    assert_eq!((&changed["notes"], &changed["version"]), (&json!("Calm"), &json!(2)));
    let stale = app.editor().seen(1).patch(&path, json!({"notes": "Mine"})).await.refused(409);
    assert_eq!(stale["current"]["notes"], "Calm");
    let second =
        app.editor().create("/interviews", json!({"title": "Bob", "held_at": "2026-01-01T00:00:00Z"})).await;
    assert_eq!(second["source_id"], interview["source_id"]);
    let list = app.viewer().get("/interviews?limit=1").await.ok();
    assert_eq!((&list["total"], &list["items"][0]["title"]), (&json!(2), &json!("Ada, on exporting")));
    let next = format!("/interviews?limit=1&cursor={}", list["next"].as_str().unwrap());
    assert_eq!(app.viewer().get(&next).await.ok()["items"][0]["title"], "Bob");
    assert_eq!(app.viewer().get("/interviews?title=EXPORT").await.ok()["total"], 1);
    assert_eq!(app.viewer().get("/interviews?title=%25").await.ok()["total"], 0);
    app.editor().seen(2).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/interviews").await.ok()["total"], 1);
    app.editor().seen(3).post(&format!("{path}/restore"), json!({})).await.ok();
}

#[tokio::test]
async fn a_transcript_is_read_passage_by_passage() {
    let app = TestApp::new().await;
    let interview = add(&app).await;
    let text = "interviewer: How was it?\n\ninterviewee: Grüße.\n\ninterviewee: Slow.\n\ninterviewer: Oh.";
    let after = put(&app, &interview, 1, "", text.as_bytes()).await.ok();
    assert_eq!((&after["transcript_format"], &after["n_passages"]), (&json!("txt"), &json!(3)));
    let path = format!("{}/passages", path_of(&interview));
    let page = app.viewer().get(&format!("{path}?limit=2")).await.ok();
    assert_eq!(page["items"][1]["body"], "Grüße.\n\nSlow.");
    let next =
        app.viewer().get(&format!("{path}?limit=2&cursor={}", page["next"].as_str().unwrap())).await.ok();
    assert_eq!((&next["items"][0]["position"], &next["next"]), (&json!(2), &Value::Null));
    let vtt = "WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ada>Hello</v>";
    let after = put(&app, &interview, 2, "", vtt.as_bytes()).await.ok();
    assert_eq!((&after["transcript_format"], &after["length_ms"]), (&json!("vtt"), &json!(2_500)));
}

#[tokio::test]
async fn a_bad_file_changes_nothing() {
    let app = TestApp::new().await;
    let interview = add(&app).await;
    put(&app, &interview, 1, "", b"Ann: Hi\n\nBob: Ho").await.ok();
    for bytes in [&b""[..], b"\0\x01\x02\x03\0\0", b"WEBVTT\n"] {
        assert_eq!(put(&app, &interview, 2, "", bytes).await.refused_fields(), ["transcript"]);
    }
    put(&app, &interview, 2, "", &vec![b'a'; (5 << 20) + 1]).await.refused(413);
    put(&app, &interview, 1, "", b"Ann: Old").await.refused(409);
    assert_eq!(app.viewer().get(&path_of(&interview)).await.ok()["n_passages"], 2);
}

#[tokio::test]
async fn highlights_protect_a_transcript() {
    let app = TestApp::new().await;
    let interview = add(&app).await;
    put(&app, &interview, 1, "", b"Ann: Hi\n\nBob: Ho").await.ok();
    let coder = app.user_id(Role::Editor).await;
    let mut tx = app.app.db.begin().await.unwrap();
    let mut sql = Sql::new(
        "INSERT INTO highlights (workspace_id, id, created_at, interview_id, passage_position, start_char, end_char, \
         quote, coder_id) VALUES (",
    );
    sql.bind(app.ws.as_str()).push(", 'h', 0, ").bind(interview["id"].as_str().unwrap());
    sql.push(", 0, 0, 2, 'Hi', ").bind(coder.as_str()).push(")");
    sql.execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    let refused = put(&app, &interview, 2, "", b"Ann: New").await.refused(409);
    assert!(refused["message"].as_str().unwrap().contains("1 highlights"), "{refused}");
    let after = put(&app, &interview, 2, "?replace=true", b"Ann: New").await.ok();
    assert_eq!((&after["n_highlights"], &after["n_passages"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn broken_input_names_the_field_and_strangers_see_nothing() {
    let app = TestApp::new().await;
    let bad = json!({"title": "", "may_show": "everybody"});
    assert_eq!(app.editor().post("/interviews", bad).await.refused_fields(), ["may_show", "title"]);
    let nobody = json!({"title": "X", "person_id": crate::support::NOBODY});
    assert_eq!(app.editor().post("/interviews", nobody).await.refused_fields(), ["reference"]);
    let interview = add(&app).await;
    let path = path_of(&interview);
    app.stranger().get(&path).await.refused(404);
    app.stranger().get(&format!("{path}/passages")).await.refused(404);
    app.stranger().seen(1).patch(&path, json!({"title": "Mine"})).await.refused(404);
    app.viewer().seen(1).delete(&path).await.refused(403);
    let own = app.stranger().create("/interviews", json!({"title": "Theirs"})).await;
    assert_ne!(own["source_id"], interview["source_id"]);
}
