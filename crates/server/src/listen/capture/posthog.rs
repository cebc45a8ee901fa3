//! Events as the SDKs of PostHog send them, old and new.

use axum::Json as JsonBody;
use axum::http::HeaderMap;
use heedful_events::{Micros, Value};
use serde_json::{Value as JsonValue, json};

use super::event::{Checked, Draft, Properties, Reason, When, properties, properties_of, value};
use super::json::{Fields, Json};
use super::key::{self, Keyed};
use super::request::CaptureRequest;
use super::taking::Taking;
use super::time;
use crate::platform::auth::bearer_token;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};

pub const PROTOCOL: &str = "posthog";
/// Events about a group of people: whoever sends them is not among those who did something.
const ABOUT_GROUPS: &str = "$groupidentify";
/// The event of a request that only sets what is known of a person.
static SET: Json<'static> = Json::Text(std::borrow::Cow::Borrowed("$set"));
/// What becomes part of the event itself, is nobody's business, or would be an address of a person's machine.
const LEFT_OUT: [&str; 5] = ["token", "distinct_id", "$ip", "$insert_id", "$time"];
/// What may stand beside the properties and is one.
const BESIDE: [&str; 3] = ["$set", "$set_once", "$unset"];
/// The options of Capture V1, with the properties that they are in other versions.
const OPTIONS: [(&str, &str); 3] = [
    ("process_person_profile", "$process_person_profile"),
    ("cookieless_mode", "$cookieless_mode"),
    ("product_tour_id", "$product_tour_id"),
];

/// What the request says about all of its events.
#[derive(Clone, Copy, Debug, Default)]
struct Envelope<'e> {
    /// By so much the sender's clock is behind ours.
    behind: Micros,
    /// Name and version of the SDK, where the events do not say.
    sdk: Option<(&'e str, &'e str)>,
}

/// Several shapes of batches, single events, and what the browser could only send in an address.
pub async fn capture(ctx: Ctx, request: CaptureRequest) -> Result<JsonBody<JsonValue>> {
    let work = async move |request: CaptureRequest| {
        let bytes = match request.query(&["data"]) {
            Some(data) if request.bytes.is_empty() => {
                super::body::data_of(&data).ok_or(Error::Malformed("data is not base64".to_owned()))?.into()
            }
            _ => request.json()?,
        };
        let keys = [request.query(&["token", "api_key"]), bearer_token(&request.headers).map(str::to_owned)];
        let Keyed { ws, json } = key::parse(&ctx, PROTOCOL, &bytes, keys, key_of).await?;
        let list = batch_of(&json);
        let fields = json.as_object();
        let is_historical = fields.is_some_and(|fields| fields.is_true("historical_migration"));
        let sent_at = fields.and_then(|fields| fields.first(&["sent_at", "sentAt"]));
        let behind = if is_historical { 0 } else { time::behind(sent_at, ctx.now) };
        let envelope = Envelope { behind, sdk: None };
        let mut taking = Taking::open(&ctx, ws, PROTOCOL).await?;
        for event in list {
            taking.add(event, |event| read(event, envelope));
        }
        taking.finish().await
    };
    let taken = request.work(work).await?;
    // As PostHog says it: its clients then rest for a minute, where another answer would make some send again at once.
    Ok(if taken.retry_after_s.is_some() {
        JsonBody(json!({"status": "Ok", "quota_limited": ["events"]}))
    } else {
        ok()
    })
}

/// Capture V1: each event is answered by its id.
pub async fn capture_v1(ctx: Ctx, request: CaptureRequest) -> Result<JsonBody<JsonValue>> {
    let work = async move |request: CaptureRequest| {
        let bytes = request.json()?;
        let key = bearer_token(&request.headers).map(str::to_owned);
        let Keyed { ws, json } = key::parse(&ctx, PROTOCOL, &bytes, [key], key_of).await?;
        let fields = json.as_object().ok_or(Error::Malformed("send an object with a batch".to_owned()))?;
        let is_historical = fields.is_true("historical_migration");
        let sent_at = header(&request.headers, "posthog-request-timestamp");
        let sent_at = sent_at.map(|text| Json::Text(text.into()));
        let behind = if is_historical { 0 } else { time::behind(sent_at.as_ref(), ctx.now) };
        let sdk = header(&request.headers, "posthog-sdk-info").and_then(|info| info.split_once('/'));
        let list = batch_of(&json);
        let mut taking = Taking::open(&ctx, ws, PROTOCOL).await?;
        for event in list {
            taking.add(event, |event| read(event, Envelope { behind, sdk }));
        }
        let refused = taking.finish().await?.refused;
        Ok(results(list, &refused))
    };
    let results = request.work(work).await?;
    Ok(JsonBody(json!({"results": results})))
}

/// Recordings of screens are not kept; their sender goes on as if they were.
pub async fn discard(_: CaptureRequest) -> JsonBody<JsonValue> {
    ok()
}

fn ok() -> JsonBody<JsonValue> {
    JsonBody(json!({"status": "Ok"}))
}

fn header<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

fn results(list: &[Json], refused: &[(usize, Reason)]) -> serde_json::Map<String, JsonValue> {
    let mut refused = refused.iter().peekable();
    let result = |(index, event): (usize, &Json)| {
        let reason = refused.next_if(|(refused, _)| *refused == index).map(|(_, reason)| reason.sentence());
        let id = event.as_object()?.text("uuid")?.to_owned();
        let result = match reason {
            Some(details) => json!({"result": "drop", "details": details}),
            None => json!({"result": "ok"}),
        };
        Some((id, result))
    };
    list.iter().enumerate().filter_map(result).collect()
}

fn batch_of<'j, 'a>(json: &'j Json<'a>) -> &'j [Json<'a>] {
    let batch = json.as_list().or_else(|| json.as_object()?.get("batch")?.as_list());
    batch.unwrap_or(std::slice::from_ref(json))
}

pub fn key_of<'j>(json: &'j Json) -> Option<&'j str> {
    let named = |fields: &'j Fields| fields.text("api_key").or_else(|| fields.text("token"));
    let of_event = |event: &'j Json| {
        let fields = event.as_object()?;
        fields
            .object("properties")
            .and_then(named)
            .or_else(|| fields.text("$token"))
            .or_else(|| named(fields))
    };
    json.as_object().and_then(named).or_else(|| batch_of(json).first().and_then(of_event))
}

fn read<'j>(sent: &'j Json<'j>, envelope: Envelope<'j>) -> Checked<Draft<'j>> {
    let fields = sent.as_object().ok_or(Reason::NotAnObject)?;
    let given = properties_of(fields.get("properties"))?;
    let of_both = |name: &str| fields.first(&[name]).or_else(|| given?.first(&[name]));
    let is_update = BESIDE.iter().any(|name| fields.get(name).is_some());
    let name = fields.get("event").or(is_update.then_some(&SET));
    let is_about_group = name.and_then(Json::as_text) == Some(ABOUT_GROUPS);
    Ok(Draft {
        name,
        distinct_id: of_both("distinct_id").or_else(|| of_both("$distinct_id")),
        is_nobodys: is_about_group,
        id: fields.first(&["uuid"]).or_else(|| of_both("$insert_id")),
        when: when(fields, given, envelope.behind),
        properties: all_properties(fields, given, envelope),
    })
}

fn when<'j>(fields: &'j Fields<'j>, given: Option<&'j Fields<'j>>, behind: Micros) -> When<'j> {
    let option = |name: &str| fields.object("options").is_some_and(|options| options.is_true(name));
    let is_exact =
        given.is_some_and(|given| given.is_true("$ignore_sent_at")) || option("disable_skew_correction");
    let behind = if is_exact { 0 } else { behind };
    let own_time = fields.first(&["timestamp"]).or_else(|| given?.first(&["timestamp"]));
    if let Some(time) = own_time {
        return When::At { time, behind };
    }
    match (fields.get("offset"), given.and_then(|given| given.first(&["$time"]))) {
        (Some(Json::Integer(ms)), _) => When::Before(ms.saturating_mul(1_000)),
        (_, Some(time)) => When::At { time, behind },
        _ => When::Now,
    }
}

fn all_properties<'j>(
    fields: &'j Fields<'j>,
    given: Option<&'j Fields<'j>>,
    envelope: Envelope<'j>,
) -> Properties<'j> {
    let mut all: Vec<_> =
        given.into_iter().flat_map(|given| properties(given, |name| !LEFT_OUT.contains(&name))).collect();
    let has = |name: &str| given.is_some_and(|given| given.get(name).is_some());
    all.extend(properties(fields, |name| BESIDE.contains(&name) && !has(name)));
    if let Some(options) = fields.object("options") {
        let named = |(option, property): (&str, &'static str)| {
            Some((property.into(), value(options.first(&[option])?)))
        };
        all.extend(OPTIONS.into_iter().filter_map(named));
    }
    for (name, property) in [("session_id", "$session_id"), ("window_id", "$window_id")] {
        all.extend(fields.first(&[name]).filter(|_| !has(property)).map(|id| (property.into(), value(id))));
    }
    if let Some((name, version)) = envelope.sdk.filter(|_| !has("$lib")) {
        all.push(("$lib".into(), Value::Text(name.into())));
        all.push(("$lib_version".into(), Value::Text(version.into())));
    }
    all
}
