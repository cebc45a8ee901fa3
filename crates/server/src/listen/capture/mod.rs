//! Capture: events come in, through our own API and as the SDKs of other tools send them.

mod allowance;
pub mod arrivals;
mod body;
mod boot;
pub mod event;
mod growthbook;
pub mod json;
mod key;
mod own;
mod posthog;
pub mod rejects;
mod request;
mod segment;
pub mod taking;
mod time;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::routing::{MethodRouter, get, post};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// Browsers ask again after this long whether they may send.
const PREFLIGHT_AGE: Duration = Duration::from_hours(1);

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .merge(OpenApiRouter::new().routes(routes!(own::create_events)).layer(DefaultBodyLimit::disable()))
        .routes(routes!(arrivals::get_ingestion))
        .routes(routes!(rejects::list_rejected_events))
}

/// What the SDKs of other tools call, at the addresses they know.
pub fn sdk_routes() -> Router<App> {
    let posthog = || post(posthog::capture).get(posthog::capture);
    let router = Router::new();
    let router = both(router, "/batch", posthog());
    let router = both(router, "/e", posthog());
    let router = both(router, "/i/v0/e", posthog());
    let router = both(router, "/capture", posthog());
    let router = both(router, "/engage", posthog());
    let router = both(router, "/i/v0/ai/batch", posthog());
    let router = both(router, "/i/v1/analytics/events", post(posthog::capture_v1));
    let router = both(router, "/s", post(posthog::discard));
    let router = both(router, "/track", post(growthbook::track).get(growthbook::track));
    let router = both(router, "/v1/{kind}", post(segment::capture_kind));
    let router = both(router, "/beacon/v1/batch", post(segment::capture));
    let router = both(router, "/sourceConfig", get(segment::source_config));
    let router = both(router, "/v1/projects/{key}/settings", get(segment::settings));
    let router = both(router, "/flags", post(boot::flags));
    let router = both(router, "/decide", post(boot::flags));
    let router = both(router, "/flags/definitions", get(boot::definitions));
    let router = both(router, "/api/feature_flag/local_evaluation", get(boot::definitions));
    let router = both(router, "/api/surveys", get(boot::surveys));
    let router = both(router, "/array/{token}/config", get(boot::config));
    let router = router.route("/array/{token}/config.js", get(boot::config_script));
    router.layer(cors()).layer(SetResponseHeaderLayer::overriding(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    ))
}

/// Clients differ in whether they end an address with a slash.
fn both(router: Router<App>, path: &str, method: MethodRouter<App>) -> Router<App> {
    router.route(path, method.clone()).route(&format!("{path}/"), method)
}

/// Any page may send events. Beacons come with cookies, whoever sends them, so that the origin has to be named; no handler
/// here looks at cookies.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .allow_private_network(true)
        .expose_headers([header::ETAG, HeaderName::from_static("x-sse-support"), header::RETRY_AFTER])
        .max_age(PREFLIGHT_AGE)
}
