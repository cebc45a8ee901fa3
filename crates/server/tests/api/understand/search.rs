use serde_json::{Value, json};

use super::{add_theme, id};
use crate::support::{TestApp, add_signal};

fn titles(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|hit| hit["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn finds_whatever_the_language_case_and_accents_while_it_is_typed() {
    let app = TestApp::new().await;
    for body in ["Der Export nach Zürich hängt", "导出很慢", "Экспорт не работает", "Nothing of interest"]
    {
        add_signal(&app, body).await;
    }
    let check = async |q: &str, expect: &[&str]| {
        let found = app.viewer().get(&format!("/search?q={q}")).await.ok();
        assert_eq!(titles(&found), expect, "{q}");
    };
    check("zurich", &["Der Export nach Zürich hängt"]).await;
    check("ZÜR", &["Der Export nach Zürich hängt"]).await;
    check("hangt%20exp", &["Der Export nach Zürich hängt"]).await;
    check("%22export%20nach%22", &["Der Export nach Zürich hängt"]).await;
    check("%22nach%20export%22", &[]).await;
    check("%E5%AF%BC%E5%87%BA", &["导出很慢"]).await;
    check("%D1%8D%D0%BA%D1%81", &["Экспорт не работает"]).await;
    check("%20%20", &[]).await;
    check("%22%22!!", &[]).await;
}

#[tokio::test]
async fn a_hit_says_where_its_words_are_in_code_points_and_never_as_html() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "😤 <b>Export</b> fails").await;
    let found = app.viewer().get("/search?q=export").await.ok();
    let hit = &found["items"][0];
    assert_eq!(hit["snippet"], "😤 <b>Export</b> fails");
    assert_eq!(hit["ranges"], json!([{"start": 5, "end": 11}]));
    assert_eq!(hit["url"], format!("/listen/signals/{}", id(&signal)));
    assert_eq!(hit["kind"], "signal");
}

#[tokio::test]
async fn themes_and_insights_are_found_too_and_counted_by_kind() {
    let app = TestApp::new().await;
    let (theme, _) = add_theme(&app, "Slow exports", &["Exports take an hour"]).await;
    app.editor()
        .create("/insights", json!({"statement": "Exports block month-end", "theme_id": theme["id"]}))
        .await;
    let found = app.viewer().get("/search?q=exports").await.ok();
    assert_eq!(found["total"], 3);
    let mut kinds: Vec<_> =
        found["kinds"].as_array().unwrap().iter().map(|kind| kind["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["insight", "signal", "theme"]);
    let themes = app.viewer().get("/search?q=exports&kind=theme").await.ok();
    assert_eq!(titles(&themes), ["Slow exports"]);
    assert_eq!(themes["kinds"], found["kinds"]);
    let path = format!("/themes/{}", id(&theme));
    app.editor().seen(theme["version"].as_i64().unwrap()).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/search?q=exports&kind=theme").await.ok()["total"], 0);
}

#[tokio::test]
async fn a_typing_error_is_forgiven_when_nothing_matches_exactly() {
    let app = TestApp::new().await;
    add_signal(&app, "The invoice is wrong").await;
    let found = app.viewer().get("/search?q=invocie").await.ok();
    assert_eq!((&found["near"], &found["total"]), (&json!(true), &json!(1)));
    assert_eq!(found["items"][0]["ranges"], json!([{"start": 4, "end": 11}]));
    assert_eq!(app.viewer().get("/search?q=invoice").await.ok()["near"], false);
}

#[tokio::test]
async fn results_page_and_refuse_nonsense() {
    let app = TestApp::new().await;
    for n in 0..5 {
        add_signal(&app, &format!("Broken link number {n}")).await;
    }
    let first = app.viewer().get("/search?q=broken&limit=3").await.ok();
    let cursor = first["next"].as_str().unwrap();
    let second = app.viewer().get(&format!("/search?q=broken&limit=3&cursor={cursor}")).await.ok();
    assert_eq!((titles(&first).len(), titles(&second).len(), &second["next"]), (3, 2, &Value::Null));
    let viewer = app.viewer();
    assert_eq!(viewer.get("/search?q=a&kind=spaceship").await.refused_fields(), ["kind"]);
    assert_eq!(viewer.get(&format!("/search?q={}", "a".repeat(501))).await.refused_fields(), ["q"]);
    assert_eq!(viewer.get("/search?q=a&limit=0").await.refused_fields(), ["limit"]);
    app.anonymous().get("/search?q=a").await.refused(401);
}

#[tokio::test]
async fn another_workspace_finds_nothing_of_ours() {
    let app = TestApp::new().await;
    add_signal(&app, "A secret plan").await;
    assert_eq!(app.viewer().get("/search?q=secret").await.ok()["total"], 1);
    assert_eq!(app.stranger().get("/search?q=secret").await.ok()["total"], 0);
    assert_eq!(app.stranger().get("/signals?q=secret").await.ok()["total"], 0);
    assert_eq!(app.stranger().get("/signals/facets").await.ok()["source"], json!([]));
}

#[tokio::test]
async fn a_list_of_signals_is_narrowed_by_words_and_stays_newest_first() {
    let app = TestApp::new().await;
    for n in 0..7 {
        add_signal(&app, &format!("Export {n}")).await;
        add_signal(&app, &format!("Import {n}")).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.viewer().get(&format!("/signals?q=export&limit=3{cursor}")).await.ok();
        assert_eq!(page["total"], 7);
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|item| item["body"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, (0..7).rev().map(|n| format!("Export {n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn facets_and_words_see_every_filter_and_what_was_archived() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let source = editor.create("/sources", json!({"kind": "api", "name": "API"})).await;
    let add = async |body: &str, more: Value| {
        let mut input = json!({"source_id": source["id"], "body": body});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        editor.create("/signals", input).await
    };
    add(
        "Slow export",
        json!({"score": 2, "score_kind": "nps", "tags": ["a"], "occurred_at": "2026-01-05T00:00:00Z"}),
    )
    .await;
    let second = add("Slow import", json!({"score": 9, "score_kind": "nps", "tags": ["a", "b"]})).await;
    add("Slow start", json!({"next_step": {"kind": "fix_now"}})).await;
    let total =
        async |query: &str| app.viewer().get(&format!("/signals?q=slow&{query}")).await.ok()["total"].clone();
    assert_eq!(total("score_max=6").await, 1);
    assert_eq!(total("score_min=2&score_max=9").await, 2);
    assert_eq!(total("tag=a").await, 2);
    assert_eq!(total("next_step=missing").await, 2);
    assert_eq!(total("to=2026-02-01T00:00:00Z").await, 1);
    assert_eq!(total("from=2026-02-01T00:00:00Z").await, 2);
    let facets = app.viewer().get("/signals/facets?q=slow%20imp").await.ok();
    assert_eq!(facets["tag"], json!([{"value": "a", "n": 1}, {"value": "b", "n": 1}]));
    let all = app.viewer().get("/signals/facets").await.ok();
    assert_eq!(all["next_step"], json!([{"value": "", "n": 2}, {"value": "fix_now", "n": 1}]));
    editor.seen(1).delete(&format!("/signals/{}", id(&second))).await.ok();
    assert_eq!(total("").await, 2);
    assert_eq!(total("archived=true").await, 1);
    assert_eq!(app.viewer().get("/signals/facets?archived=true").await.ok()["tag"][0]["n"], 1);
}

#[tokio::test]
async fn every_kind_is_found_once_it_is_there_under_its_new_name_and_not_once_put_away() {
    let app = TestApp::new().await;
    let editor = app.editor();
    // The index is there before anything else: what is made later cannot come from building it.
    assert_eq!(app.viewer().get("/search?q=quokka").await.ok()["total"], 0);
    let total = async |q: &str, kind: &str| {
        app.viewer().get(&format!("/search?q={q}&kind={kind}")).await.ok()["total"].clone()
    };
    for (kind, list, field) in [
        ("person", "/people", "name"),
        ("account", "/accounts", "name"),
        ("interview", "/interviews", "title"),
        ("hypothesis", "/hypotheses", "title"),
        ("theme", "/themes", "name"),
        ("insight", "/insights", "statement"),
        ("decision", "/decisions", "question"),
    ] {
        let made = editor.create(list, json!({field: "Quokka"})).await;
        assert_eq!(total("quokka", kind).await, 1, "{kind}");
        let path = format!("{list}/{}", id(&made));
        let version = made["version"].as_i64().unwrap();
        editor.seen(version).patch(&path, json!({field: "Wombat"})).await.ok();
        assert_eq!(
            (total("quokka", kind).await, total("wombat", kind).await),
            (json!(0), json!(1)),
            "{kind}"
        );
        editor.seen(version + 1).delete(&path).await.ok();
        assert_eq!(total("wombat", kind).await, 0, "{kind}");
    }
}

#[tokio::test]
async fn what_was_said_in_an_interview_is_found() {
    let app = TestApp::new().await;
    let interview = app.editor().create("/interviews", json!({"title": "Ada"})).await;
    assert_eq!(app.viewer().get("/search?q=quokka").await.ok()["total"], 0);
    let path = format!("/api/v1/interviews/{}/transcript", id(&interview));
    let text = b"ada: a quokka bit me".to_vec();
    let body = Some(("application/octet-stream", text));
    app.editor().seen(1).send_raw(axum::http::Method::PUT, &path, body).await.ok();
    let found = app.viewer().get("/search?q=quokka").await.ok();
    assert_eq!(found["items"][0]["id"], interview["id"]);
}

#[tokio::test]
async fn a_merge_takes_the_words_along_in_searches_and_gives_them_back() {
    let app = TestApp::new().await;
    let (editor, admin) = (app.editor(), app.admin());
    let kept = editor.create("/people", json!({"name": "Ada"})).await;
    let other = editor.create("/people", json!({"name": "A. L."})).await;
    let source = editor.create("/sources", json!({"kind": "api", "name": "API"})).await;
    let input = json!({"source_id": source["id"], "body": "A quokka", "person_id": other["id"]});
    editor.create("/signals", input).await;
    let total = async |person: &Value| {
        let path = format!("/signals?q=quokka&person_id={}", id(person));
        app.viewer().get(&path).await.ok()["total"].clone()
    };
    assert_eq!((total(&kept).await, total(&other).await), (json!(0), json!(1)));
    let merges = format!("/people/{}/merges", id(&kept));
    let merge = admin.seen(1).create(&merges, json!({"other_id": other["id"]})).await;
    assert_eq!((total(&kept).await, total(&other).await), (json!(1), json!(0)));
    assert_eq!(app.viewer().get("/search?q=ada&kind=person").await.ok()["total"], 1);
    assert_eq!(app.viewer().get("/search?q=%22a%20l%22&kind=person").await.ok()["total"], 0);
    admin.post(&format!("{merges}/{}/undo", id(&merge)), json!({})).await.ok();
    assert_eq!((total(&kept).await, total(&other).await), (json!(0), json!(1)));
    assert_eq!(app.viewer().get("/search?q=%22a%20l%22&kind=person").await.ok()["total"], 1);
}
