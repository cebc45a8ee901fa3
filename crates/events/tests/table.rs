//! What is written into data files comes back, through our own decoding and through that of others.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a test that fails should stop, and its numbers are small"
)]

use heedful_events::event::{Event, EventId, Value};
use heedful_events::scan::column::{NOTHING, Texts};
use heedful_events::scan::file::DataFile;
use heedful_events::table::file;
use heedful_events::table::layout::Layout;
use heedful_events::table::rows::RowsBuilder;
use proptest::prelude::*;

fn value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-5_i64..5).prop_map(Value::Integer),
        any::<i64>().prop_map(Value::Integer),
        prop::num::f64::NORMAL.prop_map(Value::Number),
        "[a-c]{0,2}".prop_map(|text| Value::Text(text.into())),
        any::<String>().prop_map(|text| Value::Text(text.into())),
        Just(Value::Json("[1,{}]".into())),
    ]
}

fn event() -> impl Strategy<Value = Event<'static>> {
    let names = prop_oneof![Just("plan"), Just("on"), Just("n"), Just("a name"), Just("Plan")];
    let properties = prop::collection::btree_map(names, value(), 0..4);
    (any::<u64>(), any::<i64>(), "[a-z]", "[a-z]{1,3}", properties).prop_map(
        |(id, at, distinct_id, name, properties)| Event {
            id: EventId(id),
            at,
            distinct_id: distinct_id.into(),
            name: name.into(),
            properties: properties.into_iter().map(|(name, value)| (name.into(), value)).collect(),
        },
    )
}

/// Some columns for everything above.
fn layout() -> Layout {
    let of = |name: &'static str, value: Value<'static>| Event {
        properties: vec![(name.into(), value)],
        ..Event::default()
    };
    let columns =
        [of("plan", Value::Text("a".into())), of("on", Value::Bool(true)), of("n", Value::Number(1.5))];
    let mut layout = Layout::default();
    layout.extend(columns.iter().flat_map(|event| std::iter::repeat_n(event, 200)));
    layout
}

/// A value as the table means it: whole numbers and others are the same there.
fn meaning(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Number(value) => (*value).into(),
        Value::Text(text) => text.as_ref().into(),
        Value::Json(json) => serde_json::from_str(json).unwrap(),
    }
}

type Row = (i64, i64, i64, String, String, serde_json::Map<String, serde_json::Value>);

fn text_at(texts: &Texts, row: usize) -> Option<String> {
    let code = texts.codes.get(row).copied().filter(|code| *code != NOTHING)?;
    Some(String::from_utf8(texts.words[code as usize].to_vec()).unwrap())
}

/// All rows of a file as our decoding finds them.
fn read(path: &std::path::Path) -> Vec<Row> {
    let file = DataFile::open(path).unwrap();
    let mut rows = Vec::new();
    for group in file.groups() {
        let (mut person, mut at, mut id, mut n) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        group.read_integers("person", &mut person).unwrap();
        group.read_integers("at", &mut at).unwrap();
        group.read_integers("event_id", &mut id).unwrap();
        let has_n = group.read_numbers("properties.n", &mut n).unwrap();
        let texts = |column: &str| {
            let mut texts = Texts::default();
            group.read_texts(column, &mut texts).unwrap();
            texts
        };
        let (event, distinct_id, other) = (texts("event"), texts("distinct_id"), texts("other_properties"));
        let (plan, on) = (texts("properties.plan"), texts("properties.on"));
        assert_eq!(group.bounds("person"), person.first().copied().zip(person.last().copied()));
        for row in 0..group.n_rows() {
            let other = text_at(&other, row).map(|json| serde_json::from_str(&json).unwrap());
            let mut properties: serde_json::Map<_, _> = other.unwrap_or_default();
            properties.extend(text_at(&plan, row).map(|plan| ("plan".to_owned(), plan.into())));
            properties
                .extend(text_at(&on, row).map(|on| ("on".to_owned(), on.parse::<bool>().unwrap().into())));
            let number = Some(row).filter(|_| has_n).map(|row| n[row]).filter(|n| !n.is_nan());
            properties.extend(number.map(|n| ("n".to_owned(), n.into())));
            let (event, distinct_id) = (text_at(&event, row).unwrap(), text_at(&distinct_id, row).unwrap());
            rows.push((person[row], at[row], id[row], event, distinct_id, properties));
        }
    }
    assert_eq!(rows.len(), file.n_rows());
    rows
}

fn write(layout: &Layout, events: &[(u64, Event)]) -> tempfile::NamedTempFile {
    let mut builder = RowsBuilder::new(layout);
    for (person, event) in events {
        builder.push(person.cast_signed(), event);
    }
    let mut out = tempfile::NamedTempFile::new().unwrap();
    file::write(&builder.finish().unwrap(), &mut out).unwrap();
    out
}

/// Whole numbers in a column of numbers are doubles.
fn normal(properties: serde_json::Map<String, serde_json::Value>) -> Vec<(String, String)> {
    let word = |value: serde_json::Value| match value.as_f64() {
        Some(number) if value.is_number() && number.abs() <= 9_007_199_254_740_992.0 => format!("{number:?}"),
        _ => value.to_string(),
    };
    let mut sorted: Vec<_> = properties.into_iter().map(|(name, value)| (name, word(value))).collect();
    sorted.sort();
    sorted
}

fn check(layout: &Layout, events: &[(u64, Event)]) {
    let out = write(layout, events);
    let mut expected: Vec<Row> = events
        .iter()
        .map(|(person, event)| {
            let properties = event.properties.iter();
            let properties = properties.map(|(name, value)| (name.to_string(), meaning(value))).collect();
            let (name, distinct_id) = (event.name.to_string(), event.distinct_id.to_string());
            (person.cast_signed(), event.at, event.id.0.cast_signed(), name, distinct_id, properties)
        })
        .collect();
    expected.sort_by_key(|row| (row.0, row.1, row.2));
    let plain = |row: Row| (row.0, row.1, row.2, row.3, row.4, normal(row.5));
    let found: Vec<_> = read(out.path()).into_iter().map(plain).collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.into_iter().zip(expected) {
        assert_eq!(found, plain(expected));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_file_has_what_was_written(events in prop::collection::vec((0..5_u64, event()), 0..300), with_columns: bool) {
        let layout = if with_columns { layout() } else { Layout::default() };
        check(&layout, &events);
    }
}

#[test]
fn nobody_is_cut_in_two_and_long_columns_come_back() {
    // Two row groups, words too many for a dictionary, and one person with more events than a group holds.
    let text = |number: u64| Value::Text(format!("{number:-^40}").into());
    let event = |number: u64| Event {
        id: EventId(number),
        at: i64::try_from(number % 7_919).unwrap(),
        distinct_id: "someone".into(),
        name: "seen".into(),
        properties: vec![("plan".into(), text(number)), ("n".into(), Value::Number(number as f64 / 3.0))],
    };
    let person = |number: u64| if number < 140_000 { 7 } else { number / 3 };
    let events: Vec<_> = (0..400_000).map(|number| (person(number), event(number))).collect();
    check(&layout(), &events);
    let out = write(&layout(), &events);
    let file = DataFile::open(out.path()).unwrap();
    let bounds: Vec<_> = file.groups().map(|group| group.bounds("person").unwrap()).collect();
    assert_eq!(bounds.len(), 3, "{bounds:?}");
    assert!(bounds.windows(2).all(|pair| pair[0].1 < pair[1].0), "{bounds:?}");
}

#[test]
fn a_damaged_file_is_an_error_and_no_harm() {
    let events: Vec<_> = (0..500).map(|n| (n % 9, Event { id: EventId(n), ..Event::default() })).collect();
    let whole = std::fs::read(write(&layout(), &events).path()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("damaged.parquet");
    for at in 4..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        std::fs::write(&path, &bytes).unwrap();
        let Ok(file) = DataFile::open(&path) else { continue };
        for group in file.groups() {
            let _ = group.read_integers("person", &mut Vec::new());
            let _ = group.read_integers("at", &mut Vec::new());
            let _ = group.read_texts("distinct_id", &mut Texts::default());
        }
    }
    std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
    assert!(DataFile::open(&path).is_err());
}
