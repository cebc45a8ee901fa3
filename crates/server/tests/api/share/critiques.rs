use serde_json::{Value, json};

use super::notices::{message, outbox};
use super::{Case, case, local, path, send_form, visit};

/// A published outcome somebody objected to: its address, and the path of the critique.
async fn objected(case: &Case) -> (String, String) {
    let url = local(&case.published(json!({"audience": "public"})).await["url"]);
    let fields =
        [("kind", "method"), ("body", "One week is short"), ("name", "Ada"), ("email", "ada@example.com")];
    send_form(&case.app, &url, &fields).await;
    let id = case.app.viewer().get("/critiques").await.ok()["items"][0]["id"].as_str().unwrap().to_owned();
    (url, format!("/critiques/{id}"))
}

#[tokio::test]
async fn a_moderator_shows_or_hides_and_answers() {
    let case = case().await;
    let (app, editor) = (&case.app, case.app.editor());
    let (url, critique) = objected(&case).await;
    editor.seen(1).patch(&critique, json!({"state": "published"})).await.ok();
    let page = visit(app, &url).await.text();
    assert!(
        page.contains("One week is short") && page.contains("Ada") && !page.contains("ada@example.com"),
        "{page}"
    );
    editor.seen(2).patch(&critique, json!({"state": "hidden"})).await.ok();
    assert!(!visit(app, &url).await.text().contains("One week is short"));
    assert_eq!(app.viewer().get("/critiques?unanswered=true").await.ok()["total"], 0);
    editor.seen(3).patch(&critique, json!({"state": "published"})).await.ok();
    assert_eq!(app.viewer().get("/critiques?unanswered=true").await.ok()["total"], 1);
    let answer = json!({"kind": "answered", "answer": "It was <b>two</b> weeks"});
    let answered = editor.seen(4).post(&format!("{critique}/answer"), answer).await.ok();
    assert_eq!(
        (&answered["answer_kind"], &answered["answered_at"]),
        (&json!("answered"), &json!("2026-03-02T09:00:00Z"))
    );
    assert!(visit(app, &url).await.text().contains("It was &#60;b&#62;two&#60;/b&#62; weeks"));
}

#[tokio::test]
async fn critiques_are_checked_and_guarded() {
    let case = case().await;
    let (app, editor) = (&case.app, case.app.editor());
    let (_, critique) = objected(&case).await;
    let answer = format!("{critique}/answer");
    assert_eq!(
        editor.seen(1).patch(&critique, json!({"state": "pending"})).await.refused_fields(),
        ["state"]
    );
    let bad = json!({"kind": "ignored", "answer": " ", "reopen_decision": true});
    assert_eq!(
        editor.seen(1).post(&answer, bad).await.refused_fields(),
        ["answer", "kind", "reopen_decision"]
    );
    assert_eq!(editor.get("/critiques?state=lost").await.refused_fields(), ["state"]);
    let good = json!({"kind": "answered", "answer": "No"});
    app.viewer().seen(1).patch(&critique, json!({"state": "hidden"})).await.refused(403);
    app.viewer().seen(1).post(&answer, good.clone()).await.refused(403);
    app.stranger().get(&critique).await.refused(404);
    app.stranger().seen(1).patch(&critique, json!({"state": "hidden"})).await.refused(404);
    app.stranger().seen(1).post(&answer, good.clone()).await.refused(404);
    assert_eq!(app.stranger().get("/critiques").await.ok()["total"], 0);
    editor.seen(1).patch(&critique, json!({"state": "published"})).await.ok();
    assert_eq!(editor.seen(1).post(&answer, good).await.refused(409)["current"]["state"], "published");
    editor.seen(1).patch(&critique, json!({"state": "hidden"})).await.refused(409);
}

#[tokio::test]
async fn an_accepted_critique_takes_back_everything_the_verdict_moved() {
    let case = case().await;
    let (app, editor) = (&case.app, case.app.editor());
    let (url, critique) = objected(&case).await;
    let answer = format!("{critique}/answer");
    let accept = json!({"kind": "accepted", "answer": "You are right", "reopen_decision": true});
    let accepted = editor.seen(1).post(&answer, accept.clone()).await.ok();
    assert_eq!((&accepted["state"], &accepted["answer_kind"]), (&json!("published"), &json!("accepted")));
    let decision = app.viewer().get(&format!("/decisions/{}", case.decision)).await.ok();
    assert_eq!(
        (&decision["verdict"], &decision["decided_at"], &decision["reopened_at"]),
        (&Value::Null, &Value::Null, &json!("2026-03-02T09:00:00Z"))
    );
    for (kind, id, state) in [("bet", &case.bet, "running"), ("hypothesis", &case.hypothesis, "open")] {
        let object = app.viewer().get(&format!("/chain/{kind}/{id}")).await.ok();
        assert_eq!(object["object"]["state"], state, "{kind}");
    }
    let page = visit(app, &url).await.text();
    assert!(page.contains("looked at again") && page.contains("Accepted"), "{page}");
    let log = app.admin().get("/audit-entries").await.ok().to_string();
    assert!(log.contains("reopen"), "{log}");
    assert_eq!(editor.seen(2).post(&answer, accept).await.refused_fields(), ["reopen_decision"]);
}

#[tokio::test]
async fn erasing_a_person_takes_their_objections_along() {
    let case = case().await;
    let ada = case.app.editor().create("/people", json!({"name": "Ada", "email": "ada@example.com"})).await;
    let (url, critique) = objected(&case).await;
    case.app.editor().seen(1).patch(&critique, json!({"state": "published"})).await.ok();
    let erase = format!("/people/{}/erase", ada["id"].as_str().unwrap());
    let certificate = case.app.admin().seen(1).post(&erase, json!({"confirm": true})).await.ok();
    assert_eq!(certificate["removed"]["critiques"], 1);
    assert!(!visit(&case.app, &url).await.text().contains("One week is short"));
    case.app.viewer().get(&critique).await.refused(404);
}

#[tokio::test]
async fn who_objected_is_told_the_answer_once() {
    let case = case().await;
    let (app, editor) = (&case.app, case.app.editor());
    let (url, critique) = objected(&case).await;
    let answer = format!("{critique}/answer");
    let say = |kind: &str, answer: &str| json!({"kind": kind, "answer": answer});
    editor.seen(1).patch(&critique, json!({"state": "published"})).await.ok();
    assert!(outbox(&case).await.is_empty(), "showing it is no answer");
    editor.seen(2).post(&answer, say("answered", "It was <two> weeks")).await.ok();
    editor.seen(3).post(&answer, say("accepted", "Two weeks are short too")).await.ok();
    assert_eq!(outbox(&case).await.len(), 1);
    let letter = message(&case, "ada@example.com").await;
    assert_eq!(letter["entry"]["subject"], "Your objection to “Exports no longer wait”");
    let (text, html) = (letter["text"].as_str().unwrap(), letter["html"].as_str().unwrap());
    for said in ["Hello Ada,", "One week is short", "We see it differently", &url] {
        assert!(text.contains(said) && html.contains(said), "{said} in {letter}");
    }
    assert!(text.contains("It was <two> weeks") && html.contains("It was &#60;two&#62; weeks"), "{letter}");
    // Who left no address cannot be told.
    send_form(app, &url, &[("kind", "data"), ("body", "Whose data?")]).await;
    let other = app.viewer().get("/critiques?unanswered=true").await.ok()["items"][0]["id"].clone();
    let other = format!("/critiques/{}/answer", other.as_str().unwrap());
    editor.seen(1).post(&other, say("answered", "Ours")).await.ok();
    assert_eq!(outbox(&case).await.len(), 1);
}

#[tokio::test]
async fn members_object_from_within_whatever_their_role() {
    let case = case().await;
    let (app, viewer) = (&case.app, case.app.viewer());
    let draft = case.draft(json!({"audience": "team"})).await;
    let objection = |outcome: &Value| json!({"outcome_id": outcome["id"], "kind": "data", "body": " Only Mondays were counted "});
    viewer.post("/critiques", objection(&draft)).await.refused(409);
    let outcome = app.editor().seen(1).post(&format!("{}/publish", path(&draft)), json!({})).await.ok();
    let critique = viewer.create("/critiques", objection(&outcome)).await;
    assert_eq!(
        (&critique["state"], &critique["body"]),
        (&json!("pending"), &json!("Only Mondays were counted"))
    );
    assert_eq!(viewer.get("/critiques?state=pending").await.ok()["items"][0]["id"], critique["id"]);
    let bad = json!({"outcome_id": outcome["id"], "kind": "mood", "body": ""});
    assert_eq!(viewer.post("/critiques", bad).await.refused_fields(), ["body", "kind"]);
    app.stranger().post("/critiques", objection(&outcome)).await.refused(404);
    app.anonymous().post("/critiques", objection(&outcome)).await.refused(401);
}
