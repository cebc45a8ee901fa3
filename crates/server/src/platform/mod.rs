//! The ground below the loop: who is calling and may do what, errors, paging, mail, audit.

pub mod audit;
pub mod auth;
pub mod clock;
pub mod ctx;
pub mod docs;
pub mod error;
pub mod extract;
pub mod figure;
pub mod health;
pub mod http;
pub mod idempotency;
pub mod ids;
pub mod invalid;
pub mod mail;
pub mod paging;
pub mod password;
pub mod queue;
pub mod rate_limit;
pub mod requests;
pub mod secret;
pub mod sessions;
pub mod setup;
pub mod time;
pub mod web;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().merge(sessions::routes()).merge(setup::routes())
}
