//! The chain: what led to an object, and what came of it.

mod objects;
mod walk;

use axum::Json;
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use objects::find_objects;

use crate::app::App;
use crate::decide::links::ObjectRef;
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

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainOut {
    pub object: ObjectRef,
    /// What led to it, the nearest first.
    pub causes: Vec<ChainNode>,
    /// What came of it, the nearest first.
    pub consequences: Vec<ChainNode>,
    /// Every link among the objects of this answer that was followed.
    pub edges: Vec<ChainEdge>,
    /// Where more is linked than this answer shows.
    pub rest: Vec<ChainRest>,
    /// False when the answer stopped at 500 objects.
    pub complete: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainNode {
    #[serde(flatten)]
    pub object: ObjectRef,
    /// Links between it and the object asked about.
    pub distance: u32,
    /// The neighbour through which it was found, one link nearer to the object asked about.
    pub via: ChainId,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
pub struct ChainId {
    pub kind: String,
    pub id: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainEdge {
    pub cause: ChainId,
    pub effect: ChainId,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainRest {
    pub of: ChainId,
    /// causes or consequences
    pub direction: String,
    /// The kind of the objects that are not shown.
    pub kind: String,
    pub n: i64,
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
