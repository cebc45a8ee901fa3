//! Listing themes with their numbers, ranked by any of them.

use std::cmp::Ordering;
use std::sync::Arc;

use axum::Json;
use heedful_db::understand::themes::{self, Filter};
use heedful_db::{Cursor, Page, WorkspaceId};
use serde::Deserialize;
use utoipa::IntoParams;

use super::numbers;
use super::trend::ThemeNumbers;
use super::wire::ThemeOut;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;
use crate::platform::kept;
use crate::platform::paging::{List, Paging};

const SORTS: &[&str] = &["recent", "signals", "trend", "revenue", "accounts", "name", "last"];

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ThemeQuery {
    /// Words in the name or on the axes.
    pub q: Option<String>,
    pub problem_type: Option<String>,
    pub root_cause_kind: Option<String>,
    pub owner_id: Option<String>,
    /// The themes that this signal is in.
    pub signal_id: Option<String>,
    /// rising, falling or unclear
    pub trend: Option<String>,
    /// recent (signals in 28 days), signals, trend, revenue, accounts, last or name; recent when not given. A minus
    /// in front turns the order around.
    pub sort: Option<String>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

/// Themes with what they amount to.
#[utoipa::path(get, path = "/themes", tag = "understand", params(ThemeQuery, Paging),
    responses((status = 200, body = List<ThemeOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_themes(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<ThemeQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<Arc<List<ThemeOut>>>> {
    let question = format!("themes {query:?} {paging:?}");
    Ok(Json(kept::answer(&ctx, &viewer.ws, question, ranked(&ctx, &viewer.ws, &query, &paging)).await?))
}

async fn ranked(ctx: &Ctx, ws: &WorkspaceId, query: &ThemeQuery, paging: &Paging) -> Result<List<ThemeOut>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let sort = query.sort.as_deref().unwrap_or("recent");
    let (sort, is_turned) = sort.strip_prefix('-').map_or((sort, false), |sort| (sort, true));
    if !SORTS.contains(&sort) {
        return Err(Error::field("sort", &format!("must be one of {}", SORTS.join(", "))));
    }
    let filter = Filter {
        problem_type: query.problem_type.clone(),
        root_cause_kind: query.root_cause_kind.clone(),
        owner_id: query.owner_id.clone(),
        signal_id: query.signal_id.clone(),
        archived: query.archived,
    };
    let mut conn = ctx.read().await?;
    let rows = themes::list(&mut conn, ws, &filter).await?;
    let mut found: Vec<ThemeOut> = rows.into_iter().map(ThemeOut::from).collect();
    found.retain(|theme| has_words(theme, query.q.as_deref().unwrap_or_default()));
    numbers::add(&mut conn, ws, &mut found, ctx.now).await?;
    if let Some(trend) = &query.trend {
        found.retain(|theme| numbers_of(theme).trend.direction == *trend);
    }
    found.sort_by(|a, b| {
        let order = compare(sort, a, b);
        if is_turned { order.reverse() } else { order }.then_with(|| a.id.cmp(&b.id))
    });
    Ok(List::of(page(found, cursor.as_ref(), limit), |theme| theme))
}

/// All themes are ranked together, so a page is cut from the whole: it starts after the theme that the cursor names.
fn page(mut found: Vec<ThemeOut>, after: Option<&Cursor>, limit: i64) -> Page<ThemeOut> {
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    if let Some(cursor) = after {
        let start =
            found.iter().position(|theme| theme.id == cursor.id).map_or(found.len(), |index| index + 1);
        found.drain(..start);
    }
    Page::cut(found, limit, total, |theme| Cursor::at_id(&theme.id))
}

fn has_words(theme: &ThemeOut, q: &str) -> bool {
    let axes = [&theme.name, &theme.description, &theme.usage_context, &theme.desired_outcome];
    let text = axes.map(|text| text.to_lowercase()).join(" ");
    q.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// Most first; names from A to Z.
fn compare(sort: &str, a: &ThemeOut, b: &ThemeOut) -> Ordering {
    let (left, right) = (numbers_of(a), numbers_of(b));
    match sort {
        "name" => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
        "signals" => right.n_signals.cmp(&left.n_signals),
        "revenue" => right.revenue_cents.cmp(&left.revenue_cents),
        "accounts" => right.n_accounts.cmp(&left.n_accounts),
        "last" => right.last_at.cmp(&left.last_at),
        "trend" => strength(&right).total_cmp(&strength(&left)),
        _ => {
            right.trend.n_recent.cmp(&left.trend.n_recent).then_with(|| right.n_signals.cmp(&left.n_signals))
        }
    }
}

/// How surely a theme rises, above 0, or falls, below.
fn strength(numbers: &ThemeNumbers) -> f64 {
    let certainty = 1.0 - numbers.trend.p_value.unwrap_or(1.0);
    if numbers.trend.n_recent >= numbers.trend.n_before { certainty } else { -certainty }
}

fn numbers_of(theme: &ThemeOut) -> ThemeNumbers {
    theme.numbers.clone().unwrap_or_default()
}
