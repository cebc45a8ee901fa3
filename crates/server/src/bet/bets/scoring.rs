//! Blind scoring: who is asked, and what they say.

use axum::Json;
use axum::extract::Path;
use heedful_db::bet::bets;
use heedful_db::bet::scores::{self, Score};
use heedful_db::platform::memberships;
use heedful_db::{Conn, WorkspaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::load::{BetOut, read};
use crate::platform::audit;
use crate::platform::auth::Editor;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Body;
use crate::platform::invalid::{Invalid, Valid};

const SCORERS_MAX: usize = 30;
const NOTE_MAX: usize = 2_000;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ScorersIn {
    /// Members who are asked, at most 30; they must be able to change things.
    pub user_ids: Vec<String>,
    /// True throws the scores given so far away and starts anew.
    #[serde(default)]
    pub again: bool,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ScoreIn {
    /// How much it would change if it works, 1 to 10.
    #[schema(minimum = 1, maximum = 10)]
    pub impact: i64,
    /// How sure you are that it works, 1 to 10.
    #[schema(minimum = 1, maximum = 10)]
    pub confidence: i64,
    /// How little it costs to try, 1 to 10.
    #[schema(minimum = 1, maximum = 10)]
    pub ease: i64,
    #[serde(default)]
    pub note: String,
}

impl ScoreIn {
    fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        for (field, value) in [("impact", self.impact), ("confidence", self.confidence), ("ease", self.ease)]
        {
            invalid.check(field, (1..=10).contains(&value), "must be between 1 and 10");
        }
        invalid.check_length("note", &self.note, NOTE_MAX);
        invalid.or(self)
    }
}

/// Ask people to score a bet. Whoever was asked before and is no longer named is asked no more.
#[utoipa::path(put, path = "/bets/{id}/scorers", tag = "bet", params(("id" = String, Path)),
    request_body = ScorersIn, responses((status = 200, body = BetOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn set_scorers(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<ScorersIn>,
) -> Result<Json<BetOut>> {
    if input.user_ids.len() > SCORERS_MAX {
        return Err(Error::field("user_ids", "must be at most 30"));
    }
    let mut tx = ctx.begin().await?;
    let bet = bets::get(&mut tx, &editor.ws, &id).await?;
    if bet.started_at.is_some() {
        return Err(Error::conflict("this bet has started; its scores stay as they are"));
    }
    check_members(&mut tx, &editor.ws, &input.user_ids).await?;
    let keep: &[String] = if input.again { &[] } else { &input.user_ids };
    scores::delete_except(&mut tx, &editor.ws, &id, keep).await?;
    for user_id in &input.user_ids {
        scores::insert(&mut tx, &editor.ws, &id, user_id).await?;
    }
    audit::acted(&mut tx, &ctx, &editor, "ask_scorers", audit::Object { kind: "bet", id: &id }, &input)
        .await?;
    let (_, out) = read(&mut tx, &editor, &id, ctx.now).await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

/// Score a bet. The others' scores are shown once everybody asked has scored.
#[utoipa::path(put, path = "/bets/{id}/my-score", tag = "bet", params(("id" = String, Path)),
    request_body = ScoreIn, responses((status = 200, body = BetOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn set_my_score(
    editor: Editor,
    ctx: Ctx,
    Path(id): Path<String>,
    Body(input): Body<ScoreIn>,
) -> Result<Json<BetOut>> {
    let input = input.validate()?.into_inner();
    let mut tx = ctx.begin().await?;
    bets::get(&mut tx, &editor.ws, &id).await?;
    let asked = scores::list(&mut tx, &editor.ws, std::slice::from_ref(&id)).await?;
    if !asked.iter().any(|row| row.scorer_id == editor.user_id) {
        return Err(Error::Forbidden("you were not asked to score this bet"));
    }
    if asked.iter().all(|row| row.scored_at.is_some()) {
        let message = "everybody has scored and seen the scores; ask again to start a new round";
        return Err(Error::conflict(message));
    }
    let score = Score {
        bet_id: id.clone(),
        scorer_id: editor.user_id.clone(),
        impact: Some(input.impact),
        confidence: Some(input.confidence),
        ease: Some(input.ease),
        note: input.note,
        scored_at: Some(ctx.now),
    };
    scores::update(&mut tx, &editor.ws, &score).await?;
    // The log says that somebody scored, not what: it can be read before everybody has.
    audit::acted(&mut tx, &ctx, &editor, "score", audit::Object { kind: "bet", id: &id }, &()).await?;
    let (_, out) = read(&mut tx, &editor, &id, ctx.now).await?;
    ctx.commit(tx).await?;
    Ok(Json(out))
}

async fn check_members(conn: &mut Conn, ws: &WorkspaceId, user_ids: &[String]) -> Result<()> {
    for user_id in user_ids {
        let member = memberships::find(conn, ws, user_id).await?;
        let Some(member) = member.filter(|member| member.state == "active") else {
            return Err(Error::field("user_ids", "names somebody who is not a member here"));
        };
        if member.role == "viewer" {
            let complaint = format!("names {}, whose role may not change anything", member.name);
            return Err(Error::field("user_ids", &complaint));
        }
    }
    Ok(())
}
