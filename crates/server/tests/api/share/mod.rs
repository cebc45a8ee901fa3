mod critiques;
pub mod learned;
mod notices;
mod outcomes;
mod public;

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};
use crate::support_rows::{add, bet, hypothesis};

/// A decided question whose hypothesis has evidence.
pub struct Case {
    pub app: TestApp,
    pub hypothesis: String,
    pub bet: String,
    pub decision: String,
    source: Value,
}

pub async fn case() -> Case {
    let app = TestApp::new().await;
    let hypothesis = hypothesis(&app, "Streaming ends the waiting").await;
    let bet = bet(&app, &hypothesis, "Stream the export").await;
    let source =
        app.editor().create("/sources", json!({"kind": "inbox", "name": "Calls"})).await["id"].clone();
    let owner = app.user_id(heedful_server::platform::auth::Role::Editor).await;
    let decision =
        json!({"question": "Ship streaming?", "bet_id": bet, "hypothesis_id": hypothesis, "owner_id": owner});
    let decision = app.editor().create("/decisions", decision).await["id"].as_str().unwrap().to_owned();
    let verdict = json!({"verdict": "persevere", "conclusive": true, "why": "Waiting fell to a second",
                         "hypothesis_state": "confirmed"});
    app.editor().seen(1).post(&format!("/decisions/{decision}/decide"), verdict).await.ok();
    Case { app, hypothesis, bet, decision, source }
}

impl Case {
    /// Somebody who said something, as evidence of the hypothesis; answers the ids of person and signal.
    pub async fn says(&self, person: Value, words: &str, may_show: &str) -> (String, String) {
        let person = self.app.editor().create("/people", person).await["id"].as_str().unwrap().to_owned();
        let signal = self.signal(&person, words, may_show).await;
        (person, signal)
    }

    pub async fn signal(&self, person: &str, words: &str, may_show: &str) -> String {
        let signal =
            json!({"source_id": self.source, "person_id": person, "body": words, "may_show": may_show});
        let signal = self.app.editor().create("/signals", signal).await["id"].as_str().unwrap().to_owned();
        let cells = [
            self.hypothesis.as_str().into(),
            signal.as_str().into(),
            "for".into(),
            "opinion".into(),
            "x".into(),
        ];
        add(&self.app, "evidence", "hypothesis_id, signal_id, direction, strength, added_by", &cells).await;
        signal
    }

    /// A draft that lacks nothing.
    pub async fn draft(&self, more: Value) -> Value {
        let mut input = json!({"decision_id": self.decision, "title": "Exports no longer wait", "said": "Exports take ages",
                               "tried": "We streamed them", "learned": "Waiting fell to a second", "did": "It is on for all"});
        for (field, value) in more.as_object().unwrap() {
            input[field] = value.clone();
        }
        self.app.editor().create("/outcomes", input).await
    }

    pub async fn published(&self, more: Value) -> Value {
        let draft = self.draft(more).await;
        self.app.editor().seen(1).post(&format!("{}/publish", path(&draft)), json!({})).await.ok()
    }
}

pub fn path(outcome: &Value) -> String {
    format!("/outcomes/{}", outcome["id"].as_str().unwrap())
}

/// The part of an address after the host.
pub fn local(url: &Value) -> String {
    url.as_str().unwrap().strip_prefix("http://heedful.test").unwrap().to_owned()
}

pub async fn visit(app: &TestApp, path: &str) -> Answer {
    app.anonymous().send_raw(Method::GET, path, None).await
}

pub async fn send_form(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect()
    };
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let body = ("application/x-www-form-urlencoded", body.join("&").into_bytes());
    app.anonymous().send_raw(Method::POST, path, Some(body)).await
}
