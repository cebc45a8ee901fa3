//! Questions about people, answered one person at a time.
//!
//! A [`Journey`] is what one person did, in the order of time, reduced to what a question looks at: when, and which of its
//! patterns each event matches. The functions here know nothing of files, names and properties, so they are as quick as
//! reading two columns, and each is tested against a plain search through all possibilities.

pub mod active;
pub mod adoption;
pub mod funnel;
pub mod lifecycle;
pub mod numbers;
pub mod paths;
mod periods;
pub mod retention;
pub mod trend;

pub use periods::Periods;

use crate::event::Micros;

/// Which of up to 64 patterns of a question an event matches.
pub type Matches = u64;

/// The events of one person in the order of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Journey<'a> {
    at: &'a [Micros],
    matches: &'a [Matches],
}

impl<'a> Journey<'a> {
    /// `at` must not fall; of both there is one for each event, and what one has more is left out.
    pub fn new(at: &'a [Micros], matches: &'a [Matches]) -> Self {
        let n = at.len().min(matches.len());
        debug_assert!(at.is_sorted());
        Self { at: &at[..n], matches: &matches[..n] }
    }

    /// When each event was and what it matches.
    pub fn events(self) -> impl Iterator<Item = (Micros, Matches)> + 'a {
        self.at.iter().copied().zip(self.matches.iter().copied())
    }

    /// When events were that match any of these patterns.
    pub fn having(self, patterns: Matches) -> impl Iterator<Item = Micros> + 'a {
        self.events().filter(move |(_, matches)| matches & patterns != 0).map(|(at, _)| at)
    }

    /// How many events there are.
    pub fn len(self) -> usize {
        self.at.len()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.at.is_empty()
    }
}
