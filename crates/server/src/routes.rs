//! All routes, and their description.

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use axum::{Json, Router};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::platform::{self, docs, docs_page, error, health, http, idempotency, web};
use crate::{bet, chain, decide, digest, experiment, home, listen, measure, share, understand};

/// Bodies of the team API; uploads set their own limit.
const BODY_MAX: usize = 2 << 20;

/// The whole application as a service.
pub fn router(app: &App) -> Router {
    let (api, openapi) = api().split_for_parts();
    let openapi = describe(openapi);
    let docs = docs_page::DocsPage::new(&openapi);
    let api = api
        .fallback(async || error::Error::NotFound)
        .layer(from_fn_with_state(app.clone(), idempotency::replay))
        .layer(DefaultBodyLimit::max(BODY_MAX));
    Router::new()
        .merge(api)
        .route("/api/openapi.json", get(async move || Json(openapi)))
        .route("/api/docs", get(async move || docs))
        .route("/heedful.js", get(web::serve_sdk))
        .merge(health::router())
        .merge(listen::surveys::public_routes())
        .merge(share::pages())
        .merge(digest::pages())
        .fallback(web::serve_app)
        .layer(from_fn(http::refuse_cross_site))
        // Below the refusal of other sites: any page may send events.
        .merge(listen::capture::sdk_routes())
        .layer(from_fn_with_state(app.clone(), http::add_headers))
        .layer(from_fn_with_state(app.clone(), http::count))
        .layer(CatchPanicLayer::custom(|_| {
            use axum::response::IntoResponse;
            error::Error::Internal(anyhow::anyhow!("a handler panicked")).into_response()
        }))
        .layer(CompressionLayer::new())
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::x_request_id(NewRequestId(app.clone())))
        .with_state(app.clone())
}

/// The description of the API, as served and as committed.
pub fn openapi() -> OpenApi {
    describe(api().into_openapi())
}

fn api() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .merge(platform::routes())
        .merge(listen::routes())
        .merge(understand::routes())
        .merge(bet::routes())
        .merge(experiment::routes())
        .merge(decide::routes())
        .merge(share::routes())
        .merge(measure::routes())
        .merge(chain::routes())
        .merge(home::routes())
        .merge(digest::routes());
    OpenApiRouter::with_openapi(docs::base()).nest("/api/v1", v1)
}

fn describe(mut openapi: OpenApi) -> OpenApi {
    docs::add_shared_errors(&mut openapi);
    docs::drop_null_defaults(&mut openapi);
    openapi
}

fn span<B>(request: &axum::http::Request<B>) -> tracing::Span {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    tracing::info_span!("request", method = %request.method(), path = loggable(request.uri().path()), id)
}

/// Links of invitations and resets carry their secret in the path; ids are shorter.
fn loggable(path: &str) -> String {
    const ID_LENGTH_MAX: usize = 36;
    let parts = path.split('/').map(|part| if part.len() > ID_LENGTH_MAX { "…" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Every request is known by an id, in logs, in the audit log and to the caller.
#[derive(Clone)]
struct NewRequestId(App);

impl MakeRequestId for NewRequestId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        self.0.ids.new_id(self.0.now()).parse().ok().map(RequestId::new)
    }
}
