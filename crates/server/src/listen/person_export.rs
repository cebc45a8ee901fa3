//! Everything that is known of one person, as a file for them.

use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream::try_unfold;
use heedful_db::listen::timelines::{self, Whose};
use heedful_db::platform::distinct_ids;
use heedful_db::{Cursor, Micros, WorkspaceId};
use heedful_events::EventId;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::people;
use super::timeline::{TimelineEntry, deeds, deeds_after};
use crate::app::App;
use crate::platform::auth::Editor;
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;

const PAGE: i64 = 500;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export_person))
}

/// Everything that is kept of a person, as JSON lines: the record, the distinct ids, then what they said, what was told to them
/// and what they did, newest first.
#[utoipa::path(get, path = "/people/{id}/export", tag = "listen", params(("id" = String, Path)),
    responses((status = 200, body = String, content_type = "application/x-ndjson")),
    security(("session" = ["editor"]), ("bearer" = ["editor"])))]
pub async fn export_person(editor: Editor, ctx: Ctx, Path(id): Path<String>) -> Result<Response> {
    let mut conn = ctx.read().await?;
    let (_, person) = people::read(&mut conn, &editor.ws, &id).await?;
    let ids = distinct_ids::list_of_person(&mut conn, &editor.ws, &id).await?;
    drop(conn);
    let mut lines = Vec::new();
    push(&mut lines, &json!({"kind": "person", "person": person}));
    for distinct_id in ids {
        push(&mut lines, &json!({"kind": "distinct_id", "distinct_id": distinct_id}));
    }
    let export = Export { ctx, ws: editor.0.ws, id, place: Place::Start(lines) };
    let stream = try_unfold(export, Export::next);
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"person.jsonl\""),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

struct Export {
    ctx: Ctx,
    ws: WorkspaceId,
    id: String,
    place: Place,
}

/// How far it is.
enum Place {
    Start(Vec<u8>),
    Words(Option<Cursor>),
    Deeds(Option<(Micros, EventId)>),
    End,
}

impl Export {
    /// The next lines, a page of each list at a time.
    async fn next(mut self) -> std::io::Result<Option<(Bytes, Self)>> {
        loop {
            let lines = self.lines().await.map_err(std::io::Error::other)?;
            match lines {
                Some(lines) if lines.is_empty() => {}
                Some(lines) => return Ok(Some((lines.into(), self))),
                None => return Ok(None),
            }
        }
    }

    async fn lines(&mut self) -> Result<Option<Vec<u8>>> {
        let mut lines = Vec::new();
        self.place = match std::mem::replace(&mut self.place, Place::End) {
            Place::Start(first) => {
                lines = first;
                Place::Words(None)
            }
            Place::Words(after) => {
                let (mut conn, whose) = (self.ctx.read().await?, Whose::Person(&self.id));
                let page = timelines::list(&mut conn, &self.ws, whose, after.as_ref(), PAGE).await?;
                for entry in page.items {
                    push(&mut lines, &TimelineEntry::whole(entry));
                }
                page.next.map_or(Place::Deeds(None), |next| Place::Words(Some(next)))
            }
            Place::Deeds(after) => {
                let page = deeds(&self.ctx, &self.ws, Whose::Person(&self.id), after, PAGE).await?;
                let next = page.next.is_some();
                for deed in &page.items {
                    push(&mut lines, deed);
                }
                let last = page.items.last().filter(|_| next).map(TimelineEntry::cursor);
                last.map_or(Ok(Place::End), |last| deeds_after(&last).map(|after| Place::Deeds(Some(after))))?
            }
            Place::End => return Ok(None),
        };
        Ok(Some(lines))
    }
}

fn push(lines: &mut Vec<u8>, line: &impl Serialize) {
    // What is answered as JSON elsewhere can be written.
    let line: Value = serde_json::to_value(line).unwrap_or_default();
    lines.extend(line.to_string().into_bytes());
    lines.push(b'\n');
}
