use std::io::Write;

use axum::http::{Method, Request, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{all, first_key, kept, rejected, send};
use crate::support::{Answer, Client, NOW, TestApp};

fn gzip(json: &Value) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(json.to_string().as_bytes()).unwrap();
    encoder.finish().unwrap()
}

async fn post(client: &Client, path: &str, body: &Value) -> Answer {
    send(client, path, body.to_string().as_bytes()).await
}

/// A time some microseconds from now.
fn from_now(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(NOW + micros).unwrap().to_string()
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;

#[tokio::test]
async fn posthog_is_understood_at_every_address_and_in_every_wrapping() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let program = app.anonymous();
    let event =
        |name: &str| json!({"event": name, "properties": {"distinct_id": "ada", "token": key, "a": 1}});
    let in_batch = json!({"api_key": key, "batch": [{"event": "1", "distinct_id": "ada"}]});
    let base64 = STANDARD.encode(event("4").to_string());
    let form: String = form_urlencoded::Serializer::new(String::new()).append_pair("data", &base64).finish();
    let mut n_kept = 0;
    for (path, body) in [
        ("/batch/", in_batch.to_string().into_bytes()),
        ("/e/?compression=gzip-js&ip=1", gzip(&event("2"))),
        ("/i/v0/e", gzip(&json!([event("3")]))),
        ("/capture/?compression=base64", form.into_bytes()),
        ("/track", event("5").to_string().into_bytes()),
        (
            "/engage/",
            json!([{"$token": key, "$distinct_id": "ada", "$set": {"plan": "x"}}]).to_string().into_bytes(),
        ),
        (
            "/i/v0/ai/batch/",
            json!({"token": key, "batch": [{"event": "$ai_trace", "distinct_id": "ada"}]})
                .to_string()
                .into_bytes(),
        ),
    ] {
        let answer = send(&program, path, &body).await;
        assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"status": "Ok"})), "{path}");
        n_kept += 1;
        assert_eq!(kept(&app).await.len(), n_kept, "{path}");
    }
    let data: String =
        form_urlencoded::byte_serialize(STANDARD.encode(event("pixel").to_string()).as_bytes()).collect();
    program.send_raw(Method::GET, &format!("/e/?data={data}"), None).await.ok();
    let events = kept(&app).await;
    let pixel = events.iter().find(|event| event["event"] == "pixel").unwrap();
    assert_eq!(pixel["properties"], json!({"a": 1}), "the key does not stay in the event");
    assert!(all(&events, "event").contains(&"$set".to_owned()));
    assert_eq!(send(&program, "/s/", b"anything").await.status, 200);
}

#[tokio::test]
async fn an_unknown_key_is_refused() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let program = app.anonymous();
    let event = json!({"api_key": "phc_unknown", "batch": [{"event": "a", "distinct_id": "b"}]});
    post(&program, "/batch/", &event).await.refused(401);
    post(&program, "/batch/", &json!({"batch": []})).await.refused(401);
    post(&program, "/v1/track", &json!({"event": "a"})).await.refused(401);
    post(&program, "/v1/nonsense", &json!({"writeKey": key})).await.refused(404);
    send(&program, &format!("/e/?token={key}"), b"{broken").await.refused(400);
    assert_eq!(rejected(&app).await, [("what was sent is not JSON".to_owned(), 1)]);
}

#[tokio::test]
async fn a_wrong_clock_is_put_right_unless_the_sender_says_otherwise() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let hour_late = from_now(-60 * MINUTE);
    let event = |name: &str, properties: Value| json!({"event": name, "distinct_id": "ada", "timestamp": from_now(-61 * MINUTE), "properties": properties});
    let batch = json!({"api_key": key, "sent_at": hour_late, "batch": [
        event("put right", json!({})), event("exact", json!({"$ignore_sent_at": true})),
    ]});
    post(&app.anonymous(), "/batch/", &batch).await.ok();
    let old = json!({"api_key": key, "sent_at": hour_late, "historical_migration": true, "batch": [event("old", json!({}))]});
    post(&app.anonymous(), "/batch/", &old).await.ok();
    let near = json!({"api_key": key, "sent_at": from_now(-SECOND), "batch": [
        {"event": "on its way", "distinct_id": "ada", "timestamp": from_now(-MINUTE)},
        {"event": "offset", "distinct_id": "ada", "offset": 2_000},
    ]});
    post(&app.anonymous(), "/batch/", &near).await.ok();
    let events = kept(&app).await;
    let check = |name: &str, before: i64| {
        let found = events.iter().find(|event| event["event"] == name).unwrap();
        assert_eq!(found["timestamp"], from_now(-before), "{name}");
    };
    check("put right", MINUTE);
    check("exact", 61 * MINUTE);
    check("old", 61 * MINUTE);
    check("on its way", MINUTE);
    check("offset", 2 * SECOND);
}

#[tokio::test]
async fn what_is_sent_again_is_kept_once_also_without_ids() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let batch = json!({"api_key": key, "sent_at": from_now(0), "batch": [
        {"event": "a", "distinct_id": "ada", "uuid": "018f5b0a-1111-7000-8000-00000000abcd"},
        {"event": "b", "distinct_id": "ada", "timestamp": from_now(-MINUTE), "properties": {"n": 1}},
        {"event": "b", "distinct_id": "ada", "timestamp": from_now(-MINUTE), "properties": {"n": 2}},
        {"event": "c", "distinct_id": "ada"},
        {"event": "c", "distinct_id": "ada"},
    ]});
    for _ in 0..2 {
        post(&app.anonymous(), "/batch/", &batch).await.ok();
        app.advance(40 * MINUTE);
    }
    let mut names = all(&kept(&app).await, "event");
    names.sort();
    // Without id and time nothing tells two deeds from one that was sent twice: losing none comes first.
    assert_eq!(names, ["a", "b", "b", "c", "c", "c", "c"]);
}

#[tokio::test]
async fn capture_v1_is_answered_event_by_event() {
    let app = TestApp::new().await;
    let program = app.anonymous().with("authorization", &format!("Bearer {}", first_key(&app).await));
    let program = program.with("posthog-sdk-info", "posthog-python/7.91.1");
    let batch = json!({"created_at": from_now(0), "batch": [
        {"event": "a", "uuid": "u1", "distinct_id": "ada", "timestamp": from_now(0), "session_id": "s",
         "options": {"process_person_profile": false}, "properties": {"$set": {"plan": "x"}}},
        {"event": "a", "uuid": "u2", "distinct_id": "", "timestamp": from_now(0)},
        {"event": "$groupidentify", "uuid": "u3", "distinct_id": "a random one", "properties": {"$group_key": "acme"}},
    ]});
    let answer = post(&program, "/i/v1/analytics/events", &batch).await.ok();
    assert_eq!(answer["results"]["u1"], json!({"result": "ok"}));
    assert_eq!(answer["results"]["u2"]["result"], "drop");
    assert_eq!(answer["results"]["u3"]["result"], "ok");
    let events = kept(&app).await;
    let event = events.iter().find(|event| event["event"] == "a").unwrap();
    let expected = json!({
        "$set": {"plan": "x"}, "$process_person_profile": false, "$session_id": "s",
        "$lib": "posthog-python", "$lib_version": "7.91.1",
    });
    assert_eq!(event["properties"], expected);
    let about_group = events.iter().find(|event| event["event"] == "$groupidentify").unwrap();
    assert_eq!(about_group["distinct_id"], "", "a group is nobody");
}

#[tokio::test]
async fn segment_messages_become_events() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let basic = format!("Basic {}", STANDARD.encode(format!("{key}:")));
    let program = app.anonymous().with("authorization", &basic);
    let batch = json!({"sentAt": from_now(0), "batch": [
        {"type": "track", "messageId": "1", "userId": "ada", "event": "Paid", "timestamp": from_now(-MINUTE),
         "properties": {"amount": 9.5},
         "context": {"page": {"url": "https://x/y"}, "ip": "1.2.3.4", "library": {"name": "l"}, "os": {"name": "o"}}},
        {"type": "identify", "messageId": "2", "userId": "ada", "anonymousId": "anon", "traits": {"email": "a@b.test"}},
        {"type": "page", "messageId": "3", "anonymousId": "anon", "name": "Docs", "category": null, "properties": {"url": "u"}},
        {"type": "group", "messageId": "4", "userId": "ada", "groupId": "acme", "traits": {"name": "Acme"}},
        {"type": "alias", "messageId": "5", "userId": "ada", "previousId": "old"},
        {"type": "dance", "messageId": "6", "userId": "ada"},
    ]});
    assert_eq!(post(&program, "/v1/batch", &batch).await.ok(), json!({"success": true}));
    post(&program, "/v1/t", &json!({"event": "Short", "userId": "ada", "messageId": "7"})).await.ok();
    let beacon = json!({"batch": [{"type": "screen", "userId": "ada", "name": "Home", "messageId": "8"}]});
    post(&app.anonymous(), &format!("/beacon/v1/batch?writeKey={key}"), &beacon).await.ok();
    let events = kept(&app).await;
    let check = |name: &str, person: &str, properties: Value| {
        let event = events.iter().find(|event| event["event"] == name).unwrap_or_else(|| panic!("no {name}"));
        assert_eq!((&event["distinct_id"], &event["properties"]), (&json!(person), &properties), "{name}");
    };
    check(
        "Paid",
        "ada",
        json!({"amount": 9.5, "$current_url": "https://x/y", "$lib": "l", "$context": {"os": {"name": "o"}}}),
    );
    check("$identify", "ada", json!({"$set": {"email": "a@b.test"}, "$anon_distinct_id": "anon"}));
    check("$pageview", "anon", json!({"name": "Docs", "url": "u"}));
    let group = json!({"$group_type": "company", "$group_key": "acme", "$groups": {"company": "acme"}, "$group_set": {"name": "Acme"}});
    check("$groupidentify", "ada", group);
    check("$create_alias", "ada", json!({"alias": "old"}));
    check("Short", "ada", json!({}));
    check("$screen", "ada", json!({"name": "Home"}));
    assert_eq!(events.len(), 7);
    assert_eq!(rejected(&app).await.len(), 1);
}

#[tokio::test]
async fn growthbook_is_told_from_old_posthog_by_its_key() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let batch = json!([
        {"event_name": "Experiment Viewed", "properties_json": {"experimentId": "x", "variationId": "1"},
         "user_id": null, "device_id": "d1", "url": "", "page_id": null},
    ]);
    post(&app.anonymous(), &format!("/track?client_key={key}"), &batch).await.ok();
    let events = kept(&app).await;
    assert_eq!((&events[0]["event"], &events[0]["distinct_id"]), (&json!("Experiment Viewed"), &json!("d1")));
    assert_eq!(events[0]["properties"]["experimentId"], "x");
}

#[tokio::test]
async fn browsers_of_any_page_may_send() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let router = app.anonymous().router;
    let preflight = Request::builder()
        .method(Method::OPTIONS)
        .uri("/v1/t")
        .header(header::ORIGIN, "https://shop.test")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "anonymousid,authorization,content-type,sentat")
        .header("access-control-request-private-network", "true");
    let answer = router.oneshot(preflight.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let of = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(answer.status(), 200);
    assert_eq!(of("access-control-allow-origin").as_deref(), Some("https://shop.test"));
    assert_eq!(of("access-control-allow-credentials").as_deref(), Some("true"));
    assert_eq!(
        of("access-control-allow-headers").as_deref(),
        Some("anonymousid,authorization,content-type,sentat")
    );
    assert_eq!(of("access-control-allow-private-network").as_deref(), Some("true"));
    // A beacon brings the cookies of whoever is signed in, which must not matter.
    let browser = app.anonymous().with("origin", "https://shop.test").with("cookie", "heedful_session=x");
    let event = json!({"event": "a", "properties": {"distinct_id": "ada", "token": key}});
    let answer = post(&browser.with("sec-fetch-site", "same-site"), "/e/", &event).await;
    answer.ok();
    let exposed = answer.headers["access-control-expose-headers"].to_str().unwrap().to_lowercase();
    assert!(exposed.contains("etag") && exposed.contains("x-sse-support"), "{exposed}");
    assert!(answer.headers["vary"].to_str().unwrap().to_lowercase().contains("origin"));
    assert_eq!(answer.headers["access-control-allow-origin"], "https://shop.test");
}

#[tokio::test]
async fn rudderstack_learns_where_to_send() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let config =
        app.anonymous().send_raw(Method::GET, &format!("/sourceConfig/?writeKey={key}"), None).await.ok();
    assert_eq!((&config["source"]["writeKey"], &config["source"]["enabled"]), (&json!(key), &json!(true)));
    app.anonymous().send_raw(Method::GET, "/sourceConfig/?writeKey=nobodys", None).await.refused(401);
    let settings =
        app.anonymous().send_raw(Method::GET, &format!("/v1/projects/{key}/settings"), None).await.ok();
    assert_eq!(settings["integrations"]["Segment.io"]["apiKey"], json!(key));
}

#[tokio::test]
async fn posthog_in_a_page_learns_how_to_send() {
    let app = TestApp::new().await;
    let key = first_key(&app).await;
    let get = async |path: &str| app.anonymous().send_raw(Method::GET, path, None).await;
    let config = get(&format!("/array/{key}/config")).await.ok();
    assert_eq!((&config["token"], &config["analytics"]["endpoint"]), (&json!(key), &json!("/i/v0/e/")));
    let script = get(&format!("/array/{key}/config.js")).await;
    assert!(script.text().contains("_POSTHOG_REMOTE_CONFIG") && script.text().contains(&key));
    assert_eq!(get(&format!("/api/surveys/?token={key}")).await.ok(), json!({"surveys": []}));
    assert_eq!(get(&format!("/flags/definitions?token={key}&send_cohorts")).await.ok()["flags"], json!([]));
    for path in ["/array/nobodys/config", "/array/nobodys/config.js", "/api/surveys/", "/flags/definitions"] {
        get(path).await.refused(401);
    }
    for path in ["/flags/?v=2", "/decide/?v=3"] {
        let flags = post(&app.anonymous(), path, &json!({"token": key, "distinct_id": "ada"})).await.ok();
        assert_eq!((&flags["flags"], &flags["featureFlags"]), (&json!({}), &json!({})));
        let tells_settings = path.starts_with("/decide");
        assert_eq!(flags.get("autocapture_opt_out").is_some(), tells_settings, "{path}");
        post(&app.anonymous(), path, &json!({"token": "nobodys"})).await.refused(401);
    }
}
