//! The page of a theme: its weeks, who says it, and in which words; and the table of all themes by segment.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::Path;
use heedful_db::WorkspaceId;
use heedful_db::listen::accounts::Account;
use heedful_db::types::DAY;
use heedful_db::understand::theme_numbers::{self, Quote};
use heedful_db::understand::themes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::facts::Facts;
use super::numbers;
use super::wire::{PROBLEM_TYPES, ThemeOut};
use crate::listen::signals::FacetValue;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::kept;
use crate::platform::periods::{self, Every};
use crate::platform::time;

const WEEKS: usize = 26;
const ACCOUNTS_MAX: usize = 100;
const VALUES_MAX: usize = 50;
/// Quotes are chosen among the latest.
const QUOTES_READ: usize = 200;
const QUOTES_MAX: usize = 8;
const DAYS_MAX: i64 = 3_660;

#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeSummary {
    pub theme: ThemeOut,
    /// The last 26 weeks, from Monday in the workspace's time zone, oldest first; the last is still going on.
    pub weeks: Vec<ThemeWeek>,
    /// The accounts that said it, those that pay most first; at most 100.
    pub accounts: Vec<ThemeAccount>,
    /// Signals by segment; empty for those without one.
    pub segments: Vec<FacetValue>,
    /// Signals by plan of the accounts; empty for those without one.
    pub plans: Vec<FacetValue>,
    /// The words of customers: the latest first, then those that say it most differently.
    pub quotes: Vec<ThemeQuote>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeWeek {
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    pub n: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeAccount {
    pub id: String,
    pub name: String,
    pub plan: Option<String>,
    pub revenue_cents: Option<i64>,
    pub n_signals: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeQuote {
    pub signal_id: String,
    pub body: String,
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Timestamp,
    pub person_id: Option<String>,
    pub account_id: Option<String>,
    /// Who may see the words: team, link or public.
    pub may_show: String,
}

/// Everything the page of a theme shows.
#[utoipa::path(get, path = "/themes/{id}/summary", tag = "understand", params(("id" = String, Path)),
    responses((status = 200, body = ThemeSummary)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_theme_summary(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<Arc<ThemeSummary>>> {
    let question = format!("theme {id:?}");
    Ok(Json(kept::answer(&ctx, &viewer.ws, question, summary(&ctx, &viewer.ws, &id)).await?))
}

async fn summary(ctx: &Ctx, ws: &WorkspaceId, id: &str) -> Result<ThemeSummary> {
    let mut conn = ctx.read().await?;
    let conn = &mut *conn;
    let mut theme = ThemeOut::from(themes::get(conn, ws, id).await?);
    let facts = Facts::read(conn, ws, id).await?;
    theme.numbers = Some(numbers::of(&facts, ctx.now));
    let weeks = periods::last(WEEKS, Every::Week, ctx.now, &periods::time_zone(conn, ws).await?)?;
    let counts = facts.count_by_period(&weeks);
    let quotes = facts.quotes(conn, ws, QUOTES_READ).await?;
    Ok(ThemeSummary {
        theme,
        weeks: weeks
            .iter()
            .zip(counts)
            .map(|(week, n)| ThemeWeek { from: time::out(week.from), n })
            .collect(),
        accounts: facts.accounts(ACCOUNTS_MAX).into_iter().map(ThemeAccount::from).collect(),
        segments: values(facts.segments(VALUES_MAX)),
        plans: values(facts.plans(VALUES_MAX)),
        quotes: representative(quotes).into_iter().map(ThemeQuote::from).collect(),
    })
}

fn values(counts: Vec<(String, i64)>) -> Vec<FacetValue> {
    counts.into_iter().map(|(value, n)| FacetValue { value, n }).collect()
}

impl From<(&Account, i64)> for ThemeAccount {
    fn from((row, n_signals): (&Account, i64)) -> Self {
        Self {
            id: row.id.clone(),
            name: row.name.clone(),
            plan: row.plan.clone(),
            revenue_cents: row.revenue_cents,
            n_signals,
        }
    }
}

impl From<Quote> for ThemeQuote {
    fn from(row: Quote) -> Self {
        Self {
            signal_id: row.signal_id,
            body: row.body,
            occurred_at: time::out(row.occurred_at),
            person_id: row.person_id,
            account_id: row.account_id,
            may_show: row.may_show,
        }
    }
}

/// The latest quote, then again and again the one that shares the fewest words with those chosen, so that a few
/// quotes show the breadth of a theme.
fn representative(quotes: Vec<Quote>) -> Vec<Quote> {
    // Beside each quote how close it is to the closest of those chosen.
    let with_words = |quote: Quote| (words(&quote.body), 0.0_f64, quote);
    let mut left: Vec<(HashSet<String>, f64, Quote)> = quotes.into_iter().map(with_words).collect();
    let mut chosen = Vec::new();
    while chosen.len() < QUOTES_MAX && !left.is_empty() {
        let mut best = 0;
        for (index, (_, closeness, _)) in left.iter().enumerate() {
            if *closeness < left[best].1 {
                best = index;
            }
        }
        let (words, _, quote) = left.remove(best);
        for (other, closeness, _) in &mut left {
            *closeness = closeness.max(overlap(&words, other));
        }
        chosen.push(quote);
    }
    chosen
}

fn words(text: &str) -> HashSet<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 2)
        .map(str::to_owned)
        .collect()
}

/// Jaccard's share of common words; a text without words says nothing and comes last.
fn overlap(a: &HashSet<String>, b: &HashSet<String>) -> f64 {
    let size = |n: usize| u32::try_from(n).map_or(f64::INFINITY, f64::from);
    let common = a.intersection(b).count();
    let all = a.len() + b.len() - common;
    if a.is_empty() || all == 0 { 1.0 } else { size(common) / size(all) }
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MatrixQuery {
    /// Only signals of the last so many days; all when not given.
    #[param(minimum = 1, maximum = 3660)]
    pub days: Option<i64>,
}

/// Signals by problem type of their themes and by segment; a signal in two themes of one type counts once.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThemeMatrix {
    /// In the order of rows; empty for themes without a problem type.
    pub problem_types: Vec<String>,
    /// In the order of columns, the largest first; empty for signals without a segment.
    pub segments: Vec<String>,
    /// One row per problem type, one number per segment.
    pub counts: Vec<Vec<i64>>,
}

/// Which problems which segments have.
#[utoipa::path(get, path = "/themes/matrix", tag = "understand", params(MatrixQuery),
    responses((status = 200, body = ThemeMatrix)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_theme_matrix(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<MatrixQuery>,
) -> Result<Json<Arc<ThemeMatrix>>> {
    if query.days.is_some_and(|days| !(1..=DAYS_MAX).contains(&days)) {
        return Err(Error::field("days", "must be between 1 and 3,660"));
    }
    let from = query.days.map(|days| ctx.now - days * DAY);
    let counted = async {
        let mut conn = ctx.read().await?;
        Ok(matrix(&theme_numbers::count_matrix(&mut conn, &viewer.ws, from).await?))
    };
    Ok(Json(kept::answer(&ctx, &viewer.ws, format!("matrix {query:?}"), counted).await?))
}

fn matrix(cells: &[(String, String, i64)]) -> ThemeMatrix {
    let mut totals: HashMap<&str, i64> = HashMap::new();
    for (_, segment, n) in cells {
        *totals.entry(segment).or_default() += n;
    }
    let mut segments: Vec<&str> = totals.keys().copied().collect();
    segments.sort_by_key(|segment| (std::cmp::Reverse(totals[segment]), *segment));
    let types = PROBLEM_TYPES.iter().copied().chain([""]);
    let types: Vec<&str> = types.filter(|kind| cells.iter().any(|cell| cell.0 == *kind)).collect();
    let count = |kind: &str, segment: &str| {
        cells.iter().find(|cell| cell.0 == kind && cell.1 == segment).map_or(0, |cell| cell.2)
    };
    let row = |kind: &&str| segments.iter().map(|segment| count(kind, segment)).collect();
    ThemeMatrix {
        counts: types.iter().map(row).collect(),
        problem_types: types.into_iter().map(str::to_owned).collect(),
        segments: segments.into_iter().map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_begin_with_the_latest_and_go_on_with_what_differs_most() {
        let quote = |body: &str| Quote {
            signal_id: String::new(),
            body: body.to_owned(),
            occurred_at: 0,
            person_id: None,
            account_id: None,
            may_show: String::new(),
        };
        let bodies = ["export is slow", "export is so slow", "the file never arrives"];
        let shown: Vec<String> =
            representative(bodies.map(quote).to_vec()).into_iter().map(|quote| quote.body).collect();
        assert_eq!(shown, ["export is slow", "the file never arrives", "export is so slow"]);
    }

    #[test]
    fn the_matrix_has_a_number_in_every_cell() {
        let cell = |kind: &str, segment: &str, n| (kind.to_owned(), segment.to_owned(), n);
        let found = matrix(&[cell("bug", "b", 1), cell("bug", "a", 5), cell("", "b", 2)]);
        assert_eq!(found.segments, ["a", "b"]);
        assert_eq!(found.problem_types, ["bug", ""]);
        assert_eq!(found.counts, [[5, 1], [0, 2]]);
    }
}
