//! The chain: what led to an object, and what came of it.

mod objects;
mod walk;
mod wire;

use axum::Json;
use axum::extract::Path;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use objects::find_objects;
pub use wire::{ChainEdge, ChainId, ChainNode, ChainOut, ChainRest};

use crate::app::App;
use crate::platform::auth::Viewer;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::extract::Query;

/// Links followed when the caller does not say how many.
const DEPTH_DEFAULT: u32 = 3;
const DEPTH_MAX: u32 = 8;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_chain)).routes(routes!(objects::find_objects))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChainQuery {
    /// How many links are followed in each direction; 3 when not given.
    #[param(minimum = 1, maximum = 8)]
    pub depth: Option<u32>,
}

/// What led to an object, and what came of it.
#[utoipa::path(get, path = "/chain/{kind}/{id}", tag = "chain",
    params(("kind" = String, Path), ("id" = String, Path), ChainQuery),
    responses((status = 200, body = ChainOut)), security(("session" = ["viewer"]), ("bearer" = ["viewer"])))]
pub async fn get_chain(
    viewer: Viewer,
    ctx: Ctx,
    Path((kind, id)): Path<(String, String)>,
    Query(query): Query<ChainQuery>,
) -> Result<Json<ChainOut>> {
    let depth = query.depth.unwrap_or(DEPTH_DEFAULT);
    if !(1..=DEPTH_MAX).contains(&depth) {
        return Err(Error::field("depth", "must be between 1 and 8"));
    }
    let mut conn = ctx.read().await?;
    walk::both_ways(&mut conn, &viewer.ws, ChainId { kind, id }, depth).await.map(Json)
}
