//! The ground below the loop: who is calling and may do what, errors, paging, mail, audit.

pub mod account;
pub mod api_tokens;
pub mod atom;
pub mod audit;
pub mod audit_log;
pub mod auth;
pub mod capture;
pub mod capture_keys;
pub mod clock;
pub mod csv_out;
pub mod ctx;
pub mod docs;
pub mod docs_page;
pub mod error;
pub mod event_store;
pub mod extract;
pub mod figure;
pub mod health;
pub mod http;
pub mod idempotency;
pub mod ids;
pub mod invalid;
pub mod invitations;
pub mod jobs;
pub mod kept;
pub mod key_cache;
pub mod letters;
pub mod mail;
pub mod members;
pub mod outbox;
pub mod paging;
pub mod password;
pub mod password_resets;
pub mod periods;
pub mod queue;
pub mod rate_limit;
pub mod requests;
pub mod saved_views;
pub mod search;
pub mod secret;
pub mod sessions;
pub mod setup;
pub mod time;
pub mod web;
pub mod words;
pub mod workspaces;

use utoipa_axum::router::OpenApiRouter;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(sessions::routes())
        .merge(setup::routes())
        .merge(search::routes())
        .merge(account::routes())
        .merge(password_resets::routes())
        .merge(workspaces::routes())
        .merge(members::routes())
        .merge(invitations::routes())
        .merge(api_tokens::routes())
        .merge(capture_keys::routes())
        .merge(audit_log::routes())
        .merge(jobs::routes())
        .merge(outbox::routes())
        .merge(saved_views::routes())
}
