//! Listen: what customers say and who they are.

pub mod accounts;
pub mod capture;
pub mod erasure;
pub mod event_imports;
pub mod events;
pub mod identity;
pub mod imports;
pub mod interviews;
pub mod people;
pub mod person_export;
pub mod scores;
pub mod segments;
pub mod signals;
pub mod sources;
pub mod surveys;
mod timeline;
mod traits;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(signals::routes())
        .merge(sources::routes())
        .merge(surveys::routes())
        .merge(interviews::routes())
        .merge(people::routes())
        .merge(erasure::routes())
        .merge(person_export::routes())
        .merge(accounts::routes())
        .merge(segments::routes())
        .merge(imports::routes())
        .merge(capture::routes())
        .merge(event_imports::routes())
        .merge(events::routes())
}
