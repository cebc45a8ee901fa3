//! `POST /api/v1/analytics/people`: who is behind a number.

use std::collections::{BTreeSet, HashMap};

use axum::Json;
use axum::http::StatusCode;
use heedful_db::listen::people;
use heedful_db::{Cursor, Page};
use heedful_events::scan::events::distinct_ids;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::definition::Definition;
use super::plan::Cell;
use crate::listen::events::{EventPerson, read};
use crate::listen::segments::{self, Condition, PICKED_MAX, SegmentIn, SegmentOut, SegmentRule};
use crate::platform::auth::{Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, Query};
use crate::platform::paging::{List, Paging};
use crate::platform::periods;

const NO_PART: &str = "is no part of the answer to this question";
/// Of more people nobody is looked up.
const BEHIND_MAX: usize = 50_000;

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PeopleQuery {
    pub question: Definition,
    /// The part of its answer that is meant.
    pub cell: Cell,
}

/// Somebody behind a number.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Behind {
    /// By what senders knew the person last.
    pub distinct_id: String,
    /// Who that is, when it is known.
    pub person: Option<EventPerson>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PeopleSegmentIn {
    pub question: Definition,
    /// The part of its answer that is meant.
    pub cell: Cell,
    pub name: String,
    #[serde(default)]
    pub description: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PeopleSegment {
    pub segment: SegmentOut,
    /// People behind the number of whom nothing is known, who can be in no segment.
    pub n_nameless: usize,
}

/// Keep the people behind a part of an answer as a segment: those who are known, as they are now. 10,000 at most.
#[utoipa::path(post, path = "/analytics/people/segment", tag = "understand", request_body = PeopleSegmentIn,
    responses((status = 201, body = PeopleSegment)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn keep_people_behind(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<PeopleSegmentIn>,
) -> Result<(StatusCode, Json<PeopleSegment>)> {
    let PeopleSegmentIn { question, cell, name, description } = input;
    let zone = periods::time_zone(&mut *ctx.read().await?, &editor.ws).await?;
    let (_, plan) = question.plan(&ctx, &editor.ws, &zone).await?;
    let found = read(&ctx, &editor.ws, move |source| {
        let Some(people) = (plan.people)(source, &cell)? else { return Ok(None) };
        let people: Vec<i64> = people.into_iter().take(BEHIND_MAX + 1).collect();
        Ok(Some(distinct_ids(source.files, &people)?.into_values().collect::<Vec<String>>()))
    });
    let ids = found.await?.ok_or_else(|| Error::field("cell", NO_PART))?;
    let known = people::list_by_distinct_ids(&mut *ctx.read().await?, &editor.ws, &ids).await?;
    let picked: BTreeSet<String> = known.into_iter().map(|known| known.id).collect();
    if ids.len() > BEHIND_MAX || picked.len() > PICKED_MAX {
        return Err(Error::field(
            "cell",
            "has more people than a segment keeps one by one: narrow the question",
        ));
    }
    if picked.is_empty() {
        return Err(Error::field("cell", "has nobody of whom anything is known"));
    }
    let n_nameless = ids.len().saturating_sub(picked.len());
    let value = json!(picked);
    let picked = Condition { on: "person".to_owned(), field: "id".to_owned(), op: "in".to_owned(), value };
    let input = SegmentIn { name, description, rule: SegmentRule { all: vec![picked] } };
    let segment = segments::create(&editor, &ctx, input).await?;
    Ok((StatusCode::CREATED, Json(PeopleSegment { segment, n_nameless })))
}

/// The people behind a part of an answer, in no particular order.
#[utoipa::path(post, path = "/analytics/people", tag = "understand", params(Paging), request_body = PeopleQuery,
    responses((status = 200, body = List<Behind>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_people_behind(
    viewer: Viewer,
    ctx: Ctx,
    Query(paging): Query<Paging>,
    Body(PeopleQuery { question, cell }): Body<PeopleQuery>,
) -> Result<Json<List<Behind>>> {
    let limit = paging.limit()?;
    let after = paging.cursor()?.map(|cursor| cursor.sort_number()).transpose()?;
    let zone = periods::time_zone(&mut *ctx.read().await?, &viewer.ws).await?;
    let (_, plan) = question.plan(&ctx, &viewer.ws, &zone).await?;
    let found = read(&ctx, &viewer.ws, move |source| {
        let Some(people) = (plan.people)(source, &cell)? else { return Ok(None) };
        let rest = after.map_or(0, |after| people.partition_point(|person| *person <= after));
        let n_wanted = usize::try_from(limit + 1).unwrap_or_default();
        let rows: Vec<i64> = people[rest..].iter().take(n_wanted).copied().collect();
        let ids = distinct_ids(source.files, &rows)?;
        let named = rows.into_iter().map(|person| (person, ids.get(&person).cloned().unwrap_or_default()));
        Ok(Some((named.collect::<Vec<_>>(), people.len())))
    });
    let (rows, total) = found.await?.ok_or_else(|| Error::field("cell", NO_PART))?;
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let page =
        Page::cut(rows, limit, total, |(person, _)| Cursor { sort: person.to_string(), id: String::new() });
    let ids: Vec<String> = page.items.iter().map(|(_, distinct_id)| distinct_id.clone()).collect();
    let known = people::list_by_distinct_ids(&mut *ctx.read().await?, &viewer.ws, &ids).await?.into_iter();
    let mut known: HashMap<String, EventPerson> =
        known.map(|known| (known.distinct_id.clone(), EventPerson::of(known))).collect();
    let behind = |(_, distinct_id)| Behind { person: known.remove(&distinct_id), distinct_id };
    Ok(Json(List::of(page, behind)))
}
