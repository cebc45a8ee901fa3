//! Bets as they go out.

use std::collections::HashMap;

use heedful_db::bet::bets::{self, Bet};
use heedful_db::bet::scores::{self, Score};
use heedful_db::types::DAY;
use heedful_db::{Conn, Micros};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::tally::{BetScoring, tally};
use crate::bet::words::BetState;
use crate::platform::auth::Caller;
use crate::platform::error::Result;
use crate::platform::time;

/// A bet without its scores: this is what the audit log keeps, so that blind scores stay blind there too.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BetFields {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub hypothesis_id: String,
    pub title: String,
    pub description: String,
    pub owner_id: Option<String>,
    pub appetite_days: Option<i64>,
    pub undo_step: String,
    /// When the way back was last tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub undo_tried_at: Option<Timestamp>,
    pub forecast: Option<f64>,
    pub forecast_by: Option<String>,
    /// The bet has started, so the forecast can no longer change.
    pub forecast_frozen: bool,
    pub state: BetState,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
    /// Past its date without having started.
    pub expired: bool,
    /// Whole days that it has run past its appetite. What was spent is spent: decide as if it started today.
    pub days_past_appetite: Option<i64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BetOut {
    #[serde(flatten)]
    pub bet: BetFields,
    pub scoring: BetScoring,
    /// What keeps it from running, apart from room on the board; empty once it runs.
    pub needs_to_run: Vec<String>,
}

impl BetOut {
    fn of(row: &Bet, scoring: BetScoring, now: Micros) -> Result<Self> {
        let bet = BetFields::of(row, now)?;
        let needs_to_run =
            if row.started_at.is_some() { Vec::new() } else { needs_to_run(row, bet.state, now) };
        Ok(Self { bet, scoring, needs_to_run })
    }
}

impl BetFields {
    pub fn of(row: &Bet, now: Micros) -> Result<Self> {
        let state = BetState::parse(&row.state)?;
        Ok(Self {
            id: row.id.clone(),
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            hypothesis_id: row.hypothesis_id.clone(),
            title: row.title.clone(),
            description: row.description.clone(),
            owner_id: row.owner_id.clone(),
            appetite_days: row.appetite_days,
            undo_step: row.undo_step.clone(),
            undo_tried_at: time::out_opt(row.undo_tried_at),
            forecast: row.forecast,
            forecast_by: row.forecast_by.clone(),
            forecast_frozen: row.started_at.is_some(),
            state,
            started_at: time::out_opt(row.started_at),
            ended_at: time::out_opt(row.ended_at),
            expires_at: time::out_opt(row.expires_at),
            expired: is_expired(row, state, now),
            days_past_appetite: days_past_appetite(row, state, now),
        })
    }
}

/// Only what has not started expires.
fn is_expired(row: &Bet, state: BetState, now: Micros) -> bool {
    let waits = matches!(state, BetState::Backlog | BetState::Scoring | BetState::Ready);
    waits && row.expires_at.is_some_and(|at| at < now)
}

pub fn needs_to_run(row: &Bet, state: BetState, now: Micros) -> Vec<String> {
    let needs = [
        (row.undo_step.trim().is_empty(), "it has no undo step; say how it is taken back"),
        (row.forecast.is_none(), "it has no forecast; say how likely it is to meet its threshold"),
        (is_expired(row, state, now), "it has expired; give it a new date if it is still worth it"),
    ];
    needs.iter().filter(|(is_missing, _)| *is_missing).map(|(_, reason)| (*reason).to_owned()).collect()
}

fn days_past_appetite(row: &Bet, state: BetState, now: Micros) -> Option<i64> {
    let (started, appetite) = (row.started_at?, row.appetite_days?);
    let days = (now - started) / DAY - appetite;
    (state == BetState::Running && days > 0).then_some(days)
}

pub async fn read(conn: &mut Conn, caller: &Caller, id: &str, now: Micros) -> Result<(Bet, BetOut)> {
    let row = bets::get(conn, &caller.ws, id).await?;
    let scores = scores::list(conn, &caller.ws, &[id.to_owned()]).await?;
    let out = BetOut::of(&row, tally(&scores, &caller.user_id), now)?;
    Ok((row, out))
}

pub async fn load_many(conn: &mut Conn, caller: &Caller, rows: &[Bet], now: Micros) -> Result<Vec<BetOut>> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut by_bet: HashMap<String, Vec<Score>> = HashMap::new();
    for score in scores::list(conn, &caller.ws, &ids).await? {
        by_bet.entry(score.bet_id.clone()).or_default().push(score);
    }
    rows.iter()
        .map(|row| {
            let scores = by_bet.remove(&row.id).unwrap_or_default();
            BetOut::of(row, tally(&scores, &caller.user_id), now)
        })
        .collect()
}
