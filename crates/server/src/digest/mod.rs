//! The weekly digest: what changed in a week, by the reader's lens, as a page, a mail and a feed.

mod api;
mod feed;
mod gather;
mod lens;
mod letter;
mod send;
mod subscription;
mod weeks;
mod wire;

use axum::Router;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use api::{get_digest, list_digests, preview_digest};
pub use send::{SEND_DIGESTS, send_all};
pub use subscription::{
    end_digest_feed, get_digest_subscription, renew_digest_feed, update_digest_subscription,
};
pub use wire::DigestOut;

use crate::app::App;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(api::list_digests))
        .routes(routes!(api::preview_digest))
        .routes(routes!(api::get_digest))
        .routes(routes!(subscription::get_digest_subscription, subscription::update_digest_subscription))
        .routes(routes!(subscription::renew_digest_feed, subscription::end_digest_feed))
}

/// What programs of readers ask for, without signing in.
pub fn pages() -> Router<App> {
    feed::pages()
}
