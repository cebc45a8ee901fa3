use serde_json::json;

use super::{case, local, path, send_form, visit};

const HOUR: i64 = 3_600_000_000;
const HOSTILE: &str = "<script>alert(1)</script> \"'&";

#[tokio::test]
async fn only_who_knows_the_address_of_a_published_page_finds_it() {
    let case = case().await;
    let (app, editor) = (&case.app, case.app.editor());
    let outcome = case.published(json!({"audience": "link"})).await;
    let url = local(&outcome["url"]);
    let found = visit(app, &url).await;
    assert_eq!(found.status, 200);
    assert_eq!(found.headers["x-robots-tag"], "noindex");
    assert_eq!(found.headers["cache-control"], "no-store");
    assert!(found.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(found.text().contains("Waiting fell to a second") && found.text().contains("2 March 2026"));
    let wrong = visit(app, &format!("{}x", &url[..url.len() - 1])).await;
    assert_eq!(wrong.status, 404);
    assert!(wrong.text().contains("no longer shared"), "{}", wrong.text());
    editor.seen(2).patch(&path(&outcome), json!({"audience": "team"})).await.ok();
    assert_eq!(visit(app, &url).await.status, 404);
    editor.seen(3).patch(&path(&outcome), json!({"audience": "public"})).await.ok();
    let open = visit(app, &url).await;
    assert!(open.status == 200 && !open.headers.contains_key("x-robots-tag"));
    editor.seen(4).post(&format!("{}/unpublish", path(&outcome)), json!({})).await.ok();
    assert_eq!(visit(app, &url).await.status, 404);
    editor.seen(5).post(&format!("{}/publish", path(&outcome)), json!({})).await.ok();
    editor.seen(6).delete(&path(&outcome)).await.ok();
    assert_eq!(visit(app, &url).await.status, 404);
    assert_eq!(send_form(app, &url, &[("kind", "data"), ("body", "Hm")]).await.status, 404);
}

#[tokio::test]
async fn what_people_type_is_never_html() {
    let case = case().await;
    let (_, quote) = case.says(json!({"name": "Eve"}), HOSTILE, "public").await;
    let texts = json!({"title": HOSTILE, "said": HOSTILE, "tried": HOSTILE, "learned": HOSTILE, "did": HOSTILE,
                       "quotes": [quote], "audience": "public"});
    let url = local(&case.published(texts).await["url"]);
    let fields = [("kind", "data"), ("body", HOSTILE), ("name", HOSTILE), ("email", HOSTILE)];
    let refused = send_form(&case.app, &url, &fields).await;
    assert_eq!(refused.status, 422);
    for page in [visit(&case.app, &url).await, refused] {
        let text = page.text();
        assert!(!text.contains("<script") && !text.contains("alert(1)</"), "{text}");
        assert!(text.contains("&#60;script&#62;"), "{text}");
    }
}

#[tokio::test]
async fn an_objection_waits_for_a_moderator_and_loses_nothing_when_refused() {
    let case = case().await;
    let outcome = case.published(json!({"audience": "public"})).await;
    let url = local(&outcome["url"]);
    let bad =
        send_form(&case.app, &url, &[("kind", "mood"), ("body", " "), ("name", "Ada"), ("email", "nowhere")])
            .await;
    assert_eq!(bad.status, 422);
    let page = bad.text();
    for said in ["kind-wrong", "body-wrong", "email-wrong", "value=\"Ada\"", "value=\"nowhere\""] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let fields = [
        ("kind", "missing_group"),
        ("body", "Nobody asked admins"),
        ("name", "Ada"),
        ("email", "Ada@Example.com "),
    ];
    let sent = send_form(&case.app, &url, &fields).await;
    assert!(sent.status == 200 && sent.text().contains("Thank you"), "{}", sent.text());
    assert!(!visit(&case.app, &url).await.text().contains("Nobody asked admins"));
    let waiting = case.app.viewer().get("/critiques?state=pending").await.ok();
    let critique = &waiting["items"][0];
    assert_eq!(
        (&critique["kind"], &critique["author_email"], &critique["outcome_id"]),
        (&json!("missing_group"), &json!("ada@example.com"), &outcome["id"])
    );
    let robot = [("kind", "data"), ("body", "Buy now"), ("website", "http://spam.example")];
    assert_eq!(send_form(&case.app, &url, &robot).await.status, 200);
    assert_eq!(case.app.viewer().get("/critiques").await.ok()["total"], 1);
    let large = "x".repeat(70_000);
    assert_eq!(send_form(&case.app, &url, &[("kind", "data"), ("body", &large)]).await.status, 413);
}

#[tokio::test]
async fn a_flood_of_objections_is_slowed_down() {
    let case = case().await;
    let url = local(&case.published(json!({"audience": "link"})).await["url"]);
    let fields = [("kind", "data"), ("body", "Too few people")];
    for _ in 0..10 {
        assert_eq!(send_form(&case.app, &url, &fields).await.status, 200);
    }
    let refused = send_form(&case.app, &url, &fields).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains_key("retry-after") && refused.text().contains("Too few people"));
    case.app.advance(HOUR + 1);
    assert_eq!(send_form(&case.app, &url, &fields).await.status, 200);
    assert_eq!(case.app.viewer().get("/critiques").await.ok()["total"], 11);
}
