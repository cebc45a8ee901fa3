//! Events as the tracking plugin of GrowthBook sends them: a list, without ids and times.

use axum::Json as JsonBody;
use serde_json::{Value as JsonValue, json};

use super::event::{Checked, Draft, Reason, When, properties, properties_of};
use super::json::Json;
use super::key::{self, Keyed};
use super::posthog;
use super::request::CaptureRequest;
use super::taking::Taking;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

pub const PROTOCOL: &str = "growthbook";
const KEY: &str = "client_key";
/// What stands beside the properties and tells something too.
const BESIDE: [&str; 6] = ["url", "sdk_language", "sdk_version", "page_id", "session_id", "context_json"];

/// The address is also that of old clients of PostHog; the key tells them apart.
pub async fn track(ctx: Ctx, request: CaptureRequest) -> Result<JsonBody<JsonValue>> {
    if request.query(&[KEY]).is_none() {
        return posthog::capture(ctx, request).await;
    }
    let work = async move |request: CaptureRequest| {
        let bytes = request.json()?;
        let Keyed { ws, json } =
            key::parse(&ctx, PROTOCOL, &bytes, [request.query(&[KEY])], |_| None).await?;
        let mut taking = Taking::open(&ctx, ws, PROTOCOL).await?;
        for event in json.as_list().unwrap_or(std::slice::from_ref(&json)) {
            taking.add(event, read);
        }
        taking.finish().await?.unless_full()
    };
    request.work(work).await?;
    Ok(JsonBody(json!({"status": 200})))
}

fn read<'j>(sent: &'j Json<'j>) -> Checked<Draft<'j>> {
    let fields = sent.as_object().ok_or(Reason::NotAnObject)?;
    let given = properties_of(fields.get("properties_json"))?;
    let beside = properties(fields, |name| BESIDE.contains(&name));
    let beside = beside.filter(|(_, value)| *value != heedful_events::Value::Null);
    Ok(Draft {
        name: fields.get("event_name"),
        distinct_id: fields.first(&["user_id", "device_id"]),
        is_nobodys: false,
        id: None,
        when: When::Now,
        properties: beside.chain(given.into_iter().flat_map(|given| properties(given, |_| true))).collect(),
    })
}
