//! Somebody's timeline, of a person or of all people in an account: words and deeds.

use heedful_db::listen::timelines::{self, Entry, Whose};
use heedful_db::platform::distinct_ids;
use heedful_db::{Cursor, Micros, Page, WorkspaceId};
use heedful_events::EventId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::events::{self, EventOut};
use crate::platform::ctx::Ctx;
use crate::platform::error::Result;
use crate::platform::paging::Paging;
use crate::platform::time;

/// Longer words are cut in a timeline; the thing itself has them all.
const WORDS_MAX: usize = 2_000;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// signal, response (a score without words), interview, notice (that an outcome was told to them), or event (that they did
    /// something)
    pub kind: String,
    /// Of the signal, response, interview, outcome or event.
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub person_id: Option<String>,
    pub source_id: Option<String>,
    /// What was said, the title of the survey, interview or outcome, or the name of the event.
    pub words: String,
    /// Whether the words were too long to be all here.
    pub is_cut: bool,
    pub score: Option<f64>,
    pub score_kind: Option<String>,
    /// Of an event, in what circumstances.
    #[schema(value_type = Option<Object>)]
    pub properties: Option<Map<String, Value>>,
    /// Where in the list it stands.
    #[serde(skip)]
    pub place: String,
}

/// Deeds come after words of the same moment.
const BEFORE_ALL_WORDS: &str = "!";

impl From<EventOut> for TimelineEntry {
    fn from(event: EventOut) -> Self {
        Self {
            kind: "event".to_owned(),
            place: format!("{BEFORE_ALL_WORDS}{}", event.id),
            id: event.id,
            at: event.timestamp,
            person_id: event.person.map(|person| person.id),
            source_id: None,
            words: event.event,
            is_cut: false,
            score: None,
            score_kind: None,
            properties: Some(event.properties),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimelinePart {
    #[default]
    All,
    /// What they said, and what was told to them.
    Words,
    /// What they did: the events of any of their distinct ids.
    Deeds,
}

#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TimelineQuery {
    #[serde(default)]
    #[param(inline)]
    pub part: TimelinePart,
}

/// Somebody's words and deeds, newest first.
pub async fn list(
    ctx: &Ctx,
    ws: &WorkspaceId,
    whose: Whose<'_>,
    query: TimelineQuery,
    paging: &Paging,
) -> Result<Page<TimelineEntry>> {
    let (limit, cursor) = (paging.limit()?, paging.cursor()?);
    let nothing = || Page { items: Vec::new(), next: None, total: 0 };
    let words = if query.part == TimelinePart::Deeds {
        nothing()
    } else {
        let mut conn = ctx.read().await?;
        timelines::list(&mut conn, ws, whose, cursor.as_ref(), limit).await?.map(TimelineEntry::from)
    };
    let deeds = if query.part == TimelinePart::Words {
        nothing()
    } else {
        let after = cursor.as_ref().map(deeds_after).transpose()?;
        deeds(ctx, ws, whose, after, limit).await?
    };
    Ok(woven(words, deeds, limit))
}

/// What somebody did, newest first, behind an event.
pub async fn deeds(
    ctx: &Ctx,
    ws: &WorkspaceId,
    whose: Whose<'_>,
    after: Option<(Micros, EventId)>,
    limit: i64,
) -> Result<Page<TimelineEntry>> {
    let ids = {
        let mut conn = ctx.read().await?;
        match whose {
            Whose::Person(id) => distinct_ids::list_of_person(&mut conn, ws, id).await?,
            Whose::Account(id) => distinct_ids::list_of_account(&mut conn, ws, id).await?,
        }
    };
    Ok(events::of_people(ctx, ws, &ids, after, limit).await?.map(TimelineEntry::from))
}

/// A page of words and deeds out of a page of each, newest first.
fn woven(words: Page<TimelineEntry>, deeds: Page<TimelineEntry>, limit: i64) -> Page<TimelineEntry> {
    let total = words.total + deeds.total;
    let has_more = words.next.is_some() || deeds.next.is_some();
    let mut items: Vec<TimelineEntry> = words.items.into_iter().chain(deeds.items).collect();
    items.sort_by(|a, b| (b.at, &b.place).cmp(&(a.at, &a.place)));
    let limit = usize::try_from(limit).unwrap_or_default();
    let is_cut = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| is_cut || has_more).map(TimelineEntry::cursor);
    Page { items, next, total }
}

/// Behind which event the deeds go on: all deeds of a moment come after all its words.
pub fn deeds_after(cursor: &Cursor) -> Result<(Micros, EventId)> {
    let at = cursor.sort_number()?;
    let id = cursor.id.strip_prefix(BEFORE_ALL_WORDS).map(EventId::of);
    Ok(id.map_or((at.saturating_add(1), EventId(0)), |id| (at, id)))
}

impl From<Entry> for TimelineEntry {
    fn from(row: Entry) -> Self {
        let whole = Self::whole(row);
        let cut = whole.words.char_indices().nth(WORDS_MAX).map(|(end, _)| whole.words[..end].to_owned());
        Self { is_cut: cut.is_some(), words: cut.unwrap_or(whole.words), ..whole }
    }
}

impl TimelineEntry {
    /// Where a list goes on behind it.
    pub fn cursor(&self) -> Cursor {
        Cursor { sort: self.at.as_microsecond().to_string(), id: self.place.clone() }
    }

    /// With all words, however many.
    pub fn whole(row: Entry) -> Self {
        Self {
            kind: row.kind,
            id: row.id,
            at: time::out(row.at),
            person_id: row.person_id,
            source_id: row.source_id,
            is_cut: false,
            words: row.words,
            score: row.score,
            score_kind: row.score_kind,
            properties: None,
            place: row.place,
        }
    }
}
