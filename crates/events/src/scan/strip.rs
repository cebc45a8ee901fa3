//! What a question looks at of one row group, decoded and narrowed to the events it is about.

use std::collections::HashMap;
use std::sync::Arc;

use super::file::RowGroup;
use super::pattern::{Pattern, read_matches};
use super::property::{Dictionary, Property};
use crate::error::Result;
use crate::event::Micros;
use crate::journey::{Journey, Matches};
use crate::table::layout;

/// What a question reads of each event.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Up to 64 patterns, each a bit of the events' [`Matches`].
    pub patterns: Vec<Pattern>,
    /// Events from this time on.
    pub from: Micros,
    /// Events before this time.
    pub to: Micros,
    /// People who are left out, by their numbers in order.
    pub without: Vec<i64>,
    /// The only people who are read, by their numbers in order; everybody when nothing.
    pub within: Option<Arc<[i64]>>,
    /// Whether events are read too that match no pattern.
    pub with_others: bool,
    /// A property of which the number is read, or not a number.
    pub number: Option<String>,
    /// Of what the words are read.
    pub word: Option<Word>,
}

/// What words can be read of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// The event itself: what was done.
    Event,
    /// This property.
    Property(String),
    /// The person who did it: something that is known of her.
    Person(Arc<PersonWords>),
}

/// A word for each of some people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonWords {
    /// Each a dictionary of one word, or of none.
    words: Vec<[Option<Box<str>>; 1]>,
    by_word: HashMap<Box<str>, usize>,
    by_person: HashMap<i64, usize>,
}

impl PersonWords {
    /// Gives a person, by her number, a word.
    pub fn insert(&mut self, person: i64, word: &str) {
        let index = self.by_word.get(word).copied().unwrap_or_else(|| {
            self.words.push([Some(word.into())]);
            self.by_word.insert(word.into(), self.words.len() - 1);
            self.words.len() - 1
        });
        self.by_person.insert(person, index);
    }

    /// A dictionary with the word of a person alone.
    pub fn dictionary(&self, person: i64) -> &[Option<Box<str>>] {
        self.by_person.get(&person).map_or(&[None], |index| &self.words[*index])
    }
}

/// The events of some people in columns, person by person and each person's by time.
#[derive(Clone, Debug, Default)]
pub struct Strip {
    /// Each person with where her events end.
    pub people: Vec<(i64, usize)>,
    /// See [`Run`].
    pub at: Vec<Micros>,
    /// See [`Run`].
    pub matches: Vec<Matches>,
    /// See [`Run`].
    pub numbers: Vec<f64>,
    /// See [`Run`].
    pub words: Vec<u32>,
    /// What the codes of words stand for.
    pub dictionary: Dictionary,
}

/// The events of one person.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run<'s> {
    /// When each of them was.
    pub at: &'s [Micros],
    /// Which patterns it matches.
    pub matches: &'s [Matches],
    /// The number of its property; empty when none is read.
    pub numbers: &'s [f64],
    /// The word of its property, as a place in `dictionary`; empty when none is read.
    pub words: &'s [u32],
    /// What `words` stand for; nothing for an event without the property.
    pub dictionary: &'s [Option<Box<str>>],
}

impl<'s> Run<'s> {
    /// The events as questions about people see them.
    pub fn journey(&self) -> Journey<'s> {
        Journey::new(self.at, self.matches)
    }

    /// The word of an event.
    pub fn word(&self, index: usize) -> Option<&'s str> {
        let code = usize::try_from(*self.words.get(index)?).ok()?;
        self.dictionary.get(code)?.as_deref()
    }
}

impl Strip {
    /// Reads a row group.
    ///
    /// # Errors
    ///
    /// Those of [`RowGroup::read_texts`].
    pub fn read(reading: &Reading, group: RowGroup) -> Result<Self> {
        let mut matches = read_matches(&reading.patterns, group)?;
        let (mut runs, mut at) = (Vec::new(), Vec::with_capacity(group.n_rows()));
        group.read_runs(layout::PERSON, &mut runs)?;
        group.read_integers(layout::AT, &mut at)?;
        let times = reading.from..reading.to;
        let is_wanted =
            |(at, matches): (&Micros, &Matches)| (*matches != 0 || reading.with_others) && times.contains(at);
        let is_wanted: Vec<bool> = at.iter().zip(&matches).map(is_wanted).collect();
        let mut strip = Self { people: people(&runs, &is_wanted), ..Self::default() };
        if let Some(property) = &reading.number {
            strip.numbers = Property::read(property, group)?.into_numbers();
            keep(&mut strip.numbers, &is_wanted);
        }
        let words = match &reading.word {
            Some(Word::Event) => Some(Property::event(group)?),
            Some(Word::Property(name)) => Some(Property::read(name, group)?),
            // It is in no file.
            Some(Word::Person(_)) | None => None,
        };
        if let Some(words) = words {
            (strip.words, strip.dictionary) = words.into_words();
            keep(&mut strip.words, &is_wanted);
        }
        keep(&mut at, &is_wanted);
        keep(&mut matches, &is_wanted);
        (strip.at, strip.matches) = (at, matches);
        Ok(strip)
    }

    /// The events of the person at this place.
    pub fn run(&self, index: usize) -> Run<'_> {
        let start = index.checked_sub(1).map_or(0, |before| self.people[before].1);
        let range = start..self.people[index].1;
        Run {
            at: &self.at[range.clone()],
            matches: &self.matches[range.clone()],
            numbers: self.numbers.get(range.clone()).unwrap_or_default(),
            words: self.words.get(range).unwrap_or_default(),
            dictionary: &self.dictionary,
        }
    }
}

/// Each person who has wanted rows, with where they end when the others are gone.
fn people(runs: &[(i64, usize)], is_wanted: &[bool]) -> Vec<(i64, usize)> {
    let (mut people, mut n_before) = (Vec::with_capacity(runs.len()), 0);
    let mut rest = is_wanted;
    for (person, n_rows) in runs {
        let (of_run, after) = rest.split_at((*n_rows).min(rest.len()));
        rest = after;
        let end = n_before + of_run.iter().map(|is_wanted| usize::from(*is_wanted)).sum::<usize>();
        if end > n_before {
            people.push((*person, end));
        }
        n_before = end;
    }
    people
}

/// Keeps what is wanted. Every value is moved, wanted or not, which is quicker than to choose.
fn keep<T: Copy>(values: &mut Vec<T>, is_wanted: &[bool]) {
    let mut end = 0;
    for (index, is_wanted) in is_wanted.iter().enumerate().take(values.len()) {
        values[end] = values[index];
        end += usize::from(*is_wanted);
    }
    values.truncate(end);
}
