//! Accounts: the organisations that people belong to, with what they pay and what was heard from them.

use std::collections::HashMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use heedful_db::listen::accounts::{self, Account, Filter, Order, Sums};
use heedful_db::listen::timelines::Whose;
use heedful_db::{Conn, WorkspaceId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::timeline::{self, TimelineEntry, TimelineQuery};
use super::{segments, traits};
use crate::app::App;
use crate::platform::auth::{Caller, Editor, Viewer};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::{Body, IfMatch, Query, patch};
use crate::platform::invalid::{Invalid, Valid};
use crate::platform::paging::{List, Paging};
use crate::platform::{audit, time};

const KIND: &str = "account";
pub const NAME_MAX: usize = 200;
const PLAN_MAX: usize = 100;
pub const EXTERNAL_ID_MAX: usize = 500;
/// Ten million millions: more than any account pays, and sums of accounts still fit.
const REVENUE_CENTS_MAX: i64 = 1_000_000_000_000_000;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_accounts, create_account))
        .routes(routes!(get_account, update_account, archive_account))
        .routes(routes!(restore_account))
        .routes(routes!(list_account_timeline))
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AccountIn {
    pub name: String,
    /// The id of this account in your own product or CRM; no two accounts share one.
    pub external_id: Option<String>,
    pub plan: Option<String>,
    /// Annual recurring revenue in the currency of the workspace, in cents.
    pub revenue_cents: Option<i64>,
    #[schema(value_type = Object)]
    pub traits: Map<String, Value>,
}

#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct AccountPatch {
    pub name: Option<String>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub external_id: Option<Option<String>>,
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    pub plan: Option<Option<String>>,
    /// Annual recurring revenue in the currency of the workspace, in cents.
    #[serde(deserialize_with = "patch")]
    #[schema(value_type = Option<i64>)]
    pub revenue_cents: Option<Option<i64>>,
    /// Replaces all traits.
    #[schema(value_type = Option<Object>)]
    pub traits: Option<Map<String, Value>>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountOut {
    pub id: String,
    pub version: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub archived_at: Option<Timestamp>,
    pub name: String,
    pub external_id: Option<String>,
    pub plan: Option<String>,
    pub revenue_cents: Option<i64>,
    #[schema(value_type = Object)]
    pub traits: Map<String, Value>,
    pub n_people: i64,
    pub n_signals: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub heard_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccountQuery {
    /// Part of the name.
    pub q: Option<String>,
    pub plan: Option<String>,
    /// Accounts in this segment.
    pub segment_id: Option<String>,
    /// `newest` (when not given) or `revenue`, most first.
    pub sort: Option<String>,
    /// True lists what was archived instead.
    #[serde(default)]
    pub archived: bool,
}

impl AccountIn {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check_text("name", &self.name, NAME_MAX);
        invalid.check_optional("external_id", self.external_id.as_deref(), EXTERNAL_ID_MAX);
        invalid.check_optional("plan", self.plan.as_deref(), PLAN_MAX);
        check_revenue(&mut invalid, self.revenue_cents);
        traits::check(&mut invalid, &self.traits);
        invalid.or(Self { external_id: clean(self.external_id), plan: clean(self.plan), ..self })
    }
}

impl AccountPatch {
    pub fn validate(self) -> std::result::Result<Valid<Self>, Invalid> {
        let mut invalid = Invalid::default();
        if let Some(name) = &self.name {
            invalid.check_text("name", name, NAME_MAX);
        }
        let inner = |value: &Option<Option<String>>| value.clone().flatten();
        invalid.check_optional("external_id", inner(&self.external_id).as_deref(), EXTERNAL_ID_MAX);
        invalid.check_optional("plan", inner(&self.plan).as_deref(), PLAN_MAX);
        check_revenue(&mut invalid, self.revenue_cents.flatten());
        if let Some(traits) = &self.traits {
            traits::check(&mut invalid, traits);
        }
        invalid.or(Self { external_id: self.external_id.map(clean), plan: self.plan.map(clean), ..self })
    }

    fn apply(&self, row: &mut Account) {
        if let Some(name) = &self.name {
            name.trim().clone_into(&mut row.name);
        }
        if let Some(external_id) = &self.external_id {
            row.external_id.clone_from(external_id);
        }
        if let Some(plan) = &self.plan {
            row.plan.clone_from(plan);
        }
        if let Some(revenue_cents) = self.revenue_cents {
            row.revenue_cents = revenue_cents;
        }
        if let Some(traits) = &self.traits {
            row.traits = traits::store(traits);
        }
    }
}

fn check_revenue(invalid: &mut Invalid, revenue_cents: Option<i64>) {
    let is_fine = revenue_cents.is_none_or(|cents| (0..=REVENUE_CENTS_MAX).contains(&cents));
    invalid.check("revenue_cents", is_fine, "must be between 0 and 1,000,000,000,000,000");
}

fn clean(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl AccountOut {
    fn of(row: Account, sums: Option<&Sums>) -> Self {
        Self {
            id: row.id,
            version: row.version,
            created_at: time::out(row.created_at),
            updated_at: time::out(row.updated_at),
            archived_at: time::out_opt(row.archived_at),
            name: row.name,
            external_id: row.external_id,
            plan: row.plan,
            revenue_cents: row.revenue_cents,
            traits: traits::read(&row.traits),
            n_people: sums.map_or(0, |sums| sums.n_people),
            n_signals: sums.map_or(0, |sums| sums.n_signals),
            heard_at: time::out_opt(sums.and_then(|sums| sums.heard_at)),
        }
    }
}

/// Accounts with how many people and signals they have.
#[utoipa::path(get, path = "/accounts", tag = "listen", params(AccountQuery, Paging),
    responses((status = 200, body = List<AccountOut>)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_accounts(
    viewer: Viewer,
    ctx: Ctx,
    Query(query): Query<AccountQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<AccountOut>>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let order = match query.sort.as_deref() {
        None | Some("newest") => Order::Newest,
        Some("revenue") => Order::Revenue,
        Some(_) => return Err(Error::field("sort", "must be one of newest, revenue")),
    };
    let filter = Filter {
        text: query.q.filter(|text| !text.trim().is_empty()).map(|text| text.trim().replace('\0', "")),
        plan: query.plan,
        segment_id: query.segment_id,
        archived: query.archived,
    };
    let mut conn = ctx.read().await?;
    let page = accounts::list(&mut conn, &viewer.ws, &filter, order, cursor.as_ref(), limit).await?;
    let ids: Vec<String> = page.items.iter().map(|row| row.id.clone()).collect();
    let sums = sums_of(&mut conn, &viewer.ws, &ids).await?;
    Ok(Json(List::of(page, |row| {
        let sums = sums.get(&row.id);
        AccountOut::of(row, sums)
    })))
}

/// Add an account.
#[utoipa::path(post, path = "/accounts", tag = "listen", request_body = AccountIn,
    responses((status = 201, body = AccountOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_account(
    editor: Editor,
    ctx: Ctx,
    Body(input): Body<AccountIn>,
) -> Result<(StatusCode, Json<AccountOut>)> {
    let input = input.validate()?.into_inner();
    let row = Account {
        id: ctx.new_id(),
        created_at: ctx.now,
        updated_at: ctx.now,
        external_id: input.external_id,
        name: input.name.trim().to_owned(),
        plan: input.plan,
        revenue_cents: input.revenue_cents,
        traits: traits::store(&input.traits),
        ..Account::default()
    };
    let mut tx = ctx.begin().await?;
    accounts::insert(&mut tx, &editor.ws, &row).await?;
    let (_, out) = read(&mut tx, &editor.ws, &row.id).await?;
    audit::created(&mut tx, &ctx, &editor, audit::Object { kind: KIND, id: &row.id }, &out).await?;
    segments::queue_refresh(&mut tx, &ctx, &editor.ws).await?;
    ctx.commit(tx).await?;
    Ok((StatusCode::CREATED, Json(out)))
}

/// One account.
#[utoipa::path(get, path = "/accounts/{id}", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = AccountOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_account(viewer: Viewer, ctx: Ctx, Path(id): Path<String>) -> Result<Json<AccountOut>> {
    let mut conn = ctx.read().await?;
    Ok(Json(read(&mut conn, &viewer.ws, &id).await?.1))
}

/// Change an account.
#[utoipa::path(patch, path = "/accounts/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    request_body = AccountPatch, responses((status = 200, body = AccountOut)),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn update_account(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
    Body(patch): Body<AccountPatch>,
) -> Result<Json<AccountOut>> {
    let patch = patch.validate()?;
    change(&editor, &ctx, &if_match, &id, |row| patch.apply(row)).await
}

/// Put an account away: its people and their words stay. It can be restored.
#[utoipa::path(delete, path = "/accounts/{id}", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = AccountOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn archive_account(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<AccountOut>> {
    let now = ctx.now;
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = Some(now)).await
}

/// Bring an archived account back.
#[utoipa::path(post, path = "/accounts/{id}/restore", tag = "listen", params(("id" = String, Path), IfMatch),
    responses((status = 200, body = AccountOut)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn restore_account(
    editor: Editor,
    ctx: Ctx,
    if_match: IfMatch,
    Path(id): Path<String>,
) -> Result<Json<AccountOut>> {
    change(&editor, &ctx, &if_match, &id, |row| row.archived_at = None).await
}

/// What was heard from the people of an account, told to them and done by them, newest first.
#[utoipa::path(get, path = "/accounts/{id}/timeline", tag = "listen", params(("id" = String, Path), TimelineQuery, Paging),
    responses((status = 200, body = List<TimelineEntry>)),
    security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn list_account_timeline(
    viewer: Viewer,
    ctx: Ctx,
    Path(id): Path<String>,
    Query(query): Query<TimelineQuery>,
    Query(paging): Query<Paging>,
) -> Result<Json<List<TimelineEntry>>> {
    accounts::get(&mut *ctx.read().await?, &viewer.ws, &id).await?;
    let page = timeline::list(&ctx, &viewer.ws, Whose::Account(&id), query, &paging).await?;
    Ok(Json(List::of(page, |entry| entry)))
}

async fn change(
    caller: &Caller,
    ctx: &Ctx,
    if_match: &IfMatch,
    id: &str,
    apply: impl FnOnce(&mut Account),
) -> Result<Json<AccountOut>> {
    let mut tx = ctx.begin().await?;
    let (mut row, before) = read(&mut tx, &caller.ws, id).await?;
    if_match.check(row.version, || before.clone())?;
    apply(&mut row);
    accounts::update(&mut tx, &caller.ws, &row, ctx.now).await?;
    let (_, after) = read(&mut tx, &caller.ws, id).await?;
    audit::updated(&mut tx, ctx, caller, audit::Object { kind: KIND, id }, &before, &after).await?;
    segments::queue_refresh(&mut tx, ctx, &caller.ws).await?;
    ctx.commit(tx).await?;
    Ok(Json(after))
}

async fn read(conn: &mut Conn, ws: &WorkspaceId, id: &str) -> Result<(Account, AccountOut)> {
    let row = accounts::get(conn, ws, id).await?;
    let sums = sums_of(conn, ws, std::slice::from_ref(&row.id)).await?;
    let out = AccountOut::of(row.clone(), sums.get(id));
    Ok((row, out))
}

async fn sums_of(conn: &mut Conn, ws: &WorkspaceId, ids: &[String]) -> Result<HashMap<String, Sums>> {
    let rows = accounts::list_sums(conn, ws, ids).await?;
    Ok(rows.into_iter().map(|sums| (sums.account_id.clone(), sums)).collect())
}
