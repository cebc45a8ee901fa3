use roxmltree::{Document, Node};
use serde_json::json;

use super::{Case, case, local, path, visit};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const SECOND: i64 = 1_000_000;

async fn learned(case: &Case, rest: &str) -> crate::support::Answer {
    visit(&case.app, &format!("/learned/{}{rest}", case.app.ws)).await
}

pub fn text<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    let child = node.children().find(|child| child.has_tag_name((ATOM, name)));
    child.unwrap_or_else(|| panic!("no <{name}>")).text().unwrap_or_default()
}

/// What RFC 4287 asks of every feed; answers its entries.
pub fn entries<'a>(document: &'a Document<'a>) -> Vec<Node<'a, 'a>> {
    let feed = document.root_element();
    assert!(feed.has_tag_name((ATOM, "feed")));
    let entries: Vec<_> = feed.children().filter(|child| child.has_tag_name((ATOM, "entry"))).collect();
    for node in entries.iter().copied().chain([feed]) {
        assert!(text(node, "id").starts_with("urn:uuid:") && !text(node, "title").is_empty());
        text(node, "updated").parse::<jiff::Timestamp>().unwrap();
        assert!(
            node.children().any(
                |child| child.has_tag_name((ATOM, "link")) && child.attribute("rel") == Some("alternate")
            )
        );
    }
    assert!(feed.descendants().any(|node| node.has_tag_name((ATOM, "name"))), "an author");
    assert!(feed.children().any(|child| child.attribute("rel") == Some("self")));
    let mut ids: Vec<&str> = entries.iter().map(|entry| text(*entry, "id")).collect();
    ids.dedup();
    assert_eq!(ids.len(), entries.len());
    entries
}

#[tokio::test]
async fn everything_public_is_listed_newest_first_and_nothing_else() {
    let case = case().await;
    assert_eq!(learned(&case, "").await.status, 404, "a workspace that shares nothing is not even named");
    assert_eq!(learned(&case, "/feed").await.status, 404);
    case.published(json!({"title": "For the team"})).await;
    case.published(json!({"title": "For the invited", "audience": "link"})).await;
    case.draft(json!({"title": "Not ready", "audience": "public"})).await;
    let old = case.published(json!({"title": "Public old", "audience": "public"})).await;
    case.app.advance(SECOND);
    let new = case
        .published(json!({"title": "Public <new>", "audience": "public", "learned": "It failed & we say so"}))
        .await;
    assert_eq!(local(&new["index_url"]), format!("/learned/{}", case.app.ws));
    let page = learned(&case, "").await;
    assert!(page.status == 200 && !page.headers.contains_key("x-robots-tag"));
    let page = page.text();
    for hidden in ["For the team", "For the invited", "Not ready", "Public <new>"] {
        assert!(!page.contains(hidden), "{hidden} in {page}");
    }
    assert!(page.find("Public &#60;new&#62;").unwrap() < page.find("Public old").unwrap());
    assert!(page.contains(old["url"].as_str().unwrap()) && page.contains("What Acme learned"));
    case.app.editor().seen(2).post(&format!("{}/unpublish", path(&old)), json!({})).await.ok();
    assert!(!learned(&case, "").await.text().contains("Public old"));
    assert_eq!(visit(&case.app, "/learned/nobody").await.status, 404);
}

#[tokio::test]
async fn a_long_list_goes_on_with_older_ones() {
    let case = case().await;
    for n in 0..25 {
        case.published(json!({"title": format!("Outcome {n:02}"), "audience": "public"})).await;
        case.app.advance(SECOND);
    }
    let first = learned(&case, "").await.text();
    assert!(first.contains("Outcome 24") && first.contains("Outcome 05") && !first.contains("Outcome 04"));
    let at = first.find("rel=\"next\" href=\"").unwrap() + "rel=\"next\" href=\"".len();
    let older = first[at..].split('"').next().unwrap();
    let second = visit(&case.app, &local(&json!(older))).await.text();
    assert!(second.contains("Outcome 04") && second.contains("Outcome 00") && !second.contains("Outcome 05"));
    assert!(!second.contains("rel=\"next\""));
}

#[tokio::test]
async fn the_feed_is_valid_stable_and_escaped() {
    let case = case().await;
    let (_, quote) = case.says(json!({"name": "Ada"}), "My words", "public").await;
    let title = "Tom & \"Ann\" <b>]]>\u{7}";
    let outcome = case.published(json!({"title": title, "audience": "public", "quotes": [quote]})).await;
    let answer = learned(&case, "/feed").await;
    assert_eq!(answer.headers["content-type"], "application/atom+xml; charset=utf-8");
    let xml = answer.text();
    let document = Document::parse(&xml).unwrap();
    let found = entries(&document);
    assert_eq!(found.len(), 1);
    assert_eq!(text(found[0], "id"), format!("urn:uuid:{}", outcome["id"].as_str().unwrap()));
    assert_eq!(text(found[0], "title"), "Tom & \"Ann\" <b>]]>");
    assert_eq!(text(found[0], "published"), "2026-03-02T09:00:00Z");
    let content = text(found[0], "content");
    assert!(content.contains("<h2>We tried</h2>") && !content.contains("My words"), "{content}");
    let tag = answer.headers["etag"].to_str().unwrap().to_owned();
    let feed = format!("/learned/{}/feed", case.app.ws);
    let reader = case.app.anonymous().with("if-none-match", &tag);
    let seen = reader.send_raw(axum::http::Method::GET, &feed, None).await;
    assert_eq!((seen.status.as_u16(), seen.bytes.len()), (304, 0));
    case.app.advance(SECOND);
    let edit = json!({"learned": "It did more than we thought"});
    case.app.editor().seen(2).patch(&path(&outcome), edit).await.ok();
    let changed = reader.send_raw(axum::http::Method::GET, &feed, None).await;
    assert_eq!(changed.status, 200);
    let (xml, before) = (changed.text(), text(found[0], "id").to_owned());
    let document = Document::parse(&xml).unwrap();
    let found = entries(&document);
    assert_eq!((text(found[0], "id"), text(found[0], "updated")), (before.as_str(), "2026-03-02T09:00:01Z"));
    assert_eq!(text(document.root_element(), "updated"), "2026-03-02T09:00:01Z");
}
