//! Rows that are not to be on the disk any more: whatever some people did, what was done long ago, what came from one place.

use std::collections::HashSet;

use super::layout::{AT, PERSON};
use crate::error::Result;
use crate::event::Micros;
use crate::scan::file::{DataFile, RowGroup};
use crate::scan::property::{Property, Scalar};

/// Numbers of people.
pub type People = HashSet<i64>;

/// What a merge leaves out; nothing by default.
#[derive(Clone, Debug, Default)]
pub struct LeftOut {
    /// Everything that these people did.
    pub people: People,
    /// Of everybody what was done before this time,
    pub before: Option<Micros>,
    /// and events with this property of this value.
    pub with: Option<(String, String)>,
}

impl LeftOut {
    /// Which rows of a group are left out whoever did them; nothing when none are.
    ///
    /// # Errors
    ///
    /// Those of [`RowGroup::read_texts`].
    pub fn rows(&self, group: RowGroup) -> Result<Option<Vec<bool>>> {
        let mut rows = None;
        if let Some(before) = self.before
            && group.bounds(AT).is_none_or(|(min, _)| min < before)
        {
            let mut at = Vec::new();
            group.read_integers(AT, &mut at)?;
            rows = Some(at.into_iter().map(|at| at < before).collect());
        }
        if let Some((name, value)) = &self.with {
            let is_it = |scalar: Option<&Scalar>| scalar.is_some_and(|scalar| scalar.is(value));
            let with = Property::read(name, group)?.map(is_it);
            rows = Some(match rows {
                Some(rows) => std::iter::zip(rows, with).map(|(a, b)| a || b).collect(),
                None => with,
            });
        }
        Ok(rows.filter(|rows: &Vec<bool>| rows.contains(&true)))
    }

    /// Whether a file has any of it.
    ///
    /// # Errors
    ///
    /// Those of [`RowGroup::read_texts`].
    pub fn is_in(&self, file: &DataFile) -> Result<bool> {
        for group in file.groups() {
            if self.has_people(group)? || self.rows(group)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn has_people(&self, group: RowGroup) -> Result<bool> {
        let mut runs = Vec::new();
        Ok(self.people.iter().any(|person| group.may_have((*person, *person)))
            && group.read_runs(PERSON, &mut runs)?
            && runs.iter().any(|(person, _)| self.people.contains(person)))
    }
}
