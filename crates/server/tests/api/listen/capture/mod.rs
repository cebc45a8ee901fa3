//! Events on their way in: our own API, the protocols of other tools, and what is refused.

mod arrivals;
mod captured;
mod own;
mod protocols;

use axum::http::Method;
use serde_json::Value;

use crate::support::{Answer, Client, TestApp};

/// Sends a body to an address as a program without any sign-in does.
async fn send(client: &Client, path: &str, body: &[u8]) -> Answer {
    client.send_raw(Method::POST, path, Some(("text/plain", body.to_vec()))).await
}

pub async fn first_key(app: &TestApp) -> String {
    let keys = app.viewer().get("/capture-keys").await.ok();
    keys["items"][0]["key"].as_str().unwrap().to_owned()
}

/// All events that are kept, newest first.
async fn kept(app: &TestApp) -> Vec<Value> {
    app.viewer().get("/events?limit=500").await.ok()["items"].as_array().unwrap().clone()
}

/// One field of each.
pub fn all(events: &[Value], field: &str) -> Vec<String> {
    events.iter().map(|event| event[field].as_str().unwrap().to_owned()).collect()
}

/// Reasons and counts of what was refused.
pub async fn rejected(app: &TestApp) -> Vec<(String, i64)> {
    let rejected = app.viewer().get("/events/rejected").await.ok();
    let one = |item: &Value| (item["reason"].as_str().unwrap().to_owned(), item["count"].as_i64().unwrap());
    rejected["items"].as_array().unwrap().iter().map(one).collect()
}
