//! Funnels: how far people come on a way of several steps.

use heedful_db::types::SECOND;
use heedful_events::Micros;
use heedful_events::journey::Periods;
use heedful_events::journey::funnel::{Exclusion, STEPS_MAX, StepOrder};
use heedful_events::question::{self, Breakdown, Group, Reached, Scope, Source};
use heedful_events::scan::pattern::Pattern;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deed::Deed;
use super::figures::share;
use super::frame::{Frame, Framed};
use super::interval::{self, Interval, PeriodOut};
use super::plan::{Cell, GroupOut, Plan};
use crate::platform::invalid::Invalid;

/// 14 days.
const WINDOW_DEFAULT_S: i64 = 14 * 86_400;
/// Ten years.
const WINDOW_MAX_S: i64 = 3_650 * 86_400;
const EXCLUSIONS_MAX: usize = 10;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FunnelQuestion {
    #[serde(flatten)]
    pub frame: Frame,
    #[schema(min_items = 1, max_items = 32)]
    pub steps: Vec<Deed>,
    /// All steps are within so many seconds of the first; 14 days, when not given.
    #[schema(minimum = 1, maximum = 315_360_000)]
    pub window_s: Option<i64>,
    #[serde(default)]
    pub order: Order,
    /// What must not happen on the way.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub exclude: Vec<Exclude>,
    /// Whose value counts in a breakdown.
    #[serde(default)]
    pub attribution: Attribution,
    /// Whether only the first time ever counts that somebody took the first step.
    #[serde(default)]
    pub first_ever: bool,
    /// Tells the funnel for each period in which the first step was taken, too.
    pub interval: Option<Interval>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// One after the other; anything may happen in between.
    #[default]
    Ordered,
    /// One right after the other.
    Strict,
    /// In whatever order.
    Any,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "they are words of the API, where they stand alone")]
pub enum Attribution {
    /// The value at the first step.
    #[default]
    FirstStep,
    /// The value at the last step that was reached.
    LastStep,
    /// Every value has a funnel of its own, whose steps all have it.
    EveryStep,
}

/// What must not happen between two steps; anywhere on the way, when they are not named.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Exclude {
    #[serde(flatten)]
    pub deed: super::deed::ExactDeed,
    /// The step after which it counts, from 0.
    pub after: Option<usize>,
    /// The step until which it counts.
    pub before: Option<usize>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FunnelAnswer {
    /// Everybody together; with a breakdown of every step, those of all values.
    pub steps: Vec<StepOut>,
    /// How long the whole way took.
    pub time_to_convert: Option<Times>,
    /// With a breakdown: the same for each value.
    pub groups: Vec<FunnelGroup>,
    /// With an interval: the same by when the first step was taken.
    pub periods: Vec<FunnelPeriod>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StepOut {
    pub label: String,
    /// Who came here at least.
    pub people: u64,
    /// Of those who took the first step.
    pub from_first: Option<f64>,
    /// Of those who took the step before.
    pub from_previous: Option<f64>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FunnelGroup {
    pub group: Option<GroupOut>,
    pub steps: Vec<StepOut>,
    pub time_to_convert: Option<Times>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FunnelPeriod {
    #[serde(flatten)]
    pub period: PeriodOut,
    pub people: Vec<u64>,
    /// Of those who took the first step, who went the whole way.
    pub conversion: Option<f64>,
}

/// How long the whole way took those who went it, in seconds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Times {
    pub median_s: f64,
    pub p90_s: f64,
    pub mean_s: f64,
    /// So many people in stretches that are each as long as the others.
    pub histogram: Vec<Stretch>,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Stretch {
    pub from_s: f64,
    pub to_s: f64,
    pub people: u64,
}

pub struct FunnelPlan {
    labels: Vec<String>,
    question: question::FunnelQuestion,
    scope: Scope,
    breakdown: Option<Breakdown>,
    bounds: Option<Vec<Micros>>,
}

impl FunnelQuestion {
    pub fn plan(&self, framed: &Framed, invalid: &mut Invalid) -> Option<FunnelPlan> {
        invalid.check("steps", (1..=STEPS_MAX).contains(&self.steps.len()), "must be 1 to 32");
        let window_s = self.window_s.unwrap_or(WINDOW_DEFAULT_S);
        invalid.check("window_s", (1..=WINDOW_MAX_S).contains(&window_s), "must be 1 second to 10 years");
        invalid.check("exclude", self.exclude.len() <= EXCLUSIONS_MAX, "must be at most 10");
        let steps: Vec<Pattern> = self.steps.iter().map(|step| step.pattern("steps", invalid)).collect();
        let exclusions = self.exclude.iter().filter_map(|exclude| self.exclusion(exclude, invalid)).collect();
        let bounds = match self.interval {
            Some(interval) => {
                let bounds = interval::bounds(interval, framed.from, framed.to, &framed.zone);
                invalid.check("interval", bounds.is_some(), interval::TOO_MANY);
                Some(bounds?)
            }
            None => None,
        };
        let question = question::FunnelQuestion {
            steps,
            window: window_s.saturating_mul(SECOND),
            order: match self.order {
                Order::Ordered => StepOrder::Ordered,
                Order::Strict => StepOrder::Strict,
                Order::Any => StepOrder::Any,
            },
            exclusions,
            attribution: match self.attribution {
                Attribution::FirstStep => question::Attribution::FirstStep,
                Attribution::LastStep => question::Attribution::LastStep,
                Attribution::EveryStep => question::Attribution::EveryStep,
            },
            first_ever_from: self.first_ever.then_some(framed.from),
            with_times: true,
            periods: bounds.as_deref().and_then(interval::periods),
        };
        let scope = if self.first_ever { framed.scope_from_the_beginning() } else { framed.scope.clone() };
        let labels = self.steps.iter().map(Deed::label).collect();
        Some(FunnelPlan { labels, question, scope, breakdown: framed.breakdown.clone(), bounds })
    }

    fn exclusion(&self, exclude: &Exclude, invalid: &mut Invalid) -> Option<(Pattern, Exclusion)> {
        let last = self.steps.len().saturating_sub(1);
        let (after, before) = (exclude.after.unwrap_or(0), exclude.before.unwrap_or(last));
        let is_between = after < before && before <= last;
        invalid.check("exclude", is_between, "must lie between two steps");
        let pattern = Deed::Exact(exclude.deed.clone()).pattern("exclude", invalid);
        is_between.then_some((pattern, Exclusion { after, before }))
    }
}

impl Plan for FunnelPlan {
    type Answer = FunnelAnswer;

    fn answer(&self, source: Source) -> heedful_events::Result<FunnelAnswer> {
        let question = self.question.clone().ask(&self.scope, self.breakdown.as_ref());
        let groups = question.map_or_else(|| Ok(Vec::new()), |question| question.answer(source))?;
        let all = together(&groups, self.labels.len());
        let is_broken_down = self.breakdown.is_some();
        let groups = groups.iter().filter(|_| is_broken_down).map(|group| FunnelGroup {
            group: GroupOut::of(&group.label),
            steps: self.steps(&group.tally.n_people),
            time_to_convert: Times::of(&group.tally.times),
        });
        Ok(FunnelAnswer {
            steps: self.steps(&all.n_people),
            time_to_convert: Times::of(&all.times),
            groups: groups.collect(),
            periods: self.periods(&all),
        })
    }

    fn people(&self, source: Source, cell: &Cell) -> heedful_events::Result<Option<Vec<i64>>> {
        let Some(step) = cell.step.filter(|step| *step < self.labels.len()) else { return Ok(None) };
        let period = match (cell.period, &self.bounds) {
            (Some(period), Some(bounds)) => match bounds.get(period..period + 2) {
                Some(bounds) => Periods::new(bounds.to_vec()),
                None => return Ok(None),
            },
            _ => None,
        };
        let is_in_period = period.is_some();
        let asked = question::FunnelQuestion { with_times: false, periods: period, ..self.question.clone() };
        let Some(question) = asked.ask(&self.scope, self.breakdown.as_ref()) else { return Ok(None) };
        let last = if cell.dropped { step + 1 } else { self.labels.len() };
        let is_in = |counts: &[u64]| counts.iter().take(last + 1).skip(step + 1).any(|n| *n > 0);
        let people = question.people(source, |label, reached| {
            let counts = if is_in_period { reached.by_period.first() } else { Some(&reached.n_people) };
            cell.has(label) && counts.is_some_and(|counts| is_in(counts))
        });
        people.map(Some)
    }
}

impl FunnelPlan {
    fn steps(&self, n_people: &[u64]) -> Vec<StepOut> {
        let reached = at_least(n_people);
        let first = reached.first().copied().unwrap_or_default();
        let of = |(index, label): (usize, &String)| {
            let people = reached.get(index).copied().unwrap_or_default();
            let before = index.checked_sub(1).and_then(|before| reached.get(before)).copied();
            StepOut {
                label: label.clone(),
                people,
                from_first: share(people, first),
                from_previous: share(people, before.unwrap_or(first)),
            }
        };
        self.labels.iter().enumerate().map(of).collect()
    }

    fn periods(&self, all: &Reached) -> Vec<FunnelPeriod> {
        let periods = self.bounds.as_deref().map(interval::periods_out).unwrap_or_default();
        let of = |(period, counts): (PeriodOut, &Vec<u64>)| {
            let people = at_least(counts);
            let ends = people.first().zip(people.last());
            FunnelPeriod { period, conversion: ends.and_then(|(first, last)| share(*last, *first)), people }
        };
        periods.into_iter().zip(&all.by_period).map(of).collect()
    }
}

/// How many came to each step at least, out of how many came exactly so far.
fn at_least(n_people: &[u64]) -> Vec<u64> {
    (1..n_people.len()).map(|step| n_people[step..].iter().sum()).collect()
}

fn together(groups: &[Group<Reached>], n_steps: usize) -> Reached {
    use heedful_events::question::Tally;
    let empty = Reached { n_people: vec![0; n_steps + 1], ..Reached::default() };
    let mut all = groups.first().map_or(empty, |group| group.tally.clone());
    for group in groups.iter().skip(1) {
        all.merge(&group.tally);
    }
    all
}

impl Times {
    #[expect(clippy::cast_precision_loss, reason = "times are shown with a few digits")]
    fn of(times: &[Micros]) -> Option<Self> {
        /// Stretches of a picture.
        const STRETCHES: usize = 20;
        let mut seconds: Vec<f64> = times.iter().map(|time| *time as f64 / 1e6).collect();
        seconds.sort_by(f64::total_cmp);
        let (longest, n) = (*seconds.last()?, seconds.len());
        let at = |q: f64| {
            let place = (n - 1) as f64 * q;
            let low =
                seconds.iter().zip(0_u32..).take_while(|(_, index)| f64::from(*index) <= place).count() - 1;
            seconds[low] + (seconds[(low + 1).min(n - 1)] - seconds[low]) * place.fract()
        };
        // A few who took very long would leave no room for the others.
        let end = if longest > 4.0 * at(0.95) { 2.0 * at(0.95) } else { longest };
        let end = if end > 0.0 { end } else { 1.0 };
        let bound = |index: usize| end * index as f64 / STRETCHES as f64;
        let n_below = |bound: f64| seconds.partition_point(|second| *second < bound);
        let stretch = |index: usize| {
            let (from_s, to_s) = (bound(index), bound(index + 1));
            let is_last = index + 1 == STRETCHES;
            let to_s = if is_last { longest.max(to_s) } else { to_s };
            let n_before_end = if is_last { n } else { n_below(to_s) };
            let people = u64::try_from(n_before_end - n_below(from_s)).unwrap_or_default();
            Stretch { from_s, to_s, people }
        };
        Some(Self {
            median_s: at(0.5),
            p90_s: at(0.9),
            mean_s: seconds.iter().sum::<f64>() / n as f64,
            histogram: (0..STRETCHES).map(stretch).collect(),
        })
    }
}
