//! Counts that can be added up.

use crate::journey::lifecycle::{Lifecycle, Stickiness};
use crate::journey::retention::Retention;
use crate::journey::trend::Trend;

/// Counts over some people, to which those over others can be added.
pub trait Tally: Clone + Send + Sync {
    /// Adds the counts of the same question over other people.
    fn merge(&mut self, other: &Self);

    /// How much there is in it: of many groups the largest are shown.
    fn weight(&self) -> u64;
}

impl Tally for Trend {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.counts().flatten().map(|count| count.n_events).sum()
    }
}

impl Tally for Retention {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.counts().iter().filter_map(|cohort| cohort.first()).sum()
    }
}

impl Tally for Lifecycle {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.stages().iter().map(|stage| stage.n_new + stage.n_returning + stage.n_resurrecting).sum()
    }
}

impl Tally for Stickiness {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.counts().iter().sum()
    }
}
