//! Which columns a table has: those of every event, and one for each frequent property.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::event::{Event, Value};

/// The hash of the person, after which rows are sorted first.
pub const PERSON: &str = "person";
/// When it was done, after which the rows of a person are sorted.
pub const AT: &str = "at";
/// What was done.
pub const EVENT: &str = "event";
/// The event's own id.
pub const EVENT_ID: &str = "event_id";
/// By what the sender knows the person.
pub const DISTINCT_ID: &str = "distinct_id";
/// A JSON object of the properties that have no column.
pub const OTHER_PROPERTIES: &str = "other_properties";
/// A struct with a field for each property that has a column.
pub const PROPERTIES: &str = "properties";

/// So many properties have a column of their own at most; readers of the open format get slow with more.
pub const PROPERTIES_MAX: usize = 200;
/// A property gets a column when so many events of one file have it,
const EVENTS_MIN: usize = 100;
/// and one in so many of them.
const SHARE_MIN: usize = 100;
/// Doubles hold whole numbers up to here exactly.
const EXACT_MAX: i64 = 1 << 53;

/// What the column of a property holds; values of other types are among the other properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// True and false.
    Bool,
    /// Numbers, whole ones included.
    Number,
    /// Words.
    Text,
}

impl Kind {
    /// Each of them, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Bool, Self::Number, Self::Text];

    /// The kind of column that this value fits into without loss, if any.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(_) => Some(Self::Bool),
            Value::Integer(number) if (-EXACT_MAX..=EXACT_MAX).contains(number) => Some(Self::Number),
            // What is no number stands for a missing one in columns.
            Value::Number(number) if !number.is_nan() => Some(Self::Number),
            Value::Text(_) => Some(Self::Text),
            Value::Null | Value::Integer(_) | Value::Number(_) | Value::Json(_) => None,
        }
    }

    fn data_type(self) -> DataType {
        match self {
            Self::Bool => DataType::Boolean,
            Self::Number => DataType::Float64,
            Self::Text => text(),
        }
    }

    fn of_type(data_type: &DataType) -> Option<Self> {
        match data_type {
            DataType::Boolean => Some(Self::Bool),
            DataType::Float64 => Some(Self::Number),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => {
                Some(Self::Text)
            }
            _ => None,
        }
    }
}

/// How many of some events have which properties.
#[derive(Clone, Debug, Default)]
pub struct Frequencies {
    n_events: usize,
    /// For each property the events that have it as each of [`Kind::ALL`].
    counts: HashMap<String, [usize; 3]>,
}

impl Frequencies {
    /// Counts an event.
    pub fn add(&mut self, event: &Event) {
        self.n_events += 1;
        for (name, value) in &event.properties {
            let Some(kind) = Kind::of(value) else { continue };
            // Only a name that is new is copied.
            match self.counts.get_mut(name.as_ref()) {
                Some(counts) => counts[kind as usize] += 1,
                None => self.counts.entry(name.to_string()).or_default()[kind as usize] += 1,
            }
        }
    }
}

/// The columns of properties, by name. A table only ever gets more of them, and none changes its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout(BTreeMap<String, Kind>);

impl Layout {
    /// The layout of a table or file with this schema.
    pub fn of(schema: &Schema) -> Self {
        let Ok(field) = schema.field_with_name(PROPERTIES) else { return Self::default() };
        let DataType::Struct(fields) = field.data_type() else { return Self::default() };
        let columns =
            fields.iter().filter_map(|field| Some((field.name().clone(), Kind::of_type(field.data_type())?)));
        Self(columns.collect())
    }

    /// The properties with a column and what it holds, in the order of the columns.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = (&str, Kind)> {
        self.0.iter().map(|(name, kind)| (name.as_str(), *kind))
    }

    /// Gives columns to the properties that many of these events have.
    pub fn extend<'e>(&mut self, events: impl Iterator<Item = &'e Event<'e>>) {
        let mut frequencies = Frequencies::default();
        for event in events {
            frequencies.add(event);
        }
        self.extend_by(&frequencies);
    }

    /// The same for events that were counted before.
    pub fn extend_by(&mut self, frequencies: &Frequencies) {
        let n_min = EVENTS_MIN.max(frequencies.n_events / SHARE_MIN);
        let of_kinds = |(name, counts): (&'_ String, &[usize; 3])| {
            let counts = Kind::ALL.into_iter().zip(*counts);
            counts.map(|(kind, n)| (n, name.clone(), kind)).collect::<Vec<_>>()
        };
        let all = frequencies.counts.iter().flat_map(of_kinds);
        let mut frequent: Vec<_> = all.filter(|(n, ..)| *n >= n_min).collect();
        frequent
            .sort_by(|(a_n, a, a_kind), (b_n, b, b_kind)| b_n.cmp(a_n).then((a, a_kind).cmp(&(b, b_kind))));
        for (_, name, kind) in frequent {
            if self.0.len() < PROPERTIES_MAX && can_name_a_column(&name) && !self.has_like(&name) {
                self.0.insert(name, kind);
            }
        }
    }

    /// Whether a column has this name or one that differs only in capitals, which readers take for the same.
    fn has_like(&self, name: &str) -> bool {
        self.0.keys().any(|column| column.to_lowercase() == name.to_lowercase())
    }

    /// The schema of rows in memory; texts are dictionaries there, and plain texts in files.
    pub fn schema(&self) -> SchemaRef {
        let mut fields = vec![
            Field::new(PERSON, DataType::Int64, false),
            Field::new(AT, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
            Field::new(EVENT, text(), false),
            Field::new(EVENT_ID, DataType::Int64, false),
            Field::new(DISTINCT_ID, text(), false),
            Field::new(OTHER_PROPERTIES, DataType::Utf8, true),
        ];
        if !self.0.is_empty() {
            let columns = self.columns().map(|(name, kind)| Field::new(name, kind.data_type(), true));
            fields.push(Field::new(PROPERTIES, DataType::Struct(columns.collect()), false));
        }
        Arc::new(Schema::new(fields))
    }
}

fn text() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// Parquet and Delta have no columns with these characters in their names.
fn can_name_a_column(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 200
        && !name.contains([' ', ',', ';', '{', '}', '(', ')', '\n', '\t', '=', '.'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(n: usize, name: &'static str, value: &Value<'static>) -> Vec<Event<'static>> {
        let properties = vec![(name.into(), value.clone())];
        vec![Event { properties, ..Event::default() }; n]
    }

    fn layout_of(events: &[Event]) -> Layout {
        let mut layout = Layout::default();
        layout.extend(events.iter());
        layout
    }

    #[test]
    fn frequent_properties_get_a_column_of_the_kind_that_most_values_have() {
        let check = |events: Vec<Event>, expect: &[(&str, Kind)]| {
            assert_eq!(layout_of(&events).columns().collect::<Vec<_>>(), expect);
        };
        check(events(99, "plan", &Value::Text("a".into())), &[]);
        check(events(100, "plan", &Value::Text("a".into())), &[("plan", Kind::Text)]);
        check(events(100, "a plan", &Value::Text("a".into())), &[]);
        check(events(100, "big", &Value::Integer(EXACT_MAX + 1)), &[]);
        check(events(100, "list", &Value::Json("[]".into())), &[]);
        let mut rare = events(100, "n", &Value::Integer(1));
        rare.extend(events(10_000, "on", &Value::Bool(true)));
        check(rare, &[("on", Kind::Bool)]);
        let mut mixed = events(100, "n", &Value::Number(0.5));
        mixed.extend(events(101, "n", &Value::Text("many".into())));
        check(mixed, &[("n", Kind::Text)]);
        let mut alike = events(101, "Plan", &Value::Null);
        alike.extend(events(101, "Plan", &Value::Text("a".into())));
        alike.extend(events(100, "plan", &Value::Text("a".into())));
        check(alike, &[("Plan", Kind::Text)]);
    }

    #[test]
    fn a_column_stays_what_it_is() {
        let mut layout = layout_of(&events(100, "n", &Value::Number(0.5)));
        layout.extend(events(500, "n", &Value::Bool(true)).iter());
        assert_eq!(layout.columns().collect::<Vec<_>>(), [("n", Kind::Number)]);
        assert_eq!(Layout::of(&layout.schema()), layout);
        assert_eq!(Layout::of(&Layout::default().schema()), Layout::default());
    }
}
