//! This week: how well the loop turns, on one page.

mod wire;

use std::sync::Arc;

use axum::Json;
use heedful_db::decide::agenda::{self, Waiting, Windows};
use heedful_db::decide::{actions, decisions, firings, reviews};
use heedful_db::listen::scores;
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros, WorkspaceId, home, measure};
use heedful_stats::Confidence;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use wire::{HomeOut, RunningTestOut, WaitingList};

use self::wire::{FirstStepsOut, HomeSignals, WaitingOut, WeekCount};
use crate::app::App;
use crate::decide::reviews::{ThemeMove, judge, theme_changes};
use crate::listen::scores::ScoreKind;
use crate::measure::time_to_learning;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::figure::Figure;
use crate::platform::kept;
use crate::platform::time;

const WEEK: Micros = 7 * DAY;
const WEEKS: i64 = 12;
const SCORE_PERIOD: Micros = 90 * DAY;
const LEARNING_PERIOD: Micros = 182 * DAY;
/// Named on the page; what is beyond is one click away.
const LIST_MAX: i64 = 5;
const CHANGES_MAX: usize = 5;
const SOURCES_MAX: i64 = 100;
/// A source is compared with as many days before.
const OUTLIER_DAYS_BEFORE: i64 = 56;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_home))
}

/// How the loop is doing this week.
#[utoipa::path(get, path = "/home", tag = "measure", responses((status = 200, body = HomeOut)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_home(viewer: Viewer, ctx: Ctx) -> Result<Json<Arc<HomeOut>>> {
    Ok(Json(kept::answer(&ctx, &viewer.ws, "home", read_home(&ctx, &viewer.ws)).await?))
}

async fn read_home(ctx: &Ctx, ws: &WorkspaceId) -> Result<HomeOut> {
    let now = ctx.now;
    let mut conn = ctx.read().await?;
    let conn = &mut *conn;
    let mut themes = theme_changes(conn, ws, now - WEEK, now).await?;
    themes.truncate(CHANGES_MAX);
    let tests = home::list_running_tests(conn, ws, LIST_MAX).await?;
    let undecided = agenda::list_undecided_experiments(conn, ws, LIST_MAX + 1).await?;
    let open_firings = firings::Filter { rule_id: None, open: true };
    let open_review = reviews::find_latest(conn, ws, "weekly", true).await?;
    let cycles = measure::list_cycles(conn, ws, now - LEARNING_PERIOD, now).await?;
    let support = measure::list_support(conn, ws).await?;
    Ok(HomeOut {
        signals: signals(conn, ws, now).await?,
        themes,
        outliers: outliers(conn, ws, now - WEEK, now).await?,
        running_tests: tests.into_iter().map(|test| RunningTestOut::of(test, now)).collect(),
        undecided_tests: undecided.into_iter().map(WaitingOut::from).collect(),
        n_firings_open: firings::list(conn, ws, &open_firings, None, 1).await?.total,
        overdue_actions: overdue_actions(conn, ws, now).await?,
        overdue_decisions: overdue_decisions(conn, ws, now).await?,
        nps: score(conn, ws, ScoreKind::Nps, now).await?,
        pmf: score(conn, ws, ScoreKind::Pmf, now).await?,
        time_to_learning: time_to_learning(&cycles, &support).total,
        open_review_id: open_review.map(|review| review.id),
        first_steps: FirstStepsOut::from(home::get_first_steps(conn, ws).await?),
    })
}

async fn signals(conn: &mut Conn, ws: &WorkspaceId, now: Micros) -> Result<HomeSignals> {
    let from = now - WEEKS * WEEK;
    let counts = home::count_by_week(conn, ws, from, now).await?;
    let n_in = |week: i64| counts.iter().find(|(at, _)| *at == week).map_or(0, |(_, n)| *n);
    let weeks = (0..WEEKS).map(|week| WeekCount { from: time::out(from + week * WEEK), n: n_in(week) });
    let (n, n_planned) = agenda::count_signals(conn, ws, None, None).await?;
    Ok(HomeSignals {
        weeks: weeks.collect(),
        n_this_week: n_in(WEEKS - 1),
        n_last_week: n_in(WEEKS - 2),
        n,
        n_with_next_step: n_planned,
    })
}

/// Sources that were unusually loud or quiet in a period, at 99 %.
pub async fn outliers(conn: &mut Conn, ws: &WorkspaceId, from: Micros, to: Micros) -> Result<Vec<ThemeMove>> {
    let windows = Windows { earlier: from - OUTLIER_DAYS_BEFORE * DAY, split: from, to };
    let sources = agenda::list_source_changes(conn, ws, windows, SOURCES_MAX).await?;
    let outliers = sources.into_iter().filter_map(|row| judge(row, windows, Confidence::P99));
    Ok(outliers.take(CHANGES_MAX).collect())
}

pub async fn overdue_actions(conn: &mut Conn, ws: &WorkspaceId, now: Micros) -> Result<WaitingList> {
    let filter = actions::Filter { state: actions::State::OverdueAt(now), ..actions::Filter::default() };
    let page = actions::list(conn, ws, &filter, None, LIST_MAX).await?;
    let row = |row: actions::Action| WaitingOut {
        owner_id: Some(row.owner_id),
        ..WaitingOut::from(Waiting { id: row.id, title: row.title, at: Some(row.due_at) })
    };
    Ok(WaitingList { total: page.total, items: page.items.into_iter().map(row).collect() })
}

pub async fn overdue_decisions(conn: &mut Conn, ws: &WorkspaceId, now: Micros) -> Result<WaitingList> {
    let filter =
        decisions::Filter { state: Some(decisions::State::OverdueAt(now)), ..decisions::Filter::default() };
    let page = decisions::list(conn, ws, &filter, None, LIST_MAX).await?;
    let row = |row: decisions::Decision| WaitingOut {
        owner_id: row.owner_id,
        ..WaitingOut::from(Waiting { id: row.id, title: row.question, at: row.due_at })
    };
    Ok(WaitingList { total: page.total, items: page.items.into_iter().map(row).collect() })
}

/// A score of the last 90 days.
pub async fn score(conn: &mut Conn, ws: &WorkspaceId, kind: ScoreKind, now: Micros) -> Result<Figure> {
    let period = scores::Filter {
        kind: kind.as_str(),
        from: now - SCORE_PERIOD,
        to: now + 1,
        ..scores::Filter::default()
    };
    Ok(kind.spoken(&scores::count(conn, ws, &period).await?))
}
