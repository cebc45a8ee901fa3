//! What people do in the product of the made-up company, as its app would send it: they sign up, send quotes, plan jobs and
//! log hours; some stay, some fall asleep.

use anyhow::Context;
use axum::http::Method;
use heedful_db::Micros;
use heedful_db::types::{DAY, HOUR, MINUTE};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::crowd::Speaker;
use super::team::{Payload, Team};
use crate::jobs;
use crate::platform::time;

/// Who sends the events, and who asks about them.
const SENDER: &str = "tom";
const ANALYST: &str = "ines";
const BATCH: usize = 500;
/// Users besides the people who speak.
const N_USERS: usize = 420;
/// So long back events go.
const USAGE_DAYS: i64 = 90;
/// The first steps in the product: the share of those before who take them, and within how many hours.
const FIRST_STEPS: [(&str, f64, i64); 4] = [
    ("signed_up", 1.0, 1),
    ("quote_started", 0.81, 30),
    ("quote_sent", 0.52, 90),
    ("job_scheduled", 0.66, 160),
];
/// What is done in a working day, and how often of a hundred times.
const WORK: [(&str, u32); 8] = [
    ("schedule_opened", 34),
    ("hours_logged", 24),
    ("quote_started", 12),
    ("quote_sent", 9),
    ("photo_added", 9),
    ("job_scheduled", 6),
    ("report_exported", 3),
    ("error_shown", 3),
];
const MEANINGS: [(&str, &str); 5] = [
    ("signed_up", "An account was made; the first event of everybody."),
    (
        "quote_sent",
        "A quote left for a customer, by mail or as a link. The moment in which Hedgerow is worth something.",
    ),
    ("job_scheduled", "A job stands in the calendar of a crew."),
    ("hours_logged", "Somebody wrote down the hours of a day, on the phone or in the office."),
    ("report_exported", "A report was downloaded; its property `format` says how."),
];

/// Sends the events of three months, says what they mean, and keeps the questions that the team asks
/// of them and the numbers that it watches.
pub async fn happen(team: &mut Team, crowd: &[Speaker], seed: u64) -> anyhow::Result<()> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut events = Vec::new();
    for user in 0..N_USERS {
        live(team.today, &format!("user-{:04}", user + 1), &mut rng, &mut events);
    }
    for (index, speaker) in crowd.iter().enumerate() {
        let first = events.len();
        live(team.today, &speaker.email, &mut rng, &mut events);
        look_around(&format!("visitor-{:04}", index + 1), first, &mut rng, &mut events);
    }
    for batch in events.chunks(BATCH) {
        team.post(SENDER, "/api/v1/events", json!(batch)).await.context("events")?;
    }
    jobs::events::write_down(&team.app).await;
    for (event, description) in MEANINGS {
        let (path, body) = (format!("/api/v1/events/names/{event}"), json!({"description": description}));
        team.send(ANALYST, Method::PUT, &path, Payload::Json(body), None).await?;
    }
    for question in questions() {
        team.post(ANALYST, "/api/v1/questions", question).await.context("questions")?;
    }
    for metric in metrics() {
        team.post(ANALYST, "/api/v1/metrics", metric).await.context("metrics")?;
    }
    Ok(())
}

/// Lets whoever signs up with the first event have looked around before, as a nameless visitor.
fn look_around(visitor: &str, first: usize, rng: &mut StdRng, events: &mut Vec<Value>) {
    let Some(signed_up) = events.get(first).cloned() else { return };
    let Some(at) = signed_up["timestamp"].as_str().and_then(|at| at.parse::<Timestamp>().ok()) else {
        return;
    };
    let before = |minutes: i64| time::out(at.as_microsecond() - minutes * MINUTE);
    let visit = |name: &str, minutes: i64| {
        json!({
            "event": name, "distinct_id": visitor, "timestamp": before(minutes),
            "properties": {"device": signed_up["properties"]["device"]},
        })
    };
    let named = json!({
        "event": "$identify", "distinct_id": signed_up["distinct_id"], "timestamp": before(0),
        "properties": {"$anon_distinct_id": visitor},
    });
    let minutes = rng.random_range(4..40);
    events
        .splice(first..first, [visit("pricing_viewed", minutes), visit("demo_watched", minutes / 2), named]);
}

/// One user from sign-up to the day they were last seen.
fn live(today: Micros, who: &str, rng: &mut StdRng, events: &mut Vec<Value>) {
    let plan = choose(rng, &[("Solo", 55), ("Crew", 32), ("Company", 13)]);
    let device = choose(rng, &[("phone", 62), ("web", 30), ("tablet", 8)]);
    let born = rng.random_range(-USAGE_DAYS..0) * DAY + rng.random_range(7..19) * HOUR;
    let mut at = born;
    let mut send = |at: Micros, name: &str, extra: Option<(&str, Value)>| {
        if at >= 0 {
            return;
        }
        let mut properties = json!({"plan": plan, "device": device});
        if let Some((name, value)) = extra {
            properties[name] = value;
        }
        events.push(json!({
            "event": name, "distinct_id": who, "timestamp": time::out(today + at), "properties": properties,
        }));
    };
    for (index, (name, share, hours)) in FIRST_STEPS.into_iter().enumerate() {
        if rng.random::<f64>() >= share {
            // Who never gets that far mostly does not come back.
            if rng.random::<f64>() < 0.7 {
                return;
            }
            break;
        }
        at += if index == 0 { 0 } else { rng.random_range(MINUTE..hours * HOUR) };
        send(at, name, None);
    }
    // Those on larger plans stay longer.
    let stays = match plan {
        "Company" => 0.995,
        "Crew" => 0.985,
        _ => 0.96,
    };
    let mut day = born / DAY + 1;
    while day < 0 && rng.random::<f64>() < stays {
        // Nobody mows on a Sunday: days count from a midnight whose weekday follows from the epoch.
        let is_sunday = (today / DAY + day + 3).rem_euclid(7) == 6;
        if !is_sunday && rng.random::<f64>() < 0.45 {
            let mut at = day * DAY + rng.random_range(6..18) * HOUR;
            for _ in 0..rng.random_range(1..5) {
                at += rng.random_range(MINUTE..25 * MINUTE);
                let name = choose(rng, &WORK);
                send(at, name, detail(name, rng));
            }
        }
        day += 1;
    }
}

fn detail(event: &str, rng: &mut StdRng) -> Option<(&'static str, Value)> {
    match event {
        "quote_sent" => Some(("amount", json!(rng.random_range(8..240) * 25))),
        "hours_logged" => Some(("hours", json!(f64::from(rng.random_range(4..20)) / 2.0))),
        "report_exported" => Some(("format", json!(choose(rng, &[("pdf", 70), ("csv", 30)])))),
        "error_shown" => {
            Some(("code", json!(choose(rng, &[("offline", 60), ("upload", 25), ("timeout", 15)]))))
        }
        _ => None,
    }
}

fn choose(rng: &mut StdRng, of: &[(&'static str, u32)]) -> &'static str {
    let total: u32 = of.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random_range(0..total);
    for (name, weight) in of {
        if left < *weight {
            return name;
        }
        left -= weight;
    }
    of[0].0
}

fn questions() -> [Value; 5] {
    let first_steps = FIRST_STEPS.map(|(name, ..)| name);
    [
        json!({"name": "Do people who sign up get to their first job?",
            "description": "The four first steps, within two weeks. Quotes are where most of them stop.",
            "definition": {"kind": "funnel", "from": "-90d", "steps": first_steps, "window_s": 1_209_600}}),
        json!({"name": "Who comes back after the first week?",
            "definition": {"kind": "retention", "from": "-12w", "interval": "week", "start": "signed_up", "return": {}}}),
        json!({"name": "Are crews sending more quotes?",
            "definition": {"kind": "trend", "from": "-90d", "interval": "week", "compare": false,
                "series": [{"event": "quote_sent", "aggregate": "count"}, {"event": "quote_sent", "aggregate": "people"}]}}),
        json!({"name": "How large is a quote, by plan?",
            "definition": {"kind": "trend", "from": "-90d", "interval": "month", "breakdown": {"property": "plan", "limit": 3},
                "series": [{"event": "quote_sent", "aggregate": "median", "property": "amount"}]}}),
        json!({"name": "Is the export worth keeping?",
            "description": "Reach, how often, and whether those who exported do so again.",
            "definition": {"kind": "adoption", "from": "-12w", "interval": "week", "feature": "report_exported"}}),
    ]
}

fn metrics() -> [Value; 5] {
    [
        json!({"template": {"kind": "activation", "begin": "signed_up", "done": "quote_sent"},
            "description": "Who signs up and sends a first quote within a week."}),
        json!({"template": {"kind": "onboarding_drop_off", "steps": FIRST_STEPS.map(|(name, ..)| name), "within_days": 14}}),
        json!({"template": {"kind": "retention", "begin": "signed_up", "after_weeks": 4}}),
        json!({"template": {"kind": "adoption", "feature": "report_exported"}, "name": "Adoption of exports"}),
        json!({"name": "Quotes sent", "kind": "question",
            "definition": {"question": {"kind": "trend", "series": [{"event": "quote_sent", "aggregate": "count"}]}}}),
    ]
}
