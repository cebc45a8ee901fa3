//! Questions about what people did, with answers that were counted by hand.

use serde_json::{Value, json};

use crate::support::TestApp;

/// Who did what when, in days of February 2026 and hours, on which plan and for how much.
const DEEDS: [(&str, &str, &str, &str, Option<f64>); 12] = [
    ("ada", "02T10", "visit", "free", None),
    ("ada", "02T11", "sign up", "free", None),
    ("ada", "03T10", "pay", "team", Some(10.0)),
    ("ada", "09T10", "visit", "team", None),
    ("bob", "02T12", "visit", "free", None),
    ("bob", "03T12", "error", "free", None),
    ("bob", "04T12", "sign up", "free", None),
    ("cyd", "04T09", "visit", "solo", None),
    ("cyd", "10T09", "visit", "solo", None),
    ("dee", "03T09", "pay", "team", Some(30.0)),
    ("dee", "10T08", "pay", "team", Some(2.0)),
    ("dee", "10T10", "visit", "team", None),
];

async fn with_deeds() -> TestApp {
    let app = TestApp::new().await;
    let event = |(person, at, name, plan, amount): &(&str, &str, &str, &str, Option<f64>)| {
        let mut properties = json!({"plan": plan});
        if let Some(amount) = amount {
            properties["amount"] = json!(amount);
        }
        let timestamp = format!("2026-02-{at}:00:00Z");
        json!({"event": name, "distinct_id": person, "timestamp": timestamp, "properties": properties})
    };
    let events: Vec<Value> = DEEDS.iter().map(event).collect();
    app.editor().post("/events", json!(events)).await.ok();
    app
}

/// Asks about the first two weeks of February.
async fn ask(app: &TestApp, question: &Value) -> Value {
    app.viewer().post("/analytics/query", framed(question)).await.ok()
}

fn framed(question: &Value) -> Value {
    let mut framed = json!({"from": "2026-02-02", "to": "2026-02-15"});
    framed.as_object_mut().unwrap().extend(question.as_object().unwrap().clone());
    framed
}

async fn people(app: &TestApp, question: &Value, cell: Value) -> Vec<String> {
    let asked = json!({"question": framed(question), "cell": cell});
    let list = app.viewer().post("/analytics/people", asked).await.ok();
    let ids = list["items"].as_array().unwrap().iter().map(|item| item["distinct_id"].as_str().unwrap());
    let mut ids: Vec<String> = ids.map(str::to_owned).collect();
    ids.sort();
    assert_eq!(list["total"], ids.len());
    ids
}

#[tokio::test]
async fn a_trend_counts_events_people_and_numbers() {
    let app = with_deeds().await;
    let series =
        |event: &str, aggregate: &str| json!({"event": event, "aggregate": aggregate, "property": "amount"});
    let of = async |aggregate: &str, event: &str| {
        let question = json!({"kind": "trend", "interval": "week", "series": [series(event, aggregate)]});
        ask(&app, &question).await["series"][0]["values"].clone()
    };
    assert_eq!(of("count", "visit").await, json!([3.0, 3.0]));
    assert_eq!(of("people", "pay").await, json!([2.0, 1.0]));
    assert_eq!(of("sum", "pay").await, json!([40.0, 2.0]));
    assert_eq!(of("average", "pay").await, json!([20.0, 2.0]));
    assert_eq!(of("median", "pay").await, json!([20.0, 2.0]));
    assert_eq!(of("p90", "pay").await, json!([28.0, 2.0]));
    assert_eq!(of("max", "error").await, json!([null, null]));
    assert_eq!(of("per_person", "pay").await, json!([1.0, 1.0]));
    assert_eq!(of("weekly_active", "visit").await, json!([3.0, 3.0]));
    let daily = json!({"kind": "trend", "from": "2026-02-02", "to": "2026-02-04", "series": [series("visit", "weekly_active")]});
    assert_eq!(ask(&app, &daily).await["series"][0]["values"], json!([2.0, 2.0, 3.0]));
}

#[tokio::test]
async fn an_answer_says_how_it_came_about() {
    let app = with_deeds().await;
    let question = json!({"kind": "trend", "series": [{"event": "visit"}]});
    let answer = ask(&app, &question).await;
    assert_eq!(answer["kind"], "trend");
    assert_eq!(answer["rows_read"], DEEDS.len());
    assert_eq!(answer["as_of"], "2026-03-02T09:00:00Z");
    assert_eq!(answer["definition"]["series"][0]["event"], "visit");
    assert_eq!(answer["understood"]["from"], "2026-02-02T00:00:00Z");
    assert_eq!(answer["understood"]["to"], "2026-02-16T00:00:00Z");
    assert_eq!(answer["understood"]["time_zone"], "UTC");
    assert!(answer["computed_ms"].as_f64().unwrap() > 0.0);
    // Kept until something arrives, and then at once another.
    assert_eq!(ask(&app, &question).await["computed_ms"], answer["computed_ms"]);
    let more = json!({"event": "visit", "distinct_id": "eve", "timestamp": "2026-02-02T10:00:00Z"});
    app.editor().post("/events", more).await.ok();
    let later = ask(&app, &question).await;
    assert_eq!(
        (&answer["series"][0]["values"][0], &later["series"][0]["values"][0]),
        (&json!(2.0), &json!(3.0))
    );
    let stranger = app.stranger().post("/analytics/query", framed(&question)).await.ok();
    assert_eq!(stranger["rows_read"], 0);
}

#[tokio::test]
async fn a_trend_is_broken_down_reckoned_with_smoothed_and_compared() {
    let app = with_deeds().await;
    let by_plan = json!({"kind": "trend", "interval": "all", "series": [{"event": "visit"}], "breakdown": {"property": "plan", "limit": 2}});
    let answer = ask(&app, &by_plan).await;
    let told: Vec<_> = answer["series"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["group"].clone(), line["values"][0].clone()))
        .collect();
    let value = |value: &str| json!({"kind": "value", "value": value});
    assert_eq!(
        told,
        [(value("free"), json!(2.0)), (value("solo"), json!(2.0)), (json!({"kind": "rest"}), json!(2.0))]
    );
    let formula = json!({"kind": "trend", "interval": "week", "formula": "B / A * 100",
        "series": [{"event": "visit", "aggregate": "people"}, {"event": "pay", "aggregate": "people"}]});
    let answer = ask(&app, &formula).await;
    let values: Vec<f64> = answer["series"][0]["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value.as_f64().unwrap().round())
        .collect();
    assert_eq!(values, [67.0, 33.0]);
    let rolling = json!({"kind": "trend", "from": "2026-02-02", "to": "2026-02-04", "rolling": 2, "series": [{"event": "visit"}]});
    assert_eq!(ask(&app, &rolling).await["series"][0]["values"], json!([2.0, 1.0, 0.5]));
    let compared = json!({"kind": "trend", "interval": "week", "from": "2026-02-09", "compare": true, "series": [{"event": "visit"}]});
    let line = ask(&app, &compared).await["series"][0].clone();
    assert_eq!((&line["values"], &line["previous"]), (&json!([3.0]), &json!([3.0])));
    let by_event =
        json!({"kind": "trend", "interval": "all", "series": [{}], "breakdown": {"property": "$event"}});
    assert_eq!(ask(&app, &by_event).await["series"][0]["group"], value("visit"));
    assert_eq!(people(&app, &by_event, json!({"group": value("error")})).await, ["bob"]);
    assert_eq!(people(&app, &formula, json!({"series": 1, "period": 1})).await, ["dee"]);
}

#[tokio::test]
async fn a_funnel_counts_how_far_people_come() {
    let app = with_deeds().await;
    let funnel = json!({"kind": "funnel", "steps": ["visit", {"event": "sign up"}, {"event": "pay"}], "window_s": 864_000});
    let answer = ask(&app, &funnel).await;
    let reached: Vec<_> =
        answer["steps"].as_array().unwrap().iter().map(|step| step["people"].clone()).collect();
    assert_eq!(reached, [4, 2, 1]);
    assert_eq!(answer["steps"][1]["from_previous"], 0.5);
    assert_eq!(answer["steps"][2]["from_first"], 0.25);
    assert_eq!(answer["time_to_convert"]["median_s"], 86_400.0);
    assert_eq!(people(&app, &funnel, json!({"step": 0, "dropped": true})).await, ["cyd", "dee"]);
    assert_eq!(people(&app, &funnel, json!({"step": 1})).await, ["ada", "bob"]);
    let excluding = json!({"kind": "funnel", "steps": ["visit", "sign up"], "exclude": [{"event": "error"}]});
    assert_eq!(ask(&app, &excluding).await["steps"][1]["people"], 1);
    let filtered = json!({"kind": "funnel", "steps": ["visit", "sign up"], "filters": [{"property": "plan", "op": "ne", "value": "free"}]});
    assert_eq!(ask(&app, &filtered).await["steps"][1]["people"], 0);
    let weekly = json!({"kind": "funnel", "steps": ["visit", "sign up"], "interval": "week", "breakdown": {"property": "plan"}});
    let answer = ask(&app, &weekly).await;
    assert_eq!(answer["periods"][0]["people"], json!([3, 2]));
    assert_eq!(answer["periods"][1]["people"], json!([1, 0]));
    assert_eq!(answer["groups"][0]["group"]["value"], "free");
    assert_eq!(
        people(&app, &weekly, json!({"step": 1, "period": 0, "group": {"kind": "value", "value": "free"}}))
            .await,
        ["ada", "bob"]
    );
}

#[tokio::test]
async fn who_comes_back_and_how_people_come_and_go() {
    let app = with_deeds().await;
    let retention = json!({"kind": "retention", "start": "visit", "interval": "week"});
    let answer = ask(&app, &retention).await;
    assert_eq!(answer["groups"][0]["cohorts"], json!([[3, 2], [1]]));
    assert_eq!(answer["groups"][0]["mean"][1].as_f64().map(|mean| (mean * 100.0).round()), Some(67.0));
    assert_eq!(people(&app, &retention, json!({"period": 0, "after": 1})).await, ["ada", "cyd"]);
    let lifecycle = json!({"kind": "lifecycle", "interval": "week"});
    let answer = ask(&app, &lifecycle).await;
    assert_eq!(answer["stages"][0], json!({"new": 4, "returning": 0, "resurrecting": 0, "dormant": 0}));
    assert_eq!(answer["stages"][1], json!({"new": 0, "returning": 3, "resurrecting": 0, "dormant": 1}));
    assert_eq!(people(&app, &lifecycle, json!({"period": 1, "stage": "dormant"})).await, ["bob"]);
    let stickiness = json!({"kind": "stickiness", "interval": "week", "event": "visit"});
    assert_eq!(ask(&app, &stickiness).await["people"], json!([2, 2]));
    assert_eq!(people(&app, &stickiness, json!({"n_periods": 2})).await, ["ada", "cyd"]);
    let adoption = json!({"kind": "adoption", "interval": "week", "feature": "pay"});
    let values = ask(&app, &adoption).await["groups"][0]["values"].clone();
    assert_eq!(
        (&values[0]["active"], &values[0]["users"], &values[0]["reach"]),
        (&json!(4), &json!(2), &json!(0.5))
    );
    assert_eq!((&values[1]["again"], &values[1]["retention"]), (&json!(1), &json!(0.5)));
    assert_eq!(people(&app, &adoption, json!({"period": 1, "stage": "again"})).await, ["dee"]);
}

#[tokio::test]
async fn paths_tell_what_follows_what() {
    let app = with_deeds().await;
    let paths = json!({"kind": "paths", "session_gap_s": 90_000});
    let answer = ask(&app, &paths).await;
    assert_eq!(
        answer["edges"][0],
        json!({"step": 0, "source": "pay", "target": "visit", "people": 1, "sessions": 1})
    );
    assert_eq!(answer["n_edges"], 5);
    let edge = json!({"step": 0, "source": "visit", "target": "error"});
    assert_eq!(people(&app, &paths, edge).await, ["bob"]);
}

#[tokio::test]
async fn what_makes_no_sense_is_told_by_field() {
    let app = with_deeds().await;
    let check = async |question: Value, fields: &[&str]| {
        let refused = app.viewer().post("/analytics/query", question.clone()).await;
        assert_eq!(refused.refused_fields(), fields, "{question}");
    };
    check(json!({"kind": "trend", "series": []}), &["series"]).await;
    check(json!({"kind": "trend", "series": [{}], "from": "soon"}), &["from"]).await;
    check(json!({"kind": "trend", "series": [{}], "from": "2026-02-02", "to": "2026-01-01"}), &["to"]).await;
    check(json!({"kind": "trend", "series": [{}], "time_zone": "Mars"}), &["time_zone"]).await;
    check(json!({"kind": "trend", "series": [{"aggregate": "sum"}]}), &["series.property"]).await;
    check(json!({"kind": "trend", "series": [{}], "interval": "hour", "from": "-900d"}), &["interval"]).await;
    check(json!({"kind": "trend", "series": [{}], "formula": "A +"}), &["formula"]).await;
    let filter =
        json!([{"property": "", "op": "gt", "value": "x"}, {"property": "p", "op": "regex", "value": "("}]);
    check(
        json!({"kind": "trend", "series": [{}], "filters": filter}),
        &["filters.property", "filters.value"],
    )
    .await;
    check(json!({"kind": "funnel", "steps": [], "window_s": 0}), &["steps", "window_s"]).await;
    check(json!({"kind": "funnel", "steps": ["a"], "exclude": [{"event": "b"}]}), &["exclude"]).await;
    check(
        json!({"kind": "lifecycle", "interval": "all", "breakdown": {"property": "p"}}),
        &["breakdown", "interval"],
    )
    .await;
    check(json!({"kind": "paths", "depth": 1, "session_gap_s": -1}), &["depth", "session_gap_s"]).await;
    app.viewer().post("/analytics/query", json!({"kind": "dance"})).await.refused(422);
    let no_cell =
        json!({"question": framed(&json!({"kind": "funnel", "steps": ["visit"]})), "cell": {"step": 4}});
    assert_eq!(app.viewer().post("/analytics/people", no_cell).await.refused_fields(), ["cell"]);
}

#[tokio::test]
async fn what_is_told_of_groups_is_nobodys_deed() {
    let app = with_deeds().await;
    let key = app.viewer().get("/capture-keys").await.ok()["items"][0]["key"].clone();
    let about_group = json!({"api_key": key, "batch": [
        {"event": "$groupidentify", "distinct_id": "x", "timestamp": "2026-02-02T10:00:00Z", "properties": {"$group_key": "acme"}},
    ]});
    let body = Some(("application/json", about_group.to_string().into_bytes()));
    app.anonymous().send_raw(axum::http::Method::POST, "/batch/", body).await.ok();
    let everybody = json!({"kind": "trend", "interval": "all", "series": [{"aggregate": "people"}, {}]});
    let answer = ask(&app, &everybody).await;
    assert_eq!(answer["series"][0]["values"], json!([4.0]));
    assert_eq!(answer["series"][1]["values"], json!([12.0]));
}

#[tokio::test]
async fn a_question_is_kept_changed_and_put_away() {
    let app = with_deeds().await;
    let definition = json!({"kind": "funnel", "steps": ["visit", "pay"], "from": "2026-02-01"});
    let input = json!({"name": " Who pays? ", "definition": definition});
    app.viewer().post("/questions", input.clone()).await.refused(403);
    let made = app.editor().create("/questions", input).await;
    assert_eq!((&made["name"], &made["version"]), (&json!("Who pays?"), &json!(1)));
    let path = format!("/questions/{}", made["id"].as_str().unwrap());
    let kept = app.viewer().get(&path).await.ok();
    let answer = app.viewer().post("/analytics/query", kept["definition"].clone()).await.ok();
    assert_eq!(answer["steps"][1]["people"], 1);
    app.stranger().get(&path).await.refused(404);
    app.editor().patch(&path, json!({"name": "x"})).await.refused(400);
    let changed = app.editor().seen(1).patch(&path, json!({"description": "Of all who came."})).await.ok();
    assert_eq!(
        (&changed["name"], &changed["description"]),
        (&json!("Who pays?"), &json!("Of all who came."))
    );
    app.editor().seen(1).patch(&path, json!({"name": "y"})).await.refused(409);
    let wrong = json!({"name": "", "definition": {"kind": "trend", "series": [{}]}});
    assert_eq!(app.editor().post("/questions", wrong).await.refused_fields(), ["name"]);
    let senseless = json!({"name": "x", "definition": {"kind": "funnel", "steps": []}});
    assert_eq!(app.editor().post("/questions", senseless).await.refused_fields(), ["steps"]);
    app.editor().seen(2).delete(&path).await.ok();
    assert_eq!(app.viewer().get("/questions").await.ok()["total"], 0);
    assert_eq!(app.viewer().get("/questions?archived=true").await.ok()["total"], 1);
    app.editor().seen(3).post(&format!("{path}/restore"), json!({})).await.ok();
    assert_eq!(app.viewer().get("/questions").await.ok()["items"][0]["name"], "Who pays?");
}
