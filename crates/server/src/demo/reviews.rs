//! Holding a weekly review: the agenda that the server makes is walked, item by item.

use std::fmt::Write;

use axum::http::Method;
use serde_json::{Value, json};

use super::team::{Payload, Team, id_of};
use crate::platform::time;

/// Reviews are an hour; the rest waits for the next one.
const ITEMS_MAX: usize = 6;
/// A review under way has come this far.
const ITEMS_OF_OPEN: usize = 2;

/// Starts a review and writes its minutes. With `summary` it is closed.
pub async fn hold(team: &mut Team, who: &str, script: &Value) -> anyhow::Result<()> {
    let mut review = team.post(who, "/api/v1/reviews", json!({})).await?;
    let path = format!("/api/v1/reviews/{}", id_of(&review)?);
    let summary = script["summary"].as_str();
    let n = if summary.is_some() { ITEMS_MAX } else { ITEMS_OF_OPEN };
    let items = review["agenda"].as_array().cloned().unwrap_or_default();
    for item in items.iter().take(n) {
        let minute = minute(team, item, &script["actions"])?;
        let item_path = format!("{path}/minutes/{}", item["id"].as_str().unwrap_or_default());
        let version = review["version"].as_i64();
        review = team.send(who, Method::PUT, &item_path, Payload::Json(minute), version).await?;
    }
    if let Some(summary) = summary {
        let body = Payload::Json(json!({"summary": summary}));
        team.send(who, Method::POST, &format!("{path}/close"), body, review["version"].as_i64()).await?;
    }
    Ok(())
}

/// The action that the script has for this section of the agenda, else a note.
fn minute(team: &Team, item: &Value, actions: &Value) -> anyhow::Result<Value> {
    let section = item["section"].as_str().unwrap_or_default();
    let action = &actions[section];
    if let Some(title) = action["title"].as_str() {
        let owner = team.named(action["owner"].as_str().unwrap_or_default())?;
        let days = action["days"].as_i64().unwrap_or(14);
        let due_at = time::out(team.now() + days * heedful_db::types::DAY).to_string();
        let action = json!({"title": title, "owner_id": owner, "due_at": due_at});
        return Ok(json!({"outcome": "action", "note": "Agreed in the round.", "action": action}));
    }
    Ok(json!({"outcome": "noted", "note": note(section, item)}))
}

fn note(section: &str, item: &Value) -> String {
    let mut note = String::new();
    let said = match section {
        "new_signals" => "Read aloud, loudest first. Ines takes what has no next step.",
        "themes" => "We looked at the quotes: it is the same people as before, and new ones.",
        "rules" => "The threshold was agreed for a reason; it goes to whoever owns the theme.",
        "tests" => "The result is in. The owner brings a recommendation next week.",
        "decisions" => "Still waiting for numbers; the date holds.",
        "actions" => "Asked the owner; it moves by a week and no further.",
        "expiring" => "Nobody defended it. It may go.",
        _ => "Owner and date by Friday.",
    };
    let _ = write!(note, "{said}");
    if let Some(n) = item["parts"].as_array().map(Vec::len).filter(|n| *n > 0) {
        let _ = write!(note, " It came from {n} places.");
    }
    note
}
