//! The board: one column per state, with limits on work in progress.

use axum::Json;
use heedful_db::bet::bets::{self, Filter};
use heedful_db::platform::workspaces;
use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::load::{BetOut, load_many};
use crate::bet::words::BetState;
use crate::platform::audit;
use crate::platform::auth::{Admin, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Body;
use crate::platform::invalid::Invalid;

/// Bets shown per column; `n` says how many there are.
const COLUMN_MAX: i64 = 100;
const LIMIT_MAX: i64 = 100;
/// The key in the workspace's settings.
const SETTING: &str = "board_limits";

/// How many bets a column takes; null for as many as you like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct BoardLimits {
    pub backlog: Option<i64>,
    pub scoring: Option<i64>,
    pub ready: Option<i64>,
    pub running: Option<i64>,
}

impl Default for BoardLimits {
    /// A backlog that can still be read, and few enough running to finish them.
    fn default() -> Self {
        Self { backlog: Some(50), scoring: Some(10), ready: Some(5), running: Some(3) }
    }
}

impl BoardLimits {
    pub fn of(&self, state: BetState) -> Option<i64> {
        match state {
            BetState::Backlog => self.backlog,
            BetState::Scoring => self.scoring,
            BetState::Ready => self.ready,
            BetState::Running => self.running,
            BetState::Decided | BetState::Dropped => None,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BetBoard {
    pub columns: Vec<BoardColumn>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct BoardColumn {
    pub state: BetState,
    pub limit: Option<i64>,
    /// How many bets are in it.
    pub n: i64,
    /// The best ranked 100 of them.
    pub bets: Vec<BetOut>,
}

/// All bets, column by column.
#[utoipa::path(get, path = "/bets/board", tag = "bet", responses((status = 200, body = BetBoard)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_bet_board(viewer: Viewer, ctx: Ctx) -> Result<Json<BetBoard>> {
    let mut conn = ctx.read().await?;
    let limits = limits_of(&mut conn, &viewer.ws).await?;
    let mut columns = Vec::with_capacity(BetState::ALL.len());
    for &state in BetState::ALL {
        let filter = Filter { state: Some(state.as_str().to_owned()), ..Filter::default() };
        let page = bets::list(&mut conn, &viewer.ws, &filter, None, COLUMN_MAX).await?;
        let bets = load_many(&mut conn, &viewer, &page.items, ctx.now).await?;
        columns.push(BoardColumn { state, limit: limits.of(state), n: page.total, bets });
    }
    Ok(Json(BetBoard { columns }))
}

/// Say how many bets each column takes. What is in a column already stays.
#[utoipa::path(put, path = "/bets/board/limits", tag = "bet", request_body = BoardLimits,
    responses((status = 200, body = BoardLimits)), security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn set_board_limits(
    admin: Admin,
    ctx: Ctx,
    Body(input): Body<BoardLimits>,
) -> Result<Json<BoardLimits>> {
    let mut invalid = Invalid::default();
    for (field, limit) in [
        ("backlog", input.backlog),
        ("scoring", input.scoring),
        ("ready", input.ready),
        ("running", input.running),
    ] {
        let is_fine = limit.is_none_or(|limit| (1..=LIMIT_MAX).contains(&limit));
        invalid.check(field, is_fine, "must be between 1 and 100, or null");
    }
    let input = invalid.or(input)?.into_inner();
    let mut tx = ctx.begin().await?;
    let before = limits_of(&mut tx, &admin.ws).await?;
    let mut workspace = workspaces::get(&mut tx, &admin.ws).await?;
    let mut settings: Value = serde_json::from_str(&workspace.settings).unwrap_or_default();
    settings[SETTING] = serde_json::to_value(&input).map_err(anyhow::Error::from)?;
    workspace.settings = settings.to_string();
    workspaces::update(&mut tx, &workspace, ctx.now).await?;
    let object = audit::Object { kind: "workspace", id: admin.ws.as_str() };
    audit::updated(&mut tx, &ctx, &admin, object, &before, &input).await?;
    ctx.commit(tx).await?;
    Ok(Json(input))
}

pub async fn limits_of(conn: &mut Conn, ws: &WorkspaceId) -> Result<BoardLimits> {
    let workspace = workspaces::get(conn, ws).await?;
    let settings: Value = serde_json::from_str(&workspace.settings).unwrap_or_default();
    let limits = settings.get(SETTING).cloned();
    Ok(limits.and_then(|limits| serde_json::from_value(limits).ok()).unwrap_or_default())
}
