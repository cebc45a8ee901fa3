//! Which words may be shown to whom: what a speaker allowed decides, at every look and not only when publishing.

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::signals;
use heedful_db::share::outcomes::{self, Outcome, Quote};
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::paging::List;
use crate::platform::time;

const CANDIDATES_MAX: i64 = 500;

/// A signal of the outcome's chain that could be quoted.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuoteOut {
    pub signal_id: String,
    pub body: String,
    /// How far the speaker lets these words go: team, link or public.
    pub may_show: String,
    #[schema(value_type = String, format = DateTime)]
    pub occurred_at: Timestamp,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Whether the outcome's audience may see it.
    pub shown: bool,
}

/// Words from the chain of an outcome, with whether its audience may see them.
#[utoipa::path(get, path = "/outcomes/{id}/quotes", tag = "share", params(("id" = String, Path)),
    responses((status = 200, body = List<QuoteOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_outcome_quotes(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<List<QuoteOut>>> {
    let mut conn = ctx.read().await?;
    let outcome = outcomes::get(&mut conn, &viewer.ws, &id).await?;
    let chosen = chosen(&outcome);
    let mut quotes =
        outcomes::list_quotes(&mut conn, &viewer.ws, &outcome.decision_id, CANDIDATES_MAX).await?;
    for id in &chosen {
        if !quotes.iter().any(|quote| quote.signal_id == *id) {
            quotes.extend(find(&mut conn, &viewer.ws, id).await?);
        }
    }
    let out = quotes.into_iter().map(|quote| QuoteOut {
        chosen: chosen.contains(&quote.signal_id),
        shown: may_see(&outcome.audience, &quote.may_show),
        signal_id: quote.signal_id,
        body: quote.body,
        may_show: quote.may_show,
        occurred_at: time::out(quote.occurred_at),
    });
    Ok(Json(List::whole(out.collect())))
}

/// The chosen quotes that the audience may see right now.
pub async fn shown_quotes(conn: &mut Conn, ws: &WorkspaceId, outcome: &Outcome) -> Result<Vec<Quote>> {
    let mut shown = Vec::new();
    for id in chosen(outcome) {
        let quote = find(conn, ws, &id).await?;
        shown.extend(quote.filter(|quote| may_see(&outcome.audience, &quote.may_show)));
    }
    Ok(shown)
}

fn chosen(outcome: &Outcome) -> Vec<String> {
    serde_json::from_str(&outcome.quotes).unwrap_or_default()
}

async fn find(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<Option<Quote>> {
    let row = match signals::get(conn, ws, id).await {
        Err(heedful_db::Error::NotFound) => return Ok(None),
        other => other?,
    };
    Ok(row.archived_at.is_none().then_some(Quote {
        signal_id: row.id,
        body: row.body,
        may_show: row.may_show,
        occurred_at: row.occurred_at,
        person_id: row.person_id,
    }))
}

/// Words go as far as their speaker let them, and no further.
fn may_see(audience: &str, may_show: &str) -> bool {
    match audience {
        "team" => true,
        "link" => matches!(may_show, "link" | "public"),
        _ => may_show == "public",
    }
}

#[cfg(test)]
mod tests {
    use super::may_see;

    #[test]
    fn words_go_no_further_than_allowed() {
        let check = |audience, may_show, expect| {
            assert_eq!(may_see(audience, may_show), expect, "{audience} {may_show}");
        };
        check("team", "team", true);
        check("link", "team", false);
        check("link", "link", true);
        check("public", "link", false);
        check("public", "public", true);
        check("unknown", "link", false);
    }
}
