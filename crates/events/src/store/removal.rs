//! Removing events for good: from the table and from the log.

use super::{Store, sealer};
use crate::batch::{Workspace, person_hash};
use crate::error::Refused;
use crate::event::Micros;
use crate::table::left_out::LeftOut;

impl Store {
    /// Removes everything that these people did, by what the sender knows them, from the table and from the log; how many events
    /// these were. When this returns none of them is on the disk any more. Events that come later are taken.
    ///
    /// # Errors
    ///
    /// What kept it from it; then some may be there yet, and the same can be asked for again.
    pub async fn erase(&self, workspace: Workspace, distinct_ids: &[&str]) -> Result<usize, Refused> {
        let links = self.contents.links(workspace);
        let numbers = |id: &&str| links.chain(person_hash(workspace, id).cast_signed()).collect::<Vec<_>>();
        let people: Vec<i64> = distinct_ids.iter().flat_map(numbers).collect();
        self.erase_numbers(workspace, &people).await
    }

    /// The same for people by the numbers that they have in files.
    ///
    /// # Errors
    ///
    /// Those of [`Store::erase`].
    pub async fn erase_numbers(&self, workspace: Workspace, people: &[i64]) -> Result<usize, Refused> {
        let people = people.iter().copied().collect();
        self.remove(workspace, LeftOut { people, ..LeftOut::default() }).await
    }

    /// The same for everything that was done before a time.
    ///
    /// # Errors
    ///
    /// Those of [`Store::erase`].
    pub async fn remove_before(&self, workspace: Workspace, before: Micros) -> Result<usize, Refused> {
        self.remove(workspace, LeftOut { before: Some(before), ..LeftOut::default() }).await
    }

    /// The same for all events with a property of this value, as it is written.
    ///
    /// # Errors
    ///
    /// Those of [`Store::erase`].
    pub async fn remove_with(&self, workspace: Workspace, name: &str, value: &str) -> Result<usize, Refused> {
        let with = Some((name.to_owned(), value.to_owned()));
        self.remove(workspace, LeftOut { with, ..LeftOut::default() }).await
    }

    async fn remove(&self, workspace: Workspace, what: LeftOut) -> Result<usize, Refused> {
        let n_removed = self.order(|reply| sealer::Order::Remove { workspace, what, reply }).await?;
        self.fresh.lock().forget(workspace);
        Ok(n_removed)
    }
}
