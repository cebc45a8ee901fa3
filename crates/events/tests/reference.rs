//! Real event logs against values computed with pandas. Skipped, saying so, where the data are absent.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that fails should stop"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use heedful_events::Micros;
use heedful_events::journey::funnel::{Funnel, StepOrder};
use heedful_events::journey::retention::{Cohorts, RETURN, Retention, Returning, START};
use heedful_events::journey::{Journey, Matches, Periods};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde_json::Value;

/// What each person did, in the order of time, by what they are called.
type Journeys = BTreeMap<String, Vec<(Micros, Matches)>>;

fn data(file: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(file);
    if !path.exists() {
        println!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}

fn expected(name: &str) -> Option<Value> {
    let text = std::fs::read_to_string(data("reference_results.json")?).unwrap();
    let mut all: Value = serde_json::from_str(&text).expect("the reference values are JSON");
    Some(all[name].take())
}

/// Reads a log of which `event` makes of a row who it was, when, and what it matches.
fn read(file: &str, event: impl Fn(&csv::StringRecord) -> (String, Micros, Matches)) -> Option<Journeys> {
    let mut rows = csv::Reader::from_reader(GzDecoder::new(File::open(data(file)?).unwrap()));
    let mut journeys = Journeys::new();
    for row in rows.records() {
        let (who, at, matches) = event(&row.unwrap());
        journeys.entry(who).or_default().push((at, matches));
    }
    for events in journeys.values_mut() {
        events.sort_by_key(|(at, _)| *at);
    }
    Some(journeys)
}

fn walk(journeys: &Journeys, mut each: impl FnMut(Journey)) {
    for events in journeys.values() {
        let (at, matches): (Vec<_>, Vec<_>) = events.iter().copied().unzip();
        each(Journey::new(&at, &matches));
    }
}

fn midnight(day: Date) -> Micros {
    day.to_zoned(TimeZone::UTC).unwrap().timestamp().as_microsecond()
}

#[test]
fn buyers_of_music_come_back_as_often_as_pandas_says() {
    let (Some(expected), Some(buyers)) = (
        expected("cdnow_monthly_retention"),
        read("events/cdnow_master.csv.gz", |row| {
            (row[0].to_owned(), midnight(row[1].parse().unwrap()), START | RETURN)
        }),
    ) else {
        return;
    };
    let months = date(1997, 1, 1).series(jiff::Span::new().months(1)).take(19).map(midnight).collect();
    let months = Periods::new(months).unwrap();
    let mut retention = Retention::new(months, Cohorts::FirstTime, Returning::On);
    walk(&buyers, |journey| retention.add(journey));
    for (cohort, (month, counts)) in expected.as_object().unwrap().iter().enumerate() {
        let found = &retention.counts()[cohort];
        let expected: Vec<u64> = (0..found.len()).map(|k| counts[k.to_string()].as_u64().unwrap()).collect();
        assert_eq!(found, &expected, "{month}");
    }
}

#[test]
fn loans_come_as_far_as_pandas_says() {
    const STEPS: [&str; 5] = ["A_SUBMITTED", "A_PREACCEPTED", "A_ACCEPTED", "A_FINALIZED", "A_APPROVED"];
    let (Some(expected), Some(loans)) = (
        expected("bpic2012"),
        read("events/bpic2012_loan_applications.csv.gz", |row| {
            let step = STEPS.iter().position(|step| *step == &row[1]);
            let at: Timestamp = row[2].parse().unwrap();
            (row[0].to_owned(), at.as_microsecond(), step.map_or(0, |step| 1 << step))
        }),
    ) else {
        return;
    };
    let mut funnel = Funnel::new(STEPS.len(), Micros::MAX, StepOrder::Ordered, &[]).unwrap();
    let mut n_reached = [0_u64; STEPS.len()];
    walk(&loans, |journey| {
        n_reached[..funnel.reach(journey)].iter_mut().for_each(|n| *n += 1);
    });
    let expected = STEPS.map(|step| expected["cases_reaching"][step].as_u64().unwrap());
    assert_eq!(n_reached, expected);
}
