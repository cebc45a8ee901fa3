//! Moving a bet from column to column of the board: what must be true first.

use axum::Json;
use axum::extract::Path;
use heedful_db::bet::bets::{self, Bet};
use heedful_db::bet::scores;
use heedful_db::{Conn, Micros};
use serde::Deserialize;
use utoipa::ToSchema;

use super::board::limits_of;
use super::load::{BetFields, BetOut, needs_to_run, read};
use super::tally::{BetScoring, tally};
use crate::bet::words::BetState;
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct MoveIn {
    /// The column to move to.
    pub state: BetState,
}

/// How many bets a column takes, and holds.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub limit: Option<i64>,
    pub taken: i64,
}

/// Move a bet to another column. Refused, saying why, when something is missing or the column is full.
#[utoipa::path(post, path = "/bets/{id}/move", tag = "bet", params(("id" = String, Path), IfMatch),
    request_body = MoveIn, responses((status = 200, body = BetOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn move_bet(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<MoveIn>,
) -> Result<Json<BetOut>> {
    let mut tx = ctx.begin().await?;
    let (row, before) = read(&mut tx, &editor, &id, ctx.now).await?;
    if_match.check(row.version, || before.clone())?;
    move_row(&mut tx, &ctx, &editor, row, input.state).await?;
    let (_, after) = read(&mut tx, &editor, &id, ctx.now).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

/// Moves a bet, as starting an experiment does too.
pub async fn move_row(conn: &mut Conn, ctx: &Ctx, caller: &Caller, mut row: Bet, to: BetState) -> Result<()> {
    let from = BetState::parse(&row.state)?;
    if from == to {
        return Ok(());
    }
    let before = BetFields::of(&row, ctx.now)?;
    let scoring = tally(&scores::list(conn, &caller.ws, std::slice::from_ref(&row.id)).await?, "");
    let room = Room {
        limit: limits_of(conn, &caller.ws).await?.of(to),
        taken: bets::count_in_state(conn, &caller.ws, to.as_str()).await?,
    };
    let reasons = refusals(&row, from, to, &scoring, room, ctx.now);
    if !reasons.is_empty() {
        let message = format!("this bet cannot go to {} yet: {}", to.as_str(), reasons.join("; "));
        return Err(Error::Conflict { message, current: None });
    }
    to.as_str().clone_into(&mut row.state);
    if to == BetState::Running {
        row.started_at = row.started_at.or(Some(ctx.now));
    }
    row.ended_at = matches!(to, BetState::Decided | BetState::Dropped).then_some(ctx.now);
    bets::update(conn, &caller.ws, &row, ctx.now).await?;
    let after = BetFields::of(&bets::get(conn, &caller.ws, &row.id).await?, ctx.now)?;
    let object = audit::Object { kind: "bet", id: &row.id };
    audit::updated(conn, ctx, caller, object, &before, &after).await
}

/// Why the move cannot be made; empty when it can.
fn refusals(
    row: &Bet,
    from: BetState,
    to: BetState,
    scoring: &BetScoring,
    room: Room,
    now: Micros,
) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut need = |is_met: bool, reason: &str| {
        if !is_met {
            reasons.push(reason.to_owned());
        }
    };
    need(row.archived_at.is_none(), "it is archived; restore it first");
    match to {
        BetState::Backlog | BetState::Scoring | BetState::Ready => {
            need(row.started_at.is_none(), "it has started; decide it or drop it");
        }
        BetState::Decided => need(row.started_at.is_some(), "it never ran; drop it instead"),
        BetState::Dropped => need(from != BetState::Decided, "it is decided already"),
        BetState::Running => {}
    }
    if to == BetState::Scoring {
        need(scoring.n_asked > 0, "nobody was asked to score it");
    }
    if to == BetState::Ready {
        need(scoring.revealed, "not everybody who was asked has scored it");
    }
    if to == BetState::Running {
        reasons.extend(needs_to_run(row, from, now));
    }
    if let Some(limit) = room.limit
        && room.taken >= limit
    {
        reasons.push(format!("the column takes {limit} and is full; finish or drop one first"));
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Bet {
        Bet {
            undo_step: "Switch it off".to_owned(),
            forecast: Some(0.4),
            state: "ready".to_owned(),
            ..Bet::default()
        }
    }

    #[test]
    fn every_missing_thing_is_named() {
        let room = Room { limit: Some(3), taken: 0 };
        let check = |row: &Bet, to: BetState, room: Room, expect: &[&str]| {
            let from = BetState::parse(&row.state).unwrap();
            let found = refusals(row, from, to, &tally(&[], ""), room, 100);
            assert_eq!(found.len(), expect.len(), "{found:?}");
            for (found, expect) in found.iter().zip(expect) {
                assert!(found.contains(expect), "{found}");
            }
        };
        check(&ready(), BetState::Running, room, &[]);
        let bare = Bet { undo_step: " ".to_owned(), forecast: None, ..ready() };
        check(&bare, BetState::Running, room, &["undo step", "forecast"]);
        check(&Bet { expires_at: Some(99), ..ready() }, BetState::Running, room, &["expired"]);
        check(&ready(), BetState::Running, Room { limit: Some(2), taken: 2 }, &["takes 2 and is full"]);
        check(&ready(), BetState::Scoring, room, &["nobody was asked"]);
        check(&ready(), BetState::Decided, room, &["never ran"]);
        let running = Bet { started_at: Some(1), state: "running".to_owned(), ..ready() };
        check(&running, BetState::Backlog, room, &["has started"]);
        check(&running, BetState::Decided, Room { limit: None, taken: 50 }, &[]);
    }
}
