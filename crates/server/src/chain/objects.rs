//! Finding objects of any kind by their title, for pickers.

use axum::Json;
use heedful_db::decide::objects;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::decide::links::ObjectRef;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::extract::Query;
use crate::platform::invalid::Invalid;
use crate::platform::paging::List;

/// Enough to choose from; whoever does not see it types another word.
const FOUND_MAX: i64 = 20;
const WORDS_MAX: usize = 200;

#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ObjectQuery {
    /// signal, theme, insight, metric, hypothesis, bet, experiment, decision, …
    pub kind: String,
    /// Words in the title; the newest objects when not given.
    #[serde(default)]
    pub q: String,
}

/// Objects of a kind whose title has these words in it, newest first: at most 20.
#[utoipa::path(get, path = "/objects", tag = "chain", params(ObjectQuery),
    responses((status = 200, body = List<ObjectRef>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn find_objects(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<ObjectQuery>,
) -> Result<Json<List<ObjectRef>>> {
    let mut invalid = Invalid::default();
    invalid.check_choice("kind", &query.kind, objects::KINDS);
    invalid.check_length("q", &query.q, WORDS_MAX);
    let query = invalid.or(query)?;
    let mut conn = ctx.read().await?;
    let rows = objects::find(&mut conn, &viewer.ws, &query.kind, query.q.trim(), FOUND_MAX).await?;
    Ok(Json(List::whole(rows.into_iter().map(|row| ObjectRef::of(&query.kind, row)).collect())))
}
