use serde_json::{Value, json};

use crate::support::{TestApp, add_signal};

fn path(account: &Value) -> String {
    format!("/accounts/{}", account["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_account_is_kept_and_changed() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let input = json!({"name": "Acme", "plan": "enterprise", "revenue_cents": 1_200_000, "external_id": "a1",
                       "traits": {"region": "EU"}});
    let acme = editor.create("/accounts", input).await;
    assert_eq!(app.viewer().get(&path(&acme)).await.ok(), acme);
    let changed =
        editor.seen(1).patch(&path(&acme), json!({"revenue_cents": null, "plan": "free"})).await.ok();
    assert_eq!((&changed["revenue_cents"], &changed["plan"]), (&Value::Null, &json!("free")));
    assert_eq!(changed["traits"], json!({"region": "EU"}));
    editor.seen(1).patch(&path(&acme), json!({"name": "B"})).await.refused(409);
    editor.seen(2).delete(&path(&acme)).await.ok();
    assert_eq!(app.viewer().get("/accounts").await.ok()["total"], 0);
    editor.seen(3).post(&format!("{}/restore", path(&acme)), json!({})).await.ok();
    let check = async |input: Value, expect: &[&str]| {
        assert_eq!(editor.post("/accounts", input).await.refused_fields(), expect);
    };
    check(json!({"name": " "}), &["name"]).await;
    check(json!({"name": "x", "revenue_cents": -1}), &["revenue_cents"]).await;
    check(json!({"name": "x", "revenue_cents": "many"}), &["revenue_cents"]).await;
    check(json!({"name": "x", "external_id": "a1"}), &["external_id"]).await;
}

#[tokio::test]
async fn sums_count_people_and_their_words() {
    let app = TestApp::new().await;
    let editor = app.editor();
    let acme = editor.create("/accounts", json!({"name": "Acme", "revenue_cents": 100})).await;
    let big = editor.create("/accounts", json!({"name": "Big", "revenue_cents": 900})).await;
    let none = editor.create("/accounts", json!({"name": "None"})).await;
    let ada = editor.create("/people", json!({"name": "Ada", "account_ids": [acme["id"]]})).await;
    for (words, patch) in [
        ("Of a person", json!({"person_id": ada["id"]})),
        ("Of the account", json!({"account_id": acme["id"]})),
        ("Of a person for another account", json!({"person_id": ada["id"], "account_id": big["id"]})),
    ] {
        let signal = add_signal(&app, words).await;
        editor.seen(1).patch(&format!("/signals/{}", signal["id"].as_str().unwrap()), patch).await.ok();
    }
    let read = app.viewer().get(&path(&acme)).await.ok();
    assert_eq!((&read["n_people"], &read["n_signals"]), (&json!(1), &json!(2)));
    assert!(read["heard_at"].is_string());
    let timeline = app.viewer().get(&format!("{}/timeline", path(&acme))).await.ok();
    assert_eq!(timeline["total"], 2);
    let mut names = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.viewer().get(&format!("/accounts?sort=revenue&limit=1{cursor}")).await.ok();
        names.push(page["items"][0]["name"].clone());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(names, ["Big", "Acme", "None"]);
    assert_eq!(app.viewer().get("/accounts?q=BI").await.ok()["items"][0]["id"], big["id"]);
    assert_eq!(app.viewer().get("/accounts?sort=size").await.refused_fields(), ["sort"]);
    assert_eq!(app.viewer().get(&path(&none)).await.ok()["n_signals"], 0);
}

#[tokio::test]
async fn accounts_of_another_workspace_do_not_exist() {
    let app = TestApp::new().await;
    let acme = app.editor().create("/accounts", json!({"name": "Acme"})).await;
    let stranger = app.stranger();
    stranger.get(&path(&acme)).await.refused(404);
    stranger.get(&format!("{}/timeline", path(&acme))).await.refused(404);
    stranger.seen(1).patch(&path(&acme), json!({"name": "B"})).await.refused(404);
    stranger.seen(1).delete(&path(&acme)).await.refused(404);
    assert_eq!(stranger.get("/accounts").await.ok()["total"], 0);
}
