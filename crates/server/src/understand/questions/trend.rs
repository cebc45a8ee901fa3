//! Trends: how often something is done, by how many, and with which numbers.

use heedful_events::Micros;
use heedful_events::journey::numbers::Sample;
use heedful_events::journey::trend::Count;
use heedful_events::question::{self, Breakdown, Group, Label, Scope, Source};
use heedful_events::scan::pattern::Pattern;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::deed::{Deed, ExactDeed};
use super::figures::{number, share};
use super::formula::{Formula, Lines};
use super::frame::{Frame, Framed};
use super::interval::{self, Interval, PeriodOut};
use super::plan::{Cell, GroupOut, Plan};
use crate::platform::invalid::Invalid;

const SERIES_MAX: usize = 20;
const ROLLING_MAX: usize = 365;
const DAY: Micros = heedful_db::types::DAY;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TrendQuestion {
    #[serde(flatten)]
    pub frame: Frame,
    #[schema(min_items = 1, max_items = 20)]
    pub series: Vec<Series>,
    #[serde(default)]
    pub interval: Interval,
    /// Reckons with the series, which are called A, B, C … in their order: `A / B * 100`.
    #[schema(max_length = 200)]
    pub formula: Option<String>,
    /// Whether the time before, of the same length, is told too.
    #[serde(default)]
    pub compare: bool,
    /// Each value is the mean of so many up to it.
    #[schema(minimum = 2, maximum = 365)]
    pub rolling: Option<usize>,
}

/// One line of a trend.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Series {
    #[serde(flatten)]
    pub deed: ExactDeed,
    #[serde(default)]
    pub aggregate: Aggregate,
    /// The property whose numbers are added up, for aggregates of numbers.
    #[schema(max_length = 200)]
    pub property: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Events.
    #[default]
    Count,
    /// People, each once in a period.
    People,
    /// Events for each of those people.
    PerPerson,
    /// People within the 7 days up to the end of each period.
    WeeklyActive,
    /// People within the 30 days up to the end of each period.
    MonthlyActive,
    Sum,
    Average,
    Min,
    Median,
    P90,
    P95,
    P99,
    Max,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TrendAnswer {
    pub periods: Vec<PeriodOut>,
    pub series: Vec<SeriesOut>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SeriesOut {
    pub label: String,
    /// Its place in the question; null for the formula.
    pub series: Option<usize>,
    /// The group of the breakdown; null without one.
    pub group: Option<GroupOut>,
    /// One for each period; null where there is nothing to reckon with.
    pub values: Vec<Option<f64>>,
    /// The same for the time before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<Vec<Option<f64>>>,
}

pub struct TrendPlan {
    series: Vec<(Series, Pattern)>,
    formula: Option<Formula>,
    rolling: Option<usize>,
    breakdown: Option<Breakdown>,
    now: Span,
    previous: Option<Span>,
}

/// A stretch of time with its periods.
#[derive(Clone)]
struct Span {
    bounds: Vec<Micros>,
    scope: Scope,
}

impl TrendQuestion {
    pub fn plan(&self, framed: &Framed, invalid: &mut Invalid) -> Option<TrendPlan> {
        invalid.check("series", (1..=SERIES_MAX).contains(&self.series.len()), "must be 1 to 20");
        for series in &self.series {
            let needs = series.aggregate.quantile().is_some() || series.aggregate.needs_property();
            let has = series.property.as_ref().is_some_and(|property| !property.trim().is_empty());
            invalid.check("series.property", has || !needs, "must name the property whose numbers are meant");
        }
        let rolling = self.rolling.is_none_or(|n| (2..=ROLLING_MAX).contains(&n));
        invalid.check("rolling", rolling, "must be between 2 and 365");
        let pattern = |series: &Series| Deed::Exact(series.deed.clone()).pattern("series", &mut *invalid);
        let patterns: Vec<Pattern> = self.series.iter().map(pattern).collect();
        let formula = self.formula.as_deref().map(|text| Formula::read(text, self.series.len()));
        if let Some(Err(complaint)) = &formula {
            invalid.add("formula", complaint);
        }
        let bounds = interval::bounds(self.interval, framed.from, framed.to, &framed.zone);
        invalid.check("interval", bounds.is_some(), interval::TOO_MANY);
        let now = Span { bounds: bounds?, scope: framed.scope.clone() };
        let previous = if self.compare { self.before(&now, framed) } else { None };
        Some(TrendPlan {
            series: self.series.iter().cloned().zip(patterns).collect(),
            formula: formula.transpose().ok().flatten(),
            rolling: self.rolling,
            breakdown: framed.breakdown.clone(),
            now,
            previous,
        })
    }

    /// As many periods before; the parts that the first and the last one lack are as long.
    fn before(&self, now: &Span, framed: &Framed) -> Option<Span> {
        let (first, last) = (*now.bounds.first()?, *now.bounds.last()?);
        if self.interval == Interval::All {
            let bounds = vec![framed.from - (framed.to - framed.from), framed.from];
            let scope = Scope { from: bounds[0], to: bounds[1], ..now.scope.clone() };
            return Some(Span { bounds, scope });
        }
        let mut bounds = vec![first];
        while bounds.len() < now.bounds.len() {
            bounds.push(interval::before(self.interval, *bounds.last()?, &framed.zone)?);
        }
        bounds.reverse();
        let from = bounds[0] + (framed.from - first);
        let to = first - (last - framed.to);
        let scope = Scope { from, to: to.max(from + 1), ..now.scope.clone() };
        Some(Span { bounds, scope })
    }
}

impl Aggregate {
    fn needs_property(self) -> bool {
        matches!(self, Self::Sum | Self::Average)
    }

    fn window(self) -> Option<Micros> {
        match self {
            Self::WeeklyActive => Some(7 * DAY),
            Self::MonthlyActive => Some(30 * DAY),
            _ => None,
        }
    }

    fn quantile(self) -> Option<f64> {
        Some(match self {
            Self::Min => 0.0,
            Self::Median => 0.5,
            Self::P90 => 0.9,
            Self::P95 => 0.95,
            Self::P99 => 0.99,
            Self::Max => 1.0,
            _ => return None,
        })
    }

    fn of_count(self, count: Count) -> Option<f64> {
        match self {
            Self::People => Some(number(count.n_people)),
            Self::PerPerson => share(count.n_events, count.n_people),
            _ => Some(number(count.n_events)),
        }
    }

    fn of_sample(self, sample: &Sample) -> Option<f64> {
        match self {
            Self::Sum => Some(sample.sum()),
            Self::Average => (sample.count() > 0).then(|| sample.sum() / number(sample.count())),
            other => sample.quantile(other.quantile()?),
        }
    }
}

impl Plan for TrendPlan {
    type Answer = TrendAnswer;

    fn answer(&self, source: Source) -> heedful_events::Result<TrendAnswer> {
        let now = self.lines(source, &self.now)?;
        let previous = self.previous.as_ref().map(|span| self.lines(source, span)).transpose()?;
        let before = |index: usize, label: &Label| {
            let lines: &Lines = &previous.as_ref()?[index];
            let values = lines.iter().find(|(group, _)| group == label).map(|(_, values)| values.clone());
            Some(values.unwrap_or_else(|| vec![None; self.now.bounds.len() - 1]))
        };
        let mut series: Vec<SeriesOut> = Vec::new();
        for (index, lines) in now.iter().enumerate() {
            let of = self.series.get(index).filter(|_| self.formula.is_none());
            let label = of.map(|(series, _)| Deed::Exact(series.deed.clone()).label());
            let label = label.or_else(|| Some(self.formula.as_ref()?.text().to_owned())).unwrap_or_default();
            series.extend(lines.iter().map(|(group, values)| SeriesOut {
                label: label.clone(),
                series: of.map(|_| index),
                group: GroupOut::of(group),
                values: values.clone(),
                previous: before(index, group),
            }));
        }
        Ok(TrendAnswer { periods: interval::periods_out(&self.now.bounds), series })
    }

    fn people(&self, source: Source, cell: &Cell) -> heedful_events::Result<Option<Vec<i64>>> {
        let Some((series, pattern)) = self.series.get(cell.series) else { return Ok(None) };
        let bounds = &self.now.bounds;
        let period = cell.period.map_or(0..bounds.len() - 1, |period| period..period + 1);
        let (Some(from), Some(to)) = (bounds.get(period.start), bounds.get(period.end)) else {
            return Ok(None);
        };
        let from = series.aggregate.window().map_or(*from, |window| to - window);
        let scope = self.now.scope.clone();
        let scope = match series.aggregate.window() {
            Some(_) => Scope { from, to: *to, ..scope },
            None => Scope { from: from.max(scope.from), to: scope.to.min(*to), ..scope },
        };
        if scope.from >= scope.to {
            return Ok(Some(Vec::new()));
        }
        let Some(periods) = interval::periods(&[scope.from, scope.to]) else { return Ok(None) };
        let patterns = std::slice::from_ref(pattern);
        let Some(question) = question::trend(&scope, patterns, periods, self.breakdown.as_ref()) else {
            return Ok(None);
        };
        let did = |count: &Count| count.n_events > 0;
        question.people(source, |label, trend| cell.has(label) && trend.counts().flatten().any(did)).map(Some)
    }
}

impl TrendPlan {
    /// The lines of each series, or of the formula.
    fn lines(&self, source: Source, span: &Span) -> heedful_events::Result<Vec<Lines>> {
        let counted = self.counted(source, span)?;
        let of = |(index, (series, pattern)): (usize, &(Series, Pattern))| {
            if let Some(window) = series.aggregate.window() {
                return self.lately(source, span, (pattern, window));
            }
            match (
                &series.property,
                series.aggregate.quantile().is_some() || series.aggregate.needs_property(),
            ) {
                (Some(property), true) => self.numbers(source, span, (series, pattern, property)),
                _ => Ok(of_groups(&counted, |trend| {
                    trend.counts().map(|counts| series.aggregate.of_count(counts[index])).collect()
                })),
            }
        };
        let lines = self.series.iter().enumerate().map(of).collect::<heedful_events::Result<Vec<Lines>>>()?;
        let lines = match &self.formula {
            Some(formula) => vec![formula.reckon(&lines)],
            None => lines,
        };
        Ok(match self.rolling {
            Some(n) => lines.into_iter().map(|lines| rolling(lines, n)).collect(),
            None => lines,
        })
    }

    /// The counts of all series in one reading.
    fn counted(
        &self,
        source: Source,
        span: &Span,
    ) -> heedful_events::Result<Vec<Group<heedful_events::journey::trend::Trend>>> {
        let needs = |(series, _): &(Series, Pattern)| {
            let aggregate = series.aggregate;
            matches!(aggregate, Aggregate::Count | Aggregate::People | Aggregate::PerPerson)
        };
        let Some(periods) = interval::periods(&span.bounds).filter(|_| self.series.iter().any(needs)) else {
            return Ok(Vec::new());
        };
        let patterns: Vec<Pattern> = self.series.iter().map(|(_, pattern)| pattern.clone()).collect();
        match question::trend(&span.scope, &patterns, periods, self.breakdown.as_ref()) {
            Some(question) => question.answer(source),
            None => Ok(Vec::new()),
        }
    }

    fn lately(
        &self,
        source: Source,
        span: &Span,
        (pattern, window): (&Pattern, Micros),
    ) -> heedful_events::Result<Lines> {
        let Some(periods) = interval::periods(&span.bounds) else { return Ok(Vec::new()) };
        let scope = Scope { from: span.bounds[0] - window, ..span.scope.clone() };
        let patterns = std::slice::from_ref(pattern);
        let question = question::active(&scope, patterns, (periods, window), self.breakdown.as_ref());
        let groups = question.map_or_else(|| Ok(Vec::new()), |question| question.answer(source))?;
        Ok(of_groups(&groups, |active| active.counts().map(|counts| Some(number(counts[0]))).collect()))
    }

    fn numbers(
        &self,
        source: Source,
        span: &Span,
        (series, pattern, property): (&Series, &Pattern, &str),
    ) -> heedful_events::Result<Lines> {
        let Some(periods) = interval::periods(&span.bounds) else { return Ok(Vec::new()) };
        let question = question::numbers(&span.scope, (pattern, property), periods, self.breakdown.as_ref());
        let groups = question.answer(source)?;
        Ok(of_groups(&groups, |numbers| {
            numbers.samples().iter().map(|sample| series.aggregate.of_sample(sample)).collect()
        }))
    }
}

fn of_groups<T>(groups: &[Group<T>], values: impl Fn(&T) -> Vec<Option<f64>>) -> Lines {
    groups.iter().map(|group| (group.label.clone(), values(&group.tally))).collect()
}

/// The mean of each value and those before it; of what is missing nothing is taken.
fn rolling(lines: Lines, n: usize) -> Lines {
    let mean = |values: &[Option<f64>]| {
        let known: Vec<f64> = values.iter().flatten().copied().collect();
        let n = u64::try_from(known.len()).unwrap_or_default();
        (n > 0).then(|| known.iter().sum::<f64>() / number(n))
    };
    let smooth = |values: Vec<Option<f64>>| {
        (1..=values.len()).map(|end| mean(&values[end.saturating_sub(n)..end])).collect()
    };
    lines.into_iter().map(|(label, values)| (label, smooth(values))).collect()
}
