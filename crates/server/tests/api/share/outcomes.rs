use serde_json::{Value, json};

use super::{case, local, path, visit};
use crate::support::NOBODY;

#[tokio::test]
async fn an_outcome_is_drafted_from_its_decision_and_goes_out_when_it_says_enough() {
    let case = case().await;
    let editor = case.app.editor();
    let draft = editor.create("/outcomes", json!({"decision_id": case.decision})).await;
    assert_eq!(
        (
            &draft["title"],
            &draft["tried"],
            &draft["learned"],
            &draft["audience"],
            &draft["state"],
            &draft["url"]
        ),
        (
            &json!("Stream the export"),
            &json!("Streaming ends the waiting"),
            &json!("Waiting fell to a second"),
            &json!("team"),
            &json!("draft"),
            &Value::Null
        )
    );
    let path = path(&draft);
    let blank = editor.seen(1).patch(&path, json!({"learned": " "})).await.ok();
    assert_eq!(blank["learned"], " ");
    assert_eq!(
        editor.seen(2).post(&format!("{path}/publish"), json!({})).await.refused_fields(),
        ["learned"]
    );
    editor.seen(2).patch(&path, json!({"learned": "It works"})).await.ok();
    let shown = editor.seen(3).post(&format!("{path}/publish"), json!({})).await.ok();
    assert_eq!(
        (&shown["state"], &shown["published_at"]),
        (&json!("published"), &json!("2026-03-02T09:00:00Z"))
    );
    assert_eq!(shown["url"], Value::Null, "the team reads it here");
    assert_eq!(editor.seen(4).patch(&path, json!({"learned": ""})).await.refused_fields(), ["learned"]);
    case.app.advance(1_000_000);
    let hidden = editor.seen(4).post(&format!("{path}/unpublish"), json!({})).await.ok();
    assert_eq!(hidden["state"], "draft");
    let again = editor.seen(5).post(&format!("{path}/publish"), json!({})).await.ok();
    assert_eq!(again["published_at"], shown["published_at"], "the first time counts");
}

#[tokio::test]
async fn input_is_checked_by_field() {
    let case = case().await;
    let editor = case.app.editor();
    let bad =
        json!({"decision_id": case.decision, "title": " ", "audience": "world", "did": "x".repeat(10_001)});
    assert_eq!(editor.post("/outcomes", bad).await.refused_fields(), ["audience", "did", "title"]);
    let lost = json!({"decision_id": NOBODY});
    assert_eq!(editor.post("/outcomes", lost).await.refused_fields(), ["decision_id"]);
    let many: Vec<&str> = std::iter::repeat_n(NOBODY, 31).collect();
    let many = json!({"decision_id": case.decision, "quotes": many});
    assert_eq!(editor.post("/outcomes", many).await.refused_fields(), ["quotes"]);
    let lost = json!({"decision_id": case.decision, "quotes": [NOBODY]});
    assert_eq!(editor.post("/outcomes", lost).await.refused_fields(), ["quotes"]);
    assert_eq!(editor.get("/outcomes?state=lost&audience=all").await.refused_fields(), ["audience", "state"]);
}

#[tokio::test]
async fn nobody_overwrites_unseen_work_and_roles_and_workspaces_hold() {
    let case = case().await;
    let (app, editor) = (&case.app, case.app.editor());
    let draft = case.draft(json!({})).await;
    let path = path(&draft);
    editor.seen(1).patch(&path, json!({"title": "Faster"})).await.ok();
    for act in ["", "/publish", "/unpublish", "/restore"] {
        let answer = match act {
            "" => editor.seen(1).patch(&path, json!({"title": "Mine"})).await,
            act => editor.seen(1).post(&format!("{path}{act}"), json!({})).await,
        };
        assert_eq!(answer.refused(409)["current"]["title"], "Faster", "{act}");
    }
    app.viewer().seen(2).patch(&path, json!({"title": "Mine"})).await.refused(403);
    app.viewer().seen(2).post(&format!("{path}/publish"), json!({})).await.refused(403);
    app.viewer().post("/outcomes", json!({"decision_id": case.decision})).await.refused(403);
    app.viewer().post(&format!("{path}/notices"), json!({})).await.refused(403);
    let stranger = app.stranger();
    stranger.get(&path).await.refused(404);
    stranger.get(&format!("{path}/quotes")).await.refused(404);
    stranger.get(&format!("{path}/notices")).await.refused(404);
    stranger.post(&format!("{path}/notices"), json!({})).await.refused(404);
    stranger.seen(2).patch(&path, json!({})).await.refused(404);
    assert_eq!(
        stranger.post("/outcomes", json!({"decision_id": case.decision})).await.refused_fields(),
        ["decision_id"]
    );
    assert_eq!(stranger.get("/outcomes").await.ok()["total"], 0);
    editor.seen(2).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/outcomes").await.ok()["total"], 0);
    assert_eq!(app.viewer().get("/outcomes?archived=true").await.ok()["total"], 1);
    editor.seen(3).post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(app.viewer().get("/outcomes?state=draft&audience=team").await.ok()["total"], 1);
}

#[tokio::test]
async fn quotes_go_as_far_as_their_speakers_let_them_and_no_further() {
    let case = case().await;
    let (editor, app) = (case.app.editor(), &case.app);
    let (_, quiet) = case.says(json!({"name": "Quiet"}), "For the team only", "team").await;
    let (_, linked) = case.says(json!({"name": "Linked"}), "For the invited", "link").await;
    let (_, open) = case.says(json!({"name": "Open"}), "For everyone", "public").await;
    let quotes = json!({"quotes": [quiet, linked, open], "audience": "public"});
    let outcome = case.published(quotes).await;
    let (path, url) = (path(&outcome), local(&outcome["url"]));
    let listed = app.viewer().get(&format!("{path}/quotes")).await.ok();
    let shown: Vec<(&Value, &Value)> =
        listed["items"].as_array().unwrap().iter().map(|quote| (&quote["body"], &quote["shown"])).collect();
    assert_eq!(shown.len(), 3);
    assert!(
        shown.contains(&(&json!("For everyone"), &json!(true)))
            && shown.contains(&(&json!("For the invited"), &json!(false)))
    );
    let page = visit(app, &url).await.text();
    assert!(
        page.contains("For everyone")
            && !page.contains("For the invited")
            && !page.contains("For the team only")
    );
    editor.seen(2).patch(&path, json!({"audience": "link"})).await.ok();
    let page = visit(app, &url).await.text();
    assert!(
        page.contains("For everyone")
            && page.contains("For the invited")
            && !page.contains("For the team only")
    );
    editor.seen(1).patch(&format!("/signals/{open}"), json!({"may_show": "team"})).await.ok();
    assert!(!visit(app, &url).await.text().contains("For everyone"), "consent was withdrawn");
    editor.seen(1).delete(&format!("/signals/{linked}")).await.ok();
    assert!(!visit(app, &url).await.text().contains("For the invited"), "the signal was put away");
}

#[tokio::test]
async fn an_erased_person_is_gone_from_the_page_and_in_nobodys_way() {
    let case = case().await;
    let app = &case.app;
    let (ada, words) = case.says(json!({"name": "Ada"}), "My very own words", "public").await;
    let outcome = case.published(json!({"quotes": [words], "audience": "public"})).await;
    assert!(visit(app, &local(&outcome["url"])).await.text().contains("My very own words"));
    app.admin().seen(1).post(&format!("/people/{ada}/erase"), json!({"confirm": true})).await.ok();
    assert!(!visit(app, &local(&outcome["url"])).await.text().contains("My very own words"));
    let kept = json!({"title": "Still ours", "quotes": [words]});
    app.editor().seen(2).patch(&path(&outcome), kept).await.ok();
    assert_eq!(app.viewer().get(&format!("{}/quotes", path(&outcome))).await.ok()["total"], 0);
}
