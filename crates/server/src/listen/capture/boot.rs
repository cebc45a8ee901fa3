//! What the SDKs of PostHog ask for before and beside sending events. A workspace has no flags and no surveys in pages of
//! its own yet, so that is what they hear.

use axum::Json as JsonBody;
use axum::extract::Path;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::key;
use super::posthog;
use super::request::CaptureRequest;
use crate::platform::auth::bearer_token;
use crate::platform::capture_keys;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};

/// The settings of a page.
pub async fn config(ctx: Ctx, Path(token): Path<String>) -> Result<JsonBody<Value>> {
    check(&ctx, &token).await?;
    Ok(JsonBody(settings(&token)))
}

/// The same as a script, for pages that load the SDK from here.
pub async fn config_script(ctx: Ctx, Path(token): Path<String>) -> Result<impl IntoResponse> {
    check(&ctx, &token).await?;
    let (name, config) = (Value::from(token.as_str()), json!({"config": settings(&token), "siteApps": []}));
    let script = format!(
        "(window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {{}})[{name}] = {config};\n"
    );
    // A key has no letters that could end a script; this keeps it so in any page that puts the script inside.
    let script = script.replace('<', "\\u003c");
    Ok(([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], script))
}

/// Which flags are on, in the words of old and new SDKs.
pub async fn flags(ctx: Ctx, request: CaptureRequest) -> Result<JsonBody<Value>> {
    let bytes = request.json()?;
    let in_address = request.query(&["token", "api_key"]);
    let read = key::parse(&ctx, posthog::PROTOCOL, &bytes, [in_address.clone()], posthog::key_of).await?;
    let mut answer = json!({
        "flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": false,
        "requestId": ctx.new_id(), "evaluatedAt": ctx.now / 1_000,
    });
    // Old SDKs learn the settings of the page here.
    if request.uri.path().starts_with("/decide") || request.query(&["config"]).is_some() {
        let token = posthog::key_of(&read.json).map(str::to_owned).or(in_address).unwrap_or_default();
        if let (Value::Object(answer), Value::Object(settings)) = (&mut answer, settings(&token)) {
            answer.extend(settings);
        }
    }
    Ok(JsonBody(answer))
}

/// The definitions of all flags, for servers that decide by themselves.
pub async fn definitions(ctx: Ctx, request: CaptureRequest) -> Result<JsonBody<Value>> {
    let token = request.query(&["token"]).or_else(|| bearer_token(&request.headers).map(str::to_owned));
    check(&ctx, &token.unwrap_or_default()).await?;
    Ok(JsonBody(json!({"flags": [], "group_type_mapping": {"0": "company"}, "cohorts": {}})))
}

/// The surveys of a page.
pub async fn surveys(ctx: Ctx, request: CaptureRequest) -> Result<impl IntoResponse> {
    check(&ctx, &request.query(&["token"]).unwrap_or_default()).await?;
    let not_kept = (HeaderName::from_static("cache-control"), "no-store");
    Ok(([not_kept], JsonBody(json!({"surveys": []}))))
}

async fn check(ctx: &Ctx, key: &str) -> Result<()> {
    capture_keys::find_workspace(ctx, key).await?.map(drop).ok_or(Error::Unauthorized)
}

fn settings(token: &str) -> Value {
    json!({
        "token": token, "supportedCompression": ["gzip", "gzip-js"], "analytics": {"endpoint": "/i/v0/e/"},
        "hasFeatureFlags": false, "surveys": false, "sessionRecording": false, "heatmaps": false,
        "captureDeadClicks": false, "capturePerformance": false, "autocaptureExceptions": false,
        "autocapture_opt_out": false, "defaultIdentifiedOnly": true, "elementsChainAsString": true,
        "siteApps": [], "isAuthenticated": false, "toolbarParams": {},
    })
}
