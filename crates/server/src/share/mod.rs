//! Share: outcomes, critiques, digests and messages to those who spoke.

pub mod critiques;
mod index;
pub mod notices;
pub mod outcomes;
pub mod page;
mod public;
pub mod unsubscribe;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(outcomes::routes()).merge(critiques::routes()).merge(notices::routes())
}

/// Pages for people outside, without JavaScript.
pub fn pages() -> Router<App> {
    public::pages().merge(index::pages()).merge(unsubscribe::pages())
}
