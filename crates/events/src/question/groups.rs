//! Groups: the same counts for each value of a property.

use std::collections::HashMap;

use super::tally::Tally;
use crate::error::Result;
use crate::event::Micros;
use crate::journey::numbers::Numbers;
use crate::journey::{Journey, Matches};
use crate::scan::source::Limits;
use crate::scan::strip::{Run, Word};

/// By what a question is broken down.
#[derive(Clone, Debug, PartialEq)]
pub struct Breakdown {
    /// Whose words make the groups.
    pub by: Word,
    /// So many of its values are shown, those with most in them; the others are one group together.
    pub limit: usize,
}

/// What a group has in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Label {
    /// The question has no breakdown.
    Everything,
    /// This value.
    Value(String),
    /// The property is missing.
    Missing,
    /// Other values than those that are shown. Who is in several of them counts in each.
    Rest,
}

/// One group of an answer.
#[derive(Clone, Debug)]
pub struct Group<T> {
    /// What it has in common.
    pub label: Label,
    /// Its counts.
    pub tally: T,
}

/// The groups of an answer as they grow.
#[derive(Clone, Debug)]
pub struct Groups<'l, T> {
    begin: T,
    limits: &'l Limits,
    /// Where the counts of a word are.
    by_word: HashMap<Box<str>, usize>,
    tallies: Vec<T>,
    /// Of those without a word.
    missing: Option<T>,
    /// The events of one word of one person.
    at: Vec<Micros>,
    matches: Vec<Matches>,
}

impl<'l, T: Tally> Groups<'l, T> {
    /// Without people yet.
    pub fn new(begin: T, limits: &'l Limits) -> Self {
        Self {
            begin,
            limits,
            by_word: HashMap::new(),
            tallies: Vec::new(),
            missing: None,
            at: Vec::new(),
            matches: Vec::new(),
        }
    }

    /// The counts of a word.
    pub fn of(&mut self, word: Option<&str>) -> &mut T {
        let Some(word) = word else { return self.missing.get_or_insert_with(|| self.begin.clone()) };
        // Only a word that is new is copied.
        let index = self.by_word.get(word).copied().unwrap_or_else(|| {
            self.limits.spend(self.begin.n_bytes() + 2 * word.len());
            self.by_word.insert(word.into(), self.tallies.len());
            self.tallies.push(self.begin.clone());
            self.tallies.len() - 1
        });
        &mut self.tallies[index]
    }

    /// Adds the events of a person to the groups of their words.
    pub fn add_by_word(&mut self, run: &Run, add: impl Fn(&mut T, Journey)) {
        let Some(first) = run.words.first() else {
            return add(self.of(None), run.journey());
        };
        if run.words.iter().all(|word| word == first) {
            return add(self.of(run.word(0)), run.journey());
        }
        let mut words: Vec<Option<&str>> = (0..run.words.len()).map(|index| run.word(index)).collect();
        let of_events = words.clone();
        words.sort_unstable();
        words.dedup();
        for word in words {
            let (mut at, mut matches) = (std::mem::take(&mut self.at), std::mem::take(&mut self.matches));
            at.clear();
            matches.clear();
            for (index, _) in of_events.iter().enumerate().filter(|(_, of_event)| **of_event == word) {
                at.push(run.at[index]);
                matches.push(run.matches[index]);
            }
            add(self.of(word), Journey::new(&at, &matches));
            (self.at, self.matches) = (at, matches);
        }
    }

    /// Takes memory for an answer that grows.
    pub fn spend(&self, n_bytes: usize) {
        self.limits.spend(n_bytes);
    }

    /// Adds the numbers of a person to the groups of their words.
    pub fn add_numbers(&mut self, run: &Run)
    where
        T: AsMut<Numbers>,
    {
        /// A number with how often it came, in a table that is half empty.
        const NUMBER_BYTES: usize = 32;
        for (index, (at, number)) in run.at.iter().zip(run.numbers).enumerate() {
            let n_new = self.of(run.word(index)).as_mut().add(std::iter::once((*at, *number)));
            if n_new > 0 {
                self.limits.spend(NUMBER_BYTES);
            }
        }
    }

    /// Whether any group is one that `is_wanted` tells.
    pub fn any(&self, is_by_word: bool, is_wanted: impl Fn(&Label, &T) -> bool) -> bool {
        let nothing = if is_by_word { Label::Missing } else { Label::Everything };
        let mut words = self.by_word.iter().map(|(word, index)| (Label::Value(word.to_string()), *index));
        self.missing.as_ref().is_some_and(|tally| is_wanted(&nothing, tally))
            || words.any(|(label, index)| is_wanted(&label, &self.tallies[index]))
    }

    /// The sums of all parts.
    pub fn merge(mut all: Self, parts: impl Iterator<Item = Self>) -> Self {
        for part in parts {
            for (word, index) in &part.by_word {
                all.of(Some(word)).merge(&part.tallies[*index]);
            }
            if let Some(tally) = &part.missing {
                all.of(None).merge(tally);
            }
        }
        all
    }

    /// The groups of the largest values, and what is left.
    ///
    /// # Errors
    ///
    /// Those of [`Limits::check`].
    pub fn finish(self, breakdown: Option<&Breakdown>) -> Result<Vec<Group<T>>> {
        self.limits.check()?;
        let Some(breakdown) = breakdown else {
            let tally = self.missing.unwrap_or(self.begin);
            return Ok(vec![Group { label: Label::Everything, tally }]);
        };
        let mut words: Vec<(Box<str>, usize)> = self.by_word.into_iter().collect();
        words.sort_unstable_by_key(|(_, index)| *index);
        let values =
            words.into_iter().zip(self.tallies).map(|((word, _), tally)| (Label::Value(word.into()), tally));
        let missing = self.missing.map(|tally| (Label::Missing, tally));
        let mut groups: Vec<(Label, T)> = values.chain(missing).collect();
        groups.sort_by(|(a, a_tally), (b, b_tally)| b_tally.weight().cmp(&a_tally.weight()).then(a.cmp(b)));
        let rest = groups.split_off(breakdown.limit.min(groups.len()));
        let mut shown: Vec<_> = groups.into_iter().map(|(label, tally)| Group { label, tally }).collect();
        let rest = rest.into_iter().map(|(_, tally)| tally).reduce(|mut sum, tally| {
            sum.merge(&tally);
            sum
        });
        shown.extend(rest.map(|tally| Group { label: Label::Rest, tally }));
        Ok(shown)
    }
}
