use heedful_db::platform::audit;
use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use super::support::{add_bet, add_hypothesis, path};
use crate::support::{NOBODY, TestApp};

const DAY: i64 = 86_400_000_000;

async fn move_to(app: &TestApp, path: &str, state: &str) -> Value {
    let version = app.viewer().get(path).await.ok()["version"].as_i64().unwrap();
    app.editor().seen(version).post(&format!("{path}/move"), json!({"state": state})).await.ok()
}

async fn refused_move(app: &TestApp, path: &str, state: &str) -> String {
    let version = app.viewer().get(path).await.ok()["version"].as_i64().unwrap();
    let answer = app.editor().seen(version).post(&format!("{path}/move"), json!({"state": state})).await;
    answer.refused(409)["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn scores_are_blind_until_the_last_one_is_in() {
    let app = TestApp::new().await;
    let bet = add_bet(&app).await;
    let path = path("bets", &bet);
    let (editor_id, admin_id) = (app.user_id(Role::Editor).await, app.user_id(Role::Admin).await);
    let score = |impact| json!({"impact": impact, "confidence": 5, "ease": 5, "note": "Because"});
    let mine = format!("{path}/my-score");
    app.editor().put(&mine, score(9)).await.refused(403);
    app.editor().put(&format!("{path}/scorers"), json!({"user_ids": [editor_id, admin_id]})).await.ok();
    let first = app.editor().put(&mine, score(9)).await.ok();
    assert_eq!(
        (&first["scoring"]["revealed"], &first["scoring"]["mine"]["impact"]),
        (&json!(false), &json!(9))
    );
    let other = app.admin().get(&path).await.ok();
    assert_eq!((&other["scoring"]["scores"], &other["scoring"]["mine"]), (&json!([]), &Value::Null));
    assert_eq!((&other["scoring"]["n_scored"], &other["scoring"]["summary"]), (&json!(1), &Value::Null));
    let mut conn = app.app.db.read().await.unwrap();
    let log = audit::list(&mut conn, &app.ws, &audit::Filter::default(), None, 100).await.unwrap();
    assert!(log.items.iter().any(|listed| listed.entry.action == "score"));
    let tells = |listed: &audit::Listed| {
        listed.entry.after_json.as_ref().is_some_and(|text| text.contains("Because"))
    };
    assert!(!log.items.iter().any(tells), "the log would tell what was scored");
    drop(conn);
    app.editor().put(&mine, score(8)).await.ok();
    let revealed = app.admin().put(&mine, score(4)).await.ok();
    let summary = &revealed["scoring"]["summary"];
    assert_eq!(revealed["scoring"]["scores"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&summary["rank"], &summary["rank_low"], &summary["rank_high"]),
        (&json!(15.0), &json!(10.0), &json!(20.0))
    );
    assert_eq!(summary["disagreements"][0]["on"], "impact");
    app.editor().put(&mine, score(4)).await.refused(409);
    let again = json!({"user_ids": [editor_id], "again": true});
    assert_eq!(app.editor().put(&format!("{path}/scorers"), again).await.ok()["scoring"]["n_scored"], 0);
    assert_eq!(app.editor().put(&mine, score(11)).await.refused_fields(), ["impact"]);
}

#[tokio::test]
async fn only_members_who_may_change_things_are_asked() {
    let app = TestApp::new().await;
    let path = format!("{}/scorers", path("bets", &add_bet(&app).await));
    for who in [app.user_id(Role::Viewer).await, NOBODY.to_owned()] {
        assert_eq!(app.editor().put(&path, json!({"user_ids": [who]})).await.refused_fields(), ["user_ids"]);
    }
    app.stranger().put(&path, json!({"user_ids": []})).await.refused(404);
}

#[tokio::test]
async fn the_best_ranked_bet_comes_first_over_pages() {
    let app = TestApp::new().await;
    let hypothesis = add_hypothesis(&app).await;
    let editor_id = app.user_id(Role::Editor).await;
    for (title, impact) in [("Low", 2), ("High", 9), ("Unscored", 0), ("Middle", 5)] {
        let bet =
            app.editor().create("/bets", json!({"hypothesis_id": hypothesis["id"], "title": title})).await;
        if impact > 0 {
            let path = path("bets", &bet);
            app.editor().put(&format!("{path}/scorers"), json!({"user_ids": [editor_id]})).await.ok();
            let score = json!({"impact": impact, "confidence": 5, "ease": 5});
            app.editor().put(&format!("{path}/my-score"), score).await.ok();
        }
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.viewer().get(&format!("/bets?limit=1{cursor}")).await.ok();
        assert_eq!(page["total"], 4);
        seen.push(page["items"][0]["title"].as_str().unwrap().to_owned());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["High", "Middle", "Low", "Unscored"]);
    assert_eq!(app.viewer().get("/bets?cursor=nonsense").await.refused_fields(), ["cursor"]);
}

#[tokio::test]
async fn a_bet_runs_only_with_a_way_back_and_a_forecast() {
    let app = TestApp::new().await;
    let hypothesis = add_hypothesis(&app).await;
    let bare =
        app.editor().create("/bets", json!({"hypothesis_id": hypothesis["id"], "title": "Leap"})).await;
    let path = path("bets", &bare);
    let reason = refused_move(&app, &path, "running").await;
    assert!(reason.contains("no undo step") && reason.contains("no forecast"), "{reason}");
    assert!(refused_move(&app, &path, "scoring").await.contains("nobody was asked"));
    assert!(refused_move(&app, &path, "decided").await.contains("never ran"));
    let drill = app.editor().seen(1).post(&format!("{path}/undo-drill"), json!({})).await;
    assert_eq!(drill.refused_fields(), ["undo_step"]);
    let changes = json!({"undo_step": "Jump back", "forecast": 0.3, "appetite_days": 7});
    app.editor().seen(1).patch(&path, changes).await.ok();
    let tried = app.editor().seen(2).post(&format!("{path}/undo-drill"), json!({})).await.ok();
    assert!(tried["undo_tried_at"].is_string());
    let running = move_to(&app, &path, "running").await;
    assert_eq!((&running["state"], &running["forecast_frozen"]), (&json!("running"), &json!(true)));
    let late = app.editor().seen(4).patch(&path, json!({"forecast": 0.9})).await;
    assert_eq!(late.refused_fields(), ["forecast"]);
    app.advance(10 * DAY);
    assert_eq!(app.viewer().get(&path).await.ok()["days_past_appetite"], 3);
    assert!(refused_move(&app, &path, "backlog").await.contains("has started"));
    let decided = move_to(&app, &path, "decided").await;
    assert!(decided["ended_at"].is_string() && decided["days_past_appetite"].is_null());
}

#[tokio::test]
async fn a_full_column_takes_no_more() {
    let app = TestApp::new().await;
    app.editor().put("/bets/board/limits", json!({"running": 1})).await.refused(403);
    assert_eq!(
        app.admin().put("/bets/board/limits", json!({"running": 0})).await.refused_fields(),
        ["running"]
    );
    app.admin().put("/bets/board/limits", json!({"running": 1})).await.ok();
    let first = add_bet(&app).await;
    move_to(&app, &path("bets", &first), "running").await;
    let input = json!({"hypothesis_id": first["hypothesis_id"], "title": "Second", "undo_step": "Off", "forecast": 0.5});
    let second = app.editor().create("/bets", input).await;
    let reason = refused_move(&app, &path("bets", &second), "running").await;
    assert!(reason.contains("takes 1 and is full"), "{reason}");
    let board = app.viewer().get("/bets/board").await.ok();
    let column = &board["columns"][3];
    assert_eq!((&column["state"], &column["limit"], &column["n"]), (&json!("running"), &json!(1), &json!(1)));
    assert_eq!(board["columns"][0]["bets"][0]["title"], "Second");
    assert_eq!(app.stranger().get("/bets/board").await.ok()["columns"][3]["n"], 0);
}

#[tokio::test]
async fn bets_expire_unless_they_start() {
    let app = TestApp::new().await;
    let bet = add_bet(&app).await;
    let path = path("bets", &bet);
    app.advance(91 * DAY);
    assert_eq!(app.viewer().get(&path).await.ok()["expired"], true);
    assert!(refused_move(&app, &path, "running").await.contains("expired"));
}

#[tokio::test]
async fn bad_input_and_strangers_are_refused() {
    let app = TestApp::new().await;
    let bet = add_bet(&app).await;
    let path = path("bets", &bet);
    let input =
        json!({"hypothesis_id": bet["hypothesis_id"], "title": "", "forecast": 40, "appetite_days": 0});
    assert_eq!(
        app.editor().post("/bets", input).await.refused_fields(),
        ["appetite_days", "forecast", "title"]
    );
    let unknown = json!({"hypothesis_id": NOBODY, "title": "T"});
    assert_eq!(app.editor().post("/bets", unknown).await.refused_fields(), ["reference"]);
    app.editor().seen(7).patch(&path, json!({"title": "X"})).await.refused(409);
    app.stranger().get(&path).await.refused(404);
    app.stranger().seen(1).patch(&path, json!({"title": "Mine"})).await.refused(404);
    app.stranger().seen(1).post(&format!("{path}/move"), json!({"state": "dropped"})).await.refused(404);
    app.viewer().seen(1).delete(&path).await.refused(403);
    app.editor().seen(1).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/bets").await.ok()["total"], 0);
}
