use heedful_server::listen::segments::REFRESH_WAIT;
use serde_json::{Value, json};

use crate::support::{TestApp, add_signal};

fn path(segment: &Value) -> String {
    format!("/segments/{}", segment["id"].as_str().unwrap())
}

fn enterprise() -> Value {
    json!({"all": [{"on": "account", "field": "plan", "op": "eq", "value": "enterprise"}]})
}

/// Two accounts, three people in and out of them, and a signal of each.
async fn world(app: &TestApp) -> (Value, Vec<Value>) {
    let editor = app.editor();
    let big = editor
        .create("/accounts", json!({"name": "Big", "plan": "Enterprise", "revenue_cents": 500_000}))
        .await;
    let small =
        editor.create("/accounts", json!({"name": "Small", "plan": "free", "revenue_cents": 100})).await;
    let mut people = Vec::new();
    for (name, role, accounts) in [
        ("Ada", "buyer", json!([big["id"]])),
        ("Bob", "user", json!([big["id"], small["id"]])),
        ("Cy", "buyer", json!([])),
    ] {
        let input = json!({"name": name, "traits": {"role": role}, "account_ids": accounts});
        let person = editor.create("/people", input).await;
        let signal = add_signal(app, name).await;
        let path = format!("/signals/{}", signal["id"].as_str().unwrap());
        editor.seen(1).patch(&path, json!({"person_id": person["id"]})).await.ok();
        people.push(person);
    }
    let nobody = add_signal(app, "Nobody known of Big").await;
    let path = format!("/signals/{}", nobody["id"].as_str().unwrap());
    editor.seen(1).patch(&path, json!({"account_id": big["id"]})).await.ok();
    (big, people)
}

#[tokio::test]
async fn counts_are_live_and_the_preview_agrees_with_what_is_saved() {
    let app = TestApp::new().await;
    let (big, people) = world(&app).await;
    let check = async |rule: Value, expect: [i64; 4]| {
        let preview = app.viewer().post("/segments/preview", json!({"rule": rule})).await.ok();
        let name = format!("{rule}").chars().take(100).collect::<String>();
        let saved = app.editor().create("/segments", json!({"name": name, "rule": rule})).await;
        let [n_people, n_accounts, n_signals, revenue_cents] = expect;
        let expect = json!({"n_people": n_people, "n_accounts": n_accounts, "n_signals": n_signals,
                            "revenue_cents": revenue_cents});
        assert_eq!(preview["counts"], expect, "{rule}");
        assert_eq!(saved["counts"], expect, "{rule}");
        let id = saved["id"].as_str().unwrap();
        assert_eq!(app.viewer().get(&format!("/people?segment_id={id}")).await.ok()["total"], n_people);
        assert_eq!(app.viewer().get(&format!("/accounts?segment_id={id}")).await.ok()["total"], n_accounts);
        assert_eq!(app.viewer().get(&format!("/signals?in_segment={id}")).await.ok()["total"], n_signals);
        saved
    };
    let buyer = json!({"on": "person", "field": "traits.role", "op": "eq", "value": "buyer"});
    let segment = check(enterprise(), [2, 1, 3, 500_000]).await;
    check(json!({"all": [buyer]}), [2, 1, 3, 500_000]).await;
    check(json!({"all": [buyer, enterprise()["all"][0]]}), [1, 1, 2, 500_000]).await;
    check(json!({"all": [{"on": "person", "field": "name", "op": "contains", "value": "z"}]}), [0, 0, 0, 0])
        .await;
    check(json!({"all": [{"on": "person", "field": "name", "op": "set"}]}), [3, 2, 4, 500_100]).await;

    let big_path = format!("/accounts/{}", big["id"].as_str().unwrap());
    app.editor().seen(1).patch(&big_path, json!({"plan": "free"})).await.ok();
    app.advance(REFRESH_WAIT);
    app.run_jobs().await;
    assert_eq!(app.viewer().get(&path(&segment)).await.ok()["counts"]["n_people"], 0);
    app.editor().seen(2).patch(&big_path, json!({"plan": "enterprise"})).await.ok();
    let ada = format!("/people/{}", people[0]["id"].as_str().unwrap());
    app.editor().seen(1).delete(&ada).await.ok();
    app.advance(REFRESH_WAIT);
    app.run_jobs().await;
    assert_eq!(app.viewer().get(&path(&segment)).await.ok()["counts"]["n_people"], 1);
}

#[tokio::test]
async fn a_new_rule_counts_at_once_and_names_are_unique() {
    let app = TestApp::new().await;
    world(&app).await;
    let editor = app.editor();
    let segment = editor.create("/segments", json!({"name": "Paying", "rule": enterprise()})).await;
    let again = editor.post("/segments", json!({"name": "Paying", "rule": enterprise()})).await;
    assert_eq!(again.refused_fields(), ["name"]);
    let free = json!({"all": [{"on": "account", "field": "plan", "op": "in", "value": ["free", "trial"]}]});
    let changed = editor.seen(1).patch(&path(&segment), json!({"name": "Free", "rule": free})).await.ok();
    assert_eq!(
        (&changed["counts"]["n_people"], &changed["counts"]["revenue_cents"]),
        (&json!(1), &json!(100))
    );
    editor.seen(1).patch(&path(&segment), json!({"name": "Old"})).await.refused(409);
    editor.seen(2).delete(&path(&segment)).await.ok();
    assert_eq!(app.viewer().get("/segments").await.ok()["total"], 0);
    assert_eq!(app.viewer().get("/segments?archived=true").await.ok()["total"], 1);
    let back = editor.seen(3).post(&format!("{}/restore", path(&segment)), json!({})).await.ok();
    assert_eq!(back["counts"]["n_people"], 1);
}

#[tokio::test]
async fn broken_rules_name_the_condition() {
    let app = TestApp::new().await;
    let check = async |rule: Value, expect: &[&str]| {
        let input = json!({"name": "x", "rule": rule});
        assert_eq!(app.editor().post("/segments", input).await.refused_fields(), expect);
        let answer = app.viewer().post("/segments/preview", json!({"rule": rule})).await;
        assert_eq!(answer.refused_fields(), expect);
    };
    check(json!({"all": []}), &["rule.all"]).await;
    let one = |on: &str, field: &str, op: &str, value: Value| json!({"all": [{"on": on, "field": field, "op": op, "value": value}]});
    check(one("team", "plan", "eq", json!("x")), &["rule.all.0.on"]).await;
    check(one("person", "plan", "eq", json!("x")), &["rule.all.0.field"]).await;
    check(one("account", "revenue_cents", "gt", json!("x")), &["rule.all.0.value"]).await;
    check(one("account", "plan", "like", json!("x")), &["rule.all.0.op"]).await;
}

#[tokio::test]
async fn segments_of_another_workspace_do_not_exist() {
    let app = TestApp::new().await;
    world(&app).await;
    let segment = app.editor().create("/segments", json!({"name": "Paying", "rule": enterprise()})).await;
    let stranger = app.stranger();
    stranger.get(&path(&segment)).await.refused(404);
    stranger.seen(1).patch(&path(&segment), json!({"name": "B"})).await.refused(404);
    stranger.seen(1).delete(&path(&segment)).await.refused(404);
    assert_eq!(stranger.get("/segments").await.ok()["total"], 0);
    let preview = stranger.post("/segments/preview", json!({"rule": enterprise()})).await.ok();
    assert_eq!(preview["counts"]["n_people"], 0);
    app.viewer().post("/segments", json!({"name": "x", "rule": enterprise()})).await.refused(403);
}
