//! Questions of product teams over the events of a workspace.
//!
//! Each is a definition that reads files and answers with counts: which events it is about, and one of the kernels of
//! [`journey`](crate::journey) for each group of people or events.

mod funnel;
mod groups;
mod paths;
mod scope;
mod tally;

pub use funnel::{Attribution, FunnelQuestion, Reached};
pub use groups::{Breakdown, Group, Label};
pub use paths::{NamedEdge, PathsQuestion};
pub use scope::{Scope, Source};
pub use tally::Tally;

use self::groups::Groups;
use crate::error::Result;
use crate::journey::lifecycle::{Lifecycle, Stickiness};
use crate::journey::retention::{Cohorts, Retention, Returning, START};
use crate::journey::trend::Trend;
use crate::journey::{Journey, Periods};
use crate::scan::pattern::Pattern;
use crate::scan::people::fold;
use crate::scan::strip::{Reading, Run};

/// How often something was done in each period, and by how many people.
///
/// # Errors
///
/// Those of [`fold`].
pub fn trend(
    source: Source,
    scope: &Scope,
    series: &[Pattern],
    periods: Periods,
    breakdown: Option<&Breakdown>,
) -> Result<Vec<Group<Trend>>> {
    let Some(begin) = Trend::new(periods, series.len()) else { return Ok(Vec::new()) };
    let reading = scope.reading(series, breakdown);
    answer(source, &reading, begin, breakdown, |groups, run| {
        groups.add_by_word(run, Trend::add);
    })
}

/// Who came back after a first event, by that event's group.
///
/// # Errors
///
/// Those of [`fold`].
pub fn retention(
    source: Source,
    scope: &Scope,
    (start, returning): (&Pattern, &Pattern),
    (periods, cohorts, when): (Periods, Cohorts, Returning),
    breakdown: Option<&Breakdown>,
) -> Result<Vec<Group<Retention>>> {
    let reading = scope.reading(&[start.clone(), returning.clone()], breakdown);
    answer(source, &reading, Retention::new(periods, cohorts, when), breakdown, |groups, run| {
        if let Some(first) = run.matches.iter().position(|matches| matches & START != 0) {
            groups.of(run.word(first)).add(run.journey());
        }
    })
}

/// How people come, stay, fall asleep and wake up.
///
/// # Errors
///
/// Those of [`fold`].
pub fn lifecycle(source: Source, scope: &Scope, active: &Pattern, periods: Periods) -> Result<Lifecycle> {
    of_active(source, scope, active, Lifecycle::new(periods), Lifecycle::add)
}

/// In how many of the periods people are active.
///
/// # Errors
///
/// Those of [`fold`].
pub fn stickiness(source: Source, scope: &Scope, active: &Pattern, periods: Periods) -> Result<Stickiness> {
    of_active(source, scope, active, Stickiness::new(periods), Stickiness::add)
}

fn of_active<T: Tally>(
    source: Source,
    scope: &Scope,
    active: &Pattern,
    begin: T,
    add: impl Fn(&mut T, Journey) + Sync,
) -> Result<T> {
    let reading = scope.reading(std::slice::from_ref(active), None);
    let groups =
        answer(source, &reading, begin.clone(), None, |groups, run| add(groups.of(None), run.journey()))?;
    Ok(groups.into_iter().next().map_or(begin, |group| group.tally))
}

fn answer<T: Tally>(
    source: Source,
    reading: &Reading,
    begin: T,
    breakdown: Option<&Breakdown>,
    step: impl Fn(&mut Groups<T>, &Run) + Sync,
) -> Result<Vec<Group<T>>> {
    let groups = Groups::new(begin);
    let parts = fold(
        source.files,
        reading,
        source.n_threads,
        || groups.clone(),
        |groups, _, run| step(groups, &run),
    )?;
    Ok(Groups::merge(groups, parts.into_iter()).finish(breakdown))
}
