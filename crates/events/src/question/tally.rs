//! Counts that can be added up.

use crate::journey::active::Active;
use crate::journey::adoption::Adoption;
use crate::journey::lifecycle::{Lifecycle, Stickiness};
use crate::journey::numbers::{Numbers, Sample};
use crate::journey::retention::Retention;
use crate::journey::trend::Trend;

/// What a group takes beside its counts.
pub(super) const OVERHEAD: usize = 200;

/// Counts over some people, to which those over others can be added.
pub trait Tally: Clone + Send + Sync {
    /// Adds the counts of the same question over other people.
    fn merge(&mut self, other: &Self);

    /// How much there is in it: of many groups the largest are shown.
    fn weight(&self) -> u64;

    /// About how much memory it takes at first.
    fn n_bytes(&self) -> usize;
}

impl Tally for Trend {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.counts().flatten().map(|count| count.n_events).sum()
    }

    fn n_bytes(&self) -> usize {
        OVERHEAD + self.counts().flatten().count() * 16
    }
}

impl Tally for Retention {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.counts().iter().filter_map(|cohort| cohort.first()).sum()
    }

    fn n_bytes(&self) -> usize {
        OVERHEAD + self.counts().iter().flatten().count() * 8
    }
}

impl Tally for Lifecycle {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.stages().iter().map(|stage| stage.n_new + stage.n_returning + stage.n_resurrecting).sum()
    }

    fn n_bytes(&self) -> usize {
        OVERHEAD + self.stages().len() * 32
    }
}

impl Tally for Stickiness {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.counts().iter().sum()
    }

    fn n_bytes(&self) -> usize {
        OVERHEAD + self.counts().len() * 8
    }
}

impl Tally for Active {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.counts().flatten().sum()
    }

    fn n_bytes(&self) -> usize {
        OVERHEAD + self.counts().flatten().count() * 8
    }
}

impl Tally for Adoption {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.periods().iter().map(|period| period.n_users).sum()
    }

    fn n_bytes(&self) -> usize {
        OVERHEAD + self.periods().len() * 32
    }
}

impl Tally for Numbers {
    fn merge(&mut self, other: &Self) {
        self.merge(other);
    }

    fn weight(&self) -> u64 {
        self.samples().iter().map(Sample::count).sum()
    }

    fn n_bytes(&self) -> usize {
        OVERHEAD + self.samples().len() * 64
    }
}
