//! From a row of a file to an event, by what its columns mean.

use std::borrow::Cow;

use heedful_events::{Event, Micros, Value};
use jiff::tz::TimeZone;

use super::row::Row;
use super::seen::Seen;
use super::wire::EventImportMapping;
use crate::listen::capture::event::{Checked, Draft, Properties, Reason, When, text, value};
use crate::listen::capture::json::{Fields, Json};
use crate::listen::events::IMPORT_ID;
use crate::listen::imports::dates;

/// Events about a group are nobody's, as in capture.
const ABOUT_GROUPS: &str = "$groupidentify";
/// What other tools keep beside the properties, and is nobody's business.
const LEFT_OUT: [&str; 2] = ["token", "$ip"];

pub struct Plan {
    meaning: Meaning,
    import_id: String,
    seen: Seen,
}

/// What the columns mean.
struct Meaning {
    mapping: EventImportMapping,
    /// The header of a CSV file.
    columns: Vec<String>,
    event_name: Option<Json<'static>>,
    zone: TimeZone,
}

/// Why a row is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    pub reason: Reason,
    /// In the words of what was wrong with this row.
    pub detail: Option<String>,
}

impl From<Reason> for Complaint {
    fn from(reason: Reason) -> Self {
        Self { reason, detail: None }
    }
}

impl Complaint {
    pub fn sentence(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.reason.sentence())
    }
}

impl Plan {
    /// `columns` are the header of a CSV file.
    pub fn new(mapping: EventImportMapping, columns: &[String], import_id: &str) -> Self {
        let name = mapping.event_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let zone = mapping.time_zone.as_deref().and_then(|zone| TimeZone::get(zone).ok());
        let meaning = Meaning {
            event_name: name.map(|name| Json::Text(Cow::Owned(name.to_owned()))),
            zone: zone.unwrap_or(TimeZone::UTC),
            columns: columns.to_vec(),
            mapping,
        };
        Self { meaning, import_id: import_id.to_owned(), seen: Seen::default() }
    }

    /// The row as JSON. Cells are read as numbers and truths where they become properties, and stay as they are elsewhere.
    pub fn json<'r>(&self, row: &'r Row) -> Checked<Json<'r>> {
        match row {
            Row::Json(line) => match Json::parse(line.as_bytes()) {
                Ok(json @ Json::Object(_)) => Ok(json),
                Ok(_) => Err(Reason::NotAnObject),
                Err(_) => Err(Reason::NotJson),
            },
            Row::Broken(_) => Err(Reason::UnreadableRow),
            Row::Cells(cells) => {
                let named = self.meaning.columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
                let field = |(column, cell): (&String, &'r String)| {
                    let json = if self.meaning.is_property(column) {
                        typed(cell)
                    } else {
                        Json::Text(cell.as_str().into())
                    };
                    (Cow::Owned(column.clone()), json)
                };
                Ok(Json::Object(Fields(named.map(field).collect())))
            }
        }
    }

    /// Calls `take` with the event of a row, or with what keeps it from being one.
    pub fn read<T>(
        &mut self,
        row: &Json,
        now: Micros,
        take: impl FnOnce(Result<Event, Complaint>) -> T,
    ) -> T {
        let Some(fields) = row.as_object() else { return take(Err(Reason::NotAnObject.into())) };
        let Self { meaning, import_id, seen } = self;
        let columns = &meaning.mapping.properties;
        let texts: Vec<_> = columns.iter().map(|column| object_in(get(fields, column))).collect();
        let objects = columns.iter().zip(&texts).filter_map(|(column, text)| {
            let json = text.as_ref().or_else(|| get(fields, column))?;
            Some((column.as_str(), json.as_object()?))
        });
        let draft = meaning.draft(fields, objects);
        let has_id = draft.as_ref().is_ok_and(|draft| draft.id.is_some());
        let event = draft.and_then(|draft| Ok(draft.check(now, || 0)?)).map(|mut event| {
            if !has_id {
                event.id = seen.tell_apart(event.id);
            }
            let import_id = Value::Text(Cow::Borrowed(import_id));
            event.properties.push((Cow::Borrowed(IMPORT_ID), import_id));
            event
        });
        take(event)
    }
}

impl Meaning {
    fn draft<'j>(
        &'j self,
        fields: &'j Fields<'j>,
        objects: impl Iterator<Item = (&'j str, &'j Fields<'j>)>,
    ) -> Result<Draft<'j>, Complaint> {
        let said = |column: &'j String| get(fields, column).filter(|json| says_something(json));
        let name = self.mapping.event.as_ref().and_then(said).or(self.event_name.as_ref());
        let when = When::Exactly(self.at(self.mapping.timestamp.as_ref().and_then(said))?);
        let mut properties: Properties<'j> = Vec::new();
        for (column, object) in objects {
            let is_kept = |name: &str| !LEFT_OUT.contains(&name) && !self.is_consumed_within(column, name);
            let kept = object.0.iter().filter(|(name, _)| is_kept(name));
            properties.extend(kept.map(|(name, json)| (Cow::Borrowed(name.as_ref()), value(json))));
        }
        let beside = fields.0.iter().filter(|(name, _)| self.is_property(name));
        properties.extend(beside.map(|(name, json)| (Cow::Borrowed(name.as_ref()), value(json))));
        Ok(Draft {
            is_nobodys: name.and_then(Json::as_text) == Some(ABOUT_GROUPS),
            name,
            distinct_id: self.mapping.distinct_id.iter().find_map(said),
            id: self.mapping.id.as_ref().and_then(said),
            when,
            properties,
        })
    }

    fn at(&self, time: Option<&Json>) -> Result<Micros, Complaint> {
        let unreadable = |detail: String| Complaint { reason: Reason::UnreadableDate, detail: Some(detail) };
        let time = time.ok_or_else(|| unreadable("the row does not say when".to_owned()))?;
        let format = self.mapping.date_format.as_deref().unwrap_or("auto");
        let written = match time {
            Json::Text(text) => Cow::Borrowed(text.as_ref()),
            other => Cow::Owned(text(other)),
        };
        dates::parse(&written, format, &self.zone).map_err(unreadable)
    }

    /// Whether a column has no other meaning.
    fn is_property(&self, column: &str) -> bool {
        let mapping = &self.mapping;
        let is_in = |columns: &[String]| columns.iter().any(|other| other == column);
        let is = |named: &Option<String>| named.as_deref() == Some(column);
        !(is(&mapping.event)
            || is(&mapping.timestamp)
            || is(&mapping.id)
            || is_in(&mapping.distinct_id)
            || is_in(&mapping.properties)
            || is_in(&mapping.left_out))
    }

    /// Whether a field of an object of properties has a meaning of its own.
    fn is_consumed_within(&self, column: &str, name: &str) -> bool {
        let mapping = &self.mapping;
        let singles = [&mapping.event, &mapping.timestamp, &mapping.id].into_iter().flatten();
        let mut named = singles.chain(&mapping.distinct_id).chain(&mapping.left_out);
        named.any(|named| named.strip_prefix(column).and_then(|rest| rest.strip_prefix('.')) == Some(name))
    }
}

/// The value of a column, or of one within it.
fn get<'j>(fields: &'j Fields<'j>, column: &str) -> Option<&'j Json<'j>> {
    fields.get(column).or_else(|| {
        let (outer, inner) = column.split_once('.')?;
        fields.object(outer)?.get(inner)
    })
}

fn says_something(json: &Json) -> bool {
    *json != Json::Null && json.as_text().is_none_or(|text| !text.trim().is_empty())
}

/// An object that stands in a text, as tables of other tools have it.
fn object_in<'j>(json: Option<&'j Json<'j>>) -> Option<Json<'j>> {
    let text = json?.as_text()?;
    Json::parse(text.as_bytes()).ok().filter(|json| json.as_object().is_some())
}

/// A cell as the number or truth that it writes; nothing that would read differently when written again, such as `007`.
fn typed(cell: &str) -> Json<'_> {
    match cell {
        "true" | "TRUE" | "True" => return Json::Bool(true),
        "false" | "FALSE" | "False" => return Json::Bool(false),
        _ => {}
    }
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_plain = are_digits(whole) && are_digits(fraction) && (whole == "0" || !whole.starts_with('0'));
    let number = if !is_plain {
        None
    } else if digits.contains('.') {
        cell.parse().ok().map(Json::Number)
    } else {
        cell.parse().ok().map(Json::Integer)
    };
    number.unwrap_or(Json::Text(Cow::Borrowed(cell)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_what_they_write() {
        for (cell, expect) in [
            ("12", Json::Integer(12)),
            ("-3", Json::Integer(-3)),
            ("11.77", Json::Number(11.77)),
            ("0.5", Json::Number(0.5)),
            ("0", Json::Integer(0)),
            ("True", Json::Bool(true)),
        ] {
            assert_eq!(typed(cell), expect, "{cell}");
        }
        for cell in ["007", "1e5", "+1", "-", ".5", "5.", "1.2.3", "NaN", "99999999999999999999", " 1"] {
            assert_eq!(typed(cell), Json::Text(cell.into()), "{cell}");
        }
    }
}
