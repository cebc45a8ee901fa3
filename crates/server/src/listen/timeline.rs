//! Somebody's timeline: words and deeds, as they look on the wire.

use heedful_db::listen::timelines::Entry;
use heedful_db::{Cursor, Micros, Page};
use heedful_events::EventId;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::events::EventOut;
use crate::platform::error::Result;
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
            person_id: None,
            source_id: None,
            words: event.event,
            is_cut: false,
            score: None,
            score_kind: None,
            properties: Some(event.properties),
        }
    }
}

/// A page of words and deeds out of a page of each, newest first.
pub fn woven(words: Page<TimelineEntry>, deeds: Page<TimelineEntry>, limit: i64) -> Page<TimelineEntry> {
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
