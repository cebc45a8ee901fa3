//! Questions over all events, as a browser asks them.

use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use crate::bench::figure::Figure;
use crate::bench::http::Client;
use crate::bench::server::Server;
use crate::shell::Shell;

const TIMES: u32 = 5;

pub(super) fn run(shell: &Shell, server: &Server, token: &str) -> Result<Vec<Figure>> {
    let mut client = Client::new(server.port, token);
    let mut figures = Vec::new();
    for (name, question) in all() {
        if shell.is_interrupted() {
            anyhow::bail!("interrupted");
        }
        let mut took: Vec<f64> = Vec::new();
        let mut rows = json!(null);
        for time in 0..=TIMES {
            let mut question = question.clone();
            // Another end each time: an answer that is kept would be no measurement.
            question["from"] = json!(format!("-{}d", 100 + time));
            let asked = Instant::now();
            rows = client.post("/analytics/query", &question)?["rows_read"].take();
            took.push(asked.elapsed().as_secs_f64() * 1e3);
        }
        // The first reads what the others find in memory.
        took.remove(0);
        took.sort_by(f64::total_cmp);
        let median = took[took.len() / 2];
        figures.push(Figure::told(name, median, "ms").noting(format!("median of {TIMES}, {rows} rows")));
    }
    Ok(figures)
}

fn all() -> Vec<(&'static str, Value)> {
    let wide = ["page_viewed", "searched", "item_opened", "item_saved"];
    let onboarding = ["signed_up", "created_project", "invited_teammate", "subscribed"];
    let week_s = 7 * 86_400;
    vec![
        (
            "trend: events and people per day and event",
            json!({"kind": "trend", "series": [{}, {"aggregate": "people"}],
                "breakdown": {"property": "$event", "limit": 20}}),
        ),
        ("funnel: 4 rare steps, 7 days", json!({"kind": "funnel", "window_s": week_s, "steps": onboarding})),
        ("funnel: 4 frequent steps, 7 days", json!({"kind": "funnel", "window_s": week_s, "steps": wide})),
        (
            "the same, by plan",
            json!({"kind": "funnel", "window_s": week_s, "steps": wide, "breakdown": {"property": "plan"}}),
        ),
        (
            "retention: weekly, after sign-up",
            json!({"kind": "retention", "interval": "week", "start": "signed_up", "return": {}}),
        ),
        ("lifecycle: weekly", json!({"kind": "lifecycle", "interval": "week"})),
        ("stickiness: weekly", json!({"kind": "stickiness", "interval": "week"})),
        ("paths: 6 places", json!({"kind": "paths"})),
        ("adoption: weekly", json!({"kind": "adoption", "interval": "week", "feature": "report_exported"})),
        (
            "median of a property, per day",
            json!({"kind": "trend", "series": [{"event": "item_saved", "aggregate": "median", "property": "value"}]}),
        ),
    ]
}
