//! Erasing somebody, with a certificate of what went.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use heedful_db::listen::erasure;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::change::KIND;
use super::list::read;
use crate::listen::segments;
use crate::platform::auth::Admin;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch};
use crate::platform::{audit, time};

#[derive(Debug, Deserialize, ToSchema)]
pub struct ErasureIn {
    /// Must be true: this cannot be undone.
    pub confirm: bool,
}

/// What was removed. It names nobody, so it can be kept as proof.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ErasureCertificate {
    pub person_id: String,
    #[schema(value_type = String, format = DateTime)]
    pub erased_at: Timestamp,
    /// The member who did it.
    pub erased_by: String,
    /// How many of each kind of thing were removed.
    pub removed: BTreeMap<String, i64>,
}

/// Remove a person and all their words for good, everywhere.
#[utoipa::path(post, path = "/people/{id}/erase", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = ErasureIn, responses((status = 200, body = ErasureCertificate)),
    security(("session" = ["admin"]), ("bearer" = ["admin"])))]
pub async fn erase_person(
    admin: Admin,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(input): Body<ErasureIn>,
) -> Result<Json<ErasureCertificate>> {
    if !input.confirm {
        return Err(Error::field("confirm", "must be true: erasing cannot be undone"));
    }
    let mut tx = ctx.begin().await?;
    let (row, current) = read(&mut tx, &admin.ws, &id).await?;
    if_match.check(row.version, || current)?;
    let counts = erasure::erase_person(&mut tx, &admin.ws, &id, row.email.as_deref(), ctx.now).await?;
    let certificate = ErasureCertificate {
        person_id: id.clone(),
        erased_at: time::out(ctx.now),
        erased_by: admin.user_id.clone(),
        removed: counts.into_iter().map(|(kind, n)| (kind.to_owned(), n)).collect(),
    };
    audit::acted(&mut tx, &ctx, &admin, "erase", audit::Object { kind: KIND, id: &id }, &certificate).await?;
    segments::queue_refresh(&mut tx, &ctx, &admin.ws).await?;
    ctx.commit(tx).await?;
    Ok(Json(certificate))
}
