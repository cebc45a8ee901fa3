//! Data files, and which of their rows are somebody else's by now.

use std::sync::{Arc, Mutex, PoisonError};

use super::links::Links;
use crate::error::Result;
use crate::scan::file::DataFile;
use crate::table::layout::PERSON;
use crate::table::merge::{Numbers, renumber};

/// With more changes it is quicker to look at everybody in a file than to look for each change.
const CHANGES_MAX: usize = 1_000;

/// A data file that knows which of its rows are somebody else's.
#[derive(Debug)]
pub struct LinkedFile {
    /// The file.
    pub data: DataFile,
    moved: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Of the links.
    version: usize,
    moved: Arc<Moved>,
}

/// Rows that are somebody else's.
#[derive(Debug, Default)]
pub struct Moved {
    /// The numbers that they have in the file, each with the one that stands for it.
    pub numbers: Numbers,
    /// The same rows as theirs.
    pub rows: Option<DataFile>,
}

impl LinkedFile {
    /// A file of which nothing is known yet.
    pub fn new(data: DataFile) -> Self {
        Self { data, moved: Mutex::default() }
    }

    /// Its rows that are somebody else's in answers.
    ///
    /// # Errors
    ///
    /// [`Error::Disk`](crate::Error::Disk), [`Error::File`](crate::Error::File).
    pub fn moved(&self, links: &Links) -> Result<Arc<Moved>> {
        let mut known = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = links.changed_since(known.version);
        if !changed.is_empty() {
            let mut candidates: Vec<i64> = known.moved.numbers.keys().chain(changed).copied().collect();
            candidates.sort_unstable();
            let numbers = moved_numbers(&self.data, &candidates, |number| links.current(number))?;
            if numbers != known.moved.numbers {
                let rows = renumber(&self.data, &numbers)?;
                known.moved = Arc::new(Moved { numbers, rows });
            }
            known.version = links.version();
        }
        Ok(Arc::clone(&known.moved))
    }

    /// Its rows that are somebody else's for good.
    ///
    /// # Errors
    ///
    /// Those of [`Self::moved`].
    pub fn moved_for_good(&self, links: &Links) -> Result<Moved> {
        let changed = links.changed_since(0);
        if changed.is_empty() {
            return Ok(Moved::default());
        }
        let numbers = moved_numbers(&self.data, changed, |number| links.lasting(number))?;
        Ok(Moved { rows: renumber(&self.data, &numbers)?, numbers })
    }
}

/// Which numbers in a file stand for other ones now; only these candidates may, of which few are in order.
fn moved_numbers(data: &DataFile, candidates: &[i64], now: impl Fn(i64) -> i64) -> Result<Numbers> {
    let are_few = candidates.len() <= CHANGES_MAX && candidates.is_sorted();
    let mut numbers = Numbers::new();
    for group in data.groups().filter(|group| !are_few || group.may_have_any(candidates)) {
        let mut runs = Vec::new();
        group.read_runs(PERSON, &mut runs)?;
        let moved = runs.into_iter().map(|(number, _)| (number, now(number)));
        numbers.extend(moved.filter(|(number, now)| number != now));
    }
    Ok(numbers)
}
