//! A question that is ready to be answered, by counting people or by naming them.

use super::groups::{Breakdown, Group, Groups, Label};
use super::tally::Tally;
use crate::error::Result;
use crate::scan::people::fold;
use crate::scan::source::{Limits, Source};
use crate::scan::strip::{Reading, Run};

/// How one person is added to the groups of an answer, with something that is kept from person to person.
type Add<'q, T, S> = Box<dyn Fn(&mut S, &mut Groups<T>, &Run) + Sync + 'q>;

/// A question whose answer has a `T` for each group of people or events; adding a person may need an `S`.
pub struct Question<'q, T, S = ()> {
    reading: Reading,
    breakdown: Option<Breakdown>,
    begin: T,
    scratch: S,
    add: Add<'q, T, S>,
}

impl<'q, T: Tally, S: Clone + Send + Sync> Question<'q, T, S> {
    pub(super) fn new(
        reading: Reading,
        breakdown: Option<&Breakdown>,
        begin: T,
        scratch: S,
        add: impl Fn(&mut S, &mut Groups<T>, &Run) + Sync + 'q,
    ) -> Self {
        Self { reading, breakdown: breakdown.cloned(), begin, scratch, add: Box::new(add) }
    }

    /// The counts of every group, those of the largest groups first.
    ///
    /// # Errors
    ///
    /// Those of [`fold`].
    pub fn answer(&self, source: Source) -> Result<Vec<Group<T>>> {
        let groups = Groups::new(self.begin.clone(), source.limits);
        let begin = || (self.scratch.clone(), groups.clone());
        let parts = fold(source, &self.reading, begin, |(scratch, groups), _, run| {
            (self.add)(scratch, groups, &run);
        })?;
        let parts = parts.into_iter().map(|(_, part)| part);
        Groups::merge(groups.clone(), parts).finish(self.breakdown.as_ref())
    }

    /// The numbers of the people who are in the part of the answer that `is_in` tells, in order. It sees the counts of one
    /// person alone, in each group.
    ///
    /// # Errors
    ///
    /// Those of [`fold`].
    pub fn people(&self, source: Source, is_in: impl Fn(&Label, &T) -> bool + Sync) -> Result<Vec<i64>> {
        // What one person takes is let go after her.
        let nothing = Limits::none();
        let empty = Groups::new(self.begin.clone(), &nothing);
        let begin = || (self.scratch.clone(), Vec::new());
        let parts = fold(source, &self.reading, begin, |(scratch, people), person, run| {
            let mut groups = empty.clone();
            (self.add)(scratch, &mut groups, &run);
            if groups.any(self.breakdown.is_some(), &is_in) {
                source.limits.spend(size_of::<i64>());
                people.push(person);
            }
        })?;
        let mut people: Vec<i64> = parts.into_iter().flat_map(|(_, people)| people).collect();
        people.sort_unstable();
        Ok(people)
    }
}
