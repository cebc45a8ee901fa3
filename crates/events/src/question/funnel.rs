//! Funnels over the events of a workspace.

use super::groups::{Breakdown, Group, Groups};
use super::scope::{Scope, Source};
use super::tally::Tally;
use crate::error::Result;
use crate::event::Micros;
use crate::journey::funnel::{Exclusion, Funnel, StepOrder};
use crate::scan::pattern::Pattern;
use crate::scan::people::fold;
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
}

/// How many people came how far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// How many came exactly so many steps, from none (who took later steps only) to all.
    pub n_people: Vec<u64>,
}

impl Tally for Reached {
    fn merge(&mut self, other: &Self) {
        for (count, of_others) in self.n_people.iter_mut().zip(&other.n_people) {
            *count += of_others;
        }
    }

    fn weight(&self) -> u64 {
        self.n_people.iter().skip(1).sum()
    }
}

impl FunnelQuestion {
    /// How many people came how far, by group; nothing when there is no such funnel (see [`Funnel::new`]).
    ///
    /// # Errors
    ///
    /// Those of [`fold`].
    pub fn answer(
        &self,
        source: Source,
        scope: &Scope,
        breakdown: Option<&Breakdown>,
    ) -> Result<Option<Vec<Group<Reached>>>> {
        let exclusions: Vec<Exclusion> = self.exclusions.iter().map(|(_, exclusion)| *exclusion).collect();
        let Some(funnel) = Funnel::new(self.steps.len(), self.window, self.order, &exclusions) else {
            return Ok(None);
        };
        let excluded = self.exclusions.iter().map(|(pattern, _)| pattern);
        let patterns: Vec<Pattern> = self.steps.iter().chain(excluded).cloned().collect();
        let mut reading = scope.reading(&patterns, breakdown);
        // In a strict order any other event is in the way.
        reading.with_others = self.order == StepOrder::Strict;
        let groups = Groups::new(Reached { n_people: vec![0; self.steps.len() + 1] });
        let begin = || (funnel.clone(), groups.clone());
        let parts = fold(source.files, &reading, source.n_threads, begin, |(funnel, groups), _, run| {
            self.add(funnel, groups, &run);
        })?;
        let parts = parts.into_iter().map(|(_, part)| part);
        Ok(Some(Groups::merge(groups.clone(), parts).finish(breakdown)))
    }

    fn add(&self, funnel: &mut Funnel, groups: &mut Groups<Reached>, run: &Run) {
        if self.attribution == Attribution::EveryStep {
            let funnel = std::cell::RefCell::new(funnel);
            return groups.add_by_word(run, |reached, journey| {
                reached.n_people[funnel.borrow_mut().reach(journey)] += 1;
            });
        }
        let is_same = run.words.windows(2).all(|pair| pair[0] == pair[1]);
        let (n_steps, decisive) = if is_same {
            (funnel.reach(run.journey()), 0)
        } else {
            let times = funnel.walk(run.journey());
            let time = match self.attribution {
                Attribution::LastStep => times.last(),
                _ => times.first(),
            };
            (times.len(), time.map_or(0, |time| self.event_at(*time, run)))
        };
        groups.of(run.word(decisive)).n_people[n_steps] += 1;
    }

    /// Which event of a person is the step that was taken at this time; of several the first.
    fn event_at(&self, time: Micros, run: &Run) -> usize {
        let steps = (1 << self.steps.len()) - 1;
        let mut events = run.at.iter().zip(run.matches);
        events.position(|(at, matches)| *at == time && matches & steps != 0).unwrap_or_default()
    }
}
