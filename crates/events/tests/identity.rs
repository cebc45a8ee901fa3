//! Who did what, while it becomes known bit by bit which distinct ids are one person, against plain code.
#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use heedful_events::event::Value;
use heedful_events::question::Limits;
use heedful_events::scan::people::fold;
use heedful_events::scan::strip::Reading;
use heedful_events::store::copy;
use heedful_events::{Batch, Event, EventId, Micros, Refused, Store, StoreOptions};
use proptest::prelude::*;

const WORKSPACE: [u8; 16] = [3; 16];
const IDS: [&str; 6] = ["nameless-1", "nameless-2", "nameless-3", "ada", "bob", "cy"];

#[derive(Clone, Debug)]
enum Step {
    /// This id does something this often.
    Do(usize, usize),
    /// A nameless id turns out to be a person.
    Link(usize, usize),
    /// The first of two people is held to be the second, or nobody is.
    HoldAsOne(Option<(usize, usize)>),
    Seal,
    Compact,
    /// The store is opened anew and told what is known.
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6_usize, 1..40_usize).prop_map(|(id, n)| Step::Do(id, n)),
        3 => (0..3_usize, 3..6_usize).prop_map(|(from, to)| Step::Link(from, to)),
        1 => prop::option::of((3..5_usize, 5..6_usize)).prop_map(Step::HoldAsOne),
        2 => Just(Step::Seal),
        1 => Just(Step::Compact),
        1 => Just(Step::Reopen),
    ]
}

/// What must be known, in plain code.
#[derive(Default)]
struct Model {
    /// When each id did something.
    deeds: BTreeMap<usize, BTreeSet<Micros>>,
    /// Who a nameless id is: the first to be told counts.
    links: HashMap<usize, usize>,
    as_one: Option<(usize, usize)>,
    n_events: Micros,
}

impl Model {
    fn person(&self, id: usize) -> usize {
        let person = self.links.get(&id).copied().unwrap_or(id);
        self.as_one.filter(|(from, _)| *from == person).map_or(person, |(_, to)| to)
    }

    fn people(&self, store: &Store) -> BTreeMap<i64, BTreeSet<Micros>> {
        let mut people = BTreeMap::<i64, BTreeSet<Micros>>::new();
        for (id, deeds) in &self.deeds {
            let number = store.person_number(WORKSPACE, IDS[*id]);
            assert_eq!(number, store.person_number(WORKSPACE, IDS[self.person(*id)]));
            people.entry(number).or_default().extend(deeds);
        }
        people
    }

    fn tell(&self, store: &Store) {
        store.link(WORKSPACE, self.links.iter().map(|(from, to)| (IDS[*from], IDS[*to])));
        store.hold_as_one(WORKSPACE, self.as_one.iter().map(|(from, to)| (IDS[*from], IDS[*to])));
    }
}

fn batch_of(id: usize, times: impl Iterator<Item = Micros>) -> Batch {
    let mut batch = Batch::new(WORKSPACE, 0);
    for at in times {
        let properties = vec![("n".into(), Value::Integer(at))];
        let id_of_event = EventId(at.cast_unsigned());
        let distinct_id = IDS[id].into();
        batch.push(&Event { id: id_of_event, at, distinct_id, name: "did".into(), properties });
    }
    batch
}

fn who_did_what(store: &Store) -> BTreeMap<i64, BTreeSet<Micros>> {
    let (view, limits) = (store.view(WORKSPACE).unwrap(), Limits::none());
    let files = view.all_files();
    let reading = Reading {
        with_others: true,
        number: Some("n".to_owned()),
        from: 0,
        to: Micros::MAX,
        ..Reading::default()
    };
    let parts = fold(view.source(&files, 2, &limits), &reading, Vec::new, |people, person, run| {
        assert!(run.at.iter().zip(run.numbers).all(|(at, n)| format!("{at}") == format!("{n}")));
        people.push((person, run.at.to_vec()));
    });
    let mut people = BTreeMap::new();
    for (person, times) in parts.unwrap().into_iter().flatten() {
        assert!(times.is_sorted(), "{times:?}");
        let n = times.len();
        let times: BTreeSet<Micros> = times.into_iter().collect();
        assert_eq!(times.len(), n, "something was counted twice");
        assert!(people.insert(person, times).is_none(), "somebody came twice");
    }
    people
}

fn open(dir: &std::path::Path) -> Store {
    Store::open(dir, StoreOptions::new(|| 0)).unwrap()
}

async fn walk(steps: Vec<Step>) {
    let dir = tempfile::tempdir().unwrap();
    let (mut store, mut model) = (open(dir.path()), Model::default());
    for step in steps {
        match step {
            Step::Do(id, n) => {
                let times = model.n_events..model.n_events + Micros::try_from(n).unwrap();
                model.n_events = times.end;
                let taken = store.append(batch_of(id, times.clone())).await.unwrap();
                assert_eq!(taken.n_new, n);
                model.deeds.entry(id).or_default().extend(times);
            }
            Step::Link(from, to) => {
                model.links.entry(from).or_insert(to);
                model.tell(&store);
            }
            Step::HoldAsOne(pair) => {
                model.as_one = pair;
                model.tell(&store);
            }
            Step::Seal => drop(store.seal().await.unwrap()),
            Step::Compact => drop(store.compact().await.unwrap()),
            Step::Reopen => {
                drop(store);
                store = open(dir.path());
                model.tell(&store);
            }
        }
        assert_eq!(who_did_what(&store), model.people(&store));
    }
    // What was taken stays known, whoever it is by now.
    for (id, deeds) in &model.deeds {
        let again = store.append(batch_of(*id, deeds.iter().copied())).await.unwrap();
        assert_eq!((again.n_new, again.n_known), (0, deeds.len()));
    }
    // Who is erased is gone under every id.
    if let Some(id) = model.deeds.keys().next().copied() {
        let person = model.links.get(&id).copied().unwrap_or(id);
        let theirs: Vec<usize> =
            (0..6).filter(|other| model.links.get(other).copied().unwrap_or(*other) == person).collect();
        let ids: Vec<&str> = theirs.iter().map(|id| IDS[*id]).collect();
        let n_deeds: usize =
            theirs.iter().filter_map(|id| model.deeds.remove(id)).map(|deeds| deeds.len()).sum();
        assert_eq!(store.erase(WORKSPACE, &ids).await.unwrap(), n_deeds);
        assert_eq!(who_did_what(&store), model.people(&store));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn everybody_did_what_they_did_as_far_as_is_known(steps in prop::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(walk(steps));
    }
}

#[tokio::test]
async fn files_have_who_is_known_for_good_after_they_are_merged() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.append(batch_of(0, 0..10)).await.unwrap();
    store.seal().await.unwrap();
    store.link(WORKSPACE, [(IDS[0], IDS[3])]);
    let all_files = |store: &Store| store.view(WORKSPACE).unwrap().all_files().len();
    assert_eq!(all_files(&store), 2, "the file and what of it is somebody else's");
    assert_eq!((store.compact().await.unwrap(), store.compact().await.unwrap()), (1, 0));
    assert_eq!(all_files(&store), 1);
    store.append(batch_of(0, 10..20)).await.unwrap();
    store.seal().await.unwrap();
    assert_eq!(all_files(&store), 2, "what is sealed now is theirs from the beginning");
    let number = store.person_number(WORKSPACE, IDS[3]);
    assert_eq!(who_did_what(&store), BTreeMap::from([(number, (0..20).collect())]));
}

#[tokio::test]
async fn what_tells_of_people_stays_in_the_log_until_it_is_heard() {
    let dir = tempfile::tempdir().unwrap();
    let open = || Store::open(dir.path(), StoreOptions { holds_marked: true, ..StoreOptions::new(|| 0) });
    let store = open().unwrap();
    store.append(batch_of(0, 0..1)).await.unwrap();
    let mut marked = batch_of(3, 1..2);
    marked.mark();
    store.append(marked).await.unwrap();
    store.append(batch_of(0, 2..3)).await.unwrap();
    assert_eq!(store.seal().await.unwrap(), 1);
    assert!(matches!(store.erase(WORKSPACE, &[IDS[0]]).await, Err(Refused::Failed(_))));
    drop(store);
    let store = open().unwrap();
    let (batches, next) = store.marked(0, usize::MAX);
    assert_eq!(
        batches.iter().flat_map(|batch| batch.events()).map(|event| event.at).collect::<Vec<_>>(),
        [1]
    );
    assert_eq!(store.marked(next, usize::MAX), (Vec::new(), next));
    assert_eq!(store.seal().await.unwrap(), 0);
    store.hear(next);
    assert_eq!(store.seal().await.unwrap(), 2);
    assert_eq!(store.erase(WORKSPACE, &[IDS[0]]).await.unwrap(), 2);
    assert_eq!(who_did_what(&store).len(), 1);
}

#[tokio::test]
async fn a_copy_becomes_a_store_also_with_more_than_fits_and_may_be_sealed() {
    let (dir, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(dir.path());
    store.append(batch_of(0, 0..5)).await.unwrap();
    store.seal().await.unwrap();
    let mut marked = batch_of(3, 5..6);
    marked.mark();
    store.append(marked).await.unwrap();
    store.append(batch_of(0, 6..9)).await.unwrap();
    copy::copy(&copy::Place { dir: dir.path().to_owned(), remote: None }, target.path()).await.unwrap();
    let small = StoreOptions { holds_marked: true, recent_bytes_max: 10, ..StoreOptions::new(|| 0) };
    let copied = copy::settle(target.path(), small, 0).await.unwrap();
    assert_eq!(who_did_what(&copied), who_did_what(&store));
    assert_eq!(copied.marked(0, usize::MAX).0.len(), 1);
    assert_ne!(copied.log_name(), store.log_name());
    // Each goes its own way from here.
    copied.append(batch_of(4, 9..10)).await.unwrap();
    assert_eq!(
        (copied.view(WORKSPACE).unwrap().n_events(), store.view(WORKSPACE).unwrap().n_events()),
        (10, 9)
    );
}
