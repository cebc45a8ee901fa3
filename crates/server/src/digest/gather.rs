//! What happened in a week and what stands at its end. Every number comes from the function that other pages use.
//! Titles and counts only: a digest is kept and mailed, so what a customer said does not stand in it.

use std::collections::BTreeMap;

use heedful_db::decide::agenda;
use heedful_db::decide::firings;
use heedful_db::share::{critiques, outcomes};
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId, home as home_rows, measure as measure_rows};

use super::lens::{Part, parts};
use super::wire::{DigestBody, DigestItem, DigestSection};
use crate::decide::reviews::{ThemeMove, theme_changes};
use crate::home::{self, RunningTestOut, WaitingList};
use crate::listen::scores::ScoreKind;
use crate::measure::read_learning;
use crate::platform::error::Result;
use crate::platform::figure::Figure;
use crate::platform::periods::Period;
use crate::platform::words::{count, number, whole};

/// Named in a section; how many more there are is said beside them.
const ITEMS_MAX: usize = 5;
/// Rows looked at to know how many more there are.
const ROWS_MAX: i64 = 100;
const LEARNING_PERIOD: Micros = 182 * DAY;

/// Everything a digest may say, whatever the lens.
#[derive(Debug, Default)]
pub struct Facts {
    parts: BTreeMap<Part, (Vec<DigestItem>, i64)>,
    /// What happened, as a list of short phrases.
    news: Vec<String>,
}

impl Facts {
    /// The part of the facts that a lens shows, in its order.
    pub fn through(&self, lens: &str) -> DigestBody {
        let section = |part: &Part| {
            let (items, n_more) = self.parts.get(part)?;
            let title = part.title().to_owned();
            Some(DigestSection { part: *part, title, items: items.clone(), n_more: *n_more })
        };
        let quiet = self.news.is_empty();
        let summary = if quiet {
            "A quiet week: nothing new was said, noticed, decided or published.".to_owned()
        } else {
            format!("{}.", self.news.join(", "))
        };
        DigestBody { quiet, summary, sections: parts(lens).iter().filter_map(section).collect() }
    }

    /// Adds a part; `what` names one thing in it, for the summary of those parts that are news.
    fn add(&mut self, part: Part, mut items: Vec<DigestItem>, total: i64, what: [&str; 2]) {
        if items.is_empty() {
            return;
        }
        items.truncate(ITEMS_MAX);
        if part.is_news() {
            self.news.push(count(total, what));
        }
        let named = i64::try_from(items.len()).unwrap_or(i64::MAX);
        self.parts.insert(part, (items, (total - named).max(0)));
    }
}

/// Reads the facts of a period; what stands and waits is read as of `now`.
pub async fn gather(conn: &mut Conn, ws: &WorkspaceId, period: Period, now: Micros) -> Result<Facts> {
    let Period { from, to } = period;
    let mut facts = Facts::default();
    let (said, n_said) = signals(conn, ws, period).await?;
    if n_said > 0 {
        facts.add(Part::Signals, said, n_said, ["signal", "signals"]);
        facts.parts.entry(Part::Signals).and_modify(|(_, n_more)| *n_more = 0);
    }
    let themes = theme_changes(conn, ws, from, to).await?;
    let moved = |change: &ThemeMove| moved(change, ["is rising", "is falling"], "/understand/themes/");
    facts.add(
        Part::Themes,
        themes.iter().map(moved).collect(),
        total(&themes),
        ["theme moved", "themes moved"],
    );
    let sources = home::outliers(conn, ws, from, to).await?;
    let words = ["is unusually loud", "is unusually quiet"];
    let loud = |change: &ThemeMove| self::moved(change, words, "/listen/signals?source_id=");
    facts.add(
        Part::Sources,
        sources.iter().map(loud).collect(),
        total(&sources),
        ["unusual source", "unusual sources"],
    );
    fired(conn, ws, period, &mut facts).await?;
    tests(conn, ws, now, &mut facts).await?;
    decided(conn, ws, period, &mut facts).await?;
    published(conn, ws, period, &mut facts).await?;
    waiting(conn, ws, now, &mut facts).await?;
    let scores = [
        score("Net Promoter Score", "", home::score(conn, ws, ScoreKind::Nps, now).await?),
        score("Product-market fit", "%", home::score(conn, ws, ScoreKind::Pmf, now).await?),
    ];
    let scores: Vec<DigestItem> = scores.into_iter().flatten().collect();
    facts.add(Part::Scores, scores, 0, ["", ""]);
    learned(conn, ws, now, &mut facts).await?;
    Ok(facts)
}

async fn signals(conn: &mut Conn, ws: &WorkspaceId, period: Period) -> Result<(Vec<DigestItem>, i64)> {
    let Period { from, to } = period;
    let (n, n_planned) = agenda::count_signals(conn, ws, Some(from), Some(to)).await?;
    let (n_before, _) = agenda::count_signals(conn, ws, Some(from - (to - from)), Some(from)).await?;
    let planned = match n_planned {
        0 => "None of them has a next step.".to_owned(),
        _ if n_planned == n => "All of them have a next step.".to_owned(),
        1 => "1 of them has a next step.".to_owned(),
        _ => format!("{} of them have a next step.", whole(n_planned)),
    };
    let title = format!("{}, after {} the week before", count(n, ["signal", "signals"]), whole(n_before));
    Ok((vec![item(title, planned, "/listen/signals".to_owned())], n))
}

async fn fired(conn: &mut Conn, ws: &WorkspaceId, period: Period, facts: &mut Facts) -> Result<()> {
    let latest = firings::list(conn, ws, &firings::Filter::default(), None, ROWS_MAX).await?.items;
    let inside = latest.into_iter().filter(|row| (period.from..period.to).contains(&row.fired_at));
    let one = |row: firings::Firing| {
        let handled = if row.handled_at.is_some() { "" } else { " Nobody has handled it yet." };
        item(
            row.rule_name,
            format!("It fired at {}.{handled}", number(row.value)),
            "/decide/rules".to_owned(),
        )
    };
    let items: Vec<DigestItem> = inside.map(one).collect();
    let n = total(&items);
    facts.add(Part::Rules, items, n, ["rule fired", "rules fired"]);
    Ok(())
}

async fn tests(conn: &mut Conn, ws: &WorkspaceId, now: Micros, facts: &mut Facts) -> Result<()> {
    let undecided = agenda::list_undecided_experiments(conn, ws, ROWS_MAX).await?;
    let one = |row: &agenda::Waiting| {
        let path = format!("/experiment/experiments/{}", row.id);
        item(row.title.clone(), "It has ended, and nothing is decided yet.".to_owned(), path)
    };
    facts.add(Part::Results, undecided.iter().map(one).collect(), total(&undecided), ["", ""]);
    let running = home_rows::list_running_tests(conn, ws, ROWS_MAX).await?;
    let running: Vec<RunningTestOut> = running.into_iter().map(|row| RunningTestOut::of(row, now)).collect();
    facts.add(Part::Tests, running.iter().map(running_test).collect(), total(&running), ["", ""]);
    Ok(())
}

fn running_test(test: &RunningTestOut) -> DigestItem {
    let days = match test.days_planned {
        Some(planned) => format!("Day {} of {planned}", test.days_running + 1),
        None => format!("Day {}", test.days_running + 1),
    };
    let people = match test.n_planned {
        Some(planned) => format!("{} of {} measured", whole(test.n), count(planned, ["person", "people"])),
        None => format!("{} measured", count(test.n, ["person", "people"])),
    };
    item(test.title.clone(), format!("{days}, {people}."), format!("/experiment/experiments/{}", test.id))
}

async fn decided(conn: &mut Conn, ws: &WorkspaceId, period: Period, facts: &mut Facts) -> Result<()> {
    let cycles = measure_rows::list_cycles(conn, ws, period.from, period.to).await?;
    let one = |row: &measure_rows::Cycle| {
        let sure = if row.conclusive.is_some_and(|flag| flag.0) { "conclusive" } else { "not conclusive" };
        let text = format!("{}; {sure}.", capital(&row.verdict));
        item(row.question.clone(), text, format!("/decide/decisions/{}", row.decision_id))
    };
    facts.add(Part::Decisions, cycles.iter().map(one).collect(), total(&cycles), ["decision", "decisions"]);
    Ok(())
}

async fn published(conn: &mut Conn, ws: &WorkspaceId, period: Period, facts: &mut Facts) -> Result<()> {
    let rows = outcomes::list_published_in(conn, ws, period.from, period.to, ROWS_MAX).await?;
    let one = |row: &outcomes::Outcome| {
        let readers = match row.audience.as_str() {
            "public" => "Everyone may read it.",
            "link" => "People with the link may read it.",
            _ => "The team may read it.",
        };
        item(row.title.clone(), readers.to_owned(), format!("/share/outcomes/{}", row.id))
    };
    let what = ["outcome published", "outcomes published"];
    facts.add(Part::Outcomes, rows.iter().map(one).collect(), total(&rows), what);
    Ok(())
}

async fn waiting(conn: &mut Conn, ws: &WorkspaceId, now: Micros, facts: &mut Facts) -> Result<()> {
    let open = critiques::Filter { unanswered: true, ..critiques::Filter::default() };
    let n_open = critiques::list(conn, ws, &open, None, 1).await?.total;
    if n_open > 0 {
        let verb = if n_open == 1 { "waits" } else { "wait" };
        let title = format!("{} {verb} for an answer", count(n_open, ["objection", "objections"]));
        let items = vec![item(title, String::new(), "/share/critiques".to_owned())];
        facts.add(Part::Critiques, items, 0, ["", ""]);
    }
    let decisions = home::overdue_decisions(conn, ws, now).await?;
    let actions = home::overdue_actions(conn, ws, now).await?;
    let n_late = decisions.total + actions.total;
    let mut items = late(&decisions, "It was to be decided", |id| format!("/decide/decisions/{id}"));
    items.extend(late(&actions, "It was to be done", |_| "/decide/actions?state=overdue".to_owned()));
    facts.add(Part::Overdue, items, n_late, ["", ""]);
    Ok(())
}

fn late(list: &WaitingList, words: &str, path: impl Fn(&str) -> String) -> Vec<DigestItem> {
    let rows = list.items.iter().map(|row| {
        let by = row.at.map(|at| format!(" by {}", at.strftime("%-d %B %Y"))).unwrap_or_default();
        item(row.title.clone(), format!("{words}{by}."), path(&row.id))
    });
    rows.collect()
}

async fn learned(conn: &mut Conn, ws: &WorkspaceId, now: Micros, facts: &mut Facts) -> Result<()> {
    let learning = read_learning(conn, ws, now - LEARNING_PERIOD, now, now).await?;
    let path = || "/measure/learning".to_owned();
    let mut items = Vec::new();
    let median = &learning.time_to_learning.total.median_days;
    if let Some(days) = median.value {
        let title = format!("{} days from first evidence to verdict", number(days));
        let verdicts = count(median.n, ["verdict", "verdicts"]);
        items.push(item(title, format!("Median of {verdicts} in half a year."), path()));
    }
    let streak = learning.contact.streak_weeks;
    if streak > 0 {
        let weeks = count(streak, ["week", "weeks in a row"]);
        items.push(item(format!("{weeks} with a conversation"), String::new(), path()));
    }
    facts.add(Part::Learning, items, 0, ["", ""]);
    Ok(())
}

/// A score that rests on no answer is left out; one that cannot be estimated says why.
fn score(name: &str, unit: &str, figure: Figure) -> Option<DigestItem> {
    if figure.n == 0 {
        return None;
    }
    let answers = count(figure.n, ["answer", "answers"]);
    let (title, text) = match (figure.value, figure.low, figure.high) {
        (Some(value), Some(low), Some(high)) => (
            format!("{name}: {value:.0}{unit}"),
            format!("{answers} in the last 90 days; between {low:.0} and {high:.0}{unit}."),
        ),
        _ => (format!("{name}: not known"), figure.reason.unwrap_or_default()),
    };
    Some(item(title, text, "/measure/learning".to_owned()))
}

fn moved(change: &ThemeMove, [up, down]: [&str; 2], path: &str) -> DigestItem {
    let way = if change.rising { up } else { down };
    item(format!("{} {way}", change.name), change.sentence.clone(), format!("{path}{}", change.id))
}

fn item(title: String, text: String, path: String) -> DigestItem {
    DigestItem { title, text, path }
}

fn total<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
