//! People out of several files, against a plain search through all events.

#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a test that fails should stop, and its numbers are small"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use heedful_events::event::{Event, EventId, Value};
use heedful_events::scan::file::DataFile;
use heedful_events::scan::pattern::{Condition, Expression, Pattern, Test};
use heedful_events::scan::people::fold;
use heedful_events::scan::source::{Limits, Source};
use heedful_events::scan::strip::{PersonWords, Reading, Word};
use heedful_events::table::file;
use heedful_events::table::layout::Layout;
use heedful_events::table::rows::RowsBuilder;
use proptest::prelude::*;

/// An event of a person as far as a question sees it: when, what it matches, its number and its word.
type Seen = (i64, u64, Option<String>, Option<String>);

fn value() -> impl Strategy<Value = Value<'static>> {
    prop_oneof![
        (0..3_i64).prop_map(Value::Integer),
        Just(Value::Number(0.5)),
        "[ab]".prop_map(|text| Value::Text(text.into())),
        Just(Value::Bool(true)),
        Just(Value::Null),
    ]
}

fn event() -> impl Strategy<Value = (u64, Event<'static>)> {
    let properties = prop::collection::btree_map(prop_oneof![Just("plan"), Just("n")], value(), 0..3);
    // Few people and times, so that they meet in several files.
    (0..6_u64, any::<u64>(), 0..20_i64, "[xyz]", properties).prop_map(|(person, id, at, name, properties)| {
        let properties = properties.into_iter().map(|(name, value)| (name.into(), value)).collect();
        let distinct_id = "p".into();
        (person * 1_000_000, Event { id: EventId(id), at, distinct_id, name: name.into(), properties })
    })
}

fn test() -> impl Strategy<Value = Test> {
    let words = prop::collection::vec(prop_oneof![Just("a"), Just("true"), Just("1"), Just("0.5")], 0..3);
    let words = words.prop_map(|words| words.into_iter().map(str::to_owned).collect());
    prop_oneof![
        words.clone().prop_map(Test::In),
        words.prop_map(Test::NotIn),
        Just(Test::Contains("A".to_owned())),
        Just(Test::Matches(Expression::new("^t").unwrap())),
        Just(Test::AtLeast(0.5)),
        Just(Test::AtMost(0.5)),
        Just(Test::Greater(0.5)),
        Just(Test::Less(1.5)),
        Just(Test::Set),
        Just(Test::NotSet),
    ]
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let property = prop_oneof![Just("plan".to_owned()), Just("n".to_owned()), Just("missing".to_owned())];
    let condition = (property, test()).prop_map(|(property, test)| Condition { property, test });
    (prop::collection::vec("[xy]", 0..2), prop::collection::vec(condition, 0..2))
        .prop_map(|(events, conditions)| Pattern { events, conditions })
}

/// What a condition means, said another way: by the value as it is written.
fn passes(test: &Test, value: Option<&Value>) -> bool {
    let written = match value {
        None | Some(Value::Null) => None,
        Some(Value::Bool(value)) => Some(value.to_string()),
        Some(Value::Integer(value)) => Some(value.to_string()),
        Some(Value::Number(value)) => Some(value.to_string()),
        Some(Value::Text(words) | Value::Json(words)) => Some(words.to_string()),
    };
    let number = written.as_ref().and_then(|written| written.parse::<f64>().ok());
    match test {
        Test::In(words) => written.is_some_and(|written| words.contains(&written)),
        Test::NotIn(words) => written.is_none_or(|written| !words.contains(&written)),
        Test::Contains(part) => written.is_some_and(|written| written.contains(&part.to_lowercase())),
        Test::Matches(_) => written.is_some_and(|written| written.starts_with('t')),
        Test::AtLeast(bound) => number.is_some_and(|number| number >= *bound),
        Test::AtMost(bound) => number.is_some_and(|number| number <= *bound),
        Test::Greater(bound) => number.is_some_and(|number| number > *bound),
        Test::Less(bound) => number.is_some_and(|number| number < *bound),
        Test::Set => written.is_some(),
        Test::NotSet => written.is_none(),
    }
}

fn get<'e>(event: &'e Event, name: &str) -> Option<&'e Value<'e>> {
    event.properties.iter().find(|(property, _)| property == name).map(|(_, value)| value)
}

fn matches(pattern: &Pattern, event: &Event) -> bool {
    let has_name = pattern.events.is_empty() || pattern.events.iter().any(|name| *name == event.name);
    has_name && pattern.conditions.iter().all(|one| passes(&one.test, get(event, &one.property)))
}

/// As text, because a missing number equals no number.
fn number(number: f64) -> Option<String> {
    Some(number.to_string()).filter(|_| !number.is_nan())
}

fn search(reading: &Reading, events: &[(u64, Event)]) -> BTreeMap<i64, Vec<Seen>> {
    let mut people: BTreeMap<i64, Vec<Seen>> = BTreeMap::new();
    for (person, event) in events {
        let bits = (0..).zip(&reading.patterns).filter(|(_, pattern)| matches(pattern, event));
        let bits = bits.map(|(bit, _): (u32, _)| 1_u64 << bit).sum();
        let is_left_out = reading.without.contains(&person.cast_signed())
            || reading.within.as_ref().is_some_and(|within| !within.contains(&person.cast_signed()));
        if is_left_out
            || event.at < reading.from
            || event.at >= reading.to
            || (bits == 0 && !reading.with_others)
        {
            continue;
        }
        let n = match get(event, "n") {
            Some(Value::Integer(value)) => number(*value as f64),
            Some(Value::Number(value)) => number(*value),
            _ => None,
        };
        let plan = match get(event, "plan") {
            None | Some(Value::Null) => None,
            Some(Value::Bool(value)) => Some(value.to_string()),
            Some(Value::Integer(value)) => Some(value.to_string()),
            Some(Value::Number(value)) => Some(value.to_string()),
            Some(Value::Text(words) | Value::Json(words)) => Some(words.to_string()),
        };
        people.entry(person.cast_signed()).or_default().push((event.at, bits, n, plan));
    }
    for events in people.values_mut() {
        events.sort();
    }
    people
}

fn store(dir: &std::path::Path, index: usize, events: &[(u64, Event)]) -> DataFile {
    // Half of the files have columns for the properties, of different kinds.
    let mut layout = Layout::default();
    if index % 2 == 1 {
        let kinds = [("plan", Value::Text("a".into())), ("n", Value::Number(1.0))];
        let many =
            kinds.map(|(name, value)| Event { properties: vec![(name.into(), value)], ..Event::default() });
        layout.extend(many.iter().flat_map(|event| std::iter::repeat_n(event, 200)));
    }
    let mut rows = RowsBuilder::new(&layout);
    for (person, event) in events {
        rows.push(person.cast_signed(), event);
    }
    let path = dir.join(index.to_string());
    file::write(&rows.finish().unwrap(), std::fs::File::create(&path).unwrap()).unwrap();
    DataFile::open(&path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn everybody_is_found_once_with_everything_they_did(
        files in prop::collection::vec(prop::collection::vec(event(), 0..40), 0..4),
        patterns in prop::collection::vec(pattern(), 0..4),
        (from, to) in (0..10_i64, 5..25_i64),
        with_others: bool,
        without in prop::option::of((0..6_i64).prop_map(|person| person * 1_000_000)),
        within in prop::option::of(prop::collection::btree_set(0..6_i64, 0..5)),
        of_people in prop::option::of(prop::collection::btree_map(0..6_i64, "[ab]", 0..5)),
        n_threads in 1..4_usize,
    ) {
        let without: Vec<i64> = without.into_iter().collect();
        let within = within.map(|people| people.into_iter().map(|person| person * 1_000_000).collect());
        let words = of_people.as_ref().map(|of_people| {
            let mut words = PersonWords::default();
            for (person, word) in of_people {
                words.insert(person * 1_000_000, word);
            }
            Word::Person(Arc::new(words))
        });
        let word = Some(words.unwrap_or_else(|| Word::Property("plan".to_owned())));
        let number_of = Some("n".to_owned());
        let reading = Reading { patterns, from, to, with_others, number: number_of, word, without, within };
        let dir = tempfile::tempdir().unwrap();
        let stored: Vec<_> =
            files.iter().enumerate().map(|(index, events)| store(dir.path(), index, events)).collect();
        let (data_files, limits) = (stored.iter().collect::<Vec<_>>(), Limits::none());
        let source = Source { files: &data_files, moved: &[], n_threads, limits: &limits };
        let parts = fold(source, &reading, Vec::new, |people, person, run| {
            assert!(run.at.is_sorted());
            let words = run.words.iter().map(|word| run.dictionary[*word as usize].as_deref().map(str::to_owned));
            let rest = run.matches.iter().zip(run.numbers).zip(words);
            let seen = run.at.iter().zip(rest).map(|(at, ((bits, n), word))| (*at, *bits, number(*n), word));
            let mut seen: Vec<Seen> = seen.collect();
            seen.sort();
            people.push((person, seen));
        }).unwrap();
        let mut found = BTreeMap::new();
        for (person, seen) in parts.into_iter().flatten() {
            prop_assert_eq!(found.insert(person, seen), None);
        }
        let mut expected = search(&reading, &files.concat());
        if let Some(of_people) = &of_people {
            for (person, seen) in &mut expected {
                let word = of_people.get(&(person / 1_000_000)).cloned();
                for (.., of_event) in seen.iter_mut() {
                    of_event.clone_from(&word);
                }
                seen.sort();
            }
        }
        prop_assert_eq!(found, expected);
    }
}
