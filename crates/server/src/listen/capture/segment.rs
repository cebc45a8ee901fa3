//! Events as the SDKs of Segment and RudderStack send them: six kinds of messages, one by one or in batches.

use std::borrow::Cow;

use axum::Json as JsonBody;
use axum::extract::Path;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use heedful_events::{Micros, Value};
use serde_json::{Value as JsonValue, json};

use super::event::{Checked, Draft, Properties, Reason, When, properties, properties_of, text, value};
use super::json::{Fields, Json};
use super::key::{self, Keyed};
use super::request::CaptureRequest;
use super::taking::Taking;
use super::time;
use crate::platform::capture_keys;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};

pub const PROTOCOL: &str = "segment";
static IDENTIFY: Json<'static> = Json::Text(Cow::Borrowed("$identify"));
static PAGE: Json<'static> = Json::Text(Cow::Borrowed("$pageview"));
static SCREEN: Json<'static> = Json::Text(Cow::Borrowed("$screen"));
static GROUP: Json<'static> = Json::Text(Cow::Borrowed("$groupidentify"));
static ALIAS: Json<'static> = Json::Text(Cow::Borrowed("$create_alias"));
/// Groups have no type here.
const GROUP_TYPE: &str = "company";
/// Where in the context of a message what other SDKs send as properties is.
const CONTEXT: [(&[&str], &str); 12] = [
    (&["page", "url"], "$current_url"),
    (&["page", "path"], "$pathname"),
    (&["page", "referrer"], "$referrer"),
    (&["page", "title"], "title"),
    (&["library", "name"], "$lib"),
    (&["library", "version"], "$lib_version"),
    (&["userAgent"], "$raw_user_agent"),
    (&["locale"], "$locale"),
    (&["timezone"], "$timezone"),
    (&["campaign", "source"], "utm_source"),
    (&["campaign", "medium"], "utm_medium"),
    (&["campaign", "name"], "utm_campaign"),
];
/// What of the context is taken above, or is not kept.
const CONTEXT_LEFT_OUT: [&str; 8] =
    ["page", "library", "userAgent", "locale", "timezone", "campaign", "ip", "traits"];

/// Messages in a batch, or one alone.
pub async fn capture(ctx: Ctx, request: CaptureRequest) -> Result<JsonBody<JsonValue>> {
    take(ctx, request, None).await
}

/// A message whose kind stands in the address.
pub async fn capture_kind(
    ctx: Ctx,
    Path(kind): Path<String>,
    request: CaptureRequest,
) -> Result<JsonBody<JsonValue>> {
    let kind = match kind.as_str() {
        "identify" | "i" => "identify",
        "track" | "t" => "track",
        "page" | "p" => "page",
        "screen" | "s" => "screen",
        "group" | "g" => "group",
        "alias" | "a" => "alias",
        "batch" | "import" | "b" => return take(ctx, request, None).await,
        _ => return Err(Error::NotFound),
    };
    take(ctx, request, Some(kind)).await
}

async fn take(ctx: Ctx, request: CaptureRequest, kind: Option<&'static str>) -> Result<JsonBody<JsonValue>> {
    let work = async move |request: CaptureRequest| {
        let bytes = request.json()?;
        let keys = [basic_user(&request.headers), request.query(&["writeKey"])];
        let Keyed { ws, json } = key::parse(&ctx, PROTOCOL, &bytes, keys, key_of).await?;
        let sent_at = json.as_object().and_then(|fields| fields.first(&["sentAt"]));
        let mut taking = Taking::open(&ctx, ws, PROTOCOL).await?;
        for message in batch_of(&json) {
            let sent_at = sent_at.or_else(|| message.as_object()?.first(&["sentAt"]));
            let behind = time::behind(sent_at, ctx.now);
            taking.add(message, |message| read(message, kind, behind));
        }
        taking.finish().await?.unless_full()
    };
    request.work(work).await?;
    Ok(JsonBody(json!({"success": true})))
}

/// What the RudderStack SDK for browsers asks for before it sends anything.
pub async fn source_config(ctx: Ctx, request: CaptureRequest) -> Result<JsonBody<JsonValue>> {
    let key = request.query(&["writeKey"]).or_else(|| basic_user(&request.headers)).unwrap_or_default();
    let ws = capture_keys::find_workspace(&ctx, &key).await?.ok_or(Error::Unauthorized)?;
    let off = json!({"enabled": false});
    Ok(JsonBody(json!({
        "source": {
            "id": ws.as_str(), "name": "Heedful", "writeKey": key, "enabled": true, "workspaceId": ws.as_str(),
            "config": {"statsCollection": {"errors": off, "metrics": off}},
            "connections": [], "destinations": [], "dataplanes": {},
        },
        "updatedAt": crate::platform::time::out(ctx.now),
    })))
}

/// What the Segment SDK for browsers asks for before it sends anything, unless it is told in the page.
pub async fn settings(ctx: Ctx, Path(key): Path<String>, headers: HeaderMap) -> Result<JsonBody<JsonValue>> {
    capture_keys::find_workspace(&ctx, &key).await?.ok_or(Error::Unauthorized)?;
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_https = ctx.app.config.public_url.starts_with("https://");
    Ok(JsonBody(json!({
        "integrations": {"Segment.io": {
            "apiKey": key, "apiHost": format!("{host}/v1"), "protocol": if is_https { "https" } else { "http" },
        }},
        "plan": {"track": {"__default": {"enabled": true, "integrations": {}}}},
    })))
}

fn batch_of<'j, 'a>(json: &'j Json<'a>) -> &'j [Json<'a>] {
    let batch = json.as_object().and_then(|fields| fields.get("batch")?.as_list());
    batch.or_else(|| json.as_list()).unwrap_or(std::slice::from_ref(json))
}

fn key_of<'j>(json: &'j Json) -> Option<&'j str> {
    let of = |json: &'j Json| json.as_object()?.text("writeKey");
    of(json).or_else(|| batch_of(json).first().and_then(of))
}

/// The name in `Authorization: Basic`, which has no password here.
fn basic_user(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = text.split_once(' ')?;
    let plain = STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let plain = String::from_utf8(plain).ok()?;
    plain.split(':').next().map(str::to_owned)
}

fn read<'j>(sent: &'j Json<'j>, kind: Option<&'j str>, behind: Micros) -> Checked<Draft<'j>> {
    let fields = sent.as_object().ok_or(Reason::NotAnObject)?;
    let kind = fields.text("type").or(kind).ok_or(Reason::NoKind)?;
    let name = match kind {
        "track" => fields.get("event"),
        "identify" => Some(&IDENTIFY),
        "page" => Some(&PAGE),
        "screen" => Some(&SCREEN),
        "group" => Some(&GROUP),
        "alias" => Some(&ALIAS),
        _ => return Err(Reason::NoKind),
    };
    let mut all = context(fields.object("context"));
    match kind {
        "identify" => all.extend(of_identify(fields)?),
        "group" => all.extend(of_group(fields)?),
        "alias" => all.extend(fields.first(&["previousId"]).map(|id| ("alias".into(), value(id)))),
        _ => all.extend(of_deed(fields)?),
    }
    let time = fields.first(&["originalTimestamp", "timestamp"]);
    Ok(Draft {
        name,
        distinct_id: fields.first(&["userId", "anonymousId"]),
        is_nobodys: false,
        id: fields.first(&["messageId"]),
        when: time.map_or(When::Now, |time| When::At { time, behind }),
        properties: all,
    })
}

/// What a person did: the name and category of a page are properties of it.
fn of_deed<'j>(fields: &'j Fields<'j>) -> Checked<Properties<'j>> {
    let given = properties_of(fields.get("properties"))?;
    let of_page = properties(fields, |name| matches!(name, "name" | "category"));
    let of_page = of_page.filter(|(_, value)| *value != Value::Null);
    Ok(of_page.chain(given.into_iter().flat_map(|given| properties(given, |name| name != "$ip"))).collect())
}

fn of_identify<'j>(fields: &'j Fields<'j>) -> Checked<Properties<'j>> {
    let traits = fields.first(&["traits"]).or_else(|| fields.object("context")?.first(&["traits"]));
    let set = properties_of(traits)?.is_some().then_some(traits).flatten();
    // The visitor who was nameless so far is the person who is named now.
    let nameless = fields.first(&["userId"]).and(fields.first(&["anonymousId"]));
    let named = [("$set", set), ("$anon_distinct_id", nameless)];
    Ok(named.into_iter().filter_map(|(name, json)| Some((name.into(), value(json?)))).collect())
}

fn of_group<'j>(fields: &'j Fields<'j>) -> Checked<Properties<'j>> {
    let key = fields.first(&["groupId"]).ok_or(Reason::NoGroup)?;
    let traits = properties_of(fields.first(&["traits"]))?.and(fields.get("traits"));
    let groups = format!("{{\"{GROUP_TYPE}\":{}}}", text(key));
    let mut all = vec![
        ("$group_type".into(), Value::Text(GROUP_TYPE.into())),
        ("$group_key".into(), value(key)),
        ("$groups".into(), Value::Json(groups.into())),
    ];
    all.extend(traits.map(|traits| ("$group_set".into(), value(traits))));
    Ok(all)
}

fn context<'j>(context: Option<&'j Fields<'j>>) -> Properties<'j> {
    let Some(context) = context else { return Vec::new() };
    let find = |path: &[&str]| match path {
        [name] => context.first(&[name]),
        [object, name] => context.object(object)?.first(&[name]),
        _ => None,
    };
    let known = CONTEXT.iter().filter_map(|(path, name)| Some(((*name).into(), value(find(path)?))));
    let rest = context.0.iter().filter(|(name, _)| !CONTEXT_LEFT_OUT.contains(&name.as_ref()));
    let rest = Fields(rest.cloned().collect());
    let rest =
        (!rest.0.is_empty()).then(|| ("$context".into(), Value::Json(text(&Json::Object(rest)).into())));
    known.chain(rest).collect()
}
