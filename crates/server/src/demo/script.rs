//! Reading the story: requests with the time at which a member sends them.
//!
//! A step is a line `DAY HH:MM WHO METHOD PATH [= NAME]`, followed by the JSON that is sent (or `< FILE`) up to an empty
//! line. Days count up to today, so -30 is thirty days ago. `$name` stands for the id of what an earlier step or a voice
//! is called, `@-20` for a time, `@quarter-1` for a quarter. `READINGS` stands for many requests, `REVIEW` for a whole
//! review, `FORM` for a visitor's page. Lines that start with `#` are for readers.

use anyhow::{Context, bail};
use heedful_db::Micros;
use heedful_db::types::DAY;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::files;
use super::team::Team;
use crate::platform::time;

const MINUTE: Micros = 60 * 1_000_000;
/// Midday, unless a step says when.
const NOON: Micros = 12 * 60 * MINUTE;

#[derive(Clone, Debug)]
pub enum Body {
    Nothing,
    Json(Value),
    File(String),
}

#[derive(Clone, Debug)]
pub struct Step {
    /// Since the midnight of today; below zero.
    pub at: Micros,
    /// Where it stands, for complaints.
    pub place: String,
    pub who: String,
    pub method: String,
    pub path: String,
    pub name: Option<String>,
    pub body: Body,
}

pub fn steps() -> anyhow::Result<Vec<Step>> {
    let mut steps = Vec::new();
    for file in files::names_in("story/") {
        for (place, block) in blocks(&file, &files::text(&file)?) {
            let step = parse(&place, &block).with_context(|| place.clone())?;
            steps.extend(if step.method == "READINGS" {
                readings(&step).context(place)?
            } else {
                vec![step]
            });
        }
    }
    Ok(steps)
}

fn blocks(file: &str, text: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    let mut is_open = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            is_open = false;
        } else if let Some((_, block)) = blocks.last_mut().filter(|_| is_open) {
            block.push(line.to_owned());
        } else {
            blocks.push((format!("{file}:{}", index + 1), vec![line.to_owned()]));
            is_open = true;
        }
    }
    blocks
}

fn parse(place: &str, block: &[String]) -> anyhow::Result<Step> {
    let (head, body) = block.split_first().context("an empty step")?;
    let words: Vec<&str> = head.split_whitespace().collect();
    let (&[day, clock, who, method, path], name) = (match words.split_at_checked(5) {
        Some((head, [])) => (head, None),
        Some((head, ["=", name])) => (head, Some((*name).to_owned())),
        _ => bail!("not a step: {head}"),
    }) else {
        bail!("not a step: {head}")
    };
    let body = body.join("\n");
    let body = match body.trim() {
        "" => Body::Nothing,
        text if text.starts_with("< ") => Body::File(text[2..].trim().to_owned()),
        text => Body::Json(serde_json::from_str(text)?),
    };
    Ok(Step {
        at: moment(day, clock)?,
        place: place.to_owned(),
        who: who.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        name,
        body,
    })
}

/// `READINGS METRIC/DAYS` with a list of numbers: one reading each so many days.
fn readings(step: &Step) -> anyhow::Result<Vec<Step>> {
    let Body::Json(Value::Array(values)) = &step.body else { bail!("a list of numbers") };
    let (metric, days) = step.path.split_once('/').context("METRIC/DAYS")?;
    let every = days.parse::<i64>()? * DAY;
    let at = |index: usize| step.at + every * i64::try_from(index).unwrap_or(0);
    let reading = |(index, value): (usize, &Value)| Step {
        at: at(index),
        method: "POST".to_owned(),
        path: format!("/metrics/${metric}/readings"),
        body: Body::Json(json!({"value": value})),
        ..step.clone()
    };
    Ok(values.iter().enumerate().map(reading).collect())
}

fn moment(day: &str, clock: &str) -> anyhow::Result<Micros> {
    let (hours, minutes) = clock.split_once(':').context("a time such as 09:30")?;
    let minutes = hours.parse::<i64>()? * 60 + minutes.parse::<i64>()?;
    Ok(day.parse::<i64>()? * DAY + minutes * MINUTE)
}

/// Puts ids and times in the place of what stands for them.
pub fn fill(team: &Team, value: &Value) -> anyhow::Result<Value> {
    Ok(match value {
        Value::String(text) => match text.strip_prefix('@') {
            Some(day) => when(team.today, day)?.into(),
            None => match text.strip_prefix('$') {
                Some(name) => team.named(name)?.into(),
                None => value.clone(),
            },
        },
        Value::Array(items) => items.iter().map(|item| fill(team, item)).collect::<anyhow::Result<_>>()?,
        Value::Object(fields) => {
            let filled = fields.iter().map(|(name, item)| Ok((name.clone(), fill(team, item)?)));
            Value::Object(filled.collect::<anyhow::Result<_>>()?)
        }
        other => other.clone(),
    })
}

/// The same for the parts of a path.
pub fn fill_path(team: &Team, path: &str) -> anyhow::Result<String> {
    let mut filled = String::new();
    for part in path.split_inclusive(['/', '?', '&', '=']) {
        let (name, end) = match part.char_indices().last() {
            Some((at, '/' | '?' | '&' | '=')) => part.split_at(at),
            _ => (part, ""),
        };
        filled.push_str(match name.strip_prefix('$') {
            Some(name) => team.named(name)?,
            None => name,
        });
        filled.push_str(end);
    }
    Ok(filled)
}

/// `quarter`, `quarter-1`, `-20` or `14`: a time as it is sent.
fn when(today: Micros, text: &str) -> anyhow::Result<String> {
    if let Some(back) = text.strip_prefix("quarter") {
        let back: i16 = if back.is_empty() { 0 } else { back.trim_start_matches('-').parse()? };
        let date = time::out(today).to_zoned(TimeZone::UTC).date();
        let quarters = date.year() * 4 + i16::from((date.month() - 1) / 3) - back;
        return Ok(format!("{}-Q{}", quarters.div_euclid(4), quarters.rem_euclid(4) + 1));
    }
    let day: i64 = text.parse().with_context(|| format!("@{text} is no day"))?;
    Ok(time::out(today + day * DAY + NOON).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_story_can_be_read() {
        let steps = steps().unwrap();
        assert!(steps.len() > 200);
        assert!(steps.iter().all(|step| step.at < 0), "nothing happens today or later");
    }

    #[test]
    fn times_count_from_today() {
        // 15 February 2026.
        let today = 1_771_113_600_000_000;
        let check = |text: &str, expect: &str| assert_eq!(when(today, text).unwrap(), expect);
        check("0", "2026-02-15T12:00:00Z");
        check("-15", "2026-01-31T12:00:00Z");
        check("quarter", "2026-Q1");
        check("quarter-1", "2025-Q4");
        assert!(when(today, "soon").is_err());
    }
}
