use heedful_server::platform::auth::Role;
use serde_json::{Value, json};

use crate::support::{TestApp, add_signal};
use crate::support_rows::{bet, experiment, hypothesis, link, put_in_theme, theme};

#[tokio::test]
async fn an_empty_workspace_is_told_so_and_not_given_zeros() {
    let app = TestApp::new().await;
    let home = app.viewer().get("/home").await.ok();
    assert_eq!((&home["nps"]["value"], &home["nps"]["n"]), (&Value::Null, &json!(0)));
    assert!(home["nps"]["reason"].as_str().unwrap().contains("no data"));
    assert!(home["first_steps"].as_object().unwrap().values().all(|step| *step == false));
    assert_eq!(home["signals"]["weeks"].as_array().unwrap().len(), 12);
    app.anonymous().get("/home").await.refused(401);
}

#[tokio::test]
async fn the_week_is_counted_from_what_the_loop_wrote() {
    let app = TestApp::new().await;
    let source = app.editor().create("/sources", json!({"kind": "survey", "name": "NPS"})).await;
    let slow = theme(&app, "Slow export").await;
    for (day, score) in [(1, 10), (1, 9), (2, 3), (20, 8)] {
        let said = format!("2026-0{}-{:02}T00:00:00Z", if day == 20 { 2 } else { 3 }, day);
        let signal = json!({"source_id": source["id"], "body": "x", "score": score, "score_kind": "nps", "occurred_at": said});
        app.editor().create("/signals", signal).await;
    }
    for _ in 0..12 {
        let signal = add_signal(&app, "Export hangs").await;
        put_in_theme(&app, &slow, signal["id"].as_str().unwrap()).await;
    }
    let hypothesis = hypothesis(&app, "H").await;
    let bet = bet(&app, &hypothesis, "B").await;
    let running = experiment(&app, &bet, "Running", "running").await;
    experiment(&app, &bet, "Finished", "finished").await;
    for (variant, metric, n) in [("a", "m", 30_i64), ("b", "m", 25), ("a", "other", 10)] {
        let cells = [
            running.as_str().into(),
            variant.into(),
            metric.into(),
            n.into(),
            1.0.into(),
            1.0.into(),
            0.into(),
        ];
        link(
            &app,
            "experiment_sums",
            "experiment_id, variant, metric, n, total, total_squares, updated_at",
            &cells,
        )
        .await;
    }
    let owner = app.user_id(Role::Editor).await;
    app.editor()
        .create("/actions", json!({"title": "Late", "owner_id": owner, "due_at": "2026-03-01T00:00:00Z"}))
        .await;
    app.advance(1);
    let home = app.viewer().get("/home").await.ok();
    assert_eq!((&home["signals"]["n_this_week"], &home["signals"]["n_last_week"]), (&json!(15), &json!(1)));
    assert_eq!(home["themes"][0]["name"], "Slow export");
    assert_eq!((&home["themes"][0]["rising"], &home["themes"][0]["ratio"]), (&json!(true), &Value::Null));
    assert_eq!(
        (&home["running_tests"][0]["n"], &home["running_tests"][0]["n_planned"]),
        (&json!(55), &json!(200))
    );
    assert_eq!(home["undecided_tests"][0]["title"], "Finished");
    assert_eq!(
        (&home["overdue_actions"]["total"], &home["overdue_actions"]["items"][0]["owner_id"]),
        (&json!(1), &json!(owner))
    );
    assert_eq!((&home["nps"]["value"], &home["nps"]["n"]), (&json!(25.0), &json!(4)));
    assert_eq!(home["pmf"]["value"], Value::Null);
    let steps = &home["first_steps"];
    assert_eq!(
        (&steps["theme"], &steps["experiment"], &steps["decision"]),
        (&json!(true), &json!(true), &json!(false))
    );
    assert_eq!(app.stranger().get("/home").await.ok()["signals"]["n"], 0);
}
