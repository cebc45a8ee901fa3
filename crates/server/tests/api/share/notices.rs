use axum::http::Method;
use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use super::{Case, case, local, path, send_form, visit};
use crate::support_rows::{add, link};

pub async fn outbox(case: &Case) -> Vec<Value> {
    case.app.run_jobs().await;
    case.app.admin().get("/outbox").await.ok()["items"].as_array().unwrap().clone()
}

pub async fn message(case: &Case, to: &str) -> Value {
    let entries = outbox(case).await;
    let entry = entries.iter().find(|entry| entry["recipient"] == to).unwrap();
    case.app.admin().get(&format!("/outbox/{}", entry["id"].as_str().unwrap())).await.ok()
}

fn reasons(preview: &Value) -> Vec<(&str, Option<&str>)> {
    let people = preview["people"].as_array().unwrap();
    people.iter().map(|person| (person["name"].as_str().unwrap(), person["reason"].as_str())).collect()
}

#[tokio::test]
async fn a_preview_says_who_hears_who_does_not_and_why() {
    let case = case().await;
    let (app, editor) = (&case.app, case.app.editor());
    let (ada, _) =
        case.says(json!({"name": "Ada", "email": "ada@example.com"}), "Export hangs", "team").await;
    case.signal(&ada, "It hangs again", "team").await;
    case.says(json!({"name": "Bob"}), "Me too", "team").await;
    let (cy, _) = case.says(json!({"name": "Cy", "email": "cy@example.com"}), "And me", "team").await;
    editor.seen(1).patch(&format!("/people/{cy}"), json!({"unsubscribed": true})).await.ok();
    let (di, _) = case.says(json!({"name": "Di", "email": "di@example.com"}), "Slow", "team").await;
    editor.seen(1).delete(&format!("/people/{di}")).await.ok();
    let (_, gone) = case.says(json!({"name": "Ed", "email": "ed@example.com"}), "Oops", "team").await;
    editor.seen(1).delete(&format!("/signals/{gone}")).await.ok();
    let outcome = case.published(json!({})).await;
    let preview = app.viewer().get(&format!("{}/notices", path(&outcome))).await.ok();
    let expect =
        [("Ada", None), ("Bob", Some("no_email")), ("Cy", Some("unsubscribed")), ("Di", Some("archived"))];
    assert_eq!(reasons(&preview), expect);
    assert_eq!((&preview["n_people"], &preview["n_will_hear"]), (&json!(4), &json!(1)));
    assert_eq!(preview["people"][0]["n_signals"], 2);
    let text = preview["text"].as_str().unwrap();
    for said in [
        "Hello Ada",
        "Export hangs",
        "It hangs again",
        "We streamed them",
        "Waiting fell to a second",
        "It is on for all",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(outbox(&case).await.is_empty(), "a preview sends nothing");
}

#[tokio::test]
async fn everybody_hears_once_also_when_published_and_sent_twice() {
    let case = case().await;
    let editor = case.app.editor();
    case.says(json!({"name": "Ada", "email": "ada@example.com"}), "Export hangs", "team").await;
    let draft = case.draft(json!({"audience": "link"})).await;
    let (path, notices) = (path(&draft), format!("{}/notices", path(&draft)));
    editor.post(&notices, json!({})).await.refused(409);
    let outcome = editor.seen(1).post(&format!("{path}/publish"), json!({})).await.ok();
    for _ in 0..2 {
        assert_eq!(editor.post(&notices, json!({})).await.ok()["n_queued"], 1);
    }
    assert_eq!(outbox(&case).await.len(), 1);
    editor.seen(2).post(&format!("{path}/unpublish"), json!({})).await.ok();
    editor.seen(3).post(&format!("{path}/publish"), json!({})).await.ok();
    assert_eq!(editor.post(&notices, json!({})).await.ok()["n_queued"], 0);
    assert_eq!(outbox(&case).await.len(), 1);
    let preview = editor.get(&notices).await.ok();
    assert_eq!(reasons(&preview), [("Ada", Some("told_already"))]);
    let mail = message(&case, "ada@example.com").await;
    for part in ["text", "html"] {
        let body = mail[part].as_str().unwrap();
        for said in [
            "Export hangs",
            "We streamed them",
            outcome["url"].as_str().unwrap(),
            mail["unsubscribe_url"].as_str().unwrap(),
        ] {
            assert!(body.contains(said), "{said} in {body}");
        }
    }
    assert!(!mail["text"].as_str().unwrap().contains('<'), "the plain part is plain");
    case.says(json!({"name": "Bob", "email": "bob@example.com"}), "Me too", "team").await;
    assert_eq!(editor.post(&notices, json!({})).await.ok()["n_queued"], 1, "who came later still hears");
    assert_eq!(outbox(&case).await.len(), 2);
}

#[tokio::test]
async fn what_is_unpublished_before_the_job_runs_is_not_told() {
    let case = case().await;
    let editor = case.app.editor();
    case.says(json!({"name": "Ada", "email": "ada@example.com"}), "Export hangs", "team").await;
    let outcome = case.published(json!({})).await;
    editor.post(&format!("{}/notices", path(&outcome)), json!({})).await.ok();
    editor.seen(2).post(&format!("{}/unpublish", path(&outcome)), json!({})).await.ok();
    assert!(outbox(&case).await.is_empty());
}

#[tokio::test]
async fn hostile_words_are_neither_html_nor_headers() {
    let case = case().await;
    let evil = "<img src=x onerror=alert(1)>";
    case.says(json!({"name": evil, "email": "ada@example.com"}), evil, "team").await;
    let outcome =
        case.published(json!({"title": format!("{evil}\r\nBcc: eve@example.com"), "learned": evil})).await;
    case.app.editor().post(&format!("{}/notices", path(&outcome)), json!({})).await.ok();
    let mail = message(&case, "ada@example.com").await;
    assert!(!mail["html"].as_str().unwrap().contains("<img"), "{mail}");
    assert!(mail["text"].as_str().unwrap().contains(evil));
    assert!(!mail["entry"]["subject"].as_str().unwrap().contains(['\r', '\n']));
}

#[tokio::test]
async fn one_click_ends_the_mails_and_opening_the_link_does_not() {
    let case = case().await;
    let (ada, _) =
        case.says(json!({"name": "Ada", "email": "ada@example.com"}), "Export hangs", "team").await;
    let outcome = case.published(json!({})).await;
    case.app.editor().post(&format!("{}/notices", path(&outcome)), json!({})).await.ok();
    let link = local(&message(&case, "ada@example.com").await["unsubscribe_url"]);
    let person = format!("/people/{ada}");
    assert!(visit(&case.app, &link).await.text().contains("Stop these mails"));
    assert_eq!(case.app.viewer().get(&person).await.ok()["unsubscribed_at"], Value::Null);
    let one_click = [("List-Unsubscribe", "One-Click")];
    assert_eq!(send_form(&case.app, &link, &one_click).await.status, 200);
    assert_eq!(send_form(&case.app, &link, &one_click).await.status, 200, "twice does no harm");
    assert!(case.app.viewer().get(&person).await.ok()["unsubscribed_at"].is_string());
    let second = case.published(json!({"title": "Another"})).await;
    let preview = case.app.viewer().get(&format!("{}/notices", path(&second))).await.ok();
    assert_eq!(reasons(&preview), [("Ada", Some("unsubscribed"))]);
    let wrong = case.app.anonymous().send_raw(Method::POST, &format!("{link}x"), None).await;
    assert_eq!(wrong.status, 404);
    assert!(wrong.text().contains("Nothing here"));
}

/// Words reach a decision by more ways than evidence of its hypothesis.
#[tokio::test]
async fn whoever_stands_in_the_chain_by_any_way_hears() {
    let case = case().await;
    let (app, editor) = (&case.app, case.app.editor());
    let person = async |name: &str| {
        let email = format!("{}@example.com", name.to_lowercase());
        editor.create("/people", json!({"name": name, "email": email})).await["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let said = async |person: &str| {
        let signal = json!({"source_id": case.source, "person_id": person, "body": "Words"});
        editor.create("/signals", signal).await["id"].as_str().unwrap().to_owned()
    };
    let direct = said(&person("Direct").await).await;
    let themed = said(&person("Themed").await).await;
    said(&person("Elsewhere").await).await;
    let theme = crate::support_rows::theme(app, "Slow").await;
    crate::support_rows::put_in_theme(app, &theme, &themed).await;
    let evidence = json!([{"kind": "signal", "id": direct}, {"kind": "theme", "id": theme}]);
    let path_of_decision = format!("/decisions/{}", case.decision);
    editor.seen(2).post(&format!("{path_of_decision}/reopen"), json!({})).await.ok();
    editor.seen(3).patch(&path_of_decision, json!({"evidence": evidence})).await.ok();
    let talked = person("Talked").await;
    let (now, coder) = (app.app.now(), app.user_id(Role::Editor).await);
    let cells = ["Talk".into(), talked.as_str().into(), case.source.as_str().unwrap().into(), now.into()];
    let interview = add(app, "interviews", "title, person_id, source_id, held_at", &cells).await;
    let columns = "id, created_at, interview_id, start_char, end_char, quote, coder_id";
    let (zero, four) = (0_i64.into(), 4_i64.into());
    let cells =
        ["h".into(), now.into(), interview.as_str().into(), zero, four, "Said".into(), coder.as_str().into()];
    link(app, "highlights", columns, &cells).await;
    let insight = add(app, "insights", "statement", &["Waiting hurts".into()]).await;
    let cells = ["i".into(), insight.as_str().into(), "h".into(), now.into()];
    link(app, "insight_evidence", "id, insight_id, highlight_id, created_at", &cells).await;
    let cells = [
        case.hypothesis.as_str().into(),
        insight.as_str().into(),
        "for".into(),
        "opinion".into(),
        "x".into(),
    ];
    add(app, "evidence", "hypothesis_id, insight_id, direction, strength, added_by", &cells).await;
    let outcome = case.published(json!({})).await;
    let preview = app.viewer().get(&format!("{}/notices", path(&outcome))).await.ok();
    assert_eq!(reasons(&preview), [("Direct", None), ("Themed", None), ("Talked", None)]);
}

#[tokio::test]
async fn people_of_one_account_told_at_once_each_stand_on_its_timeline_page_by_page() {
    let case = case().await;
    let account = case.app.editor().create("/accounts", json!({"name": "Acme"})).await;
    for name in ["Ada", "Bob", "Cy"] {
        let email = format!("{name}@example.com");
        let person = json!({"name": name, "email": email, "account_ids": [account["id"]]});
        case.says(person, "Export hangs", "team").await;
    }
    let outcome = case.published(json!({})).await;
    case.app.editor().post(&format!("{}/notices", path(&outcome)), json!({})).await.ok();
    case.app.run_jobs().await;
    let timeline = format!("/accounts/{}/timeline?limit=1", account["id"].as_str().unwrap());
    let mut told = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = case.app.viewer().get(&format!("{timeline}{cursor}")).await.ok();
        let entry = &page["items"][0];
        if entry["kind"] == "notice" {
            assert_eq!(entry["id"], outcome["id"]);
            told.push(entry["person_id"].clone());
        }
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    told.sort_by_key(Value::to_string);
    told.dedup();
    assert_eq!(told.len(), 3);
}
