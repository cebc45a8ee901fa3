use heedful_db::listen::signals;
use heedful_db::types::DAY;
use heedful_db::understand::themes;
use serde_json::{Value, json};

use super::{add_theme, id};
use crate::support::{NOBODY, TestApp, add_signal};

async fn numbers(app: &TestApp, theme: &Value) -> Value {
    app.viewer().get(&format!("/themes/{}", id(theme))).await.ok()["numbers"].clone()
}

/// Who put which signals into a theme, as the database has it.
async fn assigned(app: &TestApp, theme: &Value) -> Vec<themes::Assignment> {
    let mut conn = app.app.db.read().await.unwrap();
    themes::list_assignments(&mut conn, &app.ws, id(theme)).await.unwrap()
}

#[tokio::test]
async fn a_theme_has_three_axes_and_a_root_cause() {
    let app = TestApp::new().await;
    let input = json!({"name": "Exports time out", "problem_type": "performance", "usage_context": "closing the month",
                       "desired_outcome": "a file by noon", "root_cause_kind": "design", "root_cause": "One big query"});
    let theme = app.editor().create("/themes", input).await;
    let path = format!("/themes/{}", id(&theme));
    let changed =
        app.editor().seen(1).patch(&path, json!({"root_cause_kind": null, "name": " Slow "})).await.ok();
    assert_eq!((&changed["name"], &changed["root_cause_kind"]), (&json!("Slow"), &Value::Null));
    assert_eq!(changed["desired_outcome"], "a file by noon");
    let bad = json!({"name": "", "problem_type": "mood", "root_cause_kind": "fate"});
    assert_eq!(
        app.editor().post("/themes", bad).await.refused_fields(),
        ["name", "problem_type", "root_cause_kind"]
    );
    app.editor().seen(1).patch(&path, json!({"name": "Late"})).await.refused(409);
    app.editor().seen(2).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/themes?archived=true").await.ok()["total"], 1);
    app.editor().seen(3).post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(app.viewer().get("/themes").await.ok()["total"], 1);
}

#[tokio::test]
async fn signals_are_assigned_by_id_or_by_what_a_list_shows_and_taken_out_again() {
    let app = TestApp::new().await;
    let (theme, ids) = add_theme(&app, "Exports", &["Export slow", "Export broken"]).await;
    let third = add_signal(&app, "Export never ends").await;
    add_signal(&app, "Login fails").await;
    let path = format!("/themes/{}/signals", id(&theme));
    let moved = app.editor().post(&path, json!({"filter": "q=export"})).await.ok();
    assert_eq!(moved["ids"], json!([third["id"]]));
    assert_eq!(numbers(&app, &theme).await["n_signals"], 3);
    assert_eq!(app.viewer().get(&format!("/signals?theme_id={}", id(&theme))).await.ok()["total"], 3);
    assert_eq!(
        app.viewer().get("/signals/facets").await.ok()["theme"],
        json!([{"value": theme["id"], "n": 3}])
    );
    assert_eq!(app.viewer().get(&format!("/themes?signal_id={}", ids[0])).await.ok()["total"], 1);
    let removed = app.editor().post(&format!("{path}/remove"), json!({"ids": [ids[0], NOBODY]})).await.ok();
    assert_eq!(removed["ids"], json!([ids[0]]));
    assert_eq!(numbers(&app, &theme).await["n_signals"], 2);
    let refused = async |input: Value| app.editor().post(&path, input).await.refused_fields();
    assert_eq!(refused(json!({"ids": [ids[0], NOBODY]})).await, ["ids"]);
    assert_eq!(refused(json!({"ids": []})).await, ["ids"]);
    assert_eq!(refused(json!({"filter": "q=export", "ids": [ids[0]]})).await, ["filter"]);
    assert_eq!(refused(json!({"filter": "score_min=lots"})).await, ["filter"]);
    assert_eq!(numbers(&app, &theme).await["n_signals"], 2);
}

#[tokio::test]
async fn volume_and_trend_are_told_apart_from_chance() {
    let app = TestApp::new().await;
    let (rising, _) = add_theme(&app, "Rising", &[]).await;
    let (quiet, _) = add_theme(&app, "Quiet", &["Just one"]).await;
    let source = app.editor().get("/sources").await.ok()["items"][0]["id"].clone();
    let mut ids = Vec::new();
    for n in 0..24 {
        let at = if n < 4 { "2026-01-20T00:00:00Z" } else { "2026-02-20T00:00:00Z" };
        let input = json!({"source_id": source, "body": format!("Again {n}"), "occurred_at": at});
        ids.push(app.editor().create("/signals", input).await["id"].clone());
    }
    app.editor().post(&format!("/themes/{}/signals", id(&rising)), json!({"ids": ids})).await.ok();
    let found = numbers(&app, &rising).await;
    assert_eq!((&found["trend"]["n_before"], &found["trend"]["n_recent"]), (&json!(4), &json!(20)));
    assert_eq!(found["trend"]["direction"], "rising");
    assert!(found["trend"]["ratio"]["low"].as_f64().unwrap() > 1.0);
    assert_eq!(found["weeks"].as_array().unwrap().iter().map(|n| n.as_i64().unwrap()).sum::<i64>(), 24);
    let few = numbers(&app, &quiet).await;
    assert_eq!(
        (&few["trend"]["direction"], &few["trend"]["ratio"]["reason_code"]),
        (&json!("unclear"), &json!("too_few"))
    );
    let list = app.viewer().get("/themes?sort=trend").await.ok();
    assert_eq!(list["items"][0]["name"], "Rising");
    assert_eq!(app.viewer().get("/themes?sort=-name").await.ok()["items"][0]["name"], "Rising");
    assert_eq!(app.viewer().get("/themes?trend=rising").await.ok()["total"], 1);
    assert_eq!(app.viewer().get("/themes?q=qui").await.ok()["total"], 1);
    let first = app.viewer().get("/themes?sort=name&limit=1").await.ok();
    let next = first["next"].as_str().unwrap();
    assert_eq!(
        app.viewer().get(&format!("/themes?sort=name&limit=1&cursor={next}")).await.ok()["items"][0]["name"],
        "Rising"
    );
    assert_eq!(app.viewer().get("/themes?sort=mood").await.refused_fields(), ["sort"]);
}

#[tokio::test]
async fn accounts_and_revenue_at_stake_count_each_account_once() {
    let app = TestApp::new().await;
    let (theme, ids) = add_theme(&app, "Exports", &["One", "Two", "Three", "Four"]).await;
    let mut tx = app.app.db.begin().await.unwrap();
    support_rows(&mut tx, &app).await;
    for (index, (account, person)) in
        [(Some("big"), None), (Some("big"), None), (None, Some("ada")), (None, None)].into_iter().enumerate()
    {
        let mut row = signals::get(&mut tx, &app.ws, &ids[index]).await.unwrap();
        row.account_id = account.map(str::to_owned);
        row.person_id = person.map(str::to_owned);
        signals::update(&mut tx, &app.ws, &row, app.app.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let found = numbers(&app, &theme).await;
    assert_eq!((&found["n_accounts"], &found["n_accounts_unpriced"]), (&json!(2), &json!(1)));
    assert_eq!(found["revenue_cents"], 900_000);
    let summary = app.viewer().get(&format!("/themes/{}/summary", id(&theme))).await.ok();
    assert_eq!(
        summary["accounts"][0],
        json!({"id": "big", "name": "Big Co", "plan": "enterprise", "revenue_cents": 900_000, "n_signals": 2})
    );
    assert_eq!(summary["accounts"][1]["name"], "Small Co");
    assert_eq!(summary["plans"][1], json!({"value": "enterprise", "n": 2}));
    assert_eq!(summary["weeks"].as_array().unwrap().len(), 26);
    assert_eq!(summary["weeks"][25]["n"], 4);
    assert_eq!(summary["quotes"].as_array().unwrap().len(), 4);
}

/// Accounts and people, written as their own stage does.
async fn support_rows(conn: &mut heedful_db::Conn, app: &TestApp) {
    let mut run = async |sql: &'static str| {
        heedful_db::testing::execute(&mut *conn, sql, app.ws.as_str()).await.unwrap();
    };
    run("INSERT INTO accounts (workspace_id, id, created_at, updated_at, name, plan, revenue_cents) VALUES ($1, 'big', 1, 1, 'Big Co', 'enterprise', 900000)").await;
    run("INSERT INTO accounts (workspace_id, id, created_at, updated_at, name) VALUES ($1, 'small', 1, 1, 'Small Co')").await;
    run(
        "INSERT INTO people (workspace_id, id, created_at, updated_at, name) VALUES ($1, 'ada', 1, 1, 'Ada')",
    )
    .await;
    run("INSERT INTO account_people (workspace_id, account_id, person_id) VALUES ($1, 'small', 'ada')").await;
}

#[tokio::test]
async fn a_merge_moves_everything_and_its_undo_puts_everything_back() {
    let app = TestApp::new().await;
    let (into, both) = add_theme(&app, "Exports", &["In both"]).await;
    let (from, only) = add_theme(&app, "CSV", &["Only here"]).await;
    app.editor().post(&format!("/themes/{}/signals", id(&from)), json!({"ids": both})).await.ok();
    let insight =
        app.editor().create("/insights", json!({"statement": "CSV matters", "theme_id": from["id"]})).await;
    let before = (assigned(&app, &from).await, assigned(&app, &into).await);
    app.advance(DAY);
    let change =
        app.editor().post(&format!("/themes/{}/merge", id(&from)), json!({"into_id": into["id"]})).await.ok();
    assert_eq!((&change["n_signals"], &change["n_insights"]), (&json!(2), &json!(1)));
    assert_eq!(numbers(&app, &into).await["n_signals"], 2);
    let gone = app.viewer().get(&format!("/themes/{}", id(&from))).await.ok();
    assert_eq!(gone["merged_into_id"], into["id"]);
    assert!(!gone["archived_at"].is_null());
    let insight_path = format!("/insights/{}", id(&insight));
    assert_eq!(app.viewer().get(&insight_path).await.ok()["theme_id"], into["id"]);
    let restore = format!("/themes/{}/restore", id(&from));
    app.editor().seen(gone["version"].as_i64().unwrap()).post(&restore, json!({})).await.refused(409);
    let undo = format!("/themes/changes/{}/undo", id(&change));
    app.stranger().post(&undo, json!({})).await.refused(404);
    app.viewer().post(&undo, json!({})).await.refused(403);
    assert!(!app.editor().post(&undo, json!({})).await.ok()["undone_at"].is_null());
    assert_eq!((assigned(&app, &from).await, assigned(&app, &into).await), before);
    assert_eq!(app.viewer().get(&insight_path).await.ok()["theme_id"], from["id"]);
    app.editor().post(&undo, json!({})).await.refused(409);
    assert_eq!(only.len(), 1);
    let changes = app.viewer().get(&format!("/themes/{}/changes", id(&into))).await.ok();
    assert_eq!(changes["total"], 1);
}

#[tokio::test]
async fn an_undo_that_would_lose_later_work_is_refused_with_the_reason() {
    let app = TestApp::new().await;
    let (into, _) = add_theme(&app, "Exports", &["One"]).await;
    let (from, ids) = add_theme(&app, "CSV", &["Two"]).await;
    let change =
        app.editor().post(&format!("/themes/{}/merge", id(&from)), json!({"into_id": into["id"]})).await.ok();
    let undo = format!("/themes/changes/{}/undo", id(&change));
    let signals = format!("/themes/{}/signals", id(&into));
    app.editor().post(&format!("{signals}/remove"), json!({"ids": ids})).await.ok();
    let error = app.editor().post(&undo, json!({})).await.refused(409);
    assert!(error["message"].as_str().unwrap().contains("taken out"), "{error}");
    app.editor().post(&signals, json!({"ids": ids})).await.ok();
    let split = json!({"signal_ids": ids, "theme": {"name": "Split off"}});
    let later = app.editor().create(&format!("/themes/{}/split", id(&into)), split).await;
    let error = app.editor().post(&undo, json!({})).await.refused(409);
    assert!(error["message"].as_str().unwrap().contains("undo that first"), "{error}");
    app.editor().post(&format!("/themes/changes/{}/undo", id(&later)), json!({})).await.ok();
    app.editor().post(&undo, json!({})).await.ok();
    assert_eq!(numbers(&app, &from).await["n_signals"], 1);
}

#[tokio::test]
async fn a_split_makes_a_theme_of_the_chosen_signals_and_can_be_undone() {
    let app = TestApp::new().await;
    let (theme, ids) = add_theme(&app, "Exports", &["CSV one", "CSV two", "PDF"]).await;
    let before = assigned(&app, &theme).await;
    let path = format!("/themes/{}/split", id(&theme));
    let input = json!({"signal_ids": [ids[0], ids[1]], "theme": {"name": "CSV exports"}});
    let change = app.editor().create(&path, input).await;
    assert_eq!(numbers(&app, &theme).await["n_signals"], 1);
    let new = app.viewer().get(&format!("/themes/{}", change["other_id"].as_str().unwrap())).await.ok();
    assert_eq!((&new["name"], &new["numbers"]["n_signals"]), (&json!("CSV exports"), &json!(2)));
    let undo = format!("/themes/changes/{}/undo", id(&change));
    app.editor().post(&format!("/themes/{}/signals", id(&new)), json!({"ids": [ids[2]]})).await.ok();
    app.editor().post(&undo, json!({})).await.refused(409);
    app.editor().post(&format!("/themes/{}/signals/remove", id(&new)), json!({"ids": [ids[2]]})).await.ok();
    app.editor().post(&undo, json!({})).await.ok();
    assert_eq!(assigned(&app, &theme).await, before);
    assert!(!app.viewer().get(&format!("/themes/{}", id(&new))).await.ok()["archived_at"].is_null());
    let refused = async |input: Value| app.editor().post(&path, input).await.refused_fields();
    assert_eq!(refused(json!({"signal_ids": [NOBODY], "theme": {"name": "X"}})).await, ["signal_ids"]);
    assert_eq!(refused(json!({"signal_ids": [], "theme": {"name": ""}})).await, ["name", "signal_ids"]);
}

#[tokio::test]
async fn merging_into_itself_or_into_what_is_gone_is_refused_and_strangers_see_nothing() {
    let app = TestApp::new().await;
    let (theme, ids) = add_theme(&app, "Exports", &["One"]).await;
    let path = format!("/themes/{}", id(&theme));
    let merge = format!("{path}/merge");
    assert_eq!(
        app.editor().post(&merge, json!({"into_id": theme["id"]})).await.refused_fields(),
        ["into_id"]
    );
    assert_eq!(app.editor().post(&merge, json!({"into_id": NOBODY})).await.refused_fields(), ["into_id"]);
    let stranger = app.stranger();
    stranger.get(&path).await.refused(404);
    stranger.get(&format!("{path}/summary")).await.refused(404);
    stranger.get(&format!("{path}/changes")).await.refused(404);
    stranger.seen(1).delete(&path).await.refused(404);
    stranger.post(&merge, json!({"into_id": NOBODY})).await.refused(404);
    stranger.post(&format!("{path}/signals"), json!({"ids": ids})).await.refused(404);
    stranger.post(&format!("{path}/signals/remove"), json!({"ids": ids})).await.refused(404);
    stranger
        .post(&format!("{path}/split"), json!({"signal_ids": ids, "theme": {"name": "X"}}))
        .await
        .refused(404);
    let own = stranger.create("/themes", json!({"name": "Theirs"})).await;
    let foreign = json!({"ids": ids});
    assert_eq!(
        stranger.post(&format!("/themes/{}/signals", id(&own)), foreign).await.refused_fields(),
        ["ids"]
    );
}

#[tokio::test]
async fn the_matrix_counts_a_signal_once_per_problem_type() {
    let app = TestApp::new().await;
    let (first, ids) = add_theme(&app, "Slow", &["One", "Two"]).await;
    let (second, _) = add_theme(&app, "Slower", &[]).await;
    app.editor().post(&format!("/themes/{}/signals", id(&second)), json!({"ids": ids})).await.ok();
    let matrix = app.viewer().get("/themes/matrix?days=30").await.ok();
    assert_eq!(matrix, json!({"problem_types": ["performance"], "segments": [""], "counts": [[2]]}));
    assert_eq!(app.viewer().get("/themes/matrix?days=0").await.refused_fields(), ["days"]);
    assert_ne!(first["id"], second["id"]);
}
