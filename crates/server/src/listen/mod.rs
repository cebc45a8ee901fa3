//! Listen: what customers say and who they are.

pub mod interviews;
pub mod signals;
pub mod sources;
pub mod surveys;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(signals::routes())
        .merge(sources::routes())
        .merge(surveys::routes())
        .merge(interviews::routes())
}
