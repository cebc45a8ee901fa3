//! Holding a weekly review: the agenda that the server makes is walked, item by item.

use axum::http::Method;
use heedful_db::types::DAY;
use serde_json::{Value, json};

use super::team::{Payload, Team, id_of};
use crate::platform::time;

/// Reviews are an hour; the rest waits for the next one.
const ITEMS_MAX: usize = 6;
/// A review under way has come this far.
const ITEMS_OF_OPEN: usize = 2;
const DAYS_DEFAULT: i64 = 14;

/// Starts a review and writes its minutes. With `summary` it is closed.
pub async fn hold(team: &mut Team, who: &str, script: &Value) -> anyhow::Result<()> {
    let mut review = team.post(who, "/api/v1/reviews", json!({})).await?;
    let path = format!("/api/v1/reviews/{}", id_of(&review)?);
    let summary = script["summary"].as_str();
    let n = if summary.is_some() { ITEMS_MAX } else { ITEMS_OF_OPEN };
    let items = review["agenda"].as_array().cloned().unwrap_or_default();
    let mut actions = script["actions"].clone();
    for item in items.iter().take(n) {
        let section = item["section"].as_str().unwrap_or_default();
        // The first item of a section leads to its action.
        let action = actions.as_object_mut().and_then(|actions| actions.remove(section));
        let minute = minute(team, item, action.as_ref())?;
        let item_path = format!("{path}/minutes/{}", item["id"].as_str().unwrap_or_default());
        let version = review["version"].as_i64();
        review = team.send(who, Method::PUT, &item_path, Payload::Json(minute), version).await?;
        if let Some(name) = action.as_ref().and_then(|action| action["name"].as_str()) {
            let minutes = review["minutes"].as_array().cloned().unwrap_or_default();
            let created = minutes.last().map(|minute| minute["created"][0].clone()).unwrap_or_default();
            team.name(name, id_of(&created)?);
        }
    }
    if let Some(summary) = summary {
        let body = Payload::Json(json!({"summary": summary}));
        team.send(who, Method::POST, &format!("{path}/close"), body, review["version"].as_i64()).await?;
    }
    Ok(())
}

/// The action that the script has for this section of the agenda, else a note.
fn minute(team: &Team, item: &Value, action: Option<&Value>) -> anyhow::Result<Value> {
    let Some(action) = action else {
        return Ok(json!({"outcome": "noted", "note": note(item)}));
    };
    let owner = team.named(action["owner"].as_str().unwrap_or_default())?;
    let due = team.now() + action["days"].as_i64().unwrap_or(DAYS_DEFAULT) * DAY;
    let action = json!({"title": action["title"], "owner_id": owner, "due_at": time::out(due).to_string()});
    Ok(json!({"outcome": "action", "note": "Agreed in the round.", "action": action}))
}

fn note(item: &Value) -> String {
    let said = match item["section"].as_str().unwrap_or_default() {
        "new_signals" => "Read aloud, loudest first. Ines takes what has no next step.",
        "themes" => "We looked at the quotes: it is the same people as before, and new ones.",
        "rules" => "The threshold was agreed for a reason; it goes to whoever owns the theme.",
        "tests" => "The result is in. The owner brings a recommendation next week.",
        "decisions" => "Still waiting for numbers; the date holds.",
        "actions" => "Asked the owner; it moves by a week and no further.",
        "expiring" => "Nobody defended it. It may go.",
        _ => "Owner and date by Friday.",
    };
    match item["parts"].as_array().map(Vec::len) {
        Some(n) if n > 0 => format!("{said} It came from {n} places."),
        _ => said.to_owned(),
    }
}
