//! Questions over a store, part of it sealed and part of it not, with answers that were counted by hand.

#![expect(clippy::unwrap_used, reason = "a test that fails should stop")]

use heedful_events::batch::person_hash;
use heedful_events::journey::Periods;
use heedful_events::journey::funnel::{Exclusion, StepOrder};
use heedful_events::journey::lifecycle::Stage;
use heedful_events::journey::retention::{Cohorts, Returning};
use heedful_events::journey::trend::Trend;
use heedful_events::question::{
    Attribution, Breakdown, FunnelQuestion, Group, Label, Limits, PathsQuestion, Scope, Source, active,
    adoption, lifecycle, numbers, retention, stickiness, trend,
};
use heedful_events::scan::pattern::{Condition, Pattern, Test};
use heedful_events::scan::strip::Word;
use heedful_events::store::View;
use heedful_events::{Batch, Event, EventId, Store, StoreOptions, Value};

const WORKSPACE: [u8; 16] = [3; 16];
static NO_LIMITS: Limits = Limits::none();

/// Who did what when, on which plan.
const DEEDS: [(&str, i64, &str, Option<&str>); 14] = [
    ("ada", 1, "visit", Some("free")),
    ("ada", 2, "sign up", Some("free")),
    ("ada", 3, "pay", Some("team")),
    ("ada", 12, "visit", Some("team")),
    ("bob", 2, "visit", Some("free")),
    ("bob", 3, "error", Some("free")),
    ("bob", 4, "sign up", Some("free")),
    ("cyd", 5, "visit", None),
    ("cyd", 29, "sign up", None),
    ("dee", 11, "sign up", Some("team")),
    ("dee", 12, "visit", Some("team")),
    ("dee", 25, "visit", Some("solo")),
    ("eve", 21, "pay", Some("team")),
    ("eve", 22, "visit", Some("solo")),
];

async fn view(dir: &std::path::Path) -> View {
    let store = Store::open(dir, StoreOptions::new(|| 0)).unwrap();
    for (id, (person, at, name, plan)) in (0..).zip(DEEDS) {
        let mut batch = Batch::new(WORKSPACE, 0);
        let properties = plan.map(|plan| ("plan".into(), Value::Text(plan.into())));
        batch.push(&Event {
            id: EventId(id),
            at,
            distinct_id: person.into(),
            name: name.into(),
            properties: properties.into_iter().collect(),
        });
        store.append(batch).await.unwrap();
        if id % 5 == 4 {
            store.seal().await.unwrap();
        }
    }
    store.view(WORKSPACE).unwrap()
}

fn by_plan(limit: usize) -> Breakdown {
    Breakdown { by: Word::Property("plan".to_owned()), limit }
}

fn value(value: &str) -> Label {
    Label::Value(value.to_owned())
}

/// The counts of a question without groups.
fn alone<T>(groups: Vec<Group<T>>) -> T {
    groups.into_iter().next().unwrap().tally
}

/// The groups in the order of their labels.
fn sorted<T, O>(groups: Vec<Group<T>>, of: impl Fn(T) -> O) -> Vec<(Label, O)> {
    let mut groups: Vec<_> = groups.into_iter().map(|group| (group.label, of(group.tally))).collect();
    groups.sort_by(|(one, _), (other, _)| one.cmp(other));
    groups
}

fn tens() -> Periods {
    Periods::new(vec![0, 10, 20, 30]).unwrap()
}

#[tokio::test]
async fn funnels_tell_how_far_people_come() {
    let dir = tempfile::tempdir().unwrap();
    let view = view(dir.path()).await;
    let files = view.files();
    let source = Source { files: &files, moved: &[], n_threads: 2, limits: &NO_LIMITS };
    let check = |attribution,
                 exclusions: &[(Pattern, Exclusion)],
                 breakdown: Option<Breakdown>,
                 expect: &[(Label, [u64; 4])]| {
        let funnel = FunnelQuestion {
            steps: ["visit", "sign up", "pay"].map(Pattern::of).to_vec(),
            window: 10,
            order: StepOrder::Ordered,
            exclusions: exclusions.to_vec(),
            attribution,
            first_ever_from: None,
            with_times: false,
            periods: None,
        };
        let groups = funnel.ask(&Scope::everything(), breakdown.as_ref()).unwrap().answer(source).unwrap();
        let expect: Vec<_> =
            expect.iter().map(|(label, reached)| (label.clone(), reached.to_vec())).collect();
        assert_eq!(sorted(groups, |reached| reached.n_people), expect);
    };
    let whole = Label::Everything;
    check(Attribution::FirstStep, &[], None, &[(whole.clone(), [0, 3, 1, 1])]);
    let error = (Pattern::of("error"), Exclusion { after: 0, before: 1 });
    check(Attribution::FirstStep, &[error], None, &[(whole, [0, 4, 0, 1])]);
    let first = [
        (value("free"), [0, 0, 1, 1]),
        (value("solo"), [0, 1, 0, 0]),
        (value("team"), [0, 1, 0, 0]),
        (Label::Missing, [0, 1, 0, 0]),
    ];
    check(Attribution::FirstStep, &[], Some(by_plan(9)), &first);
    let last = [
        (value("free"), [0, 0, 1, 0]),
        (value("solo"), [0, 1, 0, 0]),
        (value("team"), [0, 1, 0, 1]),
        (Label::Missing, [0, 1, 0, 0]),
    ];
    check(Attribution::LastStep, &[], Some(by_plan(9)), &last);
    // Ada signed up on one plan and paid on another; eve's payment and dee's second visit are ways of their own.
    let every = [
        (value("free"), [0, 0, 2, 0]),
        (value("solo"), [0, 2, 0, 0]),
        (value("team"), [1, 2, 0, 0]),
        (Label::Missing, [0, 1, 0, 0]),
    ];
    check(Attribution::EveryStep, &[], Some(by_plan(9)), &every);
    let shown = [(value("free"), [0, 0, 2, 0]), (value("solo"), [0, 2, 0, 0]), (Label::Rest, [1, 3, 0, 0])];
    check(Attribution::EveryStep, &[], Some(by_plan(2)), &shown);
}

#[tokio::test]
async fn other_questions_count_what_their_kernels_count() {
    let dir = tempfile::tempdir().unwrap();
    let view = view(dir.path()).await;
    let files = view.files();
    let source = Source { files: &files, moved: &[], n_threads: 2, limits: &NO_LIMITS };
    assert_eq!(source.n_rows(), DEEDS.len());
    let everything = Scope::everything();
    let (visit, sign_up) = (Pattern::of("visit"), Pattern::of("sign up"));
    let counts = |scope: &Scope, breakdown: Option<Breakdown>| {
        let groups = trend(scope, std::slice::from_ref(&visit), tens(), breakdown.as_ref())
            .unwrap()
            .answer(source)
            .unwrap();
        sorted(groups, |trend| {
            trend.counts().flatten().map(|count| (count.n_events, count.n_people)).collect::<Vec<_>>()
        })
    };
    assert_eq!(counts(&everything, None), [(Label::Everything, vec![(3, 3), (2, 2), (2, 2)])]);
    let conditions = vec![Condition { property: "plan".to_owned(), test: Test::In(vec!["team".to_owned()]) }];
    let on_team = Scope { from: 0, to: 12, conditions, ..Scope::everything() };
    assert_eq!(counts(&on_team, None), [(Label::Everything, vec![(0, 0); 3])]);
    let on_team = Scope { to: 13, ..on_team };
    assert_eq!(counts(&on_team, None), [(Label::Everything, vec![(0, 0), (2, 2), (0, 0)])]);
    let of_plans = [
        (value("free"), vec![(2, 2), (0, 0), (0, 0)]),
        (value("solo"), vec![(0, 0), (0, 0), (2, 2)]),
        (value("team"), vec![(0, 0), (2, 2), (0, 0)]),
        (Label::Missing, vec![(1, 1), (0, 0), (0, 0)]),
    ];
    assert_eq!(counts(&everything, Some(by_plan(9))), of_plans);
    let rule = (tens(), Cohorts::FirstTime, Returning::On);
    let groups = retention(&everything, (&sign_up, &visit), rule, Some(&by_plan(9))).answer(source).unwrap();
    let cohorts = sorted(groups, |retention| retention.counts().to_vec());
    let expect = [
        (value("free"), vec![vec![2, 1, 0], vec![0, 0], vec![0]]),
        (value("team"), vec![vec![0, 0, 0], vec![1, 1], vec![0]]),
        (Label::Missing, vec![vec![0, 0, 0], vec![0, 0], vec![1]]),
    ];
    assert_eq!(cohorts, expect);
    let stages = alone(lifecycle(&everything, &Pattern::default(), tens()).answer(source).unwrap());
    // Dee is new in the second period and returns; eve is new and cyd wakes up in the third; bob and cyd, then ada fall asleep.
    let second = Stage { n_new: 1, n_returning: 1, n_resurrecting: 0, n_dormant: 2 };
    let third = Stage { n_new: 1, n_returning: 1, n_resurrecting: 1, n_dormant: 1 };
    assert_eq!(stages.stages(), [second, third]);
    let active = alone(stickiness(&everything, &Pattern::default(), tens()).answer(source).unwrap());
    assert_eq!(active.counts(), [2, 3, 0]);
}

#[tokio::test]
async fn paths_tell_what_follows_what() {
    let dir = tempfile::tempdir().unwrap();
    let view = view(dir.path()).await;
    let files = view.files();
    let source = Source { files: &files, moved: &[], n_threads: 2, limits: &NO_LIMITS };
    let all = PathsQuestion {
        over: Vec::new(),
        by: Word::Event,
        groups: Vec::new(),
        exclude: Vec::new(),
        session_gap: 10,
        n_nodes_max: 5,
        from: None,
        to: None,
        n_edges_max: 3,
    };
    let check = |question: &PathsQuestion, expect: &[(usize, &str, &str, u64)], n_all: usize| {
        let (edges, n_edges) = question.answer(source, &Scope::everything()).unwrap();
        let edges: Vec<_> =
            edges.iter().map(|edge| (edge.step, &*edge.source, &*edge.target, edge.count.n_people)).collect();
        assert_eq!((edges.as_slice(), n_edges), (expect, n_all));
    };
    // Ada: visit, sign up, pay, visit. Bob: visit, error, sign up. Cyd's sign-up is in another session. Dee: sign up, visit.
    // Eve: pay, visit.
    check(&all, &[(0, "pay", "visit", 1), (0, "sign up", "visit", 1), (0, "visit", "error", 1)], 7);
    let from_sign_up = PathsQuestion { from: Some("sign up".to_owned()), ..all.clone() };
    check(&from_sign_up, &[(0, "sign up", "pay", 1), (0, "sign up", "visit", 1), (1, "pay", "visit", 1)], 3);
    let good = ["visit", "sign up", "pay"].map(Pattern::of).to_vec();
    let money = vec![("pa".to_owned(), "money".to_owned()), ("sign".to_owned(), "money".to_owned())];
    let grouped = PathsQuestion { over: good, groups: money, ..all.clone() };
    check(&grouped, &[(0, "money", "visit", 2), (0, "visit", "money", 2), (1, "money", "visit", 1)], 3);
    let without_errors = PathsQuestion { exclude: vec!["err".to_owned()], ..all.clone() };
    check(
        &without_errors,
        &[(0, "visit", "sign up", 2), (0, "pay", "visit", 1), (0, "sign up", "visit", 1)],
        5,
    );
    let bob = person_hash(WORKSPACE, "bob").cast_signed();
    assert_eq!(all.people(source, &Scope::everything(), (0, "visit", "error")).unwrap(), [bob]);
    let plans = PathsQuestion { by: Word::Property("plan".to_owned()), session_gap: 1_000, ..all };
    check(&plans, &[(0, "team", "solo", 2), (0, "free", "team", 1)], 2);
}

#[tokio::test]
async fn numbers_lately_and_adoption_count_what_their_kernels_count() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), StoreOptions::new(|| 0)).unwrap();
    for (id, (person, at, name, amount)) in (0..).zip([
        ("ada", 1, "pay", Some(10.0)),
        ("ada", 4, "pay", Some(20.0)),
        ("bob", 5, "pay", Some(40.0)),
        ("bob", 12, "pay", None),
        ("cyd", 14, "visit", None),
        ("bob", 25, "pay", Some(1.0)),
    ]) {
        let properties = amount.map(|amount| ("amount".into(), Value::Number(amount)));
        let mut batch = Batch::new(WORKSPACE, 0);
        let properties = properties.into_iter().collect();
        batch.push(&Event { id: EventId(id), at, distinct_id: person.into(), name: name.into(), properties });
        store.append(batch).await.unwrap();
        if id == 2 {
            store.seal().await.unwrap();
        }
    }
    let view = store.view(WORKSPACE).unwrap();
    let files = view.files();
    let source = Source { files: &files, moved: &[], n_threads: 2, limits: &NO_LIMITS };
    let (pay, visit) = (Pattern::of("pay"), Pattern::of("visit"));
    let groups = numbers(&Scope::everything(), (&pay, "amount"), tens(), None).answer(source).unwrap();
    let samples = groups[0].tally.samples();
    let told = |index: usize| (samples[index].count(), samples[index].sum(), samples[index].quantile(0.5));
    assert_eq!((told(0), told(1), told(2)), ((3, 70.0, Some(20.0)), (0, 0.0, None), (1, 1.0, Some(1.0))));
    let groups = active(&Scope::everything(), std::slice::from_ref(&pay), (tens(), 15), None)
        .unwrap()
        .answer(source)
        .unwrap();
    assert_eq!(groups[0].tally.counts().collect::<Vec<_>>(), [[2], [1], [1]]);
    let groups =
        adoption(&Scope::everything(), (&visit, &pay), tens(), Some(&by_event(1))).answer(source).unwrap();
    assert_eq!(groups.len(), 2, "the largest group and the rest");
    let groups = adoption(&Scope::everything(), (&visit, &pay), tens(), None).answer(source).unwrap();
    let told: Vec<_> = groups[0]
        .tally
        .periods()
        .iter()
        .map(|one| (one.n_active, one.n_users, one.n_uses, one.n_again))
        .collect();
    assert_eq!(told, [(2, 2, 3, 0), (2, 1, 1, 1), (1, 1, 1, 1)]);
    let without_bob =
        Scope { without: vec![person_hash(WORKSPACE, "bob").cast_signed()], ..Scope::everything() };
    let groups = numbers(&without_bob, (&pay, "amount"), tens(), None).answer(source).unwrap();
    assert!((groups[0].tally.samples()[0].sum() - 30.0).abs() < 1e-9);
}

fn by_event(limit: usize) -> Breakdown {
    Breakdown { by: Word::Event, limit }
}

#[tokio::test]
async fn a_funnel_tells_times_periods_and_who_is_behind_each_step() {
    let dir = tempfile::tempdir().unwrap();
    let view = view(dir.path()).await;
    let files = view.files();
    let source = Source { files: &files, moved: &[], n_threads: 2, limits: &NO_LIMITS };
    let funnel = |first_ever_from| FunnelQuestion {
        steps: ["visit", "sign up"].map(Pattern::of).to_vec(),
        window: 30,
        order: StepOrder::Ordered,
        exclusions: Vec::new(),
        attribution: Attribution::FirstStep,
        first_ever_from,
        with_times: true,
        periods: Some(tens()),
    };
    let question = funnel(None).ask(&Scope::everything(), None).unwrap();
    let mut reached = alone(question.answer(source).unwrap());
    reached.times.sort_unstable();
    assert_eq!((reached.n_people, reached.times), (vec![0, 2, 3], vec![1, 2, 24]));
    assert_eq!(reached.by_period, [[0, 0, 3], [0, 1, 0], [0, 1, 0]]);
    let who = |names: &[&str]| {
        let mut all: Vec<i64> = names.iter().map(|name| person_hash(WORKSPACE, name).cast_signed()).collect();
        all.sort_unstable();
        all
    };
    let went_the_whole_way = question.people(source, |_, reached| reached.n_people[2] > 0).unwrap();
    assert_eq!(went_the_whole_way, who(&["ada", "bob", "cyd"]));
    // Whose first visit ever was before the tenth moment does not count any more.
    let first_ever = alone(funnel(Some(10)).ask(&Scope::everything(), None).unwrap().answer(source).unwrap());
    assert_eq!(first_ever.n_people, [0, 2, 0]);
    let visits = trend(&Scope::everything(), &[Pattern::of("visit")], tens(), Some(&by_plan(1))).unwrap();
    let on_team = |label: &Label, trend: &Trend| {
        *label == value("team") && trend.counts().nth(1).is_some_and(|counts| counts[0].n_events > 0)
    };
    assert_eq!(visits.people(source, on_team).unwrap(), who(&["ada", "dee"]));
}

#[tokio::test]
async fn a_question_ends_when_it_is_stopped_or_takes_too_much() {
    let dir = tempfile::tempdir().unwrap();
    let view = view(dir.path()).await;
    let files = view.files();
    let visit = Pattern::of("visit");
    let ask = |limits: &Limits| {
        let source = Source { files: &files, moved: &[], n_threads: 2, limits };
        trend(&Scope::everything(), std::slice::from_ref(&visit), tens(), Some(&by_plan(2)))
            .unwrap()
            .answer(source)
    };
    assert!(ask(&Limits::new(1 << 20)).is_ok());
    assert!(matches!(ask(&Limits::new(300)), Err(heedful_events::Error::TooMuch)));
    let stopped = Limits::none();
    stopped.stop();
    assert!(matches!(ask(&stopped), Err(heedful_events::Error::Stopped)));
}
