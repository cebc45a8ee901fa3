//! Finding the words that somebody marks: a highlight names its span by characters.

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::listening::body_of;
use super::team::Team;

/// Adds to the body of a highlight where its quote stands.
pub async fn locate(team: &mut Team, who: &str, mut body: Value) -> anyhow::Result<Value> {
    let quote = body["quote"].as_str().context("a highlight quotes")?.to_owned();
    let start = if let Some(id) = body["signal_id"].as_str() {
        let signal = team.get(who, &format!("/api/v1/signals/{id}")).await?;
        place(body_of(&signal), &quote)
    } else {
        let id = body["interview_id"].as_str().context("a signal or an interview")?;
        let passages = team.get(who, &format!("/api/v1/interviews/{id}/passages?limit=100")).await?;
        let passages = passages["items"].as_array().cloned().unwrap_or_default();
        let mut found = passages.iter().filter_map(|one| Some((one, place(body_of(one), &quote)?)));
        found.next().map(|(passage, start)| {
            body["passage_position"] = passage["position"].clone();
            start
        })
    };
    ensure!(start.is_some(), "nobody said {quote:?}");
    let start = start.unwrap_or_default();
    body["start_char"] = json!(start);
    body["end_char"] = json!(start + quote.chars().count());
    Ok(body)
}

fn place(text: &str, quote: &str) -> Option<usize> {
    text.find(quote).map(|at| text[..at].chars().count())
}
