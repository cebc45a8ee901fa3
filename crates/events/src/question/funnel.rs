//! Funnels over the events of a workspace.

use std::cell::RefCell;

use super::asked::Question;
use super::groups::{Breakdown, Groups};
use super::scope::Scope;
use super::tally::{OVERHEAD, Tally};
use crate::event::Micros;
use crate::journey::funnel::{Exclusion, Funnel, StepOrder};
use crate::journey::{Journey, Matches, Periods};
use crate::scan::pattern::Pattern;
use crate::scan::strip::Run;

/// In which group of a breakdown somebody is who had several values on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribution {
    /// That of the value at the first step.
    FirstStep,
    /// That of the value at the last step that was reached.
    LastStep,
    /// Every value has a funnel of its own, whose steps all have it.
    EveryStep,
}

/// How far people come on a way of several steps.
#[derive(Clone, Debug)]
pub struct FunnelQuestion {
    /// The steps.
    pub steps: Vec<Pattern>,
    /// All steps are within this time of the first.
    pub window: Micros,
    /// How they follow each other.
    pub order: StepOrder,
    /// What must not happen between two steps.
    pub exclusions: Vec<(Pattern, Exclusion)>,
    /// Which value counts in a breakdown.
    pub attribution: Attribution,
    /// Whether only the first time ever that somebody took the first step counts, and only from this time on. The scope
    /// begins at the beginning then.
    pub first_ever_from: Option<Micros>,
    /// Whether it is told how long the whole way took.
    pub with_times: bool,
    /// By when the first step was taken, to see how the funnel changes.
    pub periods: Option<Periods>,
}

/// How many people came how far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// How many came exactly so many steps, from none (who took later steps only) to all.
    pub n_people: Vec<u64>,
    /// The same for each period in which the first step was taken.
    pub by_period: Vec<Vec<u64>>,
    /// How long each of those took who went the whole way, in no order.
    pub times: Vec<Micros>,
}

impl Tally for Reached {
    fn merge(&mut self, other: &Self) {
        add_all(&mut self.n_people, &other.n_people);
        for (counts, of_others) in self.by_period.iter_mut().zip(&other.by_period) {
            add_all(counts, of_others);
        }
        self.times.extend(&other.times);
    }

    fn weight(&self) -> u64 {
        self.n_people.iter().skip(1).sum()
    }

    fn n_bytes(&self) -> usize {
        OVERHEAD + self.n_people.len() * 8 * (1 + self.by_period.len())
    }
}

fn add_all(counts: &mut [u64], of_others: &[u64]) {
    for (count, of_others) in counts.iter_mut().zip(of_others) {
        *count += of_others;
    }
}

impl FunnelQuestion {
    /// How many people came how far, by group; nothing when there is no such funnel (see [`Funnel::new`]).
    pub fn ask<'q>(
        self,
        scope: &Scope,
        breakdown: Option<&Breakdown>,
    ) -> Option<Question<'q, Reached, Funnel>> {
        let exclusions: Vec<Exclusion> = self.exclusions.iter().map(|(_, exclusion)| *exclusion).collect();
        let funnel = Funnel::new(self.steps.len(), self.window, self.order, &exclusions)?;
        let excluded = self.exclusions.iter().map(|(pattern, _)| pattern);
        let patterns: Vec<Pattern> = self.steps.iter().chain(excluded).cloned().collect();
        let mut reading = scope.reading(&patterns, breakdown);
        // In a strict order any other event is in the way.
        reading.with_others = self.order == StepOrder::Strict;
        let counts = vec![0; self.steps.len() + 1];
        let n_periods = self.periods.as_ref().map_or(0, Periods::count);
        let begin =
            Reached { by_period: vec![counts.clone(); n_periods], n_people: counts, times: Vec::new() };
        let add = move |funnel: &mut Funnel, groups: &mut Groups<Reached>, run: &Run| {
            self.add(funnel, groups, run);
        };
        Some(Question::new(reading, breakdown, begin, funnel, add))
    }

    fn add(&self, funnel: &mut Funnel, groups: &mut Groups<Reached>, run: &Run) {
        let Some(from) = self.first_ever_from else { return self.add_run(funnel, groups, run) };
        let Some(first) = run.matches.iter().position(|matches| matches & 1 != 0) else { return };
        if run.at[first] < from {
            return;
        }
        let mut matches: Vec<Matches> = run.matches.to_vec();
        for later in &mut matches[first + 1..] {
            *later &= !1;
        }
        self.add_run(funnel, groups, &Run { matches: &matches, ..*run });
    }

    fn add_run(&self, funnel: &mut Funnel, groups: &mut Groups<Reached>, run: &Run) {
        if self.attribution == Attribution::EveryStep {
            let funnel = RefCell::new(funnel);
            return groups.add_by_word(run, |reached, journey| {
                self.count(&mut funnel.borrow_mut(), reached, journey);
            });
        }
        let is_same = run.words.windows(2).all(|pair| pair[0] == pair[1]);
        let decisive = if is_same { 0 } else { self.decisive(funnel, run) };
        let reached = groups.of(run.word(decisive));
        if self.count(funnel, reached, run.journey()) {
            groups.spend(size_of::<Micros>());
        }
    }

    /// Counts a person; whether a time was noted.
    fn count(&self, funnel: &mut Funnel, reached: &mut Reached, journey: Journey) -> bool {
        if !self.with_times && self.periods.is_none() {
            reached.n_people[funnel.reach(journey)] += 1;
            return false;
        }
        let times = funnel.walk(journey);
        let n_steps = times.len();
        reached.n_people[n_steps] += 1;
        let period = self.periods.as_ref().zip(times.first()).and_then(|(periods, at)| periods.index_of(*at));
        if let Some(counts) = period.and_then(|period| reached.by_period.get_mut(period)) {
            counts[n_steps] += 1;
        }
        let is_whole = self.with_times && n_steps == self.steps.len();
        if let (true, Some(first), Some(last)) = (is_whole, times.iter().min(), times.iter().max()) {
            reached.times.push(last - first);
        }
        is_whole
    }

    /// Which event of a person has the value that counts.
    fn decisive(&self, funnel: &mut Funnel, run: &Run) -> usize {
        let times = funnel.walk(run.journey());
        let time = match self.attribution {
            Attribution::LastStep => times.last(),
            _ => times.first(),
        };
        time.map_or(0, |time| self.event_at(*time, run))
    }

    /// Which event of a person is the step that was taken at this time; of several the first.
    fn event_at(&self, time: Micros, run: &Run) -> usize {
        let steps = (1 << self.steps.len()) - 1;
        let mut events = run.at.iter().zip(run.matches);
        events.position(|(at, matches)| *at == time && matches & steps != 0).unwrap_or_default()
    }
}
