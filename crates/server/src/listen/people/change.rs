//! Adding and changing people.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::listen::people::{self, Person};

use super::list::read;
use super::wire::{PersonIn, PersonOut, PersonPatch};
use crate::listen::{segments, traits};
use crate::platform::audit;
use crate::platform::auth::{Caller, Editor};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};

pub const KIND: &str = "person";

/// Add somebody who speaks.
#[utoipa::path(post, path = "/people", tag = "listen", request_body = PersonIn,
    responses((status = 201, body = PersonOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_person(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<PersonIn>,
) -> Result<(StatusCode, Json<PersonOut>)> {
    let input = input.validate()?.into_inner();
    let row = Person {
        id: ctx.new_id(),
        created_at: ctx.now,
        updated_at: ctx.now,
        external_id: input.external_id,
        email: input.email,
        name: input.name.trim().to_owned(),
        traits: traits::store(&input.traits),
        ..Person::default()
    };
    let mut tx = ctx.begin().await?;
    people::insert(&mut tx, &editor.ws, &row).await?;
    people::update_accounts(&mut tx, &editor.ws, &row.id, &input.account_ids).await?;
    let (_, out) = read(&mut tx, &editor.ws, &row.id).await?;
    let object = audit::Object { kind: KIND, id: &row.id };
    audit::created(&mut tx, &ctx, &editor, object, &out).await?;
    segments::queue_refresh(&mut tx, &ctx, &editor.ws).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// Change a person.
#[utoipa::path(patch, path = "/people/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = PersonPatch, responses((status = 200, body = PersonOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_person(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<PersonPatch>,
) -> Result<Json<PersonOut>> {
    let patch = patch.validate()?;
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, patch.account_ids.as_deref(), |row| patch.apply(row, now)).await
}

/// Put a person away: their words stay. They can be restored.
#[utoipa::path(delete, path = "/people/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = PersonOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_person(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<PersonOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, None, |row| row.archived_at = Some(now)).await
}

/// Bring an archived person back.
#[utoipa::path(post, path = "/people/{id}/restore", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = PersonOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_person(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<PersonOut>> {
    change(&editor, &ctx, &if_match, &id, None, |row| row.archived_at = None).await
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    account_ids: Option<&[String]>,
    apply: impl FnOnce(&mut Person),
) -> Result<Json<PersonOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, &caller.ws, id).await?;
    if_match.check(row.version, || before.clone())?;
    if row.merged_into_id.is_some() {
        return Err(Error::conflict("this record was merged into another; undo the merge first"));
    }
    apply(&mut row);
    people::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    if let Some(account_ids) = account_ids {
        people::update_accounts(&mut tx, &caller.ws, id, account_ids).await?;
    }
    let (_, after) = read(&mut tx, &caller.ws, id).await?;
    let object = audit::Object { kind: KIND, id };
    audit::updated(&mut tx, ctx, caller, object, &before, &after).await?;
    segments::queue_refresh(&mut tx, ctx, &caller.ws).await?;
    ctx.commit(tx).await?;
    if before.external_id != after.external_id {
        ctx.app.events.people_changed();
    }
    Ok(Json(after))
}
