//! One event, from what a protocol says of it to what is kept, or why it is not.

use std::borrow::Cow;
use std::collections::HashSet;

use heedful_events::{Event, EventId, Micros, Value};

use super::json::{Fields, Json};
use super::time;

const NAME_CHARS_MAX: usize = 200;
const DISTINCT_ID_CHARS_MAX: usize = 200;
const PROPERTIES_MAX: usize = 1_000;
const PROPERTY_NAME_CHARS_MAX: usize = 200;
/// A clock may be a day ahead of ours; who is further ahead has a wrong one.
const AHEAD_MAX: Micros = 86_400_000_000;
/// What programs send when they meant to send an id and had none.
const NO_IDS: [&str; 7] = ["undefined", "null", "none", "nil", "nan", "[object object]", "(null)"];

/// Why an event was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    NotAnObject,
    NoName,
    LongName,
    NoPerson,
    EmptyPerson,
    LongPerson,
    UnreadableTime,
    FutureTime,
    PropertiesNotAnObject,
    ManyProperties,
    LongPropertyName,
    NotJson,
    NoKind,
    NoGroup,
    DayIsFull,
    UnreadableRow,
    UnreadableDate,
}

impl Reason {
    /// For people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotAnObject => "an event must be a JSON object",
            Self::NoName => "the event has no name",
            Self::LongName => "the name of the event has more than 200 characters",
            Self::NoPerson => "the event does not say whose it is: there is no distinct id",
            Self::EmptyPerson => "the distinct id is empty, or stands for nobody, such as \"undefined\"",
            Self::LongPerson => "the distinct id has more than 200 characters",
            Self::UnreadableTime => "the timestamp cannot be read: ISO 8601 is expected",
            Self::FutureTime => "the timestamp lies more than a day in the future",
            Self::PropertiesNotAnObject => "the properties must be a JSON object",
            Self::ManyProperties => "the event has more than 1,000 properties",
            Self::LongPropertyName => "a property has a name of more than 200 characters",
            Self::NotJson => "what was sent is not JSON",
            Self::NoKind => "the message has no type: track, identify, page, screen, group or alias",
            Self::DayIsFull => "the workspace has taken as many events today as its settings allow",
            Self::UnreadableRow => "the row of the file cannot be read",
            Self::UnreadableDate => "the time cannot be read in the format that was chosen",
            Self::NoGroup => "the message does not name its group",
        }
    }
}

/// What a check leaves.
pub type Checked<T> = Result<T, Reason>;

/// When an event was done, as its sender says.
#[derive(Clone, Copy, Debug)]
pub enum When<'j> {
    /// Now: the sender says nothing.
    Now,
    /// At this time by the sender's clock, which is behind ours by so much.
    At { time: &'j Json<'j>, behind: Micros },
    /// At this time, as a file says.
    Exactly(Micros),
    /// So long before it was sent.
    Before(Micros),
}

/// Names with values.
pub type Properties<'j> = Vec<(Cow<'j, str>, Value<'j>)>;

/// An event as a protocol tells it.
#[derive(Clone, Debug)]
pub struct Draft<'j> {
    pub name: Option<&'j Json<'j>>,
    pub distinct_id: Option<&'j Json<'j>>,
    /// Whether it tells about something else than a person, whoever sends it: it is kept under no name.
    pub is_nobodys: bool,
    /// What stays the same when it is sent again.
    pub id: Option<&'j Json<'j>>,
    pub when: When<'j>,
    pub properties: Properties<'j>,
}

impl<'j> Draft<'j> {
    /// The event that is kept. `chance` is its id when nothing in it tells it from others.
    pub fn check(self, now: Micros, chance: impl FnOnce() -> u64) -> Checked<Event<'j>> {
        let name = self.name.and_then(Json::as_text).map(str::trim).filter(|name| !name.is_empty());
        let name = name.ok_or(Reason::NoName)?;
        if is_longer(name, NAME_CHARS_MAX) {
            return Err(Reason::LongName);
        }
        let distinct_id = if self.is_nobodys {
            Cow::Borrowed("")
        } else {
            distinct_id(self.distinct_id.ok_or(Reason::NoPerson)?)?
        };
        let at = at(self.when, now)?;
        check_names(&self.properties)?;
        let id = match self.id.and_then(id_text) {
            Some(text) => EventId::of(text),
            None => match self.when {
                When::At { time, .. } => content_id(name, &distinct_id, &text(time), &self.properties),
                When::Exactly(at) => content_id(name, &distinct_id, &at.to_string(), &self.properties),
                _ => EventId(chance()),
            },
        };
        Ok(Event { id, at, distinct_id, name: Cow::Borrowed(name), properties: unique(self.properties) })
    }
}

/// A value as it is kept.
pub fn value<'j>(json: &'j Json<'j>) -> Value<'j> {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Integer(value) => Value::Integer(*value),
        Json::Number(value) => Value::Number(*value),
        Json::Text(text) => Value::Text(Cow::Borrowed(text)),
        Json::List(_) | Json::Object(_) => Value::Json(Cow::Owned(text(json))),
    }
}

/// The properties of an object, those aside that `is_kept` refuses.
pub fn properties<'j>(
    fields: &'j Fields<'j>,
    is_kept: impl Fn(&str) -> bool,
) -> impl Iterator<Item = (Cow<'j, str>, Value<'j>)> {
    let kept = fields.0.iter().filter(move |(name, _)| is_kept(name));
    kept.map(|(name, json)| (Cow::Borrowed(name.as_ref()), value(json)))
}

/// The object of properties, which may be missing.
pub fn properties_of<'j>(json: Option<&'j Json<'j>>) -> Checked<Option<&'j Fields<'j>>> {
    match json {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Object(fields)) => Ok(Some(fields)),
        Some(_) => Err(Reason::PropertiesNotAnObject),
    }
}

/// JSON as text.
pub fn text(json: &Json) -> String {
    // JSON that was read can be written.
    serde_json::to_string(json).unwrap_or_default()
}

fn distinct_id<'j>(json: &'j Json<'j>) -> Checked<Cow<'j, str>> {
    let id: Cow<'j, str> = match json {
        Json::Text(text) => Cow::Borrowed(text.trim()),
        Json::Integer(number) => Cow::Owned(number.to_string()),
        Json::Number(number) => Cow::Owned(number.to_string()),
        Json::Null => return Err(Reason::NoPerson),
        _ => return Err(Reason::EmptyPerson),
    };
    let longest = NO_IDS.iter().map(|text| text.len()).max().unwrap_or_default();
    if id.is_empty() || id.len() <= longest && NO_IDS.contains(&id.to_lowercase().as_str()) {
        return Err(Reason::EmptyPerson);
    }
    if is_longer(&id, DISTINCT_ID_CHARS_MAX) {
        return Err(Reason::LongPerson);
    }
    Ok(id)
}

fn at(when: When, now: Micros) -> Checked<Micros> {
    let at = match when {
        When::Now => now,
        When::Exactly(at) => at,
        When::Before(offset) => now.saturating_sub(offset),
        When::At { time, behind } => time::read(time).ok_or(Reason::UnreadableTime)?.saturating_add(behind),
    };
    if at > now + AHEAD_MAX { Err(Reason::FutureTime) } else { Ok(at) }
}

fn check_names(properties: &[(Cow<str>, Value)]) -> Checked<()> {
    if properties.len() > PROPERTIES_MAX {
        return Err(Reason::ManyProperties);
    }
    let is_long = properties.iter().any(|(name, _)| is_longer(name, PROPERTY_NAME_CHARS_MAX));
    if is_long { Err(Reason::LongPropertyName) } else { Ok(()) }
}

/// Bytes are counted first: most texts are short.
fn is_longer(text: &str, chars_max: usize) -> bool {
    text.len() > chars_max && text.chars().count() > chars_max
}

fn id_text<'j>(json: &'j Json<'j>) -> Option<&'j str> {
    json.as_text().map(str::trim).filter(|text| !text.is_empty())
}

/// An id for an event without one, by all that its sender said: a batch that is sent again has the same.
fn content_id(name: &str, distinct_id: &str, time: &str, properties: &[(Cow<str>, Value)]) -> EventId {
    EventId::of(&format!("{name}\u{1f}{distinct_id}\u{1f}{time}\u{1f}{properties:?}"))
}

/// A name comes once, with its last value.
fn unique(mut properties: Properties) -> Properties {
    /// So few are compared with each other sooner than they are hashed.
    const FEW: usize = 32;
    let is_again = if properties.len() <= FEW {
        let mut later = properties.as_slice();
        std::iter::from_fn(|| {
            let ((name, _), rest) = later.split_first()?;
            later = rest;
            Some(rest.iter().any(|(other, _)| other == name))
        })
        .any(|is_again| is_again)
    } else {
        let mut seen = HashSet::with_capacity(properties.len());
        !properties.iter().all(|(name, _)| seen.insert(name.as_ref()))
    };
    if is_again {
        let mut seen = HashSet::new();
        properties.reverse();
        properties.retain(|(name, _)| seen.insert(name.clone().into_owned()));
        properties.reverse();
    }
    properties
}
