//! The seven questions of a product team over a log of events, on the files as they are at rest.
//!
//! `cargo bench --bench questions -- LOG.parquet DIR [RUNS]`: LOG has the columns event_id, ts, person, event, plan, country,
//! platform and value; DIR keeps the data files, which are made when missing. Prints one line of JSON.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark tells roughly what it found"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMicrosecondType};
use heedful_events::batch::person_hash;
use heedful_events::event::{Event, EventId, Micros, Value};
use heedful_events::journey::funnel::{Funnel, StepOrder};
use heedful_events::journey::lifecycle::Lifecycle;
use heedful_events::journey::retention::{Cohorts, Retention, Returning};
use heedful_events::journey::trend::Trend;
use heedful_events::journey::{Journey, Periods};
use heedful_events::scan::file::DataFile;
use heedful_events::scan::pattern::Pattern;
use heedful_events::scan::people::fold;
use heedful_events::scan::strip::{Reading, Run};
use heedful_events::table::file;
use heedful_events::table::layout::Layout;
use heedful_events::table::rows::RowsBuilder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value as Json, json};

const DAY: Micros = 86_400_000_000;
const WEEK: Micros = 7 * DAY;
/// 2026-08-01, a Saturday; weeks begin on Monday, 2026-07-27.
const FIRST_DAY: Micros = 1_785_542_400_000_000;
const FIRST_WEEK: Micros = FIRST_DAY - 5 * DAY;
const EVENTS: [&str; 14] = [
    "page_viewed",
    "searched",
    "item_opened",
    "item_saved",
    "comment_added",
    "report_exported",
    "integration_connected",
    "settings_changed",
    "help_opened",
    "error_shown",
    "signed_up",
    "created_project",
    "invited_teammate",
    "subscribed",
];

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let [log, dir, ..] = args.as_slice() else { anyhow::bail!("LOG.parquet DIR [RUNS]") };
    let n_runs = args.get(2).map_or(Ok(5), |runs| runs.parse())?;
    let path = Path::new(dir).join("events.parquet");
    if !path.exists() {
        std::fs::create_dir_all(dir)?;
        let started = Instant::now();
        let n_events = store(Path::new(log), &path)?;
        println!("stored {n_events} events in {:.1} s", started.elapsed().as_secs_f64());
    }
    let file = DataFile::open(&path)?;
    let files = [&file];
    let bytes = std::fs::metadata(&path)?.len();
    println!("{:.2} bytes an event", bytes as f64 / files[0].n_rows() as f64);
    let n_threads = std::thread::available_parallelism()?.get();
    let mut answers = BTreeMap::new();
    for (name, question) in QUESTIONS {
        let mut times: Vec<f64> = Vec::new();
        for _ in 0..n_runs {
            let started = Instant::now();
            answers.insert(name, question(&files, n_threads)?);
            times.push(started.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        println!("{name:<15} {:.4} s  {}", times[times.len() / 2], short(&answers[name]));
    }
    Ok(())
}

fn short(answer: &Json) -> String {
    answer.to_string().chars().take(120).collect()
}

type Question = fn(&[&DataFile], usize) -> Result<Json>;

const QUESTIONS: [(&str, Question); 7] = [
    ("trend", trend),
    ("funnel", |files, n| funnel(files, n, &EVENTS[10..14])),
    ("funnel_wide", |files, n| funnel(files, n, &EVENTS[..4])),
    ("funnel_by_plan", funnel_by_plan),
    ("retention", retention),
    ("lifecycle", lifecycle),
    ("experiment", experiment),
];

fn reading(events: &[&str]) -> Reading {
    let patterns = events.iter().map(|event| Pattern::of(event)).collect();
    Reading { patterns, from: Micros::MIN, to: Micros::MAX, ..Reading::default() }
}

fn journey<'r>(run: &Run<'r>) -> Journey<'r> {
    Journey::new(run.at, run.matches)
}

fn periods(first: Micros, step: Micros, n: i64) -> Result<Periods> {
    Periods::new((0..=n).map(|index| first + index * step).collect()).context("no periods")
}

fn trend(files: &[&DataFile], n_threads: usize) -> Result<Json> {
    let begin = Trend::new(periods(FIRST_DAY, DAY, 90)?, EVENTS.len()).context("too many")?;
    let parts = fold(
        files,
        &reading(&EVENTS),
        n_threads,
        || begin.clone(),
        |trend, _, run| trend.add(journey(&run)),
    )?;
    let mut sums = vec![(0, 0); 90 * EVENTS.len()];
    for part in &parts {
        for (sum, count) in sums.iter_mut().zip(part.counts().flatten()) {
            *sum = (sum.0 + count.n_events, sum.1 + count.n_people);
        }
    }
    Ok(json!(sums))
}

fn funnel(files: &[&DataFile], n_threads: usize, steps: &[&str]) -> Result<Json> {
    let funnel = Funnel::new(steps.len(), WEEK, StepOrder::Ordered, &[]).context("no funnel")?;
    let begin = || (funnel.clone(), [0_u64; 5]);
    let parts = fold(files, &reading(steps), n_threads, begin, |(funnel, reached), _, run| {
        reached[funnel.reach(journey(&run))] += 1;
    })?;
    Ok(json!(parts.iter().fold([0; 5], |sum, (_, part)| std::array::from_fn(|step| sum[step] + part[step]))))
}

fn funnel_by_plan(files: &[&DataFile], n_threads: usize) -> Result<Json> {
    let funnel = Funnel::new(4, WEEK, StepOrder::Ordered, &[]).context("no funnel")?;
    let reading = Reading { word: Some("plan".to_owned()), ..reading(&EVENTS[..4]) };
    let begin = || (funnel.clone(), BTreeMap::<Option<Box<str>>, [u64; 5]>::new());
    let parts = fold(files, &reading, n_threads, begin, |(funnel, reached), _, run| {
        let word =
            run.words.first().and_then(|word| run.dictionary.get(*word as usize)).and_then(Option::as_ref);
        let step = funnel.reach(journey(&run));
        match reached.iter_mut().find(|(plan, _)| plan.as_ref() == word) {
            Some((_, of_plan)) => of_plan[step] += 1,
            None => reached.entry(word.cloned()).or_default()[step] += 1,
        }
    })?;
    let mut sums: BTreeMap<String, [u64; 5]> = BTreeMap::new();
    for (plan, reached) in parts.into_iter().flat_map(|(_, part)| part) {
        let sum = sums.entry(plan.unwrap_or_default().into()).or_default();
        *sum = std::array::from_fn(|step| sum[step] + reached[step]);
    }
    Ok(json!(sums))
}

fn retention(files: &[&DataFile], n_threads: usize) -> Result<Json> {
    let begin = Retention::new(periods(FIRST_WEEK, WEEK, 14)?, Cohorts::FirstTime, Returning::On);
    let reading = reading(&["signed_up", "item_opened"]);
    let parts =
        fold(files, &reading, n_threads, || begin.clone(), |retention, _, run| retention.add(journey(&run)))?;
    let mut sums = begin.counts().to_vec();
    for part in &parts {
        for (sum, count) in sums.iter_mut().flatten().zip(part.counts().iter().flatten()) {
            *sum += count;
        }
    }
    Ok(json!(sums))
}

fn lifecycle(files: &[&DataFile], n_threads: usize) -> Result<Json> {
    let begin = Lifecycle::new(periods(FIRST_WEEK, WEEK, 14)?);
    let reading = Reading { patterns: vec![Pattern::default()], ..reading(&[]) };
    let parts =
        fold(files, &reading, n_threads, || begin.clone(), |lifecycle, _, run| lifecycle.add(journey(&run)))?;
    let mut sums = vec![[0; 4]; begin.stages().len()];
    for part in &parts {
        for (sum, stage) in sums.iter_mut().zip(part.stages()) {
            let counts = [stage.n_new, stage.n_returning, stage.n_resurrecting, stage.n_dormant];
            *sum = std::array::from_fn(|index| sum[index] + counts[index]);
        }
    }
    Ok(json!(sums))
}

/// From the exposure on, the sum of the values of each person, by a half of the people.
fn experiment(files: &[&DataFile], n_threads: usize) -> Result<Json> {
    let reading = Reading { number: Some("value".to_owned()), ..reading(&["created_project", "item_saved"]) };
    let parts = fold(
        files,
        &reading,
        n_threads,
        || [(0_u64, 0.0, 0.0); 2],
        |sums, person, run| {
            let Some(exposed) = journey(&run).having(1).next() else { return };
            let saved = run.at.iter().zip(run.matches).zip(run.numbers);
            let value: f64 = saved
                .filter(|((at, matches), _)| **at >= exposed && **matches & 2 != 0)
                .map(|(_, value)| value)
                .sum();
            let variant = &mut sums[usize::from(person & 1 != 0)];
            *variant = (variant.0 + 1, variant.1 + value, variant.2 + value * value);
        },
    )?;
    let sum = |a: (u64, f64, f64), b: (u64, f64, f64)| (a.0 + b.0, a.1 + b.1, a.2 + b.2);
    Ok(json!(
        parts.into_iter().fold([(0, 0.0, 0.0); 2], |all, part| [sum(all[0], part[0]), sum(all[1], part[1])])
    ))
}

/// Makes one sorted data file of the log.
fn store(log: &Path, path: &Path) -> Result<usize> {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(log)?)?.with_batch_size(1 << 16).build()?;
    let mut layout = Layout::default();
    let mut builder = None;
    let mut n_events = 0;
    for batch in reader {
        let batch = batch?;
        let events = events(&batch)?;
        n_events += events.len();
        if builder.is_none() {
            layout.extend(events.iter());
            builder = Some(RowsBuilder::new(Box::leak(Box::new(layout.clone()))));
        }
        let Some(rows) = &mut builder else { continue };
        for event in &events {
            rows.push(person_hash([0; 16], &event.distinct_id), event);
        }
    }
    let rows = builder.context("an empty log")?.finish()?;
    ensure!(rows.num_rows() == n_events, "rows were lost");
    let started = Instant::now();
    file::write(&rows, File::create(path)?)?;
    println!("written in {:.1} s", started.elapsed().as_secs_f64());
    Ok(n_events)
}

fn events(batch: &RecordBatch) -> Result<Vec<Event<'_>>> {
    let column = |name: &str| batch.column_by_name(name).with_context(|| format!("no column {name}"));
    let text = |name: &str| Ok::<_, anyhow::Error>(column(name)?.as_string::<i32>());
    let (id, person, name) = (text("event_id")?, text("person")?, text("event")?);
    let at = column("ts")?.as_primitive::<TimestampMicrosecondType>();
    let value = column("value")?.as_primitive::<Float64Type>();
    let words = ["plan", "country", "platform"].map(|name| (name, text(name)));
    let events = (0..batch.num_rows()).map(|row| {
        let mut properties = vec![("value".into(), Value::Number(value.value(row)))];
        for (name, words) in &words {
            let words = words.as_ref().map_err(|error| anyhow::anyhow!("{error}"))?;
            properties.push(((*name).into(), Value::Text(words.value(row).into())));
        }
        Ok(Event {
            id: EventId::of(id.value(row)),
            at: at.value(row),
            distinct_id: person.value(row).into(),
            name: name.value(row).into(),
            properties,
        })
    });
    events.collect()
}
