//! What a question reads.

use super::groups::Breakdown;
use crate::event::Micros;
use crate::scan::file::DataFile;
use crate::scan::pattern::{Condition, Pattern};
use crate::scan::strip::Reading;

/// What a question reads, and with how many threads.
#[derive(Clone, Copy, Debug)]
pub struct Source<'f> {
    /// All events of a workspace, as of [`View::files`](crate::store::View::files).
    pub files: &'f [&'f DataFile],
    /// So many threads work at once.
    pub n_threads: usize,
}

impl Source<'_> {
    /// How many events it has.
    pub fn n_rows(self) -> usize {
        self.files.iter().map(|file| file.n_rows()).sum()
    }
}

/// Which events count, whatever else a question asks for.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Events from this time on.
    pub from: Micros,
    /// Events before this time.
    pub to: Micros,
    /// All of these hold for them.
    pub conditions: Vec<Condition>,
    /// People who do not count, by their numbers in order.
    pub without: Vec<i64>,
}

impl Scope {
    /// The events of all time.
    pub fn everything() -> Self {
        Self { from: Micros::MIN, to: Micros::MAX, conditions: Vec::new(), without: Vec::new() }
    }

    pub(super) fn reading(&self, patterns: &[Pattern], breakdown: Option<&Breakdown>) -> Reading {
        let within = |pattern: &Pattern| {
            let mut pattern = pattern.clone();
            pattern.conditions.extend(self.conditions.iter().cloned());
            pattern
        };
        Reading {
            patterns: patterns.iter().map(within).collect(),
            from: self.from,
            to: self.to,
            without: self.without.clone(),
            word: breakdown.map(|breakdown| breakdown.by.clone()),
            ..Reading::default()
        }
    }
}
