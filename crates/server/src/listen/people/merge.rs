//! Two records of one human made one, and taken apart again.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::listen::people::{self, Person};
use heedful_db::listen::person_merges::{self, Merge};
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::change::KIND;
use super::list::read;
use super::wire::PersonOut;
use crate::listen::{segments, traits};
use crate::platform::auth::{Admin, Caller, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::paging::List;
use crate::platform::{audit, time};

#[derive(Debug, Deserialize, ToSchema)]
pub struct PersonMergeIn {
    /// The other record: its words, memberships and merges move here, and what is empty here is filled from it.
    pub other_id: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct PersonMergeOut {
    pub id: String,
    pub kept_id: String,
    pub merged_id: String,
    /// What the other record was called.
    pub merged_name: String,
    pub merged_email: Option<String>,
    pub made_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
}

/// How a record stood before the merge, as far as the merge may change it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Before {
    name: String,
    email: Option<String>,
    external_id: Option<String>,
    traits: Map<String, Value>,
    unsubscribed_at: Option<i64>,
    archived_at: Option<i64>,
}

impl Before {
    fn of(row: &Person) -> Self {
        Self {
            name: row.name.clone(),
            email: row.email.clone(),
            external_id: row.external_id.clone(),
            traits: traits::read(&row.traits),
            unsubscribed_at: row.unsubscribed_at,
            archived_at: row.archived_at,
        }
    }
}

/// The merges into a person that still stand, newest first.
#[utoipa::path(get, path = "/people/{id}/merges", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = List<PersonMergeOut>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_person_merges(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
) -> Result<Json<List<PersonMergeOut>>> {
    let mut conn = ctx.read().await?;
    people::get(&mut conn, &viewer.ws, &id).await?;
    let rows = person_merges::list(&mut conn, &viewer.ws, &id).await?;
    let items: Result<Vec<_>> = rows.into_iter().map(out).collect();
    Ok(Json(List::whole(items?)))
}

/// Merge another record of the same human into this one. It can be undone.
#[utoipa::path(post, path = "/people/{id}/merges", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = PersonMergeIn, responses((status = 201, body = PersonMergeOut)),
    security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn merge_people(
    admin: Admin,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<PersonMergeIn>,
) -> Result<(StatusCode, Json<PersonMergeOut>)> {
    let mut tx = ctx.begin().await?;
    let (kept, current) = read(&mut tx, &admin.ws, &id).await?;
    if_match.check(kept.version, || current)?;
    if input.other_id == id {
        return Err(Error::field("other_id", "must be another person"));
    }
    let merged = match people::get(&mut tx, &admin.ws, &input.other_id).await {
        Err(error) if error.is_not_found() => return Err(Error::field("other_id", "names nobody here")),
        other => other?,
    };
    if kept.merged_into_id.is_some() || merged.merged_into_id.is_some() {
        return Err(Error::conflict("one of the two was merged into somebody else already"));
    }
    let (merge, n_moved) = merge_records(&mut tx, &ctx, (&admin.ws, &admin.user_id), kept, merged).await?;
    let detail = json!({"merge_id": merge.id, "merged_id": merge.merged_id, "n_moved": n_moved});
    audit::acted(&mut tx, &ctx, &admin, "merge", audit::Object { kind: KIND, id: &id }, &detail).await?;
    segments::queue_refresh(&mut tx, &ctx, &admin.ws).await?;
    ctx.commit(tx).await?;
    ctx.app.events.people_changed();
    Ok((StatusCode::CREATED, Json(out(merge)?)))
}

/// Makes one record of two, neither of which was merged into another; also how many words moved.
pub async fn merge_records(
    conn: &mut Conn,
    ctx: &Ctx,
    (ws, made_by): (&WorkspaceId, &str),
    kept: Person,
    merged: Person,
) -> Result<(Merge, i64)> {
    let merge = Merge {
        id: ctx.new_id(),
        kept_id: kept.id.clone(),
        merged_id: merged.id.clone(),
        kept_before: json!(Before::of(&kept)).to_string(),
        merged_before: json!(Before::of(&merged)).to_string(),
        made_by: made_by.to_owned(),
        made_at: ctx.now,
        undone_at: None,
    };
    person_merges::insert(conn, ws, &merge).await?;
    let n_moved = person_merges::move_all(conn, ws, &merge).await?;
    unite(conn, ctx, ws, kept, merged).await?;
    Ok((merge, n_moved))
}

/// A record with what it lacks filled in from another of the same human.
pub fn filled_from(kept: Person, other: &Person) -> Person {
    let mut both = traits::read(&other.traits);
    both.extend(traits::read(&kept.traits));
    Person {
        name: if kept.name.is_empty() { other.name.clone() } else { kept.name },
        email: kept.email.or_else(|| other.email.clone()),
        external_id: kept.external_id.or_else(|| other.external_id.clone()),
        traits: traits::store(&both),
        // Whoever asked not to be written to is not written to under another record either.
        unsubscribed_at: kept.unsubscribed_at.or(other.unsubscribed_at),
        ..kept
    }
}

/// The merged record gives its address away first, because no two people may have the same.
async fn unite(conn: &mut Conn, ctx: &Ctx, ws: &WorkspaceId, kept: Person, merged: Person) -> Result<()> {
    let united = filled_from(kept, &merged);
    let put_away = Person {
        email: merged.email.clone().filter(|email| united.email.as_ref() != Some(email)),
        external_id: merged.external_id.clone().filter(|id| united.external_id.as_ref() != Some(id)),
        archived_at: Some(ctx.now),
        merged_into_id: Some(united.id.clone()),
        ..merged
    };
    people::update(conn, ws, &put_away, ctx.now).await?;
    people::update(conn, ws, &united, ctx.now).await?;
    Ok(())
}

/// Take a merge apart: everything that moved and is still there goes back.
#[utoipa::path(post, path = "/people/{id}/merges/{merge_id}/undo", tag = "listen",
    params(("id" = String, Path), ("merge_id" = String, Path)), responses((status = 200, body = PersonOut)),
    security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn undo_person_merge(
    admin: Admin,
    ctx: Ctx,
    Path((id, merge_id)): Path<(String, String)>,
) -> Result<Json<PersonOut>> {
    let mut tx = ctx.begin().await?;
    let merge = person_merges::get(&mut tx, &admin.ws, &merge_id).await?;
    if merge.kept_id != id {
        return Err(Error::NotFound);
    }
    let kept = people::get(&mut tx, &admin.ws, &merge.kept_id).await?;
    if kept.merged_into_id.is_some() {
        return Err(Error::conflict("this person was merged into another since; undo that merge first"));
    }
    person_merges::update_undone(&mut tx, &admin.ws, &merge.id, ctx.now).await?;
    person_merges::move_back(&mut tx, &admin.ws, &merge, ctx.now).await?;
    separate(&mut tx, &ctx, &admin, kept, &merge).await?;
    let detail = json!({"merge_id": merge.id, "merged_id": merge.merged_id});
    audit::acted(&mut tx, &ctx, &admin, "undo_merge", audit::Object { kind: KIND, id: &id }, &detail).await?;
    segments::queue_refresh(&mut tx, &ctx, &admin.ws).await?;
    let (_, after) = read(&mut tx, &admin.ws, &id).await?;
    ctx.commit(tx).await?;
    ctx.app.events.people_changed();
    Ok(Json(after))
}

/// The kept record gives back what the merge filled in, where nobody has changed it since.
async fn separate(conn: &mut Conn, ctx: &Ctx, caller: &Caller, kept: Person, merge: &Merge) -> Result<()> {
    let kept_before: Before = parse(&merge.kept_before)?;
    let merged_before: Before = parse(&merge.merged_before)?;
    let merged = people::get(conn, &caller.ws, &merge.merged_id).await?;
    let mut own = traits::read(&kept.traits);
    own.retain(|name, value| {
        kept_before.traits.contains_key(name) || merged_before.traits.get(name) != Some(value)
    });
    let was_filled = |now: &Option<String>, before: &Option<String>, other: &Option<String>| {
        before.is_none() && now == other
    };
    let unsubscribed_by_merge =
        kept_before.unsubscribed_at.is_none() && kept.unsubscribed_at == merged_before.unsubscribed_at;
    let freed = Person {
        name: if kept_before.name.is_empty() && kept.name == merged_before.name {
            String::new()
        } else {
            kept.name.clone()
        },
        email: if was_filled(&kept.email, &kept_before.email, &merged_before.email) {
            None
        } else {
            kept.email.clone()
        },
        external_id: if was_filled(&kept.external_id, &kept_before.external_id, &merged_before.external_id) {
            None
        } else {
            kept.external_id.clone()
        },
        traits: traits::store(&own),
        unsubscribed_at: if unsubscribed_by_merge { None } else { kept.unsubscribed_at },
        ..kept
    };
    people::update(conn, &caller.ws, &freed, ctx.now).await?;
    let restored = Person {
        email: merged_before.email,
        external_id: merged_before.external_id,
        archived_at: merged_before.archived_at,
        merged_into_id: None,
        ..merged
    };
    people::update(conn, &caller.ws, &restored, ctx.now).await?;
    Ok(())
}

fn parse(stored: &str) -> Result<Before> {
    Ok(serde_json::from_str(stored).map_err(anyhow::Error::from)?)
}

fn out(row: Merge) -> Result<PersonMergeOut> {
    let merged = parse(&row.merged_before)?;
    Ok(PersonMergeOut {
        id: row.id,
        kept_id: row.kept_id,
        merged_id: row.merged_id,
        merged_name: merged.name,
        merged_email: merged.email,
        made_by: row.made_by,
        made_at: time::out(row.made_at),
    })
}
