//! Metrics out of what people did: one number of the answer to a question, asked for the time that is meant.

use heedful_db::{Micros, WorkspaceId};
use heedful_stats::{Confidence, Proportion, wilson};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::definition::{AnswerPart, MetricDefinition};
use crate::platform::ctx::Ctx;
use crate::platform::error::{Error, Result};
use crate::platform::figure::{Figure, percent};
use crate::platform::invalid::Invalid;
use crate::platform::{periods, time};
use crate::understand::questions::adoption::AdoptionAnswer;
use crate::understand::questions::ask::ask;
use crate::understand::questions::counts::Counts;
use crate::understand::questions::definition::Definition;
use crate::understand::questions::funnel::FunnelAnswer;
use crate::understand::questions::interval::{self, Interval, PeriodOut};
use crate::understand::questions::lifecycle::LifecycleAnswer;
use crate::understand::questions::retention::RetentionAnswer;
use crate::understand::questions::stickiness::StickinessAnswer;
use crate::understand::questions::trend::TrendAnswer;

/// How long after somebody began it is looked whether they came back, when a metric does not say: the next period.
const AFTER_DEFAULT: usize = 1;
const AFTER_MAX: usize = 104;
const STAGES: &[&str] = &["new", "returning", "resurrecting", "dormant"];

/// The number of a question for a stretch of time, its end excluded.
pub async fn measure(
    ctx: &Ctx,
    ws: &WorkspaceId,
    definition: &MetricDefinition,
    (from, to): (Micros, Micros),
) -> Result<Figure> {
    let Some(question) = definition.question.clone() else {
        return Ok(Figure::none(0, "no_question", "No question is named."));
    };
    let part = &definition.part;
    let begins = begin(ctx, ws, &question, part, from).await?;
    let whole = in_one_piece(question).undivided(definition.segment_id.as_deref());
    let answer = match ask(ctx, ws, whole.between(time::out(begins), time::out(to))).await {
        Ok(answer) => answer,
        // Such as a segment that is gone, or more than can be reckoned with: one metric must not hide the others.
        Err(Error::Invalid(invalid)) => return Ok(Figure::none(0, "invalid", complaints(&invalid))),
        Err(other) => return Err(other),
    };
    let stretch = Stretch { from: time::out(from), over: time::out(to.min(ctx.now)) };
    Ok(figure(&answer.counts, part, &stretch))
}

fn complaints(invalid: &Invalid) -> String {
    let one = |(field, words): (&String, &Vec<String>)| format!("{field} {}", words.join(", "));
    format!("The question cannot be asked: {}.", invalid.0.iter().map(one).collect::<Vec<_>>().join("; "))
}

/// What keeps a question from being a metric.
pub async fn check(ctx: &Ctx, ws: &WorkspaceId, definition: &MetricDefinition) -> Result<()> {
    let Some(question) = definition.question.clone() else { return Ok(()) };
    let mut invalid = Invalid::default();
    check_part(&question, &definition.part, &mut invalid);
    let zone = periods::time_zone(&mut *ctx.read().await?, ws).await?;
    match in_one_piece(question).undivided(definition.segment_id.as_deref()).plan(ctx, ws, &zone).await {
        Err(Error::Invalid(of_question)) => {
            for (field, complaints) in of_question.0 {
                for complaint in complaints {
                    invalid.add(&format!("definition.question.{field}"), &complaint);
                }
            }
        }
        planned => drop(planned?),
    }
    invalid.or(())?;
    Ok(())
}

fn check_part(question: &Definition, part: &AnswerPart, invalid: &mut Invalid) {
    let no_groups = !question.is_broken_down();
    invalid.check("definition.question.breakdown", no_groups, "must be left out: a metric is one number");
    match question {
        Definition::Trend(trend) => {
            let has = trend.formula.is_some() || part.series < trend.series.len();
            invalid.check("definition.part.series", has, "must be a series of the question, from 0");
        }
        Definition::Funnel(funnel) => {
            let n_steps = funnel.steps.len();
            invalid.check("definition.question.steps", n_steps > 1, "must be at least two");
            let has = part.step.is_none_or(|step| (1..n_steps).contains(&step));
            invalid.check("definition.part.step", has, "must be a step after the first, from 1");
        }
        Definition::Retention(retention) => {
            let has = (1..=AFTER_MAX).contains(&part.after.unwrap_or(AFTER_DEFAULT));
            invalid.check("definition.part.after", has, "must be between 1 and 104 periods");
            let has_periods = retention.interval != Interval::All;
            invalid.check("definition.question.interval", has_periods, "must be hour, day, week or month");
        }
        Definition::Lifecycle(_) => {
            let stage = part.stage.as_deref().unwrap_or(STAGES[0]);
            invalid.check_choice("definition.part.stage", stage, STAGES);
        }
        Definition::Paths(_) => {
            invalid.add("definition.question.kind", "must not be paths: they are not one number");
        }
        Definition::Stickiness(_) | Definition::Adoption(_) => {}
    }
}

/// The question for a stretch of time as a whole, where its kind has no periods of its own.
fn in_one_piece(mut question: Definition) -> Definition {
    match &mut question {
        Definition::Trend(trend) => {
            (trend.interval, trend.compare, trend.rolling) = (Interval::All, false, None);
        }
        Definition::Funnel(funnel) => funnel.interval = None,
        Definition::Adoption(adoption) => adoption.interval = Interval::All,
        _ => {}
    }
    question
}

/// From when on events are needed: who comes back in a time began before it.
async fn begin(
    ctx: &Ctx,
    ws: &WorkspaceId,
    question: &Definition,
    part: &AnswerPart,
    from: Micros,
) -> Result<Micros> {
    let Definition::Retention(retention) = question else { return Ok(from) };
    let zone = match question.time_zone().map(TimeZone::get) {
        Some(Ok(zone)) => zone,
        _ => periods::time_zone(&mut *ctx.read().await?, ws).await?,
    };
    let start = interval::bounds(retention.interval, from, from + 1, &zone);
    let mut begins = start.and_then(|bounds| bounds.first().copied()).unwrap_or(from);
    for _ in 0..part.after.unwrap_or(AFTER_DEFAULT) {
        begins = interval::before(retention.interval, begins, &zone).unwrap_or(begins);
    }
    Ok(begins)
}

/// The time that is meant, as far as it is over.
struct Stretch {
    from: Timestamp,
    over: Timestamp,
}

impl Stretch {
    fn has_whole(&self, period: &PeriodOut) -> bool {
        self.from <= period.from && period.to <= self.over
    }
}

fn figure(counts: &Counts, part: &AnswerPart, stretch: &Stretch) -> Figure {
    match counts {
        Counts::Trend(trend) => of_trend(trend, part),
        Counts::Funnel(funnel) => of_funnel(funnel, part),
        Counts::Retention(retention) => of_retention(retention, part, stretch),
        Counts::Lifecycle(lifecycle) => of_lifecycle(lifecycle, part, stretch),
        Counts::Stickiness(stickiness) => of_stickiness(stickiness),
        Counts::Adoption(adoption) => of_adoption(adoption),
        Counts::Paths(_) => Figure::none(0, "no_number", "Paths are not one number."),
    }
}

/// The formula where there is one.
fn of_trend(trend: &TrendAnswer, part: &AnswerPart) -> Figure {
    let formula = trend.series.iter().find(|series| series.series.is_none());
    let series = formula.or_else(|| trend.series.iter().find(|series| series.series == Some(part.series)));
    match series.and_then(|series| series.values.first().copied().flatten()) {
        Some(value) => Figure::exact(1, value),
        None => nothing(),
    }
}

fn of_funnel(funnel: &FunnelAnswer, part: &AnswerPart) -> Figure {
    let people: Vec<u64> = funnel.steps.iter().map(|step| step.people).collect();
    let last = part.step.unwrap_or(people.len().saturating_sub(1));
    let (Some(began), Some(came)) = (people.first(), people.get(last)) else { return nothing() };
    share(if part.dropped { began - came } else { *came }, *began)
}

/// Of all who began so many periods before one that lies in the stretch and is over.
fn of_retention(retention: &RetentionAnswer, part: &AnswerPart, stretch: &Stretch) -> Figure {
    let after = part.after.unwrap_or(AFTER_DEFAULT);
    let Some(group) = retention.groups.first() else { return nothing() };
    let whole = retention.periods.iter().skip(after).map(|period| stretch.has_whole(period));
    let counted = group.cohorts.iter().zip(whole).filter(|(_, is_whole)| *is_whole);
    let (mut began, mut came) = (0, 0);
    for (cohort, _) in counted {
        began += cohort.first().copied().unwrap_or_default();
        came += cohort.get(after).copied().unwrap_or_default();
    }
    share(came, began)
}

/// The last period that is over.
fn of_lifecycle(lifecycle: &LifecycleAnswer, part: &AnswerPart, stretch: &Stretch) -> Figure {
    let mut whole = lifecycle.periods.iter().zip(&lifecycle.stages).rev();
    let Some((_, stage)) = whole.find(|(period, _)| period.to <= stretch.over) else {
        return Figure::none(0, "not_over", "No period of this time is over yet.");
    };
    let n = match part.stage.as_deref() {
        Some("returning") => stage.returning,
        Some("resurrecting") => stage.resurrecting,
        Some("dormant") => stage.dormant,
        _ => stage.new,
    };
    Figure::exact(n, number(n))
}

/// In how many periods people are active, on average.
fn of_stickiness(stickiness: &StickinessAnswer) -> Figure {
    let people: u64 = stickiness.people.iter().sum();
    let active: u64 = stickiness.people.iter().zip(1..).map(|(people, n_periods)| people * n_periods).sum();
    if people == 0 { nothing() } else { Figure::exact(people, number(active) / number(people)) }
}

/// Of those who were there, who used the feature.
fn of_adoption(adoption: &AdoptionAnswer) -> Figure {
    match adoption.groups.first().and_then(|group| group.values.first()) {
        Some(value) => share(value.users, value.active),
        None => nothing(),
    }
}

fn share(part: u64, whole: u64) -> Figure {
    if whole == 0 {
        return nothing();
    }
    let share = Proportion::new(part, whole).and_then(|share| wilson(share, Confidence::P95));
    Figure::of(whole, share.map(percent))
}

fn nothing() -> Figure {
    Figure::none(0, "empty", "Nobody did this in that time.")
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts beyond 2^53")]
fn number(n: u64) -> f64 {
    n as f64
}
