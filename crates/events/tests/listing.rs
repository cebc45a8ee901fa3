//! Lists of events, page after page, against sorting all of them.

#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use heedful_events::batch::person_hash;
use heedful_events::scan::events::{KeptEvent, Listing, distinct_ids, list};
use heedful_events::scan::pattern::{Condition, Pattern, Test};
use heedful_events::scan::properties::properties;
use heedful_events::{Batch, Event, EventId, Micros, Store, StoreOptions, Value};
use proptest::prelude::*;
use serde_json::json;

const WORKSPACE: [u8; 16] = [9; 16];
const PEOPLE: [&str; 4] = ["ada", "bob", "cyd", "dee"];
const NAMES: [&str; 3] = ["visit", "pay", "leave"];

fn event(id: u64, at: Micros, person: &'static str, name: &'static str) -> Event<'static> {
    let properties = vec![("n".into(), Value::Integer(at)), ("odd".into(), Value::Bool(at % 2 == 1))];
    Event { id: EventId(id), at, distinct_id: person.into(), name: name.into(), properties }
}

fn everything(limit: usize) -> Listing<'static> {
    Listing { pattern: Pattern::default(), from: 0, to: Micros::MAX, people: None, after: None, limit }
}

async fn store(dir: &std::path::Path, batches: &[Vec<Event<'static>>]) -> Store {
    let store = Store::open(dir, StoreOptions::new(|| 0)).unwrap();
    for (index, events) in batches.iter().enumerate() {
        let mut batch = Batch::new(WORKSPACE, 0);
        for event in events {
            batch.push(event);
        }
        store.append(batch).await.unwrap();
        // The last batch stays in the log.
        if index + 1 < batches.len() {
            store.seal().await.unwrap();
        }
    }
    store
}

fn keys(events: &[KeptEvent]) -> Vec<(Micros, EventId)> {
    events.iter().map(|event| (event.at, event.id)).collect()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn pages_have_every_event_once_newest_first(
        all in prop::collection::vec((0..400_i64, 0..4_usize, 0..3_usize), 1..300),
        limit in 1..40_usize,
        only in prop::option::of(0..4_usize),
        name in prop::option::of(0..3_usize),
    ) {
        let events: Vec<Event> =
            (0..).zip(&all).map(|(id, (at, person, name))| event(id, *at, PEOPLE[*person], NAMES[*name])).collect();
        let third = events.len().div_ceil(3);
        let batches: Vec<Vec<Event>> = events.chunks(third).map(<[_]>::to_vec).collect();
        let people = only.map(|person| vec![person_hash(WORKSPACE, PEOPLE[person]).cast_signed()]);
        let pattern = name.map_or(Pattern::default(), |name| Pattern::of(NAMES[name]));
        let mut expected: Vec<(Micros, EventId)> = events
            .iter()
            .filter(|event| only.is_none_or(|person| event.distinct_id == PEOPLE[person]))
            .filter(|event| name.is_none_or(|name| event.name == NAMES[name]))
            .map(|event| (event.at, event.id))
            .collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        let found: Vec<(Micros, EventId)> = run(async {
            let dir = tempfile::tempdir().unwrap();
            let view = store(dir.path(), &batches).await.view(WORKSPACE).unwrap();
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let listing =
                    Listing { pattern: pattern.clone(), people: people.as_deref(), after, ..everything(limit) };
                let page = keys(&list(&view.files(), &listing).unwrap());
                assert!(page.len() <= limit);
                after = page.last().copied();
                found.extend(&page);
                if page.len() < limit {
                    return found;
                }
            }
        });
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn an_event_comes_back_as_it_was_sent() {
    let sent = || {
        let mut all = event(7, 41, "ada", "visit");
        let more = [
            ("text", Value::Text("é".into())),
            ("number", Value::Number(0.5)),
            ("null", Value::Null),
            ("list", Value::Json("[1,{\"a\":null}]".into())),
            ("a b", Value::Text("no column".into())),
        ];
        all.properties.extend(more.map(|(name, value)| (name.into(), value)));
        all
    };
    let expected = json!({
        "n": 41, "odd": true, "text": "é", "number": 0.5, "null": null, "list": [1, {"a": null}], "a b": "no column",
    });
    // A hundred events of a kind give columns to its properties, and then there is one more of another kind.
    let many: Vec<Event> = (100..300).map(|id| Event { id: EventId(id), ..sent() }).collect();
    let mut other = sent();
    other.id = EventId(8);
    other.properties[0].1 = Value::Text("many".into());
    let batches = [many, vec![other], vec![sent()]];
    let dir = tempfile::tempdir().unwrap();
    let found = run(async {
        let view = store(dir.path(), &batches).await.view(WORKSPACE).unwrap();
        list(&view.files(), &everything(300)).unwrap()
    });
    assert_eq!(found.len(), 202);
    for kept in &found {
        let mut expected = expected.clone();
        if kept.id == EventId(8) {
            expected["n"] = json!("many");
        }
        assert_eq!(json!(kept.properties), expected, "{}", kept.id);
        assert_eq!((kept.distinct_id.as_str(), kept.name.as_str()), ("ada", "visit"));
        assert_eq!(kept.person, person_hash(WORKSPACE, "ada").cast_signed());
    }
}

#[test]
fn conditions_and_times_narrow_the_list() {
    let events = (0..50).map(|id| event(id, id.cast_signed(), "ada", "visit")).collect();
    let odd = Condition { property: "odd".to_owned(), test: Test::In(vec!["true".to_owned()]) };
    let pattern = Pattern { events: Vec::new(), conditions: vec![odd] };
    let dir = tempfile::tempdir().unwrap();
    let found = run(async {
        let view = store(dir.path(), &[events]).await.view(WORKSPACE).unwrap();
        list(&view.files(), &Listing { pattern, from: 10, to: 15, ..everything(9) }).unwrap()
    });
    assert_eq!(keys(&found), [(13, EventId(13)), (11, EventId(11))]);
}

#[test]
fn people_are_known_by_what_their_senders_call_them() {
    let events = |first: u64| {
        (first..first + 8).map(|id| event(id, id.cast_signed(), PEOPLE[(id % 4) as usize], "visit")).collect()
    };
    let mut wanted: Vec<i64> =
        ["ada", "cyd", "nobody"].map(|id| person_hash(WORKSPACE, id).cast_signed()).to_vec();
    wanted.sort_unstable();
    let dir = tempfile::tempdir().unwrap();
    let found = run(async {
        let view = store(dir.path(), &[events(0), events(100)]).await.view(WORKSPACE).unwrap();
        distinct_ids(&view.files(), &wanted).unwrap()
    });
    let mut names: Vec<_> = found.into_values().collect();
    names.sort();
    assert_eq!(names, ["ada", "cyd"]);
}

#[test]
fn properties_are_found_wherever_they_are() {
    let with = |id: u64, name: &'static str, properties: &[(&'static str, Value<'static>)]| {
        let mut event = event(id, id.cast_signed(), "ada", name);
        event.properties = properties.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
        event
    };
    let many = (0..200)
        .map(|id| with(id, "pay", &[("amount", Value::Number(0.5)), ("plan", Value::Text("a".into()))]));
    let mut first: Vec<Event> = many.collect();
    first.push(with(900, "pay", &[("rare one", Value::Bool(true)), ("amount", Value::Text("much".into()))]));
    let last = vec![
        with(901, "pay", &[("amount", Value::Integer(3))]),
        with(902, "visit", &[("page", Value::Null)]),
    ];
    let dir = tempfile::tempdir().unwrap();
    let (of_pay, of_all) = run(async {
        let view = store(dir.path(), &[first, last]).await.view(WORKSPACE).unwrap();
        let of = |pattern: &Pattern| properties(&view.files(), pattern).unwrap();
        (of(&Pattern::of("pay")), of(&Pattern::default()))
    });
    let told: Vec<_> = of_pay.iter().map(|one| (one.name.as_str(), one.n_events, one.is_number)).collect();
    assert_eq!(told, [("amount", 202, true), ("plan", 200, false), ("rare one", 1, false)]);
    assert_eq!(of_all.len(), 4);
}
