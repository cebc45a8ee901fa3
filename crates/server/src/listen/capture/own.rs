//! `POST /api/v1/events`: one event, a list of events, or a stream of lines.

use axum::Json as JsonBody;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use heedful_db::WorkspaceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::event::{Checked, Draft, Reason, When, properties, properties_of};
use super::json::{Fields, Json};
use super::request::CaptureRequest;
use super::taking::{Taken, Taking};
use crate::app::App;
use crate::platform::auth::{Editor, bearer_token};
use crate::platform::capture_keys;
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};

pub const PROTOCOL: &str = "heedful";
const NDJSON: [&str; 3] = ["application/x-ndjson", "application/jsonl", "application/ndjson"];
/// So many bytes of lines are taken at once.
const LINES_BYTES: usize = 1 << 20;
/// A line holds one event.
const LINE_BYTES_MAX: usize = 1 << 20;
/// Refused events that an answer names.
const ERRORS_MAX: usize = 100;

/// One event. Several are sent as a list, as `{"events": […]}`, or one on each line (`application/x-ndjson`), however many.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "describes what is read leniently, event by event")]
pub struct EventIn {
    /// What was done.
    #[schema(min_length = 1, max_length = 200, example = "signed_up")]
    event: String,
    /// By what your system knows the person who did it.
    #[schema(min_length = 1, max_length = 200, example = "user-1")]
    distinct_id: String,
    /// When; now, if it is not given.
    #[schema(value_type = Option<String>, format = DateTime)]
    timestamp: Option<String>,
    /// In what circumstances: names with any JSON.
    #[schema(value_type = Option<Object>)]
    properties: Option<serde_json::Value>,
    /// What stays the same when the event is sent again: it is kept once. Without it, events of one person with the same
    /// name, timestamp and properties are one.
    id: Option<String>,
}

#[derive(Debug, Default, Serialize, ToSchema)]
pub struct EventsTaken {
    /// Events that are kept now, and on the disk.
    pub accepted: usize,
    /// Events that were kept before.
    pub duplicates: usize,
    /// Events that were refused: they are in the list of rejected events too.
    pub rejected: usize,
    /// The first 100 of those.
    pub errors: Vec<EventError>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EventError {
    /// Its place in what was sent, from 0.
    pub index: usize,
    pub reason: String,
}

/// Whoever may send events: a program with a capture key, or an editor.
pub struct EventSender(WorkspaceId);

impl FromRequestParts<App> for EventSender {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let ctx = Ctx::from_request_parts(parts, app).await?;
        if let Some(token) = bearer_token(&parts.headers)
            && let Some(ws) = capture_keys::find_workspace(&ctx, token).await?
        {
            return Ok(Self(ws));
        }
        Ok(Self(Editor::from_request_parts(parts, app).await?.0.ws))
    }
}

/// Send events. Each is kept once, and is on the disk when this answers; bad ones are refused one by one.
/// A capture key may be used as bearer token.
#[utoipa::path(post, path = "/events", tag = "listen", request_body = EventIn,
    responses((status = 200, body = EventsTaken)), security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn create_events(sender: EventSender, ctx: Ctx, request: Request) -> Result<JsonBody<EventsTaken>> {
    let EventSender(ws) = sender;
    if is_lines(request.headers()) {
        return Ok(JsonBody(take_lines(&ctx, &ws, request.into_body()).await?));
    }
    let request = CaptureRequest::from_request(request, &ctx.app).await?;
    let taken = request.work(async move |request| take_json(&ctx, ws, &request).await).await?;
    Ok(JsonBody(taken))
}

async fn take_json(ctx: &Ctx, ws: WorkspaceId, request: &CaptureRequest) -> Result<EventsTaken> {
    let bytes = request.json()?;
    let mut taking = Taking::open(ctx, ws, PROTOCOL).await?;
    let json = match Json::parse(&bytes) {
        Ok(json) => json,
        Err(error) => {
            taking.refuse(Reason::NotJson, &String::from_utf8_lossy(&bytes));
            taking.finish().await?;
            return Err(Error::Malformed(format!("the body is not JSON: {error}")));
        }
    };
    let list = json.as_list().or_else(|| json.as_object()?.get("events")?.as_list());
    for event in list.unwrap_or(std::slice::from_ref(&json)) {
        taking.add(event, read);
    }
    let taken = taking.finish().await?.unless_full()?;
    // Who sends a single event wants to know at once what is wrong with it.
    match (list, taken.refused.first()) {
        (None, Some((_, reason))) => Err(Error::field("event", reason.sentence())),
        _ => Ok(EventsTaken::default().and(taken, 0)),
    }
}

fn is_lines(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    NDJSON.iter().any(|lines| kind.eq_ignore_ascii_case(lines))
        && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Takes lines as they arrive: what was taken stays so when the stream breaks off.
async fn take_lines(ctx: &Ctx, ws: &WorkspaceId, body: Body) -> Result<EventsTaken> {
    let mut stream = body.into_data_stream();
    let (mut lines, mut all, mut n_sent) = (Vec::new(), EventsTaken::default(), 0);
    loop {
        let chunk = stream.next().await.transpose();
        let chunk = chunk.map_err(|_| Error::Malformed("the body could not be read".to_owned()))?;
        lines.extend_from_slice(chunk.as_deref().unwrap_or_default());
        let is_over = chunk.is_none();
        if !is_over && lines.len() < LINES_BYTES {
            continue;
        }
        let rest = if is_over { Vec::new() } else { cut_last_line(&mut lines) };
        if rest.len() > LINE_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        let (taken, n) = take_whole_lines(ctx, ws, &lines).await?;
        all = all.and(taken, n_sent);
        n_sent += n;
        lines = rest;
        if is_over {
            return Ok(all);
        }
    }
}

/// Leaves the whole lines, and returns the beginning of the next.
fn cut_last_line(lines: &mut Vec<u8>) -> Vec<u8> {
    let end = memchr::memrchr(b'\n', lines).map_or(0, |at| at + 1);
    lines.split_off(end)
}

async fn take_whole_lines(ctx: &Ctx, ws: &WorkspaceId, lines: &[u8]) -> Result<(Taken, usize)> {
    let mut taking = Taking::open(ctx, ws.clone(), PROTOCOL).await?;
    let mut n_sent = 0;
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        n_sent += 1;
        match Json::parse(line) {
            Ok(event) => taking.add(&event, read),
            Err(_) => taking.refuse(Reason::NotJson, &String::from_utf8_lossy(line)),
        }
    }
    Ok((taking.finish().await?, n_sent))
}

fn read<'j>(sent: &'j Json<'j>) -> Checked<Draft<'j>> {
    let fields = sent.as_object().ok_or(Reason::NotAnObject)?;
    let given = properties_of(fields.get("properties"))?;
    Ok(Draft {
        name: fields.get("event"),
        distinct_id: fields.get("distinct_id"),
        is_nobodys: false,
        id: fields.first(&["id", "uuid"]),
        when: when(fields),
        properties: given.into_iter().flat_map(|given| properties(given, |_| true)).collect(),
    })
}

fn when<'j>(fields: &'j Fields<'j>) -> When<'j> {
    fields.first(&["timestamp"]).map_or(When::Now, |time| When::At { time, behind: 0 })
}

impl EventsTaken {
    /// With what became of the next events, of which the first had this place.
    fn and(mut self, taken: Taken, first: usize) -> Self {
        self.accepted += taken.n_new;
        self.duplicates += taken.n_known;
        self.rejected += taken.refused.len();
        let errors = taken
            .refused
            .into_iter()
            .map(|(index, reason)| EventError { index: first + index, reason: reason.sentence().to_owned() });
        let room = ERRORS_MAX - self.errors.len();
        self.errors.extend(errors.take(room));
        self
    }
}
