//! Questions of product teams over the events of a workspace.
//!
//! Each is a definition: which events it is about, and one of the kernels of [`journey`](crate::journey) for each group of
//! people or events. [`Question::answer`] counts, and [`Question::people`] says who is behind a count.

mod asked;
mod funnel;
mod groups;
mod paths;
mod scope;
mod tally;

pub use asked::Question;
pub use funnel::{Attribution, FunnelQuestion, Reached};
pub use groups::{Breakdown, Group, Groups, Label};
pub use paths::{NamedEdge, PathsQuestion};
pub use scope::Scope;
pub use tally::Tally;

use crate::event::Micros;
use crate::journey::active::Active;
use crate::journey::adoption::Adoption;
use crate::journey::lifecycle::{Lifecycle, Stickiness};
use crate::journey::numbers::Numbers;
use crate::journey::retention::{Cohorts, Retention, Returning, START};
use crate::journey::trend::Trend;
use crate::journey::{Journey, Periods};
use crate::scan::pattern::Pattern;
pub use crate::scan::source::{Limits, Source};

/// How often something was done in each period, and by how many people; of at most 64 patterns.
pub fn trend<'q>(
    scope: &Scope,
    series: &[Pattern],
    periods: Periods,
    breakdown: Option<&Breakdown>,
) -> Option<Question<'q, Trend>> {
    let begin = Trend::new(periods, series.len())?;
    Some(Question::new(scope.reading(series, breakdown), breakdown, begin, (), |(), groups, run| {
        groups.add_by_word(run, Trend::add);
    }))
}

/// The numbers of a property in each period.
pub fn numbers<'q>(
    scope: &Scope,
    (pattern, property): (&Pattern, &str),
    periods: Periods,
    breakdown: Option<&Breakdown>,
) -> Question<'q, Numbers> {
    let mut reading = scope.reading(std::slice::from_ref(pattern), breakdown);
    reading.number = Some(property.to_owned());
    Question::new(reading, breakdown, Numbers::new(periods), (), |(), groups, run| groups.add_numbers(run))
}

/// How many people did something within a time before the end of each period, of at most 64 patterns. The scope begins so
/// much earlier.
pub fn active<'q>(
    scope: &Scope,
    series: &[Pattern],
    (periods, window): (Periods, Micros),
    breakdown: Option<&Breakdown>,
) -> Option<Question<'q, Active>> {
    let begin = Active::new(periods, window, series.len())?;
    Some(Question::new(scope.reading(series, breakdown), breakdown, begin, (), |(), groups, run| {
        groups.add_by_word(run, Active::add);
    }))
}

/// How a feature is adopted by those who are active.
pub fn adoption<'q>(
    scope: &Scope,
    (active, feature): (&Pattern, &Pattern),
    periods: Periods,
    breakdown: Option<&Breakdown>,
) -> Question<'q, Adoption> {
    let reading = scope.reading(&[active.clone(), feature.clone()], breakdown);
    Question::new(reading, breakdown, Adoption::new(periods), (), |(), groups, run| {
        groups.add_by_word(run, Adoption::add);
    })
}

/// Who came back after a first event, by that event's group.
pub fn retention<'q>(
    scope: &Scope,
    (start, returning): (&Pattern, &Pattern),
    (periods, cohorts, when): (Periods, Cohorts, Returning),
    breakdown: Option<&Breakdown>,
) -> Question<'q, Retention> {
    let reading = scope.reading(&[start.clone(), returning.clone()], breakdown);
    let begin = Retention::new(periods, cohorts, when);
    Question::new(reading, breakdown, begin, (), |(), groups, run| {
        if let Some(first) = run.matches.iter().position(|matches| matches & START != 0) {
            groups.of(run.word(first)).add(run.journey());
        }
    })
}

/// How people come, stay, fall asleep and wake up.
pub fn lifecycle<'q>(scope: &Scope, active: &Pattern, periods: Periods) -> Question<'q, Lifecycle> {
    of_active(scope, active, Lifecycle::new(periods), Lifecycle::add)
}

/// In how many of the periods people are active.
pub fn stickiness<'q>(scope: &Scope, active: &Pattern, periods: Periods) -> Question<'q, Stickiness> {
    of_active(scope, active, Stickiness::new(periods), Stickiness::add)
}

fn of_active<'q, T: Tally>(
    scope: &Scope,
    active: &Pattern,
    begin: T,
    add: impl Fn(&mut T, Journey) + Sync + 'q,
) -> Question<'q, T> {
    let reading = scope.reading(std::slice::from_ref(active), None);
    Question::new(reading, None, begin, (), move |(), groups, run| add(groups.of(None), run.journey()))
}
