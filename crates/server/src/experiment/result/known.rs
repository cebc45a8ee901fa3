//! What is known of the people of an experiment.

use std::collections::BTreeMap;

use crate::experiment::data::Cell;

/// Sums by group and metric, and how many people they were made of.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// By group and metric.
    pub cells: BTreeMap<(String, String), Cell>,
    /// People one by one; 0 when only sums are known.
    pub n_units: i64,
    pub n_in_two_variants: i64,
}

impl Data {
    pub fn cell(&self, variant: &str, metric: &str) -> Cell {
        self.cells.get(&(variant.to_owned(), metric.to_owned())).copied().unwrap_or_default()
    }

    /// People in a group: those of its best known metric.
    pub fn n_people(&self, variant: &str) -> u64 {
        let mine = self.cells.iter().filter(|((name, _), _)| name == variant);
        mine.map(|(_, cell)| cell.n).max().unwrap_or_default()
    }
}
