//! The weekly digest. The clock stands on Monday, 2 March 2026, 09:00 UTC.

use axum::http::Method;
use heedful_server::jobs::schedule;
use heedful_server::platform::auth::Role;
use roxmltree::Document;
use serde_json::{Value, json};

use crate::share::learned::{entries, text};
use crate::share::{local, send_form, visit};
use crate::support::{Client, TestApp};
use crate::support_rows::{bet, experiment, hypothesis, put_in_theme, theme};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// A week with something of everything: Friday, 27 February.
async fn lively() -> TestApp {
    let app = TestApp::new().await;
    app.advance(-3 * DAY);
    let source = app.editor().create("/sources", json!({"kind": "inbox", "name": "Calls"})).await;
    let slow = theme(&app, "Slow <export>").await;
    for _ in 0..12 {
        let signal = json!({"source_id": source["id"], "body": "A customer's secret words", "score": 9, "score_kind": "nps"});
        let signal = app.editor().create("/signals", signal).await;
        put_in_theme(&app, &slow, signal["id"].as_str().unwrap()).await;
    }
    let hypothesis = hypothesis(&app, "H").await;
    let bet = bet(&app, &hypothesis, "B").await;
    experiment(&app, &bet, "Finished test", "finished").await;
    experiment(&app, &bet, "Running test", "running").await;
    let owner = app.user_id(Role::Editor).await;
    let decision = json!({"question": "Ship streaming?", "owner_id": owner});
    let decision = app.editor().create("/decisions", decision).await["id"].as_str().unwrap().to_owned();
    let verdict = json!({"verdict": "persevere", "conclusive": true, "why": "It works"});
    app.editor().seen(1).post(&format!("/decisions/{decision}/decide"), verdict).await.ok();
    let outcome = json!({"decision_id": decision, "title": "Exports stream", "tried": "x", "learned": "y"});
    let outcome = app.editor().create("/outcomes", outcome).await;
    let publish = format!("/outcomes/{}/publish", outcome["id"].as_str().unwrap());
    app.editor().seen(1).post(&publish, json!({})).await.ok();
    let late = json!({"title": "Late action", "owner_id": owner, "due_at": "2026-02-20T00:00:00Z"});
    app.editor().create("/actions", late).await;
    app.advance(3 * DAY);
    app
}

fn parts(digest: &Value) -> Vec<&str> {
    digest["sections"].as_array().unwrap().iter().map(|section| section["part"].as_str().unwrap()).collect()
}

async fn subscribe(client: &Client, lens: &str) {
    client.patch("/digest-subscription", json!({"lens": lens, "by_mail": true})).await.ok();
}

/// Lets time pass and what is due happen; answers every mail, oldest first.
async fn mails_after(app: &TestApp, micros: i64) -> Vec<Value> {
    app.advance(micros);
    schedule::queue_due(&app.app).await.unwrap();
    app.run_jobs().await;
    let mut mails = Vec::new();
    for entry in app.admin().get("/outbox").await.ok()["items"].as_array().unwrap().iter().rev() {
        mails.push(app.admin().get(&format!("/outbox/{}", entry["id"].as_str().unwrap())).await.ok());
    }
    mails
}

#[tokio::test]
async fn each_lens_chooses_and_orders_what_changed_in_the_week() {
    let app = lively().await;
    let read = async |lens: &str| app.viewer().get(&format!("/digests/preview?lens={lens}")).await.ok();
    let product = read("product").await;
    assert_eq!((&product["week"], &product["quiet"]), (&json!("2026-02-23"), &json!(false)));
    assert_eq!(
        (&product["from"], &product["to"]),
        (&json!("2026-02-23T00:00:00Z"), &json!("2026-03-02T00:00:00Z"))
    );
    let expect =
        ["signals", "themes", "sources", "results", "tests", "decisions", "outcomes", "scores", "overdue"];
    assert_eq!(parts(&product), expect);
    assert_eq!(product["sections"][0]["items"][0]["title"], "12 signals, after 0 the week before");
    assert_eq!(product["sections"][1]["items"][0]["title"], "Slow <export> is rising");
    let summary = product["summary"].as_str().unwrap();
    assert_eq!(summary, "12 signals, 1 theme moved, 1 unusual source, 1 decision, 1 outcome published.");
    assert_eq!(parts(&read("engineering").await)[..4], ["decisions", "tests", "results", "overdue"]);
    assert_eq!(parts(&read("sales").await), ["outcomes", "themes", "decisions", "signals", "scores"]);
    assert_eq!(parts(&read("marketing").await)[..2], ["outcomes", "scores"]);
    assert_eq!(parts(&read("design").await)[0], "themes");
    assert_eq!(parts(&read("leadership").await)[0], "decisions");
    assert!(!product.to_string().contains("secret words"), "a digest quotes nobody");
    let running = app.viewer().get("/digests/preview?lens=product&week=running").await.ok();
    assert_eq!((&running["week"], &running["quiet"]), (&json!("2026-03-02"), &json!(true)));
}

#[tokio::test]
async fn a_quiet_week_says_so() {
    let app = TestApp::new().await;
    subscribe(&app.viewer(), "product").await;
    let digest = app.viewer().get("/digests/preview").await.ok();
    assert_eq!((&digest["quiet"], &digest["sections"]), (&json!(true), &json!([])));
    let mails = mails_after(&app, 7 * DAY).await;
    assert_eq!(mails[0]["entry"]["subject"], "Acme: The week of 2 March 2026, a quiet one");
    for part in ["text", "html"] {
        assert!(
            mails[0][part].as_str().unwrap().contains("A quiet week: nothing new was said"),
            "{}",
            mails[0]
        );
    }
}

#[tokio::test]
async fn the_digest_comes_on_monday_morning_once_and_only_to_who_asked() {
    let app = lively().await;
    app.advance(-2 * HOUR - 1);
    subscribe(&app.editor(), "engineering").await;
    assert!(mails_after(&app, 0).await.is_empty(), "just before seven");
    subscribe(&app.viewer(), "sales").await;
    let mails = mails_after(&app, 1).await;
    let recipients: Vec<&Value> = mails.iter().map(|mail| &mail["entry"]["recipient"]).collect();
    assert_eq!(recipients, ["editor@acme.test", "viewer@acme.test"]);
    let (text, html) = (mails[0]["text"].as_str().unwrap(), mails[0]["html"].as_str().unwrap());
    for said in [
        "Ship streaming?",
        "Finished test",
        "as engineering reads it",
        "http://heedful.test/decide/decisions/",
    ] {
        assert!(text.contains(said) && html.contains(said), "{said} in {text} {html}");
    }
    assert!(text.contains("Slow <export> is rising") && html.contains("Slow &#60;export&#62; is rising"));
    app.advance(1);
    subscribe(&app.admin(), "product").await;
    assert_eq!(mails_after(&app, HOUR).await.len(), 2, "who asks later gets the next one");
    app.viewer().patch("/digest-subscription", json!({"lens": "product"})).await.ok();
    assert_eq!(mails_after(&app, DAY).await.len(), 2, "another lens is not another week");
    assert_eq!(mails_after(&app, 6 * DAY).await.len(), 5);
    assert_eq!(mails_after(&app, 21 * DAY).await.len(), 8, "what was missed is made up for once");
}

#[tokio::test]
async fn the_week_is_that_of_the_workspace() {
    let app = TestApp::new().await;
    app.advance(-10 * HOUR);
    let zone = json!({"time_zone": "Asia/Tokyo"});
    app.admin().seen(1).patch("/workspace", zone).await.ok();
    app.advance(-2 * HOUR);
    let own = app.viewer().get("/digest-subscription").await.ok();
    assert_eq!(own["next_at"], "2026-03-01T22:00:00Z");
    subscribe(&app.viewer(), "product").await;
    assert!(mails_after(&app, 0).await.is_empty());
    assert_eq!(mails_after(&app, HOUR).await.len(), 1);
    app.admin().seen(2).patch("/workspace", json!({"time_zone": "America/New_York"})).await.ok();
    assert_eq!(mails_after(&app, DAY).await.len(), 1, "the same week in another zone");
}

#[tokio::test]
async fn the_link_in_the_mail_ends_the_mails_of_that_member() {
    let app = TestApp::new().await;
    subscribe(&app.viewer(), "product").await;
    subscribe(&app.editor(), "design").await;
    let mails = mails_after(&app, 7 * DAY).await;
    let mail = mails.iter().find(|mail| mail["entry"]["recipient"] == "viewer@acme.test").unwrap();
    let link = local(&mail["unsubscribe_url"]);
    assert!(mail["text"].as_str().unwrap().contains(&link) && mail["html"].as_str().unwrap().contains(&link));
    assert!(visit(&app, &link).await.text().contains("weekly digest"));
    assert_eq!(app.viewer().get("/digest-subscription").await.ok()["by_mail"], true);
    assert_eq!(send_form(&app, &link, &[("List-Unsubscribe", "One-Click")]).await.status, 200);
    assert_eq!(app.viewer().get("/digest-subscription").await.ok()["by_mail"], false);
    assert_eq!(mails_after(&app, 7 * DAY).await.len(), 3);
}

#[tokio::test]
async fn who_left_gets_nothing() {
    let app = TestApp::new().await;
    subscribe(&app.viewer(), "product").await;
    let url = local(&app.viewer().post("/digest-subscription/feed", json!({})).await.ok()["url"]);
    let viewer = app.user_id(Role::Viewer).await;
    let members = app.admin().get("/members").await.ok();
    let member =
        members["items"].as_array().unwrap().iter().find(|member| member["id"] == json!(viewer)).unwrap();
    let version = member["version"].as_i64().unwrap();
    app.admin().seen(version).delete(&format!("/members/{viewer}")).await;
    assert!(mails_after(&app, 7 * DAY).await.is_empty());
    assert_eq!(visit(&app, &url).await.status, 404);
}

#[tokio::test]
async fn a_subscription_is_ones_own_and_shares_the_lens_of_the_member() {
    let app = TestApp::new().await;
    let viewer = app.viewer();
    let before = viewer.get("/digest-subscription").await.ok();
    assert_eq!(
        (&before["lens"], &before["by_mail"], &before["feed_made_at"]),
        (&json!("product"), &json!(false), &Value::Null)
    );
    assert_eq!(before["next_at"], "2026-03-09T07:00:00Z");
    let bad = json!({"lens": "gossip"});
    assert_eq!(viewer.patch("/digest-subscription", bad).await.refused_fields(), ["lens"]);
    subscribe(&viewer, "sales").await;
    let members = app.admin().get("/members").await.ok();
    let lens = |role: &str| {
        members["items"].as_array().unwrap().iter().find(|row| row["name"] == role).unwrap()["lens"].clone()
    };
    assert_eq!((lens("viewer"), lens("editor")), (json!("sales"), json!("product")));
    assert_eq!(app.editor().get("/digest-subscription").await.ok()["by_mail"], false);
    assert_eq!(viewer.get("/digests/preview").await.ok()["lens"], "sales");
    assert_eq!(viewer.get("/digests/preview?lens=gossip").await.refused_fields(), ["lens"]);
    assert_eq!(viewer.get("/digests/preview?week=never").await.refused_fields(), ["week"]);
    app.anonymous().get("/digest-subscription").await.refused(401);
}

#[tokio::test]
async fn digests_are_kept_by_lens_and_unknown_to_others() {
    let app = lively().await;
    subscribe(&app.viewer(), "sales").await;
    mails_after(&app, 7 * DAY).await;
    assert_eq!(app.viewer().get("/digests").await.ok()["total"], 6);
    let list = app.viewer().get("/digests?lens=design").await.ok();
    assert_eq!((&list["total"], &list["items"][0]["week"]), (&json!(1), &json!("2026-03-02")));
    assert_eq!(app.viewer().get("/digests?lens=gossip").await.refused_fields(), ["lens"]);
    let path = format!("/digests/{}", list["items"][0]["id"].as_str().unwrap());
    assert_eq!(app.viewer().get(&path).await.ok(), list["items"][0]);
    app.stranger().get(&path).await.refused(404);
    assert_eq!(app.stranger().get("/digests").await.ok()["total"], 0);
    assert_eq!(app.stranger().get("/digests/preview").await.ok()["quiet"], true);
}

#[tokio::test]
async fn a_feed_has_a_secret_address_that_can_be_renewed_and_ended() {
    let app = lively().await;
    app.advance(-3 * HOUR);
    let renew = async || local(&app.viewer().post("/digest-subscription/feed", json!({})).await.ok()["url"]);
    let old = renew().await;
    app.viewer().patch("/digest-subscription", json!({"lens": "sales"})).await.ok();
    assert!(mails_after(&app, 2 * HOUR).await.is_empty(), "a feed is not a mail");
    let xml = visit(&app, &old).await.text();
    let document = Document::parse(&xml).unwrap();
    let found = entries(&document);
    assert_eq!((found.len(), text(found[0], "title")), (1, "The week of 23 February 2026"));
    assert!(text(found[0], "content").contains("Slow &#60;export&#62; is rising"), "{xml}");
    let id = text(document.root_element(), "id").to_owned();
    let new = renew().await;
    assert_eq!(visit(&app, &old).await.status, 404);
    let xml = visit(&app, &new).await.text();
    assert_eq!(text(Document::parse(&xml).unwrap().root_element(), "id"), id, "it is the same feed");
    assert!(app.viewer().get("/digest-subscription").await.ok()["feed_made_at"].is_string());
    let ended = app.viewer().send(Method::DELETE, "/digest-subscription/feed", None).await;
    assert_eq!(ended.status, 204);
    assert_eq!(visit(&app, &new).await.status, 404);
    assert_eq!(app.viewer().get("/digest-subscription").await.ok()["feed_made_at"], Value::Null);
}
