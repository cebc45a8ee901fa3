use axum::http::Method;
use heedful_db::platform::change_count;
use heedful_db::types::DAY;
use heedful_server::jobs;
use serde_json::{Value, json};

use super::{all, first_key, kept, rejected};
use crate::support::{NOBODY, TestApp};

fn event(name: &str, id: &str) -> Value {
    json!({"event": name, "distinct_id": "ada", "id": id, "timestamp": "2026-03-01T10:00:00Z"})
}

#[tokio::test]
async fn an_event_is_there_as_soon_as_it_was_taken() {
    let app = TestApp::new().await;
    let sent = json!({
        "event": "signed_up", "distinct_id": 42, "timestamp": "2026-03-01T10:00:00+02:00",
        "properties": {"plan": "team", "seats": 5, "trial": false, "tags": ["a", {"b": null}], "left": null},
    });
    let taken = app.editor().post("/events", sent.clone()).await.ok();
    assert_eq!(taken, json!({"accepted": 1, "duplicates": 0, "rejected": 0, "errors": []}));
    let events = kept(&app).await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["event"], "signed_up");
    assert_eq!(events[0]["distinct_id"], "42");
    assert_eq!(events[0]["timestamp"], "2026-03-01T08:00:00Z");
    assert_eq!(events[0]["properties"], sent["properties"]);
    assert_eq!(app.stranger().get("/events").await.ok()["total"], 0);
}

#[tokio::test]
async fn good_events_of_a_batch_are_taken_and_bad_ones_are_told() {
    let app = TestApp::new().await;
    let batch = json!({"events": [
        event("a", "1"), event("", "2"), {"event": "b"}, {"event": "b", "distinct_id": "undefined"}, 7,
        event("c", "1"), event("a", "3"),
        {"event": "b", "distinct_id": "x", "timestamp": "soon"},
        {"event": "b", "distinct_id": "x", "timestamp": "2027-01-01T00:00:00Z"},
        {"event": "b", "distinct_id": "x", "properties": []},
        {"event": "b", "distinct_id": "x".repeat(201)},
    ]});
    let taken = app.editor().post("/events", batch).await.ok();
    assert_eq!(
        (&taken["accepted"], &taken["duplicates"], &taken["rejected"]),
        (&json!(2), &json!(1), &json!(8))
    );
    let places: Vec<_> =
        taken["errors"].as_array().unwrap().iter().map(|error| error["index"].clone()).collect();
    assert_eq!(places, [1, 2, 3, 4, 7, 8, 9, 10]);
    assert_eq!(all(&kept(&app).await, "event"), ["a", "a"]);
    let reasons = rejected(&app).await;
    assert_eq!(reasons.len(), 8);
    assert!(reasons.iter().all(|(_, n)| *n == 1), "{reasons:?}");
}

#[tokio::test]
async fn a_single_bad_event_is_refused_outright() {
    let app = TestApp::new().await;
    let answer = app.editor().post("/events", json!({"event": "a"})).await;
    assert_eq!(answer.refused_fields(), ["event"]);
    let broken = Some(("application/json", b"{\"event\":".to_vec()));
    app.editor().send_raw(Method::POST, "/api/v1/events", broken).await.refused(400);
    assert_eq!(rejected(&app).await.len(), 2);
}

#[tokio::test]
async fn what_is_refused_is_added_up_by_day_and_forgotten_after_a_month() {
    let app = TestApp::new().await;
    for n in 0..3 {
        app.editor().post("/events", json!([{"distinct_id": "ada", "n": n}])).await.ok();
    }
    let list = app.viewer().get("/events/rejected").await.ok();
    assert_eq!((&list["total"], &list["items"][0]["count"]), (&json!(1), &json!(3)));
    assert_eq!(list["items"][0]["sample"], r#"{"distinct_id":"ada","n":2}"#);
    assert_eq!(list["items"][0]["protocol"], "heedful");
    app.advance(DAY);
    app.editor().post("/events", json!([{"distinct_id": "ada"}])).await.ok();
    assert_eq!(rejected(&app).await.len(), 2);
    assert_eq!(app.stranger().get("/events/rejected").await.ok()["total"], 0);
    app.advance(30 * DAY - 1);
    jobs::clean_up::run(&app.app).await.unwrap();
    assert_eq!(rejected(&app).await.len(), 1);
}

#[tokio::test]
async fn lines_are_taken_however_many() {
    let app = TestApp::new().await;
    let filler = "x".repeat(900);
    let line = |n: usize| {
        format!(
            "{}\n",
            json!({"event": "e", "distinct_id": "ada", "id": format!("{n}"), "properties": {"t": filler}})
        )
    };
    let mut lines: String = (0..3_000).map(line).collect();
    lines.push_str("\n{broken\n");
    lines.push_str(line(0).trim_end());
    let body = Some(("application/x-ndjson", lines.into_bytes()));
    let taken = app.editor().send_raw(Method::POST, "/api/v1/events", body).await.ok();
    assert_eq!(
        taken,
        json!({"accepted": 3_000, "duplicates": 1, "rejected": 1, "errors": [{"index": 3_000, "reason": "what was sent is not JSON"}]})
    );
    assert_eq!(app.viewer().get("/events").await.ok()["total"], 3_000);
    let endless = Some(("application/x-ndjson", vec![b' '; 3 << 20]));
    app.editor().send_raw(Method::POST, "/api/v1/events", endless).await.refused(413);
}

#[tokio::test]
async fn events_outlast_sealing_and_are_not_taken_twice_after_it() {
    let app = TestApp::new().await;
    app.editor().post("/events", json!([event("a", "1"), event("b", "2")])).await.ok();
    jobs::events::seal(&app.app).await;
    let again = app.editor().post("/events", json!([event("a", "1"), event("c", "3")])).await.ok();
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(1), &json!(1)));
    assert_eq!(kept(&app).await.len(), 3);
}

#[tokio::test]
async fn the_list_of_events_is_narrowed_and_paged() {
    let app = TestApp::new().await;
    let batch: Vec<_> = (0..7)
        .map(|n| {
            let person = if n % 2 == 0 { "ada" } else { "bob" };
            json!({"event": format!("e{}", n % 3), "distinct_id": person, "timestamp": format!("2026-03-01T10:0{n}:00Z")})
        })
        .collect();
    app.editor().post("/events", json!(batch)).await.ok();
    let check = async |query: &str, n: usize| {
        let list = app.viewer().get(&format!("/events?{query}")).await.ok();
        assert_eq!((list["items"].as_array().unwrap().len(), &list["total"]), (n, &json!(n)), "{query}");
    };
    check("event=e0", 3).await;
    check("distinct_id=bob", 3).await;
    check("distinct_id=bob&event=e0", 1).await;
    check("from=2026-03-01T10:02:00Z&to=2026-03-01T10:05:00Z", 3).await;
    check("from=2026-03-01T10:02:00Z&to=2026-03-01T10:02:00Z", 0).await;
    let first = app.viewer().get("/events?limit=4").await.ok();
    let next = first["next"].as_str().unwrap();
    let second = app.viewer().get(&format!("/events?limit=4&cursor={next}")).await.ok();
    let times = |list: &Value| all(list["items"].as_array().unwrap(), "timestamp");
    let mut together = times(&first);
    together.extend(times(&second));
    let expected: Vec<_> = (0..7).rev().map(|n| format!("2026-03-01T10:0{n}:00Z")).collect();
    assert_eq!(together, expected);
    app.viewer().get("/events?cursor=abc").await.refused(422);
}

#[tokio::test]
async fn a_capture_key_sends_and_reads_nothing() {
    let app = TestApp::new().await;
    let program = app.anonymous().with("authorization", &format!("Bearer {}", first_key(&app).await));
    program.post("/events", event("a", "1")).await.ok();
    program.get("/events").await.refused(401);
    program.get("/signals").await.refused(401);
    app.viewer().post("/events", event("a", "1")).await.refused(403);
    app.anonymous().post("/events", event("a", "1")).await.refused(401);
}

#[tokio::test]
async fn keys_are_made_brought_along_and_ended() {
    let app = TestApp::new().await;
    let program = app.anonymous().with("authorization", "Bearer phc_from_elsewhere");
    program.post("/events", event("a", "1")).await.refused(401);
    // That it was wrong a moment ago is forgotten.
    let made = app.admin().create("/capture-keys", json!({"name": "App", "key": "phc_from_elsewhere"})).await;
    program.post("/events", event("a", "1")).await.ok();
    let taken = json!({"name": "App", "key": "phc_from_elsewhere"});
    assert_eq!(app.stranger().post("/capture-keys", taken).await.refused_fields(), ["key"]);
    let wrong = json!({"name": "", "key": "a b"});
    assert_eq!(app.admin().post("/capture-keys", wrong).await.refused_fields(), ["key", "name"]);
    let path = format!("/capture-keys/{}", made["id"].as_str().unwrap());
    app.stranger().delete(&path).await.refused(404);
    app.editor().delete(&path).await.refused(403);
    assert_eq!(app.admin().delete(&path).await.status, 204);
    app.admin().delete(&path).await.refused(409);
    app.admin().delete(&format!("/capture-keys/{NOBODY}")).await.refused(404);
    program.post("/events", event("a", "2")).await.refused(401);
    assert_eq!(app.viewer().get("/capture-keys").await.ok()["total"], 1);
}

#[tokio::test]
async fn events_and_properties_are_discovered_and_documented() {
    let app = TestApp::new().await;
    let paid = |person: &str, day: i64| {
        let at = jiff::Timestamp::from_microsecond(crate::support::NOW - day * DAY).unwrap();
        json!({"event": "paid", "distinct_id": person, "timestamp": at, "properties": {"amount": 9.5, "plan": "team"}})
    };
    let batch = json!([paid("ada", 0), paid("ada", 1), paid("bob", 1), paid("bob", 40), event("visit", "1")]);
    app.editor().post("/events", batch).await.ok();
    let meaning = json!({"description": "Money came in."});
    app.viewer().put("/events/names/paid", meaning.clone()).await.refused(403);
    app.editor().put("/events/names/paid", meaning).await.ok();
    app.editor().put("/events/names/never%20sent", json!({"description": "Not yet."})).await.ok();
    let names = app.viewer().get("/events/names").await.ok()["items"].clone();
    assert_eq!(all(names.as_array().unwrap(), "event"), ["paid", "visit", "never sent"]);
    assert_eq!((&names[0]["count"], &names[0]["people"]), (&json!(3), &json!(2)));
    assert_eq!(names[0]["daily"].as_array().unwrap()[28..], [2, 1]);
    assert_eq!(
        (&names[0]["description"], &names[1]["description"]),
        (&json!("Money came in."), &Value::Null)
    );
    app.editor().put("/events/names/never%20sent", json!({"description": " "})).await.ok();
    assert_eq!(app.viewer().get("/events/names").await.ok()["total"], 2);
    assert_eq!(app.stranger().get("/events/names").await.ok()["total"], 0);
    let properties = app.viewer().get("/events/properties?event=paid").await.ok();
    let expected = json!([
        {"property": "amount", "count": 4, "is_number": true}, {"property": "plan", "count": 4, "is_number": false},
    ]);
    assert_eq!(properties["items"], expected);
}

#[tokio::test]
async fn a_flood_of_bad_events_leaves_kept_answers_as_they_are() {
    let app = TestApp::new().await;
    let changes = async || change_count::get(&mut app.app.db.read().await.unwrap()).await.unwrap();
    let before = changes().await;
    app.editor().post("/events", json!([{"event": "a"}, event("b", "1")])).await.ok();
    assert_eq!(rejected(&app).await.len(), 1);
    assert_eq!(changes().await, before);
}
