//! Every fortnight somebody reads what came in: puts it into themes, says what is next, and notes for whom it is true.

use serde_json::{Value, json};

use super::listening::Way;
use super::team::Team;
use super::voices::Voice;

const READER: &str = "ines";
const LARGE: &str = "segment.large";

/// Per topic: the theme, the tag, what people were doing, what is next and who does it (`-` for nobody).
const HABITS: [(&str, &str, &str, &str, &str, &str); 13] = [
    ("export", "theme.export", "month-end", "closing the month", "theme", "tom"),
    ("offline", "theme.offline", "field", "on site without signal", "hypothesis", "ines"),
    ("onboarding", "theme.onboarding", "first-week", "setting up", "theme", "kofi"),
    ("reminders", "theme.reminders", "invoices", "waiting to be paid", "theme", "kofi"),
    ("calendar", "theme.calendar", "sync", "planning the week", "fix_now", "tom"),
    ("handover", "theme.handover", "field", "handing work to a crew", "ask_more", "ines"),
    ("seats", "theme.seats", "pricing", "paying for the season", "hypothesis", "maya"),
    ("slow", "theme.slow", "speed", "opening the day plan", "fix_now", "tom"),
    ("taxdocs", "theme.taxdocs", "help", "setting up tax", "theme", "kofi"),
    ("trust", "theme.trust", "rights", "deciding who sees what", "ask_more", "tom"),
    ("requests", "", "idea", "", "", "-"),
    ("praise", "", "praise", "", "no_action", "-"),
    ("shorts", "", "short", "", "no_action", "-"),
];

/// Works through the voices since the last time. What cannot be judged yet stays open.
pub async fn work(team: &mut Team, voices: &[Voice]) -> anyhow::Result<()> {
    for (topic, theme, tag, context, step, owner) in HABITS {
        let of_topic = voices.iter().filter(|voice| voice.topic == topic);
        let ids: Vec<String> =
            of_topic.clone().filter_map(|voice| team.find_named(&voice.name()).map(str::to_owned)).collect();
        if ids.is_empty() {
            continue;
        }
        if let Some(theme) = team.find_named(theme).map(str::to_owned) {
            team.post(READER, &format!("/api/v1/themes/{theme}/signals"), json!({"ids": ids})).await?;
        }
        for segment in [LARGE, segment_of(topic)] {
            let planned: Vec<String> = of_topic
                .clone()
                .filter(|voice| is_planned(voice) && voice.line.is_multiple_of(4) == (segment == LARGE))
                .filter_map(|voice| team.find_named(&voice.name()).map(str::to_owned))
                .collect();
            let patch = patch(team, (context, segment), step, owner)?;
            if !planned.is_empty() {
                let input = json!({"ids": planned, "add_tags": [tag], "patch": patch});
                team.post(READER, "/api/v1/signals/bulk", input).await?;
            }
        }
    }
    Ok(())
}

/// For whom it is mostly true; every fourth voice speaks for a large account.
fn segment_of(topic: &str) -> &'static str {
    match topic {
        "export" | "reminders" | "taxdocs" | "trust" => "segment.office",
        "offline" | "handover" | "calendar" | "slow" => "segment.field",
        "seats" => "segment.seasonal",
        "onboarding" => "segment.solo",
        _ => "",
    }
}

/// Some of what came in is left for later, as in any inbox.
fn is_planned(voice: &Voice) -> bool {
    voice.line % 5 != 2 && Way::of(voice) != Way::Helpdesk
}

fn patch(team: &Team, (context, segment): (&str, &str), step: &str, owner: &str) -> anyhow::Result<Value> {
    let mut patch = json!({});
    if let Some(segment) = team.find_named(segment) {
        patch["segment_id"] = segment.into();
    }
    if !context.is_empty() {
        patch["usage_context"] = context.into();
    }
    if step.is_empty() {
        return Ok(patch);
    }
    patch["next_step"] = json!({"kind": step});
    if step == "no_action" {
        patch["next_step"]["note"] = "Thanked; nothing to change.".into();
    }
    if owner != "-" {
        patch["next_step"]["owner_id"] = team.named(owner)?.into();
        let due = team.now() + 21 * heedful_db::types::DAY;
        patch["next_step"]["due_at"] = crate::platform::time::out(due).to_string().into();
    }
    Ok(patch)
}
