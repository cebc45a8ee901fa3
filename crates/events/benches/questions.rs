//! The seven questions of a product team over a log of events, on the files as they are at rest.
//!
//! `cargo bench --bench questions -- LOG.parquet DIR [RUNS]`: LOG has the columns event_id, ts, person, event, plan, country,
//! platform and value; DIR keeps the data files, which are made when missing.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark tells roughly what it found"
)]

#[path = "common/log.rs"]
mod log;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use heedful_events::batch::person_hash;
use heedful_events::event::Micros;
use heedful_events::journey::funnel::StepOrder;
use heedful_events::journey::retention::{Cohorts, Returning};
use heedful_events::journey::{Journey, Periods};
use heedful_events::question::{self, Attribution, Breakdown, FunnelQuestion, Limits, Scope, Source};
use heedful_events::scan::file::DataFile;
use heedful_events::scan::pattern::Pattern;
use heedful_events::scan::people::fold;
use heedful_events::scan::strip::{Reading, Word};
use heedful_events::table::file;
use heedful_events::table::layout::Layout;
use heedful_events::table::rows::RowsBuilder;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value as Json, json};

static NO_LIMITS: Limits = Limits::none();
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
    let [log_path, dir, ..] = args.as_slice() else { anyhow::bail!("LOG.parquet DIR [RUNS]") };
    let n_runs = args.get(2).map_or(Ok(5), |runs| runs.parse())?;
    let path = Path::new(dir).join("events.parquet");
    if !path.exists() {
        std::fs::create_dir_all(dir)?;
        let started = Instant::now();
        let n_events = store(Path::new(log_path), &path)?;
        println!("stored {n_events} events in {:.1} s", started.elapsed().as_secs_f64());
    }
    let file = DataFile::open(&path)?;
    let files = [&file];
    let bytes = std::fs::metadata(&path)?.len();
    println!("{:.2} bytes an event", bytes as f64 / files[0].n_rows() as f64);
    let source = Source {
        files: &files,
        moved: &[],
        n_threads: std::thread::available_parallelism()?.get(),
        limits: &NO_LIMITS,
    };
    let mut answers = BTreeMap::new();
    for (name, question) in QUESTIONS {
        let mut times: Vec<f64> = Vec::new();
        for _ in 0..n_runs {
            let started = Instant::now();
            answers.insert(name, question(source)?);
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

type Question = fn(Source) -> Result<Json>;

const QUESTIONS: [(&str, Question); 7] = [
    ("trend", days),
    ("funnel", |source| funnel(source, &EVENTS[10..14], None)),
    ("funnel_wide", |source| funnel(source, &EVENTS[..4], None)),
    ("funnel_by_plan", |source| funnel(source, &EVENTS[..4], Some("plan"))),
    ("retention", weeks_after_sign_up),
    ("lifecycle", weeks_of_life),
    ("experiment", experiment),
];

fn patterns(events: &[&str]) -> Vec<Pattern> {
    events.iter().map(|event| Pattern::of(event)).collect()
}

fn periods(first: Micros, step: Micros, n: i64) -> Result<Periods> {
    Periods::new((0..=n).map(|index| first + index * step).collect()).context("no periods")
}

fn days(source: Source) -> Result<Json> {
    let days = periods(FIRST_DAY, DAY, 90)?;
    let question =
        question::trend(&Scope::everything(), &patterns(&EVENTS), days, None).context("no trend")?;
    let groups = question.answer(source)?;
    let counts = groups.iter().flat_map(|group| group.tally.counts()).flatten();
    Ok(json!(counts.map(|count| (count.n_events, count.n_people)).collect::<Vec<_>>()))
}

fn funnel(source: Source, steps: &[&str], by: Option<&str>) -> Result<Json> {
    let funnel = FunnelQuestion {
        steps: patterns(steps),
        window: WEEK,
        order: StepOrder::Ordered,
        exclusions: Vec::new(),
        attribution: Attribution::FirstStep,
        first_ever_from: None,
        with_times: false,
        periods: None,
    };
    let breakdown = by.map(|property| Breakdown { by: Word::Property(property.to_owned()), limit: 10 });
    let groups = funnel.ask(&Scope::everything(), breakdown.as_ref()).context("no funnel")?.answer(source)?;
    let counts = groups.iter().map(|group| (format!("{:?}", group.label), &group.tally.n_people));
    Ok(json!(counts.collect::<BTreeMap<_, _>>()))
}

fn weeks_after_sign_up(source: Source) -> Result<Json> {
    let (start, back) = (Pattern::of("signed_up"), Pattern::of("item_opened"));
    let rule = (periods(FIRST_WEEK, WEEK, 14)?, Cohorts::FirstTime, Returning::On);
    let groups = question::retention(&Scope::everything(), (&start, &back), rule, None).answer(source)?;
    Ok(json!(groups.iter().map(|group| group.tally.counts()).collect::<Vec<_>>()))
}

fn weeks_of_life(source: Source) -> Result<Json> {
    // The week before the first shows who was new in the first.
    let weeks = periods(FIRST_WEEK - WEEK, WEEK, 15)?;
    let groups = question::lifecycle(&Scope::everything(), &Pattern::default(), weeks).answer(source)?;
    let stages = groups.iter().flat_map(|group| group.tally.stages());
    let counts = stages.map(|stage| [stage.n_new, stage.n_returning, stage.n_resurrecting, stage.n_dormant]);
    Ok(json!(counts.collect::<Vec<_>>()))
}

/// From the exposure on, the sum of the values of each person, by a half of the people.
fn experiment(source: Source) -> Result<Json> {
    let reading = Reading {
        patterns: patterns(&["created_project", "item_saved"]),
        number: Some("value".to_owned()),
        from: Micros::MIN,
        to: Micros::MAX,
        ..Reading::default()
    };
    let parts = fold(
        source,
        &reading,
        || [(0_u64, 0.0, 0.0); 2],
        |sums, person, run| {
            let Some(exposed) = Journey::new(run.at, run.matches).having(1).next() else { return };
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
fn store(log_path: &Path, path: &Path) -> Result<usize> {
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(File::open(log_path)?)?.with_batch_size(1 << 16).build()?;
    let mut layout = Layout::default();
    let mut builder = None;
    let mut n_events = 0;
    for batch in reader {
        let batch = batch?;
        let events = log::events(&batch)?;
        n_events += events.len();
        if builder.is_none() {
            layout.extend(events.iter());
            builder = Some(RowsBuilder::new(Box::leak(Box::new(layout.clone()))));
        }
        let Some(rows) = &mut builder else { continue };
        for event in &events {
            rows.push(person_hash([0; 16], &event.distinct_id).cast_signed(), event);
        }
    }
    let rows = builder.context("an empty log")?.finish()?;
    ensure!(rows.num_rows() == n_events, "rows were lost");
    let started = Instant::now();
    file::write(&rows, File::create(path)?)?;
    println!("written in {:.1} s", started.elapsed().as_secs_f64());
    Ok(n_events)
}
