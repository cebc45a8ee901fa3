//! What real SDKs sent, recorded once, is understood without loss. The recordings are not part of this project.

use std::fs;
use std::path::{Path, PathBuf};

use axum::http::Method;
use flate2::Compression;
use flate2::read::GzEncoder;
use serde_json::{Value, json};

use super::{kept, rejected};
use crate::support::TestApp;

/// Keys that the recorded programs were given.
const KEYS: [&str; 4] = ["phc_test_project_key", "seg_write_key", "rudder_write_key", "sdk-abc123"];
/// Where events go; everything else that was recorded asks for flags and the like.
const EVENTS: [&str; 7] = ["/batch", "/e/", "/i/v", "/v1/", "/beacon", "/track", "/capture"];

fn recordings() -> Option<Vec<PathBuf>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/specs/captured");
    let files = fs::read_dir(dir).ok()?;
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        path.extension().is_some_and(|end| end == "json") && !name.starts_with("ofrep")
    });
    files.sort();
    Some(files)
}

/// The body as it went over the wire, as far as the recording tells.
fn body_of(request: &Value) -> Vec<u8> {
    let plain = request["body"].to_string().into_bytes();
    let is_gzip = request["raw_head_hex"].as_str().is_some_and(|head| head.starts_with("1f8b"));
    if !is_gzip {
        return plain;
    }
    let mut packed = Vec::new();
    std::io::Read::read_to_end(&mut GzEncoder::new(plain.as_slice(), Compression::fast()), &mut packed)
        .unwrap();
    packed
}

fn ids_of(request: &Value) -> Vec<(String, String)> {
    let body = &request["body"];
    let list = body["batch"].as_array().or(body.as_array()).cloned().unwrap_or_else(|| vec![body.clone()]);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    list.iter()
        .map(|event| {
            let id = ["uuid", "messageId"].iter().find_map(|name| text(&event[name]));
            let person = [
                &event["distinct_id"],
                &event["properties"]["distinct_id"],
                &event["userId"],
                &event["anonymousId"],
            ];
            let is_group = event["event"] == "$groupidentify";
            let person = person
                .into_iter()
                .filter_map(text)
                .find(|text| !text.is_empty())
                .filter(|_| !is_group)
                .unwrap_or_default();
            (id.unwrap_or_default(), person)
        })
        .collect()
}

#[tokio::test]
async fn every_recorded_event_arrives_once() {
    let Some(files) = recordings() else {
        eprintln!("skipped: there are no recordings beside the project");
        return;
    };
    let mut n_requests = 0;
    for file in files {
        let app = TestApp::new().await;
        for key in KEYS {
            app.admin().create("/capture-keys", json!({"name": key, "key": key})).await;
        }
        let recording: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        let mut expected = Vec::new();
        for request in recording["requests"].as_array().unwrap() {
            let path = request["path"].as_str().unwrap();
            if request["method"] != "POST" || !EVENTS.iter().any(|start| path.starts_with(start)) {
                continue;
            }
            n_requests += 1;
            let second: i64 = request["t"].to_string().split('.').next().unwrap().parse().unwrap();
            app.app.clock.set(second * 1_000_000);
            let mut program = app.anonymous();
            for header in request["headers"].as_array().unwrap() {
                let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
                let name: axum::http::HeaderName = name.to_lowercase().parse().unwrap();
                if !["content-length", "content-type", "host"].contains(&name.as_str()) {
                    program.headers.insert(name, value.parse().unwrap());
                }
            }
            let target = request["raw_target"].as_str().unwrap();
            let kind = program.headers.get("content-type").cloned();
            let kind = kind.as_ref().map_or("text/plain", |kind| kind.to_str().unwrap());
            for _ in 0..2 {
                let body = Some((kind, body_of(request)));
                let answer = program.send_raw(Method::POST, target, body).await;
                assert_eq!(answer.status, 200, "{}: {target}: {}", file.display(), answer.text());
            }
            expected.extend(ids_of(request));
        }
        assert_eq!(rejected(&app).await, [], "{}", file.display());
        let events = kept(&app).await;
        let is_told = expected.iter().all(|(id, _)| !id.is_empty());
        if is_told {
            let mut people: Vec<_> = expected.iter().map(|(_, person)| person.clone()).collect();
            let mut kept: Vec<_> =
                events.iter().map(|event| event["distinct_id"].as_str().unwrap().to_owned()).collect();
            people.sort();
            kept.sort();
            assert_eq!(kept, people, "{}", file.display());
        } else {
            assert!(events.len() >= expected.len(), "{}", file.display());
        }
    }
    assert!(n_requests > 30, "{n_requests} recorded requests with events");
}
