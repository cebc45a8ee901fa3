//! Making an agenda: everything that changed since the last review, and everything that waits.

use heedful_db::decide::agenda::{self, Change, Waiting, Windows};
use heedful_db::decide::{actions, decisions, firings};
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId};

use super::themes::theme_changes;
use super::wire::{AgendaItem, AgendaPart};
use crate::platform::error::Result;
use crate::platform::time;
use crate::platform::words::{count, number, whole};

/// Items per section: a review that is longer than an hour is not held a second time. What is left out waits, and
/// comes up again.
const SECTION_MAX: i64 = 10;
/// Sources and themes named beside the number of new signals.
const PARTS_MAX: i64 = 8;
/// What expires this soon is looked at while something can still be done.
const HORIZON: Micros = 14 * DAY;

pub async fn make(conn: &mut Conn, ws: &WorkspaceId, from: Micros, now: Micros) -> Result<Vec<AgendaItem>> {
    let mut items = Vec::new();
    items.extend(new_signals(conn, ws, from, now).await?);
    for change in theme_changes(conn, ws, from, now).await?.into_iter().take(limit()) {
        let direction = if change.rising { "rising" } else { "falling" };
        let title = format!("{} is {direction}", change.name);
        items.push(item("themes", "theme", &change.id, title, change.sentence, "decision"));
    }
    items.extend(fired_rules(conn, ws).await?);
    let tests = agenda::list_undecided_experiments(conn, ws, SECTION_MAX).await?;
    items.extend(waiting(
        "tests",
        "experiment",
        tests,
        "decision",
        "The test has ended, nothing is decided yet",
        "on",
    ));
    items.extend(overdue(conn, ws, now).await?);
    let hypotheses = agenda::list_expiring_hypotheses(conn, ws, now + HORIZON, SECTION_MAX).await?;
    items.extend(waiting(
        "expiring",
        "hypothesis",
        hypotheses,
        "action",
        "The hypothesis expires unanswered",
        "on",
    ));
    let bets = agenda::list_expiring_bets(conn, ws, now + HORIZON, SECTION_MAX).await?;
    items.extend(waiting("expiring", "bet", bets, "decision", "The bet expires", "on"));
    items.extend(without_next_step(conn, ws).await?);
    Ok(items)
}

async fn new_signals(
    conn: &mut Conn,
    ws: &WorkspaceId,
    from: Micros,
    now: Micros,
) -> Result<Option<AgendaItem>> {
    let (n, n_planned) = agenda::count_signals(conn, ws, Some(from), Some(now)).await?;
    if n == 0 {
        return Ok(None);
    }
    let windows = Windows { earlier: from, split: from, to: now };
    let parts = |kind: &str, changes: Vec<Change>| {
        let part = |change: Change| AgendaPart {
            kind: kind.to_owned(),
            id: change.id,
            name: change.name,
            n: change.n_later,
        };
        changes.into_iter().map(part).collect::<Vec<_>>()
    };
    let mut made_of = parts("source", agenda::list_source_changes(conn, ws, windows, PARTS_MAX).await?);
    made_of.extend(parts("theme", agenda::list_theme_changes(conn, ws, windows, PARTS_MAX).await?));
    let without = count(n - n_planned, ["has no next step", "have no next step"]);
    let why = format!("Said since {}. {without}.", day(from));
    let title = count(n, ["new signal", "new signals"]);
    let item = item("new_signals", "signals", "", title, why, "noted");
    Ok(Some(AgendaItem { id: "new_signals".to_owned(), object_id: None, parts: made_of, ..item }))
}

async fn fired_rules(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<AgendaItem>> {
    let filter = firings::Filter { rule_id: None, open: true };
    let page = firings::list(conn, ws, &filter, None, SECTION_MAX).await?;
    let one = |firing: firings::Firing| {
        let why = format!("The rule fired on {}, at {}.", day(firing.fired_at), number(firing.value));
        item("rules", "firing", &firing.id, firing.rule_name, why, "decision")
    };
    Ok(page.items.into_iter().take(limit()).map(one).collect())
}

async fn overdue(conn: &mut Conn, ws: &WorkspaceId, now: Micros) -> Result<Vec<AgendaItem>> {
    let filter =
        decisions::Filter { state: Some(decisions::State::OverdueAt(now)), ..decisions::Filter::default() };
    let late = decisions::list(conn, ws, &filter, None, SECTION_MAX).await?;
    let late = late.items.into_iter().map(|row| Waiting { id: row.id, title: row.question, at: row.due_at });
    let mut items = waiting("decisions", "decision", late, "action", "It was to be decided", "by");
    let again = agenda::list_decisions_to_review(conn, ws, now, SECTION_MAX).await?;
    items.extend(waiting("decisions", "decision", again, "decision", "It was to be looked at again", "on"));
    let filter = actions::Filter { state: actions::State::OverdueAt(now), ..actions::Filter::default() };
    let late = actions::list(conn, ws, &filter, None, SECTION_MAX).await?;
    let late =
        late.items.into_iter().map(|row| Waiting { id: row.id, title: row.title, at: Some(row.due_at) });
    items.extend(waiting("actions", "action", late, "noted", "It was to be done", "by"));
    Ok(items)
}

async fn without_next_step(conn: &mut Conn, ws: &WorkspaceId) -> Result<Vec<AgendaItem>> {
    let insights = agenda::list_insights_without_step(conn, ws, SECTION_MAX).await?;
    let words = "Nobody said what happens with this insight, written";
    let mut items = waiting("next_steps", "insight", insights, "next_step", words, "on");
    let (n, n_planned) = agenda::count_signals(conn, ws, None, None).await?;
    if n > n_planned {
        let title = format!("{} without a next step", count(n - n_planned, ["signal", "signals"]));
        let why = format!(
            "{} of {} have one. Nothing without a next step should go unnoticed.",
            whole(n_planned),
            whole(n)
        );
        let all = item("next_steps", "signals", "", title, why, "action");
        items.push(AgendaItem { id: "signals_without_step".to_owned(), object_id: None, ..all });
    }
    Ok(items)
}

fn waiting(
    section: &str,
    kind: &str,
    rows: impl IntoIterator<Item = Waiting>,
    suggested: &str,
    words: &str,
    preposition: &str,
) -> Vec<AgendaItem> {
    let one = |row: Waiting| {
        let why = match row.at {
            Some(at) => format!("{words} ({preposition} {}).", day(at)),
            None => format!("{words}."),
        };
        item(section, kind, &row.id, row.title, why, suggested)
    };
    rows.into_iter().map(one).collect()
}

fn item(section: &str, kind: &str, id: &str, title: String, why: String, suggested: &str) -> AgendaItem {
    AgendaItem {
        id: format!("{section}-{id}"),
        section: section.to_owned(),
        kind: kind.to_owned(),
        object_id: Some(id.to_owned()),
        title,
        why,
        suggested: suggested.to_owned(),
        parts: Vec::new(),
    }
}

fn day(at: Micros) -> String {
    time::out(at).strftime("%-d %B %Y").to_string()
}

fn limit() -> usize {
    usize::try_from(SECTION_MAX).unwrap_or(usize::MAX)
}
