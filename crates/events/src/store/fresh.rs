//! Fresh events: those that are not sealed yet, as files in memory that questions read like the others.
//!
//! A question makes a file of what came since the last one. When there are many, they are made anew as one: each event is written
//! a few times only, and a question never more than what is fresh.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::contents::Numbered;
use super::linked::LinkedFile;
use super::links::Links;
use super::sealer::rows_of;
use crate::batch::Workspace;
use crate::error::{Error, Result};
use crate::scan::file::DataFile;
use crate::table::file;
use crate::table::layout::Layout;

/// So many files of a workspace are in memory at most.
const FILES_MAX: usize = 8;

/// The fresh events of all workspaces, as far as somebody asked for them.
#[derive(Debug, Default)]
pub struct Fresh(Mutex<Files>);

/// What [`Fresh`] has.
#[derive(Debug, Default)]
pub struct Files(HashMap<Workspace, Vec<Part>>);

/// The events of some batches.
#[derive(Debug)]
struct Part {
    /// From the number of the first batch to behind the last.
    numbers: Range<u64>,
    file: Arc<LinkedFile>,
}

impl Fresh {
    /// Whoever asks at the same time waits, instead of making the same.
    pub fn lock(&self) -> MutexGuard<'_, Files> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files {
    /// The events of these batches of a workspace: all that are not sealed, in the order of their numbers.
    ///
    /// # Errors
    ///
    /// [`Error::File`].
    pub fn files(
        &mut self,
        workspace: Workspace,
        batches: &[Numbered],
        layout: &Layout,
        links: &Links,
    ) -> Result<Vec<Arc<LinkedFile>>> {
        let parts = self.0.entry(workspace).or_default();
        let first = batches.first().map_or(u64::MAX, |(number, _)| *number);
        // What was sealed since is not fresh any more, and goes. What is left must begin where the batches do: somebody who
        // looked earlier may come here later.
        parts.retain(|part| part.numbers.start >= first);
        if parts.first().is_some_and(|part| part.numbers.start != first) {
            parts.clear();
        }
        let known = parts.last().map_or(0, |part| part.numbers.end);
        let new = batches.partition_point(|(number, _)| *number < known);
        if new == batches.len() {
            return Ok(parts.iter().map(|part| Arc::clone(&part.file)).collect());
        }
        let mut from = new;
        if parts.len() >= FILES_MAX {
            parts.clear();
            from = 0;
        }
        parts.extend(part_of(workspace, &batches[from..], layout, links)?);
        Ok(parts.iter().map(|part| Arc::clone(&part.file)).collect())
    }

    /// Lets go of the files of a workspace.
    pub fn forget(&mut self, workspace: Workspace) {
        self.0.remove(&workspace);
    }
}

fn part_of(
    workspace: Workspace,
    batches: &[Numbered],
    layout: &Layout,
    links: &Links,
) -> Result<Option<Part>> {
    let (Some((first, _)), Some((last, _))) = (batches.first(), batches.last()) else { return Ok(None) };
    let mut layout = layout.clone();
    let rows = rows_of(
        workspace,
        batches.iter().map(|(_, batch)| batch.as_ref()),
        &HashSet::new(),
        &mut layout,
        links,
    )?;
    let mut bytes = Vec::new();
    file::write(&rows, &mut bytes).map_err(Error::file("in memory"))?;
    let file = Arc::new(LinkedFile::new(DataFile::in_memory(bytes.into())?));
    Ok(Some(Part { numbers: *first..last + 1, file }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::batch::Batch;
    use crate::event::{Event, EventId};
    use crate::table::layout::EVENT_ID;

    proptest! {
        /// Whoever asks, before or after something was sealed, gets at least what they know of, nothing that they know to be
        /// sealed, and nothing twice.
        #[test]
        fn everybody_gets_what_is_fresh_to_them(questions in prop::collection::vec((0..20_u64, 0..20_u64), 1..40)) {
            let mut fresh = Files::default();
            let mut n_taken = 0;
            for (sealed, more) in questions {
                let n = n_taken.max(sealed) + more % 3;
                n_taken = n_taken.max(n);
                let batches: Vec<Numbered> = (sealed..n).map(|number| {
                    let mut batch = Batch::new([1; 16], 0);
                    batch.push(&Event { id: EventId(number), ..Event::default() });
                    (number, Arc::new(batch))
                }).collect();
                let files = fresh.files([1; 16], &batches, &Layout::default(), &Links::default()).unwrap();
                prop_assert!(files.len() <= FILES_MAX);
                let mut found = Vec::new();
                for group in files.iter().flat_map(|file| file.data.groups()) {
                    group.read_integers(EVENT_ID, &mut found).unwrap();
                }
                found.sort_unstable();
                let expected: Vec<i64> = (sealed..n).map(u64::cast_signed).collect();
                prop_assert_eq!(&found[..expected.len()], expected);
                prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
            }
        }
    }
}
