use serde_json::{Value, json};

use crate::support::{NOBODY, TestApp, add_signal};
use crate::support_rows::{add, bet, experiment, hypothesis, link, put_in_theme, theme};

/// One object of each stage, linked from a person's signal to the outcome that person hears of.
async fn whole_chain(app: &TestApp) -> (String, String, String) {
    let person = add(app, "people", "name", &["Ada".into()]).await;
    let source = app.editor().create("/sources", json!({"kind": "inbox", "name": "Calls"})).await;
    let signal = json!({"source_id": source["id"], "body": "Export hangs", "person_id": person});
    let signal = app.editor().create("/signals", signal).await["id"].as_str().unwrap().to_owned();
    let theme = theme(app, "Slow export").await;
    put_in_theme(app, &theme, &signal).await;
    let hypothesis = hypothesis(app, "Streaming fixes it").await;
    let columns = "hypothesis_id, theme_id, direction, strength, added_by";
    let cells =
        [hypothesis.as_str().into(), theme.as_str().into(), "for".into(), "opinion".into(), "x".into()];
    add(app, "evidence", columns, &cells).await;
    let bet = bet(app, &hypothesis, "Stream it").await;
    let experiment = experiment(app, &bet, "Streaming A/B", "finished").await;
    let decision = json!({"question": "Ship streaming?", "experiment_id": experiment});
    let decision = app.editor().create("/decisions", decision).await["id"].as_str().unwrap().to_owned();
    let cells = ["slug".into(), decision.as_str().into(), "Exports stream".into()];
    let outcome = add(app, "outcomes", "slug, decision_id, title", &cells).await;
    let cells = [outcome.as_str().into(), person.as_str().into(), app.app.now().into()];
    link(app, "outcome_notices", "outcome_id, person_id, created_at", &cells).await;
    (signal, experiment, outcome)
}

fn kinds(nodes: &Value) -> Vec<&str> {
    nodes.as_array().unwrap().iter().map(|node| node["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn from_what_was_said_to_who_heard_back_and_the_other_way() {
    let app = TestApp::new().await;
    let (signal, experiment, outcome) = whole_chain(&app).await;
    let chain = app.viewer().get(&format!("/chain/signal/{signal}?depth=8")).await.ok();
    let path = ["theme", "hypothesis", "bet", "experiment", "decision", "outcome", "person"];
    assert_eq!(kinds(&chain["consequences"]), path);
    // The walk ends at the person: what they were told of is no cause of what they said.
    assert_eq!(kinds(&chain["causes"]), ["person"]);
    assert_eq!(chain["consequences"][0]["title"], "Slow export");
    assert_eq!(chain["consequences"][1]["via"]["kind"], "theme");
    let chain = app.viewer().get(&format!("/chain/outcome/{outcome}?depth=7")).await.ok();
    assert_eq!(
        kinds(&chain["causes"]),
        ["decision", "experiment", "bet", "hypothesis", "theme", "signal", "person"]
    );
    let near = app.viewer().get(&format!("/chain/experiment/{experiment}?depth=1")).await.ok();
    assert_eq!((kinds(&near["causes"]), kinds(&near["consequences"])), (vec!["bet"], vec!["decision"]));
    assert_eq!(near["object"]["state"], "finished");
    assert_eq!(near["edges"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn evidence_of_a_decision_is_part_of_the_chain() {
    let app = TestApp::new().await;
    let signal = add_signal(&app, "Too dear").await;
    let input = json!({"question": "Raise prices?", "evidence": [{"kind": "signal", "id": signal["id"]}]});
    let decision = app.editor().create("/decisions", input).await;
    let chain = app.viewer().get(&format!("/chain/decision/{}", decision["id"].as_str().unwrap())).await.ok();
    assert_eq!(chain["causes"][0]["title"], "Too dear");
}

#[tokio::test]
async fn a_wide_fan_is_cut_and_says_how_much_is_left() {
    let app = TestApp::new().await;
    let theme = theme(&app, "Slow export").await;
    for n in 0..25 {
        let signal = add_signal(&app, &format!("Signal {n}")).await;
        put_in_theme(&app, &theme, signal["id"].as_str().unwrap()).await;
    }
    let chain = app.viewer().get(&format!("/chain/theme/{theme}")).await.ok();
    assert_eq!(chain["causes"].as_array().unwrap().len(), 20);
    assert_eq!(chain["causes"][0]["title"], "Signal 24");
    assert_eq!(
        chain["rest"][0],
        json!({"of": {"kind": "theme", "id": theme}, "direction": "causes", "kind": "signal", "n": 5})
    );
    assert_eq!(chain["complete"], true);
}

#[tokio::test]
async fn unknown_and_foreign_objects_are_not_found() {
    let app = TestApp::new().await;
    let (signal, ..) = whole_chain(&app).await;
    app.stranger().get(&format!("/chain/signal/{signal}")).await.refused(404);
    app.viewer().get(&format!("/chain/signal/{NOBODY}")).await.refused(404);
    app.viewer().get(&format!("/chain/wish/{signal}")).await.refused(404);
    app.anonymous().get(&format!("/chain/signal/{signal}")).await.refused(401);
    for depth in ["0", "9", "many"] {
        let fields =
            app.viewer().get(&format!("/chain/signal/{signal}?depth={depth}")).await.refused_fields();
        assert_eq!(fields, ["depth"]);
    }
}

#[tokio::test]
async fn objects_are_found_by_words_of_their_title() {
    let app = TestApp::new().await;
    theme(&app, "Slow export").await;
    theme(&app, "100 % wrong_total").await;
    let found = async |query: &str| {
        let answer = app.viewer().get(&format!("/objects?kind=theme&q={query}")).await.ok();
        answer["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["title"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found("EXPORT").await, ["Slow export"]);
    assert_eq!(found("%25").await, ["100 % wrong_total"]);
    assert_eq!(found("wrong_").await, ["100 % wrong_total"]);
    assert_eq!(found("").await.len(), 2);
    assert_eq!(app.stranger().get("/objects?kind=theme").await.ok()["total"], 0);
    assert_eq!(app.viewer().get("/objects?kind=wish").await.refused_fields(), ["kind"]);
}
